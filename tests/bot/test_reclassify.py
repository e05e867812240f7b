"""Another kind of work on the phones: words, the list, the old and the new price, and what everybody hears."""

from typing import Any

from sqlalchemy.orm import Session

from core.domain.ticket import TicketStatus
from core.services import visits
from storage.models.directory import Skill
from tests.bot.conftest import Edge, box, edge
from tests.bot.crew import Crew, founded
from tests.make import tickets as make
from tests.make.tickets import SKILL, World, add_service, tap, visit_of

__all__ = ["box", "edge"]


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


async def offers_more(crew: Crew) -> None:
    def adds(world: World) -> None:
        session: Session = world.session
        session.add(Skill(name="Холод"))
        session.flush()
        prices: dict[str, Any] = {"client_price_kop": 900_000, "contractor_rate_kop": 500_000}
        add_service(session, "Замена щита", skill=SKILL, **prices)
        add_service(session, "Ремонт витрины", skill="Холод", unit="м")

    await crew.does(adds)


async def test_the_crew_keeps_the_job_with_the_new_pay(edge: Edge) -> None:
    crew = await founded(edge)
    await offers_more(crew)
    await crew.does(make.bring, TicketStatus.ASSIGNED)
    desk = crew.desk
    await desk.says("/ticket 1")
    await desk.taps("Изменить вид работ")
    assert "Сейчас: Замена светильника" in await desk.last()
    await desk.says("рояль")
    assert "нет в прайсе" in await desk.last() or "в прайсе нет" in await desk.last()
    await desk.says("щит")
    assert [plain(one) for one in await desk.buttons()] == ["Замена щита — 9 000 ₽", "Назад"]
    await desk.taps("Замена щита")
    asked = plain(await desk.last())
    assert "Замена светильника → Замена щита" in asked
    assert "Цена для клиента: 4 200 ₽ / шт → 9 000 ₽ / шт" in asked
    assert "Оплата подрядчику: 2 600 ₽ / шт → 5 000 ₽ / шт" in asked
    assert crew.world.contractor.name in asked
    answered = await desk.taps("Да, изменить")
    assert answered["text"] == "Вид работ изменён"

    assert (await crew.ticket()).status is TicketStatus.ASSIGNED
    assert "Замена щита" in await desk.last()
    assert "заявка остаётся вашей. Новая оплата 5 000 ₽" in plain(await crew.engineer.last())
    assert "Выезжаю" in " ".join(await crew.engineer.buttons())
    assert "Инженер прежний" in await crew.client.last()
    await desk.taps("Почему так?")
    assert "Замена светильника → Замена щита" in await desk.last()


async def test_a_crew_that_cannot_do_it_is_thanked_and_another_is_looked_for(edge: Edge) -> None:
    crew = await founded(edge)
    await offers_more(crew)
    await crew.does(make.bring, TicketStatus.ASSIGNED)
    desk = crew.desk
    await desk.says("/ticket 1")
    await desk.taps("Изменить вид работ")
    await desk.taps("Ремонт витрины")
    assert "4 200 ₽ / шт → 4 200 ₽ / м" in plain(await desk.last())
    await desk.taps("Да, изменить")

    assert (await crew.ticket()).status is TicketStatus.UNSTAFFED
    assert "ехать не нужно" in await crew.engineer.last()
    assert "на оценку это не влияет" in await crew.engineer.last()
    assert "Выезжаю" not in " ".join(await crew.engineer.buttons())
    assert "ищем другого инженера" in await crew.client.last()


async def test_an_old_screen_and_a_crew_on_its_way_are_refused_politely(edge: Edge) -> None:
    crew = await founded(edge)
    await offers_more(crew)
    ticket = await crew.does(make.bring, TicketStatus.ASSIGNED)
    desk = crew.desk
    await desk.says("/ticket 1")
    await desk.taps("Изменить вид работ")
    await desk.taps("Замена щита")

    def goes(world: World) -> None:
        visits.go(world.session, tap(world.engineer), visit_of(world, ticket).id, now=world.now)

    await crew.does(goes)
    answered = await desk.taps("Да, изменить")
    assert answered["alert"]
    assert (await crew.ticket()).service_id == crew.world.service.id
    await desk.says("/ticket 1")
    assert "Изменить вид работ" not in " ".join(await desk.buttons())

"""A pause on the phones: the desk and the crew say why and until when, and everybody sees it end."""

from core.domain.proof import ProofStage
from core.domain.ticket import TicketStatus
from core.services import holds
from storage.models.clock import Hold
from storage.models.ticket import Ticket
from tests.bot.conftest import Edge, box, edge
from tests.bot.crew import Crew, founded
from tests.bot.phones import settled
from tests.make import tickets as make
from tests.make.tickets import World

__all__ = ["box", "edge"]


async def test_the_desk_pauses_a_search_and_it_goes_on_by_itself(edge: Edge) -> None:
    crew = await founded(edge)
    await crew.is_offered()
    desk = crew.desk
    await desk.says("/ticket 1")
    await desk.taps("Поставить на паузу")
    assert "Почему З-000001 ставим на паузу?" in await desk.last()
    await desk.taps("объект не готов")
    assert "До какого времени" in await desk.last()
    assert (await desk.buttons())[1] == "До: завтра, 17 марта, в 09:00"
    await desk.taps("завтра, 17 марта, в 09:00")
    assert "Напишите пару слов: кому звонили" in await desk.last()
    await desk.says("Звонил директор, ремонт")

    assert "Пауза до: завтра, 17 марта, в 09:00 · объект не готов" in await desk.last()
    assert "Подтверждение: Звонил директор, ремонт" in await desk.last()
    assert "Подтверждение: Звонил директор, ремонт" in await crew.client.last()
    assert "Звонил директор" not in await crew.engineer.last()  # he was only asked
    assert "Поставить на паузу" not in " ".join(await desk.buttons())
    assert "Пока не нужно" in await crew.engineer.last()
    assert "Напишем, когда продолжим" in await crew.client.last()

    await desk.taps("Изменить срок паузы")
    await desk.says("когда-нибудь")
    assert "Не разобрать время" in await desk.last()
    await desk.says("23:30")
    assert "Пауза до: сегодня, 16 марта, в 23:30" in await desk.last()

    await crew.edge.later(days=1)
    await crew.edge.db.write(holds.sweep, 50)
    await settled(crew.edge)
    assert (await crew.ticket()).status is TicketStatus.SEARCHING
    assert "Продолжаем" in await crew.client.last()
    assert "Есть работа" in await crew.engineer.last()


async def test_the_crew_pauses_its_job_for_a_day_and_asks_the_desk_for_more(edge: Edge) -> None:
    crew = await founded(edge)
    await crew.does(make.bring, TicketStatus.ASSIGNED)
    engineer = crew.engineer
    await engineer.taps("Поставить на паузу")
    await engineer.taps("ждём наши запчасти")
    assert "Сроки при этом идут, и это время ваше" in await engineer.last()
    assert not any("апреля" in one for one in await engineer.buttons())  # a month is not for him
    asked = await engineer.taps("Дольше — попросить диспетчера")
    assert "Диспетчер увидит просьбу" in asked["text"]
    await crew.desk.says("/queue")
    assert "просят долгую паузу" in await crew.desk.last()

    await engineer.taps("Поставить на паузу")
    await engineer.taps("нет доступа")
    await engineer.says("20.03 10:00")
    assert "Поставить на паузу дольше рабочего дня может только диспетчер" in await engineer.last()
    await engineer.taps("До: ")
    await engineer.says("Охрана не пустила")
    assert (await crew.ticket()).status is TicketStatus.ON_HOLD
    assert "Заявка на паузе" in await engineer.last()
    assert "Выезжаю" not in " ".join(await engineer.buttons())
    await engineer.taps("Продолжить")
    assert "Выезжаю" in " ".join(await engineer.buttons())
    assert [row.ended_at is not None for row in await crew.edge.rows(Hold)] == [True]


async def at_the_door(edge: Edge) -> Crew:
    """The engineer has chosen a reason and a moment, and is asked what shows it."""
    crew = await founded(edge)
    await crew.does(make.bring, TicketStatus.ASSIGNED)
    await crew.engineer.taps("Поставить на паузу")
    await crew.engineer.taps("нет доступа")
    await crew.engineer.taps("До: ")
    assert "Чем подтвердить паузу З-000001?" in await crew.engineer.last()
    assert await crew.engineer.buttons() == ["Назад"]
    assert (await crew.ticket()).status is TicketStatus.ASSIGNED
    return crew


async def test_a_photo_of_the_closed_door_begins_the_pause_and_everybody_may_look_at_it(edge: Edge) -> None:
    crew = await at_the_door(edge)
    crew.fetch()
    await crew.sends("photo", caption="Ролета закрыта")
    (row,) = await crew.edge.rows(Hold)
    (proof,) = await crew.proofs()
    assert (row.proof_id, row.evidence, proof.stage) == (proof.id, "Ролета закрыта", ProofStage.HOLD)
    assert (await crew.ticket()).status is TicketStatus.ON_HOLD
    assert "Заявка на паузе" in await crew.engineer.last()
    assert "Подтверждение: Ролета закрыта" in await crew.client.last()

    await crew.desk.says("/ticket 1")
    for phone in (crew.client, crew.desk):
        before = len(await phone.shown())
        await phone.taps("Подтверждение паузы")
        shown = await phone.shown()
        assert len(shown) == before + 1
        assert "photo" in shown[-1]
    await crew.sends("photo")  # not evidence any more: one pause, and the picture is asked about
    assert len(await crew.edge.rows(Hold)) == 1
    await crew.fetch_no_more()


async def test_an_album_is_one_evidence(edge: Edge) -> None:
    crew = await at_the_door(edge)
    crew.fetch()
    for _ in range(2):
        await crew.sends("photo", group="7")
    assert [one.stage for one in await crew.proofs()] == [ProofStage.HOLD, ProofStage.HOLD]
    assert len(await crew.edge.rows(Hold)) == 1
    before = len(await crew.client.shown())
    await crew.client.taps("Подтверждение паузы")
    assert len(await crew.client.shown()) == before + 2
    await crew.fetch_no_more()


async def test_words_do_where_photos_do_not_come_through_and_dots_do_not(edge: Edge) -> None:
    crew = await at_the_door(edge)
    await crew.engineer.says("...")
    assert "Напишите чуть подробнее" in await crew.engineer.last()
    assert await crew.edge.rows(Hold) == []

    await crew.engineer.says("Звонил Ирине — не берёт")
    assert "Подтверждение: Звонил Ирине — не берёт" in await crew.client.last()
    await crew.engineer.says("Звонил Ирине — не берёт")
    assert len(await crew.edge.rows(Hold)) == 1


async def test_the_way_back_leads_to_the_moments_and_nothing_is_awaited(edge: Edge) -> None:
    crew = await at_the_door(edge)
    engineer = crew.engineer
    await engineer.taps("Назад")
    assert "До какого времени" in await engineer.last()
    await engineer.taps("Назад")
    await engineer.says("Просто слова")
    assert await crew.edge.rows(Hold) == []
    assert (await crew.ticket()).status is TicketStatus.ASSIGNED

    await engineer.taps("Поставить на паузу")
    await engineer.taps("ждём наши запчасти")
    await engineer.taps("До: ")
    assert (await crew.ticket()).status is TicketStatus.ON_HOLD  # our own time: nothing is asked


async def test_a_typed_moment_is_followed_by_the_same_question(edge: Edge) -> None:
    crew = await founded(edge)
    await crew.does(make.bring, TicketStatus.ASSIGNED)
    await crew.engineer.taps("Поставить на паузу")
    await crew.engineer.taps("объект не готов")
    await crew.engineer.says("15:30")
    assert "объект не готов, до: сегодня, 16 марта, в 15:30" in await crew.engineer.last()
    await crew.engineer.says("Красят стены")
    assert "Пауза до: сегодня, 16 марта, в 15:30" in await crew.engineer.last()


async def test_whoever_was_slower_is_told_that_it_waits_already(edge: Edge) -> None:
    crew = await at_the_door(edge)
    ticket = await crew.ticket()

    def desk_holds(world: World) -> None:
        make.wait(world, world.session.get_one(Ticket, ticket.id))

    await crew.does(desk_holds)
    await crew.engineer.says("Закрыто, не отвечают")
    assert "уже поставили на паузу" in await crew.engineer.last()
    assert len(await crew.edge.rows(Hold)) == 1
    await crew.engineer.says("Ещё слова")
    assert "уже поставили на паузу" not in await crew.engineer.last()  # nothing is awaited any more

"""A pause on the phones: the desk and the crew say why and until when, and everybody sees it end."""

from core.domain.ticket import TicketStatus
from core.services import holds
from storage.models.clock import Hold
from tests.bot.conftest import Edge, box, edge
from tests.bot.crew import founded
from tests.bot.phones import settled
from tests.make import tickets as make

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

    assert "Пауза до: завтра, 17 марта, в 09:00 · объект не готов" in await desk.last()
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
    assert (await crew.ticket()).status is TicketStatus.ON_HOLD
    assert "Заявка на паузе" in await engineer.last()
    assert "Выезжаю" not in " ".join(await engineer.buttons())
    await engineer.taps("Продолжить")
    assert "Выезжаю" in " ".join(await engineer.buttons())
    assert [row.ended_at is not None for row in await crew.edge.rows(Hold)] == [True]

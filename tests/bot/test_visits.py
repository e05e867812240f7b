"""The contractor on his phone: the straight visit from the offer to the client's yes, and every way beside it."""

from collections.abc import AsyncIterator

import pytest

from core.domain.ticket import TicketStatus
from storage.models.ticket import ReportLine
from tests.bot.conftest import Edge, box, edge
from tests.bot.crew import Crew, founded

__all__ = ["box", "edge"]


@pytest.fixture
async def crew(edge: Edge) -> AsyncIterator[Crew]:
    crew = await founded(edge)
    crew.fetch()
    yield crew
    await crew.fetch_no_more()
    crew.pictures.close()


async def test_the_straight_visit_from_the_offer_to_the_report(crew: Crew) -> None:
    engineer = crew.engineer
    await crew.is_offered()
    offer = await engineer.last()
    assert "2 600 ₽" in offer.replace("\u00a0", " ")
    assert "Замена светильника" in offer
    assert "Не горит свет" in offer

    await engineer.taps("Беру: сегодня, 12:00–14:00")
    assert (await crew.ticket()).status is TicketStatus.ASSIGNED
    assert "+79161234567" in await engineer.last()  # the site's phone on the day of the visit
    await engineer.taps("Выезжаю")
    assert "Счастливого пути" in await engineer.last()
    await crew.here()
    assert "Вы на месте" in await engineer.last()
    await engineer.taps("Начать работу")
    assert "0 из 1" in await engineer.last()
    assert "Дальше" not in " ".join(await engineer.buttons())
    await crew.sends()
    await engineer.taps("Дальше: фото ПОСЛЕ")
    await crew.sends()
    await engineer.taps("Дальше: отчёт")
    assert "Замена светильника, 1 шт" in (await engineer.last()).replace("\u00a0", " ")
    await engineer.taps("Отправить отчёт")

    assert (await crew.ticket()).status is TicketStatus.REPORTED
    assert "Ждём, когда клиент примет" in await engineer.last()
    told = (await crew.client.shown())[-1]
    assert told["photo"], "the client sees the pairs"
    assert len(await crew.edge.rows(ReportLine)) == 1

"""/sla on the phone of the desk: what runs, what was broken, and every button of the two lists does what it says."""

from core.domain.ticket import TicketStatus
from tests.bot.company import Company, company
from tests.bot.conftest import box, edge
from tests.make.tickets import bring

__all__ = ["box", "company", "edge"]


async def test_the_lists_lead_to_each_other(company: Company) -> None:
    await company.does(bring, TicketStatus.SEARCHING)
    desk = company.desk
    await desk.says("/sla")
    assert "Сроки идут" in await desk.last()
    await desk.taps("≥ 100 %")
    assert "Таких сроков сейчас нет" in await desk.last()

    await desk.taps("Нарушенные сроки")
    assert "За 7 дней нарушенных сроков нет" in await desk.last()
    await desk.taps("За 30 дней")
    assert "За 30 дней нарушенных сроков нет" in await desk.last()
    await desk.taps("За 7 дней")
    assert "За 7 дней нарушенных сроков нет" in await desk.last()
    await desk.taps("Сроки")
    assert "Сроки идут" in await desk.last()

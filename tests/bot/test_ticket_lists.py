"""`/tickets` on the phone of the desk: filters chosen with counts, switches, pages."""

from core.domain.ticket import TicketStatus
from storage.models.directory import Site
from tests.bot.company import Company, company
from tests.bot.conftest import box, edge
from tests.make import tickets as make
from tests.make.tickets import World

__all__ = ["box", "company", "edge"]


async def test_the_desk_narrows_the_list_by_status_region_and_switches(company: Company) -> None:
    desk = company.desk
    await company.does(make.bring, TicketStatus.REPORTED)
    searching = await company.does(make.send)

    def moves(world: World) -> None:
        world.session.get_one(Site, world.site.id).region = "Тверская обл"

    await company.does(moves)
    await desk.says("/tickets")
    assert "Открытые заявки: 2" in await desk.last()
    await desk.taps("Статус")
    assert "ищем инженера · 1" in await desk.buttons()
    await desk.taps("ищем инженера · 1")
    assert "Открытые заявки: 1" in await desk.last()
    assert "Только: ищем инженера" in await desk.last()
    await desk.taps("Регион")
    await desk.taps("Тверская обл · 1")
    assert "Только: ищем инженера, Тверская обл" in await desk.last()
    await desk.taps("☐ Аварии")
    assert "Таких открытых заявок нет" in await desk.last()
    await desk.taps("☑ Аварии")
    await desk.taps(searching.number)
    assert searching.number in await desk.last()


async def test_the_list_is_not_for_the_client(company: Company) -> None:
    await company.client.says("/tickets")
    assert "Не нахожу" in await company.client.last()

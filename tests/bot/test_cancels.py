"""A cancellation on the phones: what it costs stands before the yes."""

from core.domain.clock import Whose
from core.domain.ticket import TicketStatus
from storage.models.ticket import Cancellation
from tests.bot.conftest import Edge, box, edge
from tests.bot.crew import founded
from tests.bot.phones import settled
from tests.make import tickets as make

__all__ = ["box", "edge"]


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


async def test_the_client_sees_the_price_of_a_late_no_before_he_says_it(edge: Edge) -> None:
    crew = await founded(edge)
    await crew.does(make.bring, TicketStatus.ASSIGNED)
    client = crew.client
    await client.taps("Отменить заявку")
    assert "вызов придётся оплатить: 1 500 ₽ без НДС" in plain(await client.last())
    await client.taps("Да, отменить заявку")

    assert (await crew.ticket()).status is TicketStatus.CANCELLED
    assert "За вызов впустую: 1 500 ₽" in plain(await client.last())
    assert "За вызов впустую вам: 1 000 ₽" in plain(await crew.engineer.last())
    (row,) = await crew.edge.rows(Cancellation)
    assert (row.fault, row.client_fee_kop) == (Whose.CLIENT, 150_000)


async def test_the_desk_says_whose_fault_it_is_and_sees_what_each_costs(edge: Edge) -> None:
    crew = await founded(edge)
    await crew.does(make.bring, TicketStatus.ASSIGNED)
    await settled(crew.edge)
    desk = crew.desk
    await desk.says("/ticket 1")
    await desk.taps("Отменить заявку")
    assert "по чьей вине?" in await desk.last()
    assert [plain(one) for one in await desk.buttons()] == [
        "По вине клиента: клиент 1 500 ₽, подрядчику 1 000 ₽",
        "По вине клиента, но с него не брать",
        "По вине нашей: подрядчику 1 000 ₽",
        "По вине подрядчика: бесплатно",
        "По вине ничьей: бесплатно",
        "Назад",
    ]
    await desk.taps("с него не брать")
    assert "С клиента решили не брать" in await desk.last()
    assert "Отменена по вине: клиента" in await desk.last()
    assert "впустую" not in await crew.client.last()
    assert "За вызов впустую вам" in await crew.engineer.last()

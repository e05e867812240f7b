"""The client and the desk on their phones: a request, its card, the yes, the mark, and what is wrong."""

from core.domain.ticket import TicketStatus
from storage.models.ticket import Acceptance
from tests.bot.company import Company, company
from tests.bot.conftest import box, edge
from tests.bot.phones import settled

__all__ = ["box", "company", "edge"]


async def test_a_request_takes_two_taps_and_one_sentence(company: Company) -> None:
    client = company.client
    await client.says("/new")
    assert company.world.site.name in await client.last()  # the only site is not asked for
    await client.taps("Замена светильника")
    assert "Что случилось?" in await client.last()
    await client.says("Мигает лампа над кассой")
    assert "Проверьте" in await client.last()
    await client.taps("Отправить")

    ticket = await company.ticket()
    assert (ticket.text, ticket.status) == ("Мигает лампа над кассой", TicketStatus.SEARCHING)
    assert "Заявка принята" in await client.last()
    assert ticket.number in await client.last()
    asked = next(one for one in await client.shown() if "Проверьте" in one["text"])
    assert asked["inline"] == []  # what was sent cannot be sent again


async def test_the_client_accepts_and_gives_a_mark(company: Company) -> None:
    client = company.client
    ticket = await company.is_reported()
    await settled(company.edge)
    assert "Посмотрите и примите" in await client.last()
    assert "Замена светильника, 1" in await client.last()
    assert "₽" not in await client.last()  # this contract shows no prices to who reports

    answer = await client.taps("Всё хорошо, принять")
    assert answer["text"] == "Принято. Спасибо!"
    assert await client.buttons() == ["1 ★", "2 ★", "3 ★", "4 ★", "5 ★", "📷 Фото", "Почему так?"]
    await client.taps("4 ★")
    assert "★★★★☆" in await client.last()
    assert [row.mark for row in await company.edge.rows(Acceptance)] == [4]
    assert "★★★★☆" in await company.engineer.last()
    assert (await company.ticket()).status is TicketStatus.ACCEPTED
    assert ticket.number in await company.engineer.last()


async def test_what_is_wrong_reaches_the_desk_which_sends_the_crew_again(company: Company) -> None:
    client, desk = company.client, company.desk
    await company.is_reported()
    await settled(company.edge)
    await client.taps("Что-то не так")
    assert "Что не так" in await client.last()
    await client.says("Лампа опять мигает")
    assert "Лампа опять мигает" in await client.last()

    assert "Решите, что дальше" in await desk.last()
    assert "Лампа опять мигает" in await desk.last()
    await desk.taps("Отправить исправить")
    assert (await company.ticket()).status is TicketStatus.REWORK
    assert "вернуться и исправить" in await company.engineer.last()
    assert "вернётся и исправит" in await client.last()

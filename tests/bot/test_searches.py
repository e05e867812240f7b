"""Nobody takes the job: what the desk and the shop see and press on their phones."""

from core.domain.offer import OfferStatus
from core.domain.ticket import TicketStatus
from core.services import waves
from storage.models.offer import Offer
from storage.models.talk import Call
from storage.models.ticket import Assignment, Ticket
from tests.bot.company import Company, company
from tests.bot.conftest import box, edge
from tests.bot.phones import settled
from tests.make import tickets as make
from tests.make.directories import add_contractor
from tests.make.tickets import SKILL, World

__all__ = ["box", "company", "edge"]


async def unstaffed(company: Company) -> Ticket:
    """The only firm was asked and waited for in vain; the desk has opened the card."""
    await company.does(make.send)
    for _ in range(3):  # his wait, and then the time in which he may still say yes
        await company.edge.later(minutes=65)
        await settled(company.edge)  # a sweep passes over what another transaction holds
        await company.edge.db.write(waves.sweep, 50)
    await settled(company.edge)
    ticket = await company.ticket()
    assert ticket.status is TicketStatus.UNSTAFFED
    assert "Некого отправить" in await company.desk.last()
    return ticket


async def test_the_desk_raises_the_pay_and_the_one_who_was_silent_is_asked_again(company: Company) -> None:
    await unstaffed(company)
    await company.desk.taps("Поднять ставку")
    asked = await company.desk.last()
    assert "На сколько поднять ставку?" in asked
    assert "нам остаётся 38 %" in asked
    assert "+10 %: 2\u00a0860\u00a0₽, нам 31 %" in await company.desk.buttons()

    await company.desk.taps("+10 %")
    assert (await company.ticket()).status is TicketStatus.SEARCHING
    asked = await company.engineer.last()
    assert "Ставка выросла" in asked
    assert "2\u00a0860\u00a0₽" in asked
    assert "К ставке добавлено" in await company.desk.last()


async def test_a_raise_below_the_floor_is_marked_and_refused_to_a_dispatcher(company: Company) -> None:
    await unstaffed(company)
    await company.desk.taps("Поднять ставку")
    assert [b for b in await company.desk.buttons() if b.startswith("⚠️")]
    answer = await company.desk.taps("+50 %")
    assert "решает менеджер" in str(answer)
    assert (await company.ticket()).contractor_rate_kop == 260_000


async def test_the_desk_phones_around_and_a_yes_by_phone_is_an_assignment(company: Company) -> None:
    def firm(world: World) -> int:
        who = {"name": "ИП Звонков", "contact_name": "Звонков Захар", "phone": "+79161230000"}
        return add_contractor(world.session, skills=[SKILL], lat=55.80, **who).id

    await company.does(firm)
    ticket = await unstaffed(company)
    await company.desk.taps("Обзвонить")
    listed = await company.desk.last()
    assert "Звонков Захар +7\u00a0916\u00a0123-00-00" in listed
    assert "нет в Telegram" in listed

    await company.desk.taps("ИП Звонков")
    await company.desk.taps("Не ответил")
    assert "не ответил —" in await company.desk.last()
    await company.desk.taps("ИП Звонков")
    await company.desk.taps("Записать разговор")
    await company.desk.says("Будет свободен после обеда")
    assert "Будет свободен после обеда" in await company.desk.last()
    await company.desk.taps("ИП Звонков")
    await company.desk.taps("Согласился: назначить")
    assert "ИП Звонков" in await company.desk.last()  # and when he comes
    await company.desk.taps("–")

    rows = await company.edge.rows(Call)
    assert [row.outcome for row in rows] == ["no_answer", "later", "accepted"]
    assert (await company.ticket()).status is TicketStatus.ASSIGNED
    assert [row.ticket_id for row in await company.edge.rows(Assignment)] == [ticket.id]
    assert "Согласился: назначить" not in await company.desk.buttons()
    assert "ИП Звонков" in await company.desk.last()
    assert "Договоритесь о выезде" in await company.desk.last()
    # The shop knows when to wait, though nobody of the firm is in Telegram.
    assert "инженер назначен" in await company.client.last()
    assert "Выезд: " in await company.client.last()


async def test_calls_lists_every_ticket_that_needs_the_telephone(company: Company) -> None:
    await company.desk.says("/calls")
    assert "Звонить пока некому" in await company.desk.last()
    ticket = await unstaffed(company)
    await company.desk.says("/calls")
    assert "найти инженера" in await company.desk.last()
    await company.desk.taps(ticket.number)
    assert f"Обзвон по {ticket.number}" in await company.desk.last()


async def test_the_shop_is_asked_about_another_time_and_chooses_one(company: Company) -> None:
    await unstaffed(company)
    await company.desk.taps("Спросить клиента")
    assert "приехать некому" in await company.client.last()

    await company.client.taps("Другое время")
    assert "Когда удобно?" in await company.client.last()
    times = [b for b in await company.client.buttons() if "завтра" in b]
    await company.client.taps(times[0])

    ticket = await company.ticket()
    assert ticket.status is TicketStatus.SEARCHING
    assert ticket.visit_from is not None
    assert "ищем инженера" in await company.client.last()
    assert "Удобно не раньше: завтра" in await company.client.last()
    sent = [offer for offer in await company.edge.rows(Offer) if offer.status is OfferStatus.SENT]
    assert [offer.job_version for offer in sent] == [2]


async def test_the_desk_says_who_named_the_time_and_the_client_may_say_that_it_is_not_so(company: Company) -> None:
    await unstaffed(company)
    await company.desk.taps("Клиент назвал время")
    await company.desk.taps("завтра")
    assert "Кто из клиента назвал завтра" in await company.desk.last()
    await company.desk.says("...")
    assert "чуть подробнее" in await company.desk.last()
    await company.desk.says("Ирина по телефону")

    assert (await company.ticket()).visit_from is not None
    assert "клиенту сообщили" in await company.desk.last()
    assert "записал время с ваших слов" in await company.client.last()
    assert "Ирина по телефону" in await company.client.last()
    assert "Нужно в другое время" in await company.engineer.last()
    assert "Ирина" not in await company.engineer.last()

    await company.client.taps("Это не так")
    assert "Что не так?" in await company.client.last()
    await company.client.says("Ирина в отпуске")
    assert (await company.ticket()).visit_from is None
    assert "Ирина по телефону" not in await company.client.last()


async def test_an_old_button_of_the_search_changes_nothing_after_a_yes(company: Company) -> None:
    await unstaffed(company)
    await company.desk.taps("Поднять ставку")

    def says_yes(world: World) -> None:
        ticket = world.session.get_one(Ticket, 1)
        make.take(world, ticket)

    await company.does(says_yes)
    await company.desk.taps("+10 %")
    assert (await company.ticket()).contractor_rate_kop == 260_000
    assert (await company.ticket()).status is TicketStatus.ASSIGNED

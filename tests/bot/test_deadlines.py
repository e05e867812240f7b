"""/sla on the phone of the desk: what runs, what was broken, and every button of the two lists does what it says."""

from sqlalchemy import select

from core.domain.ticket import TicketStatus
from core.services import tickets, warnings
from storage.models.clock import Clock
from storage.models.directory import Contract
from tests.bot.company import Company, company
from tests.bot.conftest import box, edge
from tests.bot.phones import settled
from tests.make.tickets import World, bring, tap

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


async def test_the_client_hears_of_a_broken_promise_only_while_there_is_something_to_say(company: Company) -> None:
    def passes(world: World, *, is_over: bool) -> None:
        """The deadline goes by; in the same minute, before anybody is written to, the ticket may be over."""
        ticket, session = bring(world, TicketStatus.SEARCHING), world.session
        session.scalars(select(Contract).where(Contract.id == ticket.contract_id)).one().client_hears_breach = True
        now = session.scalars(select(Clock.due_at).where(Clock.ticket_id == ticket.id)).one()
        warnings.sweep(session, 50, now=now)
        if is_over:
            tickets.cancel(session, tap(world.dispatcher), ticket.id, ticket.version, now=now)

    await company.does(lambda world: passes(world, is_over=True))
    await company.edge.later(days=1)
    await settled(company.edge)
    assert "отменена" in await company.client.last()
    assert not any("не успели" in text for text in await company.edge.texts(company.client.chat))
    await company.does(lambda world: passes(world, is_over=False))
    await company.edge.later(days=1)
    await settled(company.edge)
    assert "Мы обещали найти инженера не позже чем" in await company.client.last()


async def test_of_many_warnings_at_once_each_card_is_behind_a_button_and_what_is_over_never_rings(
    company: Company,
) -> None:
    def burn(world: World) -> list[str]:
        """Four deadlines go by; before anybody is written to, one of the tickets is over."""
        burnt, session = [bring(world, TicketStatus.SEARCHING) for _ in range(4)], world.session
        now = max(session.scalars(select(Clock.due_at).where(Clock.due_at.is_not(None))).all())
        while warnings.sweep(session, 50, now=now):
            pass
        tickets.cancel(session, tap(world.dispatcher), burnt[0].id, burnt[0].version, now=now)
        return [ticket.number for ticket in burnt]

    over, *burning = await company.does(burn)
    await company.edge.later(days=1)
    await settled(company.edge)
    desk = company.desk
    said = await desk.last()
    assert said.startswith("⏳ Горят сроки: 3, ближайшие сверху")
    assert all(number in said for number in burning)
    assert not any(f"{over} · " in text for text in await company.edge.texts(desk.chat) if "Горят сроки" in text)

    assert await desk.buttons() == [*(f"{n}. {number}" for n, number in enumerate(burning, start=1)), "Сроки"]
    await desk.taps(f"2. {burning[1]}")
    assert (await desk.last()).startswith(burning[1])

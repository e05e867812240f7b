"""The terms of a job change while it is on offer, or its plan says nothing about it: rows and phones."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.calendar import CalendarKind
from core.domain.defaults import Defaults
from core.domain.notice import Notice, OutboxStatus
from core.domain.offer import OfferStatus
from core.domain.ticket import Priority, TicketStatus
from core.services import intakes, offers, searches, tickets
from storage.models.clock import Clock
from storage.models.directory import SlaTarget
from storage.models.offer import Offer
from storage.models.ticket import Ticket
from tests.bot.crew import Crew
from tests.bot.phones import settled
from tests.faults.test_nobody_answers import in_the_world, states
from tests.make.tickets import World, make_world, send, tap, tell


async def test_a_tap_on_the_card_of_an_older_version_takes_nothing_and_shows_the_new_pay(crew: Crew) -> None:
    """The pay went up while the old card was before his eyes: a yes is never a yes to other terms."""
    await crew.is_offered()
    card = (await crew.engineer.shown())[-1]
    (old,) = [b for row in card["inline"] for b in row if "выезжаю сейчас" in b["text"]]

    def raise_pay(world: World) -> None:
        ticket = world.session.scalars(select(Ticket)).one()
        searches.raise_pay(world.session, tap(world.dispatcher), ticket.id, ticket.version, 10, now=world.now)

    await crew.does(raise_pay)
    answer = await crew.engineer.presses(card["message_id"], data=old["data"], forged=True)

    assert answer["text"]
    ticket = await crew.ticket()
    assert (ticket.status, ticket.job_version) == (TicketStatus.SEARCHING, 2)
    assert [offer.status for offer in await crew.edge.rows(Offer)] == [OfferStatus.WITHDRAWN, OfferStatus.SENT]
    assert "2\u00a0860\u00a0₽" in await crew.engineer.last()
    await crew.engineer.taps("выезжаю сейчас")
    assert (await crew.ticket()).status is TicketStatus.ASSIGNED


async def test_two_raises_while_the_bot_is_down_ring_once_with_the_last_pay(crew: Crew) -> None:
    edge = crew.edge
    await edge.stop()
    before = len(await crew.engineer.shown())

    def send_and_raise(world: World) -> None:
        ticket = send(world)
        for _ in range(2):
            world.session.refresh(ticket)
            searches.raise_pay(world.session, tap(world.dispatcher), ticket.id, ticket.version, 5, now=world.now)

    await in_the_world(crew, send_and_raise)
    edge.start()
    await settled(edge)

    mine = [row for row in await edge.outbox() if row.chat_id == crew.engineer.chat and row.ticket_id is not None]
    letters = [(row.status, row.last_error) for row in mine if row.notice == Notice.OFFER_MADE]
    superseded = (OutboxStatus.CANCELLED, "superseded")
    assert letters == [superseded, superseded, (OutboxStatus.SENT, "")]
    assert len(await crew.engineer.shown()) == before + 1
    assert "2\u00a0860\u00a0₽" in await crew.engineer.last()


@pytest.mark.parametrize(
    ("priority", "calendar", "wait"),
    [
        (Priority.NORMAL, CalendarKind.WORKING, timedelta(minutes=60)),
        (Priority.EMERGENCY, CalendarKind.ROUND_THE_CLOCK, timedelta(minutes=60)),
    ],
)
def test_a_plan_without_a_row_for_the_priority_still_has_a_clock(
    session: Session, now: datetime, priority: Priority, calendar: CalendarKind, wait: timedelta
) -> None:
    """The plan knows another priority only: the numbers of the operator stand in, and an emergency knows no night."""
    times = {"reaction_min": 30, "arrival_min": 60, "resolution_min": 90, "calendar": "24x7"}
    session.add(SlaTarget(plan="Полплана", priority=Priority.PLANNED, **times))
    session.flush()
    world = make_world(session, now=now, sla_plan="Полплана")
    intake_id = tell(world)
    intakes.set_priority(session, tap(world.requester), intake_id, priority, now=now)
    ticket = session.get_one(Ticket, tickets.register(session, tap(world.requester), intake_id, now=now))

    clock = session.scalars(select(Clock)).one()
    assert (clock.target_min, clock.calendar) == (Defaults().reaction_minutes, calendar)
    assert ticket.search_due_at == now + wait
    assert states(session, ticket) == [OfferStatus.SENT]
    assert offers.proposed_slots(session, ticket, now=now)

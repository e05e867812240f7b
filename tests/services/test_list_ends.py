"""When the list has ended: who wanted more is won by policy at once, the silent are waited for, then a person looks."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain import wave
from core.domain.offer import DeclineReason, OfferStatus, WaveReason
from core.domain.ticket import Priority, TicketStatus
from core.services import intakes, offers, tickets, waves
from storage.models.directory import Service, SlaTarget
from storage.models.offer import Offer, Wave
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make.tickets import World, make_world, send, take, tap, tell

REACTION = timedelta(minutes=240)


@pytest.fixture
def world(session: Session, now: datetime) -> World:
    """One firm in reach of the site."""
    given = {"reaction_min": 240, "arrival_min": 480, "resolution_min": 960, "calendar": "24x7"}
    for priority in (Priority.NORMAL, Priority.EMERGENCY):
        session.add(SlaTarget(plan="План", priority=priority, **given))
    session.flush()
    return make_world(session, now=now, sla_plan="План")


def offer_of(session: Session, ticket: Ticket) -> Offer:
    rows = select(Offer).where(Offer.ticket_id == ticket.id).order_by(Offer.id.desc()).limit(1)
    return session.scalars(rows).one()


def says_no(world: World, ticket: Ticket, reason: DeclineReason) -> None:
    offers.decline(world.session, tap(world.engineer), offer_of(world.session, ticket).id, reason, now=world.now)


def next_look(world: World, clock: HandClock, ticket: Ticket) -> None:
    assert ticket.search_due_at is not None
    world.now = clock.at = ticket.search_due_at
    waves.sweep(world.session, 50, now=world.now)
    world.session.flush()
    world.session.refresh(ticket)


def test_who_wanted_more_is_offered_more_as_soon_as_nobody_else_is_left(world: World) -> None:
    session = world.session
    ticket = send(world)
    asked = []
    while ticket.status is TicketStatus.SEARCHING:
        asked.append(offer_of(session, ticket).pay_kop)
        says_no(world, ticket, DeclineReason.PRICE)

    assert asked == [260_000, 286_000, 312_000]  # the first rate and both steps of policy, in one minute
    reasons = session.scalars(select(Wave.reason).where(Wave.ticket_id == ticket.id).order_by(Wave.number)).all()
    assert reasons[0] is WaveReason.FIRST
    assert reasons.count(WaveReason.RAISED) == wave.RAISES
    assert ticket.status is TicketStatus.UNSTAFFED


def test_an_early_raise_is_not_made_again_when_its_share_of_the_clock_has_burnt(world: World, clock: HandClock) -> None:
    ticket = send(world)
    says_no(world, ticket, DeclineReason.PRICE)
    assert (ticket.raises, ticket.contractor_rate_kop) == (1, 286_000)
    begun = world.now
    while ticket.status is TicketStatus.SEARCHING and world.now < begun + REACTION * 0.6:
        next_look(world, clock, ticket)
    assert (ticket.raises, ticket.contractor_rate_kop) == (1, 286_000)


def test_a_raise_below_the_margin_floor_is_left_to_a_person(world: World) -> None:
    session = world.session
    service = session.scalars(select(Service)).one()
    service.client_price_kop = 300_000
    session.flush()
    ticket = send(world)
    says_no(world, ticket, DeclineReason.PRICE)
    assert (ticket.status, ticket.contractor_rate_kop) == (TicketStatus.UNSTAFFED, 260_000)


def test_a_no_for_another_reason_ends_the_list_at_once(world: World) -> None:
    ticket = send(world)
    says_no(world, ticket, DeclineReason.BUSY)
    assert (ticket.status, ticket.raises) == (TicketStatus.UNSTAFFED, 0)


def test_the_silent_may_still_say_yes_until_waves_would_grow(world: World, clock: HandClock) -> None:
    session, begun = world.session, world.now
    ticket = send(world)
    next_look(world, clock, ticket)
    assert offer_of(session, ticket).status is OfferStatus.LAPSED
    assert (ticket.status, ticket.search_due_at) == (TicketStatus.SEARCHING, begun + REACTION * 0.4)

    take(world, ticket, world.engineer)
    assert ticket.status is TicketStatus.ASSIGNED


def test_after_that_a_person_is_called(world: World, clock: HandClock) -> None:
    ticket = send(world)
    next_look(world, clock, ticket)
    next_look(world, clock, ticket)
    assert ticket.status is TicketStatus.UNSTAFFED


def test_an_emergency_does_not_wait_for_the_silent(world: World, clock: HandClock) -> None:
    intake_id = tell(world)
    intakes.set_priority(world.session, tap(world.requester), intake_id, Priority.EMERGENCY, now=world.now)
    number = tickets.register(world.session, tap(world.requester), intake_id, now=world.now)
    ticket = world.session.get_one(Ticket, number)
    next_look(world, clock, ticket)
    assert ticket.status is TicketStatus.UNSTAFFED

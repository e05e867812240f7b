"""Whose fault a cancellation is and what it costs: shown before the yes, written down with it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.clock import Whose
from core.domain.errors import FeeGrown, NotAllowed, NotFound
from core.domain.fee import Fee, is_in_vain
from core.domain.ticket import TicketStatus
from core.domain.visit import VisitStatus
from core.services import cancellations, tickets, visits
from storage.models.ticket import Cancellation, Ticket
from tests.clock import HandClock
from tests.make.tickets import World, bring, draft, make_world, send, tap, visit_of

PRICE, RATE = 150_000, 100_000
LATE = timedelta(hours=4)


def cancel(world: World, ticket: Ticket, actor: Actor, fault: Whose | None = None, **more: object) -> Cancellation:
    tickets.cancel(world.session, tap(actor), ticket.id, ticket.version, fault, now=world.now, **more)  # type: ignore[arg-type]
    return world.session.get_one(Cancellation, ticket.id)


@pytest.mark.parametrize(
    ("fault", "fee"),
    [
        (Whose.CLIENT, Fee(PRICE, RATE)),
        (Whose.OURS, Fee(0, RATE)),
        (Whose.CONTRACTOR, Fee(0, 0)),
        (Whose.NOBODY, Fee(0, 0)),
    ],
)
def test_who_is_to_blame_pays_for_a_trip_in_vain(session: Session, now: datetime, fault: Whose, fee: Fee) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    shown = cancellations.choices(session, world.dispatcher, ticket.id, now=now)
    assert {line.fault: line.fee for line in shown.lines}[fault] == fee
    assert shown.contractor == world.contractor.name

    row = cancel(world, ticket, world.dispatcher, fault)
    assert (row.fault, Fee(row.client_fee_kop, row.contractor_fee_kop)) == (fault, fee)
    assert (row.contractor_id, row.person_id) == (world.contractor.id, world.dispatcher.person_id)


@pytest.mark.parametrize("status", [TicketStatus.SEARCHING, TicketStatus.APPROVAL])
def test_before_anybody_took_it_nobody_pays(session: Session, now: datetime, status: TicketStatus) -> None:
    world = make_world(session, now=now)
    row = cancel(world, bring(world, status), world.requester)
    assert (row.fault, row.client_fee_kop, row.contractor_fee_kop) == (Whose.CLIENT, 0, 0)
    assert row.contractor_id is None


def test_in_good_time_it_costs_nothing_and_later_what_was_not_shown_is_not_taken(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    visit = visit_of(world, ticket)
    visit.starts_at, visit.ends_at = now + timedelta(hours=6), now + timedelta(hours=8)
    session.flush()
    (shown,) = cancellations.choices(session, world.requester, ticket.id, now=now).lines
    assert shown.fee == Fee(0, 0)

    world.now = clock.move(hours=3)
    with pytest.raises(FeeGrown):
        cancel(world, ticket, world.requester, Whose.CLIENT, agreed_kop=0)
    assert ticket.status is TicketStatus.ASSIGNED
    (shown,) = cancellations.choices(session, world.requester, ticket.id, now=world.now).lines
    assert shown.fee == Fee(PRICE, 0)  # what the crew gets is ours
    assert cancel(world, ticket, world.requester, Whose.CLIENT, agreed_kop=PRICE).client_fee_kop == PRICE


def test_who_is_under_way_is_paid_however_early_it_is(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    visit = visit_of(world, ticket)
    visits.go(session, tap(world.engineer), visit.id, now=now)
    visit.starts_at, visit.ends_at = now + timedelta(hours=6), now + timedelta(hours=8)
    session.flush()
    assert cancel(world, ticket, world.dispatcher, Whose.OURS).contractor_fee_kop == RATE


@pytest.mark.parametrize("status", [TicketStatus.IN_WORK, TicketStatus.REPORTED, TicketStatus.DISPUTED])
def test_who_was_there_is_paid(session: Session, now: datetime, status: TicketStatus) -> None:
    world = make_world(session, now=now)
    assert cancel(world, bring(world, status), world.dispatcher, Whose.CLIENT).client_fee_kop == PRICE


def test_what_waits_is_in_nobodys_way(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    assert cancel(world, bring(world, TicketStatus.ON_HOLD), world.dispatcher, Whose.CLIENT).client_fee_kop == 0


def test_the_desk_may_spare_the_client_and_the_crew_is_paid_all_the_same(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    row = cancel(world, bring(world, TicketStatus.ASSIGNED), world.dispatcher, Whose.CLIENT, waive=True)
    assert (row.client_fee_kop, row.contractor_fee_kop, row.note) == (0, RATE, "waived")


def test_a_client_blames_nobody_else_and_spares_himself_nothing(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    for fault, waive in ((Whose.OURS, False), (Whose.CONTRACTOR, False), (Whose.CLIENT, True)):
        with pytest.raises(NotAllowed):
            cancel(world, ticket, world.requester, fault, waive=waive)
    with pytest.raises(NotAllowed):
        cancellations.choices(session, world.engineer, ticket.id, now=now)
    foreign = make_world(session, now=now)
    with pytest.raises(NotFound):
        cancellations.choices(session, foreign.requester, ticket.id, now=now)
    assert session.scalars(select(Cancellation)).all() == []


def test_a_strangers_request_that_is_refused_costs_nothing(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket, _ = draft(world)
    tickets.refuse(session, tap(world.requester), ticket.id, now=now)
    row = session.get_one(Cancellation, ticket.id)
    assert (row.fault, row.client_fee_kop, row.contractor_fee_kop) == (Whose.NOBODY, 0, 0)


def test_a_second_tap_writes_no_second_price(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    for _ in range(2):
        cancel(world, ticket, world.dispatcher, Whose.NOBODY)
    assert len(session.scalars(select(Cancellation)).all()) == 1


@pytest.mark.parametrize(
    ("status", "visit", "hours", "in_vain"),
    [
        (TicketStatus.ASSIGNED, VisitStatus.PLANNED, 4, False),
        (TicketStatus.ASSIGNED, VisitStatus.CONFIRMED, 3.99, True),
        (TicketStatus.REWORK, VisitStatus.PLANNED, -1, True),
        (TicketStatus.ON_HOLD, VisitStatus.PLANNED, 1, False),
        (TicketStatus.ON_HOLD, VisitStatus.ON_SITE, 1, True),
        (TicketStatus.ASSIGNED, VisitStatus.EN_ROUTE, 48, True),
        (TicketStatus.REPORTED, VisitStatus.LEFT, -48, True),
        (TicketStatus.ASSIGNED, None, 0, False),
    ],
)
def test_a_trip_is_in_vain(
    now: datetime, status: TicketStatus, visit: VisitStatus | None, hours: float, in_vain: bool
) -> None:
    starts_at = now + timedelta(hours=hours) if visit is not None else None
    assert is_in_vain(status, visit, starts_at, now, LATE) is in_vain

"""Reaction, arrival and resolution beside each other: what begins, meets, stops them, and begins them again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.calendar import CalendarKind
from core.domain.clock import ClockKind, ClockState, StopReason, Whose
from core.domain.ticket import TicketStatus
from core.domain.visit import VisitOutcome
from core.services import acceptances, clocks, holds, tickets, visits
from storage.models.clock import Clock, ClockInterval
from storage.models.directory import SlaTarget
from storage.models.ticket import Ticket
from storage.models.visit import Visit
from tests.clock import HandClock
from tests.make.tickets import World, arrive, bring, make_world, report, send, take, tap, visit_of, wait

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
REACTION, ARRIVAL, RESOLUTION = ClockKind.REACTION, ClockKind.ARRIVAL, ClockKind.RESOLUTION
TARGETS = {"reaction_min": 240, "arrival_min": 480, "resolution_min": 960}


def add_target(session: Session, priority: str = "normal", calendar: str = "24x7", **minutes: int) -> SlaTarget:
    row = SlaTarget(plan="План", priority=priority, calendar=calendar, **(TARGETS | minutes))
    session.add(row)
    session.flush()
    return row


@pytest.fixture
def world(session: Session, now: datetime) -> World:
    add_target(session)
    return make_world(session, now=now, sla_plan="План")


def clock_of(world: World, ticket: Ticket, kind: ClockKind) -> Clock:
    rows = select(Clock).where(Clock.ticket_id == ticket.id, Clock.kind == kind).order_by(Clock.number.desc())
    return world.session.scalars(rows.limit(1)).one()


def states(world: World, ticket: Ticket) -> dict[ClockKind, ClockState]:
    rows = world.session.scalars(select(Clock).where(Clock.ticket_id == ticket.id).order_by(Clock.number))
    return {row.kind: row.state for row in rows}


def test_three_clocks_begin_at_the_registration_with_the_targets_of_the_plan(world: World) -> None:
    ticket = send(world)

    due = {kind: clock_of(world, ticket, kind).due_at for kind in (REACTION, ARRIVAL, RESOLUTION)}
    assert due == {REACTION: world.now + 4 * HOUR, ARRIVAL: world.now + 8 * HOUR, RESOLUTION: world.now + 16 * HOUR}


def test_a_plan_without_a_row_promises_no_arrival_and_no_resolution(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.DISPUTED)

    assert set(states(world, ticket)) == {REACTION}
    assert clocks.come_by(session, ticket, now=now) == ()


def test_each_promise_is_met_by_its_own_step(world: World) -> None:
    ticket = send(world)
    take(world, ticket)
    met, runs = ClockState.MET, ClockState.RUNNING
    assert states(world, ticket) == {REACTION: met, ARRIVAL: runs, RESOLUTION: runs}
    arrive(world, ticket)
    assert states(world, ticket) == {REACTION: met, ARRIVAL: met, RESOLUTION: runs}
    report(world, ticket)
    assert states(world, ticket) == {REACTION: met, ARRIVAL: met, RESOLUTION: met}


def test_a_job_handed_back_reopens_neither_the_reaction_nor_the_arrival(world: World) -> None:
    ticket = send(world)
    take(world, ticket)
    visit = arrive(world, ticket)
    visits.give_up(world.session, tap(world.engineer), visit.id, now=world.now)

    assert states(world, ticket) == {
        REACTION: ClockState.MET,
        ARRIVAL: ClockState.MET,
        RESOLUTION: ClockState.RUNNING,
        ClockKind.SEARCH: ClockState.RUNNING,
    }
    assert {row.number for row in world.session.scalars(select(Clock))} == {1}


def test_a_visit_at_a_locked_door_is_an_arrival_for_good(world: World) -> None:
    session, ticket = world.session, send(world)
    take(world, ticket)
    visit = arrive(world, ticket)
    visits.leave(session, tap(world.engineer), visit.id, VisitOutcome.NO_ACCESS, now=world.now)
    arrive(world, ticket)

    assert states(world, ticket)[ARRIVAL] is ClockState.MET
    assert session.scalars(select(Clock.number).where(Clock.kind == ARRIVAL)).all() == [1]


def test_a_place_read_late_counts_from_when_it_was_sent(world: World, clock: HandClock) -> None:
    ticket = send(world)
    take(world, ticket)
    sent_at, world.now = world.now + 8 * HOUR, clock.move(hours=17)  # the bot was down
    visit = come(world, ticket, sent_at)

    arrival = clock_of(world, ticket, ARRIVAL)
    assert (arrival.ended_at, visit.on_site_at) == (sent_at, sent_at)
    assert clocks.passed(world.session, arrival) == sent_at  # at the very deadline, not after it


def test_a_place_is_not_older_than_the_job(world: World) -> None:
    ticket = send(world)
    take(world, ticket)
    visit = come(world, ticket, world.now - MINUTE)

    assert (clock_of(world, ticket, ARRIVAL).ended_at, visit.on_site_at) == (world.now, world.now)


def come(world: World, ticket: Ticket, sent_at: datetime) -> Visit:
    visit, site = visit_of(world, ticket), world.site
    facts: dict[str, Any] = {"accuracy_m": 10, "sent_at": sent_at, "forwarded": False, "now": world.now}
    visits.arrive_by_location(world.session, tap(world.engineer), visit.id, site.lat, site.lon, **facts)
    return visit


def test_what_is_met_too_late_says_which_deadline_was_over(world: World, clock: HandClock) -> None:
    session, ticket, started = world.session, bring(world, TicketStatus.APPROVAL), world.now
    tickets.approve(session, tap(world.dispatcher), ticket.id, now=world.now)
    take(world, ticket)
    world.now = clock.move(hours=9)
    arrive(world, ticket)
    met = clock_of(world, ticket, ARRIVAL)
    assert (met.ended_at, clocks.passed(session, met)) == (world.now, started + 8 * HOUR)
    world.now = clock.move(hours=6)
    report(world, ticket)
    kept = clock_of(world, ticket, RESOLUTION)
    assert (kept.ended_at, clocks.passed(session, kept)) == (world.now, None)


STOPPED_BY = {
    StopReason.APPROVAL: {ARRIVAL, RESOLUTION},
    StopReason.ESTIMATE: {ARRIVAL, RESOLUTION},
    StopReason.EXTRA_WORKS: {ARRIVAL, RESOLUTION},
    StopReason.NO_ACCESS: {ARRIVAL, RESOLUTION},
    StopReason.NOT_READY: {ARRIVAL, RESOLUTION},
    StopReason.MOVED_BY_CLIENT: {ARRIVAL, RESOLUTION},
    StopReason.CLIENT_ANSWER: {RESOLUTION},
    StopReason.CLIENT_PARTS: {RESOLUTION},
    StopReason.OUR_PARTS: set(),
    StopReason.MOVED_BY_CONTRACTOR: set(),
    StopReason.FORCE_MAJEURE: {ARRIVAL, RESOLUTION},
}


@pytest.mark.breaks_invariants  # stopped by hand, without a hold
@pytest.mark.parametrize("reason", sorted(StopReason))
def test_a_reason_stops_what_the_table_says_and_the_wait_is_not_counted(
    world: World, clock: HandClock, reason: StopReason
) -> None:
    session, ticket = world.session, send(world)
    take(world, ticket)
    started = world.now
    world.now = clock.move(hours=1)
    clocks.stop(session, ticket, reason, cause=None, now=world.now)
    standing = {kind for kind, state in states(world, ticket).items() if state is ClockState.STOPPED}
    assert standing == STOPPED_BY[reason]
    assert all(clock_of(world, ticket, kind).due_at is None for kind in standing)

    world.now = clock.move(hours=2)
    clocks.go_on(session, ticket, cause=None, now=world.now)
    for kind, hours in ((ARRIVAL, 8), (RESOLUTION, 16)):
        waited = 2 if kind in standing else 0
        assert clock_of(world, ticket, kind).due_at == started + (hours + waited) * HOUR


def test_a_hold_stops_and_the_row_says_why_whose_and_by_which_proof(world: World, clock: HandClock) -> None:
    ticket = send(world)
    take(world, ticket)
    wait(world, ticket, StopReason.NO_ACCESS)

    stood = select(ClockInterval).join(Clock).where(Clock.kind == RESOLUTION, ClockInterval.runs.is_(False))
    row = world.session.scalars(stood).one()
    assert (row.reason, row.whose) == (StopReason.NO_ACCESS, Whose.CLIENT)
    assert row.audit_id is not None
    world.now = clock.move(hours=3)
    holds.sweep(world.session, 50, now=world.now)
    assert clock_of(world, ticket, RESOLUTION).state is ClockState.RUNNING


def wrong(world: World, ticket: Ticket) -> Clock:
    acceptances.wrong(world.session, tap(world.requester), ticket.id, "Мигает", now=world.now)
    return clock_of(world, ticket, RESOLUTION)


def test_from_reported_to_wrong_nothing_runs_and_then_what_was_left_does(
    world: World, clock: HandClock, session: Session
) -> None:
    session.scalars(select(SlaTarget)).one().resolution_min = 60 * 24 * 30
    session.flush()
    ticket = bring(world, TicketStatus.REPORTED)
    first = clock_of(world, ticket, RESOLUTION)
    assert first.state is ClockState.MET
    world.now = clock.move(days=3)
    again = wrong(world, ticket)

    assert (again.number, again.warned_pct, again.calendar) == (2, 0, CalendarKind.ROUND_THE_CLOCK)
    assert again.due_at == world.now + timedelta(days=30)
    assert clocks.reading(session, again, now=world.now).elapsed == timedelta(0)


def test_wrong_leaves_at_least_twenty_four_working_hours(world: World, clock: HandClock) -> None:
    ticket = bring(world, TicketStatus.REPORTED)  # Monday 10:00 in Moscow
    world.now = clock.move(hours=2)
    again = wrong(world, ticket)

    assert (again.target_min, again.calendar) == (24 * 60, CalendarKind.WORKING)
    assert again.due_at == datetime(2026, 3, 18, 15, tzinfo=UTC)  # 6 + 9 + 9 hours: Wednesday 18:00


def test_work_reported_again_meets_the_second_clock_and_a_dispute_taken_back_ends_it(world: World) -> None:
    session, ticket = world.session, bring(world, TicketStatus.REPORTED)
    wrong(world, ticket)
    acceptances.order_rework(session, tap(world.dispatcher), ticket.id, now=world.now)
    arrive(world, ticket)
    report(world, ticket)
    assert [(row.number, row.state) for row in session.scalars(select(Clock).where(Clock.kind == RESOLUTION))] == [
        (1, ClockState.MET),
        (2, ClockState.MET),
    ]
    third = wrong(world, ticket)
    acceptances.accept(session, tap(world.requester), ticket.id, ticket.version, now=world.now)
    assert (third.number, third.state) == (3, ClockState.ENDED)


def test_a_hold_of_a_dispute_begins_nothing_anew(world: World) -> None:
    ticket = bring(world, TicketStatus.DISPUTED)
    wait(world, ticket)
    holds.resume(world.session, tap(world.dispatcher), ticket.id, ticket.version, now=world.now)

    last = clock_of(world, ticket, RESOLUTION)
    assert (last.number, last.state) == (2, ClockState.RUNNING)

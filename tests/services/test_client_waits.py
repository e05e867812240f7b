"""What the client puts off is his time: arrival and resolution stand from the agreed time to the one he named."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.clock import Moved, StopReason, put_off
from core.domain.ticket import TicketStatus
from core.services import clocks, holds, moves, searches, visits
from storage.models.clock import Clock, ClockInterval
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make.tickets import World, arrive, bring, make_world, send, tap, visit_of, wait
from tests.services.test_clocks import ARRIVAL, HOUR, REACTION, RESOLUTION, add_target, clock_of

DAY = timedelta(days=1)


@pytest.fixture
def world(session: Session, now: datetime) -> World:
    add_target(session, arrival_min=60 * 24 * 3, resolution_min=60 * 24 * 6)
    return make_world(session, now=now, sla_plan="План")


def move(world: World, ticket: Ticket, who: Actor, start: datetime) -> None:
    moves.move(world.session, tap(who), visit_of(world, ticket).id, start, now=world.now)


def due(world: World, ticket: Ticket) -> tuple[datetime | None, datetime | None]:
    return clock_of(world, ticket, ARRIVAL).due_at, clock_of(world, ticket, RESOLUTION).due_at


def assigned(world: World) -> tuple[Ticket, datetime, datetime]:
    """With the first appointment tomorrow at 10:00, by the crew; the deadlines as they were without a move."""
    ticket = bring(world, TicketStatus.ASSIGNED)
    tomorrow = world.now + DAY
    move(world, ticket, world.engineer, tomorrow)
    return ticket, tomorrow, world.now


def test_the_deadline_moves_by_as_much_as_the_client_moved_the_visit(world: World, clock: HandClock) -> None:
    ticket, first, started = assigned(world)
    assert due(world, ticket) == (started + 3 * DAY, started + 6 * DAY)  # a crew's move costs nobody else
    world.now = clock.move(hours=2)
    move(world, ticket, world.requester, first + DAY)

    assert due(world, ticket) == (started + 4 * DAY, started + 7 * DAY)
    stood = select(ClockInterval).join(Clock).where(Clock.kind == ARRIVAL, ClockInterval.runs.is_(False))
    row = world.session.scalars(stood).one()
    assert (row.from_at, row.to_at, row.reason) == (first, first + DAY, StopReason.MOVED_BY_CLIENT)
    assert row.audit_id is not None


def test_a_crew_that_puts_it_off_again_pays_for_its_own_part(world: World) -> None:
    ticket, first, started = assigned(world)
    move(world, ticket, world.requester, first + DAY)
    move(world, ticket, world.engineer, first + 2 * DAY)
    assert due(world, ticket)[0] == started + 4 * DAY
    move(world, ticket, world.requester, first + 3 * DAY)
    assert due(world, ticket)[0] == started + 5 * DAY


def test_bringing_the_visit_forward_takes_the_wait_back(world: World) -> None:
    ticket, first, started = assigned(world)
    move(world, ticket, world.requester, first + 2 * DAY)
    move(world, ticket, world.dispatcher, first + DAY)
    assert due(world, ticket)[0] == started + 4 * DAY
    move(world, ticket, world.requester, first)
    assert due(world, ticket)[0] == started + 3 * DAY


def test_who_comes_sooner_ends_the_wait(world: World, clock: HandClock) -> None:
    ticket, first, started = assigned(world)
    move(world, ticket, world.requester, first + DAY)
    world.now = clock.move(hours=3)
    arrive(world, ticket)

    assert clock_of(world, ticket, ARRIVAL).ended_at == world.now
    assert clock_of(world, ticket, RESOLUTION).due_at == started + 6 * DAY


def test_a_hold_in_between_forgets_nothing_that_is_still_put_off(world: World, clock: HandClock) -> None:
    ticket, first, started = assigned(world)
    move(world, ticket, world.requester, first + DAY)
    wait(world, ticket)
    world.now = clock.move(hours=3)
    holds.sweep(world.session, 50, now=world.now)

    assert due(world, ticket)[0] == started + 4 * DAY + 3 * HOUR


def test_while_nobody_has_taken_it_the_wait_begins_at_once_and_the_search_goes_on(world: World) -> None:
    ticket, started = send(world), world.now
    searches.move(world.session, tap(world.requester), ticket.id, ticket.version, started + DAY, now=started)

    assert due(world, ticket) == (started + 4 * DAY, started + 7 * DAY)
    assert clock_of(world, ticket, REACTION).due_at == started + 4 * HOUR
    reading = clocks.reading(world.session, clock_of(world, ticket, ARRIVAL), now=started + DAY)
    assert reading.elapsed == timedelta(0)


def test_a_job_handed_back_leaves_the_client_his_wait(world: World) -> None:
    ticket, first, started = assigned(world)
    move(world, ticket, world.requester, first + DAY)
    visits.give_up(world.session, tap(world.engineer), visit_of(world, ticket).id, now=world.now)
    assert due(world, ticket)[0] == started + 4 * DAY


hours = st.integers(0, 100)


@given(hours, st.lists(st.tuples(st.booleans(), hours)))
def test_what_is_put_off_lies_apart_in_order_and_before_the_appointment(
    first: int, told: list[tuple[bool, int]]
) -> None:
    start = datetime.fromisoformat("2026-03-16T10:00:00+00:00")
    times = [start + first * HOUR, *(start + hour * HOUR for _, hour in told)]
    moved = [Moved(by, before, after) for (by, _), before, after in zip(told, times, times[1:], strict=False)]
    spans = put_off(moved)

    flat = [at for span in spans for at in span]
    assert flat == sorted(flat)
    assert all(begins < ends <= times[-1] for begins, ends in spans)
    if all(by for by, _ in told) and times == sorted(times):
        assert sum((ends - begins for begins, ends in spans), timedelta(0)) == times[-1] - times[0]

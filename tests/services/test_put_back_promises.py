"""Promises that were given by a clock that was wrong."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.clock import ClockKind, ClockState, Whose
from core.domain.ticket import TicketStatus
from core.services import guard, invariants, tickets
from storage.models.clock import ClockInterval
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make.promises import breach_of, clock_of, later, promise
from tests.make.tickets import World, add_step, send, tap
from tests.services.test_put_back import DAY, HOUR, jumped, settled
from tests.services.test_put_back_waits import once

AHEAD = [5 * HOUR, 20 * DAY, 300 * DAY]
REACTION, ARRIVAL, RESOLUTION = ClockKind.REACTION, ClockKind.ARRIVAL, ClockKind.RESOLUTION


def sent_in_a_wrong_hour(world: World, clock: HandClock, ahead: timedelta) -> Ticket:
    sent: list[Ticket] = []

    def sends(wrong: datetime) -> None:
        world.now = wrong
        sent.append(send(world))

    jumped(world.session, clock, ahead, meanwhile=once(sends))
    world.now = clock.now()
    settled(world.session, world.now)
    return sent[0]


@pytest.mark.parametrize("ahead", AHEAD)
def test_what_was_promised_in_a_wrong_hour_is_promised_now(
    session: Session, now: datetime, clock: HandClock, ahead: timedelta
) -> None:
    world = promise(session, now=now)
    ticket = sent_in_a_wrong_hour(world, clock, ahead)
    at = world.now
    for kind, hours in ((REACTION, 1), (ARRIVAL, 2), (RESOLUTION, 4)):
        row = clock_of(world, ticket, kind)
        assert (row.started_at, row.due_at, row.warn_at) == (at, at + hours * HOUR, at + hours * HOUR / 2)
    assert invariants.violations(session, now=at) == []

    later(world, clock, minutes=30)
    assert clock_of(world, ticket, REACTION).warned_pct == 50
    guard.heard(session, now=clock.move(minutes=29))
    later(world, clock, minutes=2)
    breach = breach_of(world, ticket, REACTION)
    assert breach is not None
    assert (breach.at, breach.whose, breach.ours_min) == (at + HOUR, Whose.OURS, 60)


@pytest.mark.parametrize("ahead", AHEAD)
def test_what_waits_for_approval_since_a_wrong_hour_stands_from_now_on(
    session: Session, now: datetime, clock: HandClock, ahead: timedelta
) -> None:
    world = promise(session, now=now)
    add_step(session, world.client)
    ticket = sent_in_a_wrong_hour(world, clock, ahead)
    assert ticket.status is TicketStatus.APPROVAL
    row = clock_of(world, ticket, RESOLUTION)
    spans = session.scalars(select(ClockInterval).where(ClockInterval.clock_id == row.id)).all()
    assert (row.state, row.started_at, {one.from_at for one in spans}) == (ClockState.STOPPED, world.now, {world.now})

    at = clock.move(minutes=10)
    tickets.approve(session, tap(world.dispatcher), ticket.id, now=at)
    assert (row.state, row.due_at) == (ClockState.RUNNING, at + 4 * HOUR)

"""Working hours over midnight, from the setting to the deadline: a night belongs to the day it begins on."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from core.domain.actor import Grant
from core.domain.calendar import DayKind
from core.domain.clock import ClockKind
from core.domain.role import Role
from core.services import calendar_days, calendars, numbers
from core.settings import Settings
from tests.clock import HandClock
from tests.make.people import add_person
from tests.make.promises import breach_of, clock_of, later, promise
from tests.make.tickets import World, send, tap

HOUR = timedelta(hours=1)


@pytest.fixture
def world(session: Session, now: datetime) -> World:
    """Work from six in the evening to nine in the morning; it is Monday, ten in Moscow."""
    told = Settings(_env_file=None, work_from_hour=18, work_to_hour=9)  # type: ignore[call-arg]
    session.info[numbers.KEY] = told.defaults()
    return promise(session, now=now, calendar="working", reaction_min=60, arrival_min=16 * 60)


def test_a_request_is_registered_and_owed_by_night(world: World, now: datetime) -> None:
    ticket = send(world)
    assert clock_of(world, ticket, ClockKind.REACTION).due_at == now + 9 * HOUR  # seven in the evening
    # Fifteen hours until nine on Tuesday, and one from six on.
    assert clock_of(world, ticket, ClockKind.ARRIVAL).due_at == now + 33 * HOUR


def test_a_promise_that_burns_out_after_midnight_is_broken_there(world: World, clock: HandClock) -> None:
    later(world, clock, hours=8)
    ticket = send(world)
    due = clock_of(world, ticket, ClockKind.ARRIVAL).due_at
    later(world, clock, hours=24)
    assert breach_of(world, ticket, ClockKind.ARRIVAL) is None
    later(world, clock, hours=1)
    broken = breach_of(world, ticket, ClockKind.ARRIVAL)
    assert (due, broken and broken.at) == (world.now, world.now)


def test_a_day_off_takes_the_night_that_begins_on_it_and_no_other(world: World, clock: HandClock) -> None:
    admin = add_person(world.session, Grant(Role.ADMIN), now=world.now)
    tuesday = world.now.date() + timedelta(days=1)
    calendar_days.say(world.session, tap(admin), tuesday, DayKind.OFF, now=world.now)
    ticket = send(world)

    # Monday's night lasts until nine on Tuesday; the sixteenth hour is the first of Wednesday's.
    assert clock_of(world, ticket, ClockKind.ARRIVAL).due_at == world.now + 57 * HOUR
    calendar_days.say(world.session, tap(admin), tuesday - timedelta(days=1), DayKind.SHORT, now=world.now)
    assert calendars.hours(world.session)(tuesday - timedelta(days=1)) == (18 * 60, 32 * 60)
    assert clock_of(world, ticket, ClockKind.ARRIVAL).due_at == world.now + 58 * HOUR

"""Other working hours, or another production calendar: noticed once, counted anew page by page, nothing judged again.

It is Monday 16 March, ten in Moscow; work is from nine to six.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.calendar import DayKind
from core.domain.clock import ClockKind as K
from core.domain.clock import Whose
from core.domain.defaults import Defaults
from core.services import calendar_counts, calendars, invariants, numbers, production_calendar
from storage.models.clock import Breach, Clock
from storage.models.desk import JobRun
from storage.models.quality import QualityEvent
from tests.clock import HandClock
from tests.make.promises import breach_of, clock_of, later, promise, swept
from tests.make.tickets import World, arrive, send, take

HOUR = timedelta(hours=1)


@pytest.fixture
def world(session: Session, now: datetime) -> World:
    made = promise(session, now=now, calendar="working", reaction_min=180, arrival_min=180, resolution_min=2400)
    started(made)
    return made


def started(world: World, limit: int = 1) -> int:
    """As every start does; returns how many pages there were."""
    pages, last = 0, calendar_counts.page(world.session, limit, 0, now=world.now)
    while last is not None:
        pages, last = pages + 1, calendar_counts.page(world.session, limit, last, now=world.now)
    return pages


def work(world: World, from_hour: int, to_hour: int) -> None:
    world.session.info[numbers.KEY] = replace(Defaults(), work_from_hour=from_hour, work_to_hour=to_hour)


def broken(world: World) -> list[str]:
    return invariants.violations(world.session, now=world.now)


def test_changed_hours_move_what_runs_once(world: World, clock: HandClock) -> None:
    ticket = send(world)
    later(world, clock, minutes=1)
    reaction = clock_of(world, ticket, K.REACTION)
    assert reaction.due_at == reaction.started_at + 3 * HOUR
    work(world, 9, 11)
    assert any("has a deadline that its intervals do not give" in row for row in broken(world))

    assert started(world) == 3
    # An hour of Monday, two of Tuesday; warned of as it burns now.
    assert reaction.due_at == reaction.started_at + 25 * HOUR
    assert reaction.warn_at == reaction.started_at + 23 * HOUR + HOUR / 2
    assert broken(world) == []
    assert started(world) == 0
    work(world, 9, 18)
    assert (started(world), reaction.due_at) == (3, reaction.started_at + 3 * HOUR)
    assert len(world.session.scalars(select(JobRun).where(JobRun.job == calendars.COUNTED)).all()) == 1


def test_another_production_calendar_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a newer library brings it: the Monday is off."""
    ticket = send(world)
    year = list(production_calendar.year(2026))
    year[date(2026, 3, 16).timetuple().tm_yday - 1] = DayKind.OFF
    monkeypatch.setattr(production_calendar, "_years", {2026: tuple(year)})
    calendars.working_time.cache_clear()
    try:
        assert started(world) == 3
        assert clock_of(world, ticket, K.REACTION).due_at == world.now + 26 * HOUR
        assert broken(world) == []
    finally:
        monkeypatch.undo()
        calendars.working_time.cache_clear()
        started(world)


def test_what_is_over_is_not_judged_again(world: World, clock: HandClock) -> None:
    """One who came too late and one who came in time, by hours in which both would have been otherwise."""
    late, kept = send(world), send(world)
    for ticket in (late, kept):
        take(world, ticket)
    later(world, clock, hours=2)
    arrive(world, kept)
    later(world, clock, hours=2)
    arrive(world, late)
    seen = facts(world)
    assert len(seen[0]) == 1

    for hours in ((9, 11), (0, 24)):
        work(world, *hours)
        started(world)
        assert facts(world) == seen
        assert broken(world) == []


def facts(world: World) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    rows = world.session.execute(select(Breach.clock_id, Breach.at, Breach.annulled_at))
    events = world.session.execute(select(QualityEvent.id, QualityEvent.annulled_at).order_by(QualityEvent.id))
    return [tuple(row) for row in rows], [tuple(row) for row in events]


def test_a_breach_of_what_runs_yet_follows_its_deadline(world: World, clock: HandClock) -> None:
    ticket = send(world)
    take(world, ticket)
    later(world, clock, hours=4)
    row = breach_of(world, ticket, K.ARRIVAL)
    assert row is not None
    at = row.at
    work(world, 9, 11)
    started(world)
    assert (row.annulled_at, clock_of(world, ticket, K.ARRIVAL).warned_pct) == (world.now, 0)
    assert broken(world) == []

    work(world, 9, 12)
    later(world, clock, hours=20)
    started(world)
    swept(world)
    assert (row.annulled_at, row.at) == (None, at + 21 * HOUR)
    assert broken(world) == []


def test_a_start_that_was_cut_short_is_made_good_by_the_next(world: World) -> None:
    ticket = send(world)
    work(world, 9, 11)
    assert calendar_counts.page(world.session, 1, 0, now=world.now) == clock_of(world, ticket, K.REACTION).id
    assert started(world, limit=2) == 2
    assert broken(world) == []
    assert started(world) == 0


def test_round_the_clock_knows_no_hours(session: Session, now: datetime) -> None:
    world = promise(session, now=now)
    send(world)
    before = session.execute(select(Clock.id, Clock.due_at)).all()
    work(world, 9, 11)
    assert started(world) == 0
    assert session.execute(select(Clock.id, Clock.due_at)).all() == before


def test_hours_by_which_a_deadline_is_over_accuse_nobody(world: World, clock: HandClock) -> None:
    """It was ahead when he looked at it; the sweep finds it written down as ours."""
    ticket = send(world)
    take(world, ticket)
    work(world, 9, 11)
    started(world)
    later(world, clock, hours=6)
    arrival = clock_of(world, ticket, K.ARRIVAL)
    assert breach_of(world, ticket, K.ARRIVAL) is None
    work(world, 9, 18)
    assert any("has a deadline that its intervals do not give" in row for row in broken(world))
    started(world)
    swept(world)
    row = breach_of(world, ticket, K.ARRIVAL)

    assert row is not None
    assert (row.at, row.whose, row.annulled_at) == (arrival.started_at + 3 * HOUR, Whose.OURS, None)
    work(world, 9, 12)
    started(world)
    assert row.annulled_at == world.now  # two hours of Monday, one of Tuesday
    later(world, clock, days=1)
    assert (row.at, row.whose, row.annulled_at) == (arrival.started_at + 24 * HOUR, Whose.CONTRACTOR, None)
    assert broken(world) == []

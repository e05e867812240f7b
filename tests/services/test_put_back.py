"""A clock that jumped ahead and was put right: what was noted by the wrong time says nothing of the time to come."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Grant
from core.domain.clock import ClockKind, Whose
from core.domain.quality import QualityKind
from core.domain.role import Role
from core.domain.task import TaskKind
from core.services import downtime, guard, tasks
from storage.models.desk import JobRun, Task
from tests.clock import START, HandClock
from tests.make.people import add_person
from tests.make.promises import breach_of, later
from tests.make.tickets import tap
from tests.services.test_downtime import gaps, missed, taken
from tests.services.test_no_shows import MINUTE, QUARTER, begun, strikes

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
AHEAD = [timedelta(days=365), 2 * HOUR]


@pytest.fixture(autouse=True)
def _a_year_goes_by(session: Session, clock: HandClock) -> Iterator[None]:
    """What was written by the wrong time lies ahead until then."""
    yield
    clock.at = START + 366 * DAY


def jumped(session: Session, clock: HandClock, ahead: timedelta, *, is_booted: bool = False) -> None:
    """Heard and running; then the clock is wrong for two minutes, in which everybody notes what he notes."""
    for note in (guard.heard, lambda s, *, now: guard.alive(s, 1, now=now)):
        note(session, now=clock.now())
    wrong = clock.move(seconds=ahead.total_seconds())
    if is_booted:
        guard.look_at_start(session, now=wrong)
    else:
        guard.doubt(session, ahead, now=wrong)
    for minutes in (1, 2):
        guard.heard(session, now=wrong + minutes * MINUTE, is_back=True)
        guard.alive(session, 1, now=wrong + minutes * MINUTE)
    clock.move(minutes=2, seconds=-ahead.total_seconds())
    if is_booted:
        guard.look_at_start(session, now=clock.now())
    else:
        guard.doubt(session, -ahead, now=clock.now())


def settled(session: Session, now: datetime) -> None:
    """A manager says that the time is right."""

    manager = add_person(session, Grant(Role.MANAGER), now=now)
    (task,) = session.scalars(select(Task).where(Task.kind == TaskKind.CLOCK_JUMP)).all()
    tasks.end(session, tap(manager), task.id, "done", now=now)


@pytest.mark.parametrize("is_booted", [True, False])
@pytest.mark.parametrize("ahead", AHEAD)
def test_no_time_to_come_is_known_to_be_unwatched(
    session: Session, clock: HandClock, ahead: timedelta, is_booted: bool
) -> None:
    before = clock.now()
    jumped(session, clock, ahead, is_booted=is_booted)
    now = clock.now()

    assert guard.is_held(session)
    assert gaps(session) == [(f"{before:%Y%m%dT%H%M%SZ}", now)]
    assert session.scalars(select(JobRun).where(JobRun.at > now)).all() == []
    last = now if ahead < DAY else before  # of the same day or not
    assert (guard.last_alive(session), downtime.last_heard(session, now=now)) == (last, last)
    for days in (1, 30, 300):
        then = now + days * DAY
        guard.heard(session, now=then + HOUR)
        assert downtime.is_unwatched(session, [then], now=then + HOUR) == frozenset()
        assert downtime.back_at(session, then, now=then + HOUR) is None


@pytest.mark.parametrize("ahead", AHEAD)
def test_silence_of_telegram_is_noticed_again_at_once(session: Session, clock: HandClock, ahead: timedelta) -> None:
    jumped(session, clock, ahead)
    deaf = clock.now()
    now = clock.move(minutes=20)
    assert downtime.is_unwatched(session, [deaf + 15 * MINUTE], now=now) == {deaf + 15 * MINUTE}


@pytest.mark.parametrize("ahead", AHEAD)
def test_a_promise_of_tomorrow_is_somebodys_again(session: Session, clock: HandClock, ahead: timedelta) -> None:
    jumped(session, clock, ahead)
    settled(session, clock.now())
    clock.move(hours=1)
    world, ticket = taken(session, clock)
    guard.heard(session, now=clock.move(minutes=89))
    later(world, clock, minutes=2)

    row = breach_of(world, ticket, ClockKind.ARRIVAL)
    assert row is not None
    assert (row.whose, missed(session)) == (Whose.CONTRACTOR, [None])


def test_nobody_who_does_not_come_is_waited_for_a_year(session: Session, now: datetime, clock: HandClock) -> None:
    world, watch, _, visit = begun(session, now, clock)
    jumped(session, clock, timedelta(days=365))
    settled(session, clock.now())
    watch.goes_to(visit.ends_at + QUARTER)
    guard.heard(session, now=world.now + QUARTER)
    watch.later(QUARTER)
    assert strikes(session) == [(QualityKind.NO_SHOW, 3000)]


def test_rows_of_days_to_come_are_believed_by_nobody(session: Session, clock: HandClock) -> None:
    """Whoever put the clock right may have done so while nothing of ours looked."""
    now, wrong = clock.now(), clock.now() + 365 * DAY
    downtime.note_heard(session, now=now - MINUTE)
    downtime.note_unwatched(session, now - HOUR, wrong)
    downtime.note_unwatched(session, wrong, wrong + HOUR)
    downtime.note_heard(session, now=wrong)

    assert downtime.last_heard(session, now=now) == now - MINUTE
    assert downtime.back_at(session, now - HOUR, now=now) == now
    assert downtime.is_unwatched(session, [now + HOUR, wrong], now=now) == frozenset()

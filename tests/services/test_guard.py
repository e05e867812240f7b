"""A doubtful time of the machine holds what cannot be undone, until a manager says that it is right."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Grant
from core.domain.errors import NotAllowed
from core.domain.notice import Notice
from core.domain.role import Role
from core.domain.task import TaskKind
from core.services import downtime, guard, tasks
from storage.models.desk import JobRun, Task
from storage.models.post import Outbox
from tests.clock import HandClock
from tests.make.people import add_dispatcher, add_person
from tests.make.tickets import tap

HOUR = timedelta(hours=1)


def doubts(session: Session) -> list[Task]:
    return list(session.scalars(select(Task).where(Task.kind == TaskKind.CLOCK_JUMP)))


@pytest.mark.parametrize("away", [-1 * HOUR, -timedelta(seconds=31), 7 * HOUR, timedelta(days=3650)])
def test_a_start_long_after_or_before_the_last_sign_of_life_holds(
    session: Session, clock: HandClock, away: timedelta
) -> None:
    guard.alive(session, 1, now=clock.now())
    clock.at += away
    guard.look_at_start(session, now=clock.now())
    guard.look_at_start(session, now=clock.move(hours=1))

    assert guard.is_held(session)
    (task,) = doubts(session)
    assert task.data == {"seconds": int(away.total_seconds())}


@pytest.mark.parametrize("away", [timedelta(0), -timedelta(seconds=20), 5 * HOUR])
def test_a_short_stop_holds_nothing(session: Session, clock: HandClock, away: timedelta) -> None:
    guard.look_at_start(session, now=clock.now())  # the very first start
    guard.alive(session, 1, now=clock.now())
    clock.at += away
    guard.look_at_start(session, now=clock.now())

    assert not guard.is_held(session)


def test_managers_are_rung_and_they_alone_end_it(session: Session, clock: HandClock, now: datetime) -> None:
    manager = add_person(session, Grant(Role.MANAGER), now=now)
    dispatcher = add_dispatcher(session, now=now)
    guard.doubt(session, HOUR, now=now)
    guard.doubt(session, HOUR, now=now)
    (task,) = doubts(session)
    rung = select(Outbox.person_id).where(Outbox.notice == Notice.CLOCK_JUMP)
    assert session.scalars(rung).all() == [manager.person_id]

    with pytest.raises(NotAllowed):
        tasks.end(session, tap(dispatcher), task.id, "done", now=now)
    assert guard.is_held(session)
    tasks.end(session, tap(manager), task.id, "done", now=now)
    assert not guard.is_held(session)

    guard.doubt(session, -HOUR, now=clock.move(hours=1))  # another doubt is another task
    assert guard.is_held(session)


def test_the_sign_of_life_is_one_row_a_day_and_never_goes_back(session: Session, now: datetime) -> None:
    for minutes in (0, 1, 2, -30):
        guard.alive(session, 1, now=now + timedelta(minutes=minutes))

    (row,) = session.scalars(select(JobRun))
    assert (row.scheduled_for, row.at) == ("2026-03-16", now + timedelta(minutes=2))
    assert guard.last_alive(session) == row.at


@pytest.mark.parametrize(("heard_for", "gap"), [(30, None), (28, None), (20, 20), (None, 0)])
@pytest.mark.parametrize("hours", [0, 7])
def test_a_timetable_that_stood_still_beside_a_bot_that_heard_leaves_no_gap(
    session: Session, now: datetime, clock: HandClock, heard_for: int | None, gap: int | None, hours: int
) -> None:
    """What people pressed was handled; only what nobody heard is nobody's fault."""
    guard.alive(session, 1, now=now)
    started = clock.move(hours=hours, minutes=30)
    if heard_for is not None:
        guard.heard(session, now=started - timedelta(minutes=30 - heard_for))
    guard.look_at_start(session, now=started)

    begins = session.scalars(select(JobRun.scheduled_for).where(JobRun.job == downtime.UNWATCHED)).all()
    since = now if heard_for is None else started - timedelta(minutes=30 - heard_for)
    assert begins == ([] if gap is None else [f"{since:%Y%m%dT%H%M%SZ}"])
    assert guard.is_held(session) == (hours == 7)

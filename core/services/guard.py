"""Whether the time of this machine may be trusted: what cannot be undone waits while it may not.

A wall clock that jumped, that was later before, or that nobody watched for hours (people could not report meanwhile)
opens one task; until a manager or an administrator says that the time is right, no rule blocks, no document is over
and no old update is deleted. What can be undone goes on: breaches are recorded, a wrong one is annulled. A deadline
that fell into minutes nobody watched is nobody's fault but ours (`core.services.downtime`), also where it was thought
to be somebody's before that was known.
"""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.notice import Notice
from core.domain.role import DESK_ROLES, Role
from core.domain.task import TaskKind
from core.services import audit, breaches, counters, downtime, notices, numbers, put_back, tasks
from storage.models.desk import JobRun, Task
from storage.models.people import Membership, Person

log = structlog.get_logger(__name__)

ALIVE = downtime.ALIVE
#: Clocks are put right by seconds all day long; more than this between the wall and the monotonic clock is a jump.
JUMP = timedelta(seconds=30)


def is_held(session: Session) -> bool:
    """Nothing that cannot be undone may be done by itself now."""
    doubt = select(Task.id).where(Task.kind == TaskKind.CLOCK_JUMP, Task.ended_at.is_(None))
    return session.scalar(doubt.limit(1)) is not None


def alive(session: Session, limit: int, *, now: datetime, skip: int = 0) -> int:
    """The timetable runs and has come to its end: once a minute, one row for each day in UTC."""
    if not skip:
        downtime.mark(session, ALIVE, now.date().isoformat(), now)
    return 0


def last_alive(session: Session) -> datetime | None:
    return session.scalar(select(func.max(JobRun.at)).where(JobRun.job == ALIVE))


def heard(session: Session, *, now: datetime, is_back: bool = False) -> None:
    """Telegram gave us what people wrote. `is_back`: if that is long after the last time, nobody was heard between."""
    last = downtime.last_heard(session, now=now)
    if is_back and last is not None and downtime.is_gap(session, now - last):
        _was_unwatched(session, last, now=now)
    downtime.note_heard(session, now=now)


def heard_ahead(session: Session, by: timedelta, *, now: datetime) -> None:
    """The clock is about to be moved on purpose: that is no silence."""
    downtime.note_heard(session, now=now + by)


def look_at_start(session: Session, *, now: datetime) -> None:
    """Against the last time the timetable was seen to run: time went back, or nobody watched for a while."""
    last = last_alive(session)
    if last is None:
        return None
    away = now - last
    if away < -JUMP:
        return doubt(session, away, now=now)
    # Whoever receives beside a timetable that was stopped heard what people had to say.
    since = max(last, downtime.last_heard(session, now=now) or last)
    if downtime.is_gap(session, now - since):
        _was_unwatched(session, since, now=now)
    if away > timedelta(hours=numbers.of(session).guard_away_hours):
        _hold(session, away, now=now)
    return None


def doubt(session: Session, jumped: timedelta, *, now: datetime) -> None:
    """The time of this machine has jumped: nobody watched what it left out, and what it takes back was never true."""
    if jumped > timedelta(0):
        _was_unwatched(session, now - jumped, now=now)
    else:
        put_back.take_back(session, now - jumped, now=now)
    _hold(session, jumped, now=now)


def _hold(session: Session, jumped: timedelta, *, now: datetime) -> None:
    """Opens the task and tells whoever may end it; one doubt at a time."""
    if is_held(session):
        return
    counters.turn(session, counters.DOUBT)
    seconds = int(jumped.total_seconds())
    task = tasks.open(
        session, TaskKind.CLOCK_JUMP, cause=f"{now.isoformat()} {seconds}", data={"seconds": seconds}, now=now
    )
    cause = audit.record(
        session, Actor.system("job:guard"), "task", task.id, "doubt", now=now, data={"seconds": seconds}
    )
    for person_id in _who_may_end(session):
        notices.tell(
            session,
            person_id,
            Notice.CLOCK_JUMP,
            cause=f"audit {cause.id}",
            now=now,
            data={"seconds": seconds, "task": task.id},
        )
    log.warning("what cannot be undone waits until somebody says that the time is right", seconds=seconds)


def _was_unwatched(session: Session, since: datetime, *, now: datetime) -> None:
    """A sweep may have been there first and blamed somebody for what he could not say."""
    downtime.note_unwatched(session, since, now)
    breaches.excuse(session, since, now=now)


def _who_may_end(session: Session) -> list[int]:
    """Managers; the administrators where there are none."""
    rows = session.execute(
        select(Membership.person_id, Membership.role)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.role.in_(DESK_ROLES), Membership.ended_at.is_(None), Person.telegram_id.is_not(None))
        .order_by(Membership.person_id)
    ).all()
    managers = {person_id for person_id, role in rows if role is Role.MANAGER}
    return sorted(managers or {person_id for person_id, role in rows if role is Role.ADMIN})

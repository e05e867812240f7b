"""Whether the time of this machine may be trusted: what cannot be undone waits while it may not.

A wall clock that jumped, that was later before, or that nobody watched for hours (people could not report meanwhile)
opens one task; until a manager or an administrator says that the time is right, automatic blocks and bills wait. What
can be undone goes on: breaches are recorded, a wrong one is annulled. A deadline that fell into hours nobody watched is
nobody's fault but ours.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.notice import Notice
from core.domain.role import DESK_ROLES, Role
from core.domain.task import TaskKind
from core.services import audit, notices, numbers, tasks
from storage.models.desk import JobRun, Task
from storage.models.people import Membership, Person

log = structlog.get_logger(__name__)

#: The job that says once a minute that the timetable runs; its row of a day holds the last time of that day.
ALIVE = "alive"
#: Rows of time nobody watched: from `scheduled_for` until `at`.
UNWATCHED = "unwatched"
#: Clocks are put right by seconds all day long; more than this between the wall and the monotonic clock is a jump.
JUMP = timedelta(seconds=30)


def is_held(session: Session) -> bool:
    """Nothing that cannot be undone may be done by itself now."""
    doubt = select(Task.id).where(Task.kind == TaskKind.CLOCK_JUMP, Task.ended_at.is_(None))
    return session.scalar(doubt.limit(1)) is not None


def alive(session: Session, limit: int, *, now: datetime, skip: int = 0) -> int:
    """The timetable runs and has come to its end: once a minute, one row for each day in UTC."""
    _mark(session, ALIVE, now.date().isoformat(), now)
    return 0


def last_alive(session: Session) -> datetime | None:
    return session.scalar(select(func.max(JobRun.at)).where(JobRun.job == ALIVE))


def look_at_start(session: Session, *, now: datetime) -> None:
    """Against the last time the timetable was seen to run: time went back, or nobody watched for hours."""
    last = last_alive(session)
    if last is None:
        return
    away = now - last
    if away < -JUMP or away > timedelta(hours=numbers.of(session).guard_away_hours):
        doubt(session, away, now=now)


def doubt(session: Session, jumped: timedelta, *, now: datetime) -> None:
    """Opens the task and tells whoever may end it; one doubt at a time."""
    if jumped > timedelta(0):
        _mark(session, UNWATCHED, f"{(now - jumped).astimezone(UTC):%Y%m%dT%H%M%SZ}", now)
    if is_held(session):
        return
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


def is_unwatched(session: Session, moments: Iterable[datetime]) -> frozenset[datetime]:
    """Those of the moments at which people could not report what they did, because nothing of ours was running."""
    asked = frozenset(moments)
    if not asked:
        return asked
    rows = session.scalars(select(JobRun).where(JobRun.job == UNWATCHED, JobRun.at >= min(asked))).all()
    spans = [(datetime.fromisoformat(row.scheduled_for), row.at) for row in rows]
    return frozenset(at for at in asked if any(begins <= at <= ends for begins, ends in spans))


def _mark(session: Session, job: str, period: str, at: datetime) -> None:
    """One row a period, with the latest time: two schedulers note the same once."""
    row = session.get(JobRun, (job, period))
    if row is None:
        session.add(JobRun(job=job, scheduled_for=period, at=at))
    else:
        row.at = max(row.at, at)
    session.flush()


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

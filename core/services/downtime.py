"""Time in which people could not tell us what they did: nothing of ours was running, or Telegram was out of reach.

Kept as rows of `job_run`. Whoever receives updates notes about once a minute that Telegram answered; where that is long
ago nobody is heard at this very moment. Without any such note nobody has ever received, and nothing is known: watched.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.services import numbers
from storage.models.desk import JobRun

#: The row of a day holds the last time of that day at which Telegram gave us what people wrote.
HEARD = "heard"
#: Rows of time nobody watched: from `scheduled_for` until `at`.
UNWATCHED = "unwatched"
#: The job that says once a minute that the timetable runs; its row of a day holds the last time of that day.
ALIVE = "alive"
#: A time the machine has shown before it was put back to `at`.
SHOWN = "shown"
#: When it was surely right for the last time before it showed that.
RIGHT = "right"

Span = tuple[datetime, datetime]


def note_heard(session: Session, *, now: datetime) -> None:
    mark(session, HEARD, now.date().isoformat(), now)


def last_heard(session: Session, *, now: datetime) -> datetime | None:
    """Days to come are a clock that was wrong: nobody was heard then."""
    known = JobRun.job == HEARD, JobRun.scheduled_for <= now.astimezone(UTC).date().isoformat()
    at = session.scalar(select(JobRun.at).where(*known).order_by(JobRun.scheduled_for.desc()).limit(1))
    return None if at is None else min(at, now)


def note_unwatched(session: Session, begins: datetime, ends: datetime) -> None:
    mark(session, UNWATCHED, _stamp(begins), ends)


def is_gap(session: Session, span: timedelta) -> bool:
    """Longer than things take when all is well."""
    return span > timedelta(minutes=numbers.of(session).guard_gap_minutes)


def _grace(session: Session) -> timedelta:
    """What happened meanwhile is on its way still: so long after we are back it is nobody's fault that it is late."""
    return timedelta(minutes=numbers.of(session).guard_grace_minutes)


def is_unwatched(session: Session, moments: Iterable[datetime], *, now: datetime) -> frozenset[datetime]:
    """Those of the moments at which people could not report what they did, or only a moment ago could again."""
    asked = frozenset(moments)
    if not asked:
        return asked
    late = _grace(session)
    spans = _spans(session, min(asked) - late, now)
    return frozenset(at for at in asked if any(begins <= at <= ends + late for begins, ends in spans))


def back_at(session: Session, since: datetime, *, now: datetime) -> datetime | None:
    """When people could reach us again after the last time from `since` on in which they could not: `now` while that
    lasts, None where there was no such time."""
    return max((ends for _, ends in _spans(session, since, now)), default=None)


def lost(session: Session, since: datetime, *, now: datetime) -> timedelta:
    """How much of the time from `since` until now people could not reach us, the grace after it included."""
    late, total, until = _grace(session), timedelta(0), since
    for begins, ends in sorted(_spans(session, since - late, now)):
        over = min(ends + late, now)
        total += max(over - max(begins, until), timedelta(0))
        until = max(until, over)
    return total


def said_at(session: Session, due: datetime, *, now: datetime) -> datetime:
    """When what reaches us now was said, as far as `due` is concerned: what is late only because people could not
    reach us is in time."""
    return now if now <= due else now - lost(session, due, now=now)


def put_back(session: Session, shown: datetime, *, now: datetime) -> None:
    """The time of this machine went back from `shown`: what was noted by the later one reaches no farther than now."""
    right, period = _right_until(session, now), _stamp(shown)
    later = select(JobRun).where(JobRun.job.in_((ALIVE, HEARD, UNWATCHED)), JobRun.at > now)
    for row in session.scalars(later).all():
        if _begins(row) > now:
            session.delete(row)
        else:
            row.at = now
    mark(session, SHOWN, period, now)
    if right is not None and session.get(JobRun, (RIGHT, period)) is None:
        session.add(JobRun(job=RIGHT, scheduled_for=period, at=right))
        session.flush()


def _right_until(session: Session, now: datetime) -> datetime | None:
    """What is noted of a day is its last time alone: where that lies ahead the day had begun at least."""
    rows = session.scalars(select(JobRun).where(JobRun.job.in_((ALIVE, HEARD)))).all()
    return max((row.at if row.at <= now else _begins(row) for row in rows if _begins(row) <= now), default=None)


def wrong_times(session: Session) -> list[Span]:
    """From when until when a clock that ran ahead has told the time, before it was put right: rows may be dated so.

    It ran ahead for no longer than since it was right for the last time, if that is known.
    """
    right = {row.scheduled_for: row.at for row in session.scalars(select(JobRun).where(JobRun.job == RIGHT))}
    spans = []
    for row in session.scalars(select(JobRun).where(JobRun.job == SHOWN)):
        shown, known = _begins(row), right.get(row.scheduled_for)
        spans.append((row.at if known is None else max(row.at, shown - (row.at - known)), shown))
    return spans


def was_dated_anew(session: Session, said: datetime, at: datetime) -> bool:
    """What a clock that ran ahead has said is dated `at`, when it was put right."""
    within = JobRun.at.between(at, at + timedelta(seconds=1))  # two processes notice in the same second
    known = select(JobRun.job).where(JobRun.job == SHOWN, within, JobRun.scheduled_for >= _stamp(said))
    return at < said and session.scalar(known.limit(1)) is not None


def mark(session: Session, job: str, period: str, at: datetime) -> None:
    """One row a period, with the latest time: two processes note the same once."""
    row = session.get(JobRun, (job, period))
    if row is None:
        session.add(JobRun(job=job, scheduled_for=period, at=at))
    else:
        row.at = max(row.at, at)
    session.flush()


def _spans(session: Session, since: datetime, now: datetime) -> list[Span]:
    """From when until when, of what had not ended before `since`; the last may last still."""
    rows = session.scalars(select(JobRun).where(JobRun.job == UNWATCHED, JobRun.at >= since)).all()
    spans = [(_begins(row), min(row.at, now)) for row in rows if _begins(row) <= now]
    heard = last_heard(session, now=now)
    if heard is not None and is_gap(session, now - heard):
        spans.append((heard, now))
    return spans


def _begins(row: JobRun) -> datetime:
    """Of a stretch of time, or of the day a row stands for; of what was shown the time."""
    return _time(row.scheduled_for)


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _time(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp).replace(tzinfo=UTC)

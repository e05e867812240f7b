"""Invariants of broken promises (once, at the deadline, none of what was kept) and of what runs once in a period."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from core.domain.clock import LEVELS, ClockState, Whose
from core.domain.notice import Notice
from core.domain.quality import QualityKind
from core.services import (
    breaches,
    burning,
    calendars,
    clock_verdicts,
    clocks,
    digests,
    guard,
    quality_disputes,
)
from core.services.invariant_checks.clocks import searches_are_timed
from core.services.invariant_checks.found import Found
from storage.models.clock import Breach, Clock
from storage.models.desk import JobRun
from storage.models.post import Outbox
from storage.models.quality import QualityEvent

#: Two ticks of the timetable, and the minute in which it says that it runs.
TOLERANCE = timedelta(minutes=1, seconds=4)


def promises_are_watched(session: Session, *, now: datetime) -> Found:
    """Whoever searches has a clock that warns; what has burnt out is written down once, also after downtime.

    The timetable says once a minute that it has come to its end: no deadline before that may be without its breach.
    """
    broken, examined = searches_are_timed(session, now=now)
    seen = guard.last_alive(session)
    live = select(Breach.id).where(Breach.clock_id == Clock.id, Breach.annulled_at.is_(None)).exists()
    promised = Clock.kind.in_(clocks.PROMISED)
    burnt = and_(Clock.state == ClockState.RUNNING, Clock.warned_pct >= LEVELS[-1])
    missed = or_(burnt, Clock.due_at < seen - TOLERANCE) if seen is not None else burnt
    late = select(Clock.id).where(promised, Clock.state == ClockState.RUNNING, missed, ~live)
    broken += [f"clock {clock} has burnt out and no breach says so" for clock in session.scalars(late)]
    twice = select(Breach.clock_id).group_by(Breach.clock_id).having(func.count() > 1)
    broken += [f"clock {clock} is broken twice" for clock in session.scalars(twice)]
    return broken, examined


def breaches_are_true(session: Session, *, now: datetime) -> Found:
    """At the deadline the intervals give, noticed after it, none of what was kept, every late end has one."""
    rows = session.execute(select(Clock, Breach).join(Breach, Breach.clock_id == Clock.id).order_by(Clock.id)).all()
    broken = []
    for clock, row in rows:
        due_at = clocks.passed(session, clock)
        kept = due_at is None or not breaches.is_broken(clock, due_at, now=now)
        # What burns out anew is found by the sweep; that it is not passed over, the promises that are watched tell.
        is_awaited = clock.state is ClockState.RUNNING and clock.warned_pct < LEVELS[-1]
        if row.detected_at < row.at:
            broken.append(f"breach {row.id} was noticed before it happened")
        elif row.annulled_at is None and (kept or row.at != due_at):
            broken.append(f"breach {row.id} of clock {clock.id} is not at its deadline")
        elif row.annulled_at is not None and not kept and not is_awaited:
            broken.append(f"breach {row.id} of clock {clock.id} was annulled and is one")
    broken += _ended(session) + _of_whom(session)
    return broken, len(rows)


def _ended(session: Session) -> list[str]:
    """What is over keeps the deadline it was judged by, and after it has a breach.

    By the intervals where the calendar is still the one it ended by. Time that counts is never more than time that
    passes, so most clocks need no second look.
    """
    over = select(Clock, Breach.id).outerjoin(Breach, Breach.clock_id == Clock.id)
    found, changed_at = [], calendars.changed_at(session)
    for clock, is_broken in session.execute(over.where(Clock.ended_at.is_not(None)).order_by(Clock.id)).all():
        ended_at, judged = clock.ended_at or clock.started_at, clock.judged_due_at
        is_long = ended_at - clock.started_at > timedelta(minutes=clock.target_min)
        is_sure = is_long and (changed_at is None or ended_at > changed_at)
        if judged is None:
            found.append(f"clock {clock.id} is over and keeps no deadline")
        elif clock.kind in clocks.PROMISED and is_broken is None and judged < ended_at:
            found.append(f"clock {clock.id} ended after its deadline and no breach says so")
        elif is_sure and judged != clock_verdicts.deadline(session, clock):
            found.append(f"clock {clock.id} was judged by a deadline that its intervals do not give")
    return found


def _of_whom(session: Session) -> list[str]:
    """A contractor's breach has had him at the deadline, and stands in his ledger exactly while it counts."""
    event = and_(QualityEvent.audit_id == Breach.audit_id, QualityEvent.kind == QualityKind.MISSED)
    rows = session.execute(
        select(Breach, Clock, QualityEvent).join(Clock, Clock.id == Breach.clock_id).outerjoin(QualityEvent, event)
    ).all()
    found, right = [], quality_disputes.excused(session)
    for row, clock, missed in rows:
        is_his = row.whose is Whose.CONTRACTOR
        if is_his and (clock.kind in burning.OURS_ALONE or row.contractor_id is None):
            found.append(f"breach {row.id} is laid to a contractor who did not have it")
        elif is_his != (missed is not None) and (clock.id, row.contractor_id) not in right:
            found.append(f"breach {row.id} is {row.whose}, the ledger says otherwise")
        elif row.annulled_at is not None and missed is not None and missed.annulled_at is None:
            found.append(f"breach {row.id} was annulled, the ledger counts it still")
    return found


def jobs_run_once(session: Session, *, now: datetime) -> Found:
    """Every period of a job has one run, inside it or after it; every digest belongs to a run, and none came twice."""
    runs = session.scalars(select(JobRun).order_by(JobRun.job, JobRun.scheduled_for)).all()
    broken = [
        f"{run.job} for {run.scheduled_for} ran at another time"
        for run in runs
        if run.job in (guard.ALIVE, digests.JOB) and abs((run.at.date() - _day(run)).days) > 1
    ]
    known = {run.scheduled_for for run in runs if run.job == digests.JOB}
    sent = session.execute(select(Outbox.dedupe_key, Outbox.id).where(Outbox.notice == Notice.DIGEST)).all()
    for key, letter in sent:
        _, day, person = key.split(":")
        if f"{day} {person}" not in known:
            broken.append(f"outbox {letter} is a digest without a run")
    return broken, len(runs)


def _day(run: JobRun) -> date:
    return date.fromisoformat(run.scheduled_for.partition(" ")[0])


CHECKS: dict[str, tuple[str, Callable[..., Found]]] = {
    "12": ("every promise is watched, and every breach written down once", promises_are_watched),
    "13": ("a breach is at its deadline", breaches_are_true),
    "15": ("what runs once in a period has run once", jobs_run_once),
}

"""Working hours or holidays other than those the deadlines were counted by: what is not over is counted anew.

What the operator says of a day is counted at once (`calendar_days`). Other settings, or another version of the product
with another production calendar, are noticed at start by a fingerprint. Pages are harmless when they are done twice, so
several processes may do them at a time, and one that was killed is made good by the next start.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.calendar import CalendarKind
from core.domain.clock import ClockState
from core.services import audit, breaches, calendars, clocks, production_calendar
from storage.models.clock import Breach, Clock, ClockInterval
from storage.models.desk import JobRun
from storage.models.ticket import Ticket

#: Deadlines reach no farther than the years around the present one: from, to.
NEAR_YEARS = (-1, 2)
_LENGTH = 20
#: So many clocks are read with one statement.
AT_ONCE = 500


def page(session: Session, limit: int, after: int, *, now: datetime) -> int | None:
    """So many living clocks with a higher id than `after`; returns the last of them, None when there is no more to do.

    With `after` 0 it looks first whether anything has changed.
    """
    mark = _fingerprint(session, now=now)
    if after == 0 and session.scalar(select(JobRun.scheduled_for).where(JobRun.job == calendars.COUNTED)) == mark:
        return None
    ids = session.scalars(_living(after).limit(limit)).all()
    if not ids:
        _keep(session, mark, now)
        return None
    _count(session, ids, now=now)
    return ids[-1]


def of_sites(session: Session, actor: Actor, site_ids: Collection[int], *, now: datetime) -> None:
    """The workbook puts sites into other zones: what was promised there runs by their days and hours now."""
    for site_id in sorted(site_ids):
        audit.record(session, actor, "site", site_id, calendars.REZONED, now=now)
    here = select(Ticket.id).where(Ticket.site_id.in_(site_ids))
    _count(session, session.scalars(_living(0).where(Clock.ticket_id.in_(here))).all(), now=now)


def of_all(session: Session, *, now: datetime) -> int:
    """Something was said of a day: whoever looks at a card now sees the deadline by it. Returns how many clocks run."""
    return _count(session, session.scalars(_living(0)).all(), now=now)


def following(session: Session, after: int, *, now: datetime) -> int | None:
    """The next of them: a clock that cannot be counted is passed by."""
    return session.scalar(_living(after).limit(1))


def _fingerprint(session: Session, *, now: datetime) -> str:
    """Of everything but the operator's own days that a deadline in working time is computed from."""
    years = range(now.year + NEAR_YEARS[0], now.year + NEAR_YEARS[1] + 1)
    tables = ("".join(kind[0] for kind in production_calendar.year(year)) for year in years)
    told = " ".join((*map(str, calendars.usual(session)), *map(str, years), *tables))
    return sha256(told.encode()).hexdigest()[:_LENGTH]


def _count(session: Session, ids: Sequence[int], *, now: datetime) -> int:
    """Returns how many of them run."""
    known: list[Clock] = []
    overtaken: list[Clock] = []
    broken: set[int] = set()
    for some in (ids[first : first + AT_ONCE] for first in range(0, len(ids), AT_ONCE)):
        # Who ends one of them at this moment ends it by its new deadline, or it is over and left alone.
        rows = select(Clock).where(Clock.id.in_(some), Clock.ended_at.is_(None)).order_by(Clock.id).with_for_update()
        living = session.scalars(rows).all()
        broken.update(session.scalars(select(Breach.clock_id).where(Breach.clock_id.in_(some))))
        overtaken += clocks.count_anew(session, living, now=now)
        known += living
    breaches.by_calendar(session, overtaken, now=now)
    for clock in known:
        if clock.id in broken:
            breaches.recheck(session, clock, now=now, by_calendar=True)
    return sum(clock.state is ClockState.RUNNING for clock in known)


def _living(after: int) -> Select[int]:
    on_it = select(ClockInterval.id).where(
        ClockInterval.clock_id == Clock.id, ClockInterval.calendar == CalendarKind.WORKING
    )
    return select(Clock.id).where(Clock.ended_at.is_(None), Clock.id > after, on_it.exists()).order_by(Clock.id)


def _keep(session: Session, mark: str, now: datetime) -> None:
    """One row; two processes that come to the end together write the same."""
    session.execute(delete(JobRun).where(JobRun.job == calendars.COUNTED, JobRun.scheduled_for != mark))
    row = {"job": calendars.COUNTED, "scheduled_for": mark, "at": now}
    session.execute(_WRITE[session.get_bind().dialect.name], [row])


def _write(insert: Any) -> Any:
    said = insert(JobRun)
    return said.on_conflict_do_update(index_elements=[JobRun.job, JobRun.scheduled_for], set_={"at": said.excluded.at})


_WRITE = {"sqlite": _write(sqlite_insert), "postgresql": _write(postgresql_insert)}

"""Days on which this operator differs from the production calendar; what already runs is counted anew at once."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.calendar import CalendarKind, DayKind
from core.domain.errors import FieldInvalid, NotAllowed
from core.domain.role import Role
from core.services import audit, breaches, calendar_counts, calendars
from storage.models.clock import CalendarDay

#: Nobody's deadline is farther; the production calendar is known within these.
FIRST_YEAR, LAST_YEAR = 2000, 2100


def say(session: Session, actor: Actor, day: date, kind: DayKind | None, *, now: datetime) -> int:
    """What the operator says of a day; None takes it back. Returns how many running clocks were counted anew.

    A deadline may come nearer or go farther; what was warned of or met stays as it was; what was broken is looked at
    once more. What was said is taken back of a day in any year. Raises NotAllowed, FieldInvalid("day") where something
    is said of a year that is none of ours.
    """
    if not actor.has(Role.ADMIN, Role.MANAGER):
        raise NotAllowed
    row = session.get(CalendarDay, day)
    if not FIRST_YEAR <= day.year <= LAST_YEAR and (kind is not None or row is None):
        raise FieldInvalid("day")
    if row is not None and kind is None:
        session.delete(row)
    elif row is not None and kind is not None:
        row.kind = kind
    elif kind is not None:
        session.add(CalendarDay(day=day, kind=kind))
    session.flush()
    data = {"day": day.isoformat(), "kind": kind}
    audit.record(session, actor, calendars.SAID_OF, day.toordinal(), "say", now=now, data=data)
    running = calendar_counts.of_all(session, now=now)
    # A day begins somewhere on earth half a day before it begins in UTC.
    since = datetime.combine(day, time(), tzinfo=UTC) - timedelta(days=1)
    breaches.recheck_calendar(session, CalendarKind.WORKING, since, now=now)
    return running


def said(session: Session, *, now: datetime) -> tuple[tuple[date, DayKind], ...]:
    """The operator's own days, in order."""
    rows = session.scalars(select(CalendarDay).order_by(CalendarDay.day))
    return tuple((row.day, row.kind) for row in rows)

"""Which days are worked, and when: the production calendar, and what the operator says against it in `calendar_day`."""

import functools
from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from core.domain.calendar import Calendar, CalendarKind, DayHours, DayKind, RoundTheClock, WorkingTime
from core.services import numbers, production_calendar
from storage.models.clock import CalendarDay
from storage.models.desk import Audit, JobRun

#: What the audit calls a day of which something was said.
SAID_OF = "calendar"
#: In the history of a site: it lies in another zone than was thought.
REZONED = "zone"
#: The row of `job_run` whose period is the fingerprint of what the deadlines were counted by.
COUNTED = "calendar"


def of(session: Session, kind: CalendarKind, zone: str) -> Calendar:
    if kind is CalendarKind.ROUND_THE_CLOCK:
        return RoundTheClock()
    rules = numbers.of(session)
    return working_time(zone, rules.work_from_hour, rules.work_to_hour, _said(session))


def after_days(session: Session, zone: str, start: datetime, days: int) -> datetime:
    """So many usual working days later."""
    rules = numbers.of(session)
    day = timedelta(hours=rules.work_to_hour - rules.work_from_hour)
    return of(session, CalendarKind.WORKING, zone).after(start, days * day)


def by_zone(session: Session) -> Callable[[str], Calendar]:
    """The working time of many zones: what is said of days is read once."""
    rules, said = numbers.of(session), _said(session)
    return lambda zone: working_time(zone, rules.work_from_hour, rules.work_to_hour, said)


def as_said(session: Session, kind: CalendarKind, zone: str, at: datetime) -> Calendar:
    """With what the operator had said of days by that moment; the audit remembers."""
    if kind is CalendarKind.ROUND_THE_CLOCK:
        return RoundTheClock()
    told = select(Audit.data).where(Audit.entity == SAID_OF, Audit.at <= at).order_by(Audit.id)
    last = {date.fromisoformat(data["day"]): data["kind"] for data in session.scalars(told)}
    said = frozenset((day, DayKind(kind)) for day, kind in last.items() if kind is not None)
    rules = numbers.of(session)
    return working_time(zone, rules.work_from_hour, rules.work_to_hour, said)


def changed_at(session: Session) -> datetime | None:
    """When something was said of a day last, a site was put into another zone, or hours or holidays were found to be
    other than before."""
    rezoned = and_(Audit.entity == "site", Audit.event == REZONED)
    said = session.scalar(select(func.max(Audit.at)).where(or_(Audit.entity == SAID_OF, rezoned)))
    counted = session.scalar(select(func.max(JobRun.at)).where(JobRun.job == COUNTED))
    return max((at for at in (said, counted) if at is not None), default=None)


def hours(session: Session) -> DayHours:
    """From when to when each day is worked, in minutes after its local midnight; also over the next one."""
    rules = numbers.of(session)
    return _hours(rules.work_from_hour, rules.work_to_hour, _said(session))


def usual(session: Session) -> tuple[int, int]:
    """As `hours`, of a day that is neither off nor short."""
    rules = numbers.of(session)
    return rules.work_from_hour * 60, rules.work_to_hour * 60


Said = frozenset[tuple[date, DayKind]]


def _said(session: Session) -> Said:
    return frozenset((row.day, row.kind) for row in session.execute(select(CalendarDay.day, CalendarDay.kind)))


@functools.lru_cache(maxsize=256)
def working_time(zone: str, from_hour: int, to_hour: int, said: Said) -> WorkingTime:
    """Kept between requests: laying out the days of a year costs more than a thousand deadlines."""
    return WorkingTime(zone, _hours(from_hour, to_hour, said))


def _hours(from_hour: int, to_hour: int, said: Said) -> DayHours:
    kinds, opens, closes = dict(said), from_hour * 60, to_hour * 60

    def worked(day: date) -> tuple[int, int] | None:
        kind = kinds.get(day) or production_calendar.kind_of(day)
        if kind is DayKind.OFF:
            return None
        return opens, closes - 60 if kind is DayKind.SHORT else closes

    return worked

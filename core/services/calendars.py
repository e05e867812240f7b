"""Which days are worked: the production calendar of Russia, and what the operator says against it.

The library knows holidays and moved days; a working day before a holiday of the law is an hour shorter (Labour Code,
article 95); rows of `calendar_day` stand above both.
"""

import functools
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.calendar import Calendar, CalendarKind, DayHours, DayKind, RoundTheClock, WorkingTime
from core.services import numbers
from storage.models.clock import CalendarDay

#: Holidays of the law (Labour Code, article 112), month and day. Days off moved by the government shorten nothing.
HOLIDAYS = frozenset({*((1, day) for day in range(1, 9)), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)})


def of(session: Session, kind: CalendarKind, zone: str) -> Calendar:
    if kind is CalendarKind.ROUND_THE_CLOCK:
        return RoundTheClock()
    rules = numbers.of(session)
    return working_time(zone, rules.work_from_hour, rules.work_to_hour, _said(session))


def hours(session: Session) -> DayHours:
    """From when to when each day is worked, in minutes after local midnight."""
    rules = numbers.of(session)
    return _hours(rules.work_from_hour, rules.work_to_hour, _said(session))


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
        kind = kinds.get(day) or _kind(day)
        if kind is DayKind.OFF:
            return None
        return opens, closes - 60 if kind is DayKind.SHORT else closes

    return worked


@functools.lru_cache(maxsize=4096)
def _kind(day: date) -> DayKind:
    if not _country().is_working_day(day):
        return DayKind.OFF
    following = day + timedelta(days=1)
    return DayKind.SHORT if (following.month, following.day) in HOLIDAYS else DayKind.WORK


@functools.cache
def _country() -> Any:
    # Half a second of import, needed only where time is counted in working hours.
    import holidays

    return holidays.country_holidays("RU")

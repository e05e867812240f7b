"""The production calendar of Russia: which days are worked, and which of them are an hour shorter.

The library knows holidays and what the government moved; how long a day is follows from the law (`_kind`). A year is
drawn up once, under a lock, into a table that nobody changes: the library's own object calls a year known before it
has filled it in, so no two threads share one.
"""

import re
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from core.domain.calendar import DayKind

#: Holidays of the law (Labour Code, article 112), month and day. Days off moved by the government shorten nothing.
HOLIDAYS = frozenset({*((1, day) for day in range(1, 9)), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)})

#: "Выходной (перенесено с 01.11.2025)": the day on which is worked instead.
_MOVED_FROM = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})")
_DAY = timedelta(days=1)

_lock = threading.Lock()
_years: dict[int, tuple[DayKind, ...]] = {}


def kind_of(day: date) -> DayKind:
    return year(day.year)[day.timetuple().tm_yday - 1]


def year(number: int) -> tuple[DayKind, ...]:
    """Every day of it, in order."""
    known = _years.get(number)
    if known is None:
        with _lock:
            known = _years.get(number)
            if known is None:
                known = _years[number] = _drawn_up(number)
    return known


def _drawn_up(number: int) -> tuple[DayKind, ...]:
    # Half a second of import, needed only where time is counted in working hours.
    import holidays

    # A day may be swapped with one of the next year; its own language, whatever this machine speaks.
    country = holidays.country_holidays("RU", years=(number, number + 1), language="ru")
    swapped = dict(_swapped(country))
    return tuple(_kind(country, swapped, day) for day in _days(number))


def _kind(country: Any, swapped: dict[date, date], day: date) -> DayKind:
    """An hour shorter is the working day right before a holiday of article 112 (Labour Code, article 95): a day off
    that was moved is none, and a Friday before a holiday on Monday is not right before it.

    A former day off is worked as long as the day it was swapped with (order 588n of 13.08.2009, point 1), whatever its
    own next day is: 20.02.2027 is short, for 22.02, the eve of 23.02; 28.12.2024 is not, for 30.12, after which a
    moved day off came.
    """
    if not country.is_working_day(day):
        return DayKind.OFF
    following = swapped.get(day, day) + _DAY
    return DayKind.SHORT if (following.month, following.day) in HOLIDAYS else DayKind.WORK


def _swapped(country: Any) -> Iterator[tuple[date, date]]:
    """A former day off that is worked, and the day that rests for it."""
    for rests, name in country.items():
        found = _MOVED_FROM.search(name)
        if found is not None:
            day, month, of_year = map(int, found.groups())
            yield date(of_year, month, day), rests


def _days(number: int) -> Iterator[date]:
    day = date(number, 1, 1)
    for offset in range((date(number, 12, 31) - day).days + 1):
        yield day + timedelta(days=offset)

"""Time that counts: round the clock, or the working hours of a place with its holidays.

Pure arithmetic: which day is worked from when to when is told by a function, so that the production calendar of a
country and the exceptions of an operator stay outside.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

#: Minutes after local midnight from when to when a day is worked, also over the next midnight; None: it is not.
DayHours = Callable[[date], tuple[int, int] | None]

#: Nobody plans farther; a calendar without working days must not be walked for ever.
HORIZON_DAYS = 3660
#: A shift over midnight ends up to two days after the local day it belongs to began, and zones differ by a day.
_MARGIN = timedelta(days=3)


class CalendarKind(StrEnum):
    """As the SLA plan names it."""

    ROUND_THE_CLOCK = "24x7"
    WORKING = "working"


class DayKind(StrEnum):
    """What an operator may say of one day against the production calendar."""

    OFF = "off"
    WORK = "work"
    SHORT = "short"  #: worked, an hour less


@dataclass(frozen=True, slots=True)
class RoundTheClock:
    def between(self, start: datetime, end: datetime) -> timedelta:
        return max(end - start, timedelta(0))

    def after(self, start: datetime, span: timedelta) -> datetime:
        return start + span


@dataclass(frozen=True, slots=True)
class _Days:
    """Worked spans of whole years in UTC, in order, and how much was worked before each: two looks by bisection
    instead of a walk over days."""

    first_year: int
    last_year: int
    opens: list[datetime]
    closes: list[datetime]
    before: list[timedelta]
    through: list[timedelta]

    def worked_until(self, at: datetime) -> timedelta:
        index = bisect_right(self.opens, at) - 1
        if index < 0:
            return timedelta(0)
        return self.before[index] + (min(at, self.closes[index]) - self.opens[index])


@dataclass(slots=True, eq=False)
class WorkingTime:
    """`hours` are those of the local day in `zone`; a day whose end is not after its start is not worked.

    One object is meant to be asked often: it keeps the days it has looked at.
    """

    zone: str
    hours: DayHours
    _days: _Days | None = field(default=None, init=False, repr=False)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much of the span is worked; nothing where it ends before it starts."""
        if end <= start:
            return timedelta(0)
        days = self._covering((start - _MARGIN).year, (end + _MARGIN).year)
        return days.worked_until(end) - days.worked_until(start)

    def after(self, start: datetime, span: timedelta) -> datetime:
        """The first moment at which `span` has been worked since `start`. Raises ValueError where nobody works."""
        start = start.astimezone(UTC)
        first, horizon = (start - _MARGIN).year, start + timedelta(days=HORIZON_DAYS)
        last = (start + _MARGIN).year
        while True:
            days = self._covering(first, last)
            due = _reached(days, start, span)
            if due is not None and due <= horizon:
                return due
            if due is not None or last > horizon.year:
                raise ValueError(f"no working time within {HORIZON_DAYS} days after {start:%Y-%m-%d}")
            last = days.last_year + 1

    def _covering(self, first_year: int, last_year: int) -> _Days:
        """Replaced whole when it must grow: other threads may be reading the one before."""
        days = self._days
        if days is None or first_year < days.first_year or last_year > days.last_year:
            if days is not None:
                first_year, last_year = min(first_year, days.first_year), max(last_year, days.last_year)
            self._days = days = self._laid_out(first_year, last_year)
        return days

    def _laid_out(self, first_year: int, last_year: int) -> _Days:
        days = _Days(first_year, last_year, [], [], [], [])
        total, end = timedelta(0), datetime.min.replace(tzinfo=UTC)
        for ordinal in range(date(first_year, 1, 1).toordinal(), date(last_year, 12, 31).toordinal() + 1):
            span = self._worked(date.fromordinal(ordinal))
            if span is None or span[1] <= max(span[0], end):
                continue
            # Hours that last over midnight are counted once where the next day begins before their end.
            opens, end = max(span[0], end), span[1]
            days.opens.append(opens)
            days.closes.append(end)
            days.before.append(total)
            total += end - opens
            days.through.append(total)
        return days

    def _worked(self, day: date) -> tuple[datetime, datetime] | None:
        hours = self.hours(day)
        if hours is None or hours[1] <= hours[0]:
            return None
        midnight = datetime.combine(day, time(), tzinfo=ZoneInfo(self.zone))
        # Wall-clock minutes: on the day the clocks change the shop still opens at nine.
        opens, closes = (_wall(midnight, minute) for minute in hours)
        return opens, closes


def _reached(days: _Days, start: datetime, span: timedelta) -> datetime | None:
    """None: not within these years."""
    index = bisect_right(days.closes, start)
    if index == len(days.closes):
        return None
    begin = max(days.opens[index], start)
    goal = days.before[index] + (begin - days.opens[index]) + span
    index = bisect_left(days.through, goal, lo=index)
    if index == len(days.through):
        return None
    return days.opens[index] + (goal - days.before[index])


def _wall(midnight: datetime, minute: int) -> datetime:
    return (midnight + timedelta(minutes=minute)).astimezone(UTC)


Calendar = RoundTheClock | WorkingTime

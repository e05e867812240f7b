"""Time that counts: round the clock, or the working hours of a place with its holidays.

Pure arithmetic: which day is worked from when to when is told by a function, so that the production calendar of a
country and the exceptions of an operator stay outside.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

#: Minutes after local midnight from when to when a day is worked; None: it is not.
DayHours = Callable[[date], tuple[int, int] | None]

#: Nobody plans farther; a calendar without working days must not be walked for ever.
HORIZON_DAYS = 3660


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
class WorkingTime:
    """`hours` are those of the local day in `zone`; a day whose end is not after its start is not worked."""

    zone: str
    hours: DayHours

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much of the span is worked."""
        total = timedelta(0)
        day, last = self._local(start).date(), self._local(end).date()
        while day <= last:
            span = self._worked(day)
            if span is not None:
                total += max(min(span[1], end) - max(span[0], start), timedelta(0))
            day += timedelta(days=1)
        return total

    def after(self, start: datetime, span: timedelta) -> datetime:
        """The first moment at which `span` has been worked since `start`. Raises ValueError where nobody works."""
        left = span
        day = self._local(start).date()
        for _ in range(HORIZON_DAYS):
            worked = self._worked(day)
            if worked is not None and worked[1] > start:
                begin = max(worked[0], start)
                if worked[1] - begin >= left:
                    return begin + left
                left -= worked[1] - begin
            day += timedelta(days=1)
        raise ValueError(f"no working time within {HORIZON_DAYS} days after {start:%Y-%m-%d}")

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.zone))

    def _worked(self, day: date) -> tuple[datetime, datetime] | None:
        hours = self.hours(day)
        if hours is None or hours[1] <= hours[0]:
            return None
        midnight = datetime.combine(day, time(), tzinfo=ZoneInfo(self.zone))
        # Wall-clock minutes: on the day the clocks change the shop still opens at nine.
        opens, closes = (_wall(midnight, minute) for minute in hours)
        return opens, closes


def _wall(midnight: datetime, minute: int) -> datetime:
    return (midnight + timedelta(minutes=minute)).astimezone(UTC)


Calendar = RoundTheClock | WorkingTime

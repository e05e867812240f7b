"""When an engineer may come: windows inside the site's hours, and the wait for an answer to an offer."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.domain.errors import SlotGone

DAY_MIN = 24 * 60


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours in minutes after local midnight; 0 and 1440 mean round the clock."""

    zone: str
    opens_min: int
    closes_min: int

    @property
    def is_round_the_clock(self) -> bool:
        return self.opens_min == 0 and self.closes_min >= DAY_MIN

    def is_open(self, at: datetime) -> bool:
        local = at.astimezone(ZoneInfo(self.zone))
        minute = local.hour * 60 + local.minute
        if self.opens_min < self.closes_min:
            return self.opens_min <= minute < self.closes_min
        return minute >= self.opens_min or minute < self.closes_min


@dataclass(frozen=True, slots=True)
class Slot:
    start: datetime
    end: datetime


def is_night(at: datetime, zone: str, *, from_hour: int, to_hour: int) -> bool:
    hour = at.astimezone(ZoneInfo(zone)).hour
    return hour >= from_hour or hour < to_hour


def night_ends(at: datetime, zone: str, *, to_hour: int) -> datetime:
    """The next time it is `to_hour` at the site."""
    local = at.astimezone(ZoneInfo(zone))
    day = local.date() + timedelta(days=1 if local.hour >= to_hour else 0)
    return datetime.combine(day, time(to_hour), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def propose(now: datetime, hours: Hours, *, length_hours: int, count: int, days_ahead: int) -> tuple[Slot, ...]:
    """The next windows of whole hours, not sooner than in an hour and fully inside the site's hours.

    Two today at most, so that tomorrow is on the list too.
    """
    zone = ZoneInfo(hours.zone)
    earliest = now + timedelta(hours=1)
    slots: list[Slot] = []
    for day in range(days_ahead + 1):
        today = [slot for slot in _windows(now, zone, hours, day, length_hours) if slot.start >= earliest]
        slots += today[: 2 if day == 0 else 1]
    return tuple(slots[:count])


def _windows(now: datetime, zone: ZoneInfo, hours: Hours, day: int, length_hours: int) -> list[Slot]:
    midnight = datetime.combine(now.astimezone(zone).date() + timedelta(days=day), time(), tzinfo=zone)
    first = 8 * 60 if hours.is_round_the_clock else hours.opens_min
    last = 20 * 60 if hours.is_round_the_clock else hours.closes_min
    if last <= first:  # over midnight: the part of this evening
        last += DAY_MIN
    step = length_hours * 60
    start = -(-first // 60) * 60
    starts = ((midnight + timedelta(minutes=m)).astimezone(UTC) for m in range(start, last - step + 1, step))
    windows = [Slot(at, at + timedelta(minutes=step)) for at in starts]
    # On the day the clocks change a window may slip out of the hours.
    return [slot for slot in windows if _is_inside(slot, hours)]


def _is_inside(slot: Slot, hours: Hours) -> bool:
    return hours.is_open(slot.start) and hours.is_open(slot.end - timedelta(minutes=1))


def chosen(start: datetime | None, now: datetime, hours: Hours, *, length_hours: int, days_ahead: int) -> Slot:
    """The window that was tapped, `None` meaning "now". Raises SlotGone if it is over or was never proposed."""
    length = timedelta(hours=length_hours)
    if start is None:
        return Slot(now, now + length)
    if start <= now or start > now + timedelta(days=days_ahead + 1):
        raise SlotGone
    if not _is_inside(Slot(start, start + length), hours) or start.minute or start.second:
        raise SlotGone
    return Slot(start, start + length)

"""When an engineer may come: windows inside the site's hours, before the deadline where some are left."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum, auto
from zoneinfo import ZoneInfo

from core.domain.errors import SlotGone

DAY_MIN = 24 * 60
#: Nobody is proposed to come sooner …
NOTICE = timedelta(hours=1)
#: … and a window leaves at least so much until the site closes, or until somebody must be there.
SHORTEST = timedelta(hours=1)
#: Who leaves right now is told until when: so much is enough to hold him to it.
RIGHT_NOW = timedelta(minutes=30)
#: Where a site never closes people are proposed these hours of the day, unless only the night is in time.
DAY_FROM_MIN, DAY_TO_MIN = 8 * 60, 20 * 60


@dataclass(frozen=True, slots=True)
class Slot:
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours in minutes after local midnight; 0 and 1440 mean round the clock."""

    zone: str
    opens_min: int
    closes_min: int

    @property
    def is_round_the_clock(self) -> bool:
        return self.opens_min == 0 and self.closes_min >= DAY_MIN

    @property
    def length_min(self) -> int:
        """From opening to closing, over midnight where it closes before it opens."""
        return self.closes_min - self.opens_min + (DAY_MIN if self.closes_min <= self.opens_min else 0)

    def is_open(self, at: datetime) -> bool:
        local = at.astimezone(ZoneInfo(self.zone))
        minute = local.hour * 60 + local.minute
        if self.opens_min < self.closes_min:
            return self.opens_min <= minute < self.closes_min
        return minute >= self.opens_min or minute < self.closes_min

    def opening(self, at: datetime) -> Slot | None:
        """From when to when the site is open around `at`; None while it is closed or never closes."""
        if self.is_round_the_clock:
            return None
        today = at.astimezone(ZoneInfo(self.zone)).date()
        for day in (today, today - timedelta(days=1)):
            start = _wall(day, self.opens_min, self.zone)
            end = _wall(day, self.opens_min + self.length_min, self.zone)
            if start <= at < end:
                return Slot(start, end)
        return None


class Late(Enum):
    """What is proposed of windows that begin after the next deadline."""

    BESIDE = auto()  #: those in time come first: for the desk, which knows why somebody can only come later
    INSTEAD = auto()  #: where none is in time: whoever may choose would be late for nothing
    NEVER = auto()  #: while the promise can be kept: somebody leaves now


def propose(
    now: datetime,
    hours: Hours,
    *,
    length_hours: int,
    count: int,
    days_ahead: int,
    deadlines: Sequence[datetime] = (),
    late: Late = Late.BESIDE,
    earliest: datetime | None = None,
    agreed: datetime | None = None,
) -> tuple[Slot, ...]:
    """The next windows, not sooner than in an hour, not before `earliest`, inside the site's hours.

    Those that begin before the first deadline come first, then those before the next; then two of today at most, so
    that tomorrow is on the list too. A time that was `agreed` with the client before stands at the head while it is
    ahead.
    """
    soonest = max(now + NOTICE, earliest or now)
    today = max(now, earliest or now).astimezone(ZoneInfo(hours.zone)).date()
    spread = _spread(today, soonest, hours, length_hours, days_ahead)
    wanted = [slot for slot in _exact(hours, length_hours, agreed, earliest) if slot.start >= soonest]
    in_turn = [
        [slot for slot in spread if slot.start < deadline] + list(_in_time(soonest, deadline, hours, length_hours))
        for deadline in deadlines
    ]
    chosen_ones = list(dict.fromkeys(wanted + _of_turns([*in_turn, spread], late)))[:count]
    chosen_ones = [in_time(slot, deadlines) for slot in chosen_ones]
    head = [slot for slot in chosen_ones if slot.start == agreed]
    return tuple(head + sorted((slot for slot in chosen_ones if slot not in head), key=lambda slot: slot.start))


def _of_turns(in_turn: Sequence[Sequence[Slot]], late: Late) -> list[Slot]:
    """`in_turn`: the windows before each deadline, and last those without one."""
    match late:
        case Late.BESIDE:
            return [slot for turn in in_turn for slot in turn]
        case Late.INSTEAD:
            return list(next((turn for turn in in_turn if turn), ()))
        case Late.NEVER:
            return list(in_turn[0])


def in_time(slot: Slot, deadlines: Iterable[datetime], least: timedelta = SHORTEST) -> Slot:
    """Who comes within the window keeps the promise: it ends with the first that leaves so much time to come in."""
    for deadline in deadlines:
        if slot.start + least <= deadline < slot.end:
            return Slot(slot.start, deadline.replace(second=0, microsecond=0))
    return slot


def of_day(day: date, hours: Hours, *, length_hours: int) -> tuple[Slot, ...]:
    """Every window that opens on this day of the site."""
    return tuple(_windows(day, hours, length_hours))


def window(start: datetime, hours: Hours, *, length_hours: int) -> Slot | None:
    """The window that begins then, cut where the site closes; None while it is closed or about to close."""
    end = start + timedelta(hours=length_hours)
    if hours.is_round_the_clock:
        return Slot(start, end)
    opening = hours.opening(start)
    if opening is None or opening.end - start < min(SHORTEST, opening.end - opening.start):
        return None
    return Slot(start, min(end, opening.end))


def chosen(
    start: datetime | None,
    now: datetime,
    hours: Hours,
    *,
    length_hours: int,
    days_ahead: int,
    earliest: datetime | None = None,
    agreed: Collection[datetime] = (),
) -> Slot:
    """The window that was tapped, `None` meaning "now". Raises SlotGone if it is over or was never proposed.

    A time that was `agreed` on before need not stand on the hour.
    """
    soonest = max(now, earliest or now)
    if start is None:
        if soonest > now:
            raise SlotGone
        return Slot(now, now + timedelta(hours=length_hours))
    if start <= now or start < soonest or start > soonest + timedelta(days=days_ahead + 1):
        raise SlotGone
    slot = window(start, hours, length_hours=length_hours)
    if slot is None or (start not in agreed and not _is_proposed(slot, hours, length_hours)):
        raise SlotGone
    return slot


def _spread(today: date, soonest: datetime, hours: Hours, length_hours: int, days_ahead: int) -> list[Slot]:
    """Two of the first day at most, then one of every day."""
    slots: list[Slot] = []
    # An opening that began yesterday may still have windows tonight.
    for day in range(-1, days_ahead + 1):
        found = [one for one in _windows(today + timedelta(days=day), hours, length_hours) if one.start >= soonest]
        slots += found[: (1 if day > 0 else max(0, 2 - len(slots)))]
    return slots


def _in_time(soonest: datetime, deadline: datetime, hours: Hours, length_hours: int) -> Iterable[Slot]:
    """Every window before the deadline; of the night too, where the site never closes and no day is left."""
    zone = ZoneInfo(hours.zone)
    first, last = (at.astimezone(zone).date() for at in (soonest - timedelta(days=1), deadline))
    days = [first + timedelta(days=n) for n in range(min((last - first).days, 7) + 1)]

    def before_deadline(found: Iterable[Slot]) -> list[Slot]:
        return [slot for slot in found if soonest <= slot.start < deadline]

    by_day = before_deadline(slot for day in days for slot in _windows(day, hours, length_hours))
    if by_day or not hours.is_round_the_clock:
        return by_day
    return before_deadline(slot for day in days for slot in _between(day, hours, 0, DAY_MIN, length_hours))


def _exact(hours: Hours, length_hours: int, *starts: datetime | None) -> list[Slot]:
    found = (window(start, hours, length_hours=length_hours) for start in starts if start is not None)
    return [slot for slot in found if slot is not None]


def _windows(day: date, hours: Hours, length_hours: int) -> list[Slot]:
    if hours.is_round_the_clock:
        return _between(day, hours, DAY_FROM_MIN, DAY_TO_MIN, length_hours)
    return _between(day, hours, hours.opens_min, hours.opens_min + hours.length_min, length_hours)


def _between(day: date, hours: Hours, first: int, last: int, length_hours: int) -> list[Slot]:
    """Windows on the full hour; where none fits a single one from the opening on, cut where the site closes."""
    step = length_hours * 60
    start = -(-first // 60) * 60
    if start + step > last:
        return [Slot(_wall(day, first, hours.zone), _wall(day, min(last, first + step), hours.zone))]
    zone = ZoneInfo(hours.zone)
    found = []
    for minute in range(start, last - step + 1, step):
        at = _wall(day, minute, hours.zone)
        end = at + timedelta(minutes=step)
        local = at.astimezone(zone)
        # On the day the clocks change an hour is missing, and a window may slip out of the hours.
        exists = local.hour * 60 + local.minute == minute % DAY_MIN
        if exists and (hours.is_round_the_clock or _is_inside(Slot(at, end), hours)):
            found.append(Slot(at, end))
    return found


def _is_proposed(slot: Slot, hours: Hours, length_hours: int) -> bool:
    """As `propose` draws them: whole windows on the full hour, or from the opening on."""
    opening = hours.opening(slot.start)
    if opening is not None and slot.start == opening.start:
        return True
    local = slot.start.astimezone(ZoneInfo(hours.zone))
    on_the_hour = not (local.minute or local.second or local.microsecond)
    return on_the_hour and slot.end - slot.start == timedelta(hours=length_hours)


def _is_inside(slot: Slot, hours: Hours) -> bool:
    opening = hours.opening(slot.start)
    return opening is not None and slot.end <= opening.end


def _wall(day: date, minute: int, zone: str) -> datetime:
    """Minutes after midnight as the clock on the wall shows them."""
    midnight = datetime.combine(day, time(), tzinfo=ZoneInfo(zone))
    return (midnight + timedelta(minutes=minute)).astimezone(UTC)

"""A clock is its intervals: against a slow count of minutes, and as an algebra of pauses and changed plans."""

import random
from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.calendar import Calendar, RoundTheClock, WorkingTime
from core.domain.clock import Interval, elapsed, reaches
from tests.calendar_cases import RUSSIAN_ZONES

MINUTE = timedelta(minutes=1)
START = datetime(2026, 2, 1, tzinfo=UTC)
MODEL_DAYS = 150
ZONES = (*RUSSIAN_ZONES, "Europe/Berlin", "America/New_York")
#: Off against the usual week, worked against it, and a day that ends sooner.
OFF = frozenset({date(2026, 2, 23), date(2026, 3, 9), date(2026, 5, 1), date(2026, 5, 11)})
WORKED = frozenset({date(2026, 2, 28), date(2026, 4, 4)})
SHORT = frozenset({date(2026, 2, 20), date(2026, 4, 30), date(2026, 5, 8)})


def hours(day: date) -> tuple[int, int] | None:
    if day in OFF or (day.weekday() >= 5 and day not in WORKED):
        return None
    return 540, 1020 if day in SHORT else 1080


@cache
def working(zone: str) -> WorkingTime:
    return WorkingTime(zone, hours)


class SlowClock:
    """Which minutes of UTC count, one by one: nothing is computed, only looked at."""

    def __init__(self, zone: str | None) -> None:
        self.counts = [zone is None or self._is_worked(START + n * MINUTE, ZoneInfo(zone)) for n in range(_MINUTES)]
        self.worked = [n for n, counts in enumerate(self.counts) if counts]

    @staticmethod
    def _is_worked(moment: datetime, zone: ZoneInfo) -> bool:
        local = moment.astimezone(zone)
        span = hours(local.date())
        return span is not None and span[0] <= local.hour * 60 + local.minute < span[1]

    def due(self, stretches: list[tuple[int, int | None]], target: int) -> int | None:
        """The minute at whose end the target is reached; minutes of the running stretches in order."""
        left = target
        for begin, end in stretches:
            first = bisect_right(self.worked, begin - 1)
            last = len(self.worked) if end is None else bisect_right(self.worked, end - 1)
            if last - first >= left:
                return self.worked[first + left - 1] + 1
            left -= last - first
        return None


_MINUTES = MODEL_DAYS * 24 * 60


def test_ten_thousand_deadlines_are_those_of_a_clock_that_counts_minutes() -> None:
    """Up to three pauses each, in every zone of Russia and two where the clocks change."""
    chance = random.Random(20260316)
    for zone in (*ZONES, None):
        slow = SlowClock(zone)
        calendar: Calendar = working(zone) if zone is not None else RoundTheClock()
        for _ in range(10_000 // (len(ZONES) + 1) + 1):
            cuts = sorted(chance.sample(range(40 * 24 * 60), chance.choice((1, 3, 5, 7))))
            ledger = [
                Interval(START + begin * MINUTE, START + end * MINUTE, n % 2 == 0, calendar)
                for n, (begin, end) in enumerate(pairwise(cuts))
            ]
            ledger.append(Interval(START + cuts[-1] * MINUTE, None, True, calendar))
            running = [(begin, end) for n, (begin, end) in enumerate(pairwise(cuts)) if n % 2 == 0]
            target = chance.randint(1, 6000)
            counted = slow.due([*running, (cuts[-1], None)], target)
            assert counted is not None
            assert reaches(ledger, target * MINUTE) == START + counted * MINUTE, (zone, cuts, target)


#: What happens to a clock after so many minutes.
steps = st.lists(
    st.tuples(
        st.sampled_from(["pause", "resume", "retarget", "recalendar"]), st.integers(0, 5000), st.integers(1, 9000)
    ),
    max_size=12,
)
_KINDS: tuple[Calendar, ...] = (RoundTheClock(), working("Asia/Omsk"), working("Europe/Berlin"))


@given(steps, st.integers(1, 9000), st.integers(0, 2))
@settings(max_examples=300, deadline=None)
def test_whatever_happens_to_a_clock_what_has_elapsed_and_what_is_left_make_the_target(
    told: list[tuple[str, int, int]], target: int, kind: int
) -> None:
    """Pause, resume, another target and another calendar in any order: nothing that ran is lost or counted twice."""
    now, ran = START, timedelta(0)
    calendar = _KINDS[kind]
    ledger = [Interval(now, None, True, calendar)]
    for step, after, number in told:
        before, now = now, now + after * MINUTE
        if ledger[-1].runs:
            ran += ledger[-1].calendar.between(before, now)
        assert elapsed(ledger, now) == ran
        if step == "retarget":
            target = number
            continue
        last = ledger.pop()
        ledger.append(Interval(last.start, now, last.runs, last.calendar))
        if step == "recalendar":
            calendar = _KINDS[number % len(_KINDS)]
        runs = last.runs if step == "recalendar" else step == "resume"
        ledger.append(Interval(now, None, runs, calendar))
        _holds(ledger, target, now, ran)


def _holds(ledger: list[Interval], target: int, now: datetime, ran: timedelta) -> None:
    due, goal = reaches(ledger, target * MINUTE), target * MINUTE
    if due is None:
        assert not ledger[-1].runs
        assert ran < goal
    elif ran < goal:
        assert due >= now
        assert ledger[-1].calendar.between(now, due) == goal - ran
        assert elapsed(ledger, due) == goal
    else:
        assert due <= now or elapsed(ledger, due) == goal
        assert elapsed(ledger, min(due, now)) >= goal


@given(st.integers(0, 60_000), st.integers(0, 20_000), st.integers(0, 20_000), st.sampled_from(ZONES))
@settings(max_examples=300, deadline=None)
def test_working_time_is_monotone_and_additive_in_every_zone(start: int, one: int, two: int, zone: str) -> None:
    calendar, begin = working(zone), START + start * MINUTE
    middle, end = begin + one * MINUTE, begin + (one + two) * MINUTE
    assert calendar.between(begin, middle) + calendar.between(middle, end) == calendar.between(begin, end)
    assert calendar.between(begin, middle) <= calendar.between(begin, end)
    assert calendar.after(calendar.after(begin, one * MINUTE), two * MINUTE) == calendar.after(
        begin, (one + two) * MINUTE
    )


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Moscow")).astimezone(UTC)


@pytest.mark.parametrize(
    ("pauses", "minutes", "due"),
    [
        ([], 60, "2026-03-16 11:00"),
        ([("2026-03-16 10:30", "2026-03-16 12:00")], 60, "2026-03-16 12:30"),
        # A pause is subtracted, not hidden: going on a day later does not make it overdue at once.
        ([("2026-03-16 10:30", "2026-03-17 10:30")], 60, "2026-03-17 11:00"),
        # A pause over the night costs nothing that would not have been worked.
        ([("2026-03-16 18:00", "2026-03-17 09:00")], 540, "2026-03-17 10:00"),
        # One that begins in the night and ends at noon costs the morning.
        ([("2026-03-16 23:00", "2026-03-17 12:00")], 540, "2026-03-17 13:00"),
        # Reached before the pause: the deadline is where it was.
        ([("2026-03-16 12:00", "2026-03-16 15:00")], 60, "2026-03-16 11:00"),
        # Paused at the very deadline: it was reached.
        ([("2026-03-16 11:00", "2026-03-16 15:00")], 60, "2026-03-16 11:00"),
    ],
)
def test_a_pause_is_subtracted_where_it_was_worked(pauses: list[tuple[str, str]], minutes: int, due: str) -> None:
    calendar, goes_on = working("Europe/Moscow"), at("2026-03-16 10:00")
    ledger = []
    for begin, end in pauses:
        ledger += [Interval(goes_on, at(begin), True, calendar), Interval(at(begin), at(end), False, calendar)]
        goes_on = at(end)
    ledger.append(Interval(goes_on, None, True, calendar))
    assert reaches(ledger, minutes * MINUTE) == at(due)


def test_a_clock_whose_time_jumps_back_loses_nothing_and_counts_nothing_twice() -> None:
    """An interval that would end before it began is of no length."""
    calendar = RoundTheClock()
    ledger = [Interval(START, START, True, calendar), Interval(START, None, True, calendar)]
    assert elapsed(ledger, START - timedelta(hours=1)) == timedelta(0)
    assert reaches(ledger, timedelta(hours=1)) == START + timedelta(hours=1)

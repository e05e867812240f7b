"""Deadline arithmetic: how many deadlines a second, in working time over all zones, beside plain time."""

import random
import time
from datetime import UTC, datetime, timedelta

from core.domain.calendar import Calendar, RoundTheClock
from core.domain.clock import Interval, reaches
from core.services import calendars
from tests.calendar_cases import RUSSIAN_ZONES

COUNT = 100_000
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def measure() -> list[tuple[str, ...]]:
    """A deadline: a clock of three intervals, one of which stood, and its target."""
    chance = random.Random(4)
    working = [calendars.working_time(zone, 9, 18, frozenset()) for zone in RUSSIAN_ZONES]
    plain = RoundTheClock()
    starts = [_BEGIN + timedelta(minutes=chance.randrange(365 * 24 * 60)) for _ in range(COUNT)]
    spans = [timedelta(minutes=chance.choice((60, 240, 480, 960, 2880))) for _ in range(COUNT)]
    ours = _per_second(starts, spans, working)
    bare = _per_second(starts, spans, [plain])
    return [("deadlines, working time", f"{ours:,.0f}/s", f"24x7 {bare:,.0f}/s", f"{ours / bare:.2f}", "≥ 20,000/s")]


def _per_second(starts: list[datetime], spans: list[timedelta], kinds: list[Calendar]) -> float:
    began = time.perf_counter()
    for number, (start, span) in enumerate(zip(starts, spans, strict=True)):
        calendar = kinds[number % len(kinds)]
        stood, again = start + timedelta(minutes=40), start + timedelta(hours=5)
        ledger = (
            Interval(start, stood, True, calendar),
            Interval(stood, again, False, calendar),
            Interval(again, None, True, calendar),
        )
        reaches(ledger, span)
    return len(starts) / (time.perf_counter() - began)

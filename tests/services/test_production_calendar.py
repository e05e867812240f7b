"""The production calendar by the rule of the law, against the published ones; and many threads that ask at once.

Short days as published for each year, with the norm of hours of a forty-hour week, which counts all of them.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core.domain.calendar import DayKind
from core.services import calendars, production_calendar

#: Year → its short days, and the norm of hours in a year of a forty-hour week.
PUBLISHED = {
    2018: ("22.02 07.03 28.04 08.05 09.06 29.12", 1970),
    2019: ("22.02 07.03 30.04 08.05 11.06 31.12", 1970),
    2020: ("30.04 08.05 11.06 03.11 31.12", 1979),
    2021: ("20.02 30.04 11.06 03.11", 1972),
    2022: ("22.02 05.03 03.11", 1973),
    2023: ("22.02 07.03 03.11", 1973),
    2024: ("22.02 07.03 08.05 11.06 02.11", 1979),
    2025: ("07.03 30.04 11.06 01.11", 1972),
    2026: ("30.04 08.05 11.06 03.11", 1972),
    2027: ("20.02 30.04 11.06 03.11", 1972),
}
#: A former day off, what it is worked for, and whether that day would have been right before a holiday.
SWAPPED = [
    ("2018-04-28", DayKind.SHORT),  # for Monday 30.04, then the First of May
    ("2018-06-09", DayKind.SHORT),  # for Monday 11.06, then the Day of Russia
    ("2018-12-29", DayKind.SHORT),  # for Monday 31.12, then the New Year
    ("2021-02-20", DayKind.SHORT),  # for Monday 22.02, then 23.02
    ("2022-03-05", DayKind.SHORT),  # for Monday 07.03, then 08.03
    ("2024-04-27", DayKind.WORK),  # for Monday 29.04; the day after it rests as well, but is no holiday
    ("2024-11-02", DayKind.SHORT),  # for Tuesday 30.04, half a year before, then the First of May
    ("2024-12-28", DayKind.WORK),  # for Monday 30.12; 31.12 is a moved day off and no holiday
    ("2025-11-01", DayKind.SHORT),  # for Monday 03.11, then the Day of Unity
    ("2027-02-20", DayKind.SHORT),  # for Monday 22.02, then 23.02
]


def days(year: int) -> Iterator[tuple[date, DayKind]]:
    for offset, kind in enumerate(production_calendar.year(year)):
        yield date(year, 1, 1) + timedelta(days=offset), kind


@pytest.mark.parametrize("year", PUBLISHED)
def test_short_days_and_the_norm_of_hours_are_those_published(year: int) -> None:
    shorts, norm = PUBLISHED[year]
    assert " ".join(f"{day:%d.%m}" for day, kind in days(year) if kind is DayKind.SHORT) == shorts
    hours = {DayKind.WORK: 8, DayKind.SHORT: 7, DayKind.OFF: 0}
    assert sum(hours[kind] for _, kind in days(year)) == norm


@pytest.mark.parametrize(("day", "kind"), SWAPPED)
def test_a_former_day_off_is_worked_as_long_as_the_day_it_was_swapped_with(day: str, kind: DayKind) -> None:
    assert production_calendar.kind_of(date.fromisoformat(day)) is kind


def test_no_other_weekend_is_worked() -> None:
    worked = [
        day.isoformat()
        for year in PUBLISHED
        for day, kind in days(year)
        if day.weekday() >= 5 and kind is not DayKind.OFF
    ]
    assert worked == [day for day, _ in SWAPPED]


def test_the_language_of_the_machine_changes_no_day(monkeypatch: pytest.MonkeyPatch) -> None:
    for language in ("en_US.UTF-8", "zh_CN.UTF-8", "C"):
        for name in ("LANGUAGE", "LC_ALL", "LANG"):
            monkeypatch.setenv(name, language)
        monkeypatch.setattr(production_calendar, "_years", {})
        assert production_calendar.kind_of(date(2027, 2, 20)) is DayKind.SHORT


def test_a_year_is_drawn_up_once_however_many_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    real = production_calendar._drawn_up

    def slowly(year: int) -> tuple[DayKind, ...]:
        drawn.append(year)
        time.sleep(0.05)
        return real(year)

    monkeypatch.setattr(production_calendar, "_years", {})
    monkeypatch.setattr(production_calendar, "_drawn_up", slowly)
    told = at_once(8, lambda: production_calendar.year(2027))

    assert drawn == [2027]
    assert all(one is told[0] for one in told)


def test_threads_that_ask_at_once_get_the_deadline_that_one_alone_gets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over a New Year nobody has asked for: a year known before it is filled would count its holidays as worked."""
    start, span = datetime(2026, 12, 30, 10, tzinfo=UTC), timedelta(hours=30)

    def due() -> datetime:
        return calendars.working_time("Europe/Moscow", 9, 18, frozenset()).after(start, span)

    def forget() -> None:
        monkeypatch.setattr(production_calendar, "_years", {})
        calendars.working_time.cache_clear()

    forget()
    alone, before = due(), sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(20):
            forget()
            assert set(at_once(4, due)) == {alone}
            assert due() == alone
    finally:
        sys.setswitchinterval(before)
        calendars.working_time.cache_clear()


def at_once(many: int, ask: Callable[[], Any]) -> list[Any]:
    barrier = threading.Barrier(many)
    told: list[Any] = []

    def go() -> None:
        barrier.wait()
        told.append(ask())

    threads = [threading.Thread(target=go) for _ in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == many
    return told

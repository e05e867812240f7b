"""Hours of rest: within a day, over midnight, none at all; always those of the place."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import rest

MOSCOW = "Europe/Moscow"
HOURS = st.integers(0, 23)


def at(local: str, zone: str = MOSCOW) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "hours", "end"),
    [
        ("2026-03-16 21:59", (22, 7), None),
        ("2026-03-16 22:00", (22, 7), "2026-03-17 07:00"),
        ("2026-03-16 23:59", (22, 7), "2026-03-17 07:00"),
        ("2026-03-17 00:00", (22, 7), "2026-03-17 07:00"),
        ("2026-03-17 06:59", (22, 7), "2026-03-17 07:00"),
        ("2026-03-17 07:00", (22, 7), None),
        ("2026-03-17 00:59", (1, 7), None),
        ("2026-03-17 01:00", (1, 7), "2026-03-17 07:00"),
        ("2026-03-17 07:00", (1, 7), None),
        ("2026-03-17 12:00", (1, 7), None),
        ("2026-03-16 23:30", (22, 0), "2026-03-17 00:00"),
        ("2026-03-17 00:00", (22, 0), None),
        ("2026-03-17 03:00", (0, 6), "2026-03-17 06:00"),
        ("2026-03-17 12:00", (0, 6), None),
    ],
)
def test_rest_ends_at_its_hour(now: str, hours: tuple[int, int], end: str | None) -> None:
    assert rest.ends(at(now), MOSCOW, *hours) == (end and at(end))


def test_rest_is_that_of_the_place_not_of_the_office() -> None:
    afternoon = at("2026-03-16 16:00")
    assert rest.ends(afternoon, "Asia/Vladivostok", 22, 7) == at("2026-03-17 07:00", "Asia/Vladivostok")
    assert rest.ends(afternoon, MOSCOW, 22, 7) is None


@given(HOURS, HOURS, HOURS, st.integers(0, 59))
def test_rest_is_what_a_plain_walk_through_the_day_says(start: int, stop: int, hour: int, minute: int) -> None:
    """By the hour: rest goes on until it is `stop` o'clock, if it began since it was last."""
    now = at("2026-03-17").astimezone(ZoneInfo(MOSCOW)).replace(hour=hour, minute=minute)
    resting, walked = set(), start
    while walked != stop:
        resting.add(walked)
        walked = (walked + 1) % 24
    end = rest.ends(now, MOSCOW, start, stop)
    assert (end is not None) is (hour in resting)
    if end is not None:
        assert timedelta() < end - now <= timedelta(hours=24)
        assert (end.astimezone(ZoneInfo(MOSCOW)).hour, end.minute) == (stop, 0)

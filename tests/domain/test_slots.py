"""Times an engineer may come: inside the site's hours, in its own zone, over midnight, around the clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.errors import SlotGone
from core.domain.slots import Hours, Slot, chosen, propose

MOSCOW = "Europe/Moscow"
SHOP = Hours(MOSCOW, 600, 1320)  # 10–22
ROUND = Hours(MOSCOW, 0, 1440)
BAR = Hours(MOSCOW, 18 * 60, 3 * 60)  # 18–03


def at(text: str, zone: str = MOSCOW) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def shown(slots: tuple[Slot, ...], zone: str = MOSCOW) -> list[str]:
    here = ZoneInfo(zone)
    return [f"{s.start.astimezone(here):%d %H:%M}–{s.end.astimezone(here):%H:%M}" for s in slots]


def proposed(now: datetime, hours: Hours) -> list[str]:
    return shown(propose(now, hours, length_hours=2, count=3, days_ahead=3), hours.zone)


@pytest.mark.parametrize(
    ("now", "hours", "expected"),
    [
        ("2026-03-16 10:00", SHOP, ["16 12:00–14:00", "16 14:00–16:00", "17 10:00–12:00"]),
        ("2026-03-16 11:00", SHOP, ["16 12:00–14:00", "16 14:00–16:00", "17 10:00–12:00"]),  # an hour is enough
        ("2026-03-16 11:01", SHOP, ["16 14:00–16:00", "16 16:00–18:00", "17 10:00–12:00"]),
        ("2026-03-16 19:30", SHOP, ["17 10:00–12:00", "18 10:00–12:00", "19 10:00–12:00"]),  # 20–22 is too soon
        ("2026-03-16 03:00", SHOP, ["16 10:00–12:00", "16 12:00–14:00", "17 10:00–12:00"]),
        ("2026-03-16 23:30", SHOP, ["17 10:00–12:00", "18 10:00–12:00", "19 10:00–12:00"]),
        ("2026-03-16 10:00", ROUND, ["16 12:00–14:00", "16 14:00–16:00", "17 08:00–10:00"]),
        ("2026-03-16 10:00", BAR, ["16 18:00–20:00", "16 20:00–22:00", "17 18:00–20:00"]),
        ("2026-12-31 21:00", SHOP, ["01 10:00–12:00", "02 10:00–12:00", "03 10:00–12:00"]),
    ],
)
def test_the_next_windows_are_proposed(now: str, hours: Hours, expected: list[str]) -> None:
    assert proposed(at(now), hours) == expected


def test_windows_are_in_the_zone_of_the_site() -> None:
    hours = Hours("Asia/Vladivostok", 600, 1320)

    assert proposed(at("2026-03-16 10:00"), hours) == ["16 18:00–20:00", "16 20:00–22:00", "17 10:00–12:00"]


@pytest.mark.parametrize(
    ("opens", "closes", "expected"),
    [
        (720, 780, ["16 12:00–13:00", "17 12:00–13:00", "18 12:00–13:00"]),  # lunch hour
        (750, 800, ["16 12:30–13:20", "17 12:30–13:20", "18 12:30–13:20"]),
        (750, 885, ["16 12:30–14:30", "17 12:30–14:30", "18 12:30–14:30"]),  # no full hour leaves two
        (1410, 30, ["16 23:30–00:30", "17 23:30–00:30", "18 23:30–00:30"]),  # around midnight
    ],
)
def test_a_site_open_for_less_than_a_window_is_visited_while_it_is_open(
    opens: int, closes: int, expected: list[str]
) -> None:
    hours = Hours(MOSCOW, opens, closes)
    assert proposed(at("2026-03-16 10:00"), hours) == expected
    for slot in propose(at("2026-03-16 10:00"), hours, length_hours=2, count=3, days_ahead=3):
        assert chosen(slot.start, at("2026-03-16 10:00"), hours, length_hours=2, days_ahead=3) == slot


def test_now_is_a_window_from_now() -> None:
    now = at("2026-03-16 10:17")

    assert chosen(None, now, SHOP, length_hours=2, days_ahead=3) == Slot(now, now + timedelta(hours=2))


@pytest.mark.parametrize(
    ("start", "hours"),
    [
        ("2026-03-16 10:00", SHOP),  # it has begun
        ("2026-03-15 12:00", SHOP),
        ("2026-03-16 21:00", SHOP),  # ends after closing
        ("2026-03-16 08:00", SHOP),
        ("2026-03-21 12:00", SHOP),  # nobody proposed that day
        ("2026-03-16 12:30", SHOP),  # nobody proposed half an hour
        ("2026-03-17 04:00", BAR),
    ],
)
def test_a_time_that_is_over_or_was_never_proposed_is_refused(start: str, hours: Hours) -> None:
    with pytest.raises(SlotGone):
        chosen(at(start), at("2026-03-16 10:00"), hours, length_hours=2, days_ahead=3)


@given(
    st.integers(0, 365 * 24 * 60),
    st.sampled_from([MOSCOW, "Asia/Kamchatka", "Europe/Kaliningrad", "Europe/Berlin"]),
    st.integers(0, 23),
    st.integers(0, 24),
)
@settings(max_examples=300)
def test_what_is_proposed_can_be_chosen(minute: int, zone: str, opens: int, closes: int) -> None:
    """Berlin changes its clocks: windows stay inside the hours of the wall clock there too."""
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    hours = Hours(zone, opens * 60, closes * 60)
    slots = propose(moment, hours, length_hours=2, count=3, days_ahead=3)

    assert len(slots) <= 3
    assert list(slots) == sorted(slots, key=lambda slot: slot.start)
    for slot in slots:
        assert slot.start >= moment + timedelta(hours=1)
        assert chosen(slot.start, moment, hours, length_hours=2, days_ahead=3) == slot

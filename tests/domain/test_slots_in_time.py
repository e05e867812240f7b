"""Windows against the clock: before the deadline first, at night where only the night is in time, never none."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.errors import SlotGone
from core.domain.slots import SHORTEST, Hours, Late, Slot, chosen, in_time, of_day, propose, window

MOSCOW, BERLIN = "Europe/Moscow", "Europe/Berlin"
SHOP = Hours(MOSCOW, 600, 1320)  # 10–22
ROUND = Hours(MOSCOW, 0, 1440)
NIGHT_CLUB = Hours(MOSCOW, 22 * 60, 6 * 60)
RUSSIA = [
    "Europe/Kaliningrad",
    "Europe/Moscow",
    "Europe/Samara",
    "Asia/Yekaterinburg",
    "Asia/Omsk",
    "Asia/Novosibirsk",
    "Asia/Krasnoyarsk",
    "Asia/Irkutsk",
    "Asia/Yakutsk",
    "Asia/Vladivostok",
    "Asia/Magadan",
    "Asia/Kamchatka",
]


def at(text: str, zone: str = MOSCOW) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def shown(slots: tuple[Slot, ...], zone: str) -> list[str]:
    here = ZoneInfo(zone)
    return [f"{s.start.astimezone(here):%d %H:%M}–{s.end.astimezone(here):%H:%M}" for s in slots]


def proposed(now: str, hours: Hours, *deadlines: datetime, **more: Any) -> list[str]:
    found = propose(at(now, hours.zone), hours, length_hours=2, count=3, days_ahead=3, deadlines=deadlines, **more)
    return shown(found, hours.zone)


@pytest.mark.parametrize(
    ("now", "hours", "deadline", "expected"),
    [
        # Everything before the deadline before anything after it.
        ("2026-03-16 10:00", SHOP, "2026-03-16 18:00", ["16 12:00–14:00", "16 14:00–16:00", "16 16:00–18:00"]),
        ("2026-03-16 10:00", SHOP, "2026-03-16 14:00", ["16 12:00–14:00", "16 14:00–16:00", "17 10:00–12:00"]),
        ("2026-03-16 10:00", SHOP, "2026-03-18 18:00", ["16 12:00–14:00", "16 14:00–16:00", "17 10:00–12:00"]),
        # One window is left today, the next morning is in time too.
        ("2026-03-16 18:30", SHOP, "2026-03-17 13:00", ["16 20:00–22:00", "17 10:00–12:00", "17 12:00–13:00"]),
        # None fits: the earliest ones, never an empty list.
        ("2026-03-16 10:00", SHOP, "2026-03-16 10:30", ["16 12:00–14:00", "16 14:00–16:00", "17 10:00–12:00"]),
        ("2026-03-16 10:00", SHOP, "2026-03-01 10:30", ["16 12:00–14:00", "16 14:00–16:00", "17 10:00–12:00"]),
        ("2026-03-16 21:00", SHOP, "2026-03-16 22:00", ["17 10:00–12:00", "18 10:00–12:00", "19 10:00–12:00"]),
        # Who never closes is visited at night where the day would be too late, and only there.
        ("2026-03-16 19:00", ROUND, "2026-03-16 23:00", ["16 20:00–22:00", "16 22:00–23:00", "17 08:00–10:00"]),
        ("2026-03-16 10:00", ROUND, "2026-03-16 23:00", ["16 12:00–14:00", "16 14:00–16:00", "16 16:00–18:00"]),
        # Over midnight: tonight's opening began yesterday.
        ("2026-03-16 01:30", NIGHT_CLUB, None, ["16 04:00–06:00", "16 22:00–00:00", "17 22:00–00:00"]),
        ("2026-03-16 01:30", NIGHT_CLUB, "2026-03-17 02:00", ["16 04:00–06:00", "16 22:00–00:00", "17 00:00–02:00"]),
        ("2026-03-16 23:10", NIGHT_CLUB, "2026-03-17 05:00", ["17 02:00–04:00", "17 04:00–05:00", "17 22:00–00:00"]),
        # Closed for today.
        ("2026-03-16 23:30", SHOP, "2026-03-17 11:00", ["17 10:00–11:00", "18 10:00–12:00", "19 10:00–12:00"]),
    ],
)
def test_windows_before_the_deadline_come_first(
    now: str, hours: Hours, deadline: str | None, expected: list[str]
) -> None:
    assert proposed(now, hours, *([at(deadline)] if deadline is not None else [])) == expected


def test_after_the_first_promise_the_next_one_is_kept() -> None:
    """Nobody can be there in half an hour; the work can still be done in time."""
    arrival, resolution = at("2026-03-16 10:30"), at("2026-03-16 17:30")
    found = proposed("2026-03-16 10:00", SHOP, arrival, resolution)

    assert found == ["16 12:00–14:00", "16 14:00–16:00", "16 16:00–17:30"]


@pytest.mark.parametrize(
    ("deadlines", "instead", "never"),
    [
        (("14:00", "16:30"), ["16 12:00–14:00"], ["16 12:00–14:00"]),
        (("11:30", "15:30"), ["16 12:00–14:00", "16 14:00–15:30"], []),
        (("11:00",), ["16 12:00–14:00", "16 14:00–16:00", "17 10:00–12:00"], []),
        ((), ["16 12:00–14:00", "16 14:00–16:00", "17 10:00–12:00"], None),
    ],
)
def test_who_may_choose_is_offered_nothing_late_while_something_is_in_time(
    deadlines: tuple[str, ...], instead: list[str], never: list[str] | None
) -> None:
    """For what is urgent somebody leaves now rather than late."""
    given = [at(f"2026-03-16 {one}") for one in deadlines]

    assert proposed("2026-03-16 10:00", SHOP, *given, late=Late.INSTEAD) == instead
    assert proposed("2026-03-16 10:00", SHOP, *given, late=Late.NEVER) == (instead if never is None else never)


@pytest.mark.parametrize("zone", [*RUSSIA, BERLIN])
@pytest.mark.parametrize("day", ["2026-01-15", "2026-03-29", "2026-06-01", "2026-10-25"])
def test_every_zone_counts_by_its_own_wall(zone: str, day: str) -> None:
    """Berlin changes its clocks on two of these days; Russia does not."""
    hours = Hours(zone, 540, 1260)

    assert proposed(f"{day} 08:30", hours, at(f"{day} 14:00", zone)) == [
        f"{day[-2:]} 11:00–13:00",
        f"{day[-2:]} 13:00–14:00",
        f"{int(day[-2:]) + 1:02} 09:00–11:00",
    ]


def test_an_hour_the_clocks_leave_out_is_no_window_and_the_next_ones_keep_their_length() -> None:
    """On 29 March it is never 02:00 in Berlin."""
    club = Hours(BERLIN, 22 * 60, 6 * 60)
    spring = of_day(date(2026, 3, 28), club, length_hours=2)
    autumn = of_day(date(2026, 10, 24), club, length_hours=2)

    assert shown(spring, BERLIN) == ["28 22:00–00:00", "29 00:00–03:00", "29 04:00–06:00"]
    assert shown(autumn, BERLIN) == ["24 22:00–00:00", "25 00:00–02:00", "25 02:00–03:00", "25 04:00–06:00"]
    assert {slot.end - slot.start for slot in spring + autumn} == {timedelta(hours=2)}


def test_nobody_is_proposed_before_the_client_wants_somebody() -> None:
    wanted = at("2026-03-27 13:30")

    assert proposed("2026-03-16 10:00", SHOP, earliest=wanted) == ["27 13:30–15:30", "27 14:00–16:00", "27 16:00–18:00"]
    with pytest.raises(SlotGone):
        chosen(None, at("2026-03-16 10:00"), SHOP, length_hours=2, days_ahead=3, earliest=wanted)
    with pytest.raises(SlotGone):
        chosen(at("2026-03-16 12:00"), at("2026-03-16 10:00"), SHOP, length_hours=2, days_ahead=3, earliest=wanted)
    far = chosen(at("2026-03-28 12:00"), at("2026-03-16 10:00"), SHOP, length_hours=2, days_ahead=3, earliest=wanted)
    assert far.start == at("2026-03-28 12:00")


def test_the_time_agreed_before_stands_at_the_head_while_it_is_ahead() -> None:
    kept = at("2026-03-17 15:30")

    assert proposed("2026-03-16 10:00", SHOP, agreed=kept) == ["17 15:30–17:30", "16 12:00–14:00", "16 14:00–16:00"]
    assert proposed("2026-03-17 15:00", SHOP, agreed=kept)[0] == "17 16:00–18:00"
    now = at("2026-03-16 10:00")
    assert chosen(kept, now, SHOP, length_hours=2, days_ahead=3, agreed=[kept]).start == kept
    with pytest.raises(SlotGone):
        chosen(kept, now, SHOP, length_hours=2, days_ahead=3)


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        ("2026-03-16 15:30", SHOP, "15:30–17:30"),
        ("2026-03-16 21:00", SHOP, "21:00–22:00"),  # cut where it closes
        ("2026-03-16 21:01", SHOP, None),  # too late to do anything
        ("2026-03-16 09:59", SHOP, None),
        ("2026-03-16 22:00", SHOP, None),
        ("2026-03-16 03:15", ROUND, "03:15–05:15"),
        ("2026-03-16 23:30", NIGHT_CLUB, "23:30–01:30"),
        ("2026-03-16 05:00", NIGHT_CLUB, "05:00–06:00"),
        ("2026-03-16 12:00", NIGHT_CLUB, None),
        ("2026-03-16 12:10", Hours(MOSCOW, 720, 770), None),  # an opening of 50 minutes is used whole
        ("2026-03-16 12:00", Hours(MOSCOW, 720, 770), "12:00–12:50"),
        ("2026-03-16 02:30", Hours(MOSCOW, 3 * 60, 2 * 60), None),  # closed for one hour of the night
        ("2026-03-16 01:00", Hours(MOSCOW, 3 * 60, 2 * 60), "01:00–02:00"),
    ],
)
def test_a_time_of_ones_own_must_lie_inside_one_opening(start: str, hours: Hours, expected: str | None) -> None:
    found = window(at(start), hours, length_hours=2)
    here = ZoneInfo(MOSCOW)
    told = f"{found.start.astimezone(here):%H:%M}–{found.end.astimezone(here):%H:%M}" if found is not None else None

    assert told == expected


@pytest.mark.parametrize(
    ("deadline", "ends"),
    [
        ("2026-03-16 15:00", "14:00"),
        ("2026-03-16 13:42", "13:42"),
        ("2026-03-16 13:00", "13:00"),
        ("2026-03-16 12:59", "14:00"),  # too little is left to come in, so nobody is held to it
        ("2026-03-16 11:00", "14:00"),
    ],
)
def test_a_window_ends_with_the_promise_where_an_hour_is_left_for_it(deadline: str, ends: str) -> None:
    found = in_time(Slot(at("2026-03-16 12:00"), at("2026-03-16 14:00")), [at(deadline)])

    assert found == Slot(at("2026-03-16 12:00"), at(f"2026-03-16 {ends}"))


@given(
    st.integers(0, 365 * 24 * 60),
    st.sampled_from([*RUSSIA, BERLIN]),
    st.integers(0, 1439),
    st.integers(1, 1440),
    st.integers(-600, 10_000),
)
@settings(max_examples=300, deadline=None)
def test_whatever_the_hours_and_the_clock_somebody_can_come(
    minute: int, zone: str, opens: int, closes: int, deadline: int
) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    due = now + timedelta(minutes=deadline)
    hours = Hours(zone, opens, closes)
    slots = propose(now, hours, length_hours=2, count=3, days_ahead=3, deadlines=[due])

    assert slots
    assert len(set(slots)) == len(slots)
    are_early = [slot.start < due for slot in slots]
    assert are_early == sorted(are_early, reverse=True)
    for slot in slots:
        assert hours.is_open(slot.start) or hours.is_round_the_clock
        assert in_time(chosen(slot.start, now, hours, length_hours=2, days_ahead=3), [due]) == slot
        assert slot.end <= due or slot.start + SHORTEST > due

"""Working time: counted against a plain minute-by-minute model, over nights, holidays and changes of the clocks."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.calendar import RoundTheClock, WorkingTime
from tests.calendar_cases import RUSSIAN_ZONES

MINUTE = timedelta(minutes=1)
ZONES = ("Europe/Kaliningrad", "Europe/Moscow", "Asia/Yekaterinburg", "Asia/Kamchatka", "Europe/Berlin")


def weekdays(day: date) -> tuple[int, int] | None:
    return (9 * 60, 18 * 60) if day.weekday() < 5 else None


def with_holiday(day: date) -> tuple[int, int] | None:
    """Wednesday is off, Tuesday ends an hour sooner, Saturday is worked."""
    return {1: (540, 1020), 2: None, 5: (540, 1080), 6: None}.get(day.weekday(), (540, 1080))


def nights(day: date) -> tuple[int, int] | None:
    """From six in the evening to nine in the morning; the shift of a Wednesday is none, a Tuesday's ends sooner."""
    return {1: (1080, 1920), 2: None, 5: None, 6: None}.get(day.weekday(), (1080, 1980))


def nearly_always(day: date) -> tuple[int, int] | None:
    return 23 * 60, 46 * 60


def at(text: str, zone: str = "Europe/Moscow") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


WORK = WorkingTime("Europe/Moscow", weekdays)


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-03-16 10:00", 60, "2026-03-16 11:00"),
        ("2026-03-16 17:30", 60, "2026-03-17 09:30"),  # over the night
        ("2026-03-13 17:30", 60, "2026-03-16 09:30"),  # over the weekend
        ("2026-03-16 06:00", 60, "2026-03-16 10:00"),  # before work: it begins at nine
        ("2026-03-14 12:00", 540, "2026-03-16 18:00"),  # exactly a day ends at its end, not at the next beginning
        ("2026-03-16 18:00", 1, "2026-03-17 09:01"),  # the end of the day belongs to nobody
        ("2026-03-16 10:00", 0, "2026-03-16 10:00"),
        ("2028-02-28 17:00", 120, "2028-02-29 10:00"),  # a leap day is a day
    ],
)
def test_a_deadline_in_working_time(start: str, minutes: int, end: str) -> None:
    assert WORK.after(at(start), timedelta(minutes=minutes)) == at(end)


def test_round_the_clock_is_plain_time() -> None:
    start = at("2026-12-31 23:00")

    assert RoundTheClock().after(start, timedelta(hours=30)) == start + timedelta(hours=30)
    assert RoundTheClock().between(start, start + timedelta(hours=30)) == timedelta(hours=30)
    assert RoundTheClock().between(start, start - timedelta(hours=1)) == timedelta(0)


def test_a_calendar_without_working_days_is_refused_not_walked_for_ever() -> None:
    with pytest.raises(ValueError, match="no working time"):
        WorkingTime("Europe/Moscow", lambda day: None).after(at("2026-03-16 10:00"), timedelta(minutes=1))


def test_hours_that_end_before_they_begin_are_not_worked() -> None:
    odd = WorkingTime("Europe/Moscow", lambda day: (18 * 60, 9 * 60))

    assert odd.between(at("2026-03-16 00:00"), at("2026-03-20 00:00")) == timedelta(0)


def test_hours_over_midnight_are_counted_once_and_to_their_end() -> None:
    """From six in the evening to three at night, and a day that begins before the last one has ended."""
    night = WorkingTime("Europe/Moscow", lambda day: (18 * 60, 27 * 60))
    assert night.after(at("2026-03-16 23:00"), timedelta(hours=5)) == at("2026-03-17 19:00")
    assert night.between(at("2026-03-16 00:00"), at("2026-03-18 00:00")) == timedelta(hours=3 + 9 + 6)
    round_and_round = WorkingTime("Europe/Moscow", lambda day: (9 * 60, 35 * 60))
    assert round_and_round.between(at("2026-03-16 00:00"), at("2026-03-18 00:00")) == timedelta(hours=48)


@pytest.mark.parametrize("zone", ["Etc/GMT+12", "Europe/Moscow", "Pacific/Kiritimati"])
def test_a_shift_of_the_old_year_is_worked_in_the_new_one(zone: str) -> None:
    """Also where UTC is a day ahead, and nobody has asked for the year before."""
    calendar = WorkingTime(zone, lambda day: (23 * 60, 46 * 60) if (day.month, day.day) == (12, 31) else None)
    start = at("2027-01-01 21:00", zone)

    assert calendar.after(start, timedelta(minutes=30)) == start + timedelta(minutes=30)
    assert WorkingTime(zone, calendar.hours).between(start, start + timedelta(days=1)) == timedelta(hours=1)


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-03-27 17:00", 120, "2026-03-30 10:00"),  # the clocks go forward between Friday and Monday
        ("2026-10-23 17:00", 120, "2026-10-26 10:00"),  # and back
    ],
)
def test_where_the_clocks_change_work_still_begins_at_nine(start: str, minutes: int, end: str) -> None:
    berlin = WorkingTime("Europe/Berlin", weekdays)
    assert berlin.after(at(start, berlin.zone), timedelta(minutes=minutes)) == at(end, berlin.zone)


@pytest.mark.parametrize("zone", RUSSIAN_ZONES)
def test_in_every_zone_of_russia_a_day_of_work_is_nine_hours_of_its_own_clock(zone: str) -> None:
    calendar = WorkingTime(zone, weekdays)
    assert calendar.after(at("2026-03-16 09:00", zone), timedelta(hours=10)) == at("2026-03-17 10:00", zone)
    assert calendar.between(at("2026-03-16 00:00", zone), at("2026-03-17 00:00", zone)) == timedelta(hours=9)


@pytest.mark.parametrize("zone", [*RUSSIAN_ZONES, "Europe/Berlin"])
def test_every_day_of_seventeen_years_is_worked_from_nine_to_six_by_its_own_clock(zone: str) -> None:
    """Also in the weeks in which Volgograd, Berlin and the others changed theirs."""
    calendar, here = WorkingTime(zone, weekdays), ZoneInfo(zone)
    midnights = [
        datetime.combine(date(2020, 1, 1) + timedelta(days=n), time(), tzinfo=here).astimezone(UTC)
        for n in range(17 * 365 + 5)
    ]
    for number, (begin, end) in enumerate(pairwise(midnights)):
        works = (date(2020, 1, 1) + timedelta(days=number)).weekday() < 5
        assert calendar.between(begin, end) == timedelta(hours=9 if works else 0)
        if works:
            opens = calendar.after(begin, timedelta(0)).astimezone(here)
            assert (opens.hour, opens.minute) == (9, 0)


def test_days_asked_for_out_of_order_are_those_asked_for_in_order() -> None:
    """What is kept of the years grows in both directions and changes no answer."""
    kept = WorkingTime("Asia/Omsk", with_holiday)
    for year in (2030, 2026, 2024, 2035, 2028):
        start, span = datetime(year, 12, 31, 12, tzinfo=UTC), timedelta(hours=500)
        fresh = WorkingTime("Asia/Omsk", with_holiday)
        assert kept.after(start, span) == fresh.after(start, span)
        assert kept.between(start, start + span) == fresh.between(start, start + span)


#: In UTC, whole minutes.
moments = st.datetimes(datetime(2026, 3, 1), datetime(2026, 11, 15), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment.replace(second=0, microsecond=0)
)


HOURS = (weekdays, with_holiday, nights, nearly_always)


@given(moments, st.integers(0, 5 * 24 * 60), st.sampled_from(ZONES), st.sampled_from(HOURS))
@settings(max_examples=60, deadline=None)
def test_working_time_agrees_with_a_count_of_minutes(
    start: datetime, length: int, zone: str, hours: Callable[[date], tuple[int, int] | None]
) -> None:
    calendar = WorkingTime(zone, hours)

    def is_worked(moment: datetime) -> bool:
        local = moment.astimezone(ZoneInfo(zone))
        minute = local.hour * 60 + local.minute
        shifts = ((hours(local.date() - timedelta(days=ago)), minute + ago * 24 * 60) for ago in (0, 1))
        return any(span is not None and span[0] <= passed < span[1] for span, passed in shifts)

    counted = sum(is_worked(start + MINUTE * n) for n in range(length))
    assert calendar.between(start, start + MINUTE * length) == MINUTE * counted


@given(moments, st.integers(0, 10_000), st.integers(0, 10_000), st.sampled_from(ZONES), st.sampled_from(HOURS))
@settings(max_examples=200, deadline=None)
def test_working_time_is_monotone_and_additive(
    start: datetime, one: int, two: int, zone: str, hours: Callable[[date], tuple[int, int] | None]
) -> None:
    calendar = WorkingTime(zone, hours)
    middle, end = start + MINUTE * one, start + MINUTE * (one + two)

    assert calendar.between(start, middle) + calendar.between(middle, end) == calendar.between(start, end)
    first, second = timedelta(minutes=one), timedelta(minutes=two)
    assert calendar.after(calendar.after(start, first), second) == calendar.after(start, first + second)
    assert calendar.after(start, first) <= calendar.after(start, first + second)


@given(moments, st.integers(1, 20_000), st.sampled_from(ZONES))
@settings(max_examples=200, deadline=None)
def test_what_has_elapsed_at_the_deadline_is_the_target(start: datetime, minutes: int, zone: str) -> None:
    calendar, span = WorkingTime(zone, with_holiday), timedelta(minutes=minutes)
    due = calendar.after(start, span)

    assert calendar.between(start, due) == span
    assert calendar.between(start, due - MINUTE) < span

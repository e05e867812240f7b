"""A day and a time as people write them, read in the zone of the site."""

import contextlib
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import FieldInvalid, Invalid, TimePast
from core.domain.typed_time import day, moment

MOSCOW, BERLIN = "Europe/Moscow", "Europe/Berlin"
NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)  # a Tuesday, 10:00 in Moscow, 17:00 in Vladivostok


def read(typed: str, zone: str = MOSCOW, now: datetime = NOW) -> str:
    return f"{moment(typed, zone, now).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("завтра 15:30", "2026-11-25 15:30"),
        ("  Завтра  в 15.30 ", "2026-11-25 15:30"),
        ("завтра, в 9", "2026-11-25 09:00"),
        ("завтра в 9 часов", "2026-11-25 09:00"),
        ("завтра в 9ч", "2026-11-25 09:00"),
        ("сегодня 18:00", "2026-11-24 18:00"),
        ("послезавтра 10:00", "2026-11-26 10:00"),
        ("18:00", "2026-11-24 18:00"),
        ("13", "2026-11-24 13:00"),
        ("25.11 9:00", "2026-11-25 09:00"),
        ("25.11 9.00", "2026-11-25 09:00"),
        ("25/11 в 9:00", "2026-11-25 09:00"),
        ("25.11.2026 9:00", "2026-11-25 09:00"),
        ("25.11.26 9:00", "2026-11-25 09:00"),
        ("25 ноября 9:00", "2026-11-25 09:00"),
        ("25 ноября в 9:00", "2026-11-25 09:00"),
        ("2026-11-25 09:00", "2026-11-25 09:00"),
        ("10.01 12:00", "2027-01-10 12:00"),  # the next January is meant
        ("10 января 12:00", "2027-01-10 12:00"),
        ("в пятницу 14:00", "2026-11-27 14:00"),
        ("во вторник в 14:00", "2026-11-24 14:00"),
        ("пн 14:00", "2026-11-30 14:00"),
        ("tomorrow 15:30", "2026-11-25 15:30"),
        ("Tomorrow at 15:30", "2026-11-25 15:30"),
        ("on Friday at 9", "2026-11-27 09:00"),
        ("25 nov 9:00", "2026-11-25 09:00"),
        ("завтра 00:00", "2026-11-25 00:00"),
    ],
)
def test_what_people_write_is_understood(typed: str, expected: str) -> None:
    assert read(typed) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "завтра",
        "завтра утром",
        "15:60",
        "25:00",
        "24:00",
        "31.02 10:00",
        "0.11 10:00",
        "25.13 10:00",
        "25 мартобря 10:00",
        "завтра 10:00 или 11:00",
        "-1",
        "１５:３０",
        "завтра ١٥:٣٠",
        "9999999999",
        "25.11.99999 10:00",
        "0000-00-00 10:00",
        "завтра 15:3",
        "к" * 41,
        "\0",
    ],
)
def test_what_cannot_be_understood_is_refused_by_name(typed: str) -> None:
    with pytest.raises(FieldInvalid) as refused:
        moment(typed, MOSCOW, NOW)
    assert refused.value.field == "time"


@pytest.mark.parametrize(
    "typed", ["вчера 10:00", "yesterday at 10", "позавчера 23:00", "8", "сегодня 9:59", "10:00", "20.11 12:00"]
)
def test_what_is_over_is_said_to_be_over(typed: str) -> None:
    with pytest.raises(TimePast):
        moment(typed, MOSCOW, NOW)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("25.11", "2026-11-25 09:00"),
        ("25.11.2026 14:00", "2026-11-25 14:00"),
        ("14:00", "2026-11-24 14:00"),
        ("10:00", "2026-11-25 10:00"),
        ("8", "2026-11-25 08:00"),
        ("завтра", "2026-11-25 09:00"),
        ("в пятницу", "2026-11-27 09:00"),
        ("во вторник 9:00", "2026-12-01 09:00"),
        ("20.11", "2027-11-20 09:00"),
        ("20 ноября 12:00", "2027-11-20 12:00"),
        ("10.01", "2027-01-10 09:00"),
        ("29.02 12:00", None),
        ("15.30", "2026-11-24 15:30"),
        ("25", None),
    ],
)
def test_a_day_alone_may_mean_an_hour_and_what_is_over_the_next_such_moment(typed: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(FieldInvalid):
            moment(typed, MOSCOW, NOW, hour=9, rolls=True)
        return
    assert f"{moment(typed, MOSCOW, NOW, hour=9, rolls=True).astimezone(ZoneInfo(MOSCOW)):%Y-%m-%d %H:%M}" == expected


@pytest.mark.parametrize("typed", ["вчера 10:00", "вчера", "сегодня", "20.11.2026", "2026-11-20 12:00"])
def test_what_names_one_day_that_is_over_does_not_roll(typed: str) -> None:
    with pytest.raises(TimePast):
        moment(typed, MOSCOW, NOW, hour=9, rolls=True)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("31.12.2027", date(2027, 12, 31)),
        (" до 31.12.27", None),
        ("31 декабря 2027", date(2027, 12, 31)),
        ("2027-12-31", date(2027, 12, 31)),
        ("завтра", date(2026, 11, 25)),
        ("24.11", date(2026, 11, 24)),
        ("23.11", date(2027, 11, 23)),
        ("23.11.2026", date(2026, 11, 23)),
        ("31.02.2027", None),
        ("31.12.2027 10:00", None),
        ("", None),
        ("бессрочно", None),
    ],
)
def test_a_day_is_read_without_a_time(typed: str, expected: date | None) -> None:
    if expected is None:
        with pytest.raises(FieldInvalid):
            day(typed, date(2026, 11, 24))
    else:
        assert day(typed, date(2026, 11, 24)) == expected


def test_tomorrow_is_that_of_the_site_not_of_the_writer() -> None:
    late = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # 18:00 in Moscow, already the 25th in Vladivostok

    assert read("завтра 9:00", MOSCOW, late) == "2026-11-25 09:00"
    assert read("завтра 9:00", "Asia/Vladivostok", late) == "2026-11-26 09:00"
    assert read("9:00", "Asia/Vladivostok", late) == "2026-11-25 09:00"


def test_an_hour_that_does_not_exist_on_that_day_is_refused() -> None:
    march = datetime(2026, 3, 28, 9, 0, tzinfo=UTC)
    with pytest.raises(FieldInvalid):
        moment("завтра 2:30", BERLIN, march)
    assert read("завтра 3:30", BERLIN, march) == "2026-03-29 03:30"


@given(st.text(max_size=60))
def test_whatever_is_written_it_is_a_time_or_a_refusal(typed: str) -> None:
    with contextlib.suppress(Invalid):
        assert moment(typed, MOSCOW, NOW) > NOW
    with contextlib.suppress(Invalid):
        assert moment(typed, MOSCOW, NOW, hour=9, rolls=True) > NOW
    with contextlib.suppress(FieldInvalid):
        assert day(typed, NOW.date()).year > 0

"""Days off as people type them, and ranges that become one."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.absence import FARTHEST, AwayDays, Days, chosen, joined, typed
from core.domain.errors import FieldInvalid

TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)


def span(first: str, last: str) -> Days:
    return Days(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("с 1 по 14 декабря", span("2026-12-01", "2026-12-14")),
        ("01.12-14.12", span("2026-12-01", "2026-12-14")),
        ("01.12–14.12.2026", span("2026-12-01", "2026-12-14")),
        ("1-14 декабря", span("2026-12-01", "2026-12-14")),
        ("с 1-го по 14-е декабря", span("2026-12-01", "2026-12-14")),
        ("отпуск: с 1 дек. по 14 дек.", span("2026-12-01", "2026-12-14")),
        ("  С 1 ПО 14 ДЕКАБРЯ 2026 г. ", span("2026-12-01", "2026-12-14")),
        ("from 1 to 14 December", span("2026-12-01", "2026-12-14")),
        ("Dec 1 – Dec 14", span("2026-12-01", "2026-12-14")),
        ("1st of December", span("2026-12-01", "2026-12-01")),
        ("December 1, 2026", span("2026-12-01", "2026-12-01")),
        ("2026-12-01 - 2026-12-05", span("2026-12-01", "2026-12-05")),
        ("01/12 - 05/12", span("2026-12-01", "2026-12-05")),
        ("１２.12", span("2026-12-12", "2026-12-12")),  # digits of a Japanese keyboard
        ("сегодня", span("2026-11-24", "2026-11-24")),
        ("завтра", span("2026-11-25", "2026-11-25")),
        ("завтра и послезавтра", span("2026-11-25", "2026-11-26")),
        ("с завтра по 14.12", span("2026-11-25", "2026-12-14")),
        ("на неделю", span("2026-11-24", "2026-11-30")),
        ("до 5 января", span("2026-11-24", "2027-01-05")),
        ("с 28 декабря по 10 января", span("2026-12-28", "2027-01-10")),
        ("28.12 - 10.01", span("2026-12-28", "2027-01-10")),
        ("5 марта", span("2027-03-05", "2027-03-05")),
        # What has gone by of a range is gone by.
        ("с 20 по 30 ноября", span("2026-11-24", "2026-11-30")),
        ("24.11.2026-24.11.2027", span("2026-11-24", "2027-11-24")),
    ],
)
def test_days_are_read_as_people_type_them(words: str, days: Days) -> None:
    assert typed(words, TODAY) == days


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ("", "days"),
        ("когда-нибудь", "days"),
        ("5", "days"),
        ("1-14", "days"),
        ("с 5 декабря", "days"),  # until when?
        ("31 февраля", "days"),
        ("99.99", "days"),
        ("1.12 2.12 3.12", "days"),
        ("не 5 декабря", "days"),
        ("01.12.20260", "days"),
        ("14.12-01.12", "days-order"),
        ("с 14 по 1 декабря", "days-order"),
        ("20.11", "days-past"),
        ("01.11.2026-23.11.2026", "days-past"),
        ("25.11.2027", "days-far"),
        ("01.12.2030", "days-far"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_reason(words: str, field: str) -> None:
    with pytest.raises(FieldInvalid) as refused:
        typed(words, TODAY)
    assert refused.value.field == field


def test_somebody_ill_since_last_year_is_away_from_today_on() -> None:
    assert typed("28.12 - 10.01", date(2026, 1, 5)) == span("2026-01-05", "2026-01-10")


@pytest.mark.parametrize(
    ("button", "days"),
    [
        (AwayDays.TODAY, span("2026-11-24", "2026-11-24")),
        (AwayDays.TOMORROW, span("2026-11-25", "2026-11-25")),
        (AwayDays.WEEK, span("2026-11-24", "2026-11-30")),
    ],
)
def test_a_button_names_its_days(button: AwayDays, days: Days) -> None:
    assert chosen(button, TODAY) == days


@given(st.text(max_size=40))
def test_whatever_is_typed_gives_days_within_a_year_or_a_refusal(words: str) -> None:
    try:
        days = typed(words, TODAY)
    except FieldInvalid:
        return
    assert TODAY <= days.first <= days.last <= TODAY + FARTHEST


@given(st.integers(0, 300), st.integers(0, 60))
def test_days_written_out_are_read_back(start: int, length: int) -> None:
    first = TODAY + start * DAY
    last = first + length * DAY
    assert typed(f"{first:%d.%m.%Y}-{last:%d.%m.%Y}", TODAY) == Days(first, last)


ranges = st.builds(lambda a, n: Days(TODAY + a * DAY, TODAY + (a + n) * DAY), st.integers(0, 40), st.integers(0, 5))


@given(ranges, st.lists(ranges, max_size=6))
def test_a_joined_range_holds_the_new_one_and_touches_no_other(new: Days, known: list[Days]) -> None:
    """Known ranges never touch each other: they were joined before."""
    apart: list[Days] = []
    for one in known:
        if not any(one.touches(other) for other in apart):
            apart.append(one)
    whole = joined(new, apart)

    assert whole.first <= new.first <= new.last <= whole.last
    inside = [one for one in apart if one.touches(whole)]
    assert all(whole.first <= one.first and one.last <= whole.last for one in inside)
    assert whole.first == min([new.first, *(one.first for one in inside)])

"""Columns refuse what a database would quietly spoil, on SQLite and on PostgreSQL alike."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from storage.types import JsonText, Kopecks, Milli, StrEnumType, TelegramId, UtcDateTime


class Colour(StrEnum):
    RED = "red"


sample = Table(
    "types_sample",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime),
    Column("colour", StrEnumType(Colour)),
    Column("price_kop", Kopecks),
    Column("quantity_milli", Milli),
    Column("chat_id", TelegramId),
    Column("data", JsonText),
)

MOSCOW = timezone(timedelta(hours=3))


@pytest.fixture
def sheet(session: Session) -> Iterator[Session]:
    sample.create(session.connection())
    return session


def stored(session: Session, **values: Any) -> Any:
    name = next(iter(values))
    session.execute(sample.delete())
    session.execute(insert(sample).values(**values))
    return session.scalar(select(sample.c[name]))


def test_a_time_of_moscow_comes_back_as_the_same_moment_in_utc(sheet: Session) -> None:
    back = stored(sheet, at=datetime(2026, 2, 1, 2, 30, 0, 123456, tzinfo=MOSCOW))

    assert back == datetime(2026, 1, 31, 23, 30, 0, 123456, tzinfo=UTC)
    assert back.utcoffset() == timedelta(0)


def test_times_are_compared_as_moments_not_as_text(sheet: Session) -> None:
    stored(sheet, at=datetime(2026, 2, 1, 2, 30, tzinfo=MOSCOW))

    before_midnight_utc = sample.c.at < datetime(2026, 2, 1, tzinfo=UTC)
    assert sheet.scalar(select(func.count()).select_from(sample).where(before_midnight_utc)) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"at": datetime(2026, 1, 1)},  # noqa: DTZ001 the point of the test
        {"at": "2026-01-01"},
        {"price_kop": 1.0},
        {"price_kop": Decimal("1.00")},
        {"price_kop": True},
        {"price_kop": "100"},
        {"quantity_milli": 0.5},
        {"chat_id": 2**63},
        {"chat_id": "77"},
        {"colour": "green"},
        {"data": {"x": float("nan")}},
        {"data": {"at": datetime(2026, 1, 1, tzinfo=UTC)}},
    ],
    ids=lambda values: f"{next(iter(values))}={next(iter(values.values()))!r}",
)
def test_what_would_be_spoilt_is_refused(sheet: Session, values: dict[str, Any]) -> None:
    with pytest.raises(StatementError):
        sheet.execute(insert(sample).values(**values))


def test_a_sum_of_kopecks_is_an_exact_int(sheet: Session) -> None:
    sheet.execute(insert(sample), [{"price_kop": 10}, {"price_kop": 20}, {"price_kop": 2**53 + 1}])

    total = sheet.scalar(select(func.sum(sample.c.price_kop)))

    assert type(total) is int
    assert total == 2**53 + 31


def test_an_enum_comes_back_as_its_member(sheet: Session) -> None:
    assert stored(sheet, colour="red") is Colour.RED


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(whole=st.integers(-(2**63) + 1, 2**63 - 1))
def test_whole_numbers_of_64_bits_survive(sheet: Session, whole: int) -> None:
    assert stored(sheet, chat_id=whole) == whole


@pytest.mark.parametrize("data", [{"имя": "Ёлка 🔧", "n": [1, None, True]}, [], {}, "x", 0])
def test_json_comes_back_as_it_went(sheet: Session, data: Any) -> None:
    assert stored(sheet, data=data) == data

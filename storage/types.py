"""Column types that refuse what a database would quietly spoil.

Time goes in aware and comes out aware in UTC; money, quantities and Telegram ids are whole numbers of 64 bits;
an enum column holds only its own words; JSON is the same text on both databases.
"""

import json
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import BigInteger, DateTime, Dialect, String, Text
from sqlalchemy.types import TypeDecorator

INT64_MAX = 2**63 - 1


class UtcDateTime(TypeDecorator[datetime]):
    """SQLite keeps no zone, so it is given UTC without one and the zone is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if not isinstance(value, datetime):
            raise TypeError(f"a time column takes an aware datetime, not {type(value).__name__}")
        if value.utcoffset() is None:
            raise ValueError(f"naive datetime {value!r}: times are aware and in UTC")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


E = TypeVar("E", bound=StrEnum)


class StrEnumType(TypeDecorator[E]):
    """A string column that accepts and returns only members of its enum."""

    impl = String
    cache_ok = True

    def __init__(self, enum_class: type[E], length: int = 40) -> None:
        super().__init__(length)
        self.enum_class = enum_class
        self.length = length

    def process_bind_param(self, value: E | str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.enum_class(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:
        return None if value is None else self.enum_class(value)


class WholeNumber(TypeDecorator[int]):
    """64-bit integer; a float, a Decimal or a bool is a mistake of the caller and is refused."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        if type(value) is not int:
            raise TypeError(f"{type(self).__name__} takes an int, not {type(value).__name__} {value!r}")
        if abs(value) > INT64_MAX:
            raise ValueError(f"{type(self).__name__} does not fit 64 bits: {value}")
        return value

    def process_result_value(self, value: int | Decimal | None, dialect: Dialect) -> int | None:
        # PostgreSQL's sum() of integers is a numeric; SQLite's is an integer. Both leave here as int.
        if value is None:
            return None
        if value != int(value):
            raise ValueError(f"{type(self).__name__} read a fraction: {value}")
        return int(value)


class Kopecks(WholeNumber):
    """Money: whole kopecks, in columns named *_kop."""

    cache_ok = True


class Milli(WholeNumber):
    """Quantities: whole thousandths, in columns named *_milli."""

    cache_ok = True


class TelegramId(WholeNumber):
    """Ids of Telegram: users, chats (negative for groups), updates."""

    cache_ok = True


class JsonText(TypeDecorator[Any]):
    """JSON as text, alike on both databases. Assign a new value to change it: changes inside are not seen."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)

"""The one declarative base, with names for every constraint.

Named constraints are what lets a migration change or drop them, on SQLite as on PostgreSQL.
"""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Date, Integer, MetaData
from sqlalchemy.orm import DeclarativeBase

from storage.types import JsonText, UtcDateTime

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite gives out row ids only for a column declared exactly INTEGER (which holds 64 bits there anyway).
WHOLE = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: WHOLE,
        datetime: UtcDateTime(),
        date: Date(),
        dict[str, Any]: JsonText(),
        list[str]: JsonText(),
        list[int]: JsonText(),
    }

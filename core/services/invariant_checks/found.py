"""What a check returns: the rows that break its rule, in words, and how many rows it looked at."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.base import Base

Found = tuple[list[str], int]


def count(session: Session, *tables: type[Base]) -> int:
    """How many rows these tables hold together."""
    return sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)

"""Invariants of time itself: nothing lies ahead but what is meant to, or what a clock that was wrong has said."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Table,
    and_,
    bindparam,
    case,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from core.services import downtime
from core.services.invariant_checks.found import Found
from storage.models.all import metadata
from storage.types import UtcDateTime

AHEAD = timedelta(minutes=5)

#: Columns whose time is meant to lie ahead, or is told by somebody else's clock.
_MAY_LIE_AHEAD = frozenset(
    {
        "ask_at",
        "counter_until",
        "due_at",
        "judged_due_at",
        "eta_at",
        "ends_at",
        "expires_at",
        "fetch_at",
        "lease_until",
        "not_before",
        "search_due_at",
        "from_starts_at",
        "starts_at",
        "to_starts_at",
        "from_ends_at",
        "until",
        "visit_from",
        "warn_at",
        "watch_at",
        "waits_until",
        "proof.sent_at",
        # A wait the client has asked for is laid before it begins.
        "clock_interval.from_at",
        "clock_interval.to_at",
    }
)
#: Every table with its other times.
_TIMES = tuple(
    (table, columns)
    for table in metadata.sorted_tables
    if (
        columns := [
            column
            for column in table.columns
            if isinstance(column.type, UtcDateTime) and not {column.name, str(column)} & _MAY_LIE_AHEAD
        ]
    )
)
#: For each of them its place, how many rows it has, and whether any of its times lies ahead: one question for all.
_AHEAD_BY_TABLE = union_all(
    *(
        select(
            literal(position),
            func.count(),
            func.max(case((or_(*(column > bindparam("limit", type_=UtcDateTime) for column in columns)), 1), else_=0)),
        ).select_from(table)
        for position, (table, columns) in enumerate(_TIMES)
    )
)
#: Told at the moment that was due, not when it was noticed: a clock that was wrong may have named any of them.
_OF_A_DEADLINE = frozenset({"breach.at", "clock.ended_at", "hold.ended_at"})


def times_are_not_ahead(session: Session, *, now: datetime) -> Found:
    """Every time of every table, but for those that are meant to lie ahead or were written by a clock that did."""
    limit, wrong, examined = now + AHEAD, downtime.wrong_times(session), 0
    broken: list[str] = []
    for position, rows, is_ahead in session.execute(_AHEAD_BY_TABLE, {"limit": limit}):
        examined += rows
        if is_ahead:
            table, columns = _TIMES[position]
            broken += _ahead_in(session, table, columns, limit, wrong)
    return broken, examined


def _ahead_in(
    session: Session, table: Table, columns: list[Column[datetime]], limit: datetime, wrong: list[downtime.Span]
) -> Iterator[str]:
    key = tuple(table.primary_key.columns)
    for row in session.execute(select(*key, *columns).where(or_(*(column > limit for column in columns)))):
        times = zip(columns, row[len(key) :], strict=True)
        late = [column.name for column, at in times if at and at > limit and not _was_said(column, at, wrong)]
        if late:
            name = " ".join(str(part) for part in row[: len(key)])
            yield f"{table.name} {name} lies ahead in {', '.join(late)}"


def _was_said(column: Column[datetime], at: datetime, wrong: list[downtime.Span]) -> bool:
    """By a clock that was wrong."""
    is_deadline = str(column) in _OF_A_DEADLINE
    return any((is_deadline or begins - AHEAD <= at) and at <= ends + AHEAD for begins, ends in wrong)


def was_right(session: Session, at: Any) -> ColumnElement[bool]:
    """The column was not written by a clock that ran ahead: such a time says nothing of an order."""
    wrong = downtime.wrong_times(session)
    return and_(true(), *(or_(at.is_(None), not_(at.between(begins, ends + AHEAD))) for begins, ends in wrong))


CHECKS: dict[str, tuple[str, Callable[..., Found]]] = {
    "16": ("no time lies ahead", times_are_not_ahead),
}

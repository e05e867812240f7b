"""The line of firms that are to be judged by their ledger. Each stands in it once.

Whoever writes an event puts its firm into the line first, in the same transaction: an event is not passed over however
slow its writer is to commit, and finding who is due never reads the ledger.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from storage.models.desk import Counter

#: A counter for each firm in the line: since when it waits, in seconds.
_FIRM = "judge:"


def wait(session: Session, contractor_ids: Iterable[int], *, now: datetime) -> None:
    """Before their events are written: so events of one firm have their numbers in the order of their commits.

    Who waits already is only locked: the line may not let him go while an event of his is being written.
    """
    rows = [{"name": f"{_FIRM}{one}", "value": int(now.timestamp())} for one in sorted(set(contractor_ids))]
    if rows:
        session.execute(_JOIN[session.get_bind().dialect.name], rows)


def due(session: Session, limit: int, *, skip: int = 0) -> list[int]:
    """The next firms of the line, the longest waiting first. They stay in it until they are taken."""
    names = session.scalars(_FIRST, {"limit": limit, "skip": skip})
    return [int(name.removeprefix(_FIRM)) for name in names]


def take(session: Session, contractor_id: int) -> None:
    """Out of the line, before the firm is judged: an event that follows from it puts the firm back."""
    session.execute(_TAKE, {"name": f"{_FIRM}{contractor_id}"})


def _join(insert: Any) -> Any:
    return insert(Counter).on_conflict_do_update(index_elements=[Counter.name], set_={"value": Counter.value})


_JOIN = {"sqlite": _join(sqlite_insert), "postgresql": _join(postgresql_insert)}
_FIRST = (
    select(Counter.name)
    .where(Counter.name.like(f"{_FIRM}%"))
    .order_by(Counter.value, func.length(Counter.name), Counter.name)
    .limit(bindparam("limit"))
    .offset(bindparam("skip"))
    .with_for_update(skip_locked=True)
)
_TAKE = delete(Counter).where(Counter.name == bindparam("name")).execution_options(synchronize_session=False)

"""The line of firms that are to be judged by their ledger. Each stands in it once.

Whoever writes an event puts its firm into the line first, in the same transaction: an event is not passed over however
slow its writer is to commit, and finding who is due never reads the ledger.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from storage.models.quality import LimitLine


def wait(session: Session, contractor_ids: Iterable[int], *, now: datetime) -> None:
    """Before their events are written: so events of one firm have their numbers in the order of their commits.

    Who waits already is only locked: the line may not let him go while an event of his is being written.
    """
    rows = [{"contractor_id": one, "since": now} for one in sorted(set(contractor_ids))]
    if rows:
        session.execute(_JOIN[session.get_bind().dialect.name], rows)


def due(session: Session, limit: int, *, skip: int = 0) -> list[int]:
    """The next firms of the line, the longest waiting first. They stay in it until they are taken."""
    return list(session.scalars(_FIRST, {"limit": limit, "skip": skip}))


def take(session: Session, contractor_id: int) -> None:
    """Out of the line, before the firm is judged: an event that follows from it puts the firm back."""
    session.execute(_TAKE, {"id": contractor_id})


def _join(insert: Any) -> Any:
    row = insert(LimitLine)
    return row.on_conflict_do_update(index_elements=[LimitLine.contractor_id], set_={"since": LimitLine.since})


_JOIN = {"sqlite": _join(sqlite_insert), "postgresql": _join(postgresql_insert)}
_FIRST = (
    select(LimitLine.contractor_id)
    .order_by(LimitLine.since, LimitLine.contractor_id)
    .limit(bindparam("limit"))
    .offset(bindparam("skip"))
    .with_for_update(skip_locked=True)
)
_TAKE = delete(LimitLine).where(LimitLine.contractor_id == bindparam("id")).execution_options(synchronize_session=False)

"""Up to which event of the ledger each firm has been judged: one counter for each, and one below which all have been.

The low mark moves only over what is older than any transaction may be, so that an event whose writer was slow to
commit is not passed over.
"""

from datetime import datetime, timedelta

from sqlalchemy import Text, cast, delete, func, literal, select
from sqlalchemy.orm import Session

from storage.models.contractor import Contractor
from storage.models.desk import Counter
from storage.models.quality import QualityEvent

LOW = "judged"
_OF_FIRM = "judged:"


def due(session: Session, limit: int, *, skip: int = 0) -> list[tuple[int, int]]:
    """Firms with an event higher than the one they were judged by, and that event, the longest waiting first."""
    low = _value(session, LOW)
    newest = (
        select(QualityEvent.contractor_id, func.max(QualityEvent.id).label("upto"))
        .where(QualityEvent.id > low)
        .group_by(QualityEvent.contractor_id)
        .subquery()
    )
    mark = select(Counter.value).where(Counter.name == literal(_OF_FIRM) + cast(newest.c.contractor_id, Text))
    rows = session.execute(
        select(Contractor.id, newest.c.upto)
        .join(newest, newest.c.contractor_id == Contractor.id)
        .where(newest.c.upto > func.coalesce(mark.scalar_subquery(), 0))
        .order_by(newest.c.upto, Contractor.id)
        .offset(skip)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Contractor)
    )
    return [(contractor_id, upto) for contractor_id, upto in rows]


def mark(session: Session, contractor_id: int, upto: int) -> None:
    _put(session, f"{_OF_FIRM}{contractor_id}", upto)


def rest(session: Session, *, now: datetime) -> None:
    """Nobody is due: what is old enough need not be looked at again."""
    old = now - timedelta(hours=1)
    highest = session.scalar(select(func.max(QualityEvent.id)).where(QualityEvent.at < old)) or 0
    if highest > _value(session, LOW):
        _put(session, LOW, highest)


def forget(session: Session) -> None:
    session.execute(delete(Counter).where(Counter.name == LOW))
    session.execute(delete(Counter).where(Counter.name.like(f"{_OF_FIRM}%")))


def _value(session: Session, name: str) -> int:
    return session.scalar(select(Counter.value).where(Counter.name == name)) or 0


def _put(session: Session, name: str, value: int) -> None:
    row = session.get(Counter, name)
    if row is None:
        session.add(Counter(name=name, value=value))
    else:
        row.value = value
    session.flush()

"""The windows a visit had, one after the other, and whose wish each was: a late arrival, a no-show and a broken promise
ask the same."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain import slots
from core.domain.clock import Whose
from core.domain.slots import Slot
from core.domain.visit import Side
from storage.models.clock import Hold
from storage.models.visit import VisitMove


@dataclass(frozen=True, slots=True)
class Change:
    """A visit was given another window; `by` None: nobody wished it, its time was over."""

    visit_id: int
    by: Side | None
    at: datetime
    before: Slot
    start: datetime


def changes(session: Session, visit_ids: Collection[int]) -> list[Change]:
    """Oldest first."""
    if not visit_ids:
        return []
    rows = select(VisitMove, Hold.whose, Hold.started_at).outerjoin(Hold, Hold.id == VisitMove.hold_id)
    rows = rows.where(VisitMove.visit_id.in_(visit_ids)).order_by(VisitMove.id)
    return [_change(move, whose, held_at) for move, whose, held_at in session.execute(rows)]


def _change(move: VisitMove, whose: Whose | None, held_at: datetime | None) -> Change:
    """What a crew lets wait in its own time it moves by its own wish, when it says so."""
    by: Side | None = move.side
    if whose is not None:
        by = Side.CREW if whose is Whose.CONTRACTOR else None
    at = held_at if held_at is not None and by is Side.CREW else move.at
    before = Slot(move.from_starts_at, move.from_ends_at or move.from_starts_at + slots.SHORTEST)
    return Change(move.visit_id, by, at, before, move.to_starts_at)

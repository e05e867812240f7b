"""The windows a visit had, one after the other: whose wish each was, and whether the firm agreed to it. A late arrival,
a no-show and a broken promise ask the same."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.domain import slots
from core.domain.clock import Whose
from core.domain.quality import Window
from core.domain.slots import Slot
from core.domain.visit import Side
from storage.models.clock import Hold
from storage.models.desk import Audit
from storage.models.ticket import Assignment
from storage.models.visit import Visit, VisitMove

#: The row of the audit of a visit: the crew says that it is coming, to which window.
CONFIRMED = "confirm"


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


def of(session: Session, visit: Visit) -> list[Window]:
    """Oldest first; the last one stands."""
    made, confirmed = changes(session, [visit.id]), _confirmed(session, visit)
    first = made[0].before.start if made else visit.starts_at
    assignment = session.get_one(Assignment, visit.assignment_id)
    by = Side.CREW if _is_of_offer(session, visit, assignment) else None
    begun = Window(first, by, assignment.started_at, first in confirmed)
    return [begun, *(Window(one.start, one.by, one.at, one.start in confirmed) for one in made)]


def is_agreed(session: Session, visit: Visit) -> bool:
    """The firm has said yes to the window that stands: to the offer, to "still going?", or by a move of its own."""
    return of(session, visit)[-1].is_agreed


def _confirmed(session: Session, visit: Visit) -> set[datetime]:
    """Beginnings the crew said yes to."""
    said = select(Audit.data).where(Audit.entity == "visit", Audit.entity_id == visit.id, Audit.event == CONFIRMED)
    return {datetime.fromisoformat(data["window"]) for data in session.scalars(said) if "window" in data}


def _is_of_offer(session: Session, visit: Visit, assignment: Assignment) -> bool:
    """Whoever says yes to an offer says yes to the window of the first visit; those that follow are only planned."""
    first = select(func.min(Visit.number)).where(Visit.assignment_id == assignment.id)
    return assignment.offer_id is not None and session.scalar(first) == visit.number


def _change(move: VisitMove, whose: Whose | None, held_at: datetime | None) -> Change:
    """What a crew lets wait in its own time it moves by its own wish, when it says so."""
    by: Side | None = move.side
    if whose is not None:
        by = Side.CREW if whose is Whose.CONTRACTOR else None
    at = held_at if held_at is not None and by is Side.CREW else move.at
    before = Slot(move.from_starts_at, move.from_ends_at or move.from_starts_at + slots.SHORTEST)
    return Change(move.visit_id, by, at, before, move.to_starts_at)

"""Invariants of visits that lie ahead: their crew will be asked, moves are written down, back-outs have a weight."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.domain import confirmation
from core.domain.quality import QualityKind
from core.domain.ticket import TicketEvent
from core.domain.visit import AHEAD, VisitStatus
from core.services import numbers, quality
from core.services.moves import EXPECTED, REPLANNED
from storage.models.desk import Audit
from storage.models.quality import QualityEvent
from storage.models.ticket import Ticket
from storage.models.visit import Visit, VisitMove

Found = tuple[list[str], int]


def crews_will_be_asked(session: Session, *, now: datetime) -> Found:
    """As long as the last question is ahead, it is planned; a visit that is under way or over asks nothing."""
    rules = numbers.of(session)
    visits = session.execute(select(Visit, Ticket.status).join(Ticket, Ticket.id == Visit.ticket_id)).all()
    broken = []
    for visit, status in visits:
        moments = confirmation.plan(visit.starts_at, rules).moments
        if visit.status not in AHEAD:
            if visit.ask_at is not None:
                broken.append(f"visit {visit.id} is {visit.status} and would still be asked about")
        elif visit.ask_at is not None and visit.ask_at > visit.starts_at:
            broken.append(f"visit {visit.id} is asked about after it began")
        elif visit.ask_at is None and status in EXPECTED and moments[1] > now:
            broken.append(f"nobody will ask whether visit {visit.id} takes place")
        if (visit.status is VisitStatus.CONFIRMED) > (visit.confirmed_at is not None):
            broken.append(f"visit {visit.id} was confirmed at no time")
    return broken, len(visits)


def moves_are_written_down(session: Session, *, now: datetime) -> Found:
    """Every move has its row of the audit, they follow on each other, and the last one is the time that stands."""
    told: defaultdict[int, int] = defaultdict(int)
    audited = select(Audit.entity_id, func.count()).where(Audit.entity == "visit", Audit.event.in_(("move", REPLANNED)))
    for visit_id, count in session.execute(audited.group_by(Audit.entity_id)):
        told[visit_id] = count
    moves: defaultdict[int, list[VisitMove]] = defaultdict(list)
    for row in session.scalars(select(VisitMove).order_by(VisitMove.id)):
        moves[row.visit_id].append(row)
    visits = session.execute(select(Visit.id, Visit.starts_at)).all()
    broken = []
    for visit_id, starts_at in visits:
        made = moves[visit_id]
        if len(made) != told[visit_id]:
            broken.append(f"visit {visit_id} was moved {len(made)} times, its audit says {told[visit_id]}")
        elif any(one.to_starts_at != following.from_starts_at for one, following in pairwise(made)):
            broken.append(f"the moves of visit {visit_id} do not follow on each other")
        elif made and made[-1].to_starts_at != starts_at:
            broken.append(f"visit {visit_id} does not stand where it was moved to")
    return broken, len(visits)


def back_outs_are_weighed(session: Session, *, now: datetime) -> Found:
    """Every job a crew handed back has the event it deserves, weighed anew here; no event comes from nowhere."""
    given_up = session.execute(
        select(Audit.id, Audit.at, Audit.data).where(Audit.entity == "ticket", Audit.event == TicketEvent.GIVE_UP)
    ).all()
    wanted: dict[int, int] = {}
    for audit_id, at, data in given_up:
        visit = session.get(Visit, data["visit"]) if "visit" in data else None
        weight = quality.back_out_cost_milli(session, visit, at=at) if visit is not None else None
        if weight is not None:
            wanted[audit_id] = weight
    events = session.execute(
        select(QualityEvent.audit_id, QualityEvent.weight_milli).where(QualityEvent.kind == QualityKind.BACK_OUT)
    )
    have: dict[int, Any] = {audit_id: weight for audit_id, weight in events}
    broken = [
        f"audit {audit_id}: a back-out weighs {have.get(audit_id)}, it should be {wanted.get(audit_id)}"
        for audit_id in sorted(wanted.keys() | have.keys())
        if wanted.get(audit_id) != have.get(audit_id)
    ]
    return broken, len(given_up)


CHECKS: dict[str, tuple[str, Callable[..., Found]]] = {
    "55": ("whoever is to come is asked", crews_will_be_asked),
    "56": ("moves of visits are written down", moves_are_written_down),
    "57": ("a job handed back is weighed", back_outs_are_weighed),
}

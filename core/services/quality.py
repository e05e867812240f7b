"""What speaks against a contractor: a job handed back after the yes, weighed by how late it was.

The invariants weigh it once more from the audit. A trip in vain that was not the contractor's fault excuses it.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.quality import LATE_MILLI, QualityKind, back_out_weight_milli
from core.domain.visit import VisitOutcome, VisitStatus
from storage.models.desk import Audit
from storage.models.quality import QualityEvent
from storage.models.ticket import Assignment
from storage.models.visit import Visit

#: He was there, and the site was not as it must be.
EXCUSES = frozenset({VisitOutcome.NO_ACCESS, VisitOutcome.UNSAFE})


def back_out_cost_milli(session: Session, visit: Visit, *, at: datetime) -> int | None:
    """What handing the job back at this moment costs; None where the site let the crew down before."""
    before = session.scalar(
        select(Visit.outcome)
        .where(
            Visit.assignment_id == visit.assignment_id, Visit.number < visit.number, Visit.status == VisitStatus.LEFT
        )
        .order_by(Visit.number.desc())
        .limit(1)
    )
    if before in EXCUSES:
        return None
    # Once he is on the way there is no notice any more, also where he came a day early.
    return LATE_MILLI if visit.en_route_at is not None else back_out_weight_milli(visit.starts_at - at)


def back_out(
    session: Session, assignment: Assignment, visit: Visit, weight_milli: int | None, *, cause: Audit, now: datetime
) -> None:
    """Written in the stroke of the move that gave the job back."""
    if weight_milli is None:
        return
    session.add(
        QualityEvent(
            kind=QualityKind.BACK_OUT,
            contractor_id=assignment.contractor_id,
            person_id=visit.engineer_id,
            ticket_id=visit.ticket_id,
            weight_milli=weight_milli,
            audit_id=cause.id,
            at=now,
        )
    )
    session.flush()

"""Who hears that a crew is out of a job: the client who expected it, and the one who would set out for nothing."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.domain.notice import Delivery, Notice
from core.services import moves, notices, steps
from storage.models.desk import Audit
from storage.models.ticket import Ticket


def tell(session: Session, ticket: Ticket, outcome: str, *, cause: Audit, now: datetime) -> None:
    """While the visit that falls away still stands. What is near rings at night too."""
    visit = steps.current_visit(session, ticket.id)
    data, goes = {"outcome": outcome}, visit.engineer_id if visit is not None else None
    if goes is not None and goes != cause.actor_id:
        why, how = str(cause.id), Delivery.NEW
        notices.answer(session, goes, Notice.BACKED_OUT, ticket=ticket, cause=why, now=now, delivery=how, data=data)
    burns = visit is not None and visit.starts_at - now < moves.SOON
    notices.publish(session, Notice.BACKED_OUT, ticket, cause=cause, now=now, data=data, burns=burns)

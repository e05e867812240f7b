"""A crew is out of a job: who hears of it, and the search that begins anew without it."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.notice import Delivery, Notice
from core.domain.offer import WaveReason
from core.domain.task import TaskKind
from core.domain.visit import LIVE
from core.services import assignments, crew, moves, notices, steps, tasks, waves
from storage.models.desk import Audit
from storage.models.ticket import Assignment, Ticket


def tell(session: Session, ticket: Ticket, outcome: str, *, cause: Audit, now: datetime) -> None:
    """While the visit that falls away still stands: the client who expected it, and the one who would set out for
    nothing. What is near rings at night too."""
    visit = steps.current_visit(session, ticket.id)
    data, goes = {"outcome": outcome}, visit.engineer_id if visit is not None else None
    if goes is not None and goes != cause.actor_id:
        why, how = str(cause.id), Delivery.NEW
        notices.answer(session, goes, Notice.BACKED_OUT, ticket=ticket, cause=why, now=now, delivery=how, data=data)
    burns = visit is not None and visit.starts_at - now < moves.SOON
    notices.publish(session, Notice.BACKED_OUT, ticket, cause=cause, now=now, data=data, burns=burns)


def phone_crew(session: Session, ticket: Ticket, *, cause: Audit, now: datetime) -> None:
    """While the visit stands: a firm that is not in Telegram hears from a person that its job waits or is cancelled."""
    visit = steps.current_visit(session, ticket.id)
    if visit is None or visit.status not in LIVE or visit.engineer_id is not None:
        return
    firm = session.get_one(Assignment, visit.assignment_id).contractor_id
    if crew.owners(session, firm):
        return
    data = {"event": cause.event, "contractor": firm}
    tasks.open(session, TaskKind.TELL_CREW, cause=f"audit {cause.id}", ticket_id=ticket.id, data=data, now=now)


def search_anew(session: Session, actor: Actor, ticket: Ticket, reason: str, *, now: datetime) -> None:
    """After the move of the ticket and everybody has been told; `reason` says whether the firm is asked again."""
    assignments.end(session, ticket, reason, now=now)
    ticket.contractor_id = None
    session.flush()
    tasks.end_for_ticket(session, actor, ticket.id, tasks.OF_CREW, reason, now=now)
    waves.begin_again(session, actor, ticket, WaveReason.AGAIN, now=now)

"""Whoever is to go cannot be written to any more: the owner names another, the desk has the telephone.

What is left undone comes up again by itself: after the agreed time the watch goes to the owner, or to the desk.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.notice import Notice
from core.domain.task import TaskKind
from core.domain.visit import AHEAD
from core.services import audit, crew, moves, notices, tasks
from storage.models.desk import Task
from storage.models.people import Person
from storage.models.ticket import Assignment, Ticket
from storage.models.visit import Visit

LOST, BACK = "unreachable", "reachable"


def lost(session: Session, person: Person, *, now: datetime) -> None:
    """He blocked the bot or his account is gone: once, with the first letter that could not be delivered."""
    actor = Actor.system("outbox")
    for visit, ticket, firm in _ahead(session, person.id):
        cause = audit.record(session, actor, "visit", visit.id, LOST, now=now, data={"person": person.id})
        tasks.open(
            session,
            TaskKind.CREW_UNREACHABLE,
            cause=f"audit {cause.id}",
            ticket_id=ticket.id,
            person_id=person.id,
            data={"visit": visit.id},
            now=now,
        )
        burns = visit.starts_at - now < moves.SOON
        for owner in crew.owners(session, firm):
            key = f"audit {cause.id}"
            notices.tell(session, owner, Notice.NAME_ANOTHER, ticket=ticket, cause=key, now=now, burns=burns)


def back(session: Session, person: Person, *, now: datetime) -> None:
    """He wrote: nobody need phone him."""
    actor = Actor.system("outbox")
    open_ = select(Task).where(
        Task.kind == TaskKind.CREW_UNREACHABLE, Task.person_id == person.id, Task.ended_at.is_(None)
    )
    for task in session.scalars(open_).all():
        tasks.end_for_ticket(session, actor, task.ticket_id or 0, {TaskKind.CREW_UNREACHABLE}, BACK, now=now)


def _ahead(session: Session, person_id: int) -> Iterator[tuple[Visit, Ticket, int]]:
    rows = session.execute(
        select(Visit, Ticket, Assignment.contractor_id)
        .join(Ticket, Ticket.id == Visit.ticket_id)
        .join(Assignment, Assignment.id == Visit.assignment_id)
        .where(Visit.engineer_id == person_id, Visit.status.in_(AHEAD), Ticket.status.in_(moves.EXPECTED))
        .order_by(Visit.starts_at, Visit.id)
    ).all()
    yield from ((visit, ticket, firm) for visit, ticket, firm in rows)

"""Another engineer of the same firm goes: named by the owner, or by the desk on the phone with him."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.errors import Changed, NotAllowed, NotQualified
from core.domain.notice import Delivery, Notice
from core.domain.role import CONTRACTOR_ROLES, DESK_ROLES
from core.domain.task import TaskKind
from core.domain.visit import AHEAD, VisitStatus
from core.services import audit, blocks, crew, moves, notices, numbers, scope, tasks
from core.services.rows import meet, moved
from storage.models.desk import Audit
from storage.models.people import Person
from storage.models.ticket import Assignment, Ticket
from storage.models.visit import Visit

#: The row of the audit of a visit: who was to go, and who goes.
NAMED = "name"
_ENDED = frozenset({TaskKind.CREW_UNREACHABLE, TaskKind.NO_CREW})


@dataclass(frozen=True, slots=True)
class Choices:
    """Who of the firm could go instead."""

    visit_id: int
    ticket_id: int
    number: str
    people: tuple[tuple[int, str], ...]


def choices(session: Session, actor: Actor, visit_id: int, *, now: datetime) -> Choices:
    """Raises NotFound, NotAllowed, Changed once somebody is on the way."""
    visit, ticket, firm = _found(session, actor, visit_id)
    people = tuple(one for one in crew.of_firm(session, firm) if one[0] in fit(session, visit, ticket, firm, now=now))
    return Choices(visit.id, ticket.id, ticket.number, people)


def name(session: Session, actor: Actor, visit_id: int, person_id: int, *, now: datetime) -> None:
    """The crew and the client hear who comes. Raises NotQualified, and what `choices` raises."""
    visit, ticket, firm = _found(session, actor, visit_id)
    if visit.engineer_id == person_id:
        return notices.reply(session, actor, Notice.CARD, ticket=ticket, cause=actor.source, now=now)
    if person_id not in fit(session, visit, ticket, firm, now=now):
        raise NotQualified
    cause = put(session, actor, visit, ticket, person_id, now=now)
    tasks.end_for_ticket(session, actor, ticket.id, _ENDED, "another goes", now=now)
    burns, how = visit.starts_at - now < moves.SOON, Delivery.EDIT
    notices.publish(session, Notice.CREW_CHANGED, ticket, cause=cause, now=now, burns=burns, answer_with=how)
    return None


def put(session: Session, actor: Actor, visit: Visit, ticket: Ticket, person_id: int | None, *, now: datetime) -> Audit:
    """Writes who goes; None: the owner has still to say. A yes that was given was the other's. Raises Changed."""
    if person_id is not None:
        meet(session, Person, [person_id])  # he is not blocked at this moment
    before, unchanged = visit.engineer_id, (Visit.status == visit.status, Visit.starts_at == visit.starts_at)
    same = Visit.engineer_id == before if before is not None else Visit.engineer_id.is_(None)
    values: dict[str, object] = {"engineer_id": person_id, "status": VisitStatus.PLANNED, "confirmed_at": None}
    if visit.where_asked_at is not None:
        answer_by = now + timedelta(minutes=numbers.of(session).where_answer_minutes)
        values |= {"where_asked_at": None, "watch_at": answer_by}
    if visit.status not in AHEAD or not moved(session, visit, *unchanged, same, **values):
        raise Changed
    session.get_one(Assignment, visit.assignment_id).engineer_id = person_id
    session.flush()
    roles = scope.roles_on(session, actor, ticket) & (CONTRACTOR_ROLES | DESK_ROLES)
    facts = {"was": before, "goes": person_id}
    return audit.record(
        session, actor, "visit", visit.id, NAMED, now=now, role=min(roles) if roles else None, data=facts
    )


def fit(session: Session, visit: Visit, ticket: Ticket, firm: int, *, now: datetime) -> tuple[int, ...]:
    """Who of the firm can be written to and is not blocked, without the one who was to go; owners first."""
    return tuple(
        person
        for person in crew.reachable(session, firm)
        if person != visit.engineer_id and not blocks.keeps_person_away(session, person, ticket, now=now)
    )


def may(actor: Actor, ticket: Ticket, visit: Visit | None) -> bool:
    """The owner of the firm and the desk, while nobody is on the way."""
    is_theirs = actor.is_desk or ticket.contractor_id in actor.owned_contractor_ids
    return visit is not None and is_theirs and moves.is_movable(ticket, visit)


def _found(session: Session, actor: Actor, visit_id: int) -> tuple[Visit, Ticket, int]:
    visit = scope.find(session, scope.visible_visits(actor), Visit.id == visit_id)
    ticket = session.get_one(Ticket, visit.ticket_id)
    if not actor.is_desk and ticket.contractor_id not in actor.owned_contractor_ids:
        raise NotAllowed
    if not may(actor, ticket, visit):
        raise Changed
    return visit, ticket, session.get_one(Assignment, visit.assignment_id).contractor_id

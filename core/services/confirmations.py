"""24 and 2 hours before a visit the crew is asked "still going?"; its silence an hour before is the desk's task.

`Visit.ask_at` is the next look at a visit. A ticket on hold is not looked at; after it, as after downtime, the
latest question stands for those that were missed.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain import confirmation
from core.domain.actor import Actor
from core.domain.confirmation import Due, Plan
from core.domain.errors import Changed, NotAllowed
from core.domain.notice import Audience, Delivery, Notice
from core.domain.role import CONTRACTOR_ROLES
from core.domain.task import TaskKind
from core.domain.visit import AHEAD, VisitStatus
from core.services import audit, crew, moves, notices, numbers, scope, tasks, windows
from core.services.rows import moved
from storage.models.ticket import Ticket
from storage.models.visit import Visit

#: A yes is seen by who has the card, in silence.
_SEEN_BY = {Audience.CREW: Delivery.EDIT, Audience.CLIENT: Delivery.EDIT}


def confirm(session: Session, actor: Actor, visit_id: int, *, now: datetime) -> None:
    """ "We are coming". A repeated tap is harmless. Raises Changed when there is nothing to confirm any more."""
    visit = scope.find(session, scope.visible_visits(actor), Visit.id == visit_id)
    ticket = session.get_one(Ticket, visit.ticket_id)
    if visit.engineer_id != actor.person_id and ticket.contractor_id not in actor.owned_contractor_ids:
        raise NotAllowed
    if not moves.is_movable(ticket, visit):
        raise Changed
    if visit.status is VisitStatus.CONFIRMED:
        return notices.reply(session, actor, Notice.CARD, ticket=ticket, cause=actor.source, now=now)
    before, unchanged = visit.status, (Visit.status == visit.status, Visit.starts_at == visit.starts_at)
    if not moved(session, visit, *unchanged, status=VisitStatus.CONFIRMED, confirmed_at=now):
        raise Changed
    cause = audit.record(
        session,
        actor,
        "visit",
        visit.id,
        windows.CONFIRMED,
        now=now,
        data={"window": visit.starts_at.isoformat()},
        role=min(scope.roles_on(session, actor, ticket) & CONTRACTOR_ROLES),
        from_state=before,
        to_state=VisitStatus.CONFIRMED,
    )
    tasks.end_for_ticket(session, actor, ticket.id, {TaskKind.UNCONFIRMED}, "confirmed", now=now)
    return notices.publish(session, Notice.CARD, ticket, cause=cause, now=now, told=_SEEN_BY)


def is_waited_for(ticket: Ticket, visit: Visit) -> bool:
    """A question is open."""
    return moves.is_movable(ticket, visit) and visit.asked > 0 and visit.status is VisitStatus.PLANNED


def sweep(session: Session, limit: int, *, now: datetime, skip: int = 0) -> int:
    """Looks at every visit whose moment has come. Returns how many were looked at."""
    actor = Actor.system("job:confirmations")
    due = session.scalars(
        select(Visit)
        .join(Ticket, Ticket.id == Visit.ticket_id)
        .where(Visit.ask_at <= now, Visit.status.in_(AHEAD), Ticket.status.in_(moves.EXPECTED))
        .order_by(Visit.ask_at, Visit.id)
        .offset(skip)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Visit)
    ).all()
    for visit in due:
        _look(session, actor, visit, now=now)
    return len(due)


def _look(session: Session, actor: Actor, visit: Visit, *, now: datetime) -> None:
    ticket = session.get_one(Ticket, visit.ticket_id)
    plan = confirmation.plan(visit.starts_at, numbers.of(session))
    due, missed = plan.due(now), visit.ask_at != plan.moments[-1]
    visit.ask_at = plan.next_look(now)
    if _is_sure(visit, plan, due):
        session.flush()
        return
    if due is not Due.SILENCE or (missed and now < visit.starts_at):
        _ask(session, actor, visit, ticket, burns=due is not Due.FIRST, now=now)
    if due is Due.SILENCE:
        _tell_desk(session, actor, visit, ticket, now=now)


def _is_sure(visit: Visit, plan: Plan, due: Due) -> bool:
    """Yesterday's yes is asked again in the last hours; one of these hours is not."""
    if visit.status is not VisitStatus.CONFIRMED or visit.confirmed_at is None:
        return False
    return due is Due.FIRST or visit.confirmed_at >= plan.moments[1]


def _ask(session: Session, actor: Actor, visit: Visit, ticket: Ticket, *, burns: bool, now: datetime) -> None:
    before = visit.status
    visit.status, visit.asked = VisitStatus.PLANNED, visit.asked + 1
    session.flush()
    people = crew.of_visit(session, visit)
    cause = audit.record(
        session,
        actor,
        "visit",
        visit.id,
        "ask",
        now=now,
        from_state=before,
        to_state=visit.status,
        data={"people": people},
    )
    for person_id in people:
        key = f"audit {cause.id}"
        notices.tell(session, person_id, Notice.STILL_GOING, ticket=ticket, cause=key, now=now, burns=burns)


def _tell_desk(session: Session, actor: Actor, visit: Visit, ticket: Ticket, *, now: datetime) -> None:
    cause = audit.record(session, actor, "visit", visit.id, "silent", now=now)
    tasks.open(session, TaskKind.UNCONFIRMED, cause=f"audit {cause.id}", ticket_id=ticket.id, now=now)
    notices.publish(session, Notice.UNCONFIRMED, ticket, cause=cause, now=now)

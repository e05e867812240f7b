"""Who is to do a ticket, and the visit that follows: begun by a yes or by hand, ended by what happens."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.domain import confirmation, no_show
from core.domain.errors import OfferTaken
from core.domain.slots import Slot
from core.domain.visit import LIVE, VisitStatus
from core.services import numbers
from core.services.rows import meet
from storage.models.contractor import Contractor
from storage.models.people import Person
from storage.models.ticket import Assignment, Ticket
from storage.models.visit import Visit

#: The firm handed the job back: it is not asked for this ticket again.
GAVE_UP = "gave up"
#: The work became another one, which the firm cannot do or the client must approve first: nobody's fault.
RECLASSIFIED = "reclassified"
#: Nobody came: it is not asked for this ticket again either.
NO_SHOW = "no show"
#: It may not go on with it: a block. Nobody counts it against the firm, and it is not asked for this ticket again.
REDISPATCHED = "redispatched"
#: After these the firm is not asked for the ticket again.
NOT_AGAIN = (GAVE_UP, NO_SHOW, REDISPATCHED)


def begin(
    session: Session,
    ticket: Ticket,
    contractor_id: int,
    engineer_id: int | None,
    slot: Slot,
    *,
    now: datetime,
    offer_id: int | None = None,
    over_limit: bool = False,
    under_watch: bool = False,
) -> Assignment:
    """Raises OfferTaken if somebody holds the ticket: the index is the second line behind compare-and-set."""
    meet_crew(session, contractor_id, engineer_id)
    assignment = Assignment(
        ticket_id=ticket.id,
        contractor_id=contractor_id,
        engineer_id=engineer_id,
        offer_id=offer_id,
        over_limit=over_limit,
        under_watch=under_watch,
        started_at=now,
    )
    session.add(assignment)
    try:
        session.flush()
    except IntegrityError as error:
        raise OfferTaken from error
    plan_visit(session, assignment, slot, now=now)
    return assignment


def meet_crew(session: Session, contractor_id: int, engineer_id: int | None) -> None:
    """No block of them and no other job of theirs is written at this moment without one seeing the other."""
    meet(session, Contractor, [contractor_id])
    if engineer_id is not None:
        meet(session, Person, [engineer_id])


def plan_visit(session: Session, assignment: Assignment, slot: Slot, *, now: datetime) -> Visit:
    number = session.scalar(select(func.max(Visit.number)).where(Visit.ticket_id == assignment.ticket_id)) or 0
    rules = numbers.of(session)
    visit = Visit(
        ticket_id=assignment.ticket_id,
        assignment_id=assignment.id,
        number=number + 1,
        engineer_id=assignment.engineer_id,
        status=VisitStatus.PLANNED,
        starts_at=slot.start,
        ends_at=slot.end,
        ask_at=confirmation.plan(slot.start, rules).next_question(now),
        watch_at=no_show.first_look(slot.end, rules),
    )
    session.add(visit)
    session.flush()
    return visit


def live(session: Session, ticket_id: int) -> Assignment | None:
    return session.scalars(
        select(Assignment).where(Assignment.ticket_id == ticket_id, Assignment.ended_at.is_(None))
    ).one_or_none()


def last(session: Session, ticket_id: int) -> Assignment | None:
    """Who has the ticket, or had it last."""
    return session.scalars(
        select(Assignment).where(Assignment.ticket_id == ticket_id).order_by(Assignment.id.desc()).limit(1)
    ).one_or_none()


def end(session: Session, ticket: Ticket, reason: str, *, now: datetime) -> None:
    """The ticket leaves these hands: accepted, cancelled, or given to somebody else."""
    assignment = live(session, ticket.id)
    if assignment is None:
        return
    assignment.ended_at, assignment.end_reason = now, reason
    for visit in session.scalars(select(Visit).where(Visit.ticket_id == ticket.id, Visit.status.in_(LIVE))):
        visit.status, visit.left_at, visit.ask_at, visit.watch_at = VisitStatus.DROPPED, now, None, None
    session.flush()

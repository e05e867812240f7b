"""What a cancellation costs, shown before it is confirmed and written down with it: one row for each ticket."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core.domain import fee as rules
from core.domain.actor import Actor
from core.domain.clock import Whose
from core.domain.errors import Changed, FeeGrown, NotAllowed
from core.domain.fee import FAULTS, CallOut, Fee
from core.domain.ticket import TicketEvent, TicketStatus, allowed
from core.services import assignments, numbers, scope, steps
from storage.models.contractor import Contractor
from storage.models.ticket import Cancellation, Ticket

WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class Choice:
    fault: Whose
    fee: Fee


@dataclass(frozen=True, slots=True)
class Choices:
    """Whose fault it may be called by this person, and what it costs then; the client is not told of our costs."""

    ticket_id: int
    number: str
    version: int
    contractor: str
    is_desk: bool
    lines: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Cancelled:
    fault: Whose
    fee: Fee
    is_waived: bool


def choices(session: Session, actor: Actor, ticket_id: int, *, now: datetime) -> Choices:
    """Raises NotFound, NotAllowed, Changed where nothing can be cancelled any more."""
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    if TicketEvent.CANCEL not in allowed(ticket.status, scope.roles_on(session, actor, ticket)):
        raise Changed if actor.is_desk else NotAllowed
    contractor_id = _going(session, ticket, now=now)
    faults = FAULTS if actor.is_desk else (Whose.CLIENT,)
    lines = [Choice(fault, _fee(session, fault, contractor_id)) for fault in faults]
    if not actor.is_desk:
        lines = [Choice(line.fault, Fee(line.fee.client_kop, 0)) for line in lines]
    name = session.get_one(Contractor, contractor_id).name if contractor_id and actor.is_desk else ""
    return Choices(ticket.id, ticket.number, ticket.version, name, actor.is_desk, tuple(lines))


def decide(
    session: Session,
    actor: Actor,
    ticket: Ticket,
    fault: Whose | None,
    *,
    now: datetime,
    agreed_kop: int | None = None,
    waive: bool = False,
) -> Cancellation:
    """Before the ticket moves: whose fault it is and what it costs by the rule; the caller stores the row.

    A client cancels by his own fault and pays no more than he was shown. Raises NotAllowed, FeeGrown.
    """
    if not actor.is_desk and (fault not in (None, Whose.CLIENT) or waive):
        raise NotAllowed
    whose = fault or (Whose.NOBODY if actor.is_desk else Whose.CLIENT)
    contractor_id = _going(session, ticket, now=now)
    cost = _fee(session, whose, contractor_id)
    if agreed_kop is not None and cost.client_kop > agreed_kop:
        raise FeeGrown
    return Cancellation(
        ticket_id=ticket.id,
        person_id=actor.person_id,
        fault=whose,
        contractor_id=contractor_id,
        client_fee_kop=0 if waive else cost.client_kop,
        contractor_fee_kop=cost.contractor_kop,
        note=WAIVED if waive and cost.client_kop else "",
        at=now,
    )


def refused(session: Session, actor: Actor, ticket: Ticket, *, now: datetime) -> None:
    """A stranger's request that nobody wanted costs nothing."""
    row = Cancellation(ticket_id=ticket.id, person_id=actor.person_id, fault=Whose.NOBODY, at=now)
    row.client_fee_kop = row.contractor_fee_kop = 0
    session.add(row)
    session.flush()


def seen_by(session: Session, actor: Actor, ticket: Ticket) -> Cancelled | None:
    """The desk sees all of it, each side what it pays or gets itself."""
    row = session.get(Cancellation, ticket.id) if ticket.status is TicketStatus.CANCELLED else None
    if row is None:
        return None
    is_crew = row.contractor_id in actor.contractor_ids
    is_client = not is_crew and not actor.contractor_ids
    client = row.client_fee_kop if actor.is_operator or is_client else 0
    crew = row.contractor_fee_kop if actor.is_operator or is_crew else 0
    return Cancelled(row.fault, Fee(client, crew), row.note == WAIVED)


def _going(session: Session, ticket: Ticket, *, now: datetime) -> int | None:
    """The firm whose trip would be in vain."""
    assignment = assignments.live(session, ticket.id)
    if assignment is None:
        return None
    visit = steps.current_visit(session, ticket.id)
    late = timedelta(hours=numbers.of(session).late_cancel_hours)
    status, starts_at = (visit.status, visit.starts_at) if visit is not None else (None, None)
    return assignment.contractor_id if rules.is_in_vain(ticket.status, status, starts_at, now, late) else None


def _fee(session: Session, fault: Whose, contractor_id: int | None) -> Fee:
    said = numbers.of(session)
    call_out = CallOut(said.call_out_price_kop, said.call_out_rate_kop)
    return rules.fee(fault, in_vain=contractor_id is not None, call_out=call_out)

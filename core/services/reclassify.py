"""The desk says that the work is another one, before it has begun: price and pay come anew from the price list.

The crew that can do it keeps the job. Otherwise it is free of it without fault, and the client's chain or a new search
goes first. What was on offer is withdrawn: it was another job.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain import hold
from core.domain.actor import Actor
from core.domain.errors import Changed, NotFound, SameWork
from core.domain.notice import Notice
from core.domain.offer import OfferStatus, WaveReason
from core.domain.task import TaskKind
from core.domain.ticket import TicketEvent, TicketStatus
from core.domain.visit import AHEAD
from core.domain.words import search_stems
from core.services import (
    assignments,
    lifecycle,
    matching,
    moves,
    notices,
    scope,
    skill_watch,
    staffing,
    steps,
    tasks,
    tickets,
    waves,
)
from core.services.rows import moved
from storage.models.contractor import Contractor
from storage.models.desk import Audit
from storage.models.directory import Service
from storage.models.offer import Offer
from storage.models.ticket import Ticket
from storage.models.visit import Visit

FOUND = 8
ONE_UNIT = 1000
#: Nobody has set out in these; of a crew its visit says more.
BEFORE_WORK = frozenset({TicketStatus.APPROVAL, TicketStatus.SEARCHING, TicketStatus.UNSTAFFED, TicketStatus.ASSIGNED})
#: What the old work asked of the desk; of the crew, where it is free of the job.
_OVER = tasks.OF_NOBODY | {TaskKind.APPROVAL}
_OVER_WITH_CREW = _OVER | tasks.OF_CREW | {TaskKind.HELD}


class Outcome(StrEnum):
    KEPT = "kept"  #: the crew stays
    TAKEN = "taken"  #: the crew cannot do this work, another is looked for
    SEARCH = "search"  #: nobody had it, and everybody is asked anew
    APPROVAL = "approval"  #: the client's chain takes part for the new price


@dataclass(frozen=True, slots=True)
class Kind:
    """A row of the price list: what one unit costs the client and brings the contractor, without VAT."""

    service_id: int
    name: str
    unit: str
    price_kop: int
    rate_kop: int


@dataclass(frozen=True, slots=True)
class Options:
    """What the ticket is now, and what it could be."""

    ticket_id: int
    number: str
    version: int
    contractor: str
    was: Kind
    found: tuple[Kind, ...]


def options(session: Session, actor: Actor, ticket_id: int, words: str, *, now: datetime) -> Options:
    """Work of the same skill first. Raises NotFound, Changed once somebody is on the way."""
    ticket = _found(session, actor, ticket_id)
    skill_id = session.get_one(Service, ticket.service_id).skill_id
    query = select(Service).where(Service.id != ticket.service_id).limit(FOUND)
    for term in search_stems(words):
        query = query.where(Service.search.contains(f" {term}", autoescape=True))
    rows = session.scalars(query.order_by((Service.skill_id != skill_id), Service.code))
    return _options(session, ticket, tuple(_kind(row) for row in rows))


def choice(session: Session, actor: Actor, ticket_id: int, service_id: int, *, now: datetime) -> Options:
    """One kind of work, to be asked once more. Raises NotFound, SameWork, Changed."""
    ticket = _found(session, actor, ticket_id)
    return _options(session, ticket, (_kind(_other(session, ticket, service_id)),))


def apply(session: Session, actor: Actor, ticket_id: int, version: int, service_id: int, *, now: datetime) -> None:
    """Raises NotFound, SameWork, Changed where somebody was faster or is on the way."""
    ticket = _found(session, actor, ticket_id)
    if ticket.version != version:
        raise Changed
    service, old = _other(session, ticket, service_id), session.get_one(Service, ticket.service_id)
    visit = steps.current_visit(session, ticket.id)
    _ensure_still_ahead(session, visit)
    _copy(session, ticket, old, service)
    outcome = _outcome(session, ticket, now=now)
    cause = _advance(session, actor, ticket, outcome, {"was": old.name, "is": service.name}, now=now)
    _tell(session, ticket, outcome, visit, cause, now=now)
    _go_on(session, actor, ticket, outcome, cause, now=now)


def too_late(session: Session, ticket: Ticket) -> frozenset[TicketEvent]:
    """The button a card does not show once somebody has set out."""
    return frozenset() if _is_ahead(session, ticket) else frozenset({TicketEvent.RECLASSIFY})


def _found(session: Session, actor: Actor, ticket_id: int) -> Ticket:
    if not actor.is_desk:
        raise NotFound
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    if not _is_ahead(session, ticket):
        raise Changed
    return ticket


def _is_ahead(session: Session, ticket: Ticket) -> bool:
    """No work was begun, ever: its report would be of another one."""
    if ticket.status not in BEFORE_WORK:
        return False
    begun = select(Visit.id).where(Visit.ticket_id == ticket.id, Visit.work_started_at.is_not(None)).limit(1)
    visit = steps.current_visit(session, ticket.id)
    is_free = ticket.status is not TicketStatus.ASSIGNED or (visit is not None and visit.status in AHEAD)
    return is_free and session.scalar(begun) is None


def _ensure_still_ahead(session: Session, visit: Visit | None) -> None:
    """Whoever sets out in the same instant comes before this or after it."""
    if visit is not None and not moved(session, visit, Visit.status.in_(AHEAD), status=Visit.status):
        raise Changed


def _other(session: Session, ticket: Ticket, service_id: int) -> Service:
    service = session.get(Service, service_id)
    if service is None:
        raise NotFound
    if service.id == ticket.service_id:
        raise SameWork
    return service


def _options(session: Session, ticket: Ticket, found: tuple[Kind, ...]) -> Options:
    service = session.get_one(Service, ticket.service_id)
    was = Kind(service.id, service.name, service.unit, ticket.client_price_kop, ticket.contractor_rate_kop)
    has_crew = ticket.status is TicketStatus.ASSIGNED and ticket.contractor_id is not None
    name = session.get_one(Contractor, ticket.contractor_id).name if has_crew else ""
    return Options(ticket.id, ticket.number, ticket.version, name, was, found)


def _kind(row: Service) -> Kind:
    return Kind(row.id, row.name, row.unit, row.client_price_kop, row.contractor_rate_kop)


def _copy(session: Session, ticket: Ticket, old: Service, new: Service) -> None:
    """As a new ticket would get them: raises and prices of others were for the old work; the wider radius stays."""
    ticket.service_id = new.id
    ticket.client_price_kop = new.client_price_kop
    ticket.contractor_rate_kop = ticket.first_rate_kop = new.contractor_rate_kop
    ticket.raises = 0
    if old.unit != new.unit:
        ticket.quantity_milli = ONE_UNIT
    session.flush()


def _outcome(session: Session, ticket: Ticket, *, now: datetime) -> Outcome:
    """Of the ticket with its new work."""
    if tickets.needs_approval(session, ticket):
        return Outcome.APPROVAL
    if ticket.status is not TicketStatus.ASSIGNED or ticket.contractor_id is None:
        return Outcome.SEARCH
    visit = steps.current_visit(session, ticket.id)
    at = visit.starts_at if visit is not None else now
    passing = staffing.PASSABLE
    firm, why = matching.verdict(session, ticket, ticket.contractor_id, visit_at=at, now=now, passing=passing)
    return Outcome.KEPT if firm is not None and why is None else Outcome.TAKEN


def _advance(
    session: Session, actor: Actor, ticket: Ticket, outcome: Outcome, names: dict[str, str], *, now: datetime
) -> Audit:
    data = {
        "before": ticket.status,
        "outcome": outcome,
        **names,
        "price_kop": ticket.client_price_kop,
        "rate_kop": ticket.contractor_rate_kop,
    }
    frees_crew = ticket.status is TicketStatus.ASSIGNED and outcome is not Outcome.KEPT
    fields: dict[str, Any] = {"round": Ticket.round + 1, "contractor_id": None} if frees_crew else {}
    return lifecycle.advance(
        session,
        ticket,
        TicketEvent.RECLASSIFY,
        actor,
        now=now,
        needs_approval=outcome is Outcome.APPROVAL,
        back_to=TicketStatus.ASSIGNED if outcome is Outcome.KEPT else None,
        data=data,
        **fields,
    )


def _tell(
    session: Session, ticket: Ticket, outcome: Outcome, visit: Visit | None, cause: Audit, *, now: datetime
) -> None:
    """While the visit that may fall away still stands; what is near rings at night too."""
    burns = visit is not None and visit.starts_at - now < moves.SOON
    told = hold.told(Notice.RECLASSIFIED, TicketStatus(cause.data["before"]))
    data = {"outcome": outcome}
    notices.publish(session, Notice.RECLASSIFIED, ticket, cause=cause, now=now, data=data, told=told, burns=burns)


def _go_on(session: Session, actor: Actor, ticket: Ticket, outcome: Outcome, cause: Audit, *, now: datetime) -> None:
    is_kept = outcome is Outcome.KEPT
    if is_kept:
        _watch(session, ticket)
    else:
        assignments.end(session, ticket, assignments.RECLASSIFIED, now=now)
    over = _OVER if is_kept else _OVER_WITH_CREW
    tasks.end_for_ticket(session, actor, ticket.id, over, "reclassified", now=now)
    held = waves.new_version(session, ticket, now=now)
    if outcome is Outcome.APPROVAL:
        tasks.open(session, TaskKind.APPROVAL, cause=f"audit {cause.id}", ticket_id=ticket.id, now=now)
    elif not is_kept:
        ticket.wave_size = 0
        waves.ask_next(session, actor, ticket, now=now, reason=WaveReason.AGAIN, again=held)
    _redraw(session, ticket, held, cause, now=now)


def _watch(session: Session, ticket: Ticket) -> None:
    """The other work may need a skill that the crew is still learning."""
    assignment = assignments.live(session, ticket.id)
    if assignment is not None:
        assignment.under_watch = skill_watch.keeps_watch(session, ticket, assignment.contractor_id)
        session.flush()


def _redraw(session: Session, ticket: Ticket, firms: frozenset[int], cause: Audit, *, now: datetime) -> None:
    """Their offer is gone and no new one came: not now, or never."""
    asked = select(Offer.contractor_id).where(
        Offer.ticket_id == ticket.id, Offer.job_version == ticket.job_version, Offer.status == OfferStatus.SENT
    )
    for person in notices.contractor_people(session, firms - set(session.scalars(asked))):
        notices.answer(session, person.id, Notice.CARD, ticket=ticket, cause=f"audit {cause.id}", now=now)

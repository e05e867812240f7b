"""What was done, from the price list, with quantities; and the moment the client is asked to accept it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.errors import Changed, NoReportLines, NotAllowed, NotFound, NumberInvalid, ProofMissing
from core.domain.notice import Delivery, Notice
from core.domain.task import TaskKind
from core.domain.ticket import TicketEvent, TicketStatus
from core.domain.visit import VisitOutcome, VisitStatus, VisitStep
from core.domain.words import search_stems
from core.services import acceptances, audit, lifecycle, notices, quality, scope, steps, tasks
from storage.models.directory import Service
from storage.models.ticket import ReportLine, Ticket
from storage.models.visit import Visit

MOST_MILLI = 10_000_000
FOUND = 6


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A row of the price list as the contractor sees it: with the rate, never with the client's price."""

    service_id: int
    name: str
    unit: str
    rate_kop: int


def price_list(session: Session, actor: Actor, visit_id: int, words: str, *, now: datetime) -> tuple[PriceRow, ...]:
    """Work of the same skill first, which is what an engineer usually adds."""
    ticket = _open_ticket(session, actor, visit_id)[1]
    skill_id = session.get_one(Service, ticket.service_id).skill_id
    query = select(Service).order_by((Service.skill_id != skill_id), Service.code).limit(FOUND)
    for term in search_stems(words):
        query = query.where(Service.search.contains(f" {term}", autoescape=True))
    return tuple(PriceRow(row.id, row.name, row.unit, row.contractor_rate_kop) for row in session.scalars(query))


def put_line(
    session: Session,
    actor: Actor,
    visit_id: int,
    service_id: int,
    quantity_milli: int,
    *,
    now: datetime,
    is_typed: bool = False,
) -> None:
    """Adds a line or changes its quantity; a quantity of 0 takes it off. Raises NumberInvalid.

    After a typed number the card has scrolled away: it comes down as a new message.
    """
    visit, ticket = _open_ticket(session, actor, visit_id)
    if steps.step(ticket, visit) is not VisitStep.REPORT:
        raise Changed
    if not 0 <= quantity_milli <= MOST_MILLI:
        raise NumberInvalid(str(quantity_milli / 1000))
    _set_quantity(session, ticket, service_id, quantity_milli)
    cause = audit.record(
        session,
        actor,
        "visit",
        visit.id,
        "line",
        now=now,
        data={"service": service_id, "quantity_milli": quantity_milli},
    )
    delivery = Delivery.NEW if is_typed else Delivery.EDIT
    key = f"audit {cause.id}"
    notices.reply(session, actor, Notice.CARD, ticket=ticket, cause=key, now=now, delivery=delivery)


def send(session: Session, actor: Actor, visit_id: int, *, now: datetime) -> None:
    """The work is done; the client gets the pairs and is asked. Raises ProofMissing, NoReportLines."""
    visit, ticket = _open_ticket(session, actor, visit_id)
    shots = steps.shots(session, ticket, visit)
    if shots.before_missing or shots.after_missing:
        raise ProofMissing(shots.before_missing, shots.after_missing)
    if steps.step(ticket, visit) is not VisitStep.REPORT:
        raise Changed
    if session.scalar(select(ReportLine.id).where(ReportLine.ticket_id == ticket.id).limit(1)) is None:
        raise NoReportLines
    visit.status, visit.outcome, visit.left_at = VisitStatus.LEFT, VisitOutcome.DONE, now
    cause = lifecycle.advance(
        session, ticket, TicketEvent.REPORT, actor, now=now, reported_at=now, data={"visit": visit.id}
    )
    quality.proof(session, visit, ticket, cause=cause, now=now)
    tasks.end_for_ticket(session, actor, ticket.id, {TaskKind.LEFT}, "reported", now=now)
    notices.publish(session, Notice.REPORTED, ticket, cause=cause, now=now)
    acceptances.ensure_somebody_accepts(session, ticket, cause, now=now)


def ensure_first_line(session: Session, ticket: Ticket) -> None:
    """The ordered work stands in the report by itself, at the prices copied when the ticket was registered."""
    if session.scalar(select(ReportLine.id).where(ReportLine.ticket_id == ticket.id).limit(1)) is not None:
        return
    session.add(
        ReportLine(
            ticket_id=ticket.id,
            service_id=ticket.service_id,
            quantity_milli=ticket.quantity_milli,
            client_price_kop=ticket.client_price_kop,
            contractor_rate_kop=ticket.contractor_rate_kop,
        )
    )
    session.flush()


def _set_quantity(session: Session, ticket: Ticket, service_id: int, quantity_milli: int) -> None:
    service = session.get(Service, service_id)
    if service is None:
        raise NotFound
    line = session.scalars(
        select(ReportLine).where(ReportLine.ticket_id == ticket.id, ReportLine.service_id == service_id)
    ).one_or_none()
    if quantity_milli == 0:
        session.execute(
            delete(ReportLine).where(ReportLine.ticket_id == ticket.id, ReportLine.service_id == service_id)
        )
    elif line is None:
        session.add(_line(ticket, service, quantity_milli))
    else:
        line.quantity_milli = quantity_milli


def _line(ticket: Ticket, service: Service, quantity_milli: int) -> ReportLine:
    is_ordered = service.id == ticket.service_id
    return ReportLine(
        ticket_id=ticket.id,
        service_id=service.id,
        quantity_milli=quantity_milli,
        client_price_kop=ticket.client_price_kop if is_ordered else service.client_price_kop,
        contractor_rate_kop=ticket.contractor_rate_kop if is_ordered else service.contractor_rate_kop,
    )


def _open_ticket(session: Session, actor: Actor, visit_id: int) -> tuple[Visit, Ticket]:
    visit = scope.find(session, scope.visible_visits(actor), Visit.id == visit_id)
    ticket = session.get_one(Ticket, visit.ticket_id)
    if visit.engineer_id != actor.person_id and ticket.contractor_id not in actor.owned_contractor_ids:
        raise NotAllowed
    if visit.status is not VisitStatus.ON_SITE or ticket.status is not TicketStatus.IN_WORK:
        raise Changed
    return visit, ticket

"""Registers tickets, moves them through approval, cancels them, finds them, and tells their history."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select, update
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.clock import Whose
from core.domain.errors import Changed, NoContract, TextEmpty
from core.domain.money import line_sum
from core.domain.notice import Delivery, Notice
from core.domain.proof import ProofStage
from core.domain.role import Role
from core.domain.task import TaskKind
from core.domain.ticket import OPEN, Origin, Priority, TicketEvent, TicketStatus
from core.domain.words import search_terms
from core.services import (
    assignments,
    back_outs,
    cancellations,
    counters,
    holds,
    intakes,
    lifecycle,
    notices,
    offers,
    payers,
    scope,
    tasks,
    waves,
)
from storage.models.desk import Audit
from storage.models.directory import ApprovalStep, Service, Site
from storage.models.people import Membership, Person
from storage.models.ticket import Intake, Ticket
from storage.models.visit import Proof


@dataclass(frozen=True, slots=True)
class TicketLine:
    ticket_id: int
    number: str
    status: TicketStatus
    priority: Priority
    service: str
    site: str
    zone: str
    registered_at: datetime


@dataclass(frozen=True, slots=True)
class TicketList:
    lines: tuple[TicketLine, ...]
    total: int
    offset: int
    read_at: datetime


def register(session: Session, actor: Actor, intake_id: int, *, now: datetime) -> int:
    """Turns a told request into a ticket with its own copies of price and rate; returns its id.

    A stranger's request waits as a draft for the responsible person. Raises TextEmpty, NoContract.
    """
    intake = session.get(Intake, intake_id)
    if intake is not None and intake.person_id == actor.person_id and intake.ticket_id is not None:
        return intake.ticket_id  # a second tap on "send"
    told = intakes.card(session, actor, intake_id, now=now)
    if intake is None or told.site_id is None or not told.is_complete:
        raise TextEmpty
    site = session.get_one(Site, told.site_id)
    ticket = _new(session, actor, intake, site, now=now)
    event = TicketEvent.DRAFT if told.is_stranger else TicketEvent.REGISTER
    cause = lifecycle.begin(session, ticket, event, actor, now=now, needs_approval=needs_approval(session, ticket))
    intake.closed_at, intake.ticket_id = now, ticket.id
    session.execute(
        update(Proof).where(Proof.intake_id == intake.id).values(ticket_id=ticket.id, stage=ProofStage.REQUEST)
    )
    if ticket.status is TicketStatus.DRAFT:
        _ask_responsible(session, ticket, cause, now=now)
    else:
        notices.publish(session, Notice.REGISTERED, ticket, cause=cause, now=now)
        _go_on(session, actor, ticket, cause, now=now)
    return ticket.id


def confirm(session: Session, actor: Actor, ticket_id: int, *, now: datetime) -> None:
    """The responsible person (or the desk) says that a stranger's request is real."""
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    asks = needs_approval(session, ticket)
    cause = lifecycle.advance(session, ticket, TicketEvent.CONFIRM, actor, now=now, needs_approval=asks)
    tasks.end_for_ticket(session, actor, ticket.id, {TaskKind.DRAFT}, "confirmed", now=now)
    notices.publish(session, Notice.REGISTERED, ticket, cause=cause, now=now)
    _go_on(session, actor, ticket, cause, now=now)


def refuse(session: Session, actor: Actor, ticket_id: int, *, now: datetime) -> None:
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    cause = lifecycle.advance(session, ticket, TicketEvent.REFUSE, actor, now=now)
    tasks.end_for_ticket(session, actor, ticket.id, {TaskKind.DRAFT}, "refused", now=now)
    cancellations.refused(session, actor, ticket, now=now)
    notices.publish(session, Notice.CANCELLED, ticket, cause=cause, now=now)


def approve(session: Session, actor: Actor, ticket_id: int, *, now: datetime) -> None:
    """Until approval chains exist the desk's tap stands for the client's people."""
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    cause = lifecycle.advance(session, ticket, TicketEvent.APPROVE, actor, now=now)
    tasks.end_for_ticket(session, actor, ticket.id, {TaskKind.APPROVAL}, "approved", now=now)
    notices.publish(session, Notice.APPROVAL_DECIDED, ticket, cause=cause, now=now, data={"approved": True})
    waves.ask_next(session, actor, ticket, now=now)


def reject(session: Session, actor: Actor, ticket_id: int, *, now: datetime) -> None:
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    cause = lifecycle.advance(session, ticket, TicketEvent.REJECT, actor, now=now)
    tasks.end_for_ticket(session, actor, ticket.id, {TaskKind.APPROVAL}, "rejected", now=now)
    notices.publish(session, Notice.APPROVAL_DECIDED, ticket, cause=cause, now=now, data={"approved": False})


def cancel(
    session: Session,
    actor: Actor,
    ticket_id: int,
    version: int,
    fault: Whose | None = None,
    *,
    now: datetime,
    agreed_kop: int | None = None,
    waive: bool = False,
) -> None:
    """Nothing more will be done; whoever was asked or was going is told. A repeated tap is harmless.

    The fault decides what it costs; the client pays no more than `agreed_kop`. Raises FeeGrown, NotAllowed, Changed.
    """
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    if ticket.status is TicketStatus.CANCELLED:
        return
    if ticket.version != version:
        raise Changed
    row = cancellations.decide(session, actor, ticket, fault, now=now, agreed_kop=agreed_kop, waive=waive)
    data = {"fault": row.fault, "in_vain": row.contractor_id is not None}
    holds.close(session, ticket, now=now)
    cause = lifecycle.advance(session, ticket, TicketEvent.CANCEL, actor, now=now, data=data)
    session.add(row)
    session.flush()
    notices.publish(session, Notice.CANCELLED, ticket, cause=cause, now=now)
    tasks.end_for_ticket(session, actor, ticket.id, set(TaskKind), "cancelled", now=now)
    back_outs.phone_crew(session, ticket, cause=cause, now=now)
    assignments.end(session, ticket, "cancelled", now=now)
    offers.withdraw_all(session, ticket, now=now)


def needs_approval(session: Session, ticket: Ticket) -> bool:
    """Somebody of the client's chain takes part from this sum on."""
    price = line_sum(ticket.client_price_kop, ticket.quantity_milli)
    step = select(ApprovalStep.id).where(ApprovalStep.client_id == ticket.client_id, ApprovalStep.from_kop <= price)
    return session.scalar(step.limit(1)) is not None


def find(session: Session, actor: Actor, words: str, *, now: datetime, offset: int = 0, limit: int = 8) -> TicketList:
    """By number (`9001`, `З-009001`) or by words of site, city, address and kind of work; newest first."""
    query = scope.visible_tickets(actor).join(Site, Site.id == Ticket.site_id)
    query = query.join(Service, Service.id == Ticket.service_id)
    for term in search_terms(words):
        like = f" {term}"
        matches = [Site.search.contains(like, autoescape=True), Service.search.contains(like, autoescape=True)]
        if term.lstrip("з").isdigit():
            matches.append(Ticket.number == f"З-{int(term.lstrip('з')):06d}")
        query = query.where(or_(*matches))
    return listed(session, query, offset, limit, now=now)


def mine(session: Session, actor: Actor, *, now: datetime, offset: int = 0, limit: int = 8) -> TicketList:
    """Open tickets of a client's person; what waits for an answer first."""
    query = scope.client_tickets(actor).where(Ticket.status.in_(OPEN), Ticket.origin == Origin.BOT)
    waits = case((Ticket.status.in_((TicketStatus.REPORTED, TicketStatus.DRAFT)), 0), else_=1)
    return listed(session, query, offset, limit, waits, now=now)


def to_accept(session: Session, actor: Actor, *, now: datetime, offset: int = 0, limit: int = 8) -> TicketList:
    """What the contractor has reported done and the client has not answered yet."""
    query = scope.client_tickets(actor).where(Ticket.status == TicketStatus.REPORTED)
    return listed(session, query, offset, limit, now=now)


def id_of(session: Session, actor: Actor, number: str, *, now: datetime) -> int:
    """Raises NotFound. `17`, `З-17` and `З-000017` are one number."""
    digits = "".join(char for char in number if char.isdigit())[:15]
    condition = Ticket.number == f"З-{int(digits or 0):06d}"
    return scope.find(session, scope.visible_tickets(actor), condition).id


def open_card(session: Session, actor: Actor, ticket_id: int, *, now: datetime) -> None:
    """The person asks for the card: it comes as a new message, and the old one loses its buttons."""
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    how = Delivery.NEW
    notices.reply(session, actor, Notice.CARD, ticket=ticket, cause=actor.source, now=now, delivery=how)


def is_that_one(session: Session, actor: Actor, intake_id: int, ticket_id: int, *, now: datetime) -> None:
    """The trouble was reported before: nothing new is registered, the known card comes instead."""
    intakes.close(session, actor, intake_id, now=now)
    open_card(session, actor, ticket_id, now=now)


def _new(session: Session, actor: Actor, intake: Intake, site: Site, *, now: datetime) -> Ticket:
    service = session.get_one(Service, intake.service_id or 0)
    payer = payers.of_site(session, site, now=now)
    if payer is None:
        raise NoContract
    entity, contract = payer
    return Ticket(
        number=counters.next_ticket_number(session),
        origin=Origin.BOT,
        client_id=site.client_id,
        site_id=site.id,
        legal_entity_id=entity.id,
        contract_id=contract.id,
        service_id=service.id,
        priority=intake.priority,
        quantity_milli=1000,
        job_version=1,
        round=1,
        client_price_kop=service.client_price_kop,
        contractor_rate_kop=service.contractor_rate_kop,
        text=intake.text,
        requester_id=actor.person_id,
        registered_at=now,
    )


def _go_on(session: Session, actor: Actor, ticket: Ticket, cause: Audit, *, now: datetime) -> None:
    if ticket.status is TicketStatus.APPROVAL:
        tasks.open(session, TaskKind.APPROVAL, cause=f"audit {cause.id}", ticket_id=ticket.id, now=now)
        notices.publish(session, Notice.APPROVAL_ASKED, ticket, cause=cause, now=now)
    else:
        waves.ask_next(session, actor, ticket, now=now)


def _ask_responsible(session: Session, ticket: Ticket, cause: Audit, *, now: datetime) -> None:
    """One tap of the responsible person; where nobody of them is in Telegram, of the desk."""
    notices.publish(session, Notice.DRAFTED, ticket, cause=cause, now=now)
    responsible = session.scalar(
        select(func.count())
        .select_from(Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.role == Role.REQUESTER,
            Membership.site_id == ticket.site_id,
            Membership.ended_at.is_(None),
            Person.telegram_id.is_not(None),
            Person.unreachable_at.is_(None),
        )
    )
    if not responsible:
        tasks.open(session, TaskKind.DRAFT, cause=f"audit {cause.id}", ticket_id=ticket.id, now=now)


def listed(
    session: Session, query: Select[Any], offset: int, limit: int, *first: ColumnElement[Any], now: datetime
) -> TicketList:
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    newest = query.order_by(*first, Ticket.registered_at.desc(), Ticket.id.desc())
    rows = session.scalars(newest.offset(offset).limit(limit))
    lines = []
    for row in rows.all():
        site = session.get_one(Site, row.site_id)
        service = session.get_one(Service, row.service_id)
        lines.append(
            TicketLine(
                row.id,
                row.number,
                row.status,
                row.priority,
                service.name,
                f"{site.name}, {site.city}",
                site.zone,
                row.registered_at,
            )
        )
    return TicketList(tuple(lines), total, offset, now)

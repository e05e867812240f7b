"""Single facts a card is made of, each one look into the database."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.offer import Exclusion, OfferStatus
from core.domain.role import CLIENT_ROLES
from core.domain.ticket import TicketStatus
from core.services import assignments, moves, scope, substitutes
from storage.models.desk import Audit
from storage.models.offer import Offer
from storage.models.ticket import Acceptance, Ticket
from storage.models.visit import Visit


def is_too_soon(row: Ticket, now: datetime) -> bool:
    return row.visit_from is not None and row.visit_from > now


def is_asked(session: Session, row: Ticket, contractor_id: int) -> bool:
    """In this round, about the work as it is now."""
    offer = select(Offer.id).where(
        Offer.ticket_id == row.id, Offer.contractor_id == contractor_id, Offer.round == row.round
    )
    return session.scalar(offer.limit(1)) is not None


def offer_of(session: Session, actor: Actor, row: Ticket) -> Offer | None:
    """The last one to a firm of the reader."""
    return session.scalars(
        select(Offer)
        .where(Offer.ticket_id == row.id, Offer.contractor_id.in_(actor.contractor_ids))
        .order_by(Offer.id.desc())
        .limit(1)
    ).one_or_none()


def may_open(session: Session, actor: Actor, ticket_id: int) -> bool:
    """Whether there is a card of it for these eyes."""
    row = session.scalars(scope.visible_tickets(actor).where(Ticket.id == ticket_id)).one_or_none()
    if row is None or actor.is_operator:
        return row is not None
    is_client = row.requester_id == actor.person_id or bool(scope.roles_on(session, actor, row) & CLIENT_ROLES)
    return is_client or holds_job(session, actor, row) or offer_of(session, actor, row) is not None


def why_withdrawn(session: Session, offer: Offer) -> Exclusion | None:
    """What the firm lacked when it was taken back from it alone; None: the job itself changed or was cancelled."""
    if offer.status is not OfferStatus.WITHDRAWN:
        return None
    said = select(Audit.data).where(Audit.entity == "offer", Audit.entity_id == offer.id, Audit.event == "withdraw")
    reason = (session.scalars(said.order_by(Audit.id.desc()).limit(1)).first() or {}).get("reason")
    return Exclusion(reason) if reason is not None else None


def movable(session: Session, actor: Actor, row: Ticket, visit: Visit | None) -> int | None:
    """The visit, if the reader may change its time now."""
    if visit is None or not moves.is_movable(row, visit):
        return None
    return visit.id if moves.side_of(session, actor, row, visit) is not None else None


def complaint(session: Session, row: Ticket) -> str:
    """What the client said is wrong, or why the engineer had to leave: the last word on the open trouble."""
    if row.status not in (TicketStatus.DISPUTED, TicketStatus.REWORK, TicketStatus.ASSIGNED):
        return ""
    note = session.scalar(
        select(Visit.note).where(Visit.ticket_id == row.id, Visit.note != "").order_by(Visit.id.desc()).limit(1)
    )
    return note or ""


def mark(session: Session, ticket_id: int) -> int | None:
    return session.scalar(select(Acceptance.mark).where(Acceptance.ticket_id == ticket_id))


def accepted_by(session: Session, ticket_id: int) -> int | None:
    return session.scalar(select(Acceptance.person_id).where(Acceptance.ticket_id == ticket_id))


def same_day(visit: Visit, now: datetime, zone: str) -> bool:
    here = ZoneInfo(zone)
    return visit.starts_at.astimezone(here).date() == now.astimezone(here).date()


def nameable(session: Session, actor: Actor, row: Ticket, visit: Visit | None, *, now: datetime) -> int | None:
    """The visit, if the reader may name another engineer and there is one."""
    if visit is None or not substitutes.may(actor, row, visit) or row.contractor_id is None:
        return None
    return visit.id if substitutes.fit(session, visit, row, row.contractor_id, now=now) else None


def holds_job(session: Session, actor: Actor, row: Ticket) -> bool:
    """The engineer who goes or went last, or an owner of the firm; colleagues see the offer card."""
    last = assignments.last(session, row.id)
    if last is None or last.contractor_id not in actor.contractor_ids:
        return False
    if last.end_reason == assignments.RECLASSIFIED and is_asked(session, row, last.contractor_id):
        return False
    return last.engineer_id == actor.person_id or last.contractor_id in actor.owned_contractor_ids

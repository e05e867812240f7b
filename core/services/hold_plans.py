"""What is asked before a hold begins: the moment as somebody typed it, and evidence where the pause stops a promise."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.domain import hold as rules
from core.domain import typed_time
from core.domain.actor import Actor
from core.domain.clock import StopReason
from core.domain.errors import Changed, NotAllowed
from core.domain.ticket import TicketEvent
from core.services import holds, numbers, scope
from storage.models.directory import Site
from storage.models.ticket import Ticket


@dataclass(frozen=True, slots=True)
class HoldPlan:
    """A hold that may begin. `asks`: evidence is wanted first; of the desk, words."""

    ticket_id: int
    number: str
    version: int
    zone: str
    read_at: datetime
    reason: StopReason
    until: datetime
    asks: bool
    is_of_desk: bool


def plan(
    session: Session,
    actor: Actor,
    ticket_id: int,
    version: int,
    reason: StopReason,
    until: datetime,
    *,
    now: datetime,
) -> HoldPlan:
    """Raises what `holds.hold` does: nobody is asked for what would be refused."""
    ticket = holds.ensure_can(session, actor, ticket_id, version, reason, until, now=now)
    if TicketEvent.HOLD not in holds.may(session, actor, ticket):
        raise Changed if actor.is_desk else NotAllowed
    return HoldPlan(
        ticket_id=ticket.id,
        number=ticket.number,
        version=version,
        zone=session.get_one(Site, ticket.site_id).zone,
        read_at=now,
        reason=reason,
        until=until,
        asks=rules.asks_evidence(reason),
        is_of_desk=actor.is_desk,
    )


def moment(session: Session, actor: Actor, ticket_id: int, typed_text: str, *, now: datetime) -> datetime:
    """In the zone of the site. Raises NotFound and what a typed time does."""
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    zone = session.get_one(Site, ticket.site_id).zone
    return typed_time.moment(typed_text, zone, now, hour=numbers.of(session).work_from_hour, rolls=True)

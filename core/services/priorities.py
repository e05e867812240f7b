"""The desk says that a job is more urgent, or less: its promises follow, and whoever is searched for is asked anew.

What was on offer is withdrawn: it was another job. Once work was reported nothing is more urgent any more.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.domain import hold
from core.domain.actor import Actor
from core.domain.errors import Changed, NotFound
from core.domain.notice import Notice
from core.domain.offer import WaveReason
from core.domain.ticket import PRIORITISED, Priority, TicketEvent, TicketStatus
from core.services import (
    audit,
    clock_changes,
    clock_forecasts,
    holds,
    lifecycle,
    notices,
    redispatch,
    scope,
    searches,
    tasks,
    waves,
)
from core.services.clock_forecasts import Forecast
from core.services.rows import moved
from storage.models.people import Person
from storage.models.ticket import Ticket

EVENT = "priority"


@dataclass(frozen=True, slots=True)
class Choices:
    ticket_id: int
    number: str
    version: int
    priority: Priority
    #: What each other one would do, in the order they are shown.
    forecasts: tuple[tuple[Priority, tuple[Forecast, ...]], ...]
    zone: str  #: the reader's
    read_at: datetime


def choices(session: Session, actor: Actor, ticket_id: int, *, now: datetime) -> Choices:
    """Raises NotFound, Changed once the work was reported."""
    ticket = _found(session, actor, ticket_id)
    others = [one for one in Priority if one is not ticket.priority]
    found = tuple((one, clock_forecasts.of(session, ticket, one, now=now)) for one in others)
    reader = session.get(Person, actor.person_id) if actor.person_id is not None else None
    zone = reader.zone if reader is not None else "UTC"
    return Choices(ticket.id, ticket.number, ticket.version, ticket.priority, found, zone, now)


def change(session: Session, actor: Actor, ticket_id: int, version: int, priority: Priority, *, now: datetime) -> bool:
    """A second tap on the same choice only brings the card. A crew that may take no emergencies loses one it has not
    begun; where it has, the job stays and the answer is True. Raises NotFound, Changed where somebody was faster."""
    ticket = _found(session, actor, ticket_id)
    was = ticket.priority
    if was is priority:
        notices.reply(session, actor, Notice.CARD, ticket=ticket, cause=actor.source, now=now)
        return False
    if not moved(session, ticket, Ticket.version == version, Ticket.priority == was, priority=priority):
        raise Changed
    waiting = holds.live(session, ticket.id)
    before = waiting.before if waiting is not None else ticket.status
    data = {"was": was, "is": priority, "before": before}
    cause = audit.record(session, actor, "ticket", ticket.id, EVENT, now=now, data=data)
    clock_changes.retarget(session, ticket, cause=cause, now=now)
    burns = priority is Priority.EMERGENCY
    told, facts = hold.told(Notice.PRIORITY, before), {"outcome": priority}
    notices.publish(session, Notice.PRIORITY, ticket, cause=cause, now=now, told=told, data=facts, burns=burns)
    if ticket.status in searches.SEARCHES:
        _search_anew(session, actor, ticket, now=now)
        return False
    if priority is not Priority.EMERGENCY or waiting is not None:  # what waits is looked at when it goes on
        return False
    redispatch.of_ticket(session, ticket, now=now)
    return redispatch.is_kept_away(session, ticket, now=now)


def _search_anew(session: Session, actor: Actor, ticket: Ticket, *, now: datetime) -> None:
    """With the haste of the new priority: an emergency begins with many at once."""
    if ticket.status is TicketStatus.UNSTAFFED:
        lifecycle.advance(session, ticket, TicketEvent.SEARCH_AGAIN, actor, now=now)
    tasks.end_for_ticket(session, actor, ticket.id, tasks.OF_NOBODY, EVENT, now=now)
    held = waves.new_version(session, ticket, now=now)
    ticket.wave_size = 0
    waves.ask_next(session, actor, ticket, now=now, reason=WaveReason.AGAIN, again=held)


def _found(session: Session, actor: Actor, ticket_id: int) -> Ticket:
    if not actor.is_desk:
        raise NotFound
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    if ticket.status not in PRIORITISED or ticket.reported_at is not None:
        raise Changed
    return ticket

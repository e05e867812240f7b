"""What is promised: the plan of the contract × the priority of the ticket, measured in the zone of the site."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.calendar import CalendarKind
from core.domain.clock import ClockKind
from core.domain.ticket import Priority
from core.services import calendars, numbers
from storage.models.directory import Contract, SlaTarget
from storage.models.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Promise:
    """Minutes on a calendar."""

    minutes: int
    calendar: CalendarKind


def of_ticket(session: Session, ticket: Ticket, kind: ClockKind) -> Promise | None:
    """As the contract says now. None: nothing is promised."""
    plan = session.scalar(select(Contract.sla_plan).where(Contract.id == ticket.contract_id))
    return of_row(session, row(session, plan or "", ticket.priority), ticket.priority, kind)


def of_row(session: Session, target: SlaTarget | None, priority: Priority, kind: ClockKind) -> Promise | None:
    """Where the plan has no row only the search keeps a time, and an emergency never waits for the morning."""
    if target is not None:
        return Promise(_minutes(target, kind), CalendarKind(target.calendar))
    if kind not in (ClockKind.REACTION, ClockKind.SEARCH):
        return None
    urgent = priority is Priority.EMERGENCY
    calendar = CalendarKind.ROUND_THE_CLOCK if urgent else CalendarKind.WORKING
    return Promise(numbers.of(session).reaction_minutes, calendar)


def due(session: Session, promise: Promise, zone: str, start: datetime) -> datetime:
    """Its deadline, where nothing stops it. Raises ValueError where nobody ever works."""
    return calendars.of(session, promise.calendar, zone).after(start, timedelta(minutes=promise.minutes))


def row(session: Session, plan: str, priority: Priority) -> SlaTarget | None:
    return session.scalars(
        select(SlaTarget).where(SlaTarget.plan == plan, SlaTarget.priority == priority)
    ).one_or_none()


def _minutes(target: SlaTarget, kind: ClockKind) -> int:
    match kind:
        case ClockKind.ARRIVAL:
            return target.arrival_min
        case ClockKind.RESOLUTION:
            return target.resolution_min
    return target.reaction_min

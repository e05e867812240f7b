"""What another priority would do to the promises of a ticket, told before anybody taps: what `clock_changes.retarget`
would write is reckoned here, and nothing is written."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain import clock as rules
from core.domain.clock import ClockKind, ClockState
from core.domain.ticket import Priority, TicketStatus
from core.services import calendars, client_waits, clock_rows, clocks, promises
from core.services.promises import Promise
from storage.models.clock import Clock
from storage.models.directory import Contract, Site
from storage.models.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Forecast:
    """Of one promise. `due_at` None: it stands, or with `ends` nothing is promised any more. `was_over`: it is broken
    as things are, so no tap would break it."""

    kind: ClockKind
    due_at: datetime | None
    is_over: bool = False
    was_over: bool = False
    ends: bool = False


def of(session: Session, ticket: Ticket, priority: Priority, *, now: datetime) -> tuple[Forecast, ...]:
    """What is owed still; what was met, or was never and would not be promised, is left out."""
    plan = session.scalar(select(Contract.sla_plan).where(Contract.id == ticket.contract_id))
    target = promises.row(session, plan or "", priority)
    found = (
        _of_kind(session, ticket, kind, promises.of_row(session, target, priority, kind), now)
        for kind in clocks.PROMISED
    )
    return tuple(one for one in found if one is not None)


def _of_kind(
    session: Session, ticket: Ticket, kind: ClockKind, promise: Promise | None, now: datetime
) -> Forecast | None:
    clock = clock_rows.last(session, ticket.id, kind)
    if clock is None or clock.state is ClockState.ENDED:
        return _begun(session, ticket, kind, promise, now)
    if clock.state is ClockState.MET:
        return None
    before = clocks.passed(session, clock)
    was_over = before is not None and before <= now
    if promise is None:
        return Forecast(kind, None, was_over=was_over, ends=True)
    due_at = before
    if (clock.target_min, clock.calendar) != (promise.minutes, promise.calendar):
        due_at = _changed(session, ticket, clock, promise, now)
    return Forecast(kind, due_at, due_at is not None and due_at <= now, was_over)


def _begun(
    session: Session, ticket: Ticket, kind: ClockKind, promise: Promise | None, now: datetime
) -> Forecast | None:
    """Nothing was promised so far; a search keeps its own time."""
    is_there = kind is ClockKind.ARRIVAL and clocks.was_on_site(session, ticket)
    if promise is None or kind is ClockKind.REACTION or is_there:
        return None
    if ticket.status in (TicketStatus.APPROVAL, TicketStatus.ON_HOLD):
        return Forecast(kind, None)
    return Forecast(kind, promises.due(session, promise, _zone(session, ticket), now))


def _changed(session: Session, ticket: Ticket, clock: Clock, promise: Promise, now: datetime) -> datetime | None:
    ledger = clock_rows.intervals(session, clock)
    if clock.state is ClockState.RUNNING:
        at = max(now, clock.started_at)
        waits = client_waits.ahead(session, ticket, now=at) if clock.kind in clocks.WAIT_FOR_CLIENT else ()
        calendar = calendars.of(session, promise.calendar, _zone(session, ticket))
        ledger = rules.run_anew(ledger, at, waits, calendar)
    return rules.reaches(ledger, timedelta(minutes=promise.minutes))


def _zone(session: Session, ticket: Ticket) -> str:
    return session.get_one(Site, ticket.site_id).zone

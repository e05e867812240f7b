"""Another plan, another priority, another word on a pause: what has elapsed stays, what is left is counted anew."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.clock import LEVELS, ClockKind, ClockState
from core.domain.ticket import OPEN, Origin, TicketStatus
from core.services import audit, breaches, burning_tasks, clock_rows, clocks, promises
from core.services.promises import Promise
from storage.models.clock import Clock
from storage.models.desk import Audit
from storage.models.directory import Contract
from storage.models.ticket import Ticket

#: The plan of the contract is another one.
REPLANNED = "replan"


def retarget(session: Session, ticket: Ticket, *, cause: Audit, now: datetime) -> None:
    """The promises as plan and priority are now. What ran is measured on the calendar it ran on; what was met stays
    met. Work that is put right after "wrong" keeps the time it was given then.
    """
    for kind in (*clocks.PROMISED, ClockKind.SEARCH):
        clock = clock_rows.last(session, ticket.id, kind)
        promise = promises.of_ticket(session, ticket, kind)
        if clock is None or clock.state is ClockState.ENDED:
            if kind in (ClockKind.ARRIVAL, ClockKind.RESOLUTION) and promise is not None:
                _promise_late(session, ticket, kind, promise, cause=cause, now=now)
        elif clock.state is not ClockState.MET and not _is_of_rework(ticket, clock):
            _change(session, clock, promise, cause=cause, now=now)
            breaches.recheck(session, clock, now=now)
    burning_tasks.keep(session, [ticket.id], now=now)


def contracts_changed(
    session: Session, actor: Actor, contract_ids: Iterable[int], plans: Iterable[str], *, now: datetime
) -> int:
    """The workbook brought other plans to these contracts, or other times to these plans: their open tickets follow.

    Returns how many tickets were looked at.
    """
    of_plans = select(Contract.id).where(Contract.sla_plan.in_(list(plans)))
    tickets = session.scalars(
        select(Ticket)
        .where(
            Ticket.origin == Origin.BOT,
            Ticket.status.in_(OPEN - {TicketStatus.DRAFT}),
            or_(Ticket.contract_id.in_(list(contract_ids)), Ticket.contract_id.in_(of_plans)),
        )
        .order_by(Ticket.id)
    ).all()
    for ticket in tickets:
        plan = session.scalar(select(Contract.sla_plan).where(Contract.id == ticket.contract_id))
        cause = audit.record(session, actor, "ticket", ticket.id, REPLANNED, now=now, data={"plan": plan})
        retarget(session, ticket, cause=cause, now=now)
    return len(tickets)


def _is_of_rework(ticket: Ticket, clock: Clock) -> bool:
    """One that began again because a plan knew it no more for a while is none."""
    return clock.kind is ClockKind.RESOLUTION and ticket.reported_at is not None


def _promise_late(
    session: Session,
    ticket: Ticket,
    kind: ClockKind,
    promise: Promise,
    *,
    cause: Audit,
    now: datetime,
) -> None:
    """Nothing was promised before: the promise begins now, and stands where the others stand."""
    if ticket.reported_at is not None or (kind is ClockKind.ARRIVAL and clocks.was_on_site(session, ticket)):
        return
    clocks.begin(session, ticket, kind, cause=cause, now=now, promise=promise)
    clocks.stand_as_the_ticket(session, ticket, cause=cause, now=now)


def _change(session: Session, clock: Clock, promise: Promise | None, *, cause: Audit, now: datetime) -> None:
    if promise is None:
        return clocks.drop(session, clock, now=now)
    if (clock.target_min, clock.calendar) == (promise.minutes, promise.calendar):
        return None
    clock.target_min, clock.calendar = promise.minutes, promise.calendar
    # Levels of the old promise that the new one has not reached yet warn again.
    used = clocks.reading(session, clock, now=now).used_pct
    reached = max((level for level in LEVELS if level <= used), default=0)
    clock.warned_pct = min(clock.warned_pct, reached)
    if clock.state is ClockState.RUNNING:
        return clocks.run_anew(session, clock, cause=cause, now=now)
    return clock_rows.refresh(session, clock)

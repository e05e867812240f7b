"""The clocks of a ticket: begun, stopped, going on, met.

Their rows and the cached deadlines are written here and in `clock_rows`, `clock_changes` and `clock_verdicts` alone;
who disagrees with a pause, and what is answered, stands on its stretches by `core.services.objections`.
"""

import math
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain import clock as rules
from core.domain import quality
from core.domain.calendar import CalendarKind
from core.domain.clock import LEVELS, STOPS, ClockKind, ClockState, Interval, Reading, StopReason, Whose
from core.domain.ticket import SETTLED, TicketStatus
from core.services import client_waits, clock_rows, clock_verdicts, numbers, promises
from core.services.promises import Promise
from storage.models.clock import Clock, ClockInterval, Hold
from storage.models.desk import Audit
from storage.models.directory import Service, Site
from storage.models.ticket import Ticket
from storage.models.visit import Visit

#: Of a search: the promised reaction until the first yes, after it the haste of the search alone.
OF_SEARCH = frozenset({ClockKind.REACTION, ClockKind.SEARCH})
#: Begun together when a ticket is registered.
PROMISED = (ClockKind.REACTION, ClockKind.ARRIVAL, ClockKind.RESOLUTION)
#: A search goes on while the client wants nobody sooner.
WAIT_FOR_CLIENT = frozenset({ClockKind.ARRIVAL, ClockKind.RESOLUTION})


def follow(
    session: Session,
    ticket: Ticket,
    before: TicketStatus | None,
    *,
    cause: Audit,
    now: datetime,
    at: datetime | None = None,
) -> None:
    """What a move of the ticket means for its clocks. Holds stop and start them with their own reasons.

    `at`: when it really happened, where that is known better than by `now`.
    """
    if ticket.status in SETTLED:
        _end_all(session, ticket, now=now)
    elif before in (None, TicketStatus.DRAFT) and ticket.status is not TicketStatus.DRAFT:
        for kind in PROMISED:
            begin(session, ticket, kind, cause=cause, now=now)
    elif before is TicketStatus.REPORTED and ticket.status is TicketStatus.DISPUTED:
        _begin_again(session, ticket, cause=cause, now=now)
    elif ticket.status is TicketStatus.IN_WORK and clock_rows.has_waits_ahead(session, ticket.id, now):
        client_moved(session, ticket, cause=cause, now=now)
    if ticket.status is TicketStatus.APPROVAL:
        stop(session, ticket, StopReason.APPROVAL, cause=cause, now=now)
    elif before is TicketStatus.APPROVAL and ticket.status is not TicketStatus.ON_HOLD:
        go_on(session, ticket, cause=cause, now=now)
    _meet(session, ticket, _MET_AT.get(ticket.status, ()), now=now, at=at)


#: The state in which a promise has come true. What was met once is never reopened: nothing lives to be met again.
_MET_AT: dict[TicketStatus, tuple[ClockKind, ...]] = {
    TicketStatus.ASSIGNED: (ClockKind.REACTION, ClockKind.SEARCH),
    TicketStatus.IN_WORK: (ClockKind.ARRIVAL,),
    TicketStatus.REPORTED: (ClockKind.RESOLUTION,),
}


def begin(
    session: Session,
    ticket: Ticket,
    kind: ClockKind,
    *,
    cause: Audit | None,
    now: datetime,
    promise: Promise | None = None,
) -> Clock | None:
    """A new promise, running from now on; the one of this kind before it must be over. None: nothing is promised."""
    promise = promise or promises.of_ticket(session, ticket, kind)
    if promise is None:
        return None
    before = clock_rows.last(session, ticket.id, kind)
    clock = Clock(
        ticket_id=ticket.id,
        kind=kind,
        number=before.number + 1 if before is not None else 1,
        state=ClockState.RUNNING,
        target_min=promise.minutes,
        calendar=promise.calendar,
        started_at=now,
    )
    session.add(clock)
    session.flush()
    clock_rows.run(session, clock, cause, now=now)
    return clock


def _begin_again(session: Session, ticket: Ticket, *, cause: Audit, now: datetime) -> None:
    """The work was reported and is wrong: the resolution is owed again, with what was left of it when it was
    reported and at least a fair time, whichever ends later. The time the client took to look is nobody's."""
    last = clock_rows.last(session, ticket.id, ClockKind.RESOLUTION)
    if last is None or last.state is not ClockState.MET:
        return
    left = reading(session, last, now=now).left
    kept = Promise(math.ceil(left / timedelta(minutes=1)), last.calendar)
    least = Promise(numbers.of(session).rework_least_hours * 60, CalendarKind.WORKING)
    zone = session.get_one(Site, ticket.site_id).zone
    later = max(kept, least, key=lambda one: promises.due(session, one, zone, now))
    begin(session, ticket, ClockKind.RESOLUTION, cause=cause, now=now, promise=later)


def stop(session: Session, ticket: Ticket, reason: StopReason, *, cause: Audit | None, now: datetime) -> None:
    """The clocks that this reason stops stand from now on; one that stands already is not stopped twice."""
    for clock in clock_rows.live(session, ticket.id, ClockState.RUNNING):
        if clock.kind in STOPS[reason][1]:
            clock_rows.cut(session, clock, now)
            clock_rows.stand(session, clock, cause, reason, now=now)


def go_on(session: Session, ticket: Ticket, *, cause: Audit | None, now: datetime) -> None:
    """What stood runs again, unless the client's approval is still waited for."""
    if ticket.status is TicketStatus.APPROVAL:
        return
    for clock in clock_rows.live(session, ticket.id, ClockState.STOPPED):
        run_anew(session, clock, cause=cause, now=now)


def client_moved(session: Session, ticket: Ticket, *, cause: Audit | None, now: datetime) -> None:
    """The client put the visit off, or what was put off is sooner again: his wait does not eat the time of others.

    Arrival and resolution stand from the time that was agreed to the time he named, and in between as well where
    somebody is still looked for: nobody may come then. What a crew puts off is its own time.
    """
    for clock in clock_rows.live(session, ticket.id, ClockState.RUNNING):
        if clock.kind in WAIT_FOR_CLIENT:
            run_anew(session, clock, cause=cause, now=now)


def _meet(
    session: Session, ticket: Ticket, kinds: Collection[ClockKind], *, now: datetime, at: datetime | None
) -> None:
    """What was promised has happened, at its own time `at` where a late update tells of it."""
    if not kinds:
        return
    for clock in clock_rows.live(session, ticket.id):
        if clock.kind in kinds:
            _end(session, clock, ClockState.MET, max(min(at or now, now), clock.started_at))


def _end_all(session: Session, ticket: Ticket, *, now: datetime) -> None:
    """The ticket is over without it."""
    for clock in clock_rows.live(session, ticket.id):
        _end(session, clock, ClockState.ENDED, now)


def drop(session: Session, clock: Clock, *, now: datetime) -> None:
    """It is promised no more."""
    _end(session, clock, ClockState.ENDED, now)


def was_on_site(session: Session, ticket: Ticket) -> bool:
    here = select(Visit.id).where(Visit.ticket_id == ticket.id, Visit.on_site_at.is_not(None))
    return session.scalar(here.limit(1)) is not None


def stand_as_the_ticket(session: Session, ticket: Ticket, *, cause: Audit | None, now: datetime) -> None:
    """A clock begun late stands where the ticket waits."""
    if ticket.status is TicketStatus.APPROVAL:
        return stop(session, ticket, StopReason.APPROVAL, cause=cause, now=now)
    lasting = select(Hold.reason, Hold.before).where(Hold.ticket_id == ticket.id, Hold.ended_at.is_(None))
    held = session.execute(lasting).one_or_none()
    if held is not None:
        reason = StopReason.APPROVAL if held.before is TicketStatus.APPROVAL else held.reason
        stop(session, ticket, reason, cause=cause, now=now)
    return None


def passed(session: Session, clock: Clock) -> datetime | None:
    """The deadline, where the clock reached it: of a clock that is over, within its time. None: it was kept."""
    if clock.state is ClockState.RUNNING:
        return clock.due_at
    if clock.ended_at is not None:
        judged = clock.judged_due_at
        return judged if judged is not None and judged <= clock.ended_at else None
    return rules.reaches(clock_rows.intervals(session, clock), timedelta(minutes=clock.target_min))


def of_search(session: Session, ticket: Ticket, *, now: datetime) -> Clock:
    """The clock a search is measured on: the promised reaction until the first yes, after it one of the search alone.

    A ticket registered before clocks existed gets its clock here, from the moment of its registration.
    """
    known = live_of_search(session, ticket)
    if known is not None:
        return known
    if clock_rows.last(session, ticket.id, ClockKind.REACTION) is None:
        begun = begin(session, ticket, ClockKind.REACTION, cause=None, now=min(now, ticket.registered_at))
    else:
        begun = begin(session, ticket, ClockKind.SEARCH, cause=None, now=now)
    if begun is None:
        raise LookupError(f"ticket {ticket.id} has no time to search in")
    return begun


def live_of_search(session: Session, ticket: Ticket) -> Clock | None:
    return next((one for one in clock_rows.live(session, ticket.id) if one.kind in OF_SEARCH), None)


def live(session: Session, ticket_id: int) -> tuple[Clock, ...]:
    """The promises that are still to be kept, oldest first."""
    return tuple(clock_rows.live(session, ticket_id))


def reading(session: Session, clock: Clock, *, now: datetime) -> Reading:
    return _read(clock, clock_rows.intervals(session, clock), now)


def _read(clock: Clock, ledger: Sequence[Interval], now: datetime) -> Reading:
    spent = rules.elapsed(ledger, clock.ended_at or now)
    return Reading(clock.kind, clock.state, timedelta(minutes=clock.target_min), spent, clock.due_at)


def reaches(session: Session, clock: Clock, pct: int) -> datetime | None:
    """When so many percent of the target will have elapsed; None while the clock stands."""
    return rules.reaches(clock_rows.intervals(session, clock), timedelta(minutes=clock.target_min) * pct / 100)


def runs_round_the_clock(session: Session, ticket: Ticket, *, now: datetime) -> bool:
    return of_search(session, ticket, now=now).calendar is CalendarKind.ROUND_THE_CLOCK


def due(session: Session, limit: int, *, now: datetime, skip: int = 0) -> list[Clock]:
    """Running clocks of which a level is reached, the longest waiting first; locked for this transaction."""
    return list(
        session.scalars(
            select(Clock)
            .where(Clock.warn_at.is_not(None), Clock.warn_at <= now)
            .order_by(Clock.warn_at, Clock.id)
            .offset(skip)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )


def warned(clock: Clock, ledger: Sequence[Interval], *, now: datetime) -> int:
    """Takes the highest level that is reached, in percent, and sets the next: after days of downtime one, not four.

    `ledger`: the intervals of this running clock; a sweep has read those of many.
    """
    level = max((one for one in LEVELS if one <= _read(clock, ledger, now).used_pct), default=0)
    clock.warned_pct = max(clock.warned_pct, level)
    clock_rows.reckon(clock, ledger)
    return level


def unwarn(session: Session, known: Collection[Clock], *, now: datetime) -> None:
    """They have time again: the levels that are ahead of them once more will be warned of."""
    session.flush()
    ledgers = clock_rows.ledgers(session, known)
    for clock in known:
        used = _read(clock, ledgers[clock.id], now).used_pct
        clock.warned_pct = max((one for one in LEVELS if one <= used), default=0)
        clock_rows.reckon(clock, ledgers[clock.id])
    session.flush()


def rule(session: Session, rows: Collection[ClockInterval], whose: Whose, *, counts: bool) -> list[Clock]:
    """It is decided of the stretches of a pause whose time they are; `counts`: it was none, and deadlines come nearer.
    Returns the clocks."""
    for row in rows:
        row.whose, row.runs = whose, row.runs or counts
    found = session.scalars(select(Clock).where(Clock.id.in_({row.clock_id for row in rows})).order_by(Clock.id)).all()
    for clock in found if counts else ():
        clock_verdicts.counts_more(session, clock, [row for row in rows if row.clock_id == clock.id])
        clock_rows.refresh(session, clock)
    session.flush()
    return list(found)


def count_anew(session: Session, known: Collection[Clock], *, now: datetime) -> list[Clock]:
    """The calendar has changed: deadlines and next warnings. Returns those that were ahead and are over by that."""
    session.flush()
    ledgers, overtaken = clock_rows.ledgers(session, known), []
    for clock in known:
        before = clock.due_at
        clock_rows.reckon(clock, ledgers[clock.id])
        if before is not None and clock.due_at is not None and clock.due_at <= now < before:
            overtaken.append(clock)
    session.flush()
    return overtaken


def come_by(session: Session, ticket: Ticket, *, now: datetime) -> tuple[datetime, ...]:
    """Until when somebody must be on site: for the arrival, and for the resolution with the norm of the work before it.
    The next first; what is over, stands or was never promised is not among them."""
    norm = session.get_one(Service, ticket.service_id).norm_minutes
    ahead = {ClockKind.ARRIVAL: timedelta(0), ClockKind.RESOLUTION: quality.work(norm, ticket.quantity_milli)}
    live = [(one.due_at, one.kind) for one in clock_rows.live(session, ticket.id) if one.kind in ahead]
    bounds = (due_at - ahead[kind] for due_at, kind in live if due_at is not None)
    return tuple(sorted(at for at in bounds if at > now))


def run_anew(session: Session, clock: Clock, *, cause: Audit | None, now: datetime) -> None:
    """Another stretch begins, on the calendar the clock has now; a promise that began later goes on from then."""
    ticket, now = session.get_one(Ticket, clock.ticket_id), max(now, clock.started_at)
    clock_rows.cut(session, clock, now)
    waits = client_waits.ahead(session, ticket, now=now) if clock.kind in WAIT_FOR_CLIENT else ()
    clock_rows.run(session, clock, cause, now=now, waits=waits)


def put_back(session: Session, *, now: datetime) -> None:
    """The time of this machine went back: what was promised at a later one is promised now. What is on hold keeps
    the time it was noted with, as the hold does."""
    begun = select(Clock).join(Ticket, Ticket.id == Clock.ticket_id)
    begun = begun.where(Clock.state.in_(clock_rows.LIVE), Clock.started_at > now, Ticket.status != TicketStatus.ON_HOLD)
    for clock in session.scalars(begun.order_by(Clock.id)).all():
        first = clock_rows.begin_at(session, clock, now)
        if clock.state is ClockState.RUNNING:
            cause = session.get(Audit, first.audit_id) if first.audit_id is not None else None
            run_anew(session, clock, cause=cause, now=now)


def _end(session: Session, clock: Clock, state: ClockState, at: datetime) -> None:
    clock_rows.cut(session, clock, at)
    clock.state, clock.ended_at = state, at
    clock_verdicts.judge(session, clock)
    clock_rows.refresh(session, clock)

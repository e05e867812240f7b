"""The clocks of a ticket: begun, stopped, going on, met. The only writer of their rows and of the cached deadlines."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from core.domain import clock as rules
from core.domain.calendar import CalendarKind
from core.domain.clock import LEVELS, STOPS, ClockKind, ClockState, Interval, Reading, StopReason, Whose
from core.domain.ticket import SETTLED, TicketStatus
from core.services import calendars, numbers, promises
from core.services.promises import Promise
from storage.models.clock import Clock, ClockInterval
from storage.models.desk import Audit
from storage.models.directory import Site
from storage.models.ticket import Ticket

LIVE = frozenset({ClockState.RUNNING, ClockState.STOPPED})
#: Of a search: the promised reaction until the first yes, after it the haste of the search alone.
OF_SEARCH = frozenset({ClockKind.REACTION, ClockKind.SEARCH})
#: Begun together when a ticket is registered.
PROMISED = (ClockKind.REACTION, ClockKind.ARRIVAL, ClockKind.RESOLUTION)


@dataclass(frozen=True, slots=True)
class Met:
    """A promise that came true, or too late. `passed_at`: the deadline that was over by then."""

    clock: Clock
    at: datetime
    passed_at: datetime | None


def follow(
    session: Session,
    ticket: Ticket,
    before: TicketStatus | None,
    *,
    cause: Audit,
    now: datetime,
    at: datetime | None = None,
) -> tuple[Met, ...]:
    """What a move of the ticket means for its clocks. Holds stop and start them with their own reasons.

    `at`: when it really happened, where that is known better than by `now`.
    """
    if ticket.status in SETTLED:
        end(session, ticket, now=now)
    elif before in (None, TicketStatus.DRAFT) and ticket.status is not TicketStatus.DRAFT:
        for kind in PROMISED:
            begin(session, ticket, kind, cause=cause, now=now)
    elif before is TicketStatus.REPORTED and ticket.status is TicketStatus.DISPUTED:
        begin_again(session, ticket, cause=cause, now=now)
    if ticket.status is TicketStatus.APPROVAL:
        stop(session, ticket, StopReason.APPROVAL, cause=cause, now=now)
    elif before is TicketStatus.APPROVAL and ticket.status is not TicketStatus.ON_HOLD:
        go_on(session, ticket, cause=cause, now=now)
    return meet(session, ticket, _MET_AT.get(ticket.status, ()), now=now, at=at)


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
    before = _last(session, ticket.id, kind)
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
    _open(session, clock, cause, runs=True, whose=Whose.OURS, now=now)
    _refresh(session, clock)
    return clock


def begin_again(session: Session, ticket: Ticket, *, cause: Audit, now: datetime) -> Clock | None:
    """The work was reported and is wrong: the resolution is owed again, with what was left of it when it was
    reported and at least a fair time, whichever ends later. The time the client took to look is nobody's."""
    last = _last(session, ticket.id, ClockKind.RESOLUTION)
    if last is None or last.state is not ClockState.MET:
        return None
    left = reading(session, last, now=now).left
    kept = Promise(math.ceil(left / timedelta(minutes=1)), last.calendar)
    least = Promise(numbers.of(session).rework_least_hours * 60, CalendarKind.WORKING)
    zone = session.get_one(Site, ticket.site_id).zone
    later = max(kept, least, key=lambda one: promises.due(session, one, zone, now))
    return begin(session, ticket, ClockKind.RESOLUTION, cause=cause, now=now, promise=later)


def stop(session: Session, ticket: Ticket, reason: StopReason, *, cause: Audit | None, now: datetime) -> None:
    """The clocks that this reason stops stand from now on; one that stands already is not stopped twice."""
    whose, kinds = STOPS[reason]
    for clock in _live(session, ticket.id, ClockState.RUNNING):
        if clock.kind in kinds:
            _cut(session, clock, now)
            clock.state = ClockState.STOPPED
            _open(session, clock, cause, runs=False, whose=whose, reason=reason, now=now)
            _refresh(session, clock)


def go_on(session: Session, ticket: Ticket, *, cause: Audit | None, now: datetime) -> None:
    """What stood runs again, unless the client's approval is still waited for."""
    if ticket.status is TicketStatus.APPROVAL:
        return
    for clock in _live(session, ticket.id, ClockState.STOPPED):
        _cut(session, clock, now)
        clock.state = ClockState.RUNNING
        _open(session, clock, cause, runs=True, whose=Whose.OURS, now=now)
        _refresh(session, clock)


def meet(
    session: Session, ticket: Ticket, kinds: Iterable[ClockKind], *, now: datetime, at: datetime | None = None
) -> tuple[Met, ...]:
    """What was promised has happened, at its own time `at` where a late update tells of it. Tells what was too late."""
    wanted = frozenset(kinds)
    if not wanted:
        return ()
    found = [one for one in _live(session, ticket.id) if one.kind in wanted]
    ends = {one.id: max(min(at or now, now), one.started_at) for one in found}
    for clock in found:
        _end(session, clock, ClockState.MET, ends[clock.id])
    return tuple(Met(one, ends[one.id], passed(session, one)) for one in found)


def end(session: Session, ticket: Ticket, *, now: datetime) -> None:
    """The ticket is over without it."""
    for clock in _live(session, ticket.id):
        _end(session, clock, ClockState.ENDED, now)


def passed(session: Session, clock: Clock) -> datetime | None:
    """The deadline, where the clock reached it: of a clock that is over, within its time. None: it was kept."""
    if clock.state is ClockState.RUNNING:
        return clock.due_at
    return rules.reaches(_intervals(session, clock), timedelta(minutes=clock.target_min))


def of_search(session: Session, ticket: Ticket, *, now: datetime) -> Clock:
    """The clock a search is measured on: the promised reaction until the first yes, after it one of the search alone.

    A ticket registered before clocks existed gets its clock here, from the moment of its registration.
    """
    known = live_of_search(session, ticket)
    if known is not None:
        return known
    if _last(session, ticket.id, ClockKind.REACTION) is None:
        begun = begin(session, ticket, ClockKind.REACTION, cause=None, now=min(now, ticket.registered_at))
    else:
        begun = begin(session, ticket, ClockKind.SEARCH, cause=None, now=now)
    if begun is None:
        raise LookupError(f"ticket {ticket.id} has no time to search in")
    return begun


def live_of_search(session: Session, ticket: Ticket) -> Clock | None:
    return next((one for one in _live(session, ticket.id) if one.kind in OF_SEARCH), None)


def live(session: Session, ticket_id: int) -> tuple[Clock, ...]:
    """The promises that are still to be kept, oldest first."""
    return tuple(_live(session, ticket_id))


def reading(session: Session, clock: Clock, *, now: datetime) -> Reading:
    spent = rules.elapsed(_intervals(session, clock), clock.ended_at or now)
    return Reading(clock.kind, clock.state, timedelta(minutes=clock.target_min), spent, clock.due_at)


def reaches(session: Session, clock: Clock, pct: int) -> datetime | None:
    """When so many percent of the target will have elapsed; None while the clock stands."""
    return rules.reaches(_intervals(session, clock), timedelta(minutes=clock.target_min) * pct / 100)


def runs_round_the_clock(session: Session, ticket: Ticket, *, now: datetime) -> bool:
    return of_search(session, ticket, now=now).calendar is CalendarKind.ROUND_THE_CLOCK


def due(
    session: Session, limit: int, *, now: datetime, skip: int = 0, kinds: Iterable[ClockKind] = ClockKind
) -> list[Clock]:
    """Running clocks of which a level is reached, the longest waiting first; locked for this transaction."""
    return list(
        session.scalars(
            select(Clock)
            .where(Clock.warn_at.is_not(None), Clock.warn_at <= now, Clock.kind.in_(list(kinds)))
            .order_by(Clock.warn_at, Clock.id)
            .offset(skip)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )


def warned(session: Session, clock: Clock, *, now: datetime) -> int:
    """Takes the highest level that is reached, in percent, and sets the next: after days of downtime one, not four."""
    level = max((one for one in LEVELS if one <= reading(session, clock, now=now).used_pct), default=0)
    clock.warned_pct = max(clock.warned_pct, level)
    _refresh(session, clock)
    return level


def burnt(clock: Clock) -> None:
    """All of it is gone: there is no level left to warn of."""
    clock.warned_pct, clock.warn_at = LEVELS[-1], None


def unwarn(session: Session, clock: Clock, *, now: datetime) -> None:
    """It has time again: the levels that are ahead of it once more will be warned of."""
    used = reading(session, clock, now=now).used_pct
    clock.warned_pct = max((one for one in LEVELS if one <= used), default=0)
    _refresh(session, clock)


def count_anew(session: Session, kind: CalendarKind) -> int:
    """The calendar has changed: deadlines and next warnings of what runs on it. Returns how many clocks run."""
    on_it = select(ClockInterval.clock_id).where(ClockInterval.calendar == kind)
    running = session.scalars(select(Clock).where(Clock.state == ClockState.RUNNING, Clock.id.in_(on_it))).all()
    for clock in running:
        _refresh(session, clock)
    return len(running)


def arrival_due(session: Session, ticket: Ticket) -> datetime | None:
    """Until when somebody should be on site; None where nothing is promised, the clock stands, or somebody was."""
    return next((one.due_at for one in _live(session, ticket.id) if one.kind is ClockKind.ARRIVAL), None)


def _end(session: Session, clock: Clock, state: ClockState, at: datetime) -> None:
    _cut(session, clock, at)
    clock.state, clock.ended_at = state, at
    _refresh(session, clock)


def _refresh(session: Session, clock: Clock) -> None:
    """The deadline and the next warning as the intervals say; none for a clock that stands or is over."""
    session.flush()
    clock.due_at = clock.warn_at = None
    if clock.state is not ClockState.RUNNING:
        return
    intervals, target = _intervals(session, clock), timedelta(minutes=clock.target_min)
    clock.due_at = rules.reaches(intervals, target)
    level = next((one for one in LEVELS if one > clock.warned_pct), None)
    if level is not None:
        clock.warn_at = rules.reaches(intervals, target * level / 100)
    session.flush()


def _open(
    session: Session,
    clock: Clock,
    cause: Audit | None,
    *,
    runs: bool,
    whose: Whose,
    now: datetime,
    reason: StopReason | None = None,
) -> None:
    audit_id = cause.id if cause is not None else None
    row = ClockInterval(clock_id=clock.id, from_at=now, runs=runs, whose=whose, reason=reason, audit_id=audit_id)
    row.calendar = clock.calendar
    session.add(row)
    session.flush()


def _cut(session: Session, clock: Clock, at: datetime) -> None:
    """The ledger ends at `at`: what was laid ahead of it falls away, what lasted until then is closed.

    The first interval always stays, be it of no length.
    """
    rows = session.scalars(_rows_of(clock.id)).all()
    ahead = [row.id for row in rows[1:] if row.from_at > at]
    session.execute(delete(ClockInterval).where(ClockInterval.id.in_(ahead)))
    last = [row for row in rows if row.id not in ahead][-1]
    last.to_at = max(at, last.from_at)
    session.flush()


def _rows_of(clock_id: int) -> Select[ClockInterval]:
    return (
        select(ClockInterval)
        .where(ClockInterval.clock_id == clock_id)
        .order_by(ClockInterval.from_at, ClockInterval.id)
    )


def _intervals(session: Session, clock: Clock) -> list[Interval]:
    site_id = session.get_one(Ticket, clock.ticket_id).site_id
    zone = session.get_one(Site, site_id).zone
    rows = session.scalars(_rows_of(clock.id)).all()
    known = {kind: calendars.of(session, kind, zone) for kind in {row.calendar for row in rows}}
    return [Interval(row.from_at, row.to_at, row.runs, known[row.calendar]) for row in rows]


def _live(session: Session, ticket_id: int, *states: ClockState) -> list[Clock]:
    return list(
        session.scalars(
            select(Clock).where(Clock.ticket_id == ticket_id, Clock.state.in_(states or LIVE)).order_by(Clock.id)
        )
    )


def _last(session: Session, ticket_id: int, kind: ClockKind) -> Clock | None:
    return session.scalars(
        select(Clock).where(Clock.ticket_id == ticket_id, Clock.kind == kind).order_by(Clock.number.desc()).limit(1)
    ).one_or_none()

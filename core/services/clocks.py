"""The clocks of a ticket: begun, stopped, going on, met. The only writer of their rows and of the cached deadlines."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain import clock as rules
from core.domain.calendar import Calendar, CalendarKind
from core.domain.clock import LEVELS, STOPS, ClockKind, ClockState, Interval, Reading, StopReason, Whose
from core.domain.ticket import SETTLED, Priority, TicketStatus
from core.services import calendars, numbers
from storage.models.clock import Clock, ClockInterval
from storage.models.desk import Audit
from storage.models.directory import Contract, Site, SlaTarget
from storage.models.ticket import Ticket

LIVE = frozenset({ClockState.RUNNING, ClockState.STOPPED})


def follow(session: Session, ticket: Ticket, before: TicketStatus | None, *, cause: Audit, now: datetime) -> None:
    """What a move of the ticket means for its clocks. Holds stop and start them with their own reasons."""
    if ticket.status in SETTLED:
        end(session, ticket, now=now)
    elif before in (None, TicketStatus.DRAFT) and ticket.status is not TicketStatus.DRAFT:
        begin(session, ticket, ClockKind.REACTION, cause=cause, now=now)
    elif ticket.status is TicketStatus.ASSIGNED:
        meet(session, ticket, (ClockKind.REACTION, ClockKind.SEARCH), now=now)
    if ticket.status is TicketStatus.APPROVAL:
        stop(session, ticket, StopReason.APPROVAL, cause=cause, now=now)
    elif before is TicketStatus.APPROVAL and ticket.status is not TicketStatus.ON_HOLD:
        go_on(session, ticket, cause=cause, now=now)


def begin(session: Session, ticket: Ticket, kind: ClockKind, *, cause: Audit | None, now: datetime) -> Clock:
    """A new promise, running from now on; the one of this kind before it must be over."""
    minutes, calendar = _target(session, ticket)
    before = _last(session, ticket.id, kind)
    clock = Clock(
        ticket_id=ticket.id,
        kind=kind,
        number=before.number + 1 if before is not None else 1,
        state=ClockState.RUNNING,
        target_min=minutes,
        calendar=calendar,
        started_at=now,
    )
    session.add(clock)
    session.flush()
    _open(session, clock, cause, runs=True, whose=Whose.OURS, now=now)
    _refresh(session, clock)
    return clock


def stop(session: Session, ticket: Ticket, reason: StopReason, *, cause: Audit | None, now: datetime) -> None:
    """The clocks that this reason stops stand from now on; one that stands already is not stopped twice."""
    whose, kinds = STOPS[reason]
    for clock in _live(session, ticket.id, ClockState.RUNNING):
        if clock.kind in kinds:
            _close(session, clock, now)
            clock.state = ClockState.STOPPED
            _open(session, clock, cause, runs=False, whose=whose, reason=reason, now=now)
            _refresh(session, clock)


def go_on(session: Session, ticket: Ticket, *, cause: Audit | None, now: datetime) -> None:
    """What stood runs again, unless the client's approval is still waited for."""
    if ticket.status is TicketStatus.APPROVAL:
        return
    for clock in _live(session, ticket.id, ClockState.STOPPED):
        _close(session, clock, now)
        clock.state = ClockState.RUNNING
        _open(session, clock, cause, runs=True, whose=Whose.OURS, now=now)
        _refresh(session, clock)


def meet(session: Session, ticket: Ticket, kinds: Iterable[ClockKind], *, now: datetime) -> None:
    """What was promised has happened, in time or not."""
    _end(session, [one for one in _live(session, ticket.id) if one.kind in frozenset(kinds)], ClockState.MET, now)


def end(session: Session, ticket: Ticket, *, now: datetime) -> None:
    """The ticket is over without it."""
    _end(session, _live(session, ticket.id), ClockState.ENDED, now)


def of_search(session: Session, ticket: Ticket, *, now: datetime) -> Clock:
    """The clock a search is measured on: the promised reaction until the first yes, after it one of the search alone.

    A ticket registered before clocks existed gets its clock here, from the moment of its registration.
    """
    known = live_of_search(session, ticket)
    if known is not None:
        return known
    if _last(session, ticket.id, ClockKind.REACTION) is None:
        return begin(session, ticket, ClockKind.REACTION, cause=None, now=min(now, ticket.registered_at))
    return begin(session, ticket, ClockKind.SEARCH, cause=None, now=now)


def live_of_search(session: Session, ticket: Ticket) -> Clock | None:
    kinds = (ClockKind.REACTION, ClockKind.SEARCH)
    return next((one for one in _live(session, ticket.id) if one.kind in kinds), None)


def reading(session: Session, clock: Clock, *, now: datetime) -> Reading:
    calendar = _calendar(session, clock)
    until = clock.ended_at or now
    spent = rules.elapsed(_intervals(session, clock), calendar, until)
    return Reading(clock.kind, clock.state, timedelta(minutes=clock.target_min), spent, clock.due_at)


def reaches(session: Session, clock: Clock, pct: int) -> datetime | None:
    """When so many percent of the target will have elapsed; None while the clock stands."""
    target = timedelta(minutes=clock.target_min)
    return rules.reaches(_intervals(session, clock), _calendar(session, clock), target * pct / 100)


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


def warned(session: Session, clock: Clock, *, now: datetime) -> int:
    """Takes the highest level that is reached, in percent, and sets the next: after days of downtime one, not four."""
    level = max((one for one in LEVELS if one <= reading(session, clock, now=now).used_pct), default=0)
    clock.warned_pct = max(clock.warned_pct, level)
    _refresh(session, clock)
    return level


def count_anew(session: Session, kind: CalendarKind) -> int:
    """The calendar has changed: deadlines and next warnings of what runs on it. Returns how many clocks run."""
    running = session.scalars(select(Clock).where(Clock.state == ClockState.RUNNING, Clock.calendar == kind)).all()
    for clock in running:
        _refresh(session, clock)
    return len(running)


def arrival_due(session: Session, ticket: Ticket) -> datetime | None:
    """Until when somebody should be on site, by the plan; None where the plan has no row for the priority."""
    target = _plan_row(session, ticket)
    if target is None:
        return None
    site = session.get_one(Site, ticket.site_id)
    calendar = calendars.of(session, CalendarKind(target.calendar), site.zone)
    return calendar.after(ticket.registered_at, timedelta(minutes=target.arrival_min))


def _end(session: Session, clocks: list[Clock], state: ClockState, now: datetime) -> None:
    for clock in clocks:
        _close(session, clock, now)
        clock.state, clock.ended_at = state, now
        _refresh(session, clock)


def _refresh(session: Session, clock: Clock) -> None:
    """The deadline and the next warning as the intervals say; none for a clock that stands or is over."""
    session.flush()
    clock.due_at = clock.warn_at = None
    if clock.state is not ClockState.RUNNING:
        return
    calendar, intervals = _calendar(session, clock), _intervals(session, clock)
    target = timedelta(minutes=clock.target_min)
    clock.due_at = rules.reaches(intervals, calendar, target)
    level = next((one for one in LEVELS if one > clock.warned_pct), None)
    if level is not None:
        clock.warn_at = rules.reaches(intervals, calendar, target * level / 100)
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


def _close(session: Session, clock: Clock, now: datetime) -> None:
    last = session.scalars(
        select(ClockInterval).where(ClockInterval.clock_id == clock.id, ClockInterval.to_at.is_(None))
    ).one_or_none()
    if last is not None:
        last.to_at = max(now, last.from_at)
        session.flush()


def _intervals(session: Session, clock: Clock) -> list[Interval]:
    rows = session.scalars(
        select(ClockInterval)
        .where(ClockInterval.clock_id == clock.id)
        .order_by(ClockInterval.from_at, ClockInterval.id)
    )
    return [Interval(row.from_at, row.to_at, row.runs) for row in rows]


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


def _calendar(session: Session, clock: Clock) -> Calendar:
    site_id = session.get_one(Ticket, clock.ticket_id).site_id
    return calendars.of(session, clock.calendar, session.get_one(Site, site_id).zone)


def _target(session: Session, ticket: Ticket) -> tuple[int, CalendarKind]:
    """Minutes and calendar of the plan; where it has no row an emergency never waits for the morning."""
    row = _plan_row(session, ticket)
    if row is not None:
        return row.reaction_min, CalendarKind(row.calendar)
    urgent = ticket.priority is Priority.EMERGENCY
    kind = CalendarKind.ROUND_THE_CLOCK if urgent else CalendarKind.WORKING
    return numbers.of(session).reaction_minutes, kind


def _plan_row(session: Session, ticket: Ticket) -> SlaTarget | None:
    plan = select(Contract.sla_plan).where(Contract.id == ticket.contract_id).scalar_subquery()
    return session.scalars(
        select(SlaTarget).where(SlaTarget.plan == plan, SlaTarget.priority == ticket.priority)
    ).one_or_none()

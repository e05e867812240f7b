"""Invariants of the desk: what waits has a reason and an end, what is cancelled a price, what is changed a trace."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from core.domain import hold as rules
from core.domain.clock import STOPS, ClockState, Whose
from core.domain.notice import SLA_TASK_PCT
from core.domain.role import CONTRACTOR_ROLES
from core.domain.ticket import Origin, TicketEvent, TicketStatus
from core.domain.visit import VisitStatus
from core.services import burning_tasks, numbers
from core.services.assignments import RECLASSIFIED
from core.services.cancellations import WAIVED
from core.services.invariant_checks.found import Found, count
from storage.models.clock import Clock, ClockInterval, Hold
from storage.models.desk import Audit, Task
from storage.models.people import Membership
from storage.models.ticket import Assignment, Cancellation, Ticket
from storage.models.visit import Visit


def what_waits_has_a_hold(session: Session, *, now: datetime) -> Found:
    """One hold lasts exactly while the ticket is on hold; it says whose time it is, and ends after it began."""
    lasts = exists(select(Hold.id).where(Hold.ticket_id == Ticket.id, Hold.ended_at.is_(None)))
    waits = Ticket.status == TicketStatus.ON_HOLD
    rows = session.execute(select(Ticket.id, Ticket.status).where(or_(and_(waits, ~lasts), and_(~waits, lasts))))
    broken = [f"ticket {ticket} is {status}, its holds say otherwise" for ticket, status in rows]
    ruled, own = _ruled(session), _own(session)
    for hold in session.scalars(select(Hold)):
        # The desk may have said yes to what a crew laid by itself.
        may_be = {rules.whose(hold.reason, is_own=is_own) for is_own in {False, hold.id in own}}
        if hold.whose not in ruled.get(hold.id, may_be):
            broken.append(f"hold {hold.id} for {hold.reason} is nobody's {hold.whose}")
        if hold.until <= hold.started_at or (hold.ended_at is not None and hold.ended_at < hold.started_at):
            broken.append(f"hold {hold.id} ends before it began")
    broken += _running(session)
    return broken, count(session, Hold)


def _ruled(session: Session) -> dict[int, set[Whose]]:
    """Whose the pauses of holds are by objections that were upheld: breaches and pauses say the same."""
    rows = session.execute(
        select(Hold.id, ClockInterval.whose)
        .join(Clock, Clock.ticket_id == Hold.ticket_id)
        .join(ClockInterval, ClockInterval.clock_id == Clock.id)
        .where(
            ClockInterval.is_upheld.is_(True),
            ClockInterval.reason == Hold.reason,
            ClockInterval.from_at >= Hold.started_at,
            or_(Hold.ended_at.is_(None), Hold.ended_at > ClockInterval.from_at),
        )
    )
    found: defaultdict[int, set[Whose]] = defaultdict(set)
    for hold_id, whose in rows:
        found[hold_id].add(whose)
    return found


def _own(session: Session) -> set[int]:
    """Holds laid by somebody of the firm that had the job."""
    had_job = and_(Assignment.ticket_id == Hold.ticket_id, Assignment.started_at <= Hold.started_at)
    of_firm = and_(Membership.person_id == Hold.person_id, Membership.contractor_id == Assignment.contractor_id)
    laid = select(Hold.id).join(Assignment, had_job).join(Membership, of_firm)
    return set(session.scalars(laid.where(Membership.role.in_(CONTRACTOR_ROLES))))


def _running(session: Session) -> list[str]:
    """Clocks that should stand."""
    stands: list[ColumnElement[bool]] = [
        and_(Hold.reason == reason, Clock.kind.in_(kinds)) for reason, (_, kinds) in STOPS.items() if kinds
    ]
    rows = session.execute(
        select(Clock.id, Hold.id)
        .join(Hold, Hold.ticket_id == Clock.ticket_id)
        .where(Hold.ended_at.is_(None), Clock.state == ClockState.RUNNING, or_(*stands))
    )
    return [f"clock {clock} runs in spite of hold {hold}" for clock, hold in rows]


def what_is_cancelled_has_a_price(session: Session, *, now: datetime) -> Found:
    """One row for each; the client pays for his own fault only, a crew is paid that was going, unless to blame."""
    has_row = exists(select(Cancellation.ticket_id).where(Cancellation.ticket_id == Ticket.id))
    is_over = and_(Ticket.status == TicketStatus.CANCELLED, Ticket.origin == Origin.BOT)
    rows = session.execute(
        select(Ticket.id, Ticket.status).where(or_(and_(is_over, ~has_row), and_(~is_over, has_row)))
    )
    broken = [f"ticket {ticket} is {status}, its cancellation says otherwise" for ticket, status in rows]
    going = _were_going(session)
    cancelled = session.scalars(select(Cancellation)).all()
    for row in cancelled:
        pays = row.fault is Whose.CLIENT and row.note != WAIVED
        is_paid = row.fault in (Whose.CLIENT, Whose.OURS)
        in_vain = row.contractor_id is not None
        if (row.client_fee_kop > 0, row.contractor_fee_kop > 0) != (pays and in_vain, is_paid and in_vain):
            broken.append(f"cancellation of ticket {row.ticket_id} costs what its fault does not")
        if in_vain != (row.ticket_id in going):
            broken.append(f"cancellation of ticket {row.ticket_id} is wrong about who was going")
    return broken, len(cancelled)


def _were_going(session: Session) -> set[int]:
    """Tickets whose crew, by what the visit and the audit keep, would have gone in vain."""
    late = timedelta(hours=numbers.of(session).late_cancel_hours)
    visits = session.execute(
        select(Visit, Cancellation.at, Audit.from_state)
        .join(Cancellation, and_(Cancellation.ticket_id == Visit.ticket_id, Visit.left_at == Cancellation.at))
        .join(
            Audit,
            and_(Audit.entity == "ticket", Audit.entity_id == Visit.ticket_id, Audit.event == TicketEvent.CANCEL),
        )
        .where(Visit.status == VisitStatus.DROPPED)
    )
    going = {
        visit.ticket_id
        for visit, at, was in visits
        if visit.en_route_at is not None or (was != TicketStatus.ON_HOLD and visit.starts_at - at < late)
    }
    done = select(Audit.entity_id).where(
        Audit.entity == "ticket",
        Audit.event == TicketEvent.CANCEL,
        Audit.from_state.in_((TicketStatus.REPORTED, TicketStatus.DISPUTED)),
    )
    return going | set(session.scalars(done))


def what_is_reclassified_is_written_down(session: Session, *, now: datetime) -> Found:
    """A crew is free of changed work exactly where the audit says so; the last change is what the ticket costs."""
    changes = session.scalars(
        select(Audit).where(Audit.entity == "ticket", Audit.event == TicketEvent.RECLASSIFY).order_by(Audit.id)
    ).all()
    had_crew = (one for one in changes if one.from_state == TicketStatus.ASSIGNED)
    freed = {(one.entity_id, one.at) for one in had_crew if one.to_state != TicketStatus.ASSIGNED}
    rows = select(Assignment.ticket_id, Assignment.ended_at).where(Assignment.end_reason == RECLASSIFIED)
    ended = {(ticket, at) for ticket, at in session.execute(rows)}
    broken = [f"ticket {ticket} was reclassified at {at}, its crew says otherwise" for ticket, at in freed ^ ended]
    for one in {change.entity_id: change for change in changes}.values():
        ticket = session.get_one(Ticket, one.entity_id)
        if (ticket.client_price_kop, ticket.first_rate_kop) != (one.data["price_kop"], one.data["rate_kop"]):
            broken.append(f"ticket {ticket.id} does not cost what its last kind of work does")
    return broken, len(changes)


def what_burns_stands_in_the_queue(session: Session, *, now: datetime) -> Found:
    """One task for each ticket with a clock the desk must look at, about the one that burns most, until the clocks are
    over or somebody of the desk has ended it and nothing has risen since; none beside a search that has failed."""
    burning: defaultdict[int, list[Clock]] = defaultdict(list)
    rows = select(Clock).join(Ticket, Ticket.id == Clock.ticket_id)
    lives = Clock.state.in_((ClockState.RUNNING, ClockState.STOPPED)), Ticket.status != TicketStatus.UNSTAFFED
    for clock in session.scalars(rows.where(*lives, Clock.warned_pct >= SLA_TASK_PCT).order_by(Clock.id)):
        burning[clock.ticket_id].append(clock)
    told: defaultdict[int, list[Task]] = defaultdict(list)
    of_tickets = select(Task).where(Task.kind.in_(burning_tasks.KINDS), Task.ticket_id.is_not(None))
    for task in session.scalars(of_tickets.order_by(Task.id)):
        told[task.ticket_id or 0].append(task)
    found = (
        (one, _wrong_task(burning.get(one, []), told.get(one, []))) for one in sorted(burning.keys() | told.keys())
    )
    return [f"ticket {ticket} {wrong}" for ticket, wrong in found if wrong], len(burning)


def _wrong_task(clocks: list[Clock], told: list[Task]) -> str:
    """Of one ticket; empty is good."""
    standing = [task for task in told if task.ended_at is None]
    if len(standing) > 1:
        return "has several tasks about what burns"
    if not standing:
        is_answered = bool(told) and told[-1].ended_by is not None and burning_tasks.is_known(told[-1], clocks)
        return "burns and no task says so" if clocks and not is_answered else ""
    if not clocks:
        return "has a task about what burns no more"
    most, (task,) = burning_tasks.loudest(clocks), standing
    is_true = (task.data["clock"], task.data["pct"]) == (most.id, most.warned_pct)
    return "" if is_true else "has a task that does not speak of what burns most"


CHECKS: dict[str, tuple[str, Callable[..., Any]]] = {
    "45": ("what waits has a reason and an end", what_waits_has_a_hold),
    "46": ("what is cancelled says what it costs", what_is_cancelled_has_a_price),
    "58": ("what burns stands in the queue, once", what_burns_stands_in_the_queue),
    "47": ("changed work is written down, and frees its crew", what_is_reclassified_is_written_down),
}

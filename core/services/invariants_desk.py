"""Invariants of the desk: what waits has a reason and an end."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from core.domain.clock import STOPS, ClockState
from core.domain.ticket import TicketStatus
from storage.models.clock import Clock, Hold
from storage.models.ticket import Ticket

Found = tuple[list[str], int]


def what_waits_has_a_hold(session: Session, *, now: datetime) -> Found:
    """One hold lasts exactly while the ticket is on hold; it says whose time it is, and ends after it began."""
    lasts = exists(select(Hold.id).where(Hold.ticket_id == Ticket.id, Hold.ended_at.is_(None)))
    waits = Ticket.status == TicketStatus.ON_HOLD
    rows = session.execute(select(Ticket.id, Ticket.status).where(or_(and_(waits, ~lasts), and_(~waits, lasts))))
    broken = [f"ticket {ticket} is {status}, its holds say otherwise" for ticket, status in rows]
    for hold in session.scalars(select(Hold)):
        if hold.whose is not STOPS[hold.reason][0]:
            broken.append(f"hold {hold.id} for {hold.reason} is nobody's {hold.whose}")
        if hold.until <= hold.started_at or (hold.ended_at is not None and hold.ended_at < hold.started_at):
            broken.append(f"hold {hold.id} ends before it began")
    broken += _running(session)
    return broken, session.scalar(select(func.count()).select_from(Hold)) or 0


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


CHECKS: dict[str, tuple[str, Callable[..., Any]]] = {
    "45": ("what waits has a reason and an end", what_waits_has_a_hold),
}

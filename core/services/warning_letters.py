"""Warnings on their way: one whose clock burns no more never rings, and what waits for one reader is told together.

An emergency rings by itself.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from core.domain.clock import LEVELS
from core.domain.notice import Delivery, Notice, OutboxStatus
from core.domain.ticket import Priority
from core.services import clocks
from core.services.burning import OURS_ALONE
from storage.models.clock import Clock
from storage.models.post import Outbox
from storage.models.ticket import Ticket

#: From so many on that wait in one chat they are told in one message; what comes within a minute is of the same crowd.
CROWD = 3
SETTLES = timedelta(minutes=1)
#: How many of a crowd are named, those that end first.
MOST_NAMED = 8
TOGETHER, OVER, SUPERSEDED = "told together with others", "burns no more", "superseded"
#: Clocks that are asked for at once: a database takes so many values.
_CHUNK = 20_000


def why_over(session: Session, row: Outbox, *, now: datetime) -> str:
    """Why it need not ring any more: its clock is over, stands or has time again, or a later letter of the same clock
    says more. Empty: it still says something."""
    if row.notice != Notice.SLA or row.delivery is not Delivery.NEW:
        return ""
    if as_now(session, row.data, now=now) is None:
        return OVER
    later = select(Outbox.data).where(*_waiting_behind(row, now), Outbox.ticket_id == row.ticket_id)
    return SUPERSEDED if any(data["id"] == row.data["id"] for data in session.scalars(later)) else ""


def as_now(session: Session, data: dict[str, Any], *, now: datetime) -> dict[str, Any] | None:
    """What a warning says of its clock at this moment; None: there is nothing to warn of."""
    clock = session.get(Clock, data["id"])
    if clock is None or clock.due_at is None:
        return None
    used = LEVELS[-1] if clock.due_at <= now else min(clocks.reading(session, clock, now=now).used_pct, LEVELS[-1] - 1)
    level = max((one for one in LEVELS if one <= used), default=0)
    if level < data["pct"]:
        return None
    has_job = clock.kind not in OURS_ALONE and session.get_one(Ticket, clock.ticket_id).contractor_id is not None
    return data | {"pct": level, "due": clock.due_at.isoformat(), "taken": has_job}


def gather(session: Session, row: Outbox, *, now: datetime) -> None:
    """The first of a crowd of warnings in a chat speaks for all of it; the others end, with the reason."""
    if row.notice != Notice.SLA or row.ticket_id is None or _is_emergency(session, row.ticket_id):
        return
    calm = select(Ticket.id).where(Ticket.priority != Priority.EMERGENCY)
    others = (*_waiting_behind(row, now + SETTLES), Outbox.ticket_id.in_(calm))
    warned = {row.data["id"], *(data["id"] for data in session.scalars(select(Outbox.data).where(*others)))}
    ends = _ends(session, warned)
    if len(ends) < CROWD:
        return
    named = sorted(ends, key=lambda clock_id: (ends[clock_id], clock_id))[:MOST_NAMED]
    row.notice, row.ticket_id, row.data = Notice.SLA_MANY, None, {"clocks": named, "count": len(ends)}
    ended = {"status": OutboxStatus.CANCELLED, "last_error": TOGETHER, "lease_token": None, "lease_until": None}
    session.execute(update(Outbox).where(*others).values(**ended).execution_options(synchronize_session=False))


def _waiting_behind(row: Outbox, until: datetime) -> tuple[ColumnElement[bool], ...]:
    """Warnings in the same chat that come after it, and may ring by then."""
    return (
        Outbox.chat_id == row.chat_id,
        Outbox.notice == Notice.SLA,
        Outbox.status == OutboxStatus.NEW,
        Outbox.id > row.id,
        Outbox.not_before <= until,
    )


def _is_emergency(session: Session, ticket_id: int) -> bool:
    return session.get_one(Ticket, ticket_id).priority is Priority.EMERGENCY


def _ends(session: Session, clock_ids: Collection[int]) -> dict[int, datetime]:
    """When those that run are over."""
    ids: list[int] = sorted(clock_ids)
    found: dict[int, datetime] = {}
    for start in range(0, len(ids), _CHUNK):
        rows = select(Clock.id, Clock.due_at).where(Clock.id.in_(ids[start : start + _CHUNK]))
        found |= {clock_id: due_at for clock_id, due_at in session.execute(rows) if due_at is not None}
    return found

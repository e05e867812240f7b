"""Warnings of the reaction clock while nobody has said yes: each level once, also after days of downtime."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.notice import REACTION_TASK_PCT, REACTION_TOLD, Delivery, Notice
from core.domain.task import TaskKind
from core.services import audit, clocks, notices, tasks
from storage.models.clock import Clock
from storage.models.ticket import Ticket


def sweep(session: Session, limit: int, *, now: datetime, skip: int = 0) -> int:
    """Warns of every running clock that has reached a level. Returns how many were looked at."""
    due = clocks.due(session, limit, now=now, skip=skip, kinds=clocks.OF_SEARCH)
    for clock in due:
        _warn(session, clock, now=now)
    return len(due)


def _warn(session: Session, clock: Clock, *, now: datetime) -> None:
    before = clock.warned_pct
    level = clocks.warned(session, clock, now=now)
    if level <= before:
        return
    ticket = session.get_one(Ticket, clock.ticket_id)
    actor = Actor.system("job:warnings")
    cause = audit.record(session, actor, "clock", clock.id, "warn", now=now, data={"pct": level})
    if level >= REACTION_TASK_PCT and not tasks.has(session, ticket.id, TaskKind.UNSTAFFED):
        tasks.open(
            session,
            TaskKind.REACTION,
            cause=f"clock {clock.id}",
            ticket_id=ticket.id,
            data={"pct": level},
            now=now,
        )
    told = dict.fromkeys(REACTION_TOLD[level], Delivery.NEW)
    notices.publish(session, Notice.REACTION, ticket, cause=cause, now=now, told=told, data={"pct": level})

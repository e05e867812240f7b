"""The task of the desk about promises that burn: one for a ticket, and it speaks of the clock that burns most.

Kept true wherever a clock has moved: by the sweep that warns, by every move of a ticket, where time is given back.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.clock import ClockState
from core.domain.notice import SLA_TASK_PCT
from core.domain.task import TaskKind
from core.domain.ticket import TicketStatus
from core.services import clock_rows, tasks
from core.services.burning import OURS_ALONE
from storage.models.clock import Clock
from storage.models.desk import Task
from storage.models.ticket import Ticket

KINDS = frozenset({TaskKind.REACTION, TaskKind.DEADLINE})
_SYSTEM = Actor.system("job:warnings")


def keep(session: Session, ticket_ids: Collection[int], *, now: datetime) -> None:
    """One task stands while a clock burns, none where none does. What a person has ended comes back when one of them
    has risen since. Whoever is looked for in vain has a task of his own, which says it all."""
    if not ticket_ids:
        return
    session.flush()
    rows = select(Ticket.id, Ticket.status).where(Ticket.id.in_(ticket_ids), Ticket.status != TicketStatus.UNSTAFFED)
    statuses = {ticket_id: status for ticket_id, status in session.execute(rows)}
    burning, standing = _burning(session, statuses), _standing(session, statuses)
    for ticket_id, task in list(standing.items()):
        if ticket_id not in burning or _is_answered(task, statuses[ticket_id]):
            tasks.end_for_ticket(session, _SYSTEM, ticket_id, KINDS, _why_over(session, task), now=now)
            del standing[ticket_id]
        elif task.data != (data := _said(burning[ticket_id])):
            task.data = data
    bare = {ticket_id: clocks for ticket_id, clocks in burning.items() if ticket_id not in standing}
    if bare:
        _open(session, bare, statuses, now=now)
    session.flush()


def loudest(clocks: Sequence[Clock]) -> Clock:
    """The highest level, then the one that is promised first."""
    return min(clocks, key=lambda one: (-one.warned_pct, one.id))


def is_known(task: Task, clocks: Sequence[Clock]) -> bool:
    """The task has said already how far they have burnt."""
    return all(task.data.get("levels", {}).get(str(one.id), 0) >= one.warned_pct for one in clocks)


def _burning(session: Session, ticket_ids: Collection[int]) -> dict[int, list[Clock]]:
    found: defaultdict[int, list[Clock]] = defaultdict(list)
    rows = select(Clock).where(
        Clock.ticket_id.in_(ticket_ids), Clock.state.in_(clock_rows.LIVE), Clock.warned_pct >= SLA_TASK_PCT
    )
    for clock in session.scalars(rows.order_by(Clock.id)):
        found[clock.ticket_id].append(clock)
    return found


def _standing(session: Session, ticket_ids: Collection[int]) -> dict[int, Task]:
    rows = select(Task).where(Task.ticket_id.in_(ticket_ids), Task.kind.in_(KINDS), Task.ended_at.is_(None))
    return {task.ticket_id or 0: task for task in session.scalars(rows)}


def _is_answered(task: Task, status: TicketStatus) -> bool:
    """That nobody has said yes is asked while somebody is looked for."""
    return task.kind is TaskKind.REACTION and status is not TicketStatus.SEARCHING


def _why_over(session: Session, task: Task) -> str:
    clock = session.get(Clock, int(task.data.get("clock", 0)))  # one that burnt no more when clocks were not named yet
    return "in time again" if clock is None or clock.state is ClockState.RUNNING else str(clock.state)


def _said(clocks: Sequence[Clock]) -> dict[str, Any]:
    """Of the loudest, and how far each has burnt."""
    most = loudest(clocks)
    levels = {str(one.id): one.warned_pct for one in clocks}
    return {"clock": most.id, "kind": most.kind, "pct": most.warned_pct, "levels": levels}


def _open(
    session: Session,
    bare: dict[int, list[Clock]],
    statuses: dict[int, TicketStatus],
    *,
    now: datetime,
) -> None:
    before: defaultdict[int, list[Task]] = defaultdict(list)
    known = select(Task).where(Task.ticket_id.in_(bare), Task.kind.in_(KINDS)).order_by(Task.id)
    for task in session.scalars(known):
        before[task.ticket_id or 0].append(task)
    new = []
    for ticket_id, clocks in bare.items():
        past = before[ticket_id]
        if past and past[-1].ended_by is not None and is_known(past[-1], clocks):
            continue
        is_search = loudest(clocks).kind in OURS_ALONE and statuses[ticket_id] is TicketStatus.SEARCHING
        kind = TaskKind.REACTION if is_search else TaskKind.DEADLINE
        # One key for both kinds: of two who open at once, one looks again and finds the other's.
        cause = f"burns:ticket {ticket_id} {len(past) + 1}"
        new.append(Task(kind=kind, cause=cause, ticket_id=ticket_id, data=_said(clocks), created_at=now, due_at=now))
    tasks.open_many(session, new)

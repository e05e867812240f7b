"""Decision: what the desk does first, one rule for both databases, read from top to bottom.

1. emergencies; 2. how soon the next burning clock is broken, in coarse steps (over, half an hour, two hours,
eight hours, later, nothing burns), so that a minute does not outweigh money; 3. the roubles the client pays;
4. the kind of the task; 5. age. A task without a ticket burns nothing and risks nothing.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select

from core.domain.hold import ASLEEP_ON_HOLD
from core.domain.task import ORDER
from core.domain.ticket import Priority, TicketStatus
from storage.models.clock import Clock
from storage.models.desk import Task
from storage.models.ticket import Ticket

STEPS = (timedelta(0), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=8))

#: When the burning clock of a task's ticket is broken; only what runs has a deadline. Asked for each task by itself: a
#: join would first look at all clocks there ever were.
BURNS_UNTIL = select(func.min(Clock.due_at)).where(Clock.ticket_id == Task.ticket_id).correlate(Task).scalar_subquery()


def by_risk(now: datetime) -> tuple[Any, ...]:
    due = BURNS_UNTIL
    steps: list[Any] = [(due <= now + step, number) for number, step in enumerate(STEPS)]
    haste = case(*steps, (due.is_not(None), len(STEPS)), else_=len(STEPS) + 1)
    urgent = case((Ticket.priority == Priority.EMERGENCY, 0), else_=1)
    roubles = func.coalesce(Ticket.client_price_kop * Ticket.quantity_milli, 0)
    kinds = case({kind.value: number for number, kind in enumerate(ORDER)}, value=Task.kind, else_=len(ORDER))
    return urgent, haste, roubles.desc(), kinds, Task.created_at, Task.id


def is_awake() -> ColumnElement[bool]:
    """What nobody can do while its ticket is on hold comes back by itself when it goes on."""
    return or_(Task.ticket_id.is_(None), Ticket.status != TicketStatus.ON_HOLD, Task.kind.not_in(ASLEEP_ON_HOLD))

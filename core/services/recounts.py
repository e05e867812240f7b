"""The recount of deadlines (`core.services.calendar_counts`) goes on past a clock that cannot be counted."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.domain.calendar import CalendarKind
from storage.models.clock import Clock, ClockInterval


def following(session: Session, after: int, *, now: datetime) -> int | None:
    """The next living clock in working time after this one."""
    on_it = select(ClockInterval.id).where(
        ClockInterval.clock_id == Clock.id, ClockInterval.calendar == CalendarKind.WORKING
    )
    return session.scalar(select(func.min(Clock.id)).where(Clock.ended_at.is_(None), Clock.id > after, on_it.exists()))

"""What became of each promise of a ticket: kept, broken and whose time it was, or still owed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from core.domain.clock import ClockKind, ClockState, Whose
from storage.models.clock import Breach, Clock
from storage.models.ticket import Ticket


@dataclass(frozen=True, slots=True)
class PromiseEnd:
    """`due_at` None: its clock stands. `done_at` None: it is owed. `whose` is of one that is broken."""

    kind: ClockKind
    due_at: datetime | None
    done_at: datetime | None
    is_broken: bool
    whose: Whose | None


def of_ticket(
    session: Session, ticket: Ticket, kinds: Collection[ClockKind], *, now: datetime
) -> tuple[PromiseEnd, ...]:
    """Those of these kinds, in the order they were given; what fell away with the ticket was no promise."""
    found = session.execute(
        select(Clock, Breach)
        .outerjoin(Breach, and_(Breach.clock_id == Clock.id, Breach.annulled_at.is_(None)))
        .where(Clock.ticket_id == ticket.id, Clock.kind.in_(kinds), Clock.state != ClockState.ENDED)
        .order_by(Clock.id)
    )
    return tuple(_promise(clock, breach, now) for clock, breach in found)


def _promise(clock: Clock, breach: Breach | None, now: datetime) -> PromiseEnd:
    due_at = clock.judged_due_at if clock.ended_at is not None else clock.due_at
    is_over = due_at is not None and due_at < (clock.ended_at or now)
    return PromiseEnd(
        kind=clock.kind,
        due_at=due_at if breach is None else breach.at,
        done_at=clock.ended_at,
        is_broken=is_over or breach is not None,
        whose=breach.whose if breach is not None else None,
    )

"""The one line of a card about time: of the promises its reader may see the next to be broken, and one that is."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.clock import ClockKind, StopReason
from core.domain.role import CLIENT_ROLES
from core.services import clocks, promise_ends, scope
from storage.models.clock import Clock, ClockInterval
from storage.models.people import Person
from storage.models.ticket import Ticket

#: Nobody promises a client how soon a search ends; a crew is past it.
_OF_CLIENT = frozenset(clocks.PROMISED)
_OF_CREW = frozenset({ClockKind.ARRIVAL, ClockKind.RESOLUTION})
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Late:
    """A promise that is broken and still owed."""

    kind: ClockKind
    due_at: datetime


@dataclass(frozen=True, slots=True)
class ClockLine:
    """`due_at` None: the clock stands, for `reason`. `zone` is the reader's. `late`: the first that is over, beside the
    next that is not; where nothing lies ahead any more, beside the last. `done_at`: nothing is owed any more, and this
    one was kept too late."""

    kind: ClockKind
    due_at: datetime | None
    reason: StopReason | None
    zone: str
    late: Late | None = None
    done_at: datetime | None = None


def of(session: Session, actor: Actor, ticket: Ticket, *, now: datetime) -> ClockLine | None:
    """None where nothing is promised, or everything was kept in time."""
    kinds = seen_by(session, actor, ticket)
    reader = session.get(Person, actor.person_id) if actor.person_id is not None else None
    zone = reader.zone if reader is not None else "UTC"
    found = [one for one in clocks.live(session, ticket.id) if one.kind in kinds]
    if not found:
        return _done_late(session, ticket, kinds, zone, now=now)
    over = sorted((one.due_at, one.kind) for one in found if one.due_at is not None and one.due_at <= now)
    ahead = [one for one in found if one.due_at is None or one.due_at > now]
    next_ = min(ahead, key=_due) if ahead else max(found, key=_due)
    late = [Late(kind, due_at) for due_at, kind in over if kind is not next_.kind]
    reason = _why_it_stands(session, next_) if next_.due_at is None else None
    return ClockLine(next_.kind, next_.due_at, reason, zone, late[0] if late else None)


def _due(clock: Clock) -> datetime:
    return clock.due_at or _NEVER


def _done_late(
    session: Session, ticket: Ticket, kinds: frozenset[ClockKind], zone: str, *, now: datetime
) -> ClockLine | None:
    """The last of them."""
    late = [one for one in promise_ends.of_ticket(session, ticket, kinds, now=now) if one.is_broken and one.done_at]
    return ClockLine(late[-1].kind, late[-1].due_at, None, zone, done_at=late[-1].done_at) if late else None


def seen_by(session: Session, actor: Actor, ticket: Ticket) -> frozenset[ClockKind]:
    if actor.is_operator:
        return _OF_CLIENT
    is_client = bool(scope.roles_on(session, actor, ticket) & CLIENT_ROLES) or ticket.requester_id == actor.person_id
    return _OF_CLIENT if is_client else _OF_CREW


def _why_it_stands(session: Session, clock: Clock) -> StopReason | None:
    return session.scalar(
        select(ClockInterval.reason).where(ClockInterval.clock_id == clock.id, ClockInterval.to_at.is_(None))
    )

"""The only place that assigns a ticket status: rule, compare-and-set, audit row, in this order."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.errors import Changed
from core.domain.role import Role
from core.domain.talk import ASKABLE
from core.domain.task import TaskKind
from core.domain.ticket import RULES, TicketEvent, TicketStatus, next_status
from core.services import audit, breaches, burning_tasks, clocks, scope, tasks
from core.services.rows import moved
from storage.models.desk import Audit
from storage.models.ticket import Ticket


def advance(
    session: Session,
    ticket: Ticket,
    event: TicketEvent,
    actor: Actor,
    *,
    now: datetime,
    needs_approval: bool = False,
    back_to: TicketStatus | None = None,
    data: dict[str, Any] | None = None,
    at: datetime | None = None,
    **fields: Any,
) -> Audit:
    """Moves the ticket and returns the audit row, which is the cause of every notice about the move.

    `at` is when it really happened, where a late update says so: its clock is met then. `fields` are columns that
    change in the same stroke. Raises Changed where the state does not know the event or somebody was faster,
    NotAllowed where the role may not.
    """
    roles = scope.roles_on(session, actor, ticket)
    before = ticket.status
    target = next_status(before, event, roles, needs_approval=needs_approval, back_to=back_to)
    unchanged = (Ticket.status == before, Ticket.version == ticket.version)
    due = now if target is TicketStatus.SEARCHING else None
    next_version = Ticket.version + 1
    if not moved(session, ticket, *unchanged, status=target, version=next_version, search_due_at=due, **fields):
        raise Changed
    by = _role_that_may(before, event, roles)
    trace: dict[str, Any] = {"role": by, "from_state": before, "to_state": target, "data": data}
    cause = audit.record(session, actor, "ticket", ticket.id, event, now=now, **trace)
    clocks.follow(session, ticket, before, cause=cause, now=now, at=at)
    breaches.settle(session, ticket, now=now)
    burning_tasks.keep(session, [ticket.id], now=now)
    if before in ASKABLE and target not in ASKABLE:
        # Nobody who asked can take it any more.
        tasks.end_for_ticket(session, actor, ticket.id, {TaskKind.QUESTION}, target, now=now)
    return cause


def begin(
    session: Session,
    ticket: Ticket,
    event: TicketEvent,
    actor: Actor,
    *,
    now: datetime,
    needs_approval: bool = False,
) -> Audit:
    """The first status of a new ticket; the row gets its id here."""
    roles = actor.roles or frozenset({Role.REQUESTER})
    ticket.status = next_status(None, event, roles, needs_approval=needs_approval)
    ticket.version = 1
    ticket.search_due_at = now if ticket.status is TicketStatus.SEARCHING else None
    session.add(ticket)
    session.flush()
    by = _role_that_may(None, event, roles)
    cause = audit.record(session, actor, "ticket", ticket.id, event, now=now, role=by, to_state=ticket.status)
    clocks.follow(session, ticket, None, cause=cause, now=now)
    return cause


def _role_that_may(status: TicketStatus | None, event: TicketEvent, roles: frozenset[Role]) -> Role:
    """Of several roles the one that gave the right goes into the audit."""
    return min(roles & RULES[(status, event)].by)

"""The directories and the history as rows of the workbook, ready to be written and imported again as the same."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.errors import NotAllowed
from core.domain.role import Role
from core.domain.ticket import Origin, TicketStatus
from core.domain.workbook import HISTORY_STATUSES, SheetName
from core.imports.sheets import SHEETS
from core.services.stored_sheets import stored
from storage.models.ticket import Ticket

_MAY_EXPORT = (Role.ADMIN, Role.MANAGER, Role.SYSTEM)


def workbook(session: Session, actor: Actor, *, now: datetime) -> dict[str, list[dict[str, Any]]]:
    if not actor.has(*_MAY_EXPORT):
        raise NotAllowed
    sheets = {title: list(stored(session, title, now=now).values()) for title in SHEETS if title != SheetName.HISTORY}
    brought = set(session.scalars(select(Ticket.id).where(Ticket.origin == Origin.IMPORT)))
    history = stored(session, SheetName.HISTORY, now=now).values()
    rows = {title: [row.values for row in there] for title, there in sheets.items()}
    rows[SheetName.HISTORY] = [_past(row.values) for row in history if row.id in brought and _is_past(row.values)]
    return rows


def _is_past(values: dict[str, Any]) -> bool:
    """A ticket that is in work again here is no history, and the workbook has no word for its state."""
    return values["status"] in HISTORY_STATUSES.values() or values["status"] == TicketStatus.CLOSED


def _past(values: dict[str, Any]) -> dict[str, Any]:
    return values | {"status": TicketStatus.ACCEPTED} if values["status"] == TicketStatus.CLOSED else values

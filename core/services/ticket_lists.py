"""Open tickets as the desk goes through them: narrowed by status, client, region, urgency and "mine", in pages."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.errors import NotFound
from core.domain.ticket import OPEN, Origin, Priority, TicketStatus
from core.services import tickets
from core.services.tickets import TicketList
from storage.models.desk import Task
from storage.models.directory import Client, Site
from storage.models.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Narrow:
    """None and False do not narrow."""

    status: TicketStatus | None = None
    client_id: int | None = None
    region: str | None = None
    urgent: bool = False
    #: Those with an open task which the reader has taken.
    mine: bool = False


@dataclass(frozen=True, slots=True)
class DeskList:
    found: TicketList
    narrow: Narrow
    client: str


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to narrow by, and how many tickets would be left."""

    status: TicketStatus | None
    client_id: int | None
    region: str
    name: str
    count: int


def of(session: Session, actor: Actor, narrow: Narrow, *, now: datetime, offset: int = 0, limit: int = 8) -> DeskList:
    """Emergencies first, then the newest. Raises NotFound for anybody but the desk."""
    query = _narrowed(actor, narrow)
    urgent = (Ticket.priority != Priority.EMERGENCY,)
    found = tickets.listed(session, query, offset, limit, *urgent, now=now)
    client = session.get(Client, narrow.client_id) if narrow.client_id is not None else None
    return DeskList(found, narrow, client.name if client is not None else "")


def by_status(session: Session, actor: Actor, narrow: Narrow, *, now: datetime) -> tuple[Option, ...]:
    """In the order in which a ticket lives."""
    rows = _counted(session, actor, replace(narrow, status=None), Ticket.status)
    return tuple(Option(status, None, "", "", rows[status]) for status in TicketStatus if status in rows)


def by_client(session: Session, actor: Actor, narrow: Narrow, *, now: datetime) -> tuple[Option, ...]:
    """Those with the most open tickets first."""
    rows = _counted(session, actor, replace(narrow, client_id=None), Ticket.client_id)
    names = {row.id: row.name for row in session.scalars(select(Client).where(Client.id.in_(rows)))}
    found = [Option(None, client_id, "", names[client_id], count) for client_id, count in rows.items()]
    return tuple(sorted(found, key=lambda one: (-one.count, one.name)))


def by_region(session: Session, actor: Actor, narrow: Narrow, *, now: datetime) -> tuple[Option, ...]:
    rows = _counted(session, actor, replace(narrow, region=None), Site.region)
    found = [Option(None, None, region, region, count) for region, count in rows.items()]
    return tuple(sorted(found, key=lambda one: (-one.count, one.name)))


def _narrowed(actor: Actor, narrow: Narrow) -> Select[Ticket]:
    if not actor.is_desk:
        raise NotFound
    query = select(Ticket).join(Site, Site.id == Ticket.site_id)
    query = query.where(Ticket.origin == Origin.BOT, Ticket.status.in_(OPEN))
    if narrow.status is not None:
        query = query.where(Ticket.status == narrow.status)
    if narrow.client_id is not None:
        query = query.where(Ticket.client_id == narrow.client_id)
    if narrow.region is not None:
        query = query.where(Site.region == narrow.region)
    if narrow.urgent:
        query = query.where(Ticket.priority == Priority.EMERGENCY)
    if narrow.mine:
        taken = select(Task.ticket_id).where(Task.taken_by == actor.person_id, Task.ended_at.is_(None))
        query = query.where(Ticket.id.in_(taken))
    return query


def _counted(session: Session, actor: Actor, narrow: Narrow, column: Any) -> dict[Any, int]:
    query: Any = _narrowed(actor, narrow).with_only_columns(column, func.count()).group_by(column).order_by(None)
    return {value: count for value, count in session.execute(query)}

"""`/sla`: which promises run, the nearest deadline first, and which were broken lately, by whose fault."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.clock import ClockKind, Whose
from core.domain.errors import NotAllowed
from core.domain.ticket import Priority
from core.services import clocks, scope
from storage.models.clock import Breach, Clock
from storage.models.contractor import Contractor
from storage.models.directory import Site
from storage.models.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Line:
    """One running clock; `warned_pct` is the level that was last warned of."""

    ticket_id: int
    number: str
    kind: ClockKind
    site: str
    zone: str
    priority: Priority
    contractor: str
    due_at: datetime
    warned_pct: int


@dataclass(frozen=True, slots=True)
class Running:
    lines: tuple[Line, ...]
    total: int
    offset: int
    kind: ClockKind | None
    pct: int
    read_at: datetime


@dataclass(frozen=True, slots=True)
class BreachLine:
    ticket_id: int
    number: str
    kind: ClockKind
    at: datetime
    zone: str
    whose: Whose
    contractor: str
    ours_min: int
    theirs_min: int


@dataclass(frozen=True, slots=True)
class Broken:
    """Breaches of the last days that count, the latest first."""

    lines: tuple[BreachLine, ...]
    total: int
    offset: int
    days: int
    by_whose: dict[Whose, int]
    read_at: datetime


def running(
    session: Session,
    actor: Actor,
    *,
    now: datetime,
    offset: int = 0,
    limit: int = 8,
    kind: ClockKind | None = None,
    pct: int = 0,
) -> Running:
    """A search of its own promises nothing to a client and is not among them. `pct`: only those that have burnt so far
    at least. Raises NotAllowed."""
    if not actor.is_desk:
        raise NotAllowed
    which: list[ColumnElement[bool]] = [Clock.due_at.is_not(None)]  # only what runs has a deadline
    which.append(Clock.kind == kind if kind is not None else Clock.kind.in_(clocks.PROMISED))
    which += [Clock.warned_pct >= pct] if pct else []
    total = session.scalar(select(func.count()).select_from(Clock).where(*which)) or 0
    lines = tuple(_lines(session, which, offset, limit))
    return Running(lines, total, offset, kind, pct, now)


def named(session: Session, actor: Actor, clock_ids: Sequence[int], total: int, *, now: datetime) -> Running:
    """Those of these clocks that run still, of tickets the reader may see, as the first of `total`."""
    seen = scope.visible_tickets(actor).with_only_columns(Ticket.id)
    which: list[ColumnElement[bool]] = [Clock.id.in_(clock_ids), Clock.due_at.is_not(None), Clock.ticket_id.in_(seen)]
    lines = tuple(_lines(session, which, 0, len(clock_ids)))
    return Running(lines, total - len(clock_ids) + len(lines), 0, None, 0, now)


def _lines(session: Session, which: list[ColumnElement[bool]], offset: int, limit: int) -> Iterator[Line]:
    rows = session.execute(
        select(Clock, Ticket, Site, Contractor.name)
        .join(Ticket, Ticket.id == Clock.ticket_id)
        .join(Site, Site.id == Ticket.site_id)
        .outerjoin(Contractor, Contractor.id == Ticket.contractor_id)
        .where(*which)
        .order_by(Clock.due_at, Clock.id)
        .offset(offset)
        .limit(limit)
    )
    yield from (
        Line(
            ticket.id,
            ticket.number,
            clock.kind,
            f"{site.name}, {site.city}",
            site.zone,
            ticket.priority,
            firm or "",
            clock.due_at,
            clock.warned_pct,
        )
        for clock, ticket, site, firm in rows
        if clock.due_at is not None
    )


def broken(session: Session, actor: Actor, *, now: datetime, days: int = 7, offset: int = 0, limit: int = 8) -> Broken:
    """Raises NotAllowed."""
    if not actor.is_desk:
        raise NotAllowed
    which = (Breach.annulled_at.is_(None), Breach.at >= now - timedelta(days=days))
    counts = session.execute(select(Breach.whose, func.count()).where(*which).group_by(Breach.whose))
    by_whose = Counter({whose: count for whose, count in counts})
    rows = session.execute(
        select(Breach, Ticket.number, Site.zone, Contractor.name)
        .join(Ticket, Ticket.id == Breach.ticket_id)
        .join(Site, Site.id == Ticket.site_id)
        .outerjoin(Contractor, Contractor.id == Breach.contractor_id)
        .where(*which)
        .order_by(Breach.at.desc(), Breach.id.desc())
        .offset(offset)
        .limit(limit)
    )
    lines = tuple(
        BreachLine(row.ticket_id, number, row.kind, row.at, zone, row.whose, firm or "", row.ours_min, row.theirs_min)
        for row, number, zone, firm in rows
    )
    return Broken(lines, sum(by_whose.values()), offset, days, dict(by_whose), now)

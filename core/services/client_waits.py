"""What the client has put off: stretches in which nobody may come because he said so."""

from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from core.domain.clock import Moved, put_off
from core.domain.visit import AHEAD, Side, VisitStatus
from storage.models.clock import ClientWord
from storage.models.ticket import Ticket
from storage.models.visit import Visit, VisitMove

_COMING = AHEAD | {VisitStatus.EN_ROUTE}


def ahead(session: Session, ticket: Ticket, *, now: datetime) -> list[tuple[datetime, datetime]]:
    """In order, apart from each other, what is over left out. Once somebody is on site nothing is put off."""
    last_here = session.scalar(
        select(func.max(Visit.number)).where(Visit.ticket_id == ticket.id, Visit.on_site_at.is_not(None))
    )
    visit = session.scalars(
        select(Visit).where(Visit.ticket_id == ticket.id).order_by(Visit.number.desc()).limit(1)
    ).one_or_none()
    if visit is not None and visit.status is VisitStatus.ON_SITE:
        return []
    spans = put_off(_moves(session, ticket, last_here or 0))
    if ticket.visit_from is not None and last_here is None:
        spans.append((now, ticket.visit_from))
    if visit is not None and visit.status in _COMING:
        spans = [(begins, min(ends, visit.starts_at)) for begins, ends in spans]
    return _apart(spans, now)


def word(session: Session, ticket_id: int, at: datetime) -> ClientWord | None:
    """Of the desk in the client's name, by which nobody was to come at that moment."""
    return session.scalars(
        select(ClientWord)
        .where(
            ClientWord.ticket_id == ticket_id,
            ClientWord.said_at <= at,
            ClientWord.visit_from > at,
            or_(ClientWord.ended_at.is_(None), ClientWord.ended_at > at),
        )
        .order_by(ClientWord.id.desc())
        .limit(1)
    ).one_or_none()


def _moves(session: Session, ticket: Ticket, last_here: int) -> list[Moved]:
    """Since somebody was on site."""
    rows = session.execute(
        select(VisitMove.side, VisitMove.from_starts_at, VisitMove.to_starts_at)
        .join(Visit, Visit.id == VisitMove.visit_id)
        .where(Visit.ticket_id == ticket.id, Visit.number > last_here)
        .order_by(VisitMove.id)
    )
    return [Moved(side == Side.CLIENT, before, after) for side, before, after in rows]


def _apart(spans: list[tuple[datetime, datetime]], now: datetime) -> list[tuple[datetime, datetime]]:
    found: list[tuple[datetime, datetime]] = []
    for begins, ends in sorted((max(begins, now), ends) for begins, ends in spans):
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        elif ends > begins:
            found.append((begins, ends))
    return found

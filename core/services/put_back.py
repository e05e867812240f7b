"""A clock that ran ahead is put right: what it has written of a time that has not come is taken back.

Facts stay: what was told and pressed, who was declared not to have come, what was over by then. But nothing is known
of the time to come, no promise is broken or burns before its hour, and no visit or search waits for a day far ahead.
"""

from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from core.domain import no_show
from core.domain.ticket import TicketStatus
from core.services import breaches, downtime, numbers
from storage.models.ticket import Ticket
from storage.models.visit import Visit


def take_back(session: Session, shown: datetime, *, now: datetime) -> None:
    """`shown`: the time the machine had before it was put right."""
    downtime.put_back(session, shown, now=now)
    breaches.put_back(session, now=now)
    _look_for_crews(session, now=now)
    _search_on(session, now=now)


def _look_for_crews(session: Session, *, now: datetime) -> None:
    """Once the agreed time is over, as if nobody had been asked yet. What is rightly waited for, an answer, somebody
    who comes later or was seen, takes no longer than a window."""
    rules = numbers.of(session)
    latest = now + timedelta(hours=rules.slot_hours)
    wrong = and_(Visit.watch_at.is_not(None), or_(Visit.where_asked_at > now, Visit.watch_at > latest))
    for visit in session.scalars(select(Visit).where(wrong)).all():
        visit.watch_at, visit.where_asked_at = max(now, no_show.first_look(visit.ends_at, rules)), None
    session.flush()


def _search_on(session: Session, *, now: datetime) -> None:
    """Nobody is waited for longer; what rests at night finds its morning anew."""
    longest = timedelta(minutes=numbers.of(session).offer_wait_max_minutes)
    asleep = and_(Ticket.status == TicketStatus.SEARCHING, Ticket.search_due_at > now + longest)
    session.execute(update(Ticket).where(asleep).values(search_due_at=now))

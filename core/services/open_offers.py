"""Offers that are not over yet, as one condition: they can become a yes, or wait with a price of their own.

A price the desk has agreed to keeps its state and has the time of the answer, so it is no longer open.
"""

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from core.domain.offer import OPEN_STATES, TAKEABLE, OfferStatus
from storage.models.offer import Offer
from storage.models.ticket import Ticket


def are_open() -> ColumnElement[bool]:
    return and_(Offer.status.in_(OPEN_STATES), Offer.answered_at.is_(None))


def are_countered() -> ColumnElement[bool]:
    """A price of his own waits for the desk."""
    return and_(Offer.status == OfferStatus.COUNTERED, Offer.answered_at.is_(None))


def are_agreed() -> ColumnElement[bool]:
    return and_(Offer.status == OfferStatus.COUNTERED, Offer.answered_at.is_not(None))


def has_silent(session: Session, ticket: Ticket) -> bool:
    """Somebody asked has not answered, and may still say yes."""
    silent = (Offer.ticket_id == ticket.id, Offer.status.in_(TAKEABLE))
    return session.scalar(select(Offer.id).where(*silent).limit(1)) is not None

"""The line above a card that says why it rang: kept over silent redraws, whatever caused them, until the reader has
acted since or the ticket is in another state.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from storage.models.post import Card, Outbox
from storage.models.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Rang:
    """The letter that rang, as far as its heading needs it."""

    notice: str
    data: dict[str, Any]


def kept(session: Session, person_id: int, ticket_id: int, acted_at: datetime | None, *, now: datetime) -> Rang | None:
    """What a redraw of the card still says above it. `acted_at`: it answers something the reader did then."""
    card = session.get(Card, (ticket_id, person_id))
    row = session.get(Outbox, card.rang_id) if card is not None and card.rang_id is not None else None
    if card is None or row is None or card.rang_status is not session.get_one(Ticket, ticket_id).status:
        return None
    if acted_at is not None and row.sent_at is not None and acted_at > row.sent_at:
        return None
    return Rang(row.notice, row.data)


def rang(session: Session, card: Card, letter_id: int) -> None:
    card.rang_id, card.rang_status = letter_id, session.get_one(Ticket, card.ticket_id).status


def end(card: Card) -> None:
    card.rang_id = card.rang_status = None

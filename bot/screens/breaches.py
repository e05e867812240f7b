"""Broken promises: on a card of the desk, and as the client hears of one."""

from datetime import datetime
from typing import Any

from bot import formats
from bot.texts import Texts
from core.domain.ticket import TicketStatus
from core.services.card_views import Card, ClientCard, DeskCard


def broken_lines(card: DeskCard, texts: Texts) -> list[str]:
    """Each promise of the ticket that was broken, and whose it was."""
    base = card.base
    return [
        texts(
            "deadlines-breach",
            clock=texts.plain(f"deadlines-kind-{one.kind}"),
            at=formats.moment(one.at, base.zone, texts.language, base.read_at),
            whose=texts.plain(f"deadlines-whose-{one.whose}"),
        )
        for one in card.broken
    ]


def words(card: Card, data: dict[str, Any], texts: Texts) -> dict[str, str]:
    """For the client: what was promised, until when, and how things stand at the moment he reads it."""
    base = card.base
    return {
        "promise": texts(f"notices-breach-{data['clock']}"),
        "until": formats.moment(datetime.fromisoformat(data["at"]), base.zone, texts.language, base.read_at),
        "now": texts(f"notices-breach-now-{'late' if _is_late(card) else base.status}"),
    }


def _is_late(card: Card) -> bool:
    """The agreed time is over as well, nobody is on site, and nobody has said when he comes."""
    if not isinstance(card, ClientCard) or card.base.status not in (TicketStatus.ASSIGNED, TicketStatus.REWORK):
        return False
    return card.ends_at is not None and card.ends_at <= card.base.read_at and card.watched.eta_at is None

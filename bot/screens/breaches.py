"""Broken promises on a card of the desk."""

from bot import formats
from bot.texts import Texts
from core.services.cards import DeskCard


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

"""The button that sends the pictures of a ticket; every kind of card may have it."""

from aiogram.filters.callback_data import CallbackData

from bot.texts import Texts
from bot.ui import Button, Id
from core.domain.ticket import TicketStatus
from core.services.card_views import Base

#: From here on there are pictures of the work as well.
WITH_PROOF = frozenset({TicketStatus.REPORTED, TicketStatus.DISPUTED, TicketStatus.REWORK, TicketStatus.ACCEPTED})


class Pictures(CallbackData, prefix="pics"):
    """Sends the pictures of the ticket. The message stays what it is, so it does not become the card."""

    of: Id


def pictures_button(base: Base, texts: Texts) -> Button | None:
    """The pictures of the request; without any there is no button."""
    if not base.media:
        return None
    return Button(texts.plain("offers-pictures", count=base.media), Pictures(of=base.ticket_id).pack())


def all_pictures_button(base: Base, texts: Texts) -> Button | None:
    """For the client and the desk, who see those of the work too."""
    if not base.media and base.status not in WITH_PROOF:
        return None
    return Button(texts.plain("tickets-pictures"), Pictures(of=base.ticket_id).pack())

"""The question that follows "something is wrong"."""

from bot.screens.taps import Do, TicketTap
from bot.texts import Texts
from bot.ui import Button, Screen, column
from core.services.card_views import Base


def ask_wrong(base: Base, texts: Texts) -> Screen:
    back = Button(texts.plain("common-back"), TicketTap(do=Do.CARD, ticket_id=base.ticket_id).pack())
    return Screen(texts("acceptances-ask-wrong", number=base.number), column(back))

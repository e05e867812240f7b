"""The card of a ticket as its reader sees it: which of the four kinds it is."""

from bot.screens import offers as offer_screens
from bot.screens import tickets as ticket_screens
from bot.screens import visits as visit_screens
from bot.texts import Texts
from bot.ui import Screen
from core.services.card_views import Card, ClientCard, DeskCard, JobCard, OfferCard


def draw(card: Card, texts: Texts) -> Screen:
    match card:
        case OfferCard():
            return offer_screens.offer_card(card, texts)
        case JobCard():
            return visit_screens.job_card(card, texts)
        case ClientCard():
            return ticket_screens.client_card(card, texts)
        case DeskCard():
            return ticket_screens.desk_card(card, texts)

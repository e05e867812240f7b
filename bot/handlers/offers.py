"""An offer answered: the yes with its time and its person, the no with its reason, the list of what is free."""

from datetime import UTC, datetime

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.screens import cards as card_screens
from bot.screens import offers as screens
from bot.screens.offers import Decline, Take
from bot.show import answer, show
from bot.texts import Texts
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.domain.offer import OPEN_STATES, TAKEABLE
from core.services import cards, jobs, offers
from core.services.card_views import OfferCard

router = Router(name="offers")


@router.message(Command("offers"))
async def listed(message: Message, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await show(message, screens.offers(await db.read(jobs.open_offers, actor), texts))


@router.callback_query(Take.filter())
async def take(call: CallbackQuery, callback_data: Take, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    """An owner of several people is asked who goes; everybody else goes himself."""
    if not callback_data.person:
        card = await db.read(cards.ticket, actor, callback_data.ticket_id)
        if isinstance(card, OfferCard) and card.team and card.offer_status in TAKEABLE:
            await show(call, screens.who_goes(card, callback_data.start, texts))
            return
    start = datetime.fromtimestamp(callback_data.start * 60, UTC) if callback_data.start else None
    await db.write(offers.accept, actor, callback_data.offer, start, callback_data.person or None)
    await answer(call, texts.plain("offers-answer-taken"))


@router.callback_query(Decline.filter())
async def decline(call: CallbackQuery, callback_data: Decline, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    if callback_data.reason is not None:
        await db.write(offers.decline, actor, callback_data.offer, callback_data.reason)
        await answer(call, texts.plain("offers-answer-declined"))
        return
    card = await db.read(cards.ticket, actor, callback_data.ticket_id)
    if isinstance(card, OfferCard) and card.offer_status in OPEN_STATES and not card.is_agreed:
        await show(call, screens.reasons(card, texts))
    else:
        await show(call, card_screens.draw(card, texts))

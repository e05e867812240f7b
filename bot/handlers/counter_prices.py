"""A price of the contractor's own: he is asked, types it, and the desk answers under the card of the ticket."""

from aiogram import Router
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.filters import has_text
from bot.screens import counter_prices as screens
from bot.screens import offers as offer_screens
from bot.screens.counter_prices import CallOff, Decide, NamePrice
from bot.show import answer, show
from bot.texts import Texts
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.domain.errors import Changed
from core.domain.money import kopecks
from core.services import cards, counter_prices
from core.services.card_views import OfferCard

router = Router(name="counter_prices")


class Await(StatesGroup):
    price = State()


@router.callback_query(NamePrice.filter())
async def ask(
    call: CallbackQuery, callback_data: NamePrice, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    card = await db.read(cards.ticket, actor, callback_data.ticket_id)
    if not isinstance(card, OfferCard) or card.offer_id != callback_data.offer or not card.may_counter:
        raise Changed
    await state.set_state(Await.price)
    await state.set_data({"offer": card.offer_id})
    await show(call, screens.ask_price(card, offer_screens.back(card.base, texts), texts))


@router.message(StateFilter(Await.price), has_text)
async def price(message: Message, actor: Actor, db: UpdateDb, state: FSMContext) -> None:
    asked = await state.get_data()
    await db.write(counter_prices.name_price, actor, asked["offer"], kopecks(message.text or "") or 0)
    await state.clear()


@router.callback_query(CallOff.filter())
async def call_off(call: CallbackQuery, callback_data: CallOff, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await db.write(counter_prices.call_off, actor, callback_data.offer)
    await answer(call, texts.plain("counter-called-off"))


@router.callback_query(Decide.filter())
async def decide(call: CallbackQuery, callback_data: Decide, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await db.write(counter_prices.decide, actor, callback_data.offer, callback_data.yes)
    await answer(call, texts.plain("counter-agreed" if callback_data.yes else "counter-refused"))

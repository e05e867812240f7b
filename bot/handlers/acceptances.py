"""The client's answer to a report: yes with a mark, or what is wrong; and the desk's order to fix it."""

from aiogram import F, Router
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.filters import has_text
from bot.screens import acceptances as screens
from bot.screens.taps import Do, TicketTap
from bot.screens.tickets import Mark
from bot.show import answer, show
from bot.texts import Texts
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.domain.errors import Changed
from core.domain.ticket import TicketEvent
from core.services import acceptances, cards
from core.services.card_views import ClientCard, DeskCard

router = Router(name="acceptances")


class Await(StatesGroup):
    wrong = State()


@router.callback_query(TicketTap.filter(F.do == Do.ACCEPT))
async def accept(call: CallbackQuery, callback_data: TicketTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await db.write(acceptances.accept, actor, callback_data.ticket_id, callback_data.version)
    await answer(call, texts.plain("acceptances-accepted"))


@router.callback_query(Mark.filter())
async def mark(call: CallbackQuery, callback_data: Mark, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await db.write(acceptances.give_mark, actor, callback_data.ticket_id, callback_data.mark)
    await answer(call, texts.plain("acceptances-thanks"))


@router.callback_query(TicketTap.filter(F.do == Do.WRONG))
async def ask_wrong(
    call: CallbackQuery, callback_data: TicketTap, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    card = await db.read(cards.ticket, actor, callback_data.ticket_id)
    if not isinstance(card, ClientCard | DeskCard) or TicketEvent.WRONG not in card.buttons:
        raise Changed
    await state.set_state(Await.wrong)
    await state.set_data({"ticket": callback_data.ticket_id})
    await show(call, screens.ask_wrong(card.base, texts))


@router.message(StateFilter(Await.wrong), has_text)
async def wrong(message: Message, actor: Actor, db: UpdateDb, state: FSMContext) -> None:
    """Words that are too long are refused, and the question stays open."""
    asked = await state.get_data()
    await db.write(acceptances.wrong, actor, asked["ticket"], message.text or "")
    await state.clear()


@router.callback_query(TicketTap.filter(F.do == Do.REWORK))
async def rework(call: CallbackQuery, callback_data: TicketTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await db.write(acceptances.order_rework, actor, callback_data.ticket_id)
    await answer(call, texts.plain("acceptances-rework"))

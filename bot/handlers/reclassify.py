"""The desk changes the kind of work before it has begun: words, a list, "sure?", done."""

from aiogram import F, Router
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.filters import has_text
from bot.screens import reclassify as screens
from bot.screens.reclassify import KindAsk, KindTap
from bot.screens.taps import Do, TicketTap
from bot.show import answer, show
from bot.texts import Texts
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.services import reclassify

router = Router(name="reclassify")


class Await(StatesGroup):
    kind = State()


@router.callback_query(TicketTap.filter(F.do == Do.RECLASSIFY))
async def ask(
    call: CallbackQuery, callback_data: TicketTap, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    found = await db.read(reclassify.options, actor, callback_data.ticket_id, "")
    await state.set_state(Await.kind)
    await state.set_data({"ticket": callback_data.ticket_id})
    await show(call, screens.listed(found, texts))


@router.message(StateFilter(Await.kind), has_text)
async def find(message: Message, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext) -> None:
    data = await state.get_data()
    found = await db.read(reclassify.options, actor, data["ticket"], message.text or "")
    await show(message, screens.listed(found, texts, searched=True))


@router.callback_query(KindAsk.filter())
async def sure(
    call: CallbackQuery, callback_data: KindAsk, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    found = await db.read(reclassify.choice, actor, callback_data.ticket_id, callback_data.service)
    await state.clear()
    await show(call, screens.sure(found, texts))


@router.callback_query(KindTap.filter())
async def apply(call: CallbackQuery, callback_data: KindTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    tap = callback_data
    await db.write(reclassify.apply, actor, tap.ticket_id, tap.version, tap.service)
    await answer(call, texts.plain("reclassify-done"))

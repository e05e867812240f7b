"""Somebody does not agree with a pause: words of his, and the desk's decision."""

from aiogram import F, Router
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.filters import has_text
from bot.screens import objections as screens
from bot.screens.objections import ObjectTap, PauseTap, VerdictTap
from bot.show import answer, show
from bot.texts import Texts
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.domain.errors import Changed
from core.services import objections
from core.services.objections import Verdict

router = Router(name="objections")


class Await(StatesGroup):
    objection = State()
    objection_refusal = State()


@router.callback_query(PauseTap.filter())
async def pause(
    call: CallbackQuery, callback_data: PauseTap, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    """Also the way back from a question: nothing is awaited any more."""
    found = await db.read(objections.card, actor, callback_data.ticket_id, callback_data.pause)
    await state.clear()
    await show(call, screens.card(found, texts))


@router.callback_query(ObjectTap.filter())
async def ask_objection(
    call: CallbackQuery, callback_data: ObjectTap, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    found = await db.read(objections.card, actor, callback_data.ticket_id, callback_data.pause)
    if not found.pause.may_object:
        raise Changed
    await state.set_state(Await.objection)
    await state.set_data({"ticket": callback_data.ticket_id, "pause": callback_data.pause})
    await show(call, screens.ask_words(found, "clocks-ask-objection", texts))


@router.message(StateFilter(Await.objection), has_text)
async def object_(message: Message, actor: Actor, db: UpdateDb, state: FSMContext) -> None:
    data = await state.get_data()
    await db.write(objections.object_, actor, data["ticket"], data["pause"], message.text or "")
    await state.clear()


@router.callback_query(VerdictTap.filter(F.verdict != Verdict.REFUSED))
async def uphold(call: CallbackQuery, callback_data: VerdictTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    tap = callback_data
    await db.write(objections.decide, actor, tap.ticket_id, tap.pause, tap.verdict, "")
    await answer(call, texts.plain("clocks-decided"))


@router.callback_query(VerdictTap.filter(F.verdict == Verdict.REFUSED))
async def ask_refusal(
    call: CallbackQuery, callback_data: VerdictTap, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    found = await db.read(objections.card, actor, callback_data.ticket_id, callback_data.pause)
    if not found.pause.may_decide:
        raise Changed
    await state.set_state(Await.objection_refusal)
    await state.set_data({"ticket": callback_data.ticket_id, "pause": callback_data.pause})
    await show(call, screens.ask_words(found, "clocks-ask-refusal", texts))


@router.message(StateFilter(Await.objection_refusal), has_text)
async def refuse(message: Message, actor: Actor, db: UpdateDb, state: FSMContext) -> None:
    data = await state.get_data()
    await db.write(objections.decide, actor, data["ticket"], data["pause"], Verdict.REFUSED, message.text or "")
    await state.clear()

"""Somebody does not agree with a pause: words of his, and the desk's decision."""

from aiogram import F, Router
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.filters import has_text
from bot.screens import objections as screens
from bot.screens.objections import ObjectTap, PauseTap, VerdictTap
from bot.show import answer, ask, show
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
    question = screens.ask_words(found, "clocks-ask-objection", texts)
    await ask(call, state, Await.objection, question, ticket=found.ticket_id, pause=callback_data.pause)


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
    question = screens.ask_words(found, "clocks-ask-refusal", texts)
    await ask(call, state, Await.objection_refusal, question, ticket=found.ticket_id, pause=callback_data.pause)


@router.message(StateFilter(Await.objection_refusal), has_text)
async def refuse(message: Message, actor: Actor, db: UpdateDb, state: FSMContext) -> None:
    data = await state.get_data()
    await db.write(objections.decide, actor, data["ticket"], data["pause"], Verdict.REFUSED, message.text or "")
    await state.clear()

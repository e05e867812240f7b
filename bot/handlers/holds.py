"""A ticket is put on hold, goes on, or gets another moment; a moment may be typed."""

from datetime import UTC, datetime

from aiogram import F, Router
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.filters import has_text
from bot.screens import holds as screens
from bot.screens.hold_buttons import HoldDo, HoldFor, HoldLater, HoldLong, HoldTap, HoldUntil
from bot.show import answer, show
from bot.texts import Texts
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.domain.clock import StopReason
from core.services import holds

router = Router(name="holds")


class Await(StatesGroup):
    moment = State()


@router.callback_query(HoldTap.filter(F.do == HoldDo.RESUME))
async def resume(call: CallbackQuery, callback_data: HoldTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await db.write(holds.resume, actor, callback_data.ticket_id, callback_data.version)
    await answer(call, texts.plain("desk-resumed"))


@router.callback_query(HoldTap.filter(F.do == HoldDo.ASK))
async def ask_reason(call: CallbackQuery, callback_data: HoldTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await show(call, screens.reasons(await db.read(holds.choices, actor, callback_data.ticket_id), texts))


@router.callback_query(HoldTap.filter(F.do == HoldDo.ASK_LATER))
async def ask_later(
    call: CallbackQuery, callback_data: HoldTap, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    found = await db.read(holds.choices, actor, callback_data.ticket_id)
    await _await(state, callback_data.ticket_id, callback_data.version, None)
    await show(call, screens.moments(found, None, texts))


@router.callback_query(HoldFor.filter())
async def ask_until(
    call: CallbackQuery, callback_data: HoldFor, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    found = await db.read(holds.choices, actor, callback_data.ticket_id)
    await _await(state, callback_data.ticket_id, callback_data.version, callback_data.reason)
    await show(call, screens.moments(found, callback_data.reason, texts))


@router.callback_query(HoldUntil.filter())
async def hold(call: CallbackQuery, callback_data: HoldUntil, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    tap = callback_data
    until = datetime.fromtimestamp(tap.until * 60, UTC)
    await db.write(holds.hold, actor, tap.ticket_id, tap.version, tap.reason, until)
    await answer(call, texts.plain("desk-on-hold"))


@router.callback_query(HoldLater.filter())
async def extend(call: CallbackQuery, callback_data: HoldLater, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    tap = callback_data
    await db.write(holds.extend, actor, tap.ticket_id, tap.version, datetime.fromtimestamp(tap.until * 60, UTC))
    await answer(call, texts.plain("desk-on-hold"))


@router.callback_query(HoldLong.filter())
async def ask_desk(call: CallbackQuery, callback_data: HoldLong, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    tap = callback_data
    await db.write(holds.ask, actor, tap.ticket_id, tap.version, tap.reason)
    await answer(call, texts.plain("desk-asked-longer"), alert=True)


@router.message(StateFilter(Await.moment), has_text)
async def typed_moment(message: Message, actor: Actor, db: UpdateDb, state: FSMContext) -> None:
    data = await state.get_data()
    reason = StopReason(data["reason"]) if data.get("reason") else None
    await db.write(holds.until_typed, actor, data["ticket"], data["version"], reason, message.text or "")
    await state.clear()


async def _await(state: FSMContext, ticket_id: int, version: int, reason: StopReason | None) -> None:
    await state.set_state(Await.moment)
    await state.set_data({"ticket": ticket_id, "version": version, "reason": reason})

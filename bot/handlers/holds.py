"""A ticket is put on hold, goes on, or gets another moment; a moment may be typed.

Where a pause stops a promise to the client, a picture, a voice or a few words come last and begin it.
"""

from datetime import UTC, datetime

from aiogram import Bot, F, Router
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.filters import has_text
from bot.handlers.media import has_media, incoming_of, show_all
from bot.screens import holds as screens
from bot.screens.hold_buttons import HoldDo, HoldFor, HoldLater, HoldLong, HoldTap, HoldUntil
from bot.screens.hold_evidence import HoldMedia
from bot.show import answer, show
from bot.texts import Texts
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.domain.clock import StopReason
from core.domain.notice import Delivery
from core.services import hold_evidence, hold_plans, holds
from core.services.hold_evidence import Evidence
from core.services.hold_plans import HoldPlan

router = Router(name="holds")


class Await(StatesGroup):
    moment = State()
    evidence = State()


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
async def hold(
    call: CallbackQuery, callback_data: HoldUntil, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    tap = callback_data
    until = datetime.fromtimestamp(tap.until * 60, UTC)
    found = await db.read(hold_plans.plan, actor, tap.ticket_id, tap.version, tap.reason, until)
    if found.asks:
        await _await_evidence(state, found)
        await show(call, screens.ask_evidence(found, texts))
        return
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
async def typed_moment(message: Message, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext) -> None:
    data = await state.get_data()
    ticket, version, anew = data["ticket"], data["version"], Delivery.NEW
    until = await db.read(hold_plans.moment, actor, ticket, message.text or "")
    if not data.get("reason"):
        await db.write(holds.extend, actor, ticket, version, until, answer_with=anew)
        await state.clear()
        return
    found = await db.read(hold_plans.plan, actor, ticket, version, StopReason(data["reason"]), until)
    if found.asks:
        await _await_evidence(state, found)
        await show(message, screens.ask_evidence(found, texts))
        return
    await db.write(holds.hold, actor, ticket, version, found.reason, until, answer_with=anew)
    await state.clear()


@router.message(StateFilter(Await.evidence), has_text)
async def said(message: Message, actor: Actor, db: UpdateDb, state: FSMContext) -> None:
    await _begin(Evidence(message.text or ""), actor, db, state)


@router.message(StateFilter(Await.evidence), has_media)
async def pictured(message: Message, actor: Actor, db: UpdateDb, bot: Bot, state: FSMContext) -> None:
    await _begin(Evidence(message.caption or "", incoming_of(message, bot.id)), actor, db, state)


@router.callback_query(HoldMedia.filter())
async def show_evidence(
    call: CallbackQuery, callback_data: HoldMedia, actor: Actor, db: UpdateDb, texts: Texts, bot: Bot
) -> None:
    found = await db.read(hold_evidence.pictures, actor, bot.id, callback_data.hold)
    await show_all(call, bot, found, texts.plain("desk-no-evidence"))


async def _begin(evidence: Evidence, actor: Actor, db: UpdateDb, state: FSMContext) -> None:
    data = await state.get_data()
    reason, until = StopReason(data["reason"]), datetime.fromisoformat(data["until"])
    await db.write(
        holds.hold, actor, data["ticket"], data["version"], reason, until, evidence, answer_with=Delivery.NEW
    )
    await state.clear()


async def _await_evidence(state: FSMContext, found: HoldPlan) -> None:
    await state.set_state(Await.evidence)
    await state.set_data(
        {
            "ticket": found.ticket_id,
            "version": found.version,
            "reason": found.reason,
            "until": found.until.isoformat(),
        }
    )


async def _await(state: FSMContext, ticket_id: int, version: int, reason: StopReason | None) -> None:
    await state.set_state(Await.moment)
    await state.set_data({"ticket": ticket_id, "version": version, "reason": reason})

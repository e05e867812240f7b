"""/me: the score of a firm and its ledger; an event is disputed, decided, or shows something worse."""

from aiogram import F, Router
from aiogram.filters import Command, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.filters import has_text
from bot.screens import score as screens
from bot.screens.lists import PAGE
from bot.screens.score import DecideTap, DisputeTap, EventTap, FraudTap, LedgerTap
from bot.show import answer, ask, show, show_changed
from bot.texts import Texts
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.domain.block import BlockLevel
from core.domain.errors import Changed, NotAllowed
from core.services import block_requests, ledger, quality, quality_disputes

router = Router(name="score")


class Await(StatesGroup):
    dispute = State()
    dispute_refusal = State()
    fraud = State()


@router.message(Command("me"))
async def me(message: Message, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await show(message, screens.ledger(await db.read(ledger.mine, actor, limit=PAGE), texts))


@router.callback_query(LedgerTap.filter())
async def page(call: CallbackQuery, callback_data: LedgerTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    firm, offset = callback_data.contractor_id, callback_data.page * PAGE
    found = await db.read(ledger.page, actor, firm, offset=offset, limit=PAGE)
    await show(call, screens.ledger(found, texts))


@router.callback_query(EventTap.filter())
async def event(
    call: CallbackQuery, callback_data: EventTap, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    """Also the way back from a question: nothing is awaited any more."""
    card = await db.read(ledger.event, actor, callback_data.event_id)
    await state.clear()
    await show(call, screens.event(card, texts))


@router.callback_query(DisputeTap.filter())
async def ask_dispute(
    call: CallbackQuery, callback_data: DisputeTap, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    """What keeps it from being disputed is said before anybody writes."""
    await db.read(quality_disputes.check, actor, callback_data.event_id)
    card = await db.read(ledger.event, actor, callback_data.event_id)
    await ask(call, state, Await.dispute, screens.ask_dispute(card, texts), event=callback_data.event_id)


@router.message(StateFilter(Await.dispute), has_text)
async def dispute(message: Message, actor: Actor, db: UpdateDb, state: FSMContext) -> None:
    number = (await state.get_data())["event"]
    await db.write(quality_disputes.dispute, actor, number, message.text or "")
    await state.clear()


@router.callback_query(DecideTap.filter(F.upheld))
async def uphold(call: CallbackQuery, callback_data: DecideTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await db.write(quality_disputes.decide, actor, callback_data.event_id, True, "")
    await answer(call, texts.plain("score-saved"))


@router.callback_query(DecideTap.filter(~F.upheld))
async def ask_refusal(
    call: CallbackQuery, callback_data: DecideTap, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    card = await db.read(ledger.event, actor, callback_data.event_id)
    if not card.may_decide:
        raise Changed
    await ask(call, state, Await.dispute_refusal, screens.ask_refusal(card, texts), event=callback_data.event_id)


@router.message(StateFilter(Await.dispute_refusal), has_text)
async def refuse(message: Message, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext) -> None:
    number = (await state.get_data())["event"]
    try:
        await db.write(quality_disputes.decide, actor, number, False, message.text or "")
    except Changed:
        await show_changed(message, state, screens.event(await db.read(ledger.event, actor, number), texts), texts)
        return
    await state.clear()


@router.callback_query(FraudTap.filter())
async def ask_fraud(
    call: CallbackQuery, callback_data: FraudTap, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    card = await db.read(ledger.event, actor, callback_data.event_id)
    if not card.may_accuse:
        raise NotAllowed
    firm = (card.contractor_id, None, None, BlockLevel.SUSPENDED)
    cost = await db.read(block_requests.preview, actor, *firm)
    await ask(call, state, Await.fraud, screens.ask_fraud(card, cost, texts), event=callback_data.event_id)


@router.message(StateFilter(Await.fraud), has_text)
async def fraud(message: Message, actor: Actor, db: UpdateDb, state: FSMContext) -> None:
    number = (await state.get_data())["event"]
    await db.write(quality.fraud, actor, number, message.text or "")
    await state.clear()

"""When nobody takes a job: raise, widen, ask the client to move, another time."""

from functools import partial

from aiogram import F, Router
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.filters import has_text
from bot.screens import searches as screens
from bot.screens.searches import ChooseTime, NotSo, RaisePay
from bot.screens.taps import Do, TicketTap
from bot.show import answer, ask, show
from bot.texts import Texts
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.domain.errors import Changed
from core.domain.notice import Delivery
from core.services import cards, searches
from core.services.card_views import DeskCard

router = Router(name="searches")


class Await(StatesGroup):
    said = State()
    not_so = State()


@router.callback_query(TicketTap.filter(F.do == Do.RAISE))
async def ask_raise(call: CallbackQuery, callback_data: TicketTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    card = await db.read(cards.ticket, actor, callback_data.ticket_id)
    if not isinstance(card, DeskCard) or card.search is None:
        raise Changed
    await show(call, screens.ask_raise(card, texts))


@router.callback_query(RaisePay.filter())
async def raise_pay(call: CallbackQuery, callback_data: RaisePay, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    tap = callback_data
    await db.write(searches.raise_pay, actor, tap.ticket_id, tap.version, tap.percent)
    await answer(call, texts.plain("searches-raised-done"))


@router.callback_query(TicketTap.filter(F.do == Do.WIDEN))
async def widen(call: CallbackQuery, callback_data: TicketTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await db.write(searches.widen, actor, callback_data.ticket_id, callback_data.version)
    await answer(call, texts.plain("searches-widened-done"))


@router.callback_query(TicketTap.filter(F.do == Do.ASK_MOVE))
async def ask_move(call: CallbackQuery, callback_data: TicketTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await db.write(searches.ask_to_move, actor, callback_data.ticket_id, callback_data.version)
    await answer(call, texts.plain("searches-asked-client"))


@router.callback_query(TicketTap.filter(F.do == Do.OTHER_TIME))
async def other_time(call: CallbackQuery, callback_data: TicketTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    card = await db.read(cards.ticket, actor, callback_data.ticket_id)
    found = await db.read(searches.times, actor, callback_data.ticket_id)
    await show(call, screens.times(card.base, found, texts))


@router.callback_query(ChooseTime.filter())
async def choose_time(
    call: CallbackQuery, callback_data: ChooseTime, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    tap = callback_data
    start = screens.from_minute(tap.start)
    if actor.is_desk:
        card = await db.read(cards.ticket, actor, tap.ticket_id)
        question = screens.ask_said(card.base, start, texts)
        about = {"ticket": tap.ticket_id, "version": tap.version, "start": tap.start}
        await ask(call, state, Await.said, question, **about)
        return
    await db.write(searches.move, actor, tap.ticket_id, tap.version, start)
    await answer(call, texts.plain("searches-moved-done"))


@router.message(StateFilter(Await.said), has_text)
async def said(message: Message, actor: Actor, db: UpdateDb, state: FSMContext) -> None:
    data, words = await state.get_data(), message.text or ""
    start = screens.from_minute(data["start"])
    work = partial(searches.move, answer_with=Delivery.NEW)
    await db.write(work, actor, data["ticket"], data["version"], start, words)
    await state.clear()


@router.callback_query(NotSo.filter())
async def ask_not_so(
    call: CallbackQuery, callback_data: NotSo, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    base = (await db.read(cards.ticket, actor, callback_data.ticket_id)).base
    if base.named is None or base.named.word_id != callback_data.word or not base.named.may_disown:
        raise Changed
    question = screens.ask_not_so(base, base.named, texts)
    await ask(call, state, Await.not_so, question, ticket=base.ticket_id, word=callback_data.word)


@router.message(StateFilter(Await.not_so), has_text)
async def not_so(message: Message, actor: Actor, db: UpdateDb, state: FSMContext) -> None:
    data = await state.get_data()
    await db.write(searches.disown, actor, data["ticket"], data["word"], message.text or "")
    await state.clear()

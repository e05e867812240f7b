"""When nobody takes a job: raise, widen, ask the client to move, another time."""

from aiogram import F, Router
from aiogram.types import CallbackQuery

from bot.screens import searches as screens
from bot.screens.searches import ChooseTime, RaisePay
from bot.screens.taps import Do, TicketTap
from bot.show import answer, show
from bot.texts import Texts
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.domain.errors import Changed
from core.services import cards, searches
from core.services.cards import DeskCard

router = Router(name="searches")


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
async def choose_time(call: CallbackQuery, callback_data: ChooseTime, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    start = screens.from_minute(callback_data.start)
    await db.write(searches.move, actor, callback_data.ticket_id, callback_data.version, start)
    await answer(call, texts.plain("searches-moved-done"))

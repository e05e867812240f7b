"""The lines of a report: which work, how much. Numbers and words may be typed, the usual ones are tapped."""

from decimal import Decimal, InvalidOperation

from aiogram import Router
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.filters import has_text
from bot.screens import reports as screens
from bot.screens.reports import Lines, Work, Works
from bot.show import answer, show
from bot.texts import Texts
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.domain.errors import Changed, NumberInvalid
from core.services import cards, reports
from core.services.card_views import JobCard

router = Router(name="reports")

LONGEST_NUMBER = 12


class Await(StatesGroup):
    work = State()
    quantity = State()


@router.callback_query(Lines.filter())
async def lines(call: CallbackQuery, callback_data: Lines, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await show(call, screens.lines(await _card(callback_data, actor, db), texts))


@router.callback_query(Works.filter())
async def works(
    call: CallbackQuery, callback_data: Works, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    card = await _card(callback_data, actor, db)
    found = await db.read(reports.price_list, actor, callback_data.visit, "")
    await state.set_state(Await.work)
    await state.set_data({"visit": callback_data.visit, "ticket": callback_data.ticket_id})
    await show(call, screens.works(card, found, texts))


@router.message(StateFilter(Await.work), has_text)
async def find_work(message: Message, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext) -> None:
    data = await state.get_data()
    tap = Works(visit=data["visit"], ticket_id=data["ticket"])
    found = await db.read(reports.price_list, actor, tap.visit, message.text or "")
    await show(message, screens.works(await _card(tap, actor, db), found, texts, searched=True))


@router.callback_query(Work.filter())
async def work(
    call: CallbackQuery, callback_data: Work, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    if callback_data.milli is not None:
        await db.write(reports.put_line, actor, callback_data.visit, callback_data.service, callback_data.milli)
        await answer(call)
        return
    card = await _card(callback_data, actor, db)
    await state.set_state(Await.quantity)
    await state.set_data(
        {"visit": callback_data.visit, "ticket": callback_data.ticket_id, "service": callback_data.service}
    )
    await show(call, screens.ask_quantity(card, callback_data.service, texts))


@router.message(StateFilter(Await.quantity), has_text)
async def quantity(message: Message, actor: Actor, db: UpdateDb, state: FSMContext) -> None:
    data = await state.get_data()
    milli = thousandths(message.text or "")
    await db.write(reports.put_line, actor, data["visit"], data["service"], milli, is_typed=True)
    await state.clear()


def thousandths(typed: str) -> int:
    """`2,5` and `2.5` are 2500; more than three places, signs and words are no quantity."""
    text = typed.strip().replace(",", ".").replace("\u00a0", "").replace(" ", "")
    if not text.isascii() or len(text) > LONGEST_NUMBER or not text.replace(".", "", 1).isdigit():
        raise NumberInvalid(typed[:LONGEST_NUMBER])
    try:
        milli = Decimal(text) * 1000
    except InvalidOperation as error:
        raise NumberInvalid(typed[:LONGEST_NUMBER]) from error
    if milli != int(milli) or not milli:
        raise NumberInvalid(typed[:LONGEST_NUMBER])
    return int(milli)


async def _card(tap: Lines | Works | Work, actor: Actor, db: UpdateDb) -> JobCard:
    card = await db.read(cards.ticket, actor, tap.ticket_id)
    if not isinstance(card, JobCard) or card.visit_id != tap.visit or card.step is None:
        raise Changed
    return card

"""Another time for a visit: a window that is tapped, or a time that is typed."""

from datetime import UTC, datetime

from aiogram import Router
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.filters import has_text
from bot.screens import moves as screens
from bot.screens.moves import MoveTo
from bot.screens.steps import Days
from bot.show import answer, show
from bot.texts import Texts
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.services import moves

router = Router(name="moves")


class Await(StatesGroup):
    time = State()


@router.callback_query(Days.filter())
async def days(
    call: CallbackQuery, callback_data: Days, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    """Beside the windows a time may be typed."""
    found = await db.read(moves.options, actor, callback_data.visit, page=callback_data.page)
    await state.set_state(Await.time)
    await state.set_data({"visit": callback_data.visit, "was": found.starts_at.isoformat()})
    await show(call, screens.options(found, texts))


@router.callback_query(MoveTo.filter())
async def move(call: CallbackQuery, callback_data: MoveTo, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    start, was = (datetime.fromtimestamp(minute * 60, UTC) for minute in (callback_data.start, callback_data.was))
    await db.write(moves.move, actor, callback_data.visit, start, was=was)
    await answer(call, texts.plain("moves-answer"))


@router.message(StateFilter(Await.time), has_text)
async def typed(message: Message, actor: Actor, db: UpdateDb, state: FSMContext) -> None:
    data = await state.get_data()
    was = datetime.fromisoformat(data["was"])
    await db.write(moves.move_typed, actor, data["visit"], message.text or "", was)
    await state.clear()

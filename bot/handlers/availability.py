"""/free: offers on and off, night jobs, days off by a tap or typed, and the answer to "still with us?"."""

from aiogram import F, Router
from aiogram.filters import Command, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.filters import has_text
from bot.screens import availability as screens
from bot.screens.availability import AwayOn, DropAbsence, NightJobs, StillThere, SwitchOffers
from bot.show import answer, settle, show
from bot.texts import Texts
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.domain.errors import NotAllowed
from core.domain.role import CONTRACTOR_ROLES
from core.services import availability

router = Router(name="availability")


class Await(StatesGroup):
    days = State()


@router.message(Command("free"))
async def free(message: Message, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext) -> None:
    card = await db.read(availability.card, actor)
    await state.clear()
    await show(message, screens.card(card, texts))


@router.callback_query(SwitchOffers.filter())
async def switch(call: CallbackQuery, callback_data: SwitchOffers, actor: Actor, db: UpdateDb) -> None:
    await db.write(availability.switch, actor, callback_data.contractor_id, callback_data.on)
    await answer(call)


@router.callback_query(NightJobs.filter())
async def night(call: CallbackQuery, callback_data: NightJobs, actor: Actor, db: UpdateDb) -> None:
    await db.write(availability.night, actor, callback_data.contractor_id, callback_data.on)
    await answer(call)


@router.callback_query(AwayOn.filter(F.days.is_(None)))
async def ask_days(call: CallbackQuery, actor: Actor, texts: Texts, state: FSMContext) -> None:
    if not actor.has(*CONTRACTOR_ROLES):
        raise NotAllowed
    await state.set_state(Await.days)
    await show(call, screens.ask_days(texts))


@router.callback_query(AwayOn.filter())
async def away(call: CallbackQuery, callback_data: AwayOn, actor: Actor, db: UpdateDb) -> None:
    if callback_data.days is not None:
        await db.write(availability.add_days, actor, callback_data.days)
    await answer(call)


@router.message(StateFilter(Await.days), has_text)
async def typed_days(message: Message, actor: Actor, db: UpdateDb, state: FSMContext) -> None:
    """Days that cannot be read are refused in words, and the question stays open."""
    await db.write(availability.add_typed, actor, message.text or "")
    await state.clear()


@router.callback_query(DropAbsence.filter())
async def back(call: CallbackQuery, callback_data: DropAbsence, actor: Actor, db: UpdateDb) -> None:
    await db.write(availability.remove_absence, actor, callback_data.absence)
    await answer(call)


@router.callback_query(StillThere.filter())
async def still_there(call: CallbackQuery, callback_data: StillThere, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await db.write(availability.still_there, actor, callback_data.contractor_id, callback_data.yes)
    await settle(call, texts.plain("free-thanks" if callback_data.yes else "free-later"))

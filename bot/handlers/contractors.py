"""/contractor: search, the card, the desk's edits; a base is moved by sending its location."""

from aiogram import Router
from aiogram.filters import Command, CommandObject, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.filters import has_location, has_text
from bot.screens import contractors as screens
from bot.screens.contractors import (
    Contractors,
    EditContractor,
    PlaceBase,
    Serve,
    Served,
    SetField,
    Turn,
)
from bot.screens.lists import PAGE, mark
from bot.screens.taps import ShowContractor
from bot.show import answer, show
from bot.texts import Texts
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.domain.errors import NotAllowed, NotFound
from core.services import contractors
from core.services.contractors import ContractorField

router = Router(name="contractors")


class Await(StatesGroup):
    field = State()
    base = State()


@router.message(Command("contractor"))
async def contractor_list(message: Message, command: CommandObject, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    if not actor.is_operator:
        raise NotAllowed
    words = command.args or ""
    found = await db.read(contractors.find, actor, words, limit=PAGE)
    await show(message, screens.contractors(found, words, texts))


@router.callback_query(Contractors.filter())
async def turn_page(call: CallbackQuery, callback_data: Contractors, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    words, offset = callback_data.words, callback_data.page * PAGE
    found = await db.read(contractors.find, actor, words, offset=offset, limit=PAGE)
    await show(call, screens.contractors(found, words, texts))


@router.callback_query(ShowContractor.filter())
async def show_contractor(
    call: CallbackQuery, callback_data: ShowContractor, actor: Actor, db: UpdateDb, texts: Texts
) -> None:
    await show(call, screens.card(await db.read(contractors.card, actor, callback_data.contractor_id), texts))


@router.callback_query(EditContractor.filter())
async def edit_what(
    call: CallbackQuery, callback_data: EditContractor, actor: Actor, db: UpdateDb, texts: Texts
) -> None:
    await show(call, screens.edit(await db.read(contractors.card, actor, callback_data.contractor_id), texts))


@router.callback_query(SetField.filter())
async def ask_field(
    call: CallbackQuery, callback_data: SetField, actor: Actor, texts: Texts, state: FSMContext
) -> None:
    if not actor.is_desk:
        raise NotAllowed
    await state.set_state(Await.field)
    await state.set_data({"contractor": callback_data.contractor_id, "field": callback_data.field})
    await show(call, screens.ask_field(callback_data.field, texts))


@router.message(StateFilter(Await.field), has_text)
async def set_field(message: Message, actor: Actor, db: UpdateDb, state: FSMContext) -> None:
    """A value that does not fit is refused in words, and the question stays open."""
    asked = await state.get_data()
    field = ContractorField(asked["field"])
    await db.write(contractors.edit, actor, asked["contractor"], field, message.text or "")
    await state.clear()


@router.callback_query(Turn.filter())
async def turn(call: CallbackQuery, callback_data: Turn, actor: Actor, db: UpdateDb) -> None:
    firm, what, on = callback_data.contractor_id, callback_data.what, callback_data.on
    await db.write(contractors.switch, actor, firm, what, on)
    await answer(call)


@router.callback_query(PlaceBase.filter())
async def ask_base(
    call: CallbackQuery, callback_data: PlaceBase, actor: Actor, texts: Texts, state: FSMContext
) -> None:
    if not actor.is_desk:
        raise NotAllowed
    await state.set_state(Await.base)
    await state.set_data({"contractor": callback_data.contractor_id})
    await show(call, screens.ask_place(texts))


@router.message(StateFilter(Await.base), has_location)
async def place(message: Message, actor: Actor, db: UpdateDb, state: FSMContext) -> None:
    if message.location is None:
        return
    firm = (await state.get_data()).get("contractor", 0)
    await db.write(contractors.place, actor, firm, message.location.latitude, message.location.longitude)
    await state.clear()


@router.callback_query(Served.filter())
async def served(call: CallbackQuery, callback_data: Served, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    firm = await db.read(contractors.card, actor, callback_data.contractor_id)
    free = await db.read(contractors.free_regions, actor, callback_data.contractor_id)
    await show(call, screens.regions(firm, free, callback_data.page, texts))


@router.callback_query(Serve.filter())
async def serve(call: CallbackQuery, callback_data: Serve, actor: Actor, db: UpdateDb) -> None:
    number = callback_data.contractor_id
    known = (await db.read(contractors.card, actor, number)).regions
    known += await db.read(contractors.free_regions, actor, number)
    region = next((name for name in known if mark(name) == callback_data.region), None)
    if region is None:
        raise NotFound
    await db.write(contractors.serve_region, actor, number, region, callback_data.on)
    await answer(call)

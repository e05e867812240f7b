"""/sites: search by words, code or nearness; the card of a site and of a client; the desk's edits; QR stickers."""

import asyncio

from aiogram import Bot, Router
from aiogram.filters import Command, CommandObject, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import BufferedInputFile, CallbackQuery, Message

from bot.filters import has_location, has_text
from bot.screens import sites as screens
from bot.screens.lists import PAGE
from bot.screens.sites import (
    Clients,
    ClientSites,
    EditSite,
    NearMe,
    PlaceSite,
    Regions,
    SetField,
    ShowClient,
    ShowSite,
    Sites,
    Stickers,
)
from bot.show import answer, show
from bot.texts import Texts
from bot.update_db import UpdateDb
from core.domain.actor import Actor, Grant
from core.domain.errors import NotAllowed, NotFound
from core.domain.role import Role
from core.services import clients, memberships, sites
from core.services.sites import SiteField

router = Router(name="sites")


class Await(StatesGroup):
    near = State()
    site_field = State()
    place = State()


@router.message(Command("sites"))
async def site_list(message: Message, command: CommandObject, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    if not actor.is_operator and not actor.client_grants:
        raise NotAllowed
    words = command.args or ""
    found = await db.read(sites.find, actor, words, limit=PAGE)
    await show(message, screens.sites(found, words, texts, is_desk=actor.is_desk))


@router.callback_query(Sites.filter())
async def turn_page(call: CallbackQuery, callback_data: Sites, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    words, offset = callback_data.words, callback_data.page * PAGE
    found = await db.read(sites.find, actor, words, offset=offset, limit=PAGE)
    await show(call, screens.sites(found, words, texts, is_desk=actor.is_desk))


@router.callback_query(ClientSites.filter())
async def sites_of_client(
    call: CallbackQuery, callback_data: ClientSites, actor: Actor, db: UpdateDb, texts: Texts
) -> None:
    offset = callback_data.page * PAGE
    found = await db.read(sites.of_client, actor, callback_data.client_id, offset=offset, limit=PAGE)
    await show(call, screens.of_client(found, callback_data.client_id, texts))


@router.callback_query(NearMe.filter())
async def ask_where(call: CallbackQuery, texts: Texts, state: FSMContext) -> None:
    await state.set_state(Await.near)
    await show(call, screens.ask_place(texts))


@router.message(StateFilter(Await.near), has_location)
async def near(message: Message, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext) -> None:
    if message.location is None:
        return
    lat, lon = message.location.latitude, message.location.longitude
    found = await db.read(sites.near, actor, lat, lon, limit=PAGE)
    await state.clear()
    await show(message, screens.looking(texts))
    await show(message, screens.near(found, texts))


@router.callback_query(ShowSite.filter())
async def show_site(call: CallbackQuery, callback_data: ShowSite, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await show(call, screens.card(await db.read(sites.card, actor, callback_data.site_id), texts))


@router.callback_query(EditSite.filter())
async def edit_what(call: CallbackQuery, callback_data: EditSite, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await show(call, screens.edit(await db.read(sites.card, actor, callback_data.site_id), texts))


@router.callback_query(SetField.filter())
async def ask_field(
    call: CallbackQuery, callback_data: SetField, actor: Actor, texts: Texts, state: FSMContext
) -> None:
    if not actor.is_desk:
        raise NotAllowed
    await state.set_state(Await.site_field)
    await state.set_data({"site": callback_data.site_id, "field": callback_data.field})
    await show(call, screens.ask_field(callback_data.field, texts))


@router.message(StateFilter(Await.site_field), has_text)
async def set_field(message: Message, actor: Actor, db: UpdateDb, state: FSMContext) -> None:
    """A value that does not fit is refused in words, and the question stays open."""
    asked = await state.get_data()
    await db.write(sites.edit, actor, asked["site"], SiteField(asked["field"]), message.text or "")
    await state.clear()


@router.callback_query(PlaceSite.filter())
async def ask_place(
    call: CallbackQuery, callback_data: PlaceSite, actor: Actor, texts: Texts, state: FSMContext
) -> None:
    if not actor.is_desk:
        raise NotAllowed
    await state.set_state(Await.place)
    await state.set_data({"site": callback_data.site_id})
    await show(call, screens.ask_place(texts))


@router.message(StateFilter(Await.place), has_location)
async def place(message: Message, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext) -> None:
    if message.location is None:
        return
    site_id = (await state.get_data()).get("site", 0)
    lat, lon = message.location.latitude, message.location.longitude
    await show(message, screens.looking(texts))
    await db.write(sites.place, actor, site_id, lat, lon)
    await state.clear()


@router.callback_query(Clients.filter())
async def client_list(call: CallbackQuery, callback_data: Clients, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    found = await db.read(clients.listed, actor, offset=callback_data.page * PAGE, limit=PAGE)
    await show(call, screens.clients(found, texts))


@router.callback_query(ShowClient.filter())
async def show_client(call: CallbackQuery, callback_data: ShowClient, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    card = await db.read(clients.card, actor, callback_data.client_id)
    roles = frozenset(role for role in Role if memberships.may_give(actor, Grant(role)))
    await show(call, screens.client(card, texts, roles))


@router.callback_query(Regions.filter())
async def regions(call: CallbackQuery, callback_data: Regions, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    card = await db.read(clients.card, actor, callback_data.client_id)
    await show(call, screens.regions(card, callback_data.page, texts))


@router.callback_query(Stickers.filter())
async def stickers(
    call: CallbackQuery, callback_data: Stickers, actor: Actor, db: UpdateDb, texts: Texts, bot: Bot
) -> None:
    """One PDF for all sites of the client; typesetting takes seconds, so the tap is answered first."""
    if call.message is None:
        raise NotFound
    card = await db.read(clients.card, actor, callback_data.client_id)
    labels = await db.read(clients.labels, actor, callback_data.client_id)
    if not labels:
        raise NotFound
    await answer(call, screens.stickers_started(texts))
    name = (await bot.me()).username or ""
    pdf = await asyncio.to_thread(_typeset, labels, texts, name)
    await bot.send_document(call.message.chat.id, BufferedInputFile(pdf, f"QR {card.code}.pdf"))


def _typeset(labels: tuple[clients.Label, ...], texts: Texts, bot_name: str) -> bytes:
    from core.documents.stickers import Sticker, StickerTexts, sticker_sheets

    words = StickerTexts(
        title=texts.plain("sites-sticker-title"),
        instruction=texts.plain("sites-sticker-instruction"),
        operator=labels[0].operator if labels else "",
        lang=texts.language,
    )
    stickers = [Sticker(label.token, label.site, label.address, label.code) for label in labels]
    return sticker_sheets(stickers, words, bot=bot_name)

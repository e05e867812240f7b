"""/cover: the picture, then skills, regions and sites under it. Counting and drawing happen in threads."""

import asyncio

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot import cover_pictures
from bot.screens import cover as screens
from bot.screens.cover import CoverRegion, CoverSkill, ShowCover
from bot.screens.lists import PAGE, mark
from bot.show import show
from bot.texts import Texts
from bot.ui import Screen
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.domain.errors import NotFound
from core.services import cover
from storage.blobs import Blobs

router = Router(name="cover")


@router.message(Command("cover"))
async def whole(message: Message, actor: Actor, db: UpdateDb, blobs: Blobs, texts: Texts) -> None:
    await show(message, await _whole(0, actor, db, blobs, texts))


@router.callback_query(ShowCover.filter())
async def turn_page(
    call: CallbackQuery, callback_data: ShowCover, actor: Actor, db: UpdateDb, blobs: Blobs, texts: Texts
) -> None:
    await show(call, await _whole(callback_data.page, actor, db, blobs, texts))


@router.callback_query(CoverSkill.filter())
async def regions(
    call: CallbackQuery, callback_data: CoverSkill, actor: Actor, db: UpdateDb, blobs: Blobs, texts: Texts
) -> None:
    known = await db.read(cover.field, actor, skill_id=callback_data.skill_id)
    found = await asyncio.to_thread(cover.counted, known)
    (skill,) = found.skills
    photo = None
    if callback_data.page == 0:
        labels = screens.labels_of_skill(skill, found.enough, texts)
        photo = await cover_pictures.photo_of(blobs, cover.chart_of_skill(skill), labels)
    await show(call, screens.skill(skill, found.enough, callback_data.page, texts, photo))


@router.callback_query(CoverRegion.filter())
async def sites(call: CallbackQuery, callback_data: CoverRegion, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    known = await db.read(cover.regions, actor)
    region = next((name for name in known if mark(name) == callback_data.region), None)
    if region is None:
        raise NotFound
    offset = callback_data.page * PAGE
    found = await db.read(cover.cell, actor, callback_data.skill_id, region, offset=offset, limit=PAGE)
    await show(call, screens.cell(found, texts))


async def _whole(page: int, actor: Actor, db: UpdateDb, blobs: Blobs, texts: Texts) -> Screen:
    """The first page brings the picture, the others keep it."""
    found = await asyncio.to_thread(cover.counted, await db.read(cover.field, actor))
    photo = None
    if page == 0 and found.sites:
        photo = await cover_pictures.photo_of(blobs, cover.chart(found), screens.labels(found, texts))
    return screens.whole(found, page, texts, photo)

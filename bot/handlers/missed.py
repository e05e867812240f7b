"""`/missed`: what went by a contractor this week and why, page by page."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.screens import missed as screens
from bot.screens.lists import PAGE
from bot.screens.missed import MissedTap
from bot.show import show
from bot.texts import Texts
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.services import missed

router = Router(name="missed")


@router.message(Command("missed"))
async def listed(message: Message, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await show(message, screens.missed(await db.read(missed.of_week, actor, limit=PAGE), texts))


@router.callback_query(MissedTap.filter())
async def turn_page(call: CallbackQuery, callback_data: MissedTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    found = await db.read(missed.of_week, actor, offset=callback_data.page * PAGE, limit=PAGE)
    await show(call, screens.missed(found, texts))

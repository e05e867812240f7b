"""`/sla` and `/digest`: promised times that run, those that were broken, and the morning of the desk at any hour."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.screens import deadlines as screens
from bot.screens import digests as digest_screens
from bot.screens.deadlines import BrokenTap, SlaTap
from bot.screens.digests import RunningOutTap
from bot.screens.lists import PAGE
from bot.show import show
from bot.texts import Texts
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.services import deadlines, digests, running_out

router = Router(name="deadlines")


@router.message(Command("sla"))
async def running(message: Message, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await show(message, screens.running(await db.read(deadlines.running, actor, limit=PAGE), texts))


@router.message(Command("digest"))
async def digest(message: Message, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await show(message, digest_screens.digest(await db.read(digests.show, actor), texts))


@router.callback_query(SlaTap.filter())
async def turn(call: CallbackQuery, callback_data: SlaTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    tap = callback_data
    found = await db.read(deadlines.running, actor, offset=tap.page * PAGE, limit=PAGE, kind=tap.kind, pct=tap.pct)
    await show(call, screens.running(found, texts))


@router.callback_query(BrokenTap.filter())
async def broken(call: CallbackQuery, callback_data: BrokenTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    tap = callback_data
    found = await db.read(deadlines.broken, actor, offset=tap.page * PAGE, limit=PAGE, days=tap.days)
    await show(call, screens.broken(found, texts))


@router.callback_query(RunningOutTap.filter())
async def ending(call: CallbackQuery, callback_data: RunningOutTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    found = await db.read(running_out.page, actor, offset=callback_data.page * PAGE, limit=PAGE)
    await show(call, digest_screens.running_out(found, texts))

"""`/tickets`: the desk goes through open tickets with filters."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.screens import ticket_lists as screens
from bot.screens.lists import PAGE
from bot.screens.ticket_lists import By, DeskBy, DeskTap
from bot.show import show
from bot.texts import Texts
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.services import ticket_lists
from core.services.ticket_lists import Narrow, Option

router = Router(name="ticket_lists")

OPTIONS = {
    By.STATUS: ticket_lists.by_status,
    By.CLIENT: ticket_lists.by_client,
    By.REGION: ticket_lists.by_region,
}


@router.message(Command("tickets"))
async def listed(message: Message, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await show(message, screens.listed(await db.read(ticket_lists.of, actor, Narrow(), limit=PAGE), texts))


@router.callback_query(DeskTap.filter())
async def turned(call: CallbackQuery, callback_data: DeskTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    narrow = await _narrow(callback_data, actor, db)
    found = await db.read(ticket_lists.of, actor, narrow, offset=callback_data.page * PAGE, limit=PAGE)
    await show(call, screens.listed(found, texts))


@router.callback_query(DeskBy.filter())
async def options(call: CallbackQuery, callback_data: DeskBy, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    narrow = await _narrow(callback_data, actor, db)
    found: tuple[Option, ...] = await db.read(OPTIONS[callback_data.by], actor, narrow)
    await show(call, screens.options(found, callback_data, texts))


async def _narrow(tap: DeskTap | DeskBy, actor: Actor, db: UpdateDb) -> Narrow:
    """A button holds only the mark of a region; its name is found among those with tickets."""
    known = await db.read(ticket_lists.by_region, actor, Narrow()) if tap.region else ()
    return screens.narrow_of(tap, tuple(one.region for one in known))

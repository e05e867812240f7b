"""The last router: what nobody else wanted.

A button out of date is answered and redrawn; a text brings the menu and is said to have gone nowhere.
"""

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from bot.screens import menu as menu_screens
from bot.show import answer, redraw_card, show
from bot.texts import Texts
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.services import outbox

router = Router(name="stale")


@router.callback_query()
async def old_button(call: CallbackQuery, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await answer(call, texts.plain("error-changed"), alert=True)
    ticket_id = await _ticket_shown(call, actor, db)
    if ticket_id is None or not await redraw_card(call, ticket_id, actor, db, texts):
        await show(call, menu_screens.menu(actor, texts))


@router.message()
async def anything(message: Message, actor: Actor, texts: Texts) -> None:
    is_typed = bool(message.text) and not (message.text or "").startswith("/")
    await show(message, menu_screens.unheard(actor, texts) if is_typed else menu_screens.menu(actor, texts))


async def _ticket_shown(call: CallbackQuery, actor: Actor, db: UpdateDb) -> int | None:
    if call.message is None or actor.person_id is None:
        return None
    return await db.read(outbox.ticket_shown_in, actor.person_id, call.message.message_id)

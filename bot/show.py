"""Answers of a handler that are sent at once: a screen after a read, and the answer to a tap.

Everything that follows a write goes through the outbox instead. A lost race with Telegram (the message is gone, or
already looks so) is no error.
"""

import asyncio
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramRetryAfter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State
from aiogram.types import CallbackQuery, Message

from bot import posting
from bot.screens import cards as card_screens
from bot.texts import Texts
from bot.ui import Screen
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.services import cards

log = structlog.get_logger(__name__)

ANSWER_LIMIT = 200
#: A reader waits this long for a screen that Telegram asks to send later; beyond it he taps again.
PATIENCE_S = 10


async def show(event: CallbackQuery | Message, screen: Screen) -> None:
    """Draws the screen into the message of the tapped button, or sends it; answers the tap."""
    if isinstance(event, CallbackQuery):
        await _redraw(event, screen)
        await answer(event)
    else:
        await _send(_bot(event), event.chat.id, screen)


async def ask(call: CallbackQuery, state: FSMContext, what: State, question: Screen, **about: Any) -> None:
    """Asks for words: the next message of this person is the answer, and `about` is kept for it."""
    await state.set_state(what)
    await state.set_data(about)
    await show(call, question)


async def send_below(call: CallbackQuery, screen: Screen) -> None:
    """A message of its own: the tapped one stays what it is."""
    await answer(call)
    await _send(_bot(call), call.from_user.id, screen)


async def answer(call: CallbackQuery, text: str = "", *, alert: bool = False) -> None:
    """Ends the waiting of a tapped button; too late is as good as done."""
    try:
        await _bot(call).answer_callback_query(call.id, text=text[:ANSWER_LIMIT] or None, show_alert=alert or None)
    except (TelegramBadRequest, TelegramForbiddenError, TelegramRetryAfter) as error:
        log.info("a tap was not answered", reason=error.message)


async def show_changed(message: Message, state: FSMContext, fresh: Screen, texts: Texts) -> None:
    """His words came too late: nothing is awaited any more, and what was decided stands below."""
    await state.clear()
    await show(message, Screen(f"{texts('error-changed')}\n\n{fresh.text}", fresh.rows))


async def settle(call: CallbackQuery, text: str = "") -> None:
    """Answers a tap that is over for good: its message keeps its words and loses its buttons."""
    await answer(call, text)
    if call.message is None:
        return
    try:
        await _bot(call).edit_message_reply_markup(
            chat_id=call.message.chat.id, message_id=call.message.message_id, reply_markup=None
        )
    except (TelegramBadRequest, TelegramForbiddenError, TelegramRetryAfter) as error:
        log.info("buttons that are over stay", reason=error.message)


async def refresh(call: CallbackQuery, data: dict[str, Any]) -> None:
    """Draws the fresh card over the buttons that were out of date, if the tapped message shows a ticket."""
    ticket_id = getattr(data.get("callback_data"), "ticket_id", None)
    if ticket_id is not None:
        await redraw_card(call, ticket_id, data["actor"], data["db"], data["texts"])


async def redraw_card(call: CallbackQuery, ticket_id: int, actor: Actor, db: UpdateDb, texts: Texts) -> bool:
    """The ticket as it is now, in place of the tapped message; False when it is not for these eyes."""
    if actor.person_id is None:
        return False
    card = await db.read(cards.for_person, actor.person_id, ticket_id)
    if card is not None:
        await _redraw(call, card_screens.draw(card, texts))
    return card is not None


async def _redraw(call: CallbackQuery, screen: Screen) -> None:
    bot, message = _bot(call), call.message
    has_media = isinstance(message, Message) and bool(message.photo)
    if not isinstance(message, Message) or not posting.fits(screen, has_media=has_media):
        await _send(bot, message.chat.id if message else call.from_user.id, screen)
        return
    try:
        await posting.edit(bot, message.chat.id, message.message_id, screen, has_media=has_media)
    except TelegramBadRequest as error:
        if "message is not modified" not in error.message:
            log.info("a message could not be redrawn, sent anew", reason=error.message)
            await _send(bot, message.chat.id, screen)


async def _send(bot: Bot, chat_id: int, screen: Screen) -> None:
    try:
        await posting.send(bot, chat_id, screen)
    except TelegramForbiddenError as error:
        log.info("a reader has closed the chat", reason=error.message)
    except TelegramRetryAfter as error:
        if error.retry_after > PATIENCE_S:
            raise
        await asyncio.sleep(error.retry_after)
        await posting.send(bot, chat_id, screen)


def _bot(event: CallbackQuery | Message) -> Bot:
    if event.bot is None:
        raise RuntimeError("an event without its bot was not received by this program")
    return event.bot

"""Answers of a handler that are sent at once: a screen after a read, and the answer to a tap.

Everything that follows a write goes through the outbox instead. A lost race with Telegram (the message is gone, or
already looks so) is no error.
"""

import asyncio

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramRetryAfter
from aiogram.types import CallbackQuery, Message

import bot.posting as posting
from bot.ui import Screen

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


async def answer(call: CallbackQuery, text: str = "", *, alert: bool = False) -> None:
    """Ends the waiting of a tapped button; too late is as good as done."""
    try:
        await _bot(call).answer_callback_query(call.id, text=text[:ANSWER_LIMIT] or None, show_alert=alert or None)
    except (TelegramBadRequest, TelegramForbiddenError, TelegramRetryAfter) as error:
        log.info("a tap was not answered", reason=error.message)


async def _redraw(call: CallbackQuery, screen: Screen) -> None:
    bot, message = _bot(call), call.message
    has_media = isinstance(message, Message) and bool(message.photo)
    if not isinstance(message, Message) or not posting.fits(screen, has_media=has_media):
        await _send(bot, message.chat.id if message else call.from_user.id, screen)
        return
    try:
        await posting.edit(bot, message.chat.id, message.message_id, screen)
    except TelegramBadRequest as error:
        if "message is not modified" not in error.message:
            log.info("a message could not be redrawn, sent anew", reason=error.message)
            await _send(bot, message.chat.id, screen)


async def _send(bot: Bot, chat_id: int, screen: Screen) -> None:
    try:
        await posting.send(bot, chat_id, screen)
    except TelegramRetryAfter as error:
        if error.retry_after > PATIENCE_S:
            raise
        await asyncio.sleep(error.retry_after)
        await posting.send(bot, chat_id, screen)


def _bot(event: CallbackQuery | Message) -> Bot:
    if event.bot is None:
        raise RuntimeError("an event without its bot was not received by this program")
    return event.bot

"""How a screen becomes requests to Telegram: markup, long texts in parts, pictures with captions, edits.

Nothing here knows why a screen is sent; errors of Telegram are left to the caller.
"""

import html
import re
from typing import Any

from aiogram import Bot
from aiogram.types import (
    FSInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from bot.texts import Html
from bot.ui import Key, Screen

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
TAG = re.compile(r"<[^>]*>")

Photo = FSInputFile | str
Markup = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove


def units(text: str) -> int:
    """Length as Telegram counts it: UTF-16 units of what is left of the HTML."""
    return len(html.unescape(TAG.sub("", text)).encode("utf-16-le")) // 2


def markup(screen: Screen) -> Markup | None:
    if screen.keys is not None:
        return _keyboard(screen.keys)
    return inline(screen)


def inline(screen: Screen) -> InlineKeyboardMarkup | None:
    rows = [
        [InlineKeyboardButton(text=_plain(b.text), callback_data=b.data, url=b.url) for b in row] for row in screen.rows
    ]
    return InlineKeyboardMarkup(inline_keyboard=rows) if rows else None


def parts(text: str, limit: int = TEXT_LIMIT) -> list[str]:
    """The text in messages, cut between lines; a single line beyond the limit loses its markup and is cut inside."""
    if units(text) <= limit:
        return [text]
    done: list[str] = []
    current = ""
    for line in _lines(text, limit):
        longer = f"{current}\n{line}" if current else line
        if units(longer) <= limit:
            current = longer
        else:
            done.append(current)
            current = line
    return [part for part in (*done, current) if part.strip()]


async def send(bot: Bot, chat_id: int, screen: Screen, photo: Photo | None = None) -> list[Message]:
    """Sends the screen as one or more messages; the last one bears the buttons. `photo` may be a file id."""
    texts = parts(screen.text)
    buttons = markup(screen)
    sent: list[Message] = []
    if screen.photo is not None:
        picture = photo or FSInputFile(screen.photo)
        has_caption = len(texts) == 1 and units(texts[0]) <= CAPTION_LIMIT
        caption: dict[str, Any] = {"caption": texts.pop(), "reply_markup": buttons} if has_caption else {}
        sent.append(await bot.send_photo(chat_id, picture, **caption))
    for number, text in enumerate(texts, 1):
        last = number == len(texts)
        sent.append(await bot.send_message(chat_id, text, reply_markup=buttons if last else None))
    return sent


async def edit(
    bot: Bot, chat_id: int, message_id: int, screen: Screen, *, has_media: bool, photo: Photo | None = None
) -> None:
    """Redraws a message; one with a picture keeps it unless the screen brings another. Ask `fits` first."""
    where: dict[str, Any] = {"chat_id": chat_id, "message_id": message_id, "reply_markup": inline(screen)}
    if not has_media:
        await bot.edit_message_text(screen.text, **where)
    elif screen.photo is None:
        await bot.edit_message_caption(caption=screen.text, **where)
    else:
        media = InputMediaPhoto(media=photo or FSInputFile(screen.photo), caption=screen.text)
        await bot.edit_message_media(media, **where)


def fits(screen: Screen, *, has_media: bool) -> bool:
    """Whether the screen can be drawn into an existing message with or without a picture."""
    if screen.keys is not None or (screen.photo is not None and not has_media):
        return False
    return units(screen.text) <= (CAPTION_LIMIT if has_media else TEXT_LIMIT)


def _keyboard(keys: tuple[tuple[Key, ...], ...]) -> ReplyKeyboardMarkup | ReplyKeyboardRemove:
    if not keys:
        return ReplyKeyboardRemove()
    rows = [
        [
            KeyboardButton(
                text=_plain(key.text),
                request_location=key.kind == "location" or None,
                request_contact=key.kind == "contact" or None,
            )
            for key in row
        ]
        for row in keys
    ]
    return ReplyKeyboardMarkup(keyboard=rows, one_time_keyboard=True, resize_keyboard=True)


def _plain(text: str) -> str:
    return html.unescape(text) if isinstance(text, Html) else text


def _lines(text: str, limit: int) -> list[str]:
    lines: list[str] = []
    for line in text.split("\n"):
        if units(line) <= limit:
            lines.append(line)
            continue
        bare = html.unescape(TAG.sub("", line))
        size = limit // 2  # every character is one unit or two
        lines.extend(html.escape(bare[i : i + size], quote=False) for i in range(0, len(bare), size))
    return lines

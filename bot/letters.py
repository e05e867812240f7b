"""One letter of the outbox as requests to Telegram: a new message, a redrawn card, a stripped one, a command list.

It repairs what can be repaired at once (a message that is gone, broken markup, a file id no longer taken); every
other error is left to the pump.
"""

import asyncio
import hashlib
import html
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.types import FSInputFile, Message

from bot import commands, posting, rendering
from bot.rendering import PairsFor
from bot.telegram_errors import Verdict, judge
from bot.texts import escape
from bot.ui import Screen
from core.domain.notice import Delivery
from core.services import outbox, people
from core.services.outbox import Letter, Shown
from storage.db import Database
from storage.models.post import Card

log = structlog.get_logger(__name__)

T = TypeVar("T")

NOT_FOR_THESE_EYES = "nothing to say any more"


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it; `cancelled` says why nothing was sent."""

    cancelled: str = ""
    message_id: int | None = None
    shown: Shown | None = None
    commands_hash: str | None = None


class Letters:
    def __init__(self, db: Database, bot: Bot, pairs: PairsFor) -> None:
        self.db = db
        self.bot = bot
        self.pairs = pairs

    async def deliver(self, letter: Letter) -> Done:
        match letter.delivery:
            case Delivery.NEW:
                return await self._new(letter)
            case Delivery.EDIT if letter.ticket_id is None:
                return await self._edit_question(letter)
            case Delivery.EDIT:
                return await self._edit(letter)
            case Delivery.STRIP:
                return await self._strip(letter.chat_id, int(letter.data["message_id"]))
            case Delivery.COMMANDS:
                return await self._commands(letter)

    async def _new(self, letter: Letter) -> Done:
        screen = await rendering.render(self.db, letter, self.bot, self.pairs)
        if screen is None:
            return Done(cancelled=NOT_FOR_THESE_EYES)
        return await self._send(letter, screen)

    async def _edit(self, letter: Letter) -> Done:
        card = await self.db.read(outbox.card_of, letter.person_id, letter.ticket_id or 0)
        if card is None:
            return Done(cancelled="no card")
        screen = await rendering.render(self.db, letter, self.bot, self.pairs)
        if screen is None:
            await self._strip(card.chat_id, card.message_id)
            return Done(cancelled=NOT_FOR_THESE_EYES)
        content = await fingerprint(screen)
        if content == card.content_hash:
            return Done(message_id=card.message_id)
        if not posting.fits(screen, has_media=card.has_media):
            return await self._send(letter, screen)
        return await self._redraw(letter, card, screen, content)

    async def _edit_question(self, letter: Letter) -> Done:
        """A message that asked for a decision, named itself or by its letter; one that is gone is not sent anew."""
        message_id = letter.data.get("message_id")
        if message_id is None:
            message_id = await self.db.read(outbox.message_of, letter.data["letter"])
        screen = await rendering.render(self.db, letter, self.bot, self.pairs)
        if message_id is None or screen is None:
            return Done(cancelled=NOT_FOR_THESE_EYES)
        if not posting.fits(screen, has_media=False):
            return await self._strip(letter.chat_id, message_id)
        try:
            await posting.edit(self.bot, letter.chat_id, message_id, screen, has_media=False)
        except AiogramError as error:
            if judge(error).verdict not in (Verdict.SENT, Verdict.NO_MESSAGE):
                raise
        return Done(message_id=message_id)

    async def _redraw(self, letter: Letter, card: Card, screen: Screen, content: str) -> Done:
        async def attempt(shown: Screen, photo: posting.Photo | None) -> None:
            try:
                await posting.edit(
                    self.bot, card.chat_id, card.message_id, shown, has_media=card.has_media, photo=photo
                )
            except AiogramError as error:
                if judge(error).verdict is not Verdict.SENT:
                    raise

        try:
            await self._repairing(letter, screen, attempt)
        except AiogramError as error:
            if judge(error).verdict is not Verdict.NO_MESSAGE:
                raise
            return await self._send(letter, screen)
        return Done(message_id=card.message_id, shown=Shown(card.message_id, card.has_media, content))

    async def _send(self, letter: Letter, screen: Screen) -> Done:
        async def attempt(shown: Screen, photo: posting.Photo | None) -> list[Message]:
            return await posting.send(self.bot, letter.chat_id, shown, photo)

        messages = await self._repairing(letter, screen, attempt)
        await self._keep_file_id(screen, messages)
        last = messages[-1]
        is_card = rendering.is_card(letter) and screen.keys is None
        shown = Shown(last.message_id, bool(last.photo), await fingerprint(screen)) if is_card else None
        return Done(message_id=last.message_id, shown=shown)

    async def _repairing(
        self, letter: Letter, screen: Screen, attempt: Callable[[Screen, posting.Photo | None], Awaitable[T]]
    ) -> T:
        """Tries as it is; broken markup goes out as plain words, a refused file id as an upload. Each once."""
        photo = await self._photo(screen)
        try:
            return await attempt(screen, photo)
        except AiogramError as error:
            judged = judge(error)
            if judged.verdict is Verdict.PLAIN:
                log.error("markup of ours is broken, sent plain", letter=letter.id, reason=judged.reason)
                return await attempt(plain(screen), photo)
            if judged.verdict is Verdict.UPLOAD and screen.photo is not None:
                digest = await asyncio.to_thread(sha256, screen.photo)
                await self.db.write(outbox.keep_file_id, self.bot.id, digest, None)
                return await attempt(screen, FSInputFile(screen.photo))
            raise

    async def _strip(self, chat_id: int, message_id: int) -> Done:
        try:
            await self.bot.edit_message_reply_markup(chat_id=chat_id, message_id=message_id)
        except AiogramError as error:
            if judge(error).verdict not in (Verdict.SENT, Verdict.NO_MESSAGE):
                raise
        return Done(message_id=message_id)

    async def _commands(self, letter: Letter) -> Done:
        actor = await self.db.read(people.actor_of, letter.person_id, source=f"letter:{letter.id}")
        wanted = commands.fingerprint(actor.roles, actor.language)
        known = await self.db.read(outbox.commands_hash, letter.person_id)
        if wanted != known:
            await commands.set_for_chat(self.bot, letter.chat_id, actor.roles, actor.language)
        return Done(commands_hash=wanted)

    async def _photo(self, screen: Screen) -> posting.Photo | None:
        if screen.photo is None:
            return None
        digest = await asyncio.to_thread(sha256, screen.photo)
        known = await self.db.read(outbox.file_id, self.bot.id, digest)
        return known or FSInputFile(screen.photo)

    async def _keep_file_id(self, screen: Screen, messages: list[Message]) -> None:
        photo = next((message.photo for message in messages if message.photo), None)
        if screen.photo is not None and photo:
            digest = await asyncio.to_thread(sha256, screen.photo)
            await self.db.write(outbox.keep_file_id, self.bot.id, digest, photo[-1].file_id)


def plain(screen: Screen) -> Screen:
    words = escape(html.unescape(posting.TAG.sub("", screen.text)))
    return Screen(words, screen.rows, screen.photo, screen.keys)


async def fingerprint(screen: Screen) -> str:
    """Equal for screens that look the same, so that an edit which changes nothing is not sent."""
    picture = await asyncio.to_thread(sha256, screen.photo) if screen.photo is not None else ""
    return hashlib.sha256(repr((screen.text, screen.rows, picture)).encode()).hexdigest()


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""Buttons that were never drawn: raw callback updates fed to the bot, whose requests go nowhere but into a list."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.methods import AnswerCallbackQuery, GetMe, TelegramMethod
from aiogram.types import Chat, Message, User
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app import feeder
from bot.workers import Feed
from core.domain.actor import Actor
from core.services import inbox
from core.services.inbox import Claim
from core.settings import Settings
from storage.base import Base
from storage.blobs import Blobs
from storage.db import Database
from storage.models.people import Person
from tests.sandbox.conftest import TOKEN

_updates = count(1)
#: What every update may write: itself, the awaited text it ended, its own card.
_BOOKKEEPING = frozenset({"inbox", "dialog", "counter", "alembic_version"})

Rows = dict[tuple[str, tuple[Any, ...]], tuple[Any, ...]]


class Recorder(BaseSession):
    """Telegram that says yes to everything."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[TelegramMethod[Any]] = []

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:  # noqa: ASYNC109
        self.said.append(method)
        if isinstance(method, GetMe):
            return User(id=bot.id, is_bot=True, first_name="Наряд", username="naryad_bot")
        if type(method).__name__.startswith("Send"):
            return Message(message_id=1, date=datetime.now().astimezone(), chat=Chat(id=1, type="private"))
        return True

    async def stream_content(self, *args: Any, **kwargs: Any) -> AsyncGenerator[bytes, None]:
        yield b""

    async def close(self) -> None:
        return None


@dataclass
class Forger:
    db: Database
    folder: Path
    telegram: Recorder = field(default_factory=Recorder)

    def __post_init__(self) -> None:
        self.bot = Bot(TOKEN, session=self.telegram)
        settings = Settings(_env_file=None, media_dir=self.folder)  # type: ignore[call-arg]
        self.feed: Feed = feeder(self.bot, self.db, settings=settings, blobs=Blobs(self.folder), pictures=None)

    async def press(self, account: int, data: str) -> list[str]:
        """Everything that was said to it, in words; the answer to the tap by itself."""
        self.telegram.said.clear()
        raw = _tap(account, data)
        claim = await self.db.write(_stored, self.bot.id, raw)
        await self.feed(claim, raw)
        return [_words(one) for one in self.telegram.said if not isinstance(one, GetMe)]


async def rows(db: Database) -> Rows:
    """Everything the database holds, but for the traces of the update itself."""
    return await db.read(_rows)


async def account_of(db: Database, actor: Actor) -> int:
    def read(session: Session, *, now: datetime) -> int:
        return session.get_one(Person, actor.person_id).telegram_id or 0

    return await db.read(read)


def _words(method: TelegramMethod[Any]) -> str:
    text = getattr(method, "text", None) or getattr(method, "caption", None) or ""
    return text if isinstance(method, AnswerCallbackQuery) else f"{type(method).__name__}: {text}"


def _tap(account: int, data: str) -> dict[str, Any]:
    number = next(_updates)
    user = {"id": account, "is_bot": False, "first_name": "Кто-то"}
    chat = {"id": account, "type": "private", "first_name": "Кто-то"}
    message = {"message_id": 7, "date": 1_773_644_400, "chat": chat, "text": "старое сообщение"}
    query = {"id": str(number), "from": user, "chat_instance": "1", "message": message, "data": data}
    return {"update_id": number, "callback_query": query}


def _stored(session: Session, bot_id: int, raw: dict[str, Any], *, now: datetime) -> Claim:
    inbox.store(session, bot_id, [raw], now=now)
    (claim,) = inbox.claim(session, bot_id, 1, now=now)
    return claim


def _rows(session: Session, *, now: datetime) -> Rows:
    found: Rows = {}
    for table in Base.metadata.sorted_tables:
        if table.name in _BOOKKEEPING:
            continue
        width = len(table.primary_key.columns)
        for row in session.execute(select(*table.primary_key.columns, *table.columns)):
            found[table.name, tuple(row[:width])] = tuple(row[width:])
    return found

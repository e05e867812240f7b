"""The whole edge in this process: a sandbox, a database of the test, and receiver, workers and pump between them."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from aiogram import Bot
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import connection
from bot.app import feeder
from bot.delivery import Pump
from bot.limits import Bucket, Limits
from bot.receiver import Receiver
from bot.texts import Texts
from bot.workers import Feed, Workers
from core.services.inbox import Claim
from core.settings import Settings
from storage.db import Database
from storage.models.post import Inbox, Outbox
from tests.clock import HandClock
from tests.sandbox.conftest import TOKEN, Box, box

__all__ = ["box"]

T = TypeVar("T")

PATIENCE_S = 20.0


class QuickLimits(Limits):
    """Telegram's pace in a chat has tests of its own; here nobody waits for it."""

    def _new_bucket(self, chat_id: int, at: float) -> Bucket:
        return Bucket(1000, 1000, at)


@dataclass
class Edge:
    """`start()` is a process that begins, `stop()` one that got SIGTERM; both may be repeated on one database."""

    box: Box
    db: Database
    clock: HandClock
    media: Path
    bot: Bot
    limits: Limits
    feed: Feed
    picture: Path | None = None
    flooded: list[int] = field(default_factory=list)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.fresh()

    def fresh(self) -> None:
        self.workers = Workers(self.db, self.bot, self._handle)
        self.pump = Pump(self.db, self.bot, self.limits, self._pairs)
        self.receiver = Receiver(
            self.db,
            self.bot.id,
            connection.updates_url(self.bot),
            on_stored=self.workers.alarm.again,
            on_flood=self.note_flood,
        )

    async def _handle(self, claim: Claim, raw: dict[str, Any]) -> None:
        await self.feed(claim, raw)  # a test may change it on the way

    async def _pairs(self, ticket_id: int, texts: Texts) -> Path | None:
        return self.picture

    async def note_flood(self, lane: int) -> None:
        self.flooded.append(lane)

    def start(self, *parts: str) -> None:
        """All parts, or only the named ones."""
        for name in parts or ("receiver", "workers", "pump"):
            self.tasks.append(asyncio.create_task(getattr(self, name).run(self.stopping)))

    async def stop(self) -> None:
        self.stopping.set()
        self.workers.alarm.again()
        self.pump.alarm.again()
        done = await asyncio.gather(*self.tasks, return_exceptions=True)
        self.tasks.clear()
        self.stopping = asyncio.Event()
        self.fresh()
        for result in done:
            if isinstance(result, BaseException):
                raise result

    async def later(self, **by: float) -> None:
        """The clock moves and everybody looks round."""
        await self.receiver.clock_moves(timedelta(**by))
        self.clock.move(**by)
        self.workers.alarm.again()
        self.pump.alarm.again()

    async def rows(self, table: type[T]) -> list[T]:
        def read(session: Session, *, now: Any) -> list[T]:
            order = getattr(table, "seq", None) or table.__mapper__.primary_key[0]  # type: ignore[attr-defined]
            return list(session.scalars(select(table).order_by(order)))

        return await self.db.read(read)

    async def inbox(self) -> list[Inbox]:
        return await self.rows(Inbox)

    async def outbox(self) -> list[Outbox]:
        return await self.rows(Outbox)

    async def shown(self, chat: int) -> list[dict[str, Any]]:
        """What the phone shows from the bot, oldest first."""
        told = await self.box.sim("messages", token=TOKEN, chat=chat)
        return [one for one in told["messages"] if one["from"] == "bot"]

    async def texts(self, chat: int) -> list[str]:
        return [str(one["text"]) for one in await self.shown(chat)]

    async def until(self, check: Callable[[], Any], seconds: float = PATIENCE_S) -> None:
        """Waits until the asynchronous `check` is true."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if await check():
                return
            await asyncio.sleep(0.02)
        states = [(row.update_id, row.status, row.tries, row.error) for row in await self.inbox()]
        letters = [(row.id, row.notice, row.status, row.last_error) for row in await self.outbox()]
        raise AssertionError(f"it did not happen in time; inbox {states}; outbox {letters}")


@pytest.fixture
async def edge(box: Box, db: Database, clock: HandClock, tmp_path: Path) -> AsyncIterator[Edge]:
    limits = QuickLimits(1000)
    bot = connection.make_bot(TOKEN, box.base, None, limits)
    settings = Settings(_env_file=None, media_dir=tmp_path)  # type: ignore[call-arg]
    feed = feeder(bot, db, settings=settings, blobs=None, pictures=None)
    edge = Edge(box, db, clock, tmp_path, bot, limits, feed)
    yield edge
    box.world.faults.clear()
    await edge.stop()
    await bot.session.close()

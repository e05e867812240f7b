"""Handles stored updates: many lanes at once, one update at a time in each, in the order they came.

A failing update is tried again, then parked with its error; its lane goes on. Nothing is lost at a kill: what was
not finished is taken again when its lease runs out, and its effect and its end are one transaction.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError
from pydantic import ValidationError

from bot.wakeful import LOOK_ROUND_S, Alarm, bookkeeping, finish
from core.services import inbox
from core.services.inbox import Claim, Fate, LeaseLost
from storage.db import Database

log = structlog.get_logger(__name__)

LANES = 8
GRACE_S = 10.0
#: A tapped button that waits longer is answered before its turn, while Telegram still takes the answer.
TAP_PATIENCE = timedelta(seconds=1)
REMEMBERED_TAPS = 1000

Feed = Callable[[Claim, dict[str, Any]], Awaitable[None]]


class Workers:
    """`feed` handles one update and marks it done."""

    def __init__(self, db: Database, bot: Bot, feed: Feed) -> None:
        self.db = db
        self.bot = bot
        self.alarm = Alarm()
        self._feed = feed
        self._at_work: dict[int, Claim] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._answered: list[str] = []

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; then what runs is finished and the rest given back."""
        looked = time.monotonic()
        while not stop.is_set():
            if not await self._start_some():
                await self.alarm.wait()
            if time.monotonic() - looked >= LOOK_ROUND_S:
                looked = time.monotonic()
                await self._answer_waiting_taps()
        await finish(self._tasks, GRACE_S)
        if self._at_work:
            with bookkeeping():
                await self.db.write(inbox.release, tuple(self._at_work.values()))

    async def _start_some(self) -> bool:
        room = LANES - len(self._tasks)
        if room <= 0:
            return False
        try:
            with bookkeeping():
                claims = await self.db.write(inbox.claim, self.bot.id, room, busy=tuple(self._at_work))
        except Exception:
            log.exception("the inbox cannot be read")
            await asyncio.sleep(LOOK_ROUND_S)
            return False
        for claim in claims:
            self._at_work[claim.lane] = claim
            task = asyncio.create_task(self._work(claim), name=claim.source)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return False

    async def _work(self, claim: Claim) -> None:
        with structlog.contextvars.bound_contextvars(update_id=claim.update_id):
            try:
                await self._handle(claim)
            except Exception:
                log.exception("the fate of an update could not be written")
            self._at_work.pop(claim.lane, None)
            self.alarm.again()

    async def _handle(self, claim: Claim) -> None:
        try:
            await self._feed(claim, json.loads(claim.body))
        except LeaseLost:
            log.warning("an update was given to another worker")
        except ValidationError as error:
            # Not an update as our library knows it: another try would read the same.
            await self._failed(claim, error, hopeless=_is_unreadable(error))
        except Exception as error:
            await self._failed(claim, error, hopeless=False)

    async def _failed(self, claim: Claim, error: Exception, *, hopeless: bool) -> None:
        text = f"{type(error).__name__}: {error}"
        fate = await self.db.write(inbox.failed, claim, text, hopeless=hopeless)
        if fate is Fate.PARKED:
            log.error("an update is parked", incident=inbox.incident(claim), exc_info=error)
        else:
            log.warning("an update failed", fate=fate, exc_info=error)

    async def _answer_waiting_taps(self) -> None:
        try:
            waiting = await self.db.read(inbox.waiting_taps, self.bot.id, older_than=TAP_PATIENCE)
            for query_id in waiting:
                if query_id not in self._answered:
                    self._answered.append(query_id)
                    await self.bot.answer_callback_query(query_id)
        except AiogramError as error:
            log.info("a waiting tap was not answered", reason=str(error))
        except Exception:
            log.exception("waiting taps cannot be read")
        del self._answered[:-REMEMBERED_TAPS]


def _is_unreadable(error: ValidationError) -> bool:
    return error.title == "Update"

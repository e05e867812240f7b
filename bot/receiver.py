"""Long polling of our own: updates are stored before Telegram is told to forget them.

It reads raw JSON, so that one update which our library cannot understand blocks nothing. Another poller (409) or
a wrong token (401) ends the process; silence for three minutes does too, and a supervisor starts it anew.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import aiohttp
import structlog

from bot.wakeful import bookkeeping
from core.clock import SandboxClock
from core.services import guard, inbox
from core.services.inbox import Stored
from storage.db import Database

log = structlog.get_logger(__name__)

POLL_S = 50
BATCH = 100
#: How often it is noted that Telegram answers.
HEARD_EVERY_S = 60.0
LONGEST_BACKOFF_S = 60
SILENCE_S = 180.0
#: A flooding chat is told once in so long.
SLOW_DOWN_S = 30

#: After so long without an update Telegram may begin again with any number.
QUIET_WEEK_S = 6 * 24 * 3600.0

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")


class Fatal(Exception):
    """Nobody but a person can set this right."""


class TelegramSays(Exception):
    def __init__(self, code: int, words: str, retry_after: float = 0.0) -> None:
        super().__init__(f"{code} {words}")
        self.code, self.words, self.retry_after = code, words, retry_after


class Receiver:
    def __init__(
        self,
        db: Database,
        bot_id: int,
        url: str,
        *,
        on_stored: Callable[[], None],
        on_flood: Callable[[int], Awaitable[None]],
        connector: Callable[[], aiohttp.BaseConnector] | None = None,
    ) -> None:
        """`url` is …/bot<token>/getUpdates: it must never reach a log."""
        self.db = db
        self.bot_id = bot_id
        self._url = url
        self._on_stored = on_stored
        self._on_flood = on_flood
        self._connector = connector
        self._offset: int | None = None
        self._slowed: dict[int, float] = {}
        self._answered_at = self._last_update_at = time.monotonic()
        #: Nothing was heard yet, or nothing since it failed last: how long that was is told when it is over.
        self.is_deaf = True
        self._noted_at = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        self._offset = await self.db.read(inbox.resume_offset, self.bot_id)
        self._answered_at = time.monotonic()
        polling = asyncio.create_task(self._poll_for_ever(), name="polling")
        stopped = asyncio.create_task(stop.wait(), name="stop of polling")
        try:
            while not polling.done() and not stopped.done():
                await asyncio.wait({polling, stopped}, timeout=1, return_when=asyncio.FIRST_COMPLETED)
                if time.monotonic() - self._answered_at > SILENCE_S + POLL_S:
                    raise Fatal("Telegram has not answered for minutes")
            if polling.done():
                polling.result()
        finally:
            await _end(polling, stopped)

    async def _poll_for_ever(self) -> None:
        backoff = 1.0
        while True:
            try:
                # A session per failure: addresses may have changed meanwhile.
                async with self._session() as http:
                    while True:
                        await self._poll(http)
                        backoff = 1.0
            except TelegramSays as error:
                _raise_if_fatal(error)
                wait = max(error.retry_after, backoff)
                log.warning("telegram refuses to give updates", code=error.code, words=error.words, wait=wait)
            except (aiohttp.ClientError, TimeoutError, ValueError, OSError) as error:
                wait = backoff
                log.warning("telegram is out of reach", error=type(error).__name__, wait=wait)
            except Exception:
                wait = backoff
                log.exception("updates could not be stored", wait=wait)
            self.is_deaf = True
            await asyncio.sleep(wait)
            backoff = min(backoff * 2, LONGEST_BACKOFF_S)

    async def _poll(self, http: aiohttp.ClientSession) -> None:
        # Whoever was deaf asks at once and waits for nothing: people are heard from now on.
        wait = 0 if self.is_deaf else POLL_S
        params: dict[str, Any] = {"timeout": wait, "limit": BATCH, "allowed_updates": json.dumps(ALLOWED)}
        if self._offset is not None:
            params["offset"] = self._offset
        updates = await self._ask(http, params)
        self._answered_at = time.monotonic()
        if updates:
            await self._store(updates)
        elif time.monotonic() - self._last_update_at > QUIET_WEEK_S:
            self._offset = None
        await self._note_heard()

    async def _store(self, updates: list[dict[str, Any]]) -> None:
        self._last_update_at = time.monotonic()
        with bookkeeping():
            stored: Stored = await self.db.write(inbox.store, self.bot_id, updates)
        # Only now may Telegram forget them: the next request says so.
        self._offset = int(updates[-1]["update_id"]) + 1
        self._on_stored()
        for lane in stored.flooded:
            await self._tell_to_slow_down(lane)

    async def _note_heard(self) -> None:
        at = time.monotonic()
        if not self.is_deaf and at - self._noted_at < HEARD_EVERY_S:
            return
        # A loop that stood still heard nobody either, though nothing failed. A sandbox leaves time out on purpose.
        is_back = self.is_deaf or not isinstance(self.db.clock, SandboxClock)
        with bookkeeping():
            await self.db.write(guard.heard, is_back=is_back)
        self.is_deaf, self._noted_at = False, at

    async def clock_moves(self, by: timedelta) -> None:
        """On purpose, in a sandbox: whoever hears, hears at the time to come too."""
        if not self.is_deaf:
            with bookkeeping():
                await self.db.write(guard.heard_ahead, by)

    async def _tell_to_slow_down(self, lane: int) -> None:
        at = time.monotonic()
        self._slowed = {known: told for known, told in self._slowed.items() if at - told < SLOW_DOWN_S}
        if lane not in self._slowed:
            self._slowed[lane] = at
            await self._on_flood(lane)

    async def _ask(self, http: aiohttp.ClientSession, params: dict[str, Any]) -> list[dict[str, Any]]:
        async with http.post(self._url, data=params) as response:
            answer = json.loads(await response.text())
        if not isinstance(answer, dict):
            raise ValueError("the answer is no object")
        if not answer.get("ok"):
            after = (answer.get("parameters") or {}).get("retry_after", 0)
            raise TelegramSays(int(answer.get("error_code", 0)), str(answer.get("description", "")), float(after))
        return [one for one in answer["result"] if isinstance(one, dict) and isinstance(one.get("update_id"), int)]

    def _session(self) -> aiohttp.ClientSession:
        timeout = aiohttp.ClientTimeout(total=POLL_S + 15, connect=15)
        return aiohttp.ClientSession(timeout=timeout, connector=self._connector() if self._connector else None)


def _raise_if_fatal(error: TelegramSays) -> None:
    if error.code == 401:
        raise Fatal("Telegram does not know this BOT_TOKEN")
    if error.code == 409:
        raise Fatal("another program receives the updates of this bot; stop it first")
    if error.code == 404:
        raise Fatal("there is no Bot API for this BOT_TOKEN at TELEGRAM_API_URL")


async def _end(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

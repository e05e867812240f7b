"""How fast Telegram lets a bot speak: 25 messages a second over all, one a second per chat, 19 a minute per group.

Counted for everything that is sent, so that direct answers and the pump share one budget. Times are of the event
loop: a moved clock of the business changes nothing here.
"""

import time
from collections.abc import Callable
from typing import Any

from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.methods import TelegramMethod
from aiogram.methods.base import Response, TelegramType

CHAT_BURST = 3
GROUP_PER_MINUTE = 19
NEW_MESSAGES = ("send", "copy", "forward")


class Bucket:
    """`level` tokens left of `size`, refilled at `rate` a second; it may go below zero when speech was direct."""

    def __init__(self, size: float, rate: float, at: float) -> None:
        self.size, self.rate = size, rate
        self.level, self.at = size, at

    def wait(self, at: float) -> float:
        self._refill(at)
        return 0.0 if self.level >= 1 else (1 - self.level) / self.rate

    def take(self, at: float) -> None:
        self._refill(at)
        self.level -= 1

    def _refill(self, at: float) -> None:
        self.level = min(self.size, self.level + (at - self.at) * self.rate)
        self.at = at


class Limits(BaseRequestMiddleware):
    def __init__(self, overall_per_s: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._overall = Bucket(overall_per_s, overall_per_s, clock())
        self._chats: dict[int, Bucket] = {}
        self._paused_until = 0.0
        self._paused_chats: dict[int, float] = {}

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        chat_id: Any = getattr(method, "chat_id", None)
        if isinstance(chat_id, int):
            self.spend(chat_id, is_new=method.__api_method__.startswith(NEW_MESSAGES))
        return await make_request(bot, method)

    def spend(self, chat_id: int, *, is_new: bool = True) -> None:
        """An edit rings nowhere and counts only over all."""
        at = self._clock()
        self._overall.take(at)
        if is_new:
            self._chats.setdefault(chat_id, self._new_bucket(chat_id, at)).take(at)

    def pause(self, chat_id: int, seconds: float) -> None:
        """Telegram said 429 about a chat: it waits; when several chats are told so, everybody does."""
        at = self._clock()
        self._paused_chats = {chat: until for chat, until in self._paused_chats.items() if until > at}
        if any(chat != chat_id for chat in self._paused_chats):
            self._paused_until = max(self._paused_until, at + seconds)
        self._paused_chats[chat_id] = max(self._paused_chats.get(chat_id, 0.0), at + seconds)

    def wait_overall(self) -> float:
        at = self._clock()
        return max(self._paused_until - at, self._overall.wait(at), 0.0)

    def room(self) -> int:
        """How many messages may start now."""
        return 0 if self.wait_overall() > 0 else int(self._overall.level)

    def slow_chats(self) -> dict[int, float]:
        """Chats that must wait, with the seconds; the others are free."""
        at = self._clock()
        waits = {chat_id: bucket.wait(at) for chat_id, bucket in self._chats.items()}
        # A full bucket is no memory worth keeping.
        self._chats = {chat_id: bucket for chat_id, bucket in self._chats.items() if bucket.level < bucket.size}
        for chat_id, until in self._paused_chats.items():
            waits[chat_id] = max(waits.get(chat_id, 0.0), until - at)
        return {chat_id: wait for chat_id, wait in waits.items() if wait > 0}

    def _new_bucket(self, chat_id: int, at: float) -> Bucket:
        # Telegram's ids of groups are negative.
        if chat_id < 0:
            return Bucket(CHAT_BURST, GROUP_PER_MINUTE / 60, at)
        return Bucket(CHAT_BURST, 1.0, at)

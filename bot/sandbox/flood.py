"""The sending limits of Telegram: all chats, one chat with a short burst, one group per minute.

They run on real time, for the bot's pump waits in real time; edits count only for the overall limit.
"""

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.errors import too_many

CHAT_BURST = 5.0
MINUTE = 60.0


@dataclass
class Bucket:
    """Refills evenly up to its size; `take` answers how long to wait when it is empty."""

    rate: float
    size: float
    left: float
    at: float

    def refill(self, now: float) -> None:
        self.left = min(self.size, self.left + (now - self.at) * self.rate)
        self.at = now

    def wait(self, count: int) -> float:
        missing = min(float(count), self.size) - self.left
        return missing / self.rate if missing > 1e-9 else 0.0


@dataclass(frozen=True)
class Limits:
    per_sec: float | None = 30
    chat_per_sec: float | None = 1
    group_per_min: float | None = 20


class Flood:
    def __init__(self, limits: Limits, real: Callable[[], float] = time.monotonic) -> None:
        self._real = real
        self.set(limits)

    def set(self, limits: Limits) -> None:
        self.limits = limits
        self._buckets: dict[tuple[int, int | None], Bucket] = {}
        self._minutes: dict[tuple[int, int], deque[float]] = {}

    def check(self, bot: int, chat: int, count: int, *, new: bool) -> None:
        """Take `count` messages out of every bucket concerned, or none at all and refuse with 429."""
        now, limits = self._real(), self.limits
        buckets = self._bucket((bot, None), limits.per_sec, limits.per_sec, now)
        if new:
            burst = max(CHAT_BURST, limits.chat_per_sec or 0)
            buckets += self._bucket((bot, chat), limits.chat_per_sec, burst, now)
        minute = self._minute(bot, chat, now) if new and chat < 0 and limits.group_per_min else None
        waits = [bucket.wait(count) for bucket in buckets]
        if minute is not None and len(minute) + count > (limits.group_per_min or 0):
            waits.append(minute[0] + MINUTE - now if minute else MINUTE)
        if max(waits, default=0.0) > 0:
            raise too_many(max(1, math.ceil(max(waits))))
        for bucket in buckets:
            bucket.left -= count
        if minute is not None:
            minute.extend([now] * count)

    def _bucket(self, key: tuple[int, int | None], rate: float | None, size: float | None, now: float) -> list[Bucket]:
        if not rate or not size:
            return []
        bucket = self._buckets.setdefault(key, Bucket(rate, size, size, now))
        bucket.refill(now)
        return [bucket]

    def _minute(self, bot: int, chat: int, now: float) -> deque[float]:
        """When this group got its messages of the last minute."""
        sent = self._minutes.setdefault((bot, chat), deque())
        while sent and sent[0] <= now - MINUTE:
            sent.popleft()
        return sent

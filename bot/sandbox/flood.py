"""The sending limits of Telegram: all chats, one chat with a short burst, one group per minute.

They run on real time, for the bot's pump waits in real time; edits count only for the overall limit.
"""

import math
import time
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
        self._buckets: dict[tuple[str, int, int], Bucket] = {}

    def check(self, bot: int, chat: int, count: int, *, new: bool) -> None:
        """Take `count` messages out of every bucket concerned, or none at all and refuse with 429."""
        now = self._real()
        buckets = [self._bucket("all", bot, 0, self.limits.per_sec, self.limits.per_sec, now)]
        if new:
            rate = self.limits.chat_per_sec
            buckets.append(self._bucket("chat", bot, chat, rate, max(CHAT_BURST, rate or 0), now))
            per_minute = self.limits.group_per_min
            if chat < 0 and per_minute:
                buckets.append(self._bucket("group", bot, chat, per_minute / MINUTE, per_minute, now))
        present = [bucket for bucket in buckets if bucket is not None]
        wait = max((bucket.wait(count) for bucket in present), default=0.0)
        if wait > 0:
            raise too_many(max(1, math.ceil(wait)))
        for bucket in present:
            bucket.left -= count

    def _bucket(
        self, kind: str, bot: int, chat: int, rate: float | None, size: float | None, now: float
    ) -> Bucket | None:
        if not rate or not size:
            return None
        bucket = self._buckets.setdefault((kind, bot, chat), Bucket(rate, size, size, now))
        bucket.refill(now)
        return bucket

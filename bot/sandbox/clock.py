"""Sandbox time: real time plus an offset, followed by the bot's clock.

A jump is finished only when every present follower has said that what became due is done.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.sandbox.pulse import Pulse

PRESENT_SECONDS = 60
PATIENCE_SECONDS = 20.0


@dataclass
class Follower:
    seen: float
    done: int


class MovableClock:
    def __init__(self, real: Callable[[], float] = time.time) -> None:
        self._real = real
        self.offset = 0.0
        self.seq = 0
        self._followers: dict[str, Follower] = {}
        self._pulse = Pulse()

    def unix(self) -> float:
        return self._real() + self.offset

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.unix(), UTC)

    def state(self) -> dict[str, Any]:
        return {"now": self.now().isoformat(), "offset": self.offset, "seq": self.seq}

    async def follow(self, after: int, wait: float, name: str, alive: Callable[[], bool]) -> dict[str, Any]:
        """Answer when the clock has jumped past `after`; whoever dies while waiting is forgotten at once."""
        self._seen(name, after)
        deadline = time.monotonic() + wait
        while self.seq <= after and time.monotonic() < deadline and alive():
            await self._pulse.wait(min(deadline - time.monotonic(), 1.0))
        if alive():
            self._seen(name, after)
        else:
            self._followers.pop(name, None)
            self._pulse.beat()
        return self.state()

    def acknowledge(self, name: str, seq: int) -> None:
        self._seen(name, seq)
        self._pulse.beat()

    async def move(self, seconds: float, patience: float = PATIENCE_SECONDS) -> dict[str, Any]:
        self.offset += seconds
        self.seq += 1
        seq = self.seq
        self._pulse.beat()
        deadline = time.monotonic() + patience
        while self._late(seq) and time.monotonic() < deadline:
            await self._pulse.wait(min(deadline - time.monotonic(), 1.0))
        await asyncio.sleep(0)
        return {**self.state(), "followers": sorted(self.present()), "missing": sorted(self._late(seq))}

    def _seen(self, name: str, done: int) -> None:
        if not name:
            return
        before = self._followers.get(name)
        self._followers[name] = Follower(time.monotonic(), max(done, before.done if before else 0))

    def present(self) -> list[str]:
        oldest = time.monotonic() - PRESENT_SECONDS
        return [name for name, follower in self._followers.items() if follower.seen >= oldest]

    def _late(self, seq: int) -> list[str]:
        return [name for name in self.present() if self._followers[name].done < seq]

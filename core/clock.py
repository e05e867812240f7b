"""Where the time comes from: the machine, or a sandbox whose clock can be moved.

Only composition roots make a clock; everything else is told `now`. Both are safe to ask from any thread.
"""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    import aiohttp

log = structlog.get_logger(__name__)

WAIT_S = 25
RETRY_S = 1.0
LOOK_S = 5.0


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class SandboxClock:
    """Real time plus the offset of the sandbox at `url` (…/_sim/clock).

    After a jump `on_jump()` is awaited (it runs what became due) and only then is the jump acknowledged, so
    whoever moved the clock gets the answer when its consequences have happened.
    """

    def __init__(self, url: str, follower: str) -> None:
        self.url = url.rstrip("/")
        self.follower = follower
        self.offset = timedelta(0)
        self.seq: int | None = None
        #: Awaited with the span of a jump before anybody can see the new time.
        self.before_jump: Callable[[timedelta], Awaitable[object]] | None = None

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    async def look(self) -> None:
        """Once, before the first transaction of a process: a row must not carry the time of another clock."""
        import aiohttp

        try:
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=LOOK_S)) as http:
                self.offset, _ = await self._ask(http, {})
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            log.warning("sandbox clock is out of reach", error=str(error))

    async def run(self, on_jump: Callable[[], Awaitable[object]]) -> None:
        import aiohttp

        timeout = aiohttp.ClientTimeout(total=WAIT_S + 10, connect=5)
        async with aiohttp.ClientSession(timeout=timeout) as http:
            while True:
                try:
                    await self._follow_once(http, on_jump)
                except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                    log.warning("sandbox clock is out of reach", error=str(error))
                    await asyncio.sleep(RETRY_S)

    async def _follow_once(self, http: "aiohttp.ClientSession", on_jump: Callable[[], Awaitable[object]]) -> None:
        asked = {"follower": self.follower}
        if self.seq is not None:
            asked |= {"after": str(self.seq), "wait": str(WAIT_S)}
        offset, seq = await self._ask(http, asked)
        is_jump = self.seq is not None and seq != self.seq
        if is_jump and self.before_jump is not None:
            await _even_if_it_fails(functools.partial(self.before_jump, offset - self.offset))
        self.offset = offset
        if seq == self.seq:
            return
        self.seq = seq
        if is_jump:
            await _even_if_it_fails(on_jump)
        done = {"follower": self.follower, "seq": seq}
        async with http.post(f"{self.url}_done", json=done) as response:
            response.raise_for_status()

    async def _ask(self, http: "aiohttp.ClientSession", asked: dict[str, str]) -> tuple[timedelta, int]:
        async with http.get(self.url, params=asked) as response:
            response.raise_for_status()
            told = await response.json()
        told = told.get("result", told)
        return timedelta(seconds=float(told["offset"])), int(told["seq"])


async def _even_if_it_fails(on_jump: Callable[[], Awaitable[object]]) -> None:
    # A failed sweep is repeated by the timetable; the clock must go on being followed.
    try:
        await on_jump()
    except Exception:
        log.exception("what became due at a jump of the clock failed")

"""Where the time comes from: the machine, or a sandbox whose clock can be moved.

Only composition roots make a clock; everything else is told `now`. Both are safe to ask from any thread.
"""

import asyncio
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

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    async def look(self) -> None:
        """Once, before the first transaction of a process: a row must not carry the time of another clock."""
        import aiohttp

        try:
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=LOOK_S)) as http:
                await self._ask(http, {})
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
        seq = await self._ask(http, asked)
        if seq == self.seq:
            return
        is_jump, self.seq = self.seq is not None, seq
        if is_jump:
            await _even_if_it_fails(on_jump)
        done = {"follower": self.follower, "seq": seq}
        async with http.post(f"{self.url}_done", json=done) as response:
            response.raise_for_status()

    async def _ask(self, http: "aiohttp.ClientSession", asked: dict[str, str]) -> int:
        async with http.get(self.url, params=asked) as response:
            response.raise_for_status()
            told = await response.json()
        told = told.get("result", told)
        self.offset = timedelta(seconds=float(told["offset"]))
        return int(told["seq"])


async def _even_if_it_fails(on_jump: Callable[[], Awaitable[object]]) -> None:
    # A failed sweep is repeated by the timetable; the clock must go on being followed.
    try:
        await on_jump()
    except Exception:
        log.exception("what became due at a jump of the clock failed")

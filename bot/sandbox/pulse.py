"""A bell many may wait for: every beat wakes all who wait, each then looks again at its own condition."""

import asyncio
from contextlib import suppress


class Pulse:
    def __init__(self) -> None:
        self._event = asyncio.Event()

    def beat(self) -> None:
        event, self._event = self._event, asyncio.Event()
        event.set()

    async def wait(self, seconds: float) -> None:
        event = self._event
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, seconds)):
                await event.wait()

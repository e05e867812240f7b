"""Work that waits for news: woken by commits and events, with a slow look round for what other processes wrote.

Its own bookkeeping must not wake it again, or it would never sleep.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LOOK_ROUND_S = 1.0

_is_bookkeeping: ContextVar[bool] = ContextVar("is_bookkeeping", default=False)


@contextmanager
def bookkeeping() -> Iterator[None]:
    """Commits inside are nobody's news."""
    before = _is_bookkeeping.set(True)
    try:
        yield
    finally:
        _is_bookkeeping.reset(before)


class Alarm:
    """`ring` as a commit listener; `wait` sleeps until then, or until it is time to look round."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        if not _is_bookkeeping.get():
            self._event.set()

    def again(self) -> None:
        """Something of one's own is finished: look once more."""
        self._event.set()

    async def wait(self, at_most: float = LOOK_ROUND_S) -> None:
        try:
            async with asyncio.timeout(max(at_most, 0.001)):
                await self._event.wait()
        except TimeoutError:
            pass
        self._event.clear()


async def finish(tasks: set[asyncio.Task[None]], seconds: float) -> None:
    """Lets running work end by itself for a while, then cancels it."""
    if not tasks:
        return
    _, late = await asyncio.wait(tasks, timeout=seconds)
    for task in late:
        task.cancel()
    if late:
        await asyncio.wait(late)

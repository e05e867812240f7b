"""Runs a use case in one transaction: `await db.write(offers.accept, actor, offer_id)`.

The function is synchronous, gets `session` first and `now=` as a keyword, and is committed before the call
returns. On SQLite every write runs on one writer thread and every read wholly on one of a few reader threads;
cancelling the caller never leaves a unit half run.
"""

import asyncio
import contextvars
import functools
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session

from storage import engines

log = structlog.get_logger(__name__)

T = TypeVar("T")

SLOW_AFTER_S = 5.0
CONFLICT_ATTEMPTS = 12
#: After which outcomes a unit is run again, and how often each may befall it: PostgreSQL has undone the unit.
MOST_OF_EACH = {
    "40001": CONFLICT_ATTEMPTS,  # serialization failure
    "40P01": CONFLICT_ATTEMPTS,  # deadlock
    # Somebody has just inserted the same key: run again, the unit sees the row. A key that is doubled by a mistake
    # of ours stays doubled.
    "23505": 4,
    # A row was held for longer than `lock_timeout`, and each attempt takes that wait again.
    "55P03": 3,
}


class Clock(Protocol):
    def now(self) -> datetime: ...


@dataclass(slots=True)
class Unit:
    """One call of a use case; remembers how far it came, which decides whether it may be run again."""

    fn: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    clock: Clock
    is_committing: bool = field(default=False)

    def run(self, session: Session) -> Any:
        self.is_committing = False
        session.connection()  # opens the transaction, so that `now` follows the order of commits
        result = self.fn(session, *self.args, now=self.clock.now(), **self.kwargs)
        session.flush()
        self.is_committing = True
        return result

    @property
    def name(self) -> str:
        fn = self.fn.func if isinstance(self.fn, functools.partial) else self.fn
        return f"{fn.__module__}.{getattr(fn, '__qualname__', type(fn).__name__)}"


class Database:
    def __init__(self, url: str, clock: Clock, pair: engines.Pair, info: Mapping[str, Any]) -> None:
        self.url = url
        self.clock = clock
        self.info = dict(info)
        self.is_sqlite = engines.is_sqlite(url)
        self._listeners: list[Callable[[], None]] = []
        self._runner: asyncio.Runner | None = None
        self._writer, self._reader = pair.writer, pair.reader
        self._threads: dict[Engine, ThreadPoolExecutor] = {}
        for engine, count, name in ((pair.writer, 1, "writer"), (pair.reader, engines.SQLITE_READERS, "reader")):
            if isinstance(engine, Engine):
                self._threads[engine] = ThreadPoolExecutor(count, thread_name_prefix=f"sqlite-{name}")

    @classmethod
    def open(
        cls, url: str, clock: Clock, *, pool_size: int = 8, info: Mapping[str, Any] = MappingProxyType({})
    ) -> "Database":
        """`info` is found by every use case as `session.info`: the business numbers of this installation."""
        return cls(url, clock, engines.pair(url, pool_size), info)

    def on_commit(self, listener: Callable[[], None]) -> None:
        """`listener()` is called in the event loop after each committed write; it must return at once."""
        self._listeners.append(listener)

    async def write(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        unit = Unit(fn, args, kwargs, self.clock)
        result: T = await _to_the_end(self._write(unit))
        return result

    async def read(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        unit = Unit(fn, args, kwargs, self.clock)
        result: T = await _to_the_end(self._run(self._reader, unit))
        return result

    def write_sync(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """For the command line, which has no event loop; a Database is used either so or with `await`."""
        return self._own_loop().run(self.write(fn, *args, **kwargs))

    def read_sync(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        return self._own_loop().run(self.read(fn, *args, **kwargs))

    async def close(self) -> None:
        for engine, threads in self._threads.items():
            await asyncio.get_running_loop().run_in_executor(threads, engine.dispose)
            threads.shutdown(wait=True)
        if isinstance(self._writer, AsyncEngine):
            await self._writer.dispose()

    def close_sync(self) -> None:
        self._own_loop().run(self.close())
        self._own_loop().close()
        self._runner = None

    def _own_loop(self) -> asyncio.Runner:
        if self._runner is None:
            self._runner = asyncio.Runner()
        return self._runner

    async def _write(self, unit: Unit) -> Any:
        result = await self._run(self._writer, unit)
        self._tell_listeners()
        return result

    async def _run(self, engine: Engine | AsyncEngine, unit: Unit) -> Any:
        if isinstance(engine, AsyncEngine):
            return await _with_retries(unit, functools.partial(self._on_loop, engine, unit))
        context = contextvars.copy_context()  # the log lines of the unit keep the names of their update
        work = functools.partial(context.run, _on_thread, engine, unit, self.info)
        return await asyncio.get_running_loop().run_in_executor(self._threads[engine], work)

    async def _on_loop(self, engine: AsyncEngine, unit: Unit) -> Any:
        started = time.monotonic()
        try:
            async with AsyncSession(engine, expire_on_commit=False, info=self.info) as session, session.begin():
                return await session.run_sync(unit.run)
        finally:
            _warn_if_slow(unit, started)

    def _tell_listeners(self) -> None:
        for listener in self._listeners:
            try:
                listener()
            except Exception:
                # The unit is committed: its caller must not be told otherwise.
                log.exception("commit listener failed")


def _on_thread(engine: Engine, unit: Unit, info: dict[str, Any]) -> Any:
    started = time.monotonic()
    try:
        with Session(engine, expire_on_commit=False, info=info) as session, session.begin():
            return unit.run(session)
    finally:
        _warn_if_slow(unit, started)


def _warn_if_slow(unit: Unit, started: float) -> None:
    seconds = time.monotonic() - started
    if seconds > SLOW_AFTER_S:
        log.warning("long transaction", unit=unit.name, seconds=round(seconds, 1))


async def _with_retries(unit: Unit, attempt: Callable[[], Any]) -> Any:
    """Runs the whole unit again after a conflict (a few times), a wait for a row that was too long (fewer), or a lost
    connection (once).

    A connection lost during COMMIT is not retried: the unit may have been committed, and only its caller knows
    by which key to look.
    """
    reconnected, seen = False, Counter[str]()
    for number in range(1, CONFLICT_ATTEMPTS + 1):
        try:
            return await attempt()
        except (DBAPIError, OSError) as error:
            is_lost = _is_lost(error) and not unit.is_committing and not reconnected
            state = str(getattr(getattr(error, "orig", None), "sqlstate", None))
            seen[state] += 1
            if number == CONFLICT_ATTEMPTS or not (is_lost or seen[state] < MOST_OF_EACH.get(state, 0)):
                raise
            reconnected = reconnected or is_lost
            log.debug("unit is run again", unit=unit.name, attempt=number, error=type(error).__name__)
        await asyncio.sleep(random.uniform(0.5, 1.0) * 0.01 * min(2**number, 32))
    raise AssertionError("unreachable: the last attempt returns or raises")


def _is_lost(error: BaseException) -> bool:
    return isinstance(error, OSError) or bool(getattr(error, "connection_invalidated", False))


async def _to_the_end(work: Any) -> Any:
    """Waits for the unit even when the caller is cancelled: a cancelled caller learns it after the fact."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is None:
        return task.result()
    if not task.cancelled() and task.exception() is not None:
        log.warning("unit of a cancelled caller failed", error=repr(task.exception()))
    raise cancelled

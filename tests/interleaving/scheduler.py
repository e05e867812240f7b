"""A seeded scheduler: every actor is a greenlet that stops before each call of the database; a dice says who goes on.

Each actor has engines of its own on one file, as processes have. SQLite's lock is met without waiting and tried again
in virtual time. A crash is raised before the n-th call; the connections of the dead are closed without a word, and a
new process takes the same update up again.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from greenlet import greenlet
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from core.domain.errors import DomainError
from storage import engines

#: A lock that is never given back is a bug, not a wait.
MOST_TRIES = 2000
FAILED = "fails with"


class Crash(BaseException):
    """The process is killed: nothing in it may catch this."""


@dataclass
class Actor:
    """`act` makes reads and writes through its two hands. What it raises of the product's own errors is an answer."""

    name: str
    act: Callable[["Actor"], None]
    writer: Engine
    reader: Engine
    clock: Callable[[], datetime]
    #: Killed before this call of the database, counted over its whole life; 0: never.
    crash_at: int = 0
    calls: int = 0
    crashes: int = 0
    answer: str = ""
    greenlet: Any = None
    scheduler: Any = None
    waits: bool = False

    def read(self, fn: Callable[..., Any]) -> Any:
        return self._unit(self.reader, fn)

    def write(self, fn: Callable[..., Any]) -> Any:
        """One transaction; while somebody else holds the lock it is tried again."""
        return self._unit(self.writer, fn)

    def _unit(self, engine: Engine, fn: Callable[..., Any]) -> Any:
        for _ in range(MOST_TRIES):
            try:
                with Session(engine, expire_on_commit=False) as session, session.begin():
                    session.connection()  # as in the product the time is asked once the transaction is open
                    found = fn(session, now=self.clock())
                    session.flush()
            except OperationalError as error:
                if "locked" not in str(error):
                    raise
                self.scheduler.wait(self)
                continue
            finally:
                self.scheduler.wake()
            return found
        raise AssertionError(f"{self.name} never gets the lock")

    def close(self) -> None:
        self.writer.dispose()
        self.reader.dispose()


class Scheduler:
    def __init__(self, seed: int, actors: list[Actor]) -> None:
        self.dice = Random(seed)
        self.actors = actors
        self.trace: list[str] = []
        self._hub: Any = None

    def run(self) -> str:
        """To the end of everybody; returns the fingerprint of what happened in what order."""
        self._hub = greenlet.getcurrent()
        for actor in self.actors:
            actor.scheduler, actor.greenlet = self, greenlet(self._life)
            actor.greenlet.switch(actor)
        while alive := [actor for actor in self.actors if not actor.greenlet.dead]:
            self.dice.choice([one for one in alive if not one.waits] or alive).greenlet.switch()
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()

    def before_call(self, what: str) -> None:
        """Called in the actor's greenlet, before the database is; outside of a run it does nothing."""
        actor = next((one for one in self.actors if one.greenlet is greenlet.getcurrent()), None)
        if actor is None:
            return
        self._hub.switch()
        actor.calls += 1
        self.trace.append(f"{actor.name} {what}")
        if actor.calls == actor.crash_at:
            raise Crash

    def wait(self, actor: Actor) -> None:
        """Until whoever holds the lock has given it back."""
        actor.waits = True
        self._hub.switch()
        actor.waits = False

    def wake(self) -> None:
        for actor in self.actors:
            actor.waits = False

    def _life(self, actor: Actor) -> None:
        self._hub.switch()
        while True:
            try:
                actor.act(actor)
                actor.answer = actor.answer or "done"
            except DomainError as error:
                actor.answer = type(error).__name__
            except Crash:
                actor.crashes += 1
                actor.close()
                self.wake()
                self.trace.append(f"{actor.name} is killed")
                continue
            except Exception as error:  # nobody's answer: the story ends with a fault that the test will tell
                actor.answer = f"{FAILED} {type(error).__name__}: {error}"
            self.trace.append(f"{actor.name}: {actor.answer.splitlines()[0]}")
            return


class Hands:
    """Engines that last over many seeds, so that statements are compiled once; their file is replaced below them."""

    def __init__(self, url: str, now: datetime) -> None:
        self.url = url
        self.now = now
        self.scheduler: Scheduler | None = None
        self._engines: list[Engine] = []

    def actor(self, name: str, act: Callable[[Actor], None], **fields: Any) -> Actor:
        number = int(fields.pop("place"))
        while len(self._engines) <= 2 * number + 1:
            self._engines += [self._own(engines.sqlite_writer(self.url)), self._own(engines.sqlite_reader(self.url, 1))]
        return Actor(name, act, self._engines[2 * number], self._engines[2 * number + 1], self._tick, **fields)

    def _tick(self) -> datetime:
        self.now += timedelta(microseconds=1)
        return self.now

    def close(self) -> None:
        for engine in self._engines:
            engine.dispose()

    def _own(self, engine: Engine) -> Engine:
        @event.listens_for(engine, "connect")
        def on_connect(connection: Any, _: Any) -> None:
            connection.execute("PRAGMA busy_timeout=0")
            connection.execute("PRAGMA synchronous=OFF")

        @event.listens_for(engine, "before_cursor_execute")
        def before(_c: Any, _cursor: Any, statement: str, _p: Any, _x: Any, _many: bool) -> None:
            self._before(" ".join(statement.split()[:3]))

        @event.listens_for(engine, "commit")
        def on_commit(_: Any) -> None:
            self._before("COMMIT")

        return engine

    def _before(self, what: str) -> None:
        if self.scheduler is not None:
            self.scheduler.before_call(what)

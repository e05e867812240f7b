"""Two units of work that are really open at the same time, each on a connection and a thread of its own."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.domain.errors import DomainError
from storage.db import Clock, Database

PATIENCE_S = 20
#: A use case and what it is given after the session.
Act = tuple[Any, ...]


class Rivals:
    """Both see the rows as they were before either writes. SQLite lets one writer in at a time, so there they start
    together and no more."""

    def __init__(self, url: str, clock: Clock) -> None:
        self._databases = [Database.open(url, clock) for _ in range(2)]
        self._threads = [ThreadPoolExecutor(1) for _ in self._databases]

    def race(self, one: Act, two: Act) -> list[str]:
        """What came of each: "done", or the name of the refusal."""
        meeting = Barrier(2)
        ways = zip(self._threads, self._databases, (one, two), strict=True)
        running = [thread.submit(_run, db, meeting, act) for thread, db, act in ways]
        return [run.result(PATIENCE_S) for run in running]

    def close(self) -> None:
        for thread, db in zip(self._threads, self._databases, strict=True):
            thread.submit(db.close_sync).result(PATIENCE_S)
            thread.shutdown()


def _run(db: Database, meeting: Barrier, act: Act) -> str:
    has_met = False

    def unit(session: Session, *, now: datetime) -> None:
        """The first try waits for the other with its snapshot taken; run again it finds what the other has done."""
        nonlocal has_met
        if not has_met and not db.is_sqlite:
            has_met = True
            session.execute(text("SELECT count(*) FROM ticket"))
            meeting.wait(PATIENCE_S)
        fn, *given = act
        fn(session, *given, now=now)

    if db.is_sqlite:
        meeting.wait(PATIENCE_S)
    try:
        db.write_sync(unit)
    except DomainError as error:
        return type(error).__name__
    return "done"

"""A unit of work is whole or nothing, whoever else writes and whoever loses patience."""

import asyncio
import time
import traceback
from datetime import datetime
from functools import partial

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.util import await_only

from storage.db import Database
from tests.clock import HandClock

CREATE = "CREATE TABLE tally (id INTEGER PRIMARY KEY, n INTEGER NOT NULL)"


def create(session: Session, *, now: datetime) -> None:
    session.execute(text(CREATE))
    session.execute(text("INSERT INTO tally VALUES (1, 0)"))


def total(session: Session, *, now: datetime) -> int:
    return int(session.scalar(text("SELECT n FROM tally WHERE id = 1")) or 0)


def add(session: Session, amount: int = 1, *, now: datetime) -> int:
    """Reads, thinks, writes: the pattern that loses updates where transactions are careless."""
    n = total(session, now=now)
    time.sleep(0.001)
    session.execute(text("UPDATE tally SET n = :n WHERE id = 1"), {"n": n + amount})
    return n + amount


def add_and_fail(session: Session, *, now: datetime) -> None:
    add(session, now=now)
    raise RuntimeError("after the write")


async def test_no_update_of_many_at_once_is_lost(db: Database) -> None:
    await db.write(create)

    await asyncio.gather(*(db.write(add) for _ in range(40)))

    assert await db.read(total) == 40


async def test_two_databases_on_one_store_lose_nothing_either(db: Database, database_url: str) -> None:
    await db.write(create)
    other = Database.open(database_url, HandClock())

    await asyncio.gather(*(store.write(add) for store in (db, other) for _ in range(20)))

    assert await db.read(total) == 40
    await other.close()


async def test_a_failed_unit_leaves_nothing(db: Database) -> None:
    await db.write(create)

    with pytest.raises(RuntimeError, match="after the write"):
        await db.write(add_and_fail)

    assert await db.read(total) == 0


async def test_a_read_cannot_write(db: Database) -> None:
    await db.write(create)

    with pytest.raises(DBAPIError):
        await db.read(add)

    assert await db.read(total) == 0


async def test_a_cancelled_caller_learns_it_only_when_its_unit_is_whole(db: Database) -> None:
    await db.write(create)
    started = asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow_add(session: Session, *, now: datetime) -> None:
        loop.call_soon_threadsafe(started.set)
        add(session, now=now)
        session.execute(text("UPDATE tally SET n = n + 1 WHERE id = 1"))

    task = asyncio.create_task(db.write(slow_add))
    await started.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert await db.read(total) == 2


async def test_two_hundred_cancellations_leave_no_half_unit(db: Database) -> None:
    await db.write(create)

    def twice(session: Session, *, now: datetime) -> None:
        session.execute(text("UPDATE tally SET n = n + 1 WHERE id = 1"))
        session.execute(text("UPDATE tally SET n = n + 1 WHERE id = 1"))

    tasks = [asyncio.create_task(db.write(twice)) for _ in range(200)]
    for number, task in enumerate(tasks):
        if number % 3:
            await asyncio.sleep(0)
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

    assert await db.read(total) % 2 == 0
    assert await db.write(add) == await db.read(total)


async def test_the_unit_is_told_the_time_of_the_clock(db: Database, clock: HandClock) -> None:
    moment = clock.move(hours=5)

    assert await db.write(lambda session, *, now: now) == moment
    assert await db.read(lambda session, *, now: now) == moment


async def test_listeners_hear_of_commits_and_of_nothing_else(db: Database) -> None:
    heard: list[int] = []
    await db.write(create)
    db.on_commit(lambda: heard.append(1))

    await db.write(add)
    await db.read(total)
    with pytest.raises(RuntimeError):
        await db.write(add_and_fail)

    assert heard == [1]


async def test_a_broken_listener_does_not_unsay_a_commit(db: Database) -> None:
    await db.write(create)
    db.on_commit(lambda: 1 / 0)

    assert await db.write(add) == 1
    assert await db.read(total) == 1


async def test_a_read_sees_one_moment(db: Database) -> None:
    await db.write(create)
    reading, written, loop = asyncio.Event(), asyncio.Event(), asyncio.get_running_loop()
    seen: list[int] = []

    def look_twice(session: Session, *, now: datetime) -> None:
        seen.append(total(session, now=now))
        loop.call_soon_threadsafe(reading.set)
        if db.is_sqlite:  # on a thread of its own
            asyncio.run_coroutine_threadsafe(written.wait(), loop).result(timeout=10)
        else:
            await_only(written.wait())
        seen.append(total(session, now=now))

    reader = asyncio.create_task(db.read(look_twice))
    await reading.wait()
    await db.write(add)
    written.set()
    await reader

    assert seen == [0, 0]
    assert await db.read(total) == 1


async def test_a_long_transaction_is_named_in_the_log(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.db.SLOW_AFTER_S", 0.0)

    with structlog.testing.capture_logs() as lines:
        await db.write(create)

    assert [line["unit"] for line in lines if line["event"] == "long transaction"] == [
        f"{__name__}.create",
    ]


async def test_a_unit_survives_the_loss_of_its_connection(db: Database) -> None:
    if db.is_sqlite:
        pytest.skip("an embedded database has no connection to lose")
    await db.write(create)
    tries: list[int] = []

    def cut_then_add(session: Session, *, now: datetime) -> None:
        tries.append(1)
        add(session, now=now)
        if len(tries) == 1:
            session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    await db.write(cut_then_add)

    assert len(tries) == 2
    assert await db.read(total) == 1


async def test_a_connection_lost_in_every_attempt_is_an_error_not_a_loop(db: Database) -> None:
    if db.is_sqlite:
        pytest.skip("an embedded database has no connection to lose")
    tries: list[int] = []

    def cut(session: Session, *, now: datetime) -> None:
        tries.append(1)
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(DBAPIError):
        await db.write(cut)
    assert len(tries) == 2


class Held:
    """A unit that wants a row which another holds; its patience is short. The holder lets go at the attempt `until`."""

    def __init__(self, until: int) -> None:
        self.until = until
        self.tries = 0
        self.taken, self.let_go = asyncio.Event(), asyncio.Event()

    def hold(self, session: Session, *, now: datetime) -> None:
        session.execute(text("SELECT n FROM tally WHERE id = 1 FOR UPDATE"))
        self.taken.set()
        await_only(self.let_go.wait())

    def want(self, session: Session, *, now: datetime) -> None:
        self.tries += 1
        if self.tries == self.until:
            self.let_go.set()
        session.execute(text(f"SET LOCAL lock_timeout = '{100 if self.tries < self.until else 3000}ms'"))
        session.execute(text("UPDATE tally SET n = n + 1 WHERE id = 1"))


@pytest.mark.parametrize("until", [2, 3])
async def test_a_unit_that_waited_too_long_for_a_row_is_run_again(db: Database, until: int) -> None:
    if db.is_sqlite:
        pytest.skip("an embedded database has one writer, and no row to wait for")
    await db.write(create)
    held = Held(until)
    holder = asyncio.create_task(db.write(held.hold))
    await held.taken.wait()

    await db.write(held.want)
    await holder

    assert held.tries == until
    assert await db.read(total) == 1


async def test_a_row_that_is_never_let_go_is_an_error_not_a_loop(db: Database) -> None:
    if db.is_sqlite:
        pytest.skip("an embedded database has one writer, and no row to wait for")
    await db.write(create)
    held = Held(until=99)
    holder = asyncio.create_task(db.write(held.hold))
    await held.taken.wait()

    with pytest.raises(DBAPIError):
        await db.write(held.want)

    assert held.tries == 3
    held.let_go.set()
    await holder
    assert await db.read(total) == 0


def test_the_command_line_needs_no_event_loop(database_url: str, clock: HandClock) -> None:
    database = Database.open(database_url, clock)

    database.write_sync(create)
    database.write_sync(add)

    assert database.read_sync(total) == 1
    database.close_sync()


def test_a_database_in_memory_is_refused(clock: HandClock) -> None:
    with pytest.raises(ValueError, match="needs a file"):
        Database.open("sqlite+aiosqlite:///:memory:", clock)


WORDS = "Секретова Анна, второй подъезд"


def keep_words(session: Session, *, now: datetime) -> None:
    session.execute(text("CREATE TABLE told (words TEXT NOT NULL UNIQUE, n INTEGER CHECK (n > 0))"))
    say(session, 1, now=now)


def say(session: Session, n: int, *, now: datetime) -> None:
    session.execute(text("INSERT INTO told VALUES (:words, :n)"), {"words": WORDS, "n": n})


def look_for_nothing(session: Session, *, now: datetime) -> None:
    session.execute(text("SELECT nothing FROM told WHERE words = :words"), {"words": WORDS})


async def test_an_error_says_nothing_of_what_a_statement_was_given(db: Database) -> None:
    """Neither the value that is there already, nor the row that was refused, nor in the errors behind it."""
    await db.write(keep_words)
    for use, unit in ((db.write, partial(say, n=1)), (db.write, partial(say, n=0)), (db.read, look_for_nothing)):
        with pytest.raises(DBAPIError) as found:
            await use(unit)
        told = "".join(traceback.format_exception(found.value)) + str(found.value) + repr(found.value.orig)
        assert "told" in told
        assert not [word for word in WORDS.split() if word in told]

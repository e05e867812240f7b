"""The database is held by another, or a worker sleeps over its lease: work waits, is tried again, is done once."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, text

from core.domain.notice import InboxStatus, OutboxStatus
from core.domain.ticket import TicketStatus
from core.services import inbox, waves
from core.services.inbox import Claim
from scheduler.runner import Runner
from scheduler.timetable import timetable
from storage import engines, migrate
from storage.models.desk import Audit
from storage.models.people import Person
from tests.bot.conftest import Edge
from tests.bot.crew import Crew
from tests.bot.phones import settled
from tests.bot.test_receiving import all_done, say
from tests.sandbox.conftest import DARYA, TOKEN

#: Longer than the wait below, as ten seconds are longer than the wait of the product.
HELD_S = 1.5
BUSY_MS = 300


@asynccontextmanager
async def held(url: str) -> AsyncIterator[Callable[[], None]]:
    """Another program writes and does not end; leaving lets go. Whatever is under way here must go on meanwhile, for
    what it holds is waited for."""
    taken, free = threading.Event(), threading.Event()

    def hold(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = '20s'"))  # it waits for what is under way
            connection.execute(text("LOCK TABLE inbox, outbox, person IN ACCESS EXCLUSIVE MODE"))
        taken.set()
        free.wait(30)

    holder = threading.Thread(target=migrate.run, args=(url, hold))
    holder.start()
    assert await asyncio.to_thread(taken.wait, 30)
    try:
        yield free.set
    finally:
        free.set()
        await asyncio.to_thread(holder.join)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the database of the test is opened."""
    monkeypatch.setattr(engines, "BUSY_TIMEOUT_MS", BUSY_MS)
    monkeypatch.setitem(engines.POSTGRES_LIMITS, "lock_timeout", f"{BUSY_MS}ms")


async def passed(seconds: float) -> None:
    """Only real time makes a lock's wait end."""
    done = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(seconds, done.set_result, None)
    await done


async def test_a_locked_database_delays_updates_and_loses_none(impatient: None, edge: Edge, database_url: str) -> None:
    edge.start()
    await say(edge, "/help")
    await edge.until(lambda: edge.texts(DARYA))
    await all_done(edge, 1)
    async with held(database_url):
        for _ in range(3):
            await say(edge, "/help")
        await passed(HELD_S)
        assert len(await edge.texts(DARYA)) == 1

    async def answered() -> bool:
        await edge.later(seconds=5)
        return len(await edge.texts(DARYA)) == 4

    await edge.until(answered, 30)
    await all_done(edge, 4)
    assert {row.status for row in await edge.inbox()} == {InboxStatus.DONE}
    assert not [task for task in edge.tasks if task.done()]


async def test_a_write_that_meets_a_lock_in_its_handler_is_tried_again(
    impatient: None, edge: Edge, database_url: str
) -> None:
    real, refused = edge.feed, asyncio.Event()

    async def feed(claim: Claim, raw: dict[str, Any]) -> None:
        if refused.is_set():
            return await real(claim, raw)
        try:
            async with held(database_url):
                await real(claim, raw)
        finally:
            refused.set()
        return None

    edge.feed = feed
    edge.start()
    await say(edge, "/language")
    await edge.until(_is_set(refused))

    async def done() -> bool:
        await edge.later(seconds=5)
        return [row.status for row in await edge.inbox()] == [InboxStatus.DONE]

    await edge.until(done, 30)
    (row,) = await edge.inbox()
    assert row.tries == 1
    assert len(await edge.rows(Person)) == 1
    assert len(await edge.texts(DARYA)) == 1


def _is_set(event: asyncio.Event) -> Callable[[], Any]:
    async def check() -> bool:
        return event.is_set()

    return check


async def test_the_timetable_outlives_a_locked_database(impatient: None, crew: Crew, database_url: str) -> None:
    await crew.second_firm()
    await crew.is_offered()
    await crew.edge.later(hours=2)
    jobs = [job for job in timetable("Europe/Moscow") if job.sweep is waves.sweep]
    assert jobs
    runner = Runner(crew.edge.db, jobs)
    async with held(database_url):
        running = asyncio.create_task(runner.run_due())
        await passed(HELD_S)
    await running
    await runner.run_due()
    await settled(crew.edge)

    lapses = [row for row in await crew.edge.rows(Audit) if row.event == "lapse"]
    assert len(lapses) == 1
    assert (await crew.ticket()).status is TicketStatus.SEARCHING
    assert await crew.edge.db.write(waves.sweep, 50) == 0


async def test_a_worker_that_slept_over_its_lease_leaves_no_trace(crew: Crew) -> None:
    """The second one takes the job; what the first does when it wakes is undone as a whole."""
    edge, real = crew.edge, crew.edge.feed
    asleep, wake = asyncio.Event(), asyncio.Event()

    async def feed(claim: Claim, raw: dict[str, Any]) -> None:
        if "callback_query" in raw and not asleep.is_set():
            asleep.set()
            await wake.wait()
        await real(claim, raw)

    await crew.is_offered()
    edge.feed = feed
    message = (await crew.engineer.shown())[-1]
    yes = next(one["text"] for row in message["inline"] for one in row if "выезжаю сейчас" in one["text"])
    await edge.box.sim("press", token=TOKEN, user=crew.engineer.chat, message_id=message["message_id"], text=yes)
    await edge.until(_is_set(asleep))
    first = edge.workers
    edge.clock.move(seconds=inbox.LEASE.total_seconds() + 1)
    edge.fresh()
    edge.start("workers")
    await settled(edge)
    assert (await crew.ticket()).status is TicketStatus.ASSIGNED
    audits, letters = len(await edge.rows(Audit)), len(await edge.outbox())
    wake.set()

    async def first_is_idle() -> bool:
        return not first._at_work

    await edge.until(first_is_idle)
    await settled(edge)
    assert (len(await edge.rows(Audit)), len(await edge.outbox())) == (audits, letters)
    assert {row.status for row in await edge.outbox()} <= {OutboxStatus.SENT, OutboxStatus.CANCELLED}
    assert {row.status for row in await edge.inbox()} == {InboxStatus.DONE}

"""Two processes where there should be one: the second says why it ends, and no due row is done twice."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.domain.notice import InboxStatus
from core.domain.offer import OfferStatus
from storage.db import Database
from storage.models.desk import Audit
from storage.models.offer import Offer
from storage.models.post import Inbox
from tests.bot.test_process import Processes, embedded
from tests.clock import START, HandClock
from tests.make.tickets import World, make_world, send
from tests.sandbox.conftest import DARYA, PYOTR, TOKEN, Box

__all__ = ["embedded"]

DUE = 12
WORDS = 20


@pytest.fixture
async def processes(box: Box, database_url: str, tmp_path: Path) -> AsyncIterator[Processes]:
    processes = Processes(box, database_url, tmp_path)
    yield processes
    for process in processes.running:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def read(url: str, look: Any) -> Any:
    db = Database.open(url, HandClock())

    def unit(session: Session, *, now: datetime) -> Any:
        return look(session)

    try:
        return await db.read(unit)
    finally:
        await db.close()


async def comes_true(url: str, look: Callable[[Session], bool]) -> None:
    deadline = time.monotonic() + 60
    while not await read(url, look):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.2)


async def test_two_timetables_as_processes_do_every_due_row_once(processes: Processes, database_url: str) -> None:
    def prepare(session: Session, *, now: datetime) -> None:
        world: World = make_world(session, now=now)
        for _ in range(DUE):
            send(world)

    db = Database.open(database_url, HandClock())
    await db.write(prepare)
    await db.close()
    late = START.replace(hour=10).isoformat()  # the waits are over, the rate has not gone up yet
    await processes.box.sim("clock", set=late)
    clock = {"CLOCK_URL": f"{processes.box.base}/_sim/clock"}
    for _ in range(2):
        await processes.run("scheduler", **clock)

    def lapsed(session: Session) -> int:
        return session.scalar(select(func.count()).where(Offer.status == OfferStatus.LAPSED)) or 0

    await comes_true(database_url, lambda session: lapsed(session) == DUE)
    for process in processes.running:
        process.send_signal(signal.SIGTERM)
    assert [await asyncio.wait_for(process.wait(), 20) for process in processes.running] == [0, 0]

    def lapses(session: Session) -> list[int]:
        return list(session.scalars(select(Audit.entity_id).where(Audit.event == "lapse")))

    found = await read(database_url, lapses)
    assert len(found) == len(set(found)) == DUE
    for number in range(2):
        assert "Traceback" not in processes.log(number)


async def test_a_second_bot_ends_with_a_clear_line_and_nothing_is_handled_twice(
    embedded: Processes,
) -> None:
    processes, box, database_url = embedded, embedded.box, embedded.env["DATABASE_URL"]
    for user in (DARYA, PYOTR):
        await box.sim("user", id=user, name=f"Человек {user}")
    await processes.run()
    await processes.says("the bot is at work")
    await processes.run()
    for number in range(WORDS):
        await box.sim("text", token=TOKEN, user=(DARYA, PYOTR)[number % 2], text="/help")
    ending = [asyncio.create_task(process.wait()) for process in processes.running]
    done, _ = await asyncio.wait(ending, timeout=60, return_when=asyncio.FIRST_COMPLETED)
    assert len(done) == 1

    ended = next(number for number, task in enumerate(ending) if task in done)
    log = processes.log(ended)
    assert processes.running[ended].returncode == 1
    assert "another program receives the updates of this bot" in log.splitlines()[-1]
    assert "Traceback" not in log
    assert TOKEN not in log

    def unfinished(session: Session) -> int:
        return session.scalar(select(func.count()).where(Inbox.status == InboxStatus.NEW)) or 0

    def stored(session: Session) -> int:
        return session.scalar(select(func.count()).select_from(Inbox)) or 0

    await comes_true(database_url, lambda session: stored(session) == WORDS and not unfinished(session))
    for user in (DARYA, PYOTR):
        told = await box.sim("messages", chat=user)
        answers = [one for one in told["messages"] if one["from"] == "bot" and "Что можно сделать" in one["text"]]
        assert len(answers) == WORDS / 2

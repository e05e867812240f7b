"""Promises while the machine was away: two schedulers, three days of silence, a clock that jumps."""

import asyncio
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.domain.notice import Notice, OutboxStatus
from core.domain.task import TaskKind
from core.services import guard
from scheduler import runner as module
from scheduler.runner import Runner
from scheduler.timetable import timetable
from storage.db import Database
from storage.models.clock import Breach
from storage.models.desk import Audit, JobRun, Task
from storage.models.directory import SlaTarget
from storage.models.post import Outbox
from tests.bot.crew import Crew
from tests.bot.phones import settled
from tests.bot.test_process import Processes
from tests.clock import START, HandClock
from tests.faults.test_processes import comes_true, read
from tests.make.promises import promise
from tests.make.tickets import send
from tests.sandbox.conftest import Box

ZONE = "Europe/Moscow"
DUE = 30
KINDS = 3


@pytest.fixture
async def processes(box: Box, database_url: str, tmp_path: Path) -> AsyncIterator[Processes]:
    processes = Processes(box, database_url, tmp_path)
    yield processes
    for process in processes.running:
        if process.returncode is None:
            process.kill()
        await process.wait()


def prepare(session: Session, *, now: datetime) -> None:
    world = promise(session, now=now)
    for _ in range(DUE):
        send(world)


def broken(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Breach)) or 0


def state(session: Session, *, now: datetime) -> Counter[str]:
    """How much has been said and done about promises."""
    tables: tuple[Any, ...] = (Breach, Audit, Outbox, Task, JobRun)
    return Counter({table.__tablename__: session.scalar(select(func.count()).select_from(table)) for table in tables})


async def test_two_timetables_as_processes_break_every_promise_once(processes: Processes, database_url: str) -> None:
    db = Database.open(database_url, HandClock())
    await db.write(prepare)
    await db.close()
    await processes.box.sim("clock", set=(START + timedelta(days=3)).isoformat())
    clock = {"CLOCK_URL": f"{processes.box.base}/_sim/clock"}
    for _ in range(2):
        await processes.run("scheduler", **clock)
    await comes_true(database_url, lambda session: broken(session) == DUE * KINDS)
    for process in processes.running:
        process.send_signal(signal.SIGTERM)
    assert [await asyncio.wait_for(process.wait(), 20) for process in processes.running] == [0, 0]

    def said(session: Session) -> tuple[list[int], list[int], list[timedelta]]:
        of_clocks = select(Audit.entity_id).where(Audit.entity == "clock")
        warned, noticed = (list(session.scalars(of_clocks.where(Audit.event == one))) for one in ("warn", "breach"))
        at = {row.at - START for row in session.scalars(select(Breach))}
        return warned, noticed, sorted(at)

    warned, noticed, at = await read(database_url, said)
    assert len(noticed) == len(set(noticed)) == DUE * KINDS
    assert len(set(warned)) == len(warned)
    assert at == [timedelta(hours=hours) for hours in (1, 2, 4)]
    for number in range(2):
        assert "Traceback" not in processes.log(number)


async def test_three_days_of_silence_are_one_or_two_messages_in_a_chat(crew: Crew) -> None:
    edge = crew.edge

    def begin(session: Session, *, now: datetime) -> None:
        session.add(
            SlaTarget(
                plan="Базовый", priority="normal", calendar="24x7", reaction_min=60, arrival_min=120, resolution_min=240
            )
        )
        crew.world.session, crew.world.now = session, now
        for _ in range(DUE):
            send(crew.world)

    heard_before = len(await crew.desk.shown())
    await edge.stop()
    await edge.db.write(begin)
    edge.clock.move(days=3)
    await Runner(edge.db, timetable(ZONE)).run_due()
    edge.start()
    await settled(edge)
    edge.clock.move(minutes=2)
    await edge.stop()
    edge.start()
    await settled(edge)

    rows = [row for row in await edge.outbox() if row.dedupe_key.startswith(f"{Notice.SLA}:")]
    assert len(rows) >= DUE * KINDS
    told = [row for row in rows if row.status is OutboxStatus.SENT]
    assert {row.notice for row in told} == {Notice.SLA_MANY}
    assert 1 <= max(Counter(row.chat_id for row in told).values()) <= 2
    assert len(await crew.desk.shown()) - heard_before < DUE
    assert len(await edge.rows(Breach)) == DUE * KINDS


@pytest.mark.parametrize("hours", [1, -1, 24 * 3650])
async def test_a_clock_that_jumps_holds_what_cannot_be_undone_and_nothing_is_done_twice(
    db: Database, clock: HandClock, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    monkeypatch.setattr(module, "TICK_S", 0.05)
    await db.write(prepare)
    clock.move(minutes=61)
    runner = Runner(db, timetable(ZONE))
    await runner.run_due()
    before = await db.read(state)
    assert before["breach"] == DUE
    stop = asyncio.Event()
    running = asyncio.create_task(runner.run(stop))
    await until(db, lambda session: runner.scheduler is not None)
    clock.move(hours=hours)
    await until(db, guard.is_held)
    stop.set()
    await asyncio.wait_for(running, 20)
    if hours < 0:
        clock.move(hours=-hours)
    await runner.run_due()

    def doubts(session: Session, *, now: datetime) -> list[TaskKind]:
        return list(session.scalars(select(Task.kind).where(Task.kind == TaskKind.CLOCK_JUMP)))

    assert await db.read(doubts) == [TaskKind.CLOCK_JUMP]
    after = await db.read(state)
    assert after["breach"] == (DUE if hours < 0 else DUE * (KINDS if hours > 3 else 2))
    await runner.run_due()
    assert await db.read(state) == after


async def until(db: Database, holds: Any) -> None:
    def look(session: Session, *, now: datetime) -> bool:
        return bool(holds(session))

    deadline = time.monotonic() + 20
    while not await db.read(look):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)

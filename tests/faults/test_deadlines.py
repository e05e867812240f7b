"""Promises while the machine was away: two schedulers, three days of silence, a clock that jumps."""

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.domain.clock import ClockKind, Whose
from core.domain.notice import Notice, OutboxStatus
from core.domain.quality import QualityKind
from core.domain.task import TaskKind
from core.services import guard, invariants
from scheduler import runner as module
from scheduler.runner import Runner
from scheduler.timetable import timetable
from storage.db import Database
from storage.models.clock import Breach, Clock
from storage.models.contractor import Block
from storage.models.desk import Audit, JobRun, Task
from storage.models.directory import SlaTarget
from storage.models.post import Outbox
from storage.models.quality import QualityEvent
from tests.bot.crew import Crew
from tests.bot.phones import settled
from tests.bot.test_process import Processes
from tests.clock import START, HandClock
from tests.faults.dying_scheduler import begun
from tests.faults.test_processes import comes_true, read
from tests.make.promises import promise
from tests.make.tickets import arrive, send, take
from tests.sandbox.conftest import Box

ZONE = "Europe/Moscow"
DUE = 30
KINDS = 3
AT_WORK = 4
KILLS, MANY = 60, 120
SAID = ("breach", "warn")


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


def many(session: Session, *, now: datetime) -> None:
    world = promise(session, now=now)
    for _ in range(MANY):
        send(world)


async def test_sixty_kills_of_two_timetables_break_every_promise_once(db: Database, database_url: str) -> None:
    """One of two dies in the middle of whatever it does, and another takes its place."""
    await db.write(many)
    at, chance = START + timedelta(days=3), random.Random(6)

    def done(session: Session, *, now: datetime) -> int:
        return broken(session)

    in_the_middle = 0
    at_work = [begun(database_url, at) for _ in range(2)]
    try:
        for _ in range(KILLS):
            await asyncio.sleep(chance.uniform(0.02, 0.4))
            victim = at_work.pop(0)
            victim.kill()
            victim.join()
            in_the_middle += await db.read(done) < MANY * KINDS
            at_work.append(begun(database_url, at))
        await until(db, lambda session: broken(session) == MANY * KINDS, 60)
        await until(db, lambda session: quiet(session, at), 60)
    finally:
        for process in at_work:
            process.kill()
            process.join()
    assert in_the_middle >= KILLS // 6

    def said(session: Session, *, now: datetime) -> Counter[tuple[str, int]]:
        of_clocks = select(Audit.event, Audit.entity_id).where(Audit.entity == "clock", Audit.event.in_(SAID))
        return Counter((event, clock) for event, clock in session.execute(of_clocks))

    times = await db.read(said)
    assert set(times.values()) == {1}
    assert Counter(event for event, _ in times) == {"breach": MANY * KINDS, "warn": MANY * KINDS}
    db.clock.at = at  # type: ignore[attr-defined]
    assert await db.read(invariants.violations) == []


def quiet(session: Session, at: datetime) -> bool:
    """Nothing is due any more."""
    waiting = select(func.count()).select_from(Clock).where(Clock.warn_at <= at)
    return not session.scalar(waiting)


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


def take_some(session: Session, *, now: datetime) -> None:
    """Jobs somebody has taken: one he does not come to, and enough he works at that a limit would be due for them."""
    world = promise(session, now=now)
    world.contractor.engineers = AT_WORK
    taken = [send(world) for _ in range(1 + AT_WORK)]
    for ticket in taken:
        take(world, ticket)
    for ticket in taken[1:]:
        arrive(world, ticket)
    for _ in range(DUE):
        send(world)


class Blamed(NamedTuple):
    breaches: Counter[tuple[ClockKind, Whose]]
    strikes: int
    blocks: int


def blamed(session: Session, *, now: datetime) -> Blamed:
    hard = select(QualityEvent.id).where(
        QualityEvent.kind.in_((QualityKind.MISSED, QualityKind.NO_SHOW)), QualityEvent.annulled_at.is_(None)
    )
    whose = Counter((row.kind, row.whose) for row in session.scalars(select(Breach)))
    return Blamed(whose, len(session.scalars(hard).all()), len(session.scalars(select(Block.id)).all()))


@pytest.mark.parametrize("hours", [2, -1, 24 * 3650])
async def test_a_clock_that_jumps_holds_what_cannot_be_undone_and_nothing_is_done_twice(
    db: Database, clock: HandClock, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    monkeypatch.setattr(module, "TICK_S", 0.05)
    await db.write(take_some)
    clock.move(minutes=121)
    runner = Runner(db, timetable(ZONE))
    await runner.run_due()
    before = await db.read(state)
    assert before["breach"] == 2 * DUE + 1
    late = Counter({(ClockKind.REACTION, Whose.OURS): DUE, (ClockKind.ARRIVAL, Whose.OURS): DUE})
    late[ClockKind.ARRIVAL, Whose.CONTRACTOR] = 1
    assert await db.read(blamed) == Blamed(late, 1, 0)
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
    # What fell due in hours that were none is nobody's fault: no strike, and no limit for the crew at work.
    if hours > 0:
        late[ClockKind.RESOLUTION, Whose.OURS] = DUE + 1 + AT_WORK
    assert await db.read(blamed) == Blamed(late, 1, 0)
    await runner.run_due()
    assert await db.read(state) == after
    assert await db.read(blamed) == Blamed(late, 1, 0)


async def until(db: Database, holds: Any, seconds: float = 20) -> None:
    def look(session: Session, *, now: datetime) -> bool:
        return bool(holds(session))

    deadline = time.monotonic() + seconds
    while not await db.read(look):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)

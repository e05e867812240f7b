"""The timetable: everything due is done once, one bad row stops no other, a stopped tick is replaced."""

import ast
import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.clock import ClockKind, Interval, Whose
from core.domain.defaults import Defaults
from core.domain.offer import OfferStatus
from core.domain.quality import QualityKind
from core.domain.ticket import TicketStatus
from core.services import clock_rows, guard, warnings
from core.services.numbers import KEY
from scheduler import runner as module
from scheduler.pulse import Pulse
from scheduler.runner import Runner
from scheduler.timetable import Job, timetable
from storage.db import Database
from storage.models.clock import Breach, Clock
from storage.models.desk import Audit, Counter
from storage.models.offer import Offer
from storage.models.quality import QualityEvent
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make.promises import promise
from tests.make.tickets import make_world, send, take

EVERY_MOMENT = IntervalTrigger(seconds=0.05)


def begin(session: Session, *, now: datetime) -> None:
    send(make_world(session, now=now))


def see(session: Session, *, now: datetime) -> tuple[TicketStatus, list[OfferStatus]]:
    return session.scalars(select(Ticket.status)).one(), list(session.scalars(select(Offer.status).order_by(Offer.id)))


def count_rows(session: Session, *, now: datetime) -> int:
    return len(session.scalars(select(Audit)).all())


async def test_what_became_due_while_nobody_looked_is_done_once(db: Database, clock: HandClock) -> None:
    await db.write(begin)
    clock.move(days=3)
    runner = Runner(db, timetable("Europe/Moscow"))

    await runner.run_due()
    first, rows = await db.read(see), await db.read(count_rows)
    await runner.run_due()

    # Three days of silence: the rate went up, and the one who was asked is asked anew, once.
    assert first == (TicketStatus.SEARCHING, [OfferStatus.WITHDRAWN, OfferStatus.SENT])
    assert (await db.read(see), await db.read(count_rows)) == (first, rows)


async def test_two_timetables_do_every_due_row_once(db: Database, database_url: str, clock: HandClock) -> None:
    for _ in range(5):
        await db.write(begin)
    clock.move(hours=12)
    other = Database.open(database_url, clock)
    await asyncio.gather(
        Runner(db, timetable("Europe/Moscow")).run_due(), Runner(other, timetable("Europe/Moscow")).run_due()
    )
    await other.close()

    def lapses(session: Session, *, now: datetime) -> list[int]:
        query = select(Audit.entity_id).where(Audit.entity == "offer", Audit.to_state == OfferStatus.LAPSED)
        return sorted(session.scalars(query))

    def offers(session: Session, *, now: datetime) -> list[OfferStatus]:
        return list(session.scalars(select(Offer.status)))

    assert set(await db.read(offers)) == {OfferStatus.LAPSED}
    assert len(await db.read(lapses)) == len(set(await db.read(lapses)))


def pile(session: Session, *, now: datetime) -> None:
    session.add_all(Counter(name=f"due-{number:02}", value=0) for number in range(7))


def due(session: Session, limit: int, *, now: datetime, skip: int = 0) -> int:
    """Marks rows; the third cannot be done."""
    query = select(Counter).where(Counter.value == 0).order_by(Counter.name).offset(skip).limit(limit)
    rows = session.scalars(query).all()
    for row in rows:
        if row.name == "due-02":
            raise RuntimeError("a bad row")
        row.value = 1
    return len(rows)


def left(session: Session, *, now: datetime) -> list[str]:
    return list(session.scalars(select(Counter.name).where(Counter.value == 0)))


async def test_one_bad_row_stops_no_other(db: Database) -> None:
    await db.write(pile)
    job = Job("due", EVERY_MOMENT, due)

    assert await Runner(db, [job]).run_job(job) == 6
    assert await db.read(left) == ["due-02"]


async def test_ticks_go_on_after_a_job_failed_and_end_when_told(db: Database) -> None:
    await db.write(pile)
    runner = Runner(db, [Job("due", EVERY_MOMENT, due)])
    stop = asyncio.Event()
    running = asyncio.create_task(runner.run(stop))
    deadline = time.monotonic() + 10
    while await db.read(left) != ["due-02"]:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    await db.write(pile_again)
    while "again" in await db.read(left):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    stop.set()
    await asyncio.wait_for(running, 10)


def begin_held(session: Session, *, now: datetime) -> int:
    """Somebody is to be there in an hour and a half."""
    world = promise(session, now=now, arrival_min=90)
    ticket = send(world)
    take(world, ticket)
    return ticket.id


def blamed(session: Session, *, now: datetime) -> tuple[list[Whose], list[QualityKind], bool]:
    live = select(QualityEvent.kind).where(QualityEvent.annulled_at.is_(None))
    return list(session.scalars(select(Breach.whose))), list(session.scalars(live)), guard.is_held(session)


async def test_no_job_goes_by_a_time_that_has_just_jumped(db: Database, clock: HandClock) -> None:
    """All of them begin in one moment, before the next beat; the one that writes the doubt is waited for."""
    await db.write(begin_held)
    runner = Runner(db, timetable("Europe/Moscow"))
    runner.pulse = Pulse(clock.now)
    clock.move(hours=2)
    await asyncio.gather(*(runner.run_job(job) for job in runner.jobs))

    assert await db.read(blamed) == ([Whose.OURS], [], True)


async def test_what_was_blamed_in_a_jump_before_it_was_seen_is_excused(db: Database, clock: HandClock) -> None:
    """An update that was handled in that moment looks at no pulse."""
    await db.write(begin_held)
    runner = Runner(db, timetable("Europe/Moscow"))
    runner.pulse = Pulse(clock.now)
    clock.move(hours=2)
    while await db.write(warnings.sweep, 50):
        pass
    assert await db.read(blamed) == ([Whose.CONTRACTOR], [QualityKind.MISSED], False)
    await runner.run_due()

    assert await db.read(blamed) == ([Whose.OURS], [], True)


def pile_again(session: Session, *, now: datetime) -> None:
    session.add(Counter(name="again", value=0))


async def test_a_timetable_whose_ticks_stopped_is_started_anew(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TICK_S", 0.05)
    monkeypatch.setattr(module, "STALLED_AFTER_S", 0.3)
    await db.write(pile)
    runner = Runner(db, [Job("due", EVERY_MOMENT, due)])
    stop = asyncio.Event()
    running = asyncio.create_task(runner.run(stop))
    deadline = time.monotonic() + 10
    while await db.read(left) != ["due-02"]:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    assert runner.scheduler is not None
    runner.scheduler.pause()
    await db.write(pile_again)
    while "again" in await db.read(left):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    stop.set()
    await asyncio.wait_for(running, 10)


def test_the_timetable_never_heard_of_telegram() -> None:
    folder = Path(__file__).parents[2] / "scheduler"
    names = [
        alias.name if isinstance(node, ast.Import) else node.module or ""
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    ]
    assert not [name for name in names if name.split(".")[0] in ("aiogram", "bot")]


def many_by_day(session: Session, *, now: datetime) -> None:
    world = promise(session, now=now, calendar="working")
    for _ in range(20):
        send(world)


def deadlines(session: Session, *, now: datetime) -> set[datetime | None]:
    return set(session.scalars(select(Clock.due_at).where(Clock.kind == ClockKind.REACTION)))


async def test_timetables_that_start_with_other_hours_count_anew_together(
    db: Database, database_url: str, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Page by page, both at a time; and a start with the hours of before counts them back."""
    monkeypatch.setattr(module, "BATCH", 7)
    await db.write(many_by_day)
    assert await db.read(deadlines) == {clock.now() + timedelta(hours=1)}
    hours = {KEY: replace(Defaults(), work_from_hour=11)}
    others = [Database.open(database_url, clock, info=hours) for _ in range(2)]
    stops = [asyncio.Event() for _ in others]
    runners = [Runner(other, [Job("due", EVERY_MOMENT, due)]) for other in others]
    running = [asyncio.create_task(runner.run(stop)) for runner, stop in zip(runners, stops, strict=True)]
    patience = time.monotonic() + 20
    while await db.read(deadlines) != {clock.now() + timedelta(hours=2)}:
        assert time.monotonic() < patience
        await asyncio.sleep(0.05)
    for stop in stops:
        stop.set()
    await asyncio.wait_for(asyncio.gather(*running), 10)
    for other in others:
        await other.close()

    await Runner(db, [Job("due", EVERY_MOMENT, due)]).count_anew(asyncio.Event())
    assert await db.read(deadlines) == {clock.now() + timedelta(hours=1)}


async def test_a_deadline_that_cannot_be_counted_keeps_no_other_from_it(
    db: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is it forgotten: the next start tries again."""
    monkeypatch.setattr(module, "BATCH", 7)
    await db.write(many_by_day)
    (before,) = await db.read(deadlines)
    assert before is not None
    other = Database.open(database_url, db.clock, info={KEY: replace(Defaults(), work_from_hour=11)})
    ids = sorted(await db.read(reactions))
    usual = clock_rows.reckon

    def reckon(clock: Clock, ledger: Sequence[Interval]) -> None:
        if clock.id in (ids[3], ids[4], ids[-1]):
            raise RuntimeError("a bad row")
        usual(clock, ledger)

    jobs = [Job("due", EVERY_MOMENT, due)]
    with monkeypatch.context() as bad:
        bad.setattr(clock_rows, "reckon", reckon)
        await Runner(other, jobs).count_anew(asyncio.Event())
    counted = await db.read(reactions)
    assert {one for one in ids if counted[one] == before} == {ids[3], ids[4], ids[-1]}

    await Runner(other, jobs).count_anew(asyncio.Event())
    await other.close()
    assert before not in await db.read(deadlines)
    await Runner(db, jobs).count_anew(asyncio.Event())
    assert await db.read(deadlines) == {before}


def reactions(session: Session, *, now: datetime) -> dict[int, datetime | None]:
    rows = session.execute(select(Clock.id, Clock.due_at).where(Clock.kind == ClockKind.REACTION)).all()
    return {number: due_at for number, due_at in rows}


async def test_a_timetable_that_fails_counts_no_further(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = 0

    async def endless(self: Runner, last: int) -> tuple[int | None, bool]:
        nonlocal pages
        pages += 1
        await asyncio.sleep(0.01)
        return last + 1, True

    async def fatal(self: Runner, look: object) -> None:
        raise RuntimeError("nobody can set this right")

    monkeypatch.setattr(Runner, "_count_page", endless)
    monkeypatch.setattr(Runner, "_look_at_clock", fatal)
    monkeypatch.setattr(module, "TICK_S", 0.1)
    with pytest.raises(RuntimeError):
        await asyncio.wait_for(Runner(db, [Job("due", EVERY_MOMENT, due)]).run(asyncio.Event()), 5)
    assert pages

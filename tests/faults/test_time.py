"""Time jumps, stands still or goes by unseen: what is due is done once, and nobody's phone rings for the past."""

import asyncio
import time
from collections import Counter
from datetime import datetime

import pytest
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from core.domain.actor import Grant
from core.domain.notice import Delivery, Notice, OutboxStatus
from core.domain.offer import OfferStatus
from core.domain.role import Role
from core.services import offers
from scheduler import runner as module
from scheduler.pulse import Pulse
from scheduler.runner import Runner
from scheduler.timetable import Job, timetable
from storage.db import Database
from storage.models.desk import Audit, Task
from storage.models.directory import SlaTarget
from storage.models.offer import Offer, Wave
from storage.models.post import Outbox
from storage.models.ticket import Assignment
from tests.bot.crew import Crew
from tests.bot.phones import settled
from tests.clock import HandClock
from tests.make.directories import add_contractor
from tests.make.people import add_person
from tests.make.tickets import SKILL, World, add_engineer, make_world, send, tap

ZONE = "Europe/Moscow"
Counted = dict[str, int]


def plan(session: Session) -> None:
    minutes = {"reaction_min": 240, "arrival_min": 480, "resolution_min": 960}
    session.add(SlaTarget(plan="План", priority="normal", calendar="24x7", **minutes))
    session.flush()


def company(session: Session, *, now: datetime) -> World:
    """Four firms, a manager, and a promise of four hours."""
    plan(session)
    world = make_world(session, now=now, sla_plan="План")
    for number in range(3):
        add_engineer(session, add_contractor(session, skills=[SKILL], lat=55.80 + number / 20), now=now)
    add_person(session, Grant(Role.MANAGER), now=now)
    return world


def counted(session: Session, *, now: datetime) -> Counted:
    """How much has been done so far."""
    tables = (Audit, Outbox, Offer, Wave, Task, Assignment)
    return {table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


@pytest.mark.parametrize("hours", [1, 3, 5])
async def test_a_clock_that_goes_back_does_nothing_twice(db: Database, clock: HandClock, hours: int) -> None:
    def begin(session: Session, *, now: datetime) -> tuple[World, int]:
        world = company(session, now=now)
        return world, send(world).id

    world, _ = await db.write(begin)
    runner = Runner(db, timetable(ZONE))
    clock.move(hours=hours)
    await runner.run_due()
    done = await db.read(counted)

    clock.move(hours=-1)
    await runner.run_due()
    assert await db.read(counted) == done
    for _ in range(2):
        clock.move(minutes=30)
        await runner.run_due()
    assert await db.read(counted) == done  # the hour is lived through again, and nothing is said again

    def last_offer(session: Session, *, now: datetime) -> Offer:
        mine = Offer.contractor_id.in_(world.engineer.contractor_ids)
        return session.scalars(select(Offer).where(mine).order_by(Offer.id.desc()).limit(1)).one()

    offer = await db.read(last_offer)
    await db.write(offers.accept, tap(world.engineer), offer.id, None, None)
    after = await db.read(counted)
    assert after["assignment"] == 1
    await runner.run_due()
    assert await db.read(counted) == after


async def test_a_clock_an_hour_ahead_asks_the_next_and_calls_nobody_late(db: Database, clock: HandClock) -> None:
    """What an hour brings, and no more: one wave, and no warning of a promise of four hours."""

    def begin(session: Session, *, now: datetime) -> None:
        send(company(session, now=now))

    await db.write(begin)
    clock.move(hours=1)
    await Runner(db, timetable(ZONE)).run_due()

    def seen(session: Session, *, now: datetime) -> tuple[list[OfferStatus], int]:
        warned = select(func.count()).where(Outbox.notice == Notice.SLA)
        return list(session.scalars(select(Offer.status).order_by(Offer.id))), session.scalar(warned) or 0

    assert await db.read(seen) == ([OfferStatus.LAPSED, OfferStatus.SENT], 0)


def test_a_jump_of_the_clock_is_written_down_and_a_steady_one_is_not(clock: HandClock) -> None:
    pulse = Pulse(clock.now)
    with capture_logs() as logs:
        pulse.beat(2.0)
        clock.move(seconds=30)
        pulse.beat(2.0)
        assert logs == []
        clock.move(hours=1)
        pulse.beat(2.0)
        clock.move(hours=-1)
        pulse.beat(2.0)
    assert [(log["event"], round(log["seconds"], -1)) for log in logs] == [
        ("the clock jumped", 3600),
        ("the clock jumped", -3600),
    ]


async def test_a_loop_that_stood_still_skips_ticks_loses_no_row_and_says_so(
    db: Database, monkeypatch: pytest.MonkeyPatch, clock: HandClock
) -> None:
    monkeypatch.setattr(module, "TICK_S", 0.05)
    runs: list[float] = []
    ticking = asyncio.Event()
    loop = asyncio.get_running_loop()

    def look(session: Session, limit: int, *, now: datetime, skip: int = 0) -> int:
        runs.append(time.monotonic())
        loop.call_soon_threadsafe(ticking.set)
        return 0

    def begin(session: Session, *, now: datetime) -> None:
        send(company(session, now=now))

    def lapsed(session: Session, *, now: datetime) -> int:
        return session.scalar(select(func.count()).where(Offer.status == OfferStatus.LAPSED)) or 0

    await db.write(begin)
    every = IntervalTrigger(seconds=0.05)
    sweeps = [Job(job.name, every, job.sweep) for job in timetable(ZONE) if job.name == "offers"]
    runner = Runner(db, [Job("look", every, look), *sweeps])
    stop = asyncio.Event()
    with capture_logs() as logs:
        running = asyncio.create_task(runner.run(stop))
        await asyncio.wait_for(ticking.wait(), 10)
        clock.move(hours=1)  # an offer becomes due while nobody can look
        before, stood_from = len(runs), time.monotonic()
        time.sleep(5)  # noqa: ASYNC251  # a hundred ticks: this is the fault
        stood_to = time.monotonic()
        deadline = stood_to + 10
        while not await db.read(lapsed):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.02)
        stop.set()
        await asyncio.wait_for(running, 10)

    assert not [at for at in runs[before:] if stood_from + 0.2 < at < stood_to - 0.2]
    at_once = [at for at in runs if stood_to <= at < stood_to + 0.05]
    assert len(at_once) <= 3  # not a hundred
    assert await db.read(lapsed) == 1
    assert "the event loop stood still" in {log["event"] for log in logs}


DOWN = 8


async def test_after_three_days_down_every_chat_hears_the_present_once(crew: Crew) -> None:
    """The bot and the timetable were off. Of each ticket a person hears what is true now, not the story of it."""
    edge = crew.edge

    def begin(session: Session, *, now: datetime) -> None:
        world = crew.world
        world.session, world.now = session, now
        for _ in range(DOWN):
            send(world)

    heard_before = {phone.chat: len(await phone.shown()) for phone in (crew.engineer, crew.desk, crew.client)}
    await edge.stop()
    await edge.db.write(begin)
    edge.clock.move(days=3)
    await Runner(edge.db, timetable(ZONE)).run_due()
    edge.start()
    await settled(edge)

    rang = Counter(
        (row.chat_id, row.ticket_id, row.notice)
        for row in await edge.outbox()
        if row.status is OutboxStatus.SENT and row.delivery is Delivery.NEW and row.ticket_id is not None
    )
    assert rang
    assert max(rang.values()) == 1
    per_chat = {
        phone.chat: len(await phone.shown()) - heard_before[phone.chat]
        for phone in (crew.engineer, crew.desk, crew.client)
    }
    live = [offer for offer in await edge.rows(Offer) if offer.status is OfferStatus.SENT]
    told = [row for row in await edge.outbox() if row.notice == Notice.OFFER_MADE and row.status is OutboxStatus.SENT]
    assert len(told) == len(live) == DOWN
    assert all(row.last_error for row in await edge.outbox() if row.status is OutboxStatus.CANCELLED)
    assert per_chat[crew.engineer.chat] == DOWN

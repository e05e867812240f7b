"""Ten thousand promises run out while nothing of ours runs: each is broken once, and no storm follows."""

from collections import Counter
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.domain.clock import Whose
from core.domain.notice import Notice
from core.services import guard, outbox, warnings
from core.services.outbox import Ending
from scheduler.runner import Runner
from scheduler.timetable import Job, timetable
from storage.db import Database
from storage.models.clock import Breach, Clock, ClockInterval
from storage.models.desk import Audit
from tests.bench.sweep import fill
from tests.clock import START, HandClock
from tests.make.people import add_dispatcher
from tests.make.promises import promise
from tests.make.tickets import send

DUE = 10_000
#: One after the other, over nearly three days.
EVERY = timedelta(seconds=25)
TARGET = timedelta(minutes=120)
SWEEP: Job = next(job for job in timetable("Europe/Moscow") if job.sweep is warnings.sweep)
AT_ONCE = 10


def running(session: Session, *, now: datetime) -> dict[int, datetime]:
    """The deadlines, by clock. All but the first ticket are copies of it."""
    send(promise(session, now=now))
    add_dispatcher(session, now=now)
    guard.alive(session, 1, now=now)
    fill(session.connection(), DUE + 1)
    copies = list(session.scalars(select(Clock.id).where(Clock.ticket_id > 1).order_by(Clock.id)))
    due = {clock: now + TARGET + number * EVERY for number, clock in enumerate(copies)}
    rows = [{"id": clock, "started_at": at - TARGET, "due_at": at, "warn_at": at} for clock, at in due.items()]
    session.execute(update(Clock), rows)
    stretches = session.execute(select(ClockInterval.id, ClockInterval.clock_id))
    starts = [{"id": one, "from_at": due[clock] - TARGET} for one, clock in stretches if clock in due]
    session.execute(update(ClockInterval), starts)
    return due


def broken(session: Session, *, now: datetime) -> dict[int, datetime]:
    rows = session.scalars(select(Breach).where(Breach.ticket_id > 1)).all()
    assert {row.whose for row in rows} == {Whose.OURS}
    return {row.clock_id: row.at for row in rows}


def said(session: Session, *, now: datetime) -> Counter[tuple[str, int]]:
    rows = select(Audit.event, Audit.entity_id).where(Audit.entity == "clock", Audit.event.in_(("breach", "warn")))
    return Counter((event, clock) for event, clock in session.execute(rows))


@pytest.mark.breaks_invariants
async def test_ten_thousand_deadlines_are_broken_once_at_their_moments_and_told_in_a_message(
    db: Database, clock: HandClock
) -> None:
    due = await db.write(running)
    assert len(due) == DUE
    assert max(due.values()) < START + timedelta(days=3)
    clock.move(days=3)
    await db.write(guard.look_at_start)
    runner = Runner(db, (SWEEP,))
    await runner.run_due()
    assert await db.read(broken) == due
    assert set((await db.read(said)).values()) == {1}
    assert await runner.run_job(SWEEP) == 0

    clock.move(minutes=2)
    told: Counter[int] = Counter()
    warned: Counter[int] = Counter()
    endings: list[Ending] = []
    while (batch := await db.write(outbox.turn, endings, AT_ONCE)).letters:
        told.update(one.chat_id for one in batch.letters)
        warned.update(one.chat_id for one in batch.letters if one.notice in (Notice.SLA, Notice.SLA_MANY))
        endings = [partial(outbox.sent, letter=one, message_id=one.id) for one in batch.letters]
    assert warned
    assert set(warned.values()) == {1}
    assert max(told.values()) < AT_ONCE

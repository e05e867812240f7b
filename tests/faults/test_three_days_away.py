"""Nothing of ours ran for three days in the middle of everything: all of it is caught up once, and nobody is blamed."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.block import BlockLevel
from core.domain.clock import ClockKind, Whose
from core.domain.notice import Notice
from core.domain.quality import QualityKind
from core.domain.task import TaskKind
from core.domain.ticket import TicketStatus
from core.services import appeals, guard, invariants, tasks
from scheduler.runner import Runner
from scheduler.timetable import timetable
from storage.db import Database
from storage.models.clock import Breach, Clock, ClockInterval, Hold
from storage.models.contractor import Appeal
from storage.models.desk import Audit, Task
from storage.models.offer import Offer
from storage.models.post import Outbox
from storage.models.quality import QualityEvent
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make.blocks import add_manager, begin
from tests.make.directories import add_contractor
from tests.make.papers import skill_row
from tests.make.promises import promise
from tests.make.tickets import SKILL, add_engineer, send, take, tap, wait

#: Told of a thing once; cards are redrawn as often as they change.
ONCE = (Notice.BLOCK, Notice.APPEAL_LATE, Notice.CLOCK_JUMP, Notice.SKILL_ENDS, Notice.WHERE_ARE_YOU, Notice.DIGEST)


class Left(NamedTuple):
    agreed: int
    held: int
    appeal: int
    manager: Actor


def begun(session: Session, *, now: datetime) -> Left:
    """An offer that waits, a visit agreed for today, a hold of a day, a document that ends, a limit with an appeal."""
    world = promise(session, now=now)
    manager = add_manager(world)
    skill_row(world).valid_until = (now + timedelta(days=32)).date()
    agreed, held = send(world), send(world)
    take(world, agreed)
    take(world, held)
    wait(world, held, hours=8)
    firm = add_contractor(session, skills=[SKILL])
    man = add_engineer(session, firm, now=now)
    block = begin(world, BlockLevel.LIMITED, firm=firm, days=2)
    appeals.give(session, tap(man), block.id, "Объект был закрыт", now=now)
    send(world)
    appeal = session.scalars(select(Appeal.id)).one()
    return Left(agreed.id, held.id, appeal, manager)


def said(session: Session, *, now: datetime) -> Counter[str]:
    tables: tuple[Any, ...] = (Audit, Outbox, Task, Breach, QualityEvent, Offer)
    return Counter({table.__tablename__: session.scalar(select(func.count()).select_from(table)) for table in tables})


def stretches(session: Session, ticket: Ticket) -> list[tuple[bool, float | None]]:
    """Of the promise to be done: whether it ran, and until which hour."""
    of_clock = (
        select(ClockInterval)
        .join(Clock, Clock.id == ClockInterval.clock_id)
        .where(Clock.ticket_id == ticket.id, Clock.kind == ClockKind.RESOLUTION)
    )
    rows = session.scalars(of_clock.order_by(ClockInterval.from_at, ClockInterval.id))
    since = ticket.registered_at
    return [(row.runs, (row.to_at - since) / timedelta(hours=1) if row.to_at else None) for row in rows]


async def test_everything_is_caught_up_once_and_nobody_is_blamed(db: Database, clock: HandClock) -> None:
    left = await db.write(begun)
    runner = Runner(db, timetable("Europe/Moscow"))
    await runner.run_due()
    slept_from = clock.now()
    clock.move(days=3, hours=1)
    await db.write(guard.look_at_start)
    await runner.run_due()
    clock.move(minutes=20)
    await runner.run_due()

    def look(session: Session, *, now: datetime) -> None:
        held, agreed = session.get_one(Ticket, left.held), session.get_one(Ticket, left.agreed)
        assert held.status is TicketStatus.ASSIGNED
        assert agreed.status is TicketStatus.ASSIGNED
        assert session.scalars(select(Hold.ended_at)).all() == [slept_from + timedelta(hours=8)]
        assert stretches(session, held) == [(True, 0), (False, 8), (True, None)]
        assert session.get_one(Appeal, left.appeal).decided_at is None
        told = session.execute(
            select(Outbox.person_id, Outbox.notice, Outbox.dedupe_key).where(
                Outbox.notice.in_(ONCE), Outbox.created_at > slept_from
            )
        )
        times = Counter((person, notice) for person, notice, _ in told)
        assert set(times.values()) == {1}, times
        heard = {notice for _, notice in times}
        assert {Notice.APPEAL_LATE, Notice.CLOCK_JUMP} <= heard
        # No document and no limit is over before somebody says that the time is right.
        assert not {Notice.BLOCK, Notice.SKILL_ENDS} & heard
        levels = select(Outbox.person_id, Outbox.dedupe_key).where(Outbox.notice == Notice.SLA)
        of_clock = Counter((person, key.split(":")[1]) for person, key in session.execute(levels))
        assert set(of_clock.values()) == {1}, of_clock

    def blamed(session: Session, *, now: datetime) -> tuple[list[QualityKind], set[Whose], list[TaskKind]]:
        struck = session.scalars(select(QualityEvent.kind)).all()
        doubts = session.scalars(select(Task.kind).where(Task.kind == TaskKind.CLOCK_JUMP)).all()
        return list(struck), set(session.scalars(select(Breach.whose))), list(doubts)

    await db.read(look)
    assert await db.read(blamed) == ([], {Whose.OURS}, [TaskKind.CLOCK_JUMP])
    assert await db.read(invariants.violations) == []
    before = await db.read(said)
    await db.write(guard.look_at_start)
    await runner.run_due()
    assert await db.read(said) == before

    def trust(session: Session, *, now: datetime) -> None:
        (doubt,) = session.scalars(select(Task.id).where(Task.kind == TaskKind.CLOCK_JUMP))
        tasks.end(session, left.manager, doubt, "right", now=now)

    def told_then(session: Session, *, now: datetime) -> Counter[tuple[Notice, int | None]]:
        over = (Notice.BLOCK, Notice.SKILL_ENDS)
        rows = select(Outbox.notice, Outbox.person_id).where(Outbox.notice.in_(over), Outbox.created_at > slept_from)
        return Counter((notice, person) for notice, person in session.execute(rows))

    await db.write(trust)
    for _ in range(2):
        clock.move(minutes=1)
        await runner.run_due()
        heard = await db.read(told_then)
        assert {notice for notice, _ in heard} == {Notice.BLOCK, Notice.SKILL_ENDS}
        assert set(heard.values()) == {1}
    assert await db.read(invariants.violations) == []

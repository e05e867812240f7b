"""Whoever has a new event is judged, once, whatever else happens; at night everybody is, and where a walk stopped it
goes on."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlalchemy.util import await_only

from core.domain.actor import Actor
from core.domain.quality import QualityKind
from core.services import audit, limit_line, limit_walk, limits, quality
from core.services.quality import Crew
from scheduler.runner import Runner
from scheduler.timetable import Job, timetable
from storage.db import Database
from storage.models.contractor import Contractor
from storage.models.desk import Counter
from storage.models.quality import LimitLine
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make.blocks import strike
from tests.make.directories import add_contractor
from tests.make.tickets import SKILL, World, make_world, send

#: Strikes written by hand come from nowhere, of which the auditor of the ledger would complain.
pytestmark = pytest.mark.breaks_invariants
LIMITS = next(job for job in timetable("Europe/Moscow") if job.sweep is limits.sweep)


def firms(world: World, count: int) -> list[Contractor]:
    """Each with one event, the longest waiting first; and one without any."""
    ticket, found = send(world), []
    add_contractor(world.session, skills=[SKILL])
    for number in range(count):
        firm = add_contractor(world.session, skills=[SKILL])
        strike(world, QualityKind.ARRIVAL, ticket, firm=firm, ago=timedelta(hours=count - number))
        found.append(firm)
    return found


def line(session: Session, limit: int = 50, *, now: datetime, skip: int = 0) -> list[int]:
    return limit_line.due(session, limit, skip=skip)


def is_empty(session: Session, *, now: datetime) -> bool:
    return session.scalar(select(LimitLine.contractor_id)) is None and session.get(Counter, limit_walk.WALK) is None


def test_who_has_an_event_waits_once_until_he_is_taken(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    one, two, three = firms(world, 3)
    strike(world, QualityKind.NO_SHOW, session.scalars(select(Ticket)).one(), firm=two)
    assert line(session, now=now) == [one.id, two.id, three.id]
    assert line(session, 1, now=now, skip=1) == [two.id]
    limit_line.take(session, two.id)
    assert line(session, now=now) == [one.id, three.id]
    strike(world, QualityKind.PROOF, session.scalars(select(Ticket)).one(), firm=two)
    assert line(session, now=now) == [one.id, three.id, two.id]


def test_deadlines_missed_by_many_put_them_all_into_the_line(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    found = [add_contractor(session) for _ in range(3)]
    ticket = send(world)
    causes = [audit.record(session, Actor.system("test"), "ticket", ticket.id, "late", now=now) for _ in range(2)]
    rows = [(Crew(firm.id, None), ticket.id, why) for firm, why in zip((found[2], found[0]), causes, strict=True)]
    quality.missed(session, rows, now=now)
    assert line(session, now=now) == [found[0].id, found[2].id]


def leave(session: Session, *, now: datetime) -> None:
    for firm in limit_line.due(session, 50):
        limit_line.take(session, firm)


def test_the_night_walks_by_everybody_and_takes_those_against_whom_anything_speaks(
    session: Session, now: datetime
) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    _good, fresh, old, missed, low, annulled, fraud = firms(world, 7)
    strike(world, QualityKind.NO_SHOW, ticket, firm=fresh, ago=timedelta(days=59))
    strike(world, QualityKind.NO_SHOW, ticket, firm=old, ago=timedelta(days=91))
    strike(world, QualityKind.MISSED, ticket, firm=missed, ago=timedelta(days=500))
    strike(world, QualityKind.FRAUD, ticket, firm=fraud, ago=timedelta(days=500))
    strike(world, QualityKind.REWORK, ticket, firm=annulled).annulled_at = now
    low.score = 49
    leave(session, now=now)
    assert limit_walk.step(session, now=now) == 0
    limit_walk.begin(session, 1, now=now)
    assert limit_walk.step(session, now=now) == 7
    assert line(session, now=now) == [fresh.id, missed.id, low.id, fraud.id]
    leave(session, now=now)
    assert is_empty(session, now=now)


def test_the_walk_goes_by_strides_and_only_while_nobody_waits(
    session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limit_walk, "STRIDE", 2)
    world = make_world(session, now=now)
    ticket = send(world)
    one, two, three, four, five = firms(world, 5)
    for firm in (one, two, three, four):
        firm.score = 40
    leave(session, now=now)
    limit_walk.begin(session, 1, now=now)
    seen = []
    for number in range(6):
        taken = limits.sweep(session, 50, now=now)
        seen.append((taken, line(session, now=now)))
        if number == 0:
            strike(world, QualityKind.PROOF, ticket, firm=five)
        if number < 4:  # another night begins: the walk under way goes on
            limit_walk.begin(session, 1, now=now)
    assert seen == [
        (2, [one.id, two.id]),
        (3, []),
        (2, [three.id, four.id]),
        (2, []),
        (1, []),
        (0, []),
    ]
    assert is_empty(session, now=now)


def begin(session: Session, count: int, *, now: datetime) -> list[int]:
    return [firm.id for firm in firms(make_world(session, now=now), count)]


def fall(session: Session, *, now: datetime) -> None:
    """So low that the night looks at everybody."""
    session.execute(update(Contractor).values(score=40))


def night(session: Session, *, now: datetime) -> None:
    limit_walk.begin(session, 50, now=now)


async def test_one_firm_that_cannot_be_judged_stops_neither_the_line_nor_the_walk(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await db.write(begin, 7)
    seen: list[int] = []
    judge = limits._judge

    def fail_once(session: Session, actor: Actor, contractor_id: int, *more: object, now: datetime) -> bool:
        if contractor_id == found[2]:
            raise RuntimeError("a bad row")
        seen.append(contractor_id)
        return judge(session, actor, contractor_id, *more, now=now)  # type: ignore[arg-type]

    monkeypatch.setattr(limits, "_judge", fail_once)
    runner = Runner(db, [LIMITS])
    others = [firm for firm in found if firm != found[2]]
    assert await runner.run_job(LIMITS) == 6
    assert set(seen) == set(others)

    seen.clear()
    await db.write(fall)
    await db.write(night)
    await runner.run_job(LIMITS)
    assert set(seen) == set(others)
    assert await db.write(line) == [found[2]]

    monkeypatch.setattr(limits, "_judge", judge)
    assert await runner.run_job(LIMITS) == 1
    assert await db.read(is_empty)


async def test_two_timetables_judge_everybody_and_a_walk_that_was_cut_off_goes_on(
    db: Database, database_url: str, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await db.write(begin, 40)
    seen: list[int] = []
    judge = limits._judge

    def noted(session: Session, actor: Actor, contractor_id: int, *more: object, now: datetime) -> bool:
        seen.append(contractor_id)
        return judge(session, actor, contractor_id, *more, now=now)  # type: ignore[arg-type]

    monkeypatch.setattr(limits, "_judge", noted)
    await Runner(db, [LIMITS]).run_job(LIMITS)
    await db.write(fall)
    await db.write(night)
    few = Job("few", LIMITS.trigger, lambda session, limit, *, now, skip: limits.sweep(session, 3, now=now, skip=skip))
    seen.clear()
    monkeypatch.setattr(limit_walk, "STRIDE", 7)
    assert await db.write(few.sweep, 50, skip=0) == 7
    assert await db.write(few.sweep, 50, skip=0) == 3
    assert seen == found[:3]

    other = Database.open(database_url, clock)
    await asyncio.gather(Runner(db, [few]).run_job(few), Runner(other, [few]).run_job(few))
    await Runner(other, [few]).run_job(few)  # what one of them held was passed over by the other
    await other.close()
    assert set(seen) == set(found)
    assert await db.read(is_empty)


def event(session: Session, firm: int, *, now: datetime) -> int:
    ticket = session.scalars(select(Ticket)).one()
    cause = audit.record(session, Actor.system("test"), "ticket", ticket.id, "seen", now=now)
    return quality.write(session, QualityKind.PROOF, 1000, Crew(firm, None), ticket, cause=cause, now=now).id


async def test_an_event_whose_writer_is_slow_is_judged_when_it_is_there(db: Database, database_url: str) -> None:
    if db.is_sqlite:
        pytest.skip("one writer after another: nobody is slow")
    first, second = await db.write(begin, 2)
    await db.write(leave)
    written, go_on = asyncio.Event(), asyncio.Event()

    def slow(session: Session, *, now: datetime) -> int:
        number = event(session, first, now=now)
        written.set()
        await_only(go_on.wait())
        return number

    writer = asyncio.create_task(db.write(slow))
    await written.wait()
    later = await db.write(event, second)
    assert await Runner(db, [LIMITS]).run_job(LIMITS) == 1
    go_on.set()
    assert await writer < later
    assert await db.write(line) == [first]


async def test_events_of_one_firm_are_numbered_in_the_order_of_their_commits(db: Database) -> None:
    """So "judged up to this event" is true: none with a lower number can still come."""
    if db.is_sqlite:
        pytest.skip("one writer after another: nobody overtakes")
    firm, _ = await db.write(begin, 2)
    written, tried, go_on = asyncio.Event(), asyncio.Event(), asyncio.Event()

    def slow(session: Session, *, now: datetime) -> int:
        limit_line.wait(session, [firm], now=now)
        written.set()
        await_only(go_on.wait())
        return event(session, firm, now=now)

    def quick(session: Session, *, now: datetime) -> int:
        tried.set()
        return event(session, firm, now=now)

    one = asyncio.create_task(db.write(slow))
    await written.wait()
    two = asyncio.create_task(db.write(quick))
    await tried.wait()
    await asyncio.sleep(0.05)
    assert not two.done()
    go_on.set()
    assert await one < await two

"""In the second in which silence becomes a no-show: who arrives, answers or is swept, one of them wins, always."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.errors import Changed
from core.domain.quality import QualityKind
from core.domain.ticket import TicketStatus
from core.domain.visit import VisitStatus
from core.services import invariants, no_shows, visits
from storage.db import Database
from storage.models.quality import QualityEvent
from storage.models.ticket import Ticket
from storage.models.visit import Visit
from tests.clock import HandClock
from tests.make.directories import add_contractor
from tests.make.letters import delivered
from tests.make.tickets import SKILL, World, add_engineer, make_world, send, take, tap

RACES = 20


def prepare(session: Session, *, now: datetime) -> World:
    world = make_world(session, now=now)
    world.contractor.engineers = RACES
    add_engineer(session, add_contractor(session, skills=[SKILL], lat=55.9, engineers=RACES), now=now)
    for _ in range(RACES):
        take(world, send(world))
    return world


def silent(session: Session, *, now: datetime) -> list[int]:
    """Every visit is asked about; nobody looks at one before the test says so."""
    found = session.scalars(select(Visit).where(Visit.status == VisitStatus.PLANNED).order_by(Visit.id)).all()
    for visit in found:
        visit.watch_at = now
    session.flush()
    while no_shows.sweep(session, 50, now=now):
        pass
    delivered(session, now=now)
    for visit in found:
        visit.watch_at = None
    return [visit.id for visit in found]


def is_due(session: Session, visit_id: int, *, now: datetime) -> None:
    session.get_one(Visit, visit_id).watch_at = now


async def tried(db: Database, fn: Callable[..., object], *args: object) -> bool:
    try:
        await db.write(fn, *args)
    except Changed:
        return False
    return True


def outcome(session: Session, visit_id: int, *, now: datetime) -> tuple[VisitStatus, TicketStatus, int]:
    visit = session.get_one(Visit, visit_id)
    events = select(QualityEvent).where(
        QualityEvent.ticket_id == visit.ticket_id, QualityEvent.kind == QualityKind.NO_SHOW
    )
    return visit.status, session.get_one(Ticket, visit.ticket_id).status, len(session.scalars(events).all())


async def test_who_arrives_in_the_second_of_the_no_show_came_or_did_not(db: Database, clock: HandClock) -> None:
    world = await db.write(prepare)
    clock.move(hours=3)
    found = await db.write(silent)
    clock.move(minutes=15)
    for visit_id in found:
        await db.write(is_due, visit_id)
        arrives = tried(db, visits.arrive_by_word, tap(world.engineer), visit_id)
        came, *_ = await asyncio.gather(arrives, db.write(no_shows.sweep, 50))
        status, ticket, strikes = await db.read(outcome, visit_id)
        if came:
            assert (status, ticket, strikes) == (VisitStatus.ON_SITE, TicketStatus.IN_WORK, 0)
        else:
            assert (status, ticket, strikes) == (VisitStatus.DROPPED, TicketStatus.SEARCHING, 1)
    assert await db.read(invariants.violations) == []


async def test_an_answer_in_the_second_of_the_no_show_is_heard_or_comes_too_late(
    db: Database, clock: HandClock
) -> None:
    world = await db.write(prepare)
    clock.move(hours=3)
    found = await db.write(silent)
    clock.move(minutes=15)
    for visit_id in found:
        await db.write(is_due, visit_id)
        answers = tried(db, no_shows.eta, tap(world.engineer), visit_id, 30)
        heard, *_ = await asyncio.gather(answers, db.write(no_shows.sweep, 50))
        status, ticket, strikes = await db.read(outcome, visit_id)
        if heard:
            assert (status, ticket, strikes) == (VisitStatus.EN_ROUTE, TicketStatus.ASSIGNED, 0)
        else:
            assert (status, ticket, strikes) == (VisitStatus.DROPPED, TicketStatus.SEARCHING, 1)
    assert await db.read(invariants.violations) == []


async def test_who_hands_the_job_back_in_that_second_pays_for_one_of_them(db: Database, clock: HandClock) -> None:
    world = await db.write(prepare)
    clock.move(hours=3)
    found = await db.write(silent)
    clock.move(minutes=15)
    for visit_id in found:
        await db.write(is_due, visit_id)
        gave, *_ = await asyncio.gather(
            tried(db, visits.give_up, tap(world.engineer), visit_id), db.write(no_shows.sweep, 50)
        )
        status, _, strikes = await db.read(outcome, visit_id)
        assert (status, strikes) == (VisitStatus.DROPPED, 0 if gave else 1)


async def test_two_processes_declare_it_once(db: Database, clock: HandClock) -> None:
    await db.write(prepare)
    clock.move(hours=3)
    found = await db.write(silent)
    clock.move(minutes=15)
    for visit_id in found:
        await db.write(is_due, visit_id)
    await asyncio.gather(*(db.write(no_shows.sweep, 7) for _ in range(6)))
    while await db.write(no_shows.sweep, 50):
        pass
    for visit_id in found:
        assert (await db.read(outcome, visit_id))[2] == 1
    assert await db.read(invariants.violations) == []

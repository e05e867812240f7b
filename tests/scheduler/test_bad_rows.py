"""Rows that fail, whichever job they are of and however many: what is behind them is done all the same."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.block import BlockLevel
from core.domain.offer import OfferStatus
from core.domain.quality import QualityKind
from core.services import appeals, counter_prices, digests, duty, guard, inbox, limit_walk, unfit
from core.services.inbox import InboxStatus
from scheduler import runner as module
from scheduler.runner import BATCH, Runner
from scheduler.timetable import Job, timetable
from storage.db import Database
from storage.models.contractor import Appeal, Contractor
from storage.models.desk import Counter, JobRun
from storage.models.offer import Offer
from storage.models.post import Inbox
from tests.clock import HandClock
from tests.make.blocks import begin, judge, strike
from tests.make.directories import add_contractor
from tests.make.papers import skill_row
from tests.make.people import add_dispatcher
from tests.make.promises import promise
from tests.make.tickets import SKILL, World, add_engineer, make_world, send, take, tap, visit_of, wait

#: Strikes and offers written by hand are what is made here.
pytestmark = pytest.mark.breaks_invariants
JOBS = {job.name: job for job in timetable("Europe/Moscow")}


def crowd(session: Session, now: datetime) -> tuple[World, Contractor]:
    world = make_world(session, now=now)
    world.contractor.engineers = 50
    return world, add_contractor(session, skills=[SKILL])


def closed_firms(session: Session, clock: HandClock) -> None:
    world, closed = crowd(session, clock.now())
    send(world), send(world)
    closed.is_active = False
    for offer in session.scalars(select(Offer)):
        offer.contractor_id = closed.id


def waits_over(session: Session, clock: HandClock) -> None:
    world, _ = crowd(session, clock.now())
    send(world), send(world)
    clock.move(hours=5)


def deadlines(session: Session, clock: HandClock) -> None:
    world = promise(session, now=clock.now(), reaction_min=600, arrival_min=600, resolution_min=60)
    send(world), send(world)
    clock.move(minutes=45)


def prices(session: Session, clock: HandClock) -> None:
    world, _ = crowd(session, clock.now())
    for ticket in (send(world), send(world)):
        offer = session.scalars(select(Offer).where(Offer.ticket_id == ticket.id)).one()
        counter_prices.name_price(session, tap(world.engineer), offer.id, 310_000, now=clock.now())
    clock.move(hours=3)


def visits(session: Session, clock: HandClock) -> World:
    world, _ = crowd(session, clock.now())
    for ticket in (send(world), send(world)):
        take(world, ticket)
        visit = visit_of(world, ticket)
        visit.ask_at = visit.watch_at = visit.starts_at
    clock.at = visit.starts_at
    return world


def silent_firms(session: Session, clock: HandClock) -> None:
    """Each has ignored five offers in two days."""
    world, other = crowd(session, clock.now())
    add_engineer(session, other, now=clock.now())
    for _ in range(10):
        send(world)
    for number, offer in enumerate(session.scalars(select(Offer).order_by(Offer.id))):
        offer.contractor_id = (world.contractor, other)[number % 2].id
        offer.status, offer.lapsed_at = OfferStatus.LAPSED, clock.now() - timedelta(hours=7 * number)


def asked_firms(session: Session, clock: HandClock) -> None:
    for firm in crowd(session, clock.now()):
        getattr(firm, "contractor", firm).asked_still_there_at = clock.now() - timedelta(days=2)


def holds(session: Session, clock: HandClock) -> None:
    world, _ = crowd(session, clock.now())
    for ticket in (send(world), send(world)):
        take(world, ticket)
        wait(world, ticket, hours=1)
    clock.move(hours=2)


def mornings(session: Session, clock: HandClock) -> None:
    add_dispatcher(session, now=clock.now())
    add_dispatcher(session, now=clock.now())
    clock.move(days=1)


def events(session: Session, clock: HandClock) -> None:
    world, other = crowd(session, clock.now())
    for firm in (world.contractor, other):
        strike(world, QualityKind.ARRIVAL, send(world), firm=firm)


def annulled(session: Session, clock: HandClock) -> None:
    world, other = crowd(session, clock.now())
    ticket = send(world)
    add_contractor(session, skills=[SKILL])
    struck = [
        strike(world, QualityKind.NO_SHOW, ticket, firm=firm) for firm in (world.contractor, other) for _ in range(2)
    ]
    judge(world)
    for event in struck:
        event.annulled_at = world.now


def blocks(session: Session, clock: HandClock) -> None:
    world, other = crowd(session, clock.now())
    for firm in (world.contractor, other):
        begin(world, BlockLevel.LIMITED, firm=firm, days=1)
    clock.move(days=1)


def late_appeals(session: Session, clock: HandClock) -> None:
    world, other = crowd(session, clock.now())
    man = add_engineer(session, other, now=clock.now())
    for firm, who in ((world.contractor, world.engineer), (other, man)):
        block = begin(world, BlockLevel.LIMITED, firm=firm, days=20)
        appeals.give(session, tap(who), block.id, "Не согласен", now=clock.now())
    clock.at = max(session.scalars(select(Appeal.due_at)))


def papers(session: Session, clock: HandClock) -> None:
    world, other = crowd(session, clock.now())
    for firm in (world.contractor, other):
        skill_row(world, firm=firm).valid_until = (clock.now() + timedelta(days=7)).date()


def updates(session: Session, clock: HandClock) -> None:
    at = clock.now()
    when = {"received_at": at, "not_before": at, "status": InboxStatus.DONE}
    session.add_all(Inbox(bot_id=1, update_id=number, seq=number, lane=1, body="{}", **when) for number in range(2))
    clock.at = at + inbox.KEPT * 2


#: Of every job two rows that are due.
SCENES: dict[str, Callable[[Session, HandClock], object]] = {
    "unfit": closed_firms,
    "offers": waits_over,
    "warnings": deadlines,
    "counter prices": prices,
    "still going?": visits,
    "where are you?": visits,
    "still with us?": silent_firms,
    "silence": asked_firms,
    "holds": holds,
    "digest": mornings,
    "limits": events,
    "annulled": annulled,
    "blocks over": blocks,
    "appeals": late_appeals,
    "papers": papers,
    "old updates": updates,
}
#: Whoever only reads leaves what is due where it is.
AUDIT = {name for name, job in JOBS.items() if job.only_reads}
#: What takes no rows, and what is there when it has done its one thing.
OF_ONE_THING = {
    "alive": select(JobRun).where(JobRun.job == guard.ALIVE),
    "limits anew": select(Counter).where(Counter.name == limit_walk.WALK),
}


@pytest.mark.parametrize("name", sorted(JOBS.keys() - OF_ONE_THING.keys() - AUDIT))
def test_every_job_passes_by_the_rows_that_have_just_failed(session: Session, clock: HandClock, name: str) -> None:
    SCENES[name](session, clock)
    session.flush()

    def sweep(skip: int) -> int:
        taken = JOBS[name].sweep(session, BATCH, now=clock.now(), skip=skip)
        session.expire_all()
        return taken

    assert [sweep(skip) for skip in (module.EVERYTHING, 2, 1, 1, 0, 0)] == [0, 0, 1, 0, 1, 0]


@pytest.mark.parametrize("name", sorted(OF_ONE_THING))
def test_a_job_of_one_thing_passes_it_by(session: Session, now: datetime, name: str) -> None:
    done = OF_ONE_THING[name]
    for skip, times in ((1, 0), (0, 1)):
        assert JOBS[name].sweep(session, BATCH, now=now, skip=skip) == 0
        assert len(session.scalars(done).all()) == times


def bad_walk(session: Session, *, now: datetime) -> int:
    raise RuntimeError("nobody can walk")


def test_behind_a_walk_that_fails_there_is_nothing(
    session: Session, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    events(session, clock)
    monkeypatch.setattr(limit_walk, "step", bad_walk)
    sweep = JOBS["limits"].sweep
    with pytest.raises(RuntimeError):
        sweep(session, BATCH, now=clock.now(), skip=2)
    assert sweep(session, BATCH, now=clock.now(), skip=3) == 0


@pytest.mark.parametrize(
    ("name", "place", "of"),
    [("unfit", unfit, "_why"), ("still with us?", duty, "present"), ("digest", digests, "_morning")],
)
async def test_who_cannot_even_be_looked_at_stops_nobody(
    db: Database, clock: HandClock, monkeypatch: pytest.MonkeyPatch, name: str, place: object, of: str
) -> None:
    def scene(session: Session, *, now: datetime) -> None:
        SCENES[name](session, clock)

    await db.write(scene)
    usual, seen = getattr(place, of), []

    def bad(session: Session, row: object, *more: object, **named: object) -> object:
        key = getattr(row, "id", row)
        seen.append(key)
        if key == seen[0]:
            raise RuntimeError("a bad row")
        return usual(session, row, *more, **named)

    monkeypatch.setattr(place, of, bad)
    assert await Runner(db, [JOBS[name]]).run_job(JOBS[name]) == 1


BAD = 7


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 3)


def pile(session: Session, *, now: datetime) -> None:
    session.add_all(Counter(name=f"due-{number:02}", value=0) for number in range(2 * BAD))


def due(session: Session, limit: int, *, now: datetime, skip: int = 0) -> int:
    """Marks rows; more than two batches of them, the first in the line, cannot be done."""
    query = select(Counter).where(Counter.value == 0).order_by(Counter.name).offset(skip).limit(limit)
    rows = session.scalars(query).all()
    for row in rows:
        if row.name < f"due-{BAD:02}":
            raise RuntimeError("a bad row")
        row.value = 1
    return len(rows)


async def test_batches_of_bad_rows_hide_nothing_behind_them(db: Database, few: None) -> None:
    await db.write(pile)
    job = Job("due", IntervalTrigger(seconds=1), due)

    assert await Runner(db, [job]).run_job(job) == BAD


async def test_a_job_that_fails_without_rows_is_left_until_the_next_tick(db: Database, few: None) -> None:
    tried = 0

    def broken(session: Session, limit: int, *, now: datetime, skip: int = 0) -> int:
        nonlocal tried
        tried += 1
        raise RuntimeError("no row is to blame")

    await db.write(pile)
    jobs = [Job("broken", IntervalTrigger(seconds=1), broken), Job("due", IntervalTrigger(seconds=1), due)]
    await Runner(db, jobs).run_due()

    def done(session: Session, *, now: datetime) -> int:
        return len(session.scalars(select(Counter).where(Counter.value == 1)).all())

    assert tried == 2
    assert await db.read(done) == BAD

"""A block in the very instant of a yes, two judges of one thing in one instant: one of them, and no job in between."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.block import BlockLevel, BlockRule, Subject
from core.domain.role import Role
from core.domain.task import TaskKind
from core.domain.ticket import TicketStatus
from core.domain.visit import AHEAD
from core.services import (
    appeals,
    blacklist,
    block_requests,
    guard,
    holds,
    moves,
    numbers,
    offers,
    redispatch,
    staffing,
    substitutes,
    warnings,
)
from core.services.blacklist import Order
from storage.db import Database
from storage.models.contractor import Appeal, Block, BlockRequest, Contractor
from storage.models.desk import Audit, Task
from storage.models.offer import Offer
from storage.models.ticket import Assignment, Ticket
from storage.models.visit import Visit
from tests.at_once import Act, Rivals
from tests.clock import HandClock
from tests.make.blocks import begin as begin_block
from tests.make.blocks import propose
from tests.make.directories import add_contractor
from tests.make.people import add_dispatcher, add_person
from tests.make.promises import promise
from tests.make.tickets import SKILL, World, add_engineer, make_world, send, take, tap, visit_of, wait

ROUNDS, FEWER = 20, 5
#: Firms with room for every job of all rounds.
LARGE = 99


@dataclass
class Scene:
    """A firm of an owner and a mate, another firm, and a desk of three."""

    world: World
    mate: Actor
    other: Contractor
    second: Actor
    third: Actor


@dataclass(frozen=True)
class Round:
    ticket_id: int
    request_id: int
    deed: Act


@pytest.fixture
def rivals(database_url: str, clock: HandClock) -> Iterator[Rivals]:
    found = Rivals(database_url, clock)
    yield found
    found.close()


@pytest.fixture
async def scene(db: Database) -> Scene:
    def begin(session: Session, *, now: datetime) -> Scene:
        world = make_world(session, now=now)
        world.contractor.engineers = LARGE
        mate = add_person(session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=now)
        other = add_contractor(session, skills=[SKILL], lat=55.9, engineers=LARGE)
        add_engineer(session, other, now=now)
        second, third = (add_dispatcher(session, now=now) for _ in range(2))
        return Scene(world, mate, other, second, third)

    return await db.write(begin)


def sent(scene: Scene, session: Session, now: datetime) -> tuple[Ticket, int]:
    """A new job, on offer to the firm; the number of its offer."""
    scene.world.session, scene.world.now = session, now
    ticket = send(scene.world)
    offer = session.scalars(select(Offer).where(Offer.ticket_id == ticket.id)).one()
    assert offer.contractor_id == scene.world.contractor.id
    return ticket, offer.id


def the_firm_says_yes(scene: Scene, session: Session, *, now: datetime) -> Round:
    ticket, offer = sent(scene, session, now)
    yes = (offers.accept, tap(scene.world.engineer), offer, None, None)
    return Round(ticket.id, propose(scene.world).id, yes)


def the_mate_says_yes(scene: Scene, session: Session, *, now: datetime) -> Round:
    """He alone is to be blocked; the offer stays his firm's."""
    ticket, offer = sent(scene, session, now)
    yes = (offers.accept, tap(scene.mate), offer, None, None)
    return Round(ticket.id, propose(scene.world, person=scene.mate).id, yes)


def the_desk_gives_it_by_hand(scene: Scene, session: Session, *, now: datetime) -> Round:
    """To a firm that was not asked: nothing is on offer that the block could withdraw."""
    ticket, _ = sent(scene, session, now)
    about = (scene.other.id, None, None, "suspended", 30, "Грубость")
    block_requests.propose(session, tap(scene.world.dispatcher), *about, now=now)
    request = session.scalars(select(func.max(BlockRequest.id))).one()
    return Round(ticket.id, request, (staffing.assign, tap(scene.third), ticket.id, scene.other.id))


def the_owner_names_the_mate(scene: Scene, session: Session, *, now: datetime) -> Round:
    ticket, _ = sent(scene, session, now)
    take(scene.world, ticket)
    visit = visit_of(scene.world, ticket).id
    named = (substitutes.name, tap(scene.world.engineer), visit, scene.mate.person_id)
    return Round(ticket.id, propose(scene.world, person=scene.mate).id, named)


def a_hold_ends(scene: Scene, session: Session, *, now: datetime) -> Round:
    ticket, _ = sent(scene, session, now)
    take(scene.world, ticket)
    wait(scene.world, ticket)
    return Round(ticket.id, propose(scene.world).id, (holds.resume, tap(scene.third), ticket.id, ticket.version))


Prepare = Callable[..., Round]
RACES: dict[str, tuple[Prepare, int]] = {
    "yes": (the_firm_says_yes, ROUNDS),
    "yes of a man": (the_mate_says_yes, FEWER),
    "by hand": (the_desk_gives_it_by_hand, FEWER),
    "named": (the_owner_names_the_mate, FEWER),
    "hold": (a_hold_ends, FEWER),
}


def stopped_jobs(session: Session, *, now: datetime) -> list[int]:
    """Agreed jobs of which a block in force says that this crew may not do them."""
    jobs = session.execute(
        select(Visit, Ticket, Assignment.contractor_id)
        .join(Ticket, Ticket.id == Visit.ticket_id)
        .join(Assignment, Assignment.id == Visit.assignment_id)
        .where(Visit.status.in_(AHEAD), Ticket.status.in_(moves.EXPECTED))
    ).all()
    return [
        ticket.id
        for visit, ticket, firm in jobs
        if session.scalars(redispatch.stopping(ticket, visit, firm, now)).all()
    ]


def fate(session: Session, ticket_id: int, *, now: datetime) -> tuple[TicketStatus, bool]:
    """And whether the block took it from whoever had agreed to it."""
    visits = select(Visit.id).where(Visit.ticket_id == ticket_id)
    lost = (Audit.entity == "ticket") & (Audit.entity_id == ticket_id) & (Audit.event == "redispatch")
    unnamed = (Audit.entity == "visit") & Audit.entity_id.in_(visits) & (Audit.actor_role == Role.SYSTEM)
    taken = session.scalars(select(Audit.id).where(lost | unnamed)).all()
    return session.get_one(Ticket, ticket_id).status, bool(taken)


def lift(session: Session, scene: Scene, *, now: datetime) -> None:
    block = session.scalars(select(Block).order_by(Block.id.desc()).limit(1)).one()
    blacklist.lift(session, tap(scene.third), block.id, "Следующий раз", now=now)


@pytest.mark.parametrize("name", RACES)
async def test_a_job_given_in_the_instant_of_a_block_is_refused_or_taken_back(
    db: Database, rivals: Rivals, scene: Scene, clock: HandClock, name: str
) -> None:
    prepare, rounds = RACES[name]
    for number in range(FEWER if db.is_sqlite else rounds):
        one = await db.write(lambda session, *, now: prepare(scene, session, now=now))
        clock.move(seconds=1)
        confirm = (block_requests.confirm, tap(scene.second), one.request_id)
        given, blocked = rivals.race(one.deed, confirm)

        assert blocked == "done", (number, blocked)
        assert await db.read(stopped_jobs) == [], (number, given)
        status, was_taken_back = await db.read(fate, one.ticket_id)
        assert status in (TicketStatus.SEARCHING, TicketStatus.ASSIGNED)
        assert was_taken_back is (given == "done"), (number, given)
        clock.move(seconds=1)
        await db.write(lift, scene)


async def test_two_yes_at_the_limit_of_a_firm_are_one(db: Database, rivals: Rivals, scene: Scene) -> None:
    """There is room for one more job, and two of its people take one each."""

    def prepare(session: Session, *, now: datetime) -> list[int]:
        offered = [sent(scene, session, now)[1] for _ in range(2)]
        for _ in range(numbers.of(session).jobs_per_engineer - 1):
            take(scene.world, sent(scene, session, now)[0])
        session.get_one(Contractor, scene.world.contractor.id).engineers = 1
        return offered

    offered = await db.write(prepare)
    people = (scene.mate, scene.world.engineer)
    one, two = ((offers.accept, tap(man), offer, None, None) for man, offer in zip(people, offered, strict=True))
    assert sorted(rivals.race(one, two)) == ["LimitReached", "done"]


@pytest.mark.parametrize("words", [(True, False), (True, True), (False, False)])
async def test_of_two_who_decide_one_appeal_in_one_instant_one_does(
    db: Database, rivals: Rivals, scene: Scene, clock: HandClock, words: tuple[bool, bool]
) -> None:
    def appeal(session: Session, *, now: datetime) -> int:
        scene.world.session, scene.world.now = session, now
        block = begin_block(scene.world)
        appeals.give(session, tap(scene.world.engineer), block.id, "Не согласен", now=now)
        return session.scalars(select(func.max(Appeal.id))).one()

    def seen(session: Session, appeal_id: int, *, now: datetime) -> tuple[bool, bool, int]:
        row = session.get_one(Appeal, appeal_id)
        said = (Audit.entity == "appeal") & (Audit.entity_id == row.id) & (Audit.event == "decide")
        lifted = bool(session.get_one(Block, row.block_id).lift_reason)
        return bool(row.is_upheld), lifted, len(session.scalars(select(Audit.id).where(said)).all())

    judges = (scene.second, scene.third)
    for _ in range(FEWER):
        number = await db.write(appeal)
        clock.move(seconds=1)
        ends = rivals.race(
            *((appeals.decide, tap(who), number, yes, "Слово") for who, yes in zip(judges, words, strict=True))
        )
        assert sorted(ends) == ["Changed", "done"]
        upheld = words[ends.index("done")]
        assert await db.read(seen, number) == (upheld, upheld, 1)
        clock.move(seconds=1)
        if not upheld:
            await db.write(lift, scene)


def takes_back(session: Session, scene: Scene, request_id: int, *, now: datetime) -> None:
    block_requests.refuse(session, tap(scene.world.dispatcher), request_id, "Передумала", now=now)


def drops(session: Session, scene: Scene, request_id: int, *, now: datetime) -> None:
    """What the rule rested on was annulled."""
    row = session.get_one(BlockRequest, request_id)
    block_requests.drop(session, Actor.system("test"), row, "annulled", now=now)


@pytest.mark.parametrize("ends", [takes_back, drops])
async def test_a_confirmation_in_the_instant_its_request_ends_is_one_of_them(
    db: Database, rivals: Rivals, scene: Scene, clock: HandClock, ends: Callable[..., None]
) -> None:
    def ask(session: Session, *, now: datetime) -> int:
        scene.world.session, scene.world.now = session, now
        return propose(scene.world).id

    def seen(session: Session, request_id: int, *, now: datetime) -> tuple[bool, bool, int, int]:
        row = session.get_one(BlockRequest, request_id)
        ended = select(func.count()).where(
            Audit.entity == "block_request", Audit.entity_id == row.id, Audit.event.in_(("refuse", "drop"))
        )
        blocks = session.scalar(select(func.count()).where(Block.id == row.block_id)) or 0
        return row.block_id is not None, bool(row.refusal), blocks, session.scalar(ended) or 0

    for _ in range(FEWER):
        request = await db.write(ask)
        clock.move(seconds=1)
        confirmed, _ = rivals.race((block_requests.confirm, tap(scene.second), request), (ends, scene, request))
        if confirmed == "done":
            assert await db.read(seen, request) == (True, False, 1, 0)
            clock.move(seconds=1)
            await db.write(lift, scene)
        else:
            assert confirmed == "Changed"
            assert await db.read(seen, request) == (False, True, 0, 1)


async def test_the_same_block_asked_for_by_two_in_one_instant_is_asked_for_once(
    db: Database, rivals: Rivals, scene: Scene, clock: HandClock
) -> None:
    def waiting(session: Session, *, now: datetime) -> list[int]:
        return list(session.scalars(select(BlockRequest.id).where(BlockRequest.decided_at.is_(None))))

    about = (scene.other.id, None, None, BlockLevel.SUSPENDED, 30, "Грубость")
    for _ in range(FEWER):
        asked = rivals.race(*((block_requests.propose, tap(who), *about) for who in (scene.second, scene.third)))
        assert sorted(asked) == ["BlockAsked", "done"]
        (request,) = await db.read(waiting)
        await db.write(drops, scene, request)
        clock.move(seconds=1)


async def test_two_requests_of_one_block_confirmed_in_one_instant_are_one_block(
    db: Database, rivals: Rivals, scene: Scene, clock: HandClock
) -> None:
    """A rule asks for what a person has asked for, too."""

    def ask(session: Session, *, now: datetime) -> list[int]:
        scene.world.session, scene.world.now = session, now
        by_hand = propose(scene.world)
        whom = Subject(scene.world.contractor.id)
        order = Order(whom, by_hand.level, BlockRule.NO_SHOWS, "", 30, by_hand.cost, {"because": BlockRule.NO_SHOWS})
        return [by_hand.id, block_requests.ask(session, Actor.system("test"), order, now=now).id]

    requests = await db.write(ask)
    clock.move(seconds=1)
    judges = zip((scene.second, scene.third), requests, strict=True)
    assert sorted(rivals.race(*((block_requests.confirm, tap(who), one) for who, one in judges))) == [
        "BlockHolds",
        "done",
    ]


async def test_two_promises_of_a_ticket_that_burn_in_one_instant_are_one_task(
    db: Database, rivals: Rivals, clock: HandClock
) -> None:
    """One sweep has found that nobody says yes, the other that nobody comes: two kinds of task, of which one stands."""

    def begin(session: Session, *, now: datetime) -> World:
        return promise(session, now=now)

    def ask(session: Session, world: World, *, now: datetime) -> None:
        world.session, world.now = session, now
        send(world)

    def standing(session: Session, *, now: datetime) -> list[tuple[int | None, TaskKind]]:
        rows = session.execute(select(Task.ticket_id, Task.kind).where(Task.ended_at.is_(None)))
        return [(ticket, kind) for ticket, kind in rows]

    world = await db.write(begin)
    for number in range(1, FEWER + 1):
        await db.write(ask, world)
        clock.move(minutes=119)
        assert rivals.race((warnings.sweep, 1), (warnings.sweep, 1)) == ["done", "done"]
        tasks = await db.read(standing)
        assert (len(tasks), len(dict(tasks))) == (number, number)
        clock.move(minutes=121)
        await db.write(warnings.sweep, 50)


@pytest.mark.parametrize("seconds", [3600, -3600])
async def test_two_timetables_that_see_one_jump_of_the_clock_doubt_once(
    db: Database, rivals: Rivals, seconds: int
) -> None:
    """Each has measured the jump itself, a second apart: a manager says once that the time is right."""

    def doubts(session: Session, *, now: datetime) -> int:
        return session.scalar(select(func.count()).where(Task.kind == TaskKind.CLOCK_JUMP)) or 0

    jumps = (timedelta(seconds=seconds + more) for more in (0, 1))
    assert rivals.race(*((guard.doubt, jump) for jump in jumps)) == ["done", "done"]
    assert await db.read(doubts) == 1

"""Two people, or one with two taps, in the same instant: one effect, and the other is told so."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.errors import Changed, DomainError, OfferTaken
from core.domain.role import Role
from core.domain.task import TaskKind
from core.domain.ticket import TicketStatus
from core.services import acceptances, intakes, offers, tasks, tickets
from storage.db import Database
from storage.models.desk import Audit, Task
from storage.models.offer import Offer
from storage.models.ticket import Acceptance, Assignment, Ticket
from tests.make.people import add_dispatcher, add_person
from tests.make.tickets import World, bring, draft, make_world, open_tasks, send, tap, tell

ROUNDS = 3

Prepared = tuple[Actor, Actor, int]
Prepare = Callable[[World], Prepared]
Deed = Callable[..., Any]


def two_at_the_desk(world: World) -> tuple[Actor, Actor]:
    return world.dispatcher, add_dispatcher(world.session, now=world.now)


def task_of(world: World, ticket: Ticket, kind: TaskKind) -> int:
    return next(task.id for task in open_tasks(world.session, ticket) if task.kind is kind)


def to_approve(world: World) -> Prepared:
    return *two_at_the_desk(world), bring(world, TicketStatus.APPROVAL).id


def to_confirm(world: World) -> Prepared:
    return *two_at_the_desk(world), draft(world)[0].id


def to_take_a_task(world: World) -> Prepared:
    ticket = bring(world, TicketStatus.APPROVAL)
    return *two_at_the_desk(world), task_of(world, ticket, TaskKind.APPROVAL)


def to_order_a_rework(world: World) -> Prepared:
    return *two_at_the_desk(world), bring(world, TicketStatus.DISPUTED).id


def to_accept(world: World) -> Prepared:
    ticket = bring(world, TicketStatus.REPORTED)
    colleague = add_person(world.session, Grant(Role.REQUESTER, client_id=world.client.id), now=world.now)
    return world.requester, colleague, ticket.id


def accept(session: Session, actor: Actor, ticket_id: int, *, now: datetime) -> None:
    """The version is the one both saw when the race began."""
    acceptances.accept(session, actor, ticket_id, REPORTED_VERSION, now=now)


def wrong(session: Session, actor: Actor, ticket_id: int, *, now: datetime) -> None:
    acceptances.wrong(session, actor, ticket_id, "Мигает", now=now)


#: register, assign, arrive, report.
REPORTED_VERSION = 4

RACES: dict[str, tuple[Prepare, Deed]] = {
    "approve": (to_approve, tickets.approve),
    "confirm": (to_confirm, tickets.confirm),
    "take a task": (to_take_a_task, tasks.take),
    "rework": (to_order_a_rework, acceptances.order_rework),
    "accept": (to_accept, accept),
}


async def raced(db: Database, deed: Deed, one: Actor, two: Actor, object_id: int) -> list[str]:
    async def attempt(actor: Actor) -> str:
        try:
            await db.write(deed, tap(actor), object_id)
        except DomainError as error:
            return type(error).__name__
        return "done"

    return sorted(await asyncio.gather(attempt(one), attempt(two)))


async def counted(db: Database, query: Any) -> int:
    def count(session: Session, *, now: datetime) -> int:
        return session.scalar(query) or 0

    return await db.read(count)


@pytest.mark.parametrize("name", RACES)
async def test_of_two_people_in_one_instant_one_does_it_and_the_other_is_told(db: Database, name: str) -> None:
    prepare, deed = RACES[name]

    def begin(session: Session, *, now: datetime) -> Prepared:
        return prepare(make_world(session, now=now))

    for _ in range(ROUNDS):
        one, two, object_id = await db.write(begin)
        before = await counted(db, select(func.count()).select_from(Audit))
        # Of a task the loser learns who has it.
        lost = "TaskTaken" if name == "take a task" else "Changed"
        assert await raced(db, deed, one, two, object_id) == sorted(["done", lost])
        assert await counted(db, select(func.count()).select_from(Audit)) > before

    if name == "accept":
        assert await counted(db, select(func.count()).select_from(Acceptance)) == ROUNDS
    if name == "take a task":
        assert await counted(db, select(func.count(Task.taken_by))) == ROUNDS


async def test_a_yes_and_a_wrong_in_one_instant_leave_one_of_them(db: Database) -> None:
    def begin(session: Session, *, now: datetime) -> Prepared:
        return to_accept(make_world(session, now=now))

    async def attempt(deed: Deed, actor: Actor, ticket_id: int) -> str:
        try:
            await db.write(deed, tap(actor), ticket_id)
        except Changed:
            return "told"
        return "done"

    for _ in range(ROUNDS):
        one, two, ticket_id = await db.write(begin)
        results = await asyncio.gather(attempt(accept, one, ticket_id), attempt(wrong, two, ticket_id))
        disputes = await counted(
            db, select(func.count()).where(Task.ticket_id == ticket_id, Task.kind == TaskKind.DISPUTE)
        )
        accepted = await counted(db, select(func.count()).where(Acceptance.ticket_id == ticket_id))
        assert sorted(results) == ["done", "told"]
        assert (accepted, disputes) == ((1, 0) if results[0] == "done" else (0, 1))


async def test_a_double_tap_on_yes_is_one_assignment(db: Database) -> None:
    def begin(session: Session, *, now: datetime) -> tuple[Actor, int]:
        world = make_world(session, now=now)
        ticket = send(world)
        return world.engineer, session.scalars(select(Offer.id).where(Offer.ticket_id == ticket.id)).one()

    for _ in range(ROUNDS):
        engineer, offer_id = await db.write(begin)
        taps = [db.write(offers.accept, tap(engineer), offer_id, None, None) for _ in range(3)]
        results = await asyncio.gather(*taps, return_exceptions=True)
        assert not [one for one in results if isinstance(one, Exception) and not isinstance(one, OfferTaken)]
        assert None in results
    assert await counted(db, select(func.count()).select_from(Assignment)) == ROUNDS


async def test_a_double_tap_on_send_is_one_ticket(db: Database) -> None:
    def begin(session: Session, *, now: datetime) -> tuple[Actor, int]:
        world = make_world(session, now=now)
        return world.requester, tell(world)

    for number in range(1, ROUNDS + 1):
        requester, intake_id = await db.write(begin)
        sent = [db.write(tickets.register, tap(requester), intake_id) for _ in range(3)]
        results = await asyncio.gather(*sent, return_exceptions=True)
        assert not [one for one in results if isinstance(one, Exception) and not isinstance(one, DomainError)]
        assert await counted(db, select(func.count()).select_from(Ticket)) == number


async def test_two_requests_of_one_person_in_one_instant_leave_one_open(db: Database) -> None:
    def begin(session: Session, *, now: datetime) -> tuple[Actor, int]:
        world = make_world(session, now=now)
        return world.requester, world.site.id

    requester, site_id = await db.write(begin)
    started = [db.write(intakes.start, tap(requester), site_id=site_id) for _ in range(3)]
    assert await asyncio.gather(*started) == [None] * 3
    assert await db.read(intakes.current_id, requester) is not None

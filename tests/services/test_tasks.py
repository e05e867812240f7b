"""The queue: what is most urgent stands first, one person takes a task, and it ends once."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.errors import Changed, NotAllowed, NotFound
from core.domain.role import Role
from core.domain.task import TaskKind
from core.domain.ticket import TicketStatus
from core.services import tasks
from storage.models.desk import Audit, Task
from storage.models.post import Outbox
from tests.clock import HandClock
from tests.make.people import add_dispatcher, add_person
from tests.make.tickets import World, bring, card_of, make_world, nobody_left, tap


def kinds(session: Session, world: World) -> list[TaskKind]:
    return [line.kind for line in tasks.queue(session, world.dispatcher, now=world.now, limit=50).lines]


def opened(session: Session, kind: TaskKind, cause: str, **fields: object) -> Task:
    return tasks.open(session, kind, cause=cause, **fields)  # type: ignore[arg-type]


def test_the_same_cause_makes_one_task(session: Session, now: datetime) -> None:
    first = opened(session, TaskKind.PARKED, "update 7", now=now)
    assert opened(session, TaskKind.PARKED, "update 7", now=now).id == first.id
    assert opened(session, TaskKind.PARKED, "update 8", now=now).id != first.id


def test_the_queue_comes_in_pages_and_says_what_it_is_about(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    ticket = nobody_left(world, clock)
    opened(session, TaskKind.UNDELIVERED, "x", now=now, person_id=world.engineer.person_id)
    page = tasks.queue(session, world.dispatcher, now=world.now, offset=0, limit=1)
    assert page.total == 2
    assert (page.lines[0].number, page.lines[0].service) == (ticket.number, "Замена светильника")
    rest = tasks.queue(session, world.dispatcher, now=world.now, offset=1, limit=1)
    assert (rest.lines[0].person, rest.lines[0].ticket_id) == (world.engineer.name, None)


@pytest.mark.parametrize("role", [Role.REQUESTER, Role.ACCOUNTANT, Role.ENGINEER])
def test_only_the_desk_sees_and_touches_tasks(session: Session, now: datetime, role: Role) -> None:
    world = make_world(session, now=now)
    task = opened(session, TaskKind.PARKED, "update 7", now=now)
    client = {"client_id": world.client.id} if role is Role.REQUESTER else {}
    firm = {"contractor_id": world.contractor.id} if role is Role.ENGINEER else {}
    outsider = add_person(session, Grant(role, **client, **firm), now=now)
    with pytest.raises(NotAllowed):
        tasks.queue(session, outsider, now=now)
    with pytest.raises(NotFound):
        tasks.take(session, tap(outsider), task.id, now=now)
    with pytest.raises(NotFound):
        tasks.end(session, tap(outsider), task.id, "done", now=now)


def test_one_takes_it_and_the_other_is_told(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    second = add_dispatcher(session, now=now)
    task = opened(session, TaskKind.PARKED, "update 7", now=now)
    tasks.take(session, tap(world.dispatcher), task.id, now=now)

    tasks.take(session, tap(world.dispatcher), task.id, now=now)  # a second tap is harmless
    with pytest.raises(Changed):
        tasks.take(session, tap(second), task.id, now=now)
    assert tasks.queue(session, second, now=now).lines[0].taken_by == world.dispatcher.name


def test_a_task_ends_once_and_by_whom_is_written_down(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    task = opened(session, TaskKind.PARKED, "update 7", now=now)
    tasks.end(session, tap(world.dispatcher), task.id, "done", now=now)

    assert kinds(session, world) == []
    with pytest.raises(Changed):
        tasks.end(session, tap(world.dispatcher), task.id, "done", now=now)
    with pytest.raises(Changed):
        tasks.take(session, tap(world.dispatcher), task.id, now=now)
    row = session.scalars(select(Audit).where(Audit.entity == "task", Audit.entity_id == task.id)).one()
    assert (row.event, row.actor_id, row.data) == ("end", world.dispatcher.person_id, {"outcome": "done"})


def test_a_task_that_is_none_is_not_found(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    with pytest.raises(NotFound):
        tasks.take(session, tap(world.dispatcher), 10**9, now=now)


def test_a_taken_task_redraws_the_card_of_its_ticket(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    ticket = nobody_left(world, clock)
    task_id = card_of(world, world.dispatcher, ticket).tasks[0].task_id
    tasks.take(session, tap(world.dispatcher), task_id, now=world.now)

    assert card_of(world, world.dispatcher, ticket).tasks[0].taken_by == world.dispatcher.name
    row = session.scalars(select(Outbox).order_by(Outbox.id.desc())).first()
    assert row is not None
    assert (row.notice, row.delivery, row.person_id) == ("card", "edit", world.dispatcher.person_id)


def test_tasks_of_a_ticket_end_when_it_moves_on(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.SEARCHING)
    for kind in (TaskKind.UNVERIFIED, TaskKind.LEFT):
        opened(session, kind, "x", now=now, ticket_id=ticket.id)
    tasks.end_for_ticket(session, Actor.system("test"), ticket.id, {TaskKind.LEFT}, "moved on", now=now)

    assert kinds(session, world) == [TaskKind.UNVERIFIED]

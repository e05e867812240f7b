"""The queue by minutes and roubles at risk, its filters, and tasks that change hands."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.domain.clock import ClockState
from core.domain.errors import Changed, NotAllowed, NotFound, TaskTaken
from core.domain.notice import Delivery, Notice
from core.domain.task import ORDER, TaskKind
from core.domain.ticket import Priority, TicketStatus
from core.services import tasks
from core.services.tasks import Show
from storage.models.clock import Clock
from storage.models.desk import Task
from storage.models.post import Outbox
from tests.clock import HandClock
from tests.make.people import add_dispatcher
from tests.make.tickets import World, bring, make_world, send, tap, wait

#: Name, minutes to the broken promise (None: nothing burns), roubles, emergency: in the order of the queue.
AT_RISK = [
    ("an emergency before everything", 300, 10, True),
    ("broken already", -1, 10, False),
    ("half an hour, the dearer", 29, 900, False),
    ("half an hour, the cheaper and sooner", 2, 100, False),
    ("two hours", 119, 5000, False),
    ("today", 400, 9000, False),
    ("later", 3000, 9000, False),
    ("nothing burns", None, 90_000, False),
]


def test_the_queue_goes_by_minutes_and_roubles_at_risk(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    for name, minutes, roubles, emergency in reversed(AT_RISK):
        ticket = send(world)
        ticket.client_price_kop = roubles * 100
        ticket.priority = Priority.EMERGENCY if emergency else Priority.NORMAL
        due = None if minutes is None else now + timedelta(minutes=minutes)
        fields = {"due_at": due, "state": ClockState.RUNNING if due else ClockState.STOPPED}
        session.execute(update(Clock).where(Clock.ticket_id == ticket.id).values(**fields))
        tasks.open(session, TaskKind.UNVERIFIED, cause=name, ticket_id=ticket.id, now=now)
    tasks.open(session, TaskKind.UNSTAFFED, cause="without a ticket", now=now)
    found = tasks.queue(session, world.dispatcher, now=now, limit=50)

    names = session.execute(select(Task.id, Task.cause)).all()
    cause = {task_id: text.partition(":")[2] for task_id, text in names}
    assert [cause[line.task_id] for line in found.lines] == [*(name for name, *_ in AT_RISK), "without a ticket"]
    assert found.lines[2].risk_kop == 90_000
    assert found.lines[2].burns_until == now + timedelta(minutes=29)
    session.rollback()


def test_where_nothing_burns_the_kind_decides_and_then_the_age(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    kinds = [kind for kind in ORDER if kind is not TaskKind.COUNTER]  # a price asks only while its offer waits
    for kind in reversed(kinds):
        tasks.open(session, kind, cause="old", now=now)
    world.now = clock.move(minutes=1)
    for kind in kinds:
        tasks.open(session, kind, cause="young", now=world.now)

    lines = tasks.queue(session, world.dispatcher, now=world.now, limit=100).lines
    assert [line.kind for line in lines] == [kind for kind in kinds for _ in range(2)]
    assert all(a.created_at < b.created_at for a, b in zip(lines[::2], lines[1::2], strict=True))


def of(session: Session, world: World, show: Show, kind: TaskKind | None = None) -> list[TaskKind]:
    return [one.kind for one in tasks.queue(session, world.dispatcher, now=world.now, show=show, kind=kind).lines]


def test_all_mine_free_and_by_kind_with_their_numbers(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    mine = tasks.open(session, TaskKind.PARKED, cause="a", now=now)
    tasks.open(session, TaskKind.UNDELIVERED, cause="b", now=now)
    tasks.take(session, tap(world.dispatcher), mine.id, now=now)
    assert of(session, world, Show.MINE) == [TaskKind.PARKED]
    assert of(session, world, Show.FREE) == [TaskKind.UNDELIVERED]
    assert of(session, world, Show.ALL, TaskKind.PARKED) == [TaskKind.PARKED]
    found = tasks.queue(session, world.dispatcher, now=now)
    assert found.counts == {Show.ALL: 2, Show.MINE: 1, Show.FREE: 1}
    assert found.kinds == ((TaskKind.UNDELIVERED, 1), (TaskKind.PARKED, 1))


def test_what_cannot_be_done_on_hold_sleeps(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.DISPUTED)
    assert of(session, world, Show.ALL) == [TaskKind.DISPUTE]
    wait(world, ticket)
    assert of(session, world, Show.ALL) == []


def test_a_colleague_is_handed_the_task_and_rung(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    other = add_dispatcher(session, now=now)
    ticket = bring(world, TicketStatus.DISPUTED)
    (task,) = session.scalars(select(Task).where(Task.ticket_id == ticket.id))
    tasks.take(session, tap(world.dispatcher), task.id, now=now)
    with pytest.raises(TaskTaken) as refused:
        tasks.take(session, tap(other), task.id, now=now)
    assert refused.value.name == world.dispatcher.name
    for act in (tasks.release, lambda *a, **k: tasks.hand_over(*a, other.person_id or 0, **k)):
        with pytest.raises(TaskTaken):
            act(session, tap(add_dispatcher(session, now=now)), task.id, now=now)

    shown = tasks.colleagues(session, world.dispatcher, task.id, now=now)
    assert other.person_id in {person_id for person_id, _ in shown.people}
    assert world.dispatcher.person_id not in {person_id for person_id, _ in shown.people}
    tasks.hand_over(session, tap(world.dispatcher), task.id, other.person_id or 0, now=now)
    assert task.taken_by == other.person_id
    rung = session.scalars(select(Outbox).where(Outbox.notice == Notice.HANDED_OVER)).one()
    assert (rung.person_id, rung.delivery) == (other.person_id, Delivery.NEW)
    tasks.release(session, tap(other), task.id, now=now)
    assert task.taken_by is None


def test_a_task_goes_to_the_desk_only(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.DISPUTED)
    (task,) = session.scalars(select(Task).where(Task.ticket_id == ticket.id))
    with pytest.raises(NotFound):
        tasks.hand_over(session, tap(world.dispatcher), task.id, world.engineer.person_id or 0, now=now)
    with pytest.raises(NotFound):
        tasks.hand_over(session, tap(world.engineer), task.id, world.dispatcher.person_id or 0, now=now)
    bare = tasks.open(session, TaskKind.PARKED, cause="a", now=now)
    with pytest.raises(NotAllowed):
        tasks.hand_over(
            session, tap(world.dispatcher), bare.id, add_dispatcher(session, now=now).person_id or 0, now=now
        )
    tasks.end(session, tap(world.dispatcher), bare.id, "done", now=now)
    with pytest.raises(Changed):
        tasks.release(session, tap(world.dispatcher), bare.id, now=now)

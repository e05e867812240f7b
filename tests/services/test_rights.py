"""Rights end with the role, whatever an old or a forged button says."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.errors import NotAllowed, NotFound
from core.domain.notice import Delivery, Notice, OutboxStatus
from core.domain.task import ENDED_BY_HAND
from core.domain.ticket import TicketStatus
from core.domain.visit import VisitStatus
from core.services import history, jobs, memberships, outbox, reports, tasks, visits
from storage.models.people import Membership
from storage.models.post import Outbox
from tests.clock import HandClock
from tests.make.people import again
from tests.make.tickets import (
    World,
    arrive,
    bring,
    card_of,
    draft,
    make_world,
    nobody_left,
    open_tasks,
    send,
    shoot,
    take,
    visit_of,
)

Step = Callable[..., None]


def leaves(world: World, actor: Actor) -> Actor:
    """The directories no longer know the phone: every role ends, with a visit ahead or not."""
    rows = select(Membership).where(Membership.person_id == actor.person_id, Membership.ended_at.is_(None))
    for row in world.session.scalars(rows).all():
        memberships.end(world.session, Actor.system("test"), row, why="phone", now=world.now)
    return again(world.session, actor, now=world.now)


@pytest.mark.parametrize("step", [visits.go, visits.arrive_by_word, visits.begin_work, reports.send, visits.give_up])
def test_who_left_the_firm_goes_no_step_on(session: Session, now: datetime, step: Step) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    visit = take(world, ticket)
    gone = leaves(world, world.engineer)

    with pytest.raises(NotFound):
        step(session, gone, visit.id, now=now)
    assert visit.status is VisitStatus.PLANNED


def test_who_left_the_firm_sees_nothing_of_the_job_and_sends_no_pictures(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    arrive(world, ticket)
    visits.begin_work(session, world.engineer, visit_of(world, ticket).id, now=now)
    world.engineer = leaves(world, world.engineer)

    assert card_of(world, world.engineer, ticket) is None
    with pytest.raises(NotFound):
        history.why(session, world.engineer, ticket.id, now=now)
    with pytest.raises(NotAllowed):
        jobs.open_jobs(session, world.engineer, now=now)
    with pytest.raises(NotAllowed):
        shoot(world)


@pytest.mark.parametrize("state", ["draft", "approval", "unstaffed", "disputed"])
def test_the_desk_cannot_end_a_task_without_which_the_ticket_is_forgotten(
    session: Session, clock: HandClock, state: str
) -> None:
    world = make_world(session, now=clock.now())
    match state:
        case "draft":
            leaves(world, world.requester)
            ticket, _ = draft(world)
        case "unstaffed":
            ticket = nobody_left(world, clock)
        case _:
            ticket = bring(world, TicketStatus(state))
    (task,) = open_tasks(session, ticket)
    assert task.kind not in ENDED_BY_HAND

    with pytest.raises(NotAllowed):
        tasks.end(session, world.dispatcher, task.id, "done", now=clock.now())
    assert open_tasks(session, ticket) == [task]


def test_a_chat_that_must_wait_keeps_its_order_in_another_process(session: Session, now: datetime) -> None:
    """Telegram said 429; the process that remembered the wait was killed."""
    world = make_world(session, now=now)
    first, second = (_letter(world, number) for number in (1, 2))
    (letter,) = outbox.claim(session, 1, now=now).letters
    assert letter.id == first
    outbox.postpone(session, letter, timedelta(seconds=30), "429", now=now, counts=False)

    assert outbox.claim(session, 10, now=now).letters == ()
    later = now + timedelta(seconds=31)
    assert [one.id for one in outbox.claim(session, 10, now=later).letters] == [first]
    assert second > first
    session.rollback()


def _letter(world: World, number: int) -> int:
    session, now = world.session, world.now
    for row in session.scalars(select(Outbox).where(Outbox.status == OutboxStatus.NEW)).all():
        if not row.dedupe_key.startswith("order:"):
            session.delete(row)
    row = Outbox(
        dedupe_key=f"order:{number}",
        delivery=Delivery.NEW,
        notice=Notice.MENU,
        person_id=world.dispatcher.person_id or 0,
        chat_id=5,
        data={},
        priority=0,
        created_at=now,
        not_before=now,
        status=OutboxStatus.NEW,
    )
    session.add(row)
    session.flush()
    return row.id

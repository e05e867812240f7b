"""Warnings while nobody has said yes: each level once, to whom the table says, also after days of downtime."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.screens import cards as screens
from bot.texts import load
from core.domain.actor import Actor, Grant
from core.domain.clock import ClockKind
from core.domain.notice import Notice
from core.domain.role import Role
from core.domain.task import TaskKind
from core.domain.ticket import TicketStatus
from core.services import clocks, tasks, tickets, visits, warnings, waves
from storage.models.clock import Clock, ClockInterval
from storage.models.directory import SlaTarget
from storage.models.post import Outbox
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make.people import add_person
from tests.make.tickets import World, bring, card_of, make_world, open_tasks, send, take, tap

REACTION = timedelta(minutes=240)


@pytest.fixture
def world(session: Session, now: datetime) -> World:
    minutes = {"reaction_min": 240, "arrival_min": 480, "resolution_min": 960}
    target = SlaTarget(plan="План", priority="normal", calendar="24x7", **minutes)
    session.add(target)
    session.flush()
    return make_world(session, now=now, sla_plan="План")


@pytest.fixture
def manager(world: World) -> Actor:
    return add_person(world.session, Grant(Role.MANAGER), now=world.now)


def heard(world: World, who: Actor, clock: ClockKind = ClockKind.REACTION) -> list[int]:
    rows = select(Outbox.data).where(Outbox.notice == Notice.SLA, Outbox.person_id == who.person_id)
    return [data["pct"] for data in world.session.scalars(rows.order_by(Outbox.id)) if data["clock"] == clock]


def burn(world: World, clock: HandClock, pct: float) -> None:
    started = world.session.scalars(select(Clock.started_at).where(Clock.kind == ClockKind.REACTION)).one()
    world.now = clock.at = started + REACTION * pct / 100
    while warnings.sweep(world.session, 50, now=world.now):
        pass


def kinds(world: World, ticket: Ticket) -> list[TaskKind]:
    return [task.kind for task in open_tasks(world.session, ticket)]


def test_the_desk_gets_a_task_then_a_ring_and_in_the_end_the_manager_too(
    world: World, manager: Actor, clock: HandClock
) -> None:
    ticket = send(world)
    burn(world, clock, 74)
    assert kinds(world, ticket) == []
    burn(world, clock, 75)
    assert kinds(world, ticket) == [TaskKind.REACTION]
    assert heard(world, world.dispatcher) == []
    burn(world, clock, 90)
    assert (heard(world, world.dispatcher), heard(world, manager)) == ([90], [])
    burn(world, clock, 100)
    burn(world, clock, 500)
    assert (heard(world, world.dispatcher), heard(world, manager)) == ([90, 100], [100])
    assert kinds(world, ticket) == [TaskKind.REACTION]  # one task, however often it burns


def test_after_days_of_downtime_one_message_not_three(world: World, manager: Actor, clock: HandClock) -> None:
    send(world)
    burn(world, clock, 2000)

    assert (heard(world, world.dispatcher), heard(world, manager)) == ([100], [100])


def test_a_yes_ends_the_task_and_the_warnings(world: World, clock: HandClock) -> None:
    ticket = send(world)
    burn(world, clock, 76)
    take(world, ticket)
    burn(world, clock, 400)

    assert TaskKind.REACTION not in kinds(world, ticket)
    assert heard(world, world.dispatcher) == []


def test_the_clients_own_approval_stops_the_clock(world: World, clock: HandClock) -> None:
    session = world.session
    ticket = bring(world, TicketStatus.APPROVAL)
    burn(world, clock, 400)
    assert heard(world, world.dispatcher) == []

    tickets.approve(session, tap(world.dispatcher), ticket.id, now=world.now)
    reading = clocks.reading(session, clocks.of_search(session, ticket, now=world.now), now=world.now)
    assert (reading.elapsed, reading.due_at) == (timedelta(0), world.now + REACTION)


def test_a_ticket_from_before_there_were_clocks_gets_one_from_its_registration(world: World) -> None:
    session = world.session
    ticket = send(world)
    for clock in session.scalars(select(Clock)):
        for interval in session.scalars(select(ClockInterval).where(ClockInterval.clock_id == clock.id)):
            session.delete(interval)
        session.flush()
        session.delete(clock)
    session.flush()
    later = world.now + timedelta(minutes=60)

    reading = clocks.reading(session, clocks.of_search(session, ticket, now=later), now=later)
    assert reading.elapsed == timedelta(minutes=60)


def takes(world: World, ticket: Ticket) -> list[str]:
    """The buttons of the desk's card that take a task."""
    screen = screens.draw(card_of(world, world.dispatcher, ticket), load("ru"))
    return [button.text for row in screen.rows for button in row if button.text.startswith("Беру")]


def test_when_nobody_is_left_one_task_asks_for_what_is_to_be_done(world: World, clock: HandClock) -> None:
    ticket = send(world)
    visit = take(world, ticket)
    burn(world, clock, 160)  # of the arrival, which has twice the time: 80
    assert kinds(world, ticket) == [TaskKind.DEADLINE]
    visits.give_up(world.session, tap(world.engineer), visit.id, now=world.now)
    while ticket.status is TicketStatus.SEARCHING:
        assert ticket.search_due_at is not None
        world.now = clock.at = ticket.search_due_at
        waves.sweep(world.session, 50, now=world.now)
    assert kinds(world, ticket) == [TaskKind.UNSTAFFED]
    burn(world, clock, 400)

    assert kinds(world, ticket) == [TaskKind.UNSTAFFED]
    assert takes(world, ticket) == ["Беру на себя"]


def test_of_several_tasks_each_button_names_its_own(world: World, clock: HandClock) -> None:
    ticket = send(world)
    take(world, ticket)
    burn(world, clock, 160)
    tasks.open(world.session, TaskKind.UNCONFIRMED, cause="test", ticket_id=ticket.id, now=world.now)

    free = ["Беру: срок горит", "Беру: инженер не подтвердил выезд"]
    assert takes(world, ticket) == free
    tasks.take(world.session, tap(world.dispatcher), open_tasks(world.session, ticket)[0].id, now=world.now)
    assert takes(world, ticket) == ["Беру на себя"]

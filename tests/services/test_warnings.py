"""Warnings while nobody has said yes: each level once, to whom the table says, also after days of downtime."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.clock import ClockKind
from core.domain.notice import Notice
from core.domain.role import Role
from core.domain.task import TaskKind
from core.domain.ticket import TicketStatus
from core.services import clocks, tickets, warnings
from storage.models.clock import Clock, ClockInterval
from storage.models.directory import SlaTarget
from storage.models.post import Outbox
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make.people import add_person
from tests.make.tickets import World, bring, make_world, open_tasks, send, take, tap

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

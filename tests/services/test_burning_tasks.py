"""One task of the desk for a ticket that burns: it speaks of the clock that burns most, and stays while one does."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from bot.screens import tasks as screens
from bot.texts import load
from core.domain.clock import ClockKind, StopReason
from core.domain.task import TaskKind
from core.domain.ticket import Priority
from core.services import holds, priorities, searches, tasks
from core.services.hold_evidence import NONE
from storage.models.desk import Task
from storage.models.directory import SlaTarget
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make.promises import later, promise
from tests.make.tickets import World, arrive, open_tasks, report, send, take, tap

A, R = ClockKind.ARRIVAL, ClockKind.RESOLUTION


@pytest.fixture
def world(session: Session, clock: HandClock) -> World:
    return promise(session, now=clock.now())  # arrival 120 minutes, resolution 240


def said(world: World, ticket: Ticket) -> list[tuple[str, int]]:
    """Of what the burning tasks in the queue speak."""
    world.session.expire_all()
    burning = (TaskKind.DEADLINE, TaskKind.REACTION)
    return [(task.data["kind"], task.data["pct"]) for task in open_tasks(world.session, ticket) if task.kind in burning]


def burning(world: World, ticket: Ticket) -> Task:
    (found,) = [task for task in open_tasks(world.session, ticket) if task.kind is TaskKind.DEADLINE]
    return found


def test_the_resolution_that_burns_takes_the_place_of_the_arrival_that_is_over(world: World, clock: HandClock) -> None:
    ticket = send(world)
    take(world, ticket)
    later(world, clock, minutes=91)
    assert said(world, ticket) == [(A, 75)]
    later(world, clock, minutes=31)
    assert said(world, ticket) == [(A, 100)]
    later(world, clock, minutes=60)
    assert said(world, ticket) == [(A, 100)]  # the resolution has burnt three quarters
    arrive(world, ticket)
    assert said(world, ticket) == [(R, 75)]
    later(world, clock, minutes=59)
    assert said(world, ticket) == [(R, 100)]
    later(world, clock, hours=30)
    assert said(world, ticket) == [(R, 100)]
    report(world, ticket)
    assert said(world, ticket) == []


def test_who_has_taken_it_keeps_it_whatever_burns_now(world: World, clock: HandClock) -> None:
    ticket = send(world)
    take(world, ticket)
    later(world, clock, minutes=91)
    tasks.take(world.session, tap(world.dispatcher), burning(world, ticket).id, now=world.now)
    later(world, clock, minutes=100)
    arrive(world, ticket)

    assert said(world, ticket) == [(R, 75)]
    assert burning(world, ticket).taken_by == world.dispatcher.person_id


def test_ended_by_hand_it_comes_back_when_another_clock_burns_or_one_rises(world: World, clock: HandClock) -> None:
    ticket = send(world)
    take(world, ticket)
    for minutes, expected in ((91, (A, 75)), (31, (A, 100)), (60, (A, 100)), (35, (A, 100)), (25, (A, 100))):
        later(world, clock, minutes=minutes)
        assert said(world, ticket) == [expected]  # of the second: 75 %, 90 %, all of it
        tasks.end(world.session, tap(world.dispatcher), burning(world, ticket).id, "done", now=world.now)
        assert said(world, ticket) == []
    arrive(world, ticket)
    later(world, clock, hours=5)
    assert said(world, ticket) == []  # the desk has said that it keeps an eye on both


def test_a_yes_ends_what_asks_for_one_and_the_arrival_that_burns_is_seen(session: Session, clock: HandClock) -> None:
    world = promise(session, now=clock.now(), reaction_min=100, arrival_min=120)
    ticket = send(world)
    later(world, clock, minutes=92)
    assert [task.kind for task in open_tasks(session, ticket)] == [TaskKind.REACTION]
    take(world, ticket)

    assert [task.kind for task in open_tasks(session, ticket)] == [TaskKind.DEADLINE]
    assert said(world, ticket) == [(A, 75)]


def test_what_the_desk_did_for_the_search_is_an_answer_until_the_next_level(world: World, clock: HandClock) -> None:
    ticket = send(world)
    later(world, clock, minutes=46)
    searches.raise_pay(world.session, tap(world.dispatcher), ticket.id, ticket.version, 10, now=world.now)
    assert said(world, ticket) == []
    later(world, clock, minutes=9)
    assert said(world, ticket) == [(ClockKind.REACTION, 90)]


def test_a_pause_answers_nothing_afterwards_the_search_burns_as_before(world: World, clock: HandClock) -> None:
    ticket = send(world)
    later(world, clock, minutes=46)
    until = world.now + timedelta(hours=3)
    why = StopReason.OUR_PARTS
    holds.hold(world.session, tap(world.dispatcher), ticket.id, ticket.version, why, until, NONE, now=world.now)
    world.session.refresh(ticket)
    holds.resume(world.session, tap(world.dispatcher), ticket.id, ticket.version, now=world.now)

    assert said(world, ticket) == [(ClockKind.REACTION, 75)]


def test_more_time_takes_the_level_back_and_with_it_the_task(world: World, clock: HandClock) -> None:
    minutes = {"reaction_min": 60, "arrival_min": 1000, "resolution_min": 245}
    world.session.add(SlaTarget(plan="План", priority="planned", calendar="24x7", **minutes))
    ticket = send(world)
    take(world, ticket)
    later(world, clock, minutes=185)
    assert said(world, ticket) == [(A, 100)]
    priorities.change(world.session, tap(world.dispatcher), ticket.id, ticket.version, Priority.PLANNED, now=world.now)
    assert said(world, ticket) == [(R, 75)]


def test_the_queue_says_which_promise_burns_and_how_far(world: World, clock: HandClock) -> None:
    ticket = send(world)
    take(world, ticket)
    later(world, clock, minutes=110)
    found = tasks.queue(world.session, tap(world.dispatcher), now=world.now)

    assert "срок горит</b> · приезд, 90 %" in screens.queue(found, load("ru")).text
    assert "arrival, 90%" in screens.queue(found, load("en")).text

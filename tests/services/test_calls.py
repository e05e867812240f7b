"""`/calls`: what only the telephone can bring on stands there, once, with whom to phone."""

import pytest
from sqlalchemy.orm import Session

from bot.screens import calls as screens
from bot.texts import load
from core.domain.errors import NotAllowed
from core.domain.task import TaskKind
from core.services import calls, tasks, visits
from core.services.calls import Waiting
from storage.models.people import Person
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make.directories import add_contractor
from tests.make.promises import later, promise
from tests.make.tickets import SKILL, World, add_engineer, draft, open_tasks, send, take, tap, wait

T = TaskKind


@pytest.fixture
def world(session: Session, clock: HandClock) -> World:
    return promise(session, now=clock.now())


def waiting(world: World) -> tuple[Waiting, ...]:
    return calls.waiting(world.session, tap(world.dispatcher), now=world.now)


def by_phone_only(world: World) -> None:
    """The firm's man leaves Telegram."""
    world.session.get_one(Person, world.engineer.person_id).telegram_id = None
    world.session.flush()


def burning(world: World, clock: HandClock, *, by_phone: bool) -> Ticket:
    ticket = send(world)
    take(world, ticket)
    if by_phone:
        by_phone_only(world)
    later(world, clock, minutes=100)
    assert [task.kind for task in open_tasks(world.session, ticket)] == [T.DEADLINE]
    return ticket


def test_a_burning_deadline_of_a_firm_without_telegram_is_phoned(world: World, clock: HandClock) -> None:
    burning(world, clock, by_phone=True)

    (line,) = waiting(world)
    assert (line.kind, line.contact, line.phone, line.is_search) == (T.DEADLINE, "Петров Пётр", "+79031112233", False)
    text = screens.waiting((line,), load("ru")).text
    assert "срок горит, узнать, успевают ли" in text
    assert "Петров Пётр" in text


def test_who_reads_telegram_was_warned_there(world: World, clock: HandClock) -> None:
    burning(world, clock, by_phone=False)
    assert waiting(world) == ()

    world.session.get_one(Person, world.engineer.person_id).unreachable_at = world.now
    assert [line.kind for line in waiting(world)] == [T.DEADLINE]  # he has blocked the bot


def test_nobody_is_phoned_twice_about_one_job(world: World, clock: HandClock) -> None:
    ticket = burning(world, clock, by_phone=True)
    tasks.open(world.session, T.NOT_COME, cause="test", ticket_id=ticket.id, now=world.now)

    assert [line.kind for line in waiting(world)] == [T.NOT_COME]


def test_a_deadline_nobody_has_any_more_leads_to_the_list(world: World, clock: HandClock) -> None:
    ticket = send(world)
    visit = take(world, ticket)
    add_engineer(world.session, add_contractor(world.session, skills=[SKILL]), now=world.now)  # is asked next
    later(world, clock, minutes=100)
    visits.give_up(world.session, tap(world.engineer), visit.id, now=world.now)

    (line,) = waiting(world)
    assert (line.kind, line.is_search, line.phone) == (T.DEADLINE, True, "")
    assert "время уходит, никто не взял" in screens.waiting((line,), load("ru")).text


def test_what_sleeps_is_not_phoned_about(world: World, clock: HandClock) -> None:
    ticket = burning(world, clock, by_phone=True)
    wait(world, ticket)

    assert T.DEADLINE not in [line.kind for line in waiting(world)]


def test_a_strangers_request_is_confirmed_by_whoever_answers_for_the_shop(world: World) -> None:
    world.session.get_one(Person, world.requester.person_id).telegram_id = None
    world.session.flush()
    draft(world)

    (line,) = waiting(world)
    assert (line.kind, line.contact, line.phone) == (T.DRAFT, "Иванова Мария", "+79161234567")


def test_the_telephone_is_of_the_desk(world: World) -> None:
    with pytest.raises(NotAllowed):
        calls.waiting(world.session, tap(world.engineer), now=world.now)

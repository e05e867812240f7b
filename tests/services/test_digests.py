"""The morning of the desk: once a day in the reader's zone, late rather than never, and nothing of nothing."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import texts
from bot.screens import digests as digest_screens
from core.domain.actor import Actor, Grant
from core.domain.clock import ClockKind, Whose
from core.domain.errors import NotAllowed
from core.domain.notice import Notice, Priority
from core.domain.role import Role
from core.domain.task import TaskKind
from core.services import acceptances, digests, running_out
from storage.models.contractor import ContractorSkill
from storage.models.desk import JobRun
from storage.models.people import Person
from storage.models.post import Outbox
from tests.clock import HandClock
from tests.make.directories import add_contractor
from tests.make.people import add_person
from tests.make.promises import later, promise, swept
from tests.make.tickets import SKILL, World, arrive, report, send, take, tap


@pytest.fixture
def world(session: Session, clock: HandClock) -> World:
    return promise(session, now=clock.now())


def told(world: World, who: Actor) -> list[datetime]:
    rows = select(Outbox.created_at).where(Outbox.notice == Notice.DIGEST, Outbox.person_id == who.person_id)
    return list(world.session.scalars(rows.order_by(Outbox.id)))


def at(world: World, clock: HandClock, day: int, hour: int, minute: int = 0) -> None:
    """A moment of March in Moscow."""
    world.now = clock.at = datetime(2026, 3, day, hour, minute, tzinfo=clock.at.tzinfo) - timedelta(hours=3)
    digests.sweep(world.session, 50, now=world.now)


def test_it_comes_at_eight_of_the_readers_day_once(world: World, clock: HandClock) -> None:
    east = add_person(world.session, Grant(Role.MANAGER), now=world.now)
    world.session.get_one(Person, east.person_id).zone = "Asia/Vladivostok"
    send(world)
    later(world, clock, hours=3)
    at(world, clock, 17, 0)  # seven in the morning of Vladivostok
    assert (told(world, east), told(world, world.dispatcher)) == ([], [])
    at(world, clock, 17, 1)
    assert (len(told(world, east)), told(world, world.dispatcher)) == (1, [])
    at(world, clock, 17, 7, 59)
    assert told(world, world.dispatcher) == []
    for minute in (0, 1, 30):
        at(world, clock, 17, 8, minute)
    assert (len(told(world, east)), len(told(world, world.dispatcher))) == (1, 1)
    ranks = world.session.scalars(select(Outbox.priority).where(Outbox.notice == Notice.DIGEST))
    assert set(ranks) == {Priority.DIGEST}


def test_three_mornings_missed_are_one_late_digest_of_today(world: World, clock: HandClock) -> None:
    send(world)
    later(world, clock, hours=3)
    at(world, clock, 20, 14)
    at(world, clock, 20, 15)
    at(world, clock, 20, 13)
    at(world, clock, 20, 15)  # the hours are lived through again

    assert len(told(world, world.dispatcher)) == 1
    runs = world.session.scalars(select(JobRun.scheduled_for).where(JobRun.job == digests.JOB)).all()
    assert runs == [f"2026-03-20 {world.dispatcher.person_id}"]


def test_what_broke_while_nobody_watched_is_told_the_morning_after_it_was_found(world: World, clock: HandClock) -> None:
    at(world, clock, 16, 12)
    send(world)
    at(world, clock, 19, 12)  # three days nobody ran it
    swept(world)
    at(world, clock, 20, 8)

    found = digests.show(world.session, tap(world.dispatcher), now=world.now)
    assert (found.since, found.broken) == (date(2026, 3, 19), ((Whose.OURS, 3),))


def test_after_missed_mornings_the_next_tells_of_all_of_them(world: World, clock: HandClock) -> None:
    at(world, clock, 17, 8)
    send(world)
    later(world, clock, hours=5)
    at(world, clock, 20, 12)

    found = digests.show(world.session, tap(world.dispatcher), now=world.now)
    assert (found.since, found.broken) == (date(2026, 3, 17), ((Whose.OURS, 3),))
    shown = digest_screens.digest(found, texts.load("ru")).text
    assert "За дни с 17 марта" in shown
    at(world, clock, 21, 12)
    assert digests.show(world.session, tap(world.dispatcher), now=world.now).broken == ()


def test_a_calm_morning_says_nothing_and_is_not_asked_twice(world: World, clock: HandClock) -> None:
    at(world, clock, 17, 8)

    assert told(world, world.dispatcher) == []
    assert len(world.session.scalars(select(JobRun)).all()) == 1


def test_it_tells_what_waits_burns_was_broken_and_was_accepted(world: World, clock: HandClock) -> None:
    session = world.session
    done = send(world)
    take(world, done)
    arrive(world, done)
    report(world, done)
    acceptances.accept(session, tap(world.requester), done.id, done.version, now=world.now)
    take(world, send(world))
    later(world, clock, hours=3)
    send(world)
    world.now = clock.at = clock.at.replace(hour=20, minute=30)  # half past eleven in Moscow
    before_midnight = digests.show(session, tap(world.dispatcher), now=world.now)
    assert (before_midnight.accepted, before_midnight.broken) == (0, ())  # today is not yesterday
    at(world, clock, 17, 8)

    found = digests.show(session, tap(world.dispatcher), now=world.now)
    assert (TaskKind.DEADLINE, 1) in found.tasks
    assert found.accepted == 1
    assert found.broken == ((Whose.CONTRACTOR, 1),)
    assert not found.is_empty


def test_what_burns_until_the_evening(world: World, clock: HandClock) -> None:
    send(world)
    found = digests.show(world.session, tap(world.dispatcher), now=world.now)

    assert found.burns_today == ((ClockKind.REACTION, 1), (ClockKind.ARRIVAL, 1), (ClockKind.RESOLUTION, 1))


def test_it_is_of_the_desk(world: World) -> None:
    with pytest.raises(NotAllowed):
        digests.show(world.session, tap(world.engineer), now=world.now)


def test_documents_that_end_soon_are_named_the_nearest_first(world: World) -> None:
    session, today = world.session, world.now.date()
    firm = add_contractor(session, name="Заря", skills=[SKILL])
    for row, days in zip(session.scalars(select(ContractorSkill)).all(), (14, 1), strict=True):
        row.valid_until = today + timedelta(days=days)
    found = running_out.page(session, world.dispatcher, now=world.now)
    assert [(one.contractor_id, one.until - today) for one in found.lines] == [
        (firm.id, timedelta(days=1)),
        (world.contractor.id, timedelta(days=14)),
    ]
    for row in session.scalars(select(ContractorSkill)).all():
        row.valid_until = today + timedelta(days=15 if row.contractor_id == firm.id else -1)
    session.flush()
    assert digests.show(session, world.dispatcher, now=world.now).running_out.total == 0
    for nobody in (world.engineer, world.requester):
        with pytest.raises(NotAllowed):
            running_out.page(session, nobody, now=world.now)

"""When a warning may ring: at once, in the morning of its reader, or when the whole backlog is written."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.clock import ClockKind
from core.domain.notice import Notice
from core.services import outbox, warnings
from storage.models.post import Outbox
from tests.clock import HandClock
from tests.make.promises import later, promise
from tests.make.tickets import World, send, take


@pytest.fixture
def world(session: Session, clock: HandClock) -> World:
    return promise(session, now=clock.now())


def letters(world: World, person_id: int | None) -> list[Outbox]:
    which = Outbox.dedupe_key.startswith(f"{Notice.SLA}:"), Outbox.person_id == person_id
    return list(world.session.scalars(select(Outbox).where(*which).order_by(Outbox.id)))


def test_a_backlog_of_whole_batches_is_held_until_it_is_all_there(world: World, clock: HandClock) -> None:
    for _ in range(3):
        send(world)
    world.now = clock.move(minutes=61)
    assert warnings.sweep(world.session, 3, now=world.now) == 3
    held = {row.not_before - world.now for row in letters(world, world.dispatcher.person_id)}
    assert held == {timedelta(minutes=1)}
    assert not [row for row in outbox.claim(world.session, 100, now=world.now).letters if row.notice == Notice.SLA]


def test_the_night_of_the_reader_holds_what_can_wait(session: Session, clock: HandClock) -> None:
    """A resolution of three days, half of it gone at midnight: the crew hears of it in the morning."""
    world = promise(session, now=clock.now(), arrival_min=10_000, resolution_min=28 * 60)
    take(world, send(world))
    later(world, clock, hours=14)  # midnight in Moscow

    (row,) = letters(world, world.engineer.person_id)
    assert row.data["clock"] == ClockKind.RESOLUTION
    assert row.not_before == clock.at.replace(hour=5, minute=0) + timedelta(days=0 if clock.at.hour < 5 else 1)


def test_what_burns_before_the_morning_rings_at_night(session: Session, clock: HandClock) -> None:
    world = promise(session, now=clock.now(), arrival_min=10_000, resolution_min=20 * 60)
    take(world, send(world))
    later(world, clock, hours=14)

    (row,) = letters(world, world.engineer.person_id)
    assert row.not_before == world.now


def test_a_day_off_holds_what_can_wait_until_the_next_working_morning(session: Session, clock: HandClock) -> None:
    """Half of ten days is gone on Saturday; the firm hears of it on Monday at eight."""
    world = promise(session, now=clock.now(), arrival_min=50_000, resolution_min=10 * 24 * 60)
    take(world, send(world))
    later(world, clock, days=5)

    (row,) = letters(world, world.engineer.person_id)
    assert row.not_before == clock.at.replace(hour=5, minute=0) + timedelta(days=2)

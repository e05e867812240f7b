"""Blocks that began, ended or were lifted by a clock that was wrong."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.services import audit, blacklist, blocks, guard, invariants
from storage.models.contractor import Block
from storage.models.offer import Offer
from tests.clock import HandClock
from tests.make.blocks import begin
from tests.make.tickets import make_world, send
from tests.services.test_put_back import DAY, HOUR, MINUTE, jumped, settled
from tests.services.test_put_back_waits import once

AHEAD = [5 * HOUR, 20 * DAY, 365 * DAY]
NOW = timedelta(0)


def in_force(session: Session, now: datetime) -> list[int]:
    return list(session.scalars(select(Block.id).where(blocks.in_force(now))))


@pytest.mark.parametrize("ahead", AHEAD)
@pytest.mark.parametrize("days", [14, None])
def test_a_block_of_a_wrong_hour_is_in_force_at_once(
    session: Session, now: datetime, clock: HandClock, ahead: timedelta, days: int | None
) -> None:
    world, begun = make_world(session, now=now), []

    def begins(wrong: datetime) -> None:
        world.now = wrong
        begun.append(begin(world, days=days))

    jumped(session, clock, ahead, meanwhile=once(begins))
    (block,), world.now = begun, clock.now()
    ends = None if days is None else world.now + days * DAY
    assert (block.starts_at, block.ends_at) == (world.now, ends)
    assert in_force(session, world.now) == [block.id]
    assert invariants.violations(session, now=world.now) == []
    send(world)
    assert session.scalars(select(Offer)).all() == []


@pytest.mark.parametrize("ahead", AHEAD)
@pytest.mark.parametrize("begins_then", [True, False])
def test_a_block_lifted_in_a_wrong_hour_is_over(
    session: Session, now: datetime, clock: HandClock, ahead: timedelta, begins_then: bool
) -> None:
    world = make_world(session, now=now)
    known = [] if begins_then else [begin(world, days=None)]

    def lifts(wrong: datetime) -> None:
        world.now = wrong
        block = known[0] if known else begin(world)
        blacklist.ended(session, world.dispatcher, block, "Ошибка", now=wrong + MINUTE, why="by hand")

    jumped(session, clock, ahead, meanwhile=once(lifts))
    assert in_force(session, clock.now()) == []
    settled(session, clock.now())
    assert blacklist.sweep(session, 50, now=clock.move(days=1)) == 0  # he was told when it was lifted


def test_an_end_is_told_when_it_has_come(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    block = begin(world, days=14)

    def sweeps(wrong: datetime) -> None:
        assert blacklist.sweep(session, 50, now=wrong) == 0

    jumped(session, clock, 20 * DAY, meanwhile=sweeps)
    assert in_force(session, clock.now()) == [block.id]
    settled(session, clock.now())
    assert blacklist.sweep(session, 50, now=clock.move(days=13)) == 0
    clock.at = now + 14 * DAY
    assert blacklist.sweep(session, 50, now=clock.now()) == 1
    assert not guard.is_held(session)


@pytest.mark.breaks_invariants
@pytest.mark.parametrize(
    ("said", "begins", "is_right"),
    [(5 * HOUR, NOW, True), (5 * HOUR + MINUTE, NOW, False), (HOUR, -MINUTE, False), (-MINUTE, NOW, False)],
)
def test_no_other_beginning_is_believed(
    session: Session, now: datetime, clock: HandClock, said: timedelta, begins: timedelta, is_right: bool
) -> None:
    """By a time the clock has never shown, or from another moment than that at which it was put right."""
    world = make_world(session, now=now)
    block = begin(world)
    jumped(session, clock, 5 * HOUR)
    at = clock.now()
    cause = audit.record(session, world.dispatcher, "block", block.id, "start", now=at + said, to_state=block.level)
    block.audit_id, block.starts_at = cause.id, at + begins
    session.flush()
    found = [one for one in invariants.violations(session, now=at) if "not what its audit row says" in one]
    assert (found == []) is is_right

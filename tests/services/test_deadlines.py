"""`/sla`: what runs, the nearest deadline first, and what was broken lately, by whose fault."""

import pytest
from sqlalchemy.orm import Session

from core.domain.clock import ClockKind, Whose
from core.domain.errors import NotAllowed
from core.services import deadlines, digests, visits
from tests.clock import HandClock
from tests.make.promises import later, promise
from tests.make.tickets import World, send, take, tap

K = ClockKind


@pytest.fixture
def world(session: Session, clock: HandClock) -> World:
    return promise(session, now=clock.now())


def test_the_nearest_deadline_is_first_and_filters_narrow(world: World, clock: HandClock) -> None:
    session, desk = world.session, tap(world.dispatcher)
    first = send(world)
    later(world, clock, minutes=35)
    second = send(world)

    every = deadlines.running(session, desk, now=world.now)
    assert [(line.ticket_id, line.kind) for line in every.lines] == [
        (first.id, K.REACTION),
        (second.id, K.REACTION),
        (first.id, K.ARRIVAL),
        (second.id, K.ARRIVAL),
        (first.id, K.RESOLUTION),
        (second.id, K.RESOLUTION),
    ]
    half_gone = deadlines.running(session, desk, now=world.now, pct=50)
    assert [(line.ticket_id, line.kind) for line in half_gone.lines] == [(first.id, K.REACTION)]
    arrivals = deadlines.running(session, desk, now=world.now, kind=K.ARRIVAL, offset=1, limit=1)
    assert (arrivals.total, [line.ticket_id for line in arrivals.lines]) == (2, [second.id])


def test_what_was_broken_stands_with_whose_it_was(world: World, clock: HandClock) -> None:
    session, desk = world.session, tap(world.dispatcher)
    take(world, send(world))
    send(world)
    later(world, clock, minutes=121)

    week = deadlines.broken(session, desk, now=world.now)
    assert week.by_whose == {Whose.CONTRACTOR: 1, Whose.OURS: 2}
    assert {(line.kind, line.whose) for line in week.lines} == {
        (K.ARRIVAL, Whose.CONTRACTOR),
        (K.ARRIVAL, Whose.OURS),
        (K.REACTION, Whose.OURS),
    }
    world.now = clock.move(days=8)
    assert deadlines.broken(session, desk, now=world.now).total == 0
    assert deadlines.broken(session, desk, now=world.now, days=30).total == 3


def test_a_search_for_another_crew_is_no_promise(world: World) -> None:
    """Neither in the list nor in the digest: nobody told a client until when."""
    session, ticket = world.session, send(world)
    visits.give_up(session, tap(world.engineer), take(world, ticket).id, now=world.now)

    kinds = (K.ARRIVAL, K.RESOLUTION)
    every = deadlines.running(session, tap(world.dispatcher), now=world.now)
    assert (every.total, tuple(line.kind for line in every.lines)) == (2, kinds)
    digest = digests.show(session, tap(world.dispatcher), now=world.now)
    assert digest.burns_today == tuple((kind, 1) for kind in kinds)


def test_both_are_of_the_desk(world: World) -> None:
    for look in (deadlines.running, deadlines.broken):
        with pytest.raises(NotAllowed):
            look(world.session, tap(world.engineer), now=world.now)  # type: ignore[operator]

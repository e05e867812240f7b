"""A pause that a crew lays by itself and that stops no clock excuses nobody: the time stays its own."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.clock import ClockKind, StopReason, Whose
from core.domain.errors import WindowOver
from core.domain.quality import QualityKind
from core.domain.role import Role
from core.domain.ticket import TicketStatus
from core.services import hold_plans, holds, invariants, no_shows
from core.services.hold_evidence import NONE, Evidence
from storage.models.clock import Breach, Hold
from storage.models.quality import QualityEvent
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make.letters import delivered
from tests.make.people import add_person
from tests.make.promises import breach_of, later, promise, swept
from tests.make.tickets import World, arrive, bring, send, take, tap, visit_of, wait

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
K = ClockKind


@pytest.fixture
def world(session: Session, clock: HandClock) -> World:
    """The window of who leaves right now ends an hour before the promise."""
    return promise(session, now=clock.now(), arrival_min=180, resolution_min=600)


def fetches(world: World, ticket: Ticket, span: timedelta = 2 * HOUR, actor: Actor | None = None) -> None:
    """Parts: nobody asks what shows it."""
    who, until = tap(actor or world.engineer), world.now + span
    holds.hold(world.session, who, ticket.id, ticket.version, StopReason.OUR_PARTS, until, NONE, now=world.now)


def goes_on(world: World, ticket: Ticket, clock: HandClock, span: timedelta = 2 * HOUR) -> None:
    later(world, clock, seconds=span.total_seconds())
    holds.sweep(world.session, 50, now=world.now)
    world.session.refresh(ticket)


def events(world: World) -> list[tuple[QualityKind, int]]:
    rows = world.session.scalars(select(QualityEvent).order_by(QualityEvent.id))
    return [(row.kind, row.weight_milli) for row in rows]


def test_parts_it_fetches_at_the_last_minute_excuse_neither_the_promise_nor_the_arrival(
    world: World, clock: HandClock
) -> None:
    ticket = send(world)
    take(world, ticket)
    later(world, clock, minutes=110)
    fetches(world, ticket)
    assert world.session.scalars(select(Hold.whose)).one() is Whose.CONTRACTOR
    goes_on(world, ticket, clock)

    row = breach_of(world, ticket, K.ARRIVAL)
    assert row is not None
    assert (row.whose, row.contractor_id) == (Whose.CONTRACTOR, world.contractor.id)
    visit = visit_of(world, ticket)
    assert visit.starts_at > world.now  # it was planned anew
    world.now = clock.at = visit.starts_at
    arrive(world, ticket)
    assert events(world) == [(QualityKind.MISSED, 1000), (QualityKind.ARRIVAL, 0)]
    assert invariants.violations(world.session, now=world.now) == []


def test_again_and_again_is_no_way_around_anything(world: World, clock: HandClock) -> None:
    session, ticket = world.session, send(world)
    take(world, ticket)
    for _ in range(6):
        world.now = clock.at = visit_of(world, ticket).ends_at - 5 * MINUTE
        swept(world)
        fetches(world, ticket)
        goes_on(world, ticket, clock)
    assert {row.kind: row.whose for row in session.scalars(select(Breach))} == {
        K.ARRIVAL: Whose.CONTRACTOR,
        K.RESOLUTION: Whose.CONTRACTOR,
    }
    for _ in range(2):  # asked where he is, and silent
        watch_at = visit_of(world, ticket).watch_at
        assert watch_at is not None
        world.now = clock.at = watch_at
        no_shows.sweep(session, 50, now=world.now)
        delivered(session, now=world.now)
    assert events(world) == [(QualityKind.MISSED, 1000)] * 2 + [(QualityKind.NO_SHOW, 3000)]


def test_laid_in_good_time_it_is_a_move_in_good_time(world: World, clock: HandClock) -> None:
    """As with any move of a crew: the client's promise is another thing."""
    ticket = send(world)
    take(world, ticket)
    visit = visit_of(world, ticket)
    visit.starts_at, visit.ends_at = world.now + 5 * HOUR, world.now + 7 * HOUR
    world.session.flush()
    later(world, clock, hours=2)
    fetches(world, ticket, 6 * HOUR)
    goes_on(world, ticket, clock, 6 * HOUR)
    world.now = clock.at = visit_of(world, ticket).starts_at
    arrive(world, ticket)
    assert (QualityKind.ARRIVAL, 1000) in events(world)


@pytest.mark.parametrize("is_asked", [False, True])
def test_what_the_desk_lays_itself_is_ours(world: World, clock: HandClock, is_asked: bool) -> None:
    ticket = send(world)
    take(world, ticket)
    later(world, clock, minutes=110)
    if is_asked:
        holds.ask(world.session, tap(world.engineer), ticket.id, ticket.version, StopReason.OUR_PARTS, now=world.now)
    wait(world, ticket, StopReason.OUR_PARTS, hours=2)
    goes_on(world, ticket, clock)
    row = breach_of(world, ticket, K.ARRIVAL)
    assert row is not None
    assert row.whose is Whose.OURS
    world.now = clock.at = visit_of(world, ticket).starts_at
    arrive(world, ticket)
    assert events(world) == [(QualityKind.ARRIVAL, 1000)]


@pytest.mark.parametrize(("hours", "whose"), [(5, Whose.OURS), (1.5, Whose.CONTRACTOR)])
def test_a_longer_pause_by_the_desk_is_its_yes_a_shorter_one_is_not(
    world: World, clock: HandClock, hours: float, whose: Whose
) -> None:
    """The breach of the time between follows."""
    session, ticket = world.session, send(world)
    take(world, ticket)
    later(world, clock, minutes=110)
    fetches(world, ticket)
    until = world.now + hours * HOUR
    later(world, clock, minutes=75)
    row = breach_of(world, ticket, K.ARRIVAL)
    assert row is not None
    assert row.whose is Whose.CONTRACTOR
    holds.extend(session, tap(world.dispatcher), ticket.id, ticket.version, until, now=world.now)
    assert (session.scalars(select(Hold.whose)).one(), row.whose) == (whose, whose)
    missed = session.scalars(select(QualityEvent).where(QualityEvent.kind == QualityKind.MISSED)).one()
    assert (missed.annulled_at is None) is (whose is Whose.CONTRACTOR)
    assert invariants.violations(session, now=world.now) == []


def test_whoever_sits_at_the_desk_and_is_of_the_firm_excuses_nobody(world: World, clock: HandClock) -> None:
    grants = (Grant(Role.DISPATCHER), Grant(Role.OWNER, contractor_id=world.contractor.id))
    both = add_person(world.session, *grants, now=world.now)
    ticket = send(world)
    take(world, ticket)
    fetches(world, ticket, actor=both)
    later(world, clock, minutes=10)
    until = world.now + 5 * HOUR
    holds.extend(world.session, tap(both), ticket.id, ticket.version, until, now=world.now)
    assert world.session.scalars(select(Hold.whose)).one() is Whose.CONTRACTOR
    assert invariants.violations(world.session, now=world.now) == []


def test_what_stops_a_promise_rests_on_evidence_and_stays_the_clients(world: World) -> None:
    ticket = bring(world, TicketStatus.IN_WORK)
    wait(world, ticket, StopReason.CLIENT_PARTS)
    assert world.session.scalars(select(Hold.whose)).one() is Whose.CLIENT


def test_once_the_window_is_over_words_undo_nothing_and_the_desk_decides(world: World, clock: HandClock) -> None:
    ticket = send(world)
    take(world, ticket)
    later(world, clock, minutes=121)
    found = holds.choices(world.session, world.engineer, ticket.id, now=world.now)
    assert (found.is_late, found.untils) == (True, ())
    about = (ticket.id, ticket.version, StopReason.NOT_READY, world.now + HOUR)
    with pytest.raises(WindowOver):
        holds.hold(world.session, tap(world.engineer), *about, Evidence("Стоят коробки"), now=world.now)
    with pytest.raises(WindowOver):
        hold_plans.plan(world.session, world.engineer, *about, now=world.now)
    later(world, clock, minutes=60)
    assert events(world) == [(QualityKind.MISSED, 1000)]


def test_who_stands_at_the_site_may_still_say_so_and_the_desk_may_for_others(world: World, clock: HandClock) -> None:
    ticket = send(world)
    take(world, ticket)
    arrive(world, ticket)
    later(world, clock, minutes=121)
    assert not holds.choices(world.session, world.engineer, ticket.id, now=world.now).is_late
    holds.ask(world.session, tap(world.engineer), ticket.id, ticket.version, StopReason.NOT_READY, now=world.now)
    about = (ticket.id, ticket.version, StopReason.NOT_READY, world.now + HOUR)
    holds.hold(world.session, tap(world.engineer), *about, Evidence("Стоят коробки"), now=world.now)
    assert ticket.status is TicketStatus.ON_HOLD


def test_who_is_late_asks_the_desk(world: World, clock: HandClock) -> None:
    ticket = send(world)
    take(world, ticket)
    later(world, clock, minutes=121)
    holds.ask(world.session, tap(world.engineer), ticket.id, ticket.version, StopReason.NOT_READY, now=world.now)
    wait(world, ticket)
    assert ticket.status is TicketStatus.ON_HOLD

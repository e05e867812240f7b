"""A day of the calendar that was wrong: what it broke is broken again, what was kept by it stays kept.

It is Monday 16 March, ten in Moscow; work is from nine to six.
"""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.calendar import DayKind
from core.domain.clock import ClockKind as K
from core.domain.clock import StopReason, Whose
from core.domain.quality import QualityKind
from core.domain.role import Role
from core.services import breaches, calendar_days, clock_verdicts, holds, invariants, objections
from core.services.objections import Verdict
from storage.models.clock import Breach
from storage.models.quality import QualityEvent
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make.people import add_dispatcher, add_person
from tests.make.promises import breach_of, clock_of, later, promise, swept
from tests.make.tickets import WHY, World, arrive, send, take, tap

MONDAY, TUESDAY, WEDNESDAY = (date(2026, 3, day) for day in (16, 17, 18))
HOUR = timedelta(hours=1)


@pytest.fixture
def world(session: Session, now: datetime) -> World:
    return promise(session, now=now, calendar="working", reaction_min=120, arrival_min=120, resolution_min=2400)


@pytest.fixture
def admin(session: Session, now: datetime) -> Actor:
    return add_person(session, Grant(Role.ADMIN), now=now)


def say(world: World, admin: Actor, day: date, kind: DayKind | None) -> None:
    calendar_days.say(world.session, tap(admin), day, kind, now=world.now)


def strikes(world: World) -> list[bool]:
    """Of each missed deadline in his ledger whether it counts."""
    missed = select(QualityEvent).where(QualityEvent.kind == QualityKind.MISSED).order_by(QualityEvent.id)
    return [row.annulled_at is None for row in world.session.scalars(missed)]


def broken(world: World) -> list[str]:
    return invariants.violations(world.session, now=world.now)


def came_late(world: World, clock: HandClock) -> tuple[Ticket, Breach]:
    """At one o'clock instead of twelve."""
    ticket = send(world)
    take(world, ticket)
    later(world, clock, hours=3)
    arrive(world, ticket)
    row = breach_of(world, ticket, K.ARRIVAL)
    assert row is not None
    return ticket, row


def test_a_holiday_said_by_mistake_and_taken_back_leaves_breach_and_strike(
    world: World, admin: Actor, clock: HandClock
) -> None:
    _, row = came_late(world, clock)
    at = row.at
    assert (row.whose, row.annulled_at, strikes(world)) == (Whose.CONTRACTOR, None, [True])

    say(world, admin, MONDAY, DayKind.OFF)
    assert (row.annulled_at, row.annul_reason, strikes(world)) == (world.now, "reckoned", [False])
    assert broken(world) == []

    world.now = clock.move(minutes=1)
    say(world, admin, MONDAY, None)
    assert (row.annulled_at, row.annul_reason, row.at, row.whose) == (None, "", at, Whose.CONTRACTOR)
    assert strikes(world) == [False, True]
    assert broken(world) == []


def test_mistakes_on_several_days_are_taken_back_in_any_order(world: World, admin: Actor, clock: HandClock) -> None:
    """The deadline wanders to Thursday and back; what the row says of it while it is annulled is old."""
    ticket = send(world)
    take(world, ticket)
    later(world, clock, days=2, hours=3)
    arrive(world, ticket)
    row = breach_of(world, ticket, K.ARRIVAL)
    assert row is not None
    at = row.at
    for day in (WEDNESDAY, TUESDAY, MONDAY):
        say(world, admin, day, DayKind.OFF)
        assert broken(world) == []
    assert (row.annulled_at is None, strikes(world)) == (False, [False])

    say(world, admin, WEDNESDAY, None)
    assert (row.annulled_at, row.at) == (None, at + timedelta(days=2) - HOUR)
    for day in (MONDAY, TUESDAY):
        say(world, admin, day, None)
        assert broken(world) == []
    assert (row.annulled_at, row.at, strikes(world).count(True)) == (None, at, 1)


def test_a_breach_of_a_clock_that_runs_yet_comes_back_as_well(world: World, admin: Actor, clock: HandClock) -> None:
    ticket = send(world)
    take(world, ticket)
    later(world, clock, hours=3)
    row = breach_of(world, ticket, K.ARRIVAL)
    assert row is not None
    say(world, admin, MONDAY, DayKind.OFF)
    assert row.annulled_at == world.now
    say(world, admin, MONDAY, None)
    assert (row.annulled_at, strikes(world)) == (None, [False, True])
    swept(world)
    assert strikes(world) == [False, True]


def test_who_came_in_time_while_the_day_was_off_stays_in_time(world: World, admin: Actor, clock: HandClock) -> None:
    """His breach was taken back while the clock ran, and then he came: that was in time."""
    ticket = send(world)
    take(world, ticket)
    later(world, clock, hours=3)
    row = breach_of(world, ticket, K.ARRIVAL)
    assert row is not None
    say(world, admin, MONDAY, DayKind.OFF)
    later(world, clock, hours=1)
    arrive(world, ticket)
    world.now = clock.move(minutes=1)
    say(world, admin, MONDAY, None)

    assert (row.annulled_at is None, strikes(world)) == (False, [False])
    breaches.recheck(world.session, clock_of(world, ticket, K.ARRIVAL), now=world.now)
    assert (row.annulled_at is None, broken(world)) == (False, [])


def test_what_was_kept_by_a_day_off_stays_kept_when_it_is_worked_after_all(
    world: World, admin: Actor, clock: HandClock
) -> None:
    """Answered on Tuesday, half an hour after nine; on Monday nobody was to work."""
    say(world, admin, MONDAY, DayKind.OFF)
    ticket = send(world)
    later(world, clock, hours=23, minutes=30)
    take(world, ticket)
    reaction = clock_of(world, ticket, K.REACTION)
    judged = reaction.judged_due_at
    assert judged == world.now + HOUR * 3 / 2

    say(world, admin, MONDAY, None)
    assert broken(world) == []
    breaches.recheck(world.session, reaction, now=world.now)
    breaches.settle(world.session, ticket, now=world.now)
    assert (reaction.judged_due_at, breach_of(world, ticket, K.REACTION)) == (judged, None)
    assert broken(world) == []


@pytest.mark.parametrize(("pause", "is_broken"), [(20, False), (30, True), (40, True)])
def test_an_objection_counts_the_pause_and_not_the_day_that_was_said_later(
    world: World, admin: Actor, clock: HandClock, pause: int, is_broken: bool
) -> None:
    """He came on Tuesday with half an hour left, by a calendar in which Monday was off; the pause was on Tuesday."""
    say(world, admin, MONDAY, DayKind.OFF)
    ticket = send(world)
    take(world, ticket)
    later(world, clock, hours=23)  # nine o'clock
    paused(world, ticket, clock, world.dispatcher, minutes=pause)  # his window was over
    later(world, clock, minutes=90)
    arrive(world, ticket)
    arrival = clock_of(world, ticket, K.ARRIVAL)
    assert (arrival.judged_due_at, breach_of(world, ticket, K.ARRIVAL)) == (world.now + HOUR / 2, None)

    world.now = clock.move(minutes=1)
    say(world, admin, MONDAY, None)
    uphold(world, ticket)
    assert (breach_of(world, ticket, K.ARRIVAL) is not None) is is_broken
    assert broken(world) == []


def test_a_pause_on_the_day_itself_counts_by_what_was_said_then(world: World, admin: Actor, clock: HandClock) -> None:
    """Three hours of a Monday that was off were no time; that it is worked again makes them none of his."""
    say(world, admin, MONDAY, DayKind.OFF)
    ticket = send(world)
    take(world, ticket)
    paused(world, ticket, clock, minutes=180)
    later(world, clock, hours=21)  # Tuesday, ten o'clock
    arrive(world, ticket)
    world.now = clock.move(minutes=1)
    say(world, admin, MONDAY, None)
    uphold(world, ticket)

    assert breach_of(world, ticket, K.ARRIVAL) is None
    assert broken(world) == []


def test_an_objection_alone_breaks_a_kept_promise_as_ever(world: World, clock: HandClock) -> None:
    ticket = send(world)
    take(world, ticket)
    paused(world, ticket, clock, minutes=60)
    later(world, clock, minutes=110)
    arrive(world, ticket)
    arrival, came = clock_of(world, ticket, K.ARRIVAL), world.now
    assert arrival.judged_due_at == came + timedelta(minutes=10)
    world.now = clock.move(minutes=1)
    uphold(world, ticket)

    row = breach_of(world, ticket, K.ARRIVAL)
    assert row is not None
    assert row.at == arrival.judged_due_at == clock_verdicts.deadline(world.session, arrival) == came - 50 * HOUR / 60


def paused(world: World, ticket: Ticket, clock: HandClock, who: Actor | None = None, *, minutes: int) -> None:
    """No access, for so long; the client may object."""
    until, who = world.now + timedelta(minutes=minutes), tap(who or world.engineer)
    holds.hold(world.session, who, ticket.id, ticket.version, StopReason.NO_ACCESS, until, WHY, now=world.now)
    world.now = clock.move(minutes=minutes)
    holds.sweep(world.session, 50, now=world.now)


def uphold(world: World, ticket: Ticket) -> None:
    judge = add_dispatcher(world.session, now=world.now)
    objections.object_(world.session, tap(world.requester), ticket.id, 1, "Мы открыли сразу", now=world.now)
    objections.decide(world.session, tap(judge), ticket.id, 1, Verdict.RUNS, "", now=world.now)


def test_a_day_said_to_be_worked_by_which_a_deadline_is_over_accuses_nobody(
    world: World, admin: Actor, clock: HandClock
) -> None:
    """Nor does it when another day moves it once more."""
    say(world, admin, MONDAY, DayKind.OFF)
    ticket = send(world)
    take(world, ticket)
    later(world, clock, hours=5)
    assert breach_of(world, ticket, K.ARRIVAL) is None

    say(world, admin, MONDAY, None)
    swept(world)
    row = breach_of(world, ticket, K.ARRIVAL)
    assert row is not None
    assert (row.at, row.whose, row.annulled_at) == (world.now - 3 * HOUR, Whose.OURS, None)
    world.now = clock.move(days=1)
    say(world, admin, MONDAY, DayKind.OFF)
    swept(world)
    assert (row.at, row.whose, row.annulled_at) == (world.now - 4 * HOUR, Whose.OURS, None)
    assert strikes(world) == []
    assert broken(world) == []


def overtaken(world: World, admin: Actor, clock: HandClock) -> tuple[Ticket, Breach]:
    """At three o'clock of a day off it is said to be a day of work: his deadline was at noon."""
    say(world, admin, MONDAY, DayKind.OFF)
    ticket = send(world)
    take(world, ticket)
    later(world, clock, hours=5)
    say(world, admin, MONDAY, None)
    swept(world)
    row = breach_of(world, ticket, K.ARRIVAL)
    assert row is not None
    assert (row.whose, strikes(world)) == (Whose.OURS, [])
    return ticket, row


def test_what_nobody_could_know_stays_ours_when_the_day_is_unsaid_and_said_again(
    world: World, admin: Actor, clock: HandClock
) -> None:
    _, row = overtaken(world, admin, clock)
    for kind in (DayKind.OFF, None, DayKind.OFF, None):
        world.now = clock.move(minutes=1)
        say(world, admin, MONDAY, kind)
        swept(world)
        assert (row.annulled_at is None) is (kind is None)
        assert broken(world) == []
    assert (row.whose, strikes(world)) == (Whose.OURS, [])


def test_the_later_deadline_for_which_it_was_taken_back_he_knew(world: World, admin: Actor, clock: HandClock) -> None:
    ticket, row = overtaken(world, admin, clock)
    world.now = clock.move(minutes=1)
    say(world, admin, MONDAY, DayKind.OFF)
    later(world, clock, days=1)
    arrive(world, ticket)
    assert (row.at, row.whose, strikes(world)) == (
        clock_of(world, ticket, K.ARRIVAL).judged_due_at,
        Whose.CONTRACTOR,
        [True],
    )
    assert broken(world) == []

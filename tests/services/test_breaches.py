"""A broken promise: once, at its deadline, with whose it was; annulled where it was kept after all."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.domain.actor import Grant
from core.domain.calendar import DayKind
from core.domain.clock import ClockKind, ClockState, StopReason, Whose
from core.domain.notice import Notice
from core.domain.quality import QualityKind
from core.domain.role import Role
from core.services import (
    breaches,
    calendar_days,
    clocks,
    guard,
    history,
    moves,
    tickets,
    visits,
)
from storage.models.clock import Breach, Clock, ClockInterval
from storage.models.desk import Audit
from storage.models.post import Outbox
from storage.models.quality import QualityEvent
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make.people import add_person
from tests.make.promises import breach_of, clock_of, later, promise, swept
from tests.make.tickets import World, arrive, report, send, take, tap, visit_of, wait

K = ClockKind


@pytest.fixture
def world(session: Session, clock: HandClock) -> World:
    return promise(session, now=clock.now())


def missed(world: World) -> list[QualityEvent]:
    of_kind = QualityEvent.kind == QualityKind.MISSED
    return list(world.session.scalars(select(QualityEvent).where(of_kind).order_by(QualityEvent.id)))


def breach(world: World, ticket: Ticket, kind: ClockKind) -> Breach:
    found = breach_of(world, ticket, kind)
    assert found is not None
    return found


def test_a_deadline_that_passes_is_written_down_once_with_its_own_time(world: World, clock: HandClock) -> None:
    ticket = send(world)
    started = world.now
    later(world, clock, minutes=59)
    assert breach_of(world, ticket, K.REACTION) is None
    later(world, clock, minutes=11)

    row = breach(world, ticket, K.REACTION)
    assert (row.at, row.detected_at) == (started + timedelta(minutes=60), started + timedelta(minutes=70))
    assert (row.whose, row.contractor_id, row.ours_min, row.theirs_min) == (Whose.OURS, None, 60, 0)
    for _ in range(3):
        later(world, clock, hours=9)
    assert world.session.scalar(select(func.count()).select_from(Breach).where(Breach.clock_id == row.clock_id)) == 1
    assert world.session.get_one(Breach, row.id).detected_at == started + timedelta(minutes=70)


def test_three_days_of_downtime_leave_the_true_moments(world: World, clock: HandClock) -> None:
    ticket = send(world)
    started = world.now
    later(world, clock, days=3)

    at = {kind: breach(world, ticket, kind).at - started for kind in (K.REACTION, K.ARRIVAL, K.RESOLUTION)}
    assert at == {K.REACTION: timedelta(hours=1), K.ARRIVAL: timedelta(hours=2), K.RESOLUTION: timedelta(hours=4)}


def test_who_had_agreed_to_come_in_time_and_did_not_bears_it(world: World, clock: HandClock) -> None:
    ticket = send(world)
    later(world, clock, minutes=30)
    visit = take(world, ticket)
    later(world, clock, minutes=91)

    row = breach(world, ticket, K.ARRIVAL)
    assert (row.whose, row.contractor_id, row.person_id) == (
        Whose.CONTRACTOR,
        world.contractor.id,
        visit.engineer_id,
    )
    assert (row.ours_min, row.theirs_min) == (30, 90)
    (event,) = missed(world)
    assert (event.audit_id, event.contractor_id, event.annulled_at) == (row.audit_id, world.contractor.id, None)


@pytest.mark.parametrize(
    ("away", "whose"),
    [
        (timedelta(hours=9), Whose.OURS),
        (timedelta(hours=1), Whose.OURS),
        (timedelta(minutes=41), Whose.OURS),
        (timedelta(minutes=31), Whose.OURS),  # what he pressed meanwhile is on its way still
        (timedelta(minutes=29), Whose.CONTRACTOR),
        (timedelta(minutes=4), Whose.CONTRACTOR),
    ],
)
def test_a_deadline_nobody_watched_is_not_his_fault(
    world: World, clock: HandClock, away: timedelta, whose: Whose
) -> None:
    """He may have come in time and had nobody to tell."""
    ticket = send(world)
    later(world, clock, minutes=30)
    take(world, ticket)
    later(world, clock, minutes=50)
    guard.alive(world.session, 1, now=world.now)
    world.now = clock.move(seconds=away.total_seconds())
    guard.look_at_start(world.session, now=world.now)
    swept(world)
    later(world, clock, hours=1)

    row = breach(world, ticket, K.ARRIVAL)
    assert (row.at, row.contractor_id) == (ticket.registered_at + timedelta(hours=2), world.contractor.id)
    assert (row.whose, len(missed(world))) == (whose, whose is Whose.CONTRACTOR)
    assert guard.is_held(world.session) is (away > timedelta(hours=6))


def test_a_yes_after_the_deadline_is_not_his_fault(world: World, clock: HandClock) -> None:
    ticket = send(world)
    later(world, clock, minutes=125)
    take(world, ticket)
    later(world, clock, minutes=60)

    assert breach(world, ticket, K.ARRIVAL).whose is Whose.OURS
    assert breach(world, ticket, K.ARRIVAL).contractor_id is None


def test_work_that_could_not_be_done_in_what_was_left_is_ours(world: World, clock: HandClock) -> None:
    """He came at once, 50 minutes before the end; the norm of the work is an hour."""
    ticket = send(world)
    later(world, clock, minutes=190)
    take(world, ticket)
    arrive(world, ticket)
    later(world, clock, minutes=51)

    row = breach(world, ticket, K.RESOLUTION)
    assert (row.whose, row.theirs_min, row.ours_min) == (Whose.OURS, 50, 190)
    assert missed(world) == []


def test_his_own_later_time_does_not_free_him_the_clients_does(world: World, clock: HandClock) -> None:
    session = world.session
    own, others = send(world), send(world)
    for ticket, mover in ((own, world.engineer), (others, world.requester)):
        visit = take(world, ticket)
        free = moves.options(session, tap(mover), visit.id, now=world.now).slots[-1]
        moves.move(session, tap(mover), visit.id, free.start, now=world.now)
        assert visit_of(world, ticket).starts_at > world.now + timedelta(hours=2)
    later(world, clock, minutes=121)

    assert breach(world, own, K.ARRIVAL).whose is Whose.CONTRACTOR
    assert breach_of(world, others, K.ARRIVAL) is None  # the client's own wish stops the clock


@pytest.mark.parametrize(
    ("kind", "reason", "minutes"),
    [(K.ARRIVAL, StopReason.CLIENT_PARTS, 121), (K.RESOLUTION, StopReason.OUR_PARTS, 241)],
)
def test_what_waited_for_others_while_the_clock_ran_on_is_not_his_fault(
    world: World, clock: HandClock, kind: ClockKind, reason: StopReason, minutes: int
) -> None:
    ticket = send(world)
    later(world, clock, minutes=30)
    take(world, ticket)
    if kind is K.RESOLUTION:
        arrive(world, ticket)
    wait(world, ticket, reason, days=1)
    later(world, clock, minutes=minutes - 30)

    assert breach(world, ticket, kind).whose is Whose.OURS
    assert missed(world) == []


def test_an_end_after_the_deadline_before_anybody_looked_is_a_breach_too(world: World, clock: HandClock) -> None:
    """The sweep was down: the engineer's tap comes first."""
    ticket = send(world)
    take(world, ticket)
    world.now = clock.move(minutes=130)
    arrive(world, ticket)

    row = breach(world, ticket, K.ARRIVAL)
    assert row.at == world.now - timedelta(minutes=10)
    assert row.whose is Whose.CONTRACTOR
    swept(world)
    assert len(missed(world)) == 1


def test_a_hold_after_the_deadline_before_anybody_looked_hides_nothing(world: World, clock: HandClock) -> None:
    ticket = send(world)
    take(world, ticket)
    world.now = clock.move(minutes=121)
    wait(world, ticket, StopReason.NO_ACCESS)

    assert clock_of(world, ticket, K.ARRIVAL).state is ClockState.STOPPED
    assert breach(world, ticket, K.ARRIVAL).at == world.now - timedelta(minutes=1)


def test_what_the_client_holds_up_is_no_breach(world: World, clock: HandClock) -> None:
    ticket = send(world)
    take(world, ticket)
    wait(world, ticket, StopReason.NOT_READY, days=2)
    later(world, clock, days=1)

    assert breach_of(world, ticket, K.ARRIVAL) is None


def test_a_cancelled_ticket_breaks_nothing_afterwards(world: World, clock: HandClock) -> None:
    ticket = send(world)
    tickets.cancel(world.session, tap(world.requester), ticket.id, ticket.version, now=world.now)
    later(world, clock, days=1)

    assert world.session.scalars(select(Breach)).all() == []


def test_the_word_of_an_arrival_in_time_that_comes_late_annuls_the_breach(world: World, clock: HandClock) -> None:
    ticket = send(world)
    take(world, ticket)
    later(world, clock, minutes=122)
    assert len(missed(world)) == 1
    came_at = world.now - timedelta(minutes=4)
    visit = visit_of(world, ticket)
    place = {"accuracy_m": 10, "sent_at": came_at, "forwarded": False}
    visits.arrive_by_location(
        world.session, tap(world.engineer), visit.id, world.site.lat, world.site.lon, **place, now=world.now
    )

    row = breach(world, ticket, K.ARRIVAL)
    assert (row.annulled_at, row.annul_reason) == (world.now, "kept")
    assert missed(world)[0].annulled_at == world.now
    assert breaches.told(world.session, ticket.id) == ()


def test_an_upheld_objection_gives_the_time_back_and_the_levels_are_warned_of_once_more(
    world: World, clock: HandClock
) -> None:
    """An hour of the interval was the client's after all: the clock has an hour again, and burns out at its end."""
    session, ticket = world.session, send(world)
    take(world, ticket)
    later(world, clock, minutes=121)
    row, burning = breach(world, ticket, K.ARRIVAL), clock_of(world, ticket, K.ARRIVAL)
    give_back(world, burning.id, minutes=60)
    breaches.recheck(session, burning, now=world.now)
    assert (row.annulled_at, burning.warned_pct) == (world.now, 50)
    assert missed(world)[0].annulled_at == world.now

    later(world, clock, minutes=60)
    assert (row.annulled_at, row.at) == (None, world.now - timedelta(minutes=1))
    assert [event.annulled_at is None for event in missed(world)] == [False, True]


def give_back(world: World, clock_id: int, *, minutes: int) -> None:
    """It stood in its first minutes."""
    session = world.session
    first = session.scalars(select(ClockInterval).where(ClockInterval.clock_id == clock_id)).one()
    begun = first.from_at
    first.to_at = begun
    ends = begun + timedelta(minutes=minutes)
    for start, end, runs, whose in ((begun, ends, False, Whose.CLIENT), (ends, None, True, Whose.OURS)):
        row = ClockInterval(clock_id=clock_id, from_at=start, to_at=end, runs=runs, whose=whose)
        row.calendar, row.reason = first.calendar, None if runs else StopReason.MOVED_BY_CLIENT
        session.add(row)
        session.flush()
    clocks.count_anew(session, [session.get_one(Clock, clock_id)], now=world.now)


def test_a_holiday_said_after_the_fact_annuls_what_it_covers(session: Session, clock: HandClock) -> None:
    world = promise(session, now=clock.now(), calendar="working")
    manager = add_person(session, Grant(Role.MANAGER), now=world.now)
    ticket = send(world)
    later(world, clock, minutes=75)
    row = breach(world, ticket, K.REACTION)
    assert row.annulled_at is None

    calendar_days.say(session, tap(manager), date(2026, 3, 16), DayKind.OFF, now=world.now)
    assert (row.annulled_at, row.annul_reason) == (world.now, "reckoned")
    assert clock_of(world, ticket, K.REACTION).warned_pct == 0

    calendar_days.say(session, tap(manager), date(2026, 3, 16), None, now=world.now)
    swept(world)
    assert row.annulled_at is None


def test_history_says_what_was_broken_and_whose_it_was(world: World, clock: HandClock) -> None:
    ticket = send(world)
    take(world, ticket)
    later(world, clock, minutes=121)

    for reader in (world.dispatcher, world.engineer, world.requester):
        told = [
            (step.data["kind"], step.data["whose"])
            for step in history.why(world.session, tap(reader), ticket.id, now=world.now).steps
            if step.event == breaches.BROKEN
        ]
        assert told == [(K.ARRIVAL, Whose.CONTRACTOR)]


def test_reported_in_time_nothing_is_broken(world: World, clock: HandClock) -> None:
    ticket = send(world)
    take(world, ticket)
    arrive(world, ticket)
    report(world, ticket)
    later(world, clock, days=5)

    assert world.session.scalars(select(Breach)).all() == []
    warned = world.session.scalar(select(func.count()).select_from(Audit).where(Audit.event == "warn"))
    assert warned == 0


def test_a_search_after_a_back_out_is_in_haste_but_breaks_no_promise(world: World, clock: HandClock) -> None:
    ticket = send(world)
    visit = take(world, ticket)
    visits.give_up(world.session, tap(world.engineer), visit.id, now=world.now)
    later(world, clock, minutes=70)

    assert clock_of(world, ticket, K.SEARCH).warned_pct == 100
    assert breach_of(world, ticket, K.SEARCH) is None


def test_exactly_at_the_deadline_is_in_time(world: World, clock: HandClock) -> None:
    ticket = send(world)
    take(world, ticket)
    world.now = clock.move(minutes=120)
    arrive(world, ticket)

    assert breach_of(world, ticket, K.ARRIVAL) is None
    swept(world)
    told = world.session.scalars(select(Outbox.data).where(Outbox.notice == Notice.SLA))
    assert [data["clock"] for data in told] == [K.RESOLUTION]  # half of that is gone

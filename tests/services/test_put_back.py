"""A clock that jumped ahead and was put right: what was noted by the wrong time says nothing of the time to come."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Grant
from core.domain.breach import AnnulReason
from core.domain.clock import ClockKind, Whose
from core.domain.quality import QualityKind
from core.domain.role import Role
from core.domain.task import TaskKind
from core.services import downtime, guard, invariants, no_shows, tasks, warnings, waves
from storage.models.desk import JobRun, Task
from storage.models.offer import Offer
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make.people import add_person
from tests.make.promises import breach_of, clock_of, later
from tests.make.tickets import make_world, send, tap
from tests.services.test_downtime import gaps, missed, taken
from tests.services.test_no_shows import MINUTE, QUARTER, begun, strikes

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
AHEAD = [timedelta(days=365), 2 * HOUR]


def nothing(wrong: datetime) -> None:
    pass


def jumped(
    session: Session,
    clock: HandClock,
    ahead: timedelta,
    *,
    is_booted: bool = False,
    meanwhile: Callable[[datetime], None] = nothing,
) -> None:
    """Heard and running; then the clock is wrong for two minutes, in which everybody notes what he notes."""
    for note in (guard.heard, lambda s, *, now: guard.alive(s, 1, now=now)):
        note(session, now=clock.now())
    wrong = clock.move(seconds=ahead.total_seconds())
    if is_booted:
        guard.look_at_start(session, now=wrong)
    else:
        guard.doubt(session, ahead, now=wrong)
    for minutes in (1, 2):
        guard.heard(session, now=wrong + minutes * MINUTE, is_back=True)
        guard.alive(session, 1, now=wrong + minutes * MINUTE)
        meanwhile(wrong + minutes * MINUTE)
    clock.move(minutes=2, seconds=-ahead.total_seconds())
    if is_booted:
        guard.look_at_start(session, now=clock.now())
    else:
        guard.doubt(session, -ahead, now=clock.now())


def settled(session: Session, now: datetime) -> None:
    """A manager says that the time is right."""
    manager = add_person(session, Grant(Role.MANAGER), now=now)
    (task,) = session.scalars(select(Task).where(Task.kind == TaskKind.CLOCK_JUMP)).all()
    tasks.end(session, tap(manager), task.id, "done", now=now)


@pytest.mark.parametrize("is_booted", [True, False])
@pytest.mark.parametrize("ahead", AHEAD)
def test_no_time_to_come_is_known_to_be_unwatched(
    session: Session, clock: HandClock, ahead: timedelta, is_booted: bool
) -> None:
    before = clock.now()
    jumped(session, clock, ahead, is_booted=is_booted)
    now = clock.now()

    assert guard.is_held(session)
    assert gaps(session) == [(f"{before:%Y%m%dT%H%M%SZ}", now)]
    assert session.scalars(select(JobRun).where(JobRun.at > now)).all() == []
    assert [until for _, until in downtime.wrong_times(session)] == [now + ahead]
    last = now if ahead < DAY else before  # of the same day or not
    assert (guard.last_alive(session), downtime.last_heard(session, now=now)) == (last, last)
    for days in (1, 30, 300):
        then = now + days * DAY
        clock.at = then + HOUR
        guard.heard(session, now=clock.at)
        assert downtime.is_unwatched(session, [then], now=then + HOUR) == frozenset()
        assert downtime.back_at(session, then, now=then + HOUR) is None


@pytest.mark.parametrize("ahead", AHEAD)
def test_silence_of_telegram_is_noticed_again_at_once(session: Session, clock: HandClock, ahead: timedelta) -> None:
    jumped(session, clock, ahead)
    deaf = clock.now()
    now = clock.move(minutes=20)
    assert downtime.is_unwatched(session, [deaf + 15 * MINUTE], now=now) == {deaf + 15 * MINUTE}


@pytest.mark.parametrize("ahead", AHEAD)
def test_a_promise_of_tomorrow_is_somebodys_again(session: Session, clock: HandClock, ahead: timedelta) -> None:
    jumped(session, clock, ahead)
    settled(session, clock.now())
    clock.move(hours=1)
    world, ticket = taken(session, clock)
    guard.heard(session, now=clock.move(minutes=89))
    later(world, clock, minutes=2)

    row = breach_of(world, ticket, ClockKind.ARRIVAL)
    assert row is not None
    assert (row.whose, missed(session)) == (Whose.CONTRACTOR, [None])


def test_nobody_who_does_not_come_is_waited_for_a_year(session: Session, now: datetime, clock: HandClock) -> None:
    world, watch, _, visit = begun(session, now, clock)
    jumped(session, clock, timedelta(days=365))
    settled(session, clock.now())
    watch.goes_to(visit.ends_at + QUARTER)
    guard.heard(session, now=world.now + QUARTER)
    watch.later(QUARTER)
    assert strikes(session) == [(QualityKind.NO_SHOW, 3000)]


def test_rows_of_days_to_come_are_believed_by_nobody(session: Session, clock: HandClock) -> None:
    """Whoever put the clock right may have done so while nothing of ours looked."""
    now, wrong = clock.now(), clock.now() + 365 * DAY
    downtime.note_heard(session, now=now - MINUTE)
    downtime.note_unwatched(session, now - HOUR, wrong)
    downtime.note_unwatched(session, wrong, wrong + HOUR)
    downtime.note_heard(session, now=wrong)

    assert downtime.last_heard(session, now=now) == now - MINUTE
    assert downtime.back_at(session, now - HOUR, now=now) == now
    assert downtime.is_unwatched(session, [now + HOUR, wrong], now=now) == frozenset()
    guard.doubt(session, now - wrong - HOUR, now=now)  # noticed at last
    assert session.scalars(select(JobRun).where(JobRun.at > now)).all() == []


@pytest.mark.parametrize("is_booted", [True, False])
@pytest.mark.parametrize("ahead", AHEAD)
def test_a_promise_that_runs_meanwhile_is_warned_of_and_broken_at_its_own_time(
    session: Session, clock: HandClock, ahead: timedelta, is_booted: bool
) -> None:
    world, ticket = taken(session, clock)
    arrival = clock_of(world, ticket, ClockKind.ARRIVAL)
    due_at, before = arrival.due_at, (arrival.warned_pct, arrival.warn_at)

    def sweeps(wrong: datetime) -> None:
        warnings.sweep(session, 50, now=wrong)

    jumped(session, clock, ahead, is_booted=is_booted, meanwhile=sweeps)
    row = breach_of(world, ticket, ClockKind.ARRIVAL)
    assert row is not None
    assert (row.at, row.annul_reason) == (due_at, AnnulReason.RECKONED)
    assert (arrival.due_at, arrival.warned_pct, arrival.warn_at) == (due_at, *before)
    assert invariants.violations(session, now=clock.now()) == []
    settled(session, clock.now())

    later(world, clock, minutes=30)
    assert arrival.warned_pct == 50
    guard.heard(session, now=clock.move(minutes=59))
    later(world, clock, minutes=2)
    assert (row.at, row.annulled_at, row.detected_at) == (due_at, None, clock.now())
    assert (row.whose, missed(session)) == (Whose.CONTRACTOR, [None])


def test_a_warning_of_a_promise_that_was_not_broken_yet_is_given_again(session: Session, clock: HandClock) -> None:
    world, ticket = taken(session, clock)
    resolution = clock_of(world, ticket, ClockKind.RESOLUTION)  # 30 of its 240 minutes are gone
    before = resolution.warn_at

    def sweeps(wrong: datetime) -> None:
        warnings.sweep(session, 50, now=wrong)

    jumped(session, clock, 150 * MINUTE, meanwhile=sweeps)
    assert (resolution.warned_pct, resolution.warn_at) == (0, before)


@pytest.mark.parametrize("ahead", [timedelta(days=365), timedelta(days=3)])
def test_who_was_asked_where_he_is_before_his_time_is_looked_at_after_it(
    session: Session, now: datetime, clock: HandClock, ahead: timedelta
) -> None:
    world, watch, _, visit = begun(session, now, clock)
    agreed_end = visit.ends_at

    def sweeps(wrong: datetime) -> None:
        no_shows.sweep(session, 50, now=wrong)

    jumped(session, clock, ahead, meanwhile=sweeps)
    assert (visit.where_asked_at, visit.watch_at) == (None, agreed_end + QUARTER)
    settled(session, clock.now())
    assert watch.goes_to(agreed_end + QUARTER) == 1
    guard.heard(session, now=world.now + QUARTER)
    watch.later(QUARTER)
    assert strikes(session) == [(QualityKind.NO_SHOW, 3000)]


def test_whoever_said_when_he_comes_is_not_looked_for_sooner(session: Session, now: datetime, clock: HandClock) -> None:
    world, watch, _, visit = begun(session, now, clock)
    watch.goes_to(visit.ends_at + QUARTER)
    no_shows.eta(session, tap(world.engineer), visit.id, 60, now=world.now)
    comes = visit.watch_at
    jumped(session, clock, timedelta(days=365))
    assert visit.watch_at == comes


def test_a_search_does_not_wait_for_a_morning_of_another_year(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    sent: list[Ticket] = []

    def sends(wrong: datetime) -> None:
        world.now = wrong
        if not sent:
            sent.append(send(world))

    jumped(session, clock, timedelta(days=300, hours=14), meanwhile=sends)  # it is night there
    (ticket,) = sent
    assert ticket.search_due_at == clock.now()
    assert waves.sweep(session, 50, now=clock.now()) == 1
    (offer,) = session.scalars(select(Offer)).all()
    assert ticket.search_due_at == offer.waits_until <= clock.now() + HOUR

"""A ticket waits for a reason until a moment: who may say so, what stands meanwhile, and how it goes on."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.clock import ClockKind, ClockState, StopReason, Whose
from core.domain.errors import Changed, HoldTooLong, NotAllowed, NotFound, UntilInvalid
from core.domain.hold import CREW_REASONS
from core.domain.offer import OfferStatus
from core.domain.role import Role
from core.domain.task import TaskKind
from core.domain.ticket import HOLDABLE, TicketEvent, TicketStatus
from core.domain.visit import VisitStatus
from core.services import clock_changes, clocks, guard, holds, invariants, tickets, visits, waves
from storage.models.clock import Breach, Clock, ClockInterval, Hold
from storage.models.directory import Contract
from storage.models.offer import Offer, Wave
from storage.models.ticket import Ticket
from storage.models.visit import VisitMove
from tests.clock import HandClock
from tests.make.people import add_person
from tests.make.promises import PLAN, later, promise, swept
from tests.make.tickets import (
    WHY,
    World,
    arrive,
    bring,
    card_of,
    make_world,
    nobody_left,
    open_tasks,
    send,
    take,
    tap,
    visit_of,
    wait,
)

HOUR = timedelta(hours=1)


def hold(world: World, ticket: Ticket, actor: Actor, reason: StopReason, until: datetime) -> None:
    holds.hold(world.session, tap(actor), ticket.id, ticket.version, reason, until, WHY, now=world.now)


def resume(world: World, ticket: Ticket, actor: Actor | None = None) -> None:
    holds.resume(world.session, tap(actor or world.dispatcher), ticket.id, ticket.version, now=world.now)


def clock_of(session: Session, ticket: Ticket) -> Clock:
    return session.scalars(select(Clock).where(Clock.ticket_id == ticket.id, Clock.kind == ClockKind.REACTION)).one()


@pytest.mark.parametrize("status", sorted(HOLDABLE - {TicketStatus.UNSTAFFED}))
def test_whatever_waits_is_afterwards_what_it_was(session: Session, now: datetime, status: TicketStatus) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, status)
    wait(world, ticket)
    assert ticket.status is TicketStatus.ON_HOLD
    row = session.scalars(select(Hold)).one()
    assert (row.before, row.whose, row.until) == (status, Whose.CLIENT, now + 3 * HOUR)

    resume(world, ticket)
    assert ticket.status is status
    assert row.ended_at == now


def test_on_hold_nothing_is_offered_and_afterwards_everybody_is_asked_anew(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    first = session.scalars(select(Offer)).one()
    due = clock_of(session, ticket).due_at
    assert due is not None
    wait(world, ticket)
    session.refresh(first)
    assert (first.status, ticket.search_due_at) == (OfferStatus.WITHDRAWN, None)
    assert clock_of(session, ticket).state is ClockState.STOPPED
    assert clock_of(session, ticket).due_at is None

    world.now = clock.move(hours=3)
    assert holds.sweep(session, 50, now=world.now) == 1
    session.refresh(ticket)
    assert (ticket.status, ticket.job_version) == (TicketStatus.SEARCHING, 2)
    again = session.scalars(select(Offer).order_by(Offer.id.desc())).first()
    assert again is not None
    assert (again.status, again.job_version) == (OfferStatus.SENT, 2)
    running = clock_of(session, ticket)
    assert running.state is ClockState.RUNNING
    assert clocks.reading(session, running, now=world.now).elapsed == timedelta(0)
    assert holds.sweep(session, 50, now=world.now) == 0


def test_a_search_that_had_ended_begins_anew(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    ticket = nobody_left(world, clock)
    wait(world, ticket, StopReason.CLIENT_ANSWER)
    assert open_tasks(session, ticket) == []
    waves_before = len(session.scalars(select(Wave)).all())

    resume(world, ticket)
    assert len(session.scalars(select(Wave)).all()) == waves_before + 1
    assert session.scalars(select(Hold)).one().before is TicketStatus.UNSTAFFED


def test_what_waits_for_our_parts_burns_our_time(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    wait(world, ticket, StopReason.OUR_PARTS)
    assert clock_of(session, ticket).state is ClockState.RUNNING


def test_the_clock_of_an_approval_stands_whatever_the_hold_is_for(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.APPROVAL)
    wait(world, ticket, StopReason.OUR_PARTS)
    assert clock_of(session, ticket).state is ClockState.STOPPED
    resume(world, ticket)
    assert clock_of(session, ticket).state is ClockState.STOPPED
    tickets.approve(session, tap(world.dispatcher), ticket.id, now=now)
    assert clock_of(session, ticket).state is ClockState.RUNNING


@pytest.mark.parametrize("after", [timedelta(0), -HOUR, timedelta(days=90, seconds=1)])
def test_a_hold_ends_at_a_moment_to_come_and_not_in_a_year(session: Session, now: datetime, after: timedelta) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    with pytest.raises(UntilInvalid):
        hold(world, ticket, world.dispatcher, StopReason.NOT_READY, now + after)
    assert ticket.status is TicketStatus.SEARCHING


@pytest.mark.parametrize("status", [TicketStatus.ASSIGNED, TicketStatus.IN_WORK, TicketStatus.REWORK])
def test_the_crew_lets_its_own_job_wait_up_to_a_working_day(
    session: Session, now: datetime, status: TicketStatus
) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, status)
    found = holds.choices(session, world.engineer, ticket.id, now=now)
    assert found.reasons == CREW_REASONS
    assert found.latest is not None
    with pytest.raises(HoldTooLong):
        hold(world, ticket, world.engineer, StopReason.NO_ACCESS, found.latest + timedelta(minutes=1))
    with pytest.raises(NotAllowed):
        hold(world, ticket, world.engineer, StopReason.MOVED_BY_CONTRACTOR, found.latest)

    hold(world, ticket, world.engineer, StopReason.NO_ACCESS, found.latest)
    assert TicketEvent.RESUME in card_of(world, world.engineer, ticket).buttons
    resume(world, ticket, world.engineer)
    assert ticket.status is status


def test_a_working_day_runs_over_the_weekend(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    friday = clock.at = world.now = datetime(2026, 3, 20, 12, tzinfo=UTC)  # 15:00 in Moscow
    monday = datetime(2026, 3, 23, 12, tzinfo=UTC)
    assert holds.choices(session, world.engineer, ticket.id, now=friday).latest == monday


def test_the_crew_asks_the_desk_for_more_once(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    for _ in range(2):
        holds.ask(session, tap(world.engineer), ticket.id, ticket.version, StopReason.OUR_PARTS, now=now)
    (task,) = open_tasks(session, ticket)
    assert (task.kind, task.data) == (TaskKind.HELD, {"reason": "our_parts"})

    wait(world, ticket, StopReason.OUR_PARTS, days=5)
    assert open_tasks(session, ticket) == []


def test_what_the_desk_holds_the_crew_does_not_end(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ON_HOLD)
    assert card_of(world, world.engineer, ticket).buttons == frozenset()
    with pytest.raises(NotAllowed):
        resume(world, ticket, world.engineer)


@pytest.mark.parametrize("status", [TicketStatus.SEARCHING, TicketStatus.REPORTED])
def test_a_crew_holds_nothing_that_is_not_its_work_now(session: Session, now: datetime, status: TicketStatus) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, status)
    for actor in (world.engineer, world.requester):
        with pytest.raises(NotAllowed):
            hold(world, ticket, actor, StopReason.NO_ACCESS, now + HOUR)
        with pytest.raises(NotAllowed):
            holds.choices(session, actor, ticket.id, now=now)
    assert ticket.status is status


def test_a_colleague_and_strangers_hold_nothing(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    colleague = add_person(session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=now)
    with pytest.raises(NotAllowed):
        hold(world, ticket, colleague, StopReason.NO_ACCESS, now + HOUR)
    with pytest.raises(NotAllowed):
        holds.ask(session, tap(colleague), ticket.id, ticket.version, StopReason.NO_ACCESS, now=now)
    foreign = make_world(session, now=now)
    for actor in (foreign.engineer, foreign.requester):
        with pytest.raises(NotFound):
            hold(world, ticket, actor, StopReason.NO_ACCESS, now + HOUR)


def test_an_old_button_holds_and_resumes_nothing(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    old = ticket.version
    wait(world, ticket)
    with pytest.raises(Changed):
        holds.hold(session, tap(world.dispatcher), ticket.id, old, StopReason.NOT_READY, now + HOUR, WHY, now=now)
    with pytest.raises(Changed):
        wait(world, ticket)  # it waits already
    with pytest.raises(Changed):
        holds.resume(session, tap(world.dispatcher), ticket.id, old, now=now)


def test_a_draft_is_confirmed_or_refused_first(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ACCEPTED)
    with pytest.raises(Changed):
        wait(world, ticket)


def test_the_desk_names_another_moment(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ON_HOLD)
    later = now + timedelta(days=2)
    with pytest.raises(NotFound):
        holds.extend(session, tap(world.engineer), ticket.id, ticket.version, later, now=now)
    holds.extend(session, tap(world.dispatcher), ticket.id, ticket.version, later, now=now)
    world.now = clock.move(hours=4)
    assert holds.sweep(session, 50, now=world.now) == 0
    world.now = clock.move(days=2)
    assert holds.sweep(session, 50, now=world.now) == 1
    with pytest.raises(Changed):
        holds.extend(session, tap(world.dispatcher), ticket.id, ticket.version + 1, later, now=world.now)


def test_nobody_goes_to_what_waits_and_the_visit_gets_the_next_window(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    visit = visit_of(world, ticket)
    visits.go(session, tap(world.engineer), visit.id, now=now)
    wait(world, ticket, days=1)
    for step in (visits.go, visits.arrive_by_word, visits.give_up):
        with pytest.raises(Changed):
            step(session, tap(world.engineer), visit.id, now=now)

    planned = visit.starts_at
    world.now = clock.move(days=1)
    holds.sweep(session, 50, now=world.now)
    session.refresh(visit)
    assert (visit.status, visit.en_route_at) == (VisitStatus.PLANNED, None)
    assert visit.starts_at > world.now
    move = session.scalars(select(VisitMove)).one()
    assert (move.from_starts_at, move.to_starts_at) == (planned, visit.starts_at)
    arrive(world, ticket)
    assert ticket.status is TicketStatus.IN_WORK


def test_a_short_hold_leaves_the_visit_where_it_is(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    visit = visit_of(world, ticket)
    visits.go(session, tap(world.engineer), visit.id, now=now)
    wait(world, ticket, minutes=30)
    resume(world, ticket)
    assert visit.status is VisitStatus.EN_ROUTE
    assert session.scalars(select(VisitMove)).all() == []


def test_what_waits_is_cancelled_by_the_desk_and_the_hold_is_over(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ON_HOLD)
    with pytest.raises(NotAllowed):
        tickets.cancel(session, tap(world.requester), ticket.id, ticket.version, now=now)
    tickets.cancel(session, tap(world.dispatcher), ticket.id, ticket.version, now=now)
    assert session.scalars(select(Hold)).one().ended_at == now
    assert holds.sweep(session, 50, now=now + timedelta(days=1)) == 0


def test_the_waves_leave_what_waits_alone(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    wait(world, ticket, days=3)
    world.now = clock.move(days=2)
    assert waves.sweep(session, 50, now=world.now) == 0
    assert ticket.status is TicketStatus.ON_HOLD


def ledger(session: Session, ticket: Ticket, kind: ClockKind) -> list[tuple[bool, timedelta, timedelta | None]]:
    """Whether it ran, and from when until when, since the ticket is here."""
    rows = session.scalars(
        select(ClockInterval)
        .join(Clock, Clock.id == ClockInterval.clock_id)
        .where(Clock.ticket_id == ticket.id, Clock.kind == kind)
        .order_by(ClockInterval.from_at, ClockInterval.id)
    )
    since = ticket.registered_at
    return [
        (row.runs, row.from_at - since, row.to_at and row.to_at - since) for row in rows if row.from_at != row.to_at
    ]


@pytest.mark.parametrize("is_swept", [True, False])
def test_a_hold_is_over_when_it_was_to_be_over_however_late_somebody_looks(
    session: Session, clock: HandClock, is_swept: bool
) -> None:
    world = promise(session, now=clock.now())
    ticket = send(world)
    take(world, ticket)
    later(world, clock, hours=1)
    wait(world, ticket, hours=2)
    until = world.now + 2 * HOUR
    guard.alive(session, 1, now=world.now)
    world.now = clock.move(days=3)
    guard.look_at_start(session, now=world.now)
    if is_swept:
        assert holds.sweep(session, 50, now=world.now) == 1
    else:
        resume(world, ticket)

    assert session.scalars(select(Hold.ended_at)).one() == until
    assert ledger(session, ticket, ClockKind.RESOLUTION) == [
        (True, 0 * HOUR, HOUR),
        (False, HOUR, 3 * HOUR),
        (True, 3 * HOUR, None),
    ]
    broken = {row.kind: row for row in session.scalars(select(Breach))}
    at = {kind: row.at - ticket.registered_at for kind, row in broken.items()}
    assert at == {ClockKind.ARRIVAL: 4 * HOUR, ClockKind.RESOLUTION: 6 * HOUR}
    # Nobody watched: he may have come in time.
    assert {row.whose for row in broken.values()} == {Whose.OURS}
    swept(world)
    assert invariants.violations(session, now=world.now) == []


def test_a_hold_noticed_a_moment_late_costs_nobody_a_moment(session: Session, clock: HandClock) -> None:
    world = promise(session, now=clock.now())
    ticket = send(world)
    take(world, ticket)
    wait(world, ticket, hours=2)
    world.now = clock.move(hours=2, seconds=40)
    holds.sweep(session, 50, now=world.now)
    assert ledger(session, ticket, ClockKind.ARRIVAL) == [(False, 0 * HOUR, 2 * HOUR), (True, 2 * HOUR, None)]
    assert session.scalars(select(Breach)).all() == []


def test_what_was_promised_after_the_wait_was_over_goes_on_from_its_own_beginning(
    session: Session, clock: HandClock
) -> None:
    """Nobody has noticed the end of the wait yet, and the workbook brings a plan."""
    world = promise(session, now=clock.now())
    contract = session.scalars(select(Contract)).one()
    contract.sla_plan = ""
    session.flush()
    ticket = send(world)
    take(world, ticket)
    wait(world, ticket, StopReason.NO_ACCESS, hours=1)
    world.now = clock.move(hours=2)
    contract.sla_plan = PLAN
    session.flush()
    clock_changes.contracts_changed(session, tap(world.dispatcher), [contract.id], [], now=world.now)
    begun = world.now
    world.now = clock.move(seconds=5)
    holds.sweep(session, 50, now=world.now)
    late = session.scalars(select(Clock).where(Clock.kind.in_([ClockKind.ARRIVAL, ClockKind.RESOLUTION]))).all()

    assert [one.due_at for one in late] == [begun + 2 * HOUR, begun + 4 * HOUR]
    assert invariants.violations(session, now=world.now) == []


@pytest.mark.parametrize("status", [TicketStatus.ASSIGNED, TicketStatus.APPROVAL])
def test_who_cancels_what_has_waited_long_enough_breaks_or_keeps_what_ran_since(
    session: Session, clock: HandClock, status: TicketStatus
) -> None:
    """The clocks went on when the wait was over, unless somebody has to approve yet."""
    world = promise(session, now=clock.now())
    ticket, begun = bring(world, status), world.now
    wait(world, ticket, StopReason.NO_ACCESS, hours=1)
    world.now = clock.move(hours=12)
    desk, whose = tap(world.dispatcher), Whose.NOBODY
    tickets.cancel(session, desk, ticket.id, ticket.version, whose, now=world.now, waive=True)

    assert session.scalars(select(Hold.ended_at)).one() == begun + HOUR
    told = session.execute(select(Breach.kind, Breach.at).order_by(Breach.at)).all()
    is_broken = status is TicketStatus.ASSIGNED
    kinds = [(ClockKind.ARRIVAL, begun + 3 * HOUR), (ClockKind.RESOLUTION, begun + 5 * HOUR)] if is_broken else []
    assert [tuple(one) for one in told] == kinds
    assert invariants.violations(session, now=world.now) == []

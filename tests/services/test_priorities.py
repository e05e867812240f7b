"""More urgent, or less: promises keep what has elapsed, the search follows, and what was reported stays as it is."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.block import BlockLevel
from core.domain.calendar import CalendarKind
from core.domain.clock import ClockKind, ClockState, StopReason
from core.domain.errors import Changed, NotFound
from core.domain.offer import OfferStatus
from core.domain.ticket import Priority, TicketStatus
from core.services import assignments, clock_changes, clock_rows, clocks, holds, priorities, visits
from core.services.clock_forecasts import Forecast
from storage.models.clock import Breach, Clock, ClockInterval
from storage.models.directory import Contract, SlaTarget
from storage.models.offer import Offer, Wave
from storage.models.ticket import Assignment, Ticket
from tests.clock import HandClock
from tests.make.blocks import begin
from tests.make.directories import add_contractor
from tests.make.tickets import (
    SKILL,
    World,
    add_engineer,
    bring,
    make_world,
    nobody_left,
    send,
    take,
    tap,
    visit_of,
    wait,
)
from tests.services.test_clocks import ARRIVAL, HOUR, REACTION, RESOLUTION, add_target, clock_of, states


@pytest.fixture
def world(session: Session, now: datetime) -> World:
    add_target(session)
    add_target(session, "emergency", reaction_min=60, arrival_min=120, resolution_min=240)
    add_target(session, "planned", "working", reaction_min=600, arrival_min=1200, resolution_min=2400)
    return make_world(session, now=now, sla_plan="План")


def change(world: World, ticket: Ticket, priority: Priority) -> None:
    priorities.change(world.session, tap(world.dispatcher), ticket.id, ticket.version, priority, now=world.now)


def test_another_priority_keeps_what_has_elapsed(world: World, clock: HandClock) -> None:
    ticket, started = send(world), world.now
    world.now = clock.move(minutes=30)
    change(world, ticket, Priority.EMERGENCY)

    assert clock_of(world, ticket, REACTION).due_at == started + HOUR
    assert clock_of(world, ticket, RESOLUTION).due_at == started + 4 * HOUR
    reading = clocks.reading(world.session, clock_of(world, ticket, RESOLUTION), now=world.now)
    assert (reading.elapsed, reading.left) == (HOUR / 2, 3.5 * HOUR)


def test_each_stretch_is_measured_on_its_own_calendar(world: World, clock: HandClock) -> None:
    ticket = send(world)  # Monday 10:00
    take(world, ticket)
    world.now = clock.move(hours=6)  # round the clock until 16:00
    change(world, ticket, Priority.PLANNED)

    arrival = clock_of(world, ticket, ARRIVAL)
    # 20 hours of working time less the six that ran: two until 18:00, nine on Tuesday, three on Wednesday.
    assert (arrival.calendar, arrival.due_at) == (CalendarKind.WORKING, world.now + timedelta(hours=44))
    kinds = world.session.scalars(
        select(ClockInterval.calendar).where(ClockInterval.clock_id == arrival.id).order_by(ClockInterval.id)
    ).all()
    assert kinds == [CalendarKind.ROUND_THE_CLOCK, CalendarKind.WORKING]


def test_what_stands_stands_on_and_goes_on_by_the_new_plan(world: World, clock: HandClock) -> None:
    ticket, started = bring(world, TicketStatus.ASSIGNED), world.now
    world.now = clock.move(hours=1)
    wait(world, ticket, StopReason.NO_ACCESS)
    change(world, ticket, Priority.EMERGENCY)
    assert clock_of(world, ticket, ARRIVAL).state is ClockState.STOPPED
    world.now = clock.move(hours=3)
    holds.sweep(world.session, 50, now=world.now)

    assert clock_of(world, ticket, ARRIVAL).due_at == started + (2 + 3) * HOUR


def test_a_search_that_becomes_an_emergency_begins_anew_with_many(world: World) -> None:
    session = world.session
    for step in range(6):
        add_engineer(session, add_contractor(session, skills=[SKILL], lat=55.8 + step / 10), now=world.now)
    ticket = send(world)
    change(world, ticket, Priority.EMERGENCY)

    sent = session.scalars(select(Offer.job_version).where(Offer.status == OfferStatus.SENT)).all()
    assert (len(sent), set(sent)) == (6, {2})  # whoever had it, and five more
    assert session.scalars(select(Wave.size).order_by(Wave.id)).all() == [1, 5]


def test_who_was_left_without_a_taker_is_searched_for_again(world: World, clock: HandClock) -> None:
    ticket = nobody_left(world, clock)
    change(world, ticket, Priority.EMERGENCY)
    assert ticket.priority is Priority.EMERGENCY
    assert len(world.session.scalars(select(Wave.id)).all()) > 1


def test_a_priority_the_plan_does_not_know_ends_the_promise_and_one_it_knows_begins_it(
    session: Session, now: datetime, clock: HandClock
) -> None:
    add_target(session, "emergency")
    world = make_world(session, now=now, sla_plan="План")
    ticket = bring(world, TicketStatus.ASSIGNED)
    assert ARRIVAL not in states(world, ticket)
    world.now = clock.move(hours=1)
    change(world, ticket, Priority.EMERGENCY)
    assert clock_of(world, ticket, ARRIVAL).due_at == world.now + 8 * HOUR
    change(world, ticket, Priority.PLANNED)
    assert states(world, ticket)[ARRIVAL] is ClockState.ENDED
    assert states(world, ticket)[REACTION] is ClockState.MET


@pytest.mark.parametrize("status", [TicketStatus.REPORTED, TicketStatus.REWORK, TicketStatus.ACCEPTED])
def test_once_reported_nothing_is_more_urgent_any_more(world: World, status: TicketStatus) -> None:
    ticket = bring(world, status)
    with pytest.raises(Changed):
        change(world, ticket, Priority.EMERGENCY)
    assert ticket.priority is Priority.NORMAL


def test_only_the_desk_says_so_and_of_two_the_second_finds_it_changed(world: World) -> None:
    ticket = send(world)
    for actor in (world.requester, world.engineer):
        with pytest.raises(NotFound):
            priorities.change(world.session, tap(actor), ticket.id, ticket.version, Priority.EMERGENCY, now=world.now)
    with pytest.raises(Changed):
        priorities.change(
            world.session, tap(world.dispatcher), ticket.id, ticket.version + 1, Priority.EMERGENCY, now=world.now
        )
    change(world, ticket, Priority.NORMAL)  # it is already: nothing happens
    assert len(world.session.scalars(select(Clock)).all()) == 3


def test_another_plan_of_the_contract_reaches_open_tickets_of_it_alone(world: World, clock: HandClock) -> None:
    session, now = world.session, world.now
    ticket, done = bring(world, TicketStatus.ASSIGNED), bring(world, TicketStatus.REPORTED)
    other = make_world(session, now=now, sla_plan="План")
    foreign = send(other)
    session.add(
        SlaTarget(
            plan="Быстрый", priority="normal", reaction_min=60, arrival_min=60, resolution_min=60, calendar="24x7"
        )
    )
    contract = session.get_one(Contract, ticket.contract_id)
    contract.sla_plan = "Быстрый"
    session.flush()
    admin = tap(world.dispatcher)
    clock_changes.contracts_changed(session, admin, [contract.id], [], now=now)

    assert clock_of(world, ticket, ARRIVAL).target_min == 60
    assert clock_of(world, done, ClockKind.RESOLUTION).target_min == 960
    assert clock_of(other, foreign, ARRIVAL).target_min == 480


def test_levels_the_new_promise_has_not_reached_warn_again(world: World, clock: HandClock) -> None:
    ticket = send(world)
    reaction = clock_of(world, ticket, REACTION)
    world.now = clock.move(minutes=190)
    clocks.warned(reaction, clock_rows.intervals(world.session, reaction), now=world.now)
    assert reaction.warned_pct == 75
    change(world, ticket, Priority.PLANNED)
    assert (reaction.warned_pct, reaction.warn_at is not None) == (0, True)


def test_a_limited_firm_loses_a_job_that_becomes_an_emergency_and_is_not_begun(world: World) -> None:
    session = world.session
    add_engineer(session, add_contractor(session, skills=[SKILL], lat=55.9), now=world.now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    begin(world, BlockLevel.LIMITED)
    assert ticket.contractor_id == world.contractor.id

    change(world, ticket, Priority.EMERGENCY)
    assert (ticket.status, ticket.contractor_id) == (TicketStatus.SEARCHING, None)
    (last,) = session.scalars(select(Assignment.end_reason).where(Assignment.ticket_id == ticket.id))
    assert last == assignments.REDISPATCHED


@pytest.mark.parametrize("is_limited", [True, False])
def test_what_a_limited_firm_has_begun_stays_and_the_desk_is_told(world: World, is_limited: bool) -> None:
    ticket = bring(world, TicketStatus.ASSIGNED)
    visits.go(world.session, tap(world.engineer), visit_of(world, ticket).id, now=world.now)
    if is_limited:
        begin(world, BlockLevel.LIMITED)
    who, at = tap(world.dispatcher), {"now": world.now}

    assert priorities.change(world.session, who, ticket.id, ticket.version, Priority.EMERGENCY, **at) is is_limited
    assert ticket.contractor_id == world.contractor.id
    assert priorities.change(world.session, who, ticket.id, ticket.version, Priority.PLANNED, **at) is False


def test_each_choice_says_before_the_tap_which_deadlines_it_makes_and_what_it_breaks_at_once(
    world: World, clock: HandClock
) -> None:
    ticket, started = bring(world, TicketStatus.ASSIGNED), world.now
    world.now = clock.move(hours=3)
    found = dict(priorities.choices(world.session, tap(world.dispatcher), ticket.id, now=world.now).forecasts)

    assert list(found) == [Priority.EMERGENCY, Priority.PLANNED]
    arrival, resolution = found[Priority.EMERGENCY]
    assert arrival == Forecast(ARRIVAL, started + 2 * HOUR, is_over=True)
    assert resolution == Forecast(RESOLUTION, started + 4 * HOUR)
    assert not any(one.is_over for one in found[Priority.PLANNED])
    change(world, ticket, Priority.EMERGENCY)
    (broken,) = world.session.scalars(select(Breach.kind).where(Breach.ticket_id == ticket.id)).all()
    assert broken is ARRIVAL

    found = dict(priorities.choices(world.session, tap(world.dispatcher), ticket.id, now=world.now).forecasts)
    assert found[Priority.NORMAL][0] == Forecast(ARRIVAL, started + 8 * HOUR, was_over=True)


def test_what_a_choice_would_promise_no_more_or_only_when_the_work_goes_on_is_said_too(
    session: Session, now: datetime
) -> None:
    add_target(session)
    world = make_world(session, now=now, sla_plan="План")
    ticket = bring(world, TicketStatus.ASSIGNED)
    wait(world, ticket, StopReason.NO_ACCESS)
    found = dict(priorities.choices(session, tap(world.dispatcher), ticket.id, now=world.now).forecasts)
    assert found[Priority.EMERGENCY] == (Forecast(ARRIVAL, None, ends=True), Forecast(RESOLUTION, None, ends=True))
    change(world, ticket, Priority.EMERGENCY)
    found = dict(priorities.choices(session, tap(world.dispatcher), ticket.id, now=world.now).forecasts)
    assert found[Priority.NORMAL] == (Forecast(ARRIVAL, None), Forecast(RESOLUTION, None))
    change(world, ticket, Priority.NORMAL)
    assert states(world, ticket)[ARRIVAL] is ClockState.STOPPED


def test_a_promise_that_a_plan_did_not_know_for_a_while_follows_the_priority_as_any_other(world: World) -> None:
    ticket = bring(world, TicketStatus.ASSIGNED)
    contract = world.session.get_one(Contract, ticket.contract_id)
    for plan in ("", "План"):
        contract.sla_plan = plan
        world.session.flush()
        clock_changes.contracts_changed(world.session, tap(world.dispatcher), [contract.id], [], now=world.now)
    again = clock_of(world, ticket, RESOLUTION)
    assert (again.number, again.due_at) == (2, world.now + 16 * HOUR)
    change(world, ticket, Priority.EMERGENCY)
    assert again.due_at == world.now + 4 * HOUR

"""Waves: how many are asked as the clock burns, what a raise makes of the offers, and when a person must look."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.clock import ClockKind, ClockState
from core.domain.offer import DeclineReason, OfferStatus, WaveReason
from core.domain.task import TaskKind
from core.domain.ticket import Priority, TicketStatus
from core.services import clocks, intakes, offers, tickets, visits, waves
from storage.models.clock import Clock
from storage.models.contractor import Contractor
from storage.models.desk import Audit
from storage.models.directory import Service, SlaTarget
from storage.models.offer import Offer, Wave, WaveCandidate
from storage.models.ticket import Ticket
from tests.clock import START, HandClock
from tests.make.directories import add_contractor
from tests.make.tickets import SKILL, World, add_engineer, make_world, open_tasks, send, take, tap, tell, visit_of

REACTION = timedelta(minutes=240)


def plan(session: Session, name: str, priority: Priority = Priority.NORMAL, **fields: object) -> None:
    given = {"reaction_min": 240, "arrival_min": 480, "resolution_min": 960, "calendar": "24x7", **fields}
    session.add(SlaTarget(plan=name, priority=priority, **given))
    session.flush()


@pytest.fixture
def world(session: Session, now: datetime) -> World:
    """The first firm and fifteen more, each a little farther."""
    plan(session, "План")
    return make_world(session, now=now, sla_plan="План")


@pytest.fixture
def firms(world: World) -> list[tuple[Contractor, Actor]]:
    made = [(world.contractor, world.engineer)]
    for n in range(1, 16):
        firm = add_contractor(world.session, skills=[SKILL], lat=55.76 + n * 0.02, lon=37.62)
        made.append((firm, add_engineer(world.session, firm, now=world.now)))
    return made


def later(world: World, clock: HandClock, at: datetime) -> None:
    world.now = clock.at = at
    while waves.sweep(world.session, 50, now=at):
        pass
    world.session.expire_all()


def sizes(session: Session, ticket: Ticket) -> list[int]:
    rows = session.scalars(select(Wave).where(Wave.ticket_id == ticket.id).order_by(Wave.number)).all()
    counted = []
    for row in rows:
        asked = select(WaveCandidate).where(WaveCandidate.wave_id == row.id, WaveCandidate.is_asked)
        counted.append(len(session.scalars(asked).all()))
    return counted


def statuses(session: Session, ticket: Ticket, **where: object) -> list[OfferStatus]:
    rows = select(Offer.status).where(Offer.ticket_id == ticket.id).filter_by(**where).order_by(Offer.id)
    return list(session.scalars(rows))


def test_one_by_one_then_three_then_ten_then_a_person(
    world: World, firms: list[tuple[Contractor, Actor]], clock: HandClock
) -> None:
    session = world.session
    ticket = send(world)
    start = world.now
    assert sizes(session, ticket) == [1]

    while ticket.status is TicketStatus.SEARCHING:
        assert ticket.search_due_at is not None
        later(world, clock, ticket.search_due_at)

    rows = session.scalars(select(Wave).where(Wave.ticket_id == ticket.id).order_by(Wave.number)).all()
    assert [row.size for row in rows] == sorted(row.size for row in rows)
    assert {row.size for row in rows} == {1, 3, 10}
    assert all(row.size == 1 for row in rows if row.used_pct < 40)
    assert all(row.size >= 3 for row in rows if row.used_pct >= 40)
    assert rows[-1].size == 10
    assert rows[-1].used_pct >= 70
    assert world.now < start + REACTION  # the person is called before the clock has burnt out
    assert ticket.status is TicketStatus.UNSTAFFED
    assert TaskKind.UNSTAFFED in {task.kind for task in open_tasks(session, ticket)}
    assert OfferStatus.LAPSED in statuses(session, ticket)  # they can still be taken
    take(world, ticket, firms[9][1])
    assert ticket.status is TicketStatus.ASSIGNED


def test_an_emergency_asks_five_at_once(world: World, firms: list[tuple[Contractor, Actor]], session: Session) -> None:
    plan(session, "План", Priority.EMERGENCY, reaction_min=30)
    intake_id = tell(world)
    intakes.set_priority(session, tap(world.requester), intake_id, Priority.EMERGENCY, now=world.now)
    ticket = session.get_one(Ticket, tickets.register(session, tap(world.requester), intake_id, now=world.now))

    assert statuses(session, ticket) == [OfferStatus.SENT] * 5
    assert ticket.search_due_at == world.now + timedelta(minutes=4.5)


def test_a_no_asks_the_next_only_when_nobody_else_is_waited_for(
    world: World, firms: list[tuple[Contractor, Actor]], clock: HandClock
) -> None:
    session = world.session
    ticket = send(world)
    later(world, clock, world.now + REACTION * 0.45)  # the first was silent, now three are asked
    asked = session.scalars(select(Offer).where(Offer.ticket_id == ticket.id, Offer.status == OfferStatus.SENT)).all()
    assert len(asked) == 3

    by_firm = {firm.id: actor for firm, actor in firms}
    for offer in asked[:2]:
        offers.decline(session, tap(by_firm[offer.contractor_id]), offer.id, DeclineReason.FAR, now=world.now)
    assert sizes(session, ticket) == [1, 3]
    offers.decline(session, tap(by_firm[asked[2].contractor_id]), asked[2].id, DeclineReason.FAR, now=world.now)
    assert sizes(session, ticket) == [1, 3, 3]


def test_a_raise_comes_before_the_wave_it_enables_and_answers_who_wanted_more(
    world: World, firms: list[tuple[Contractor, Actor]], clock: HandClock
) -> None:
    session = world.session
    ticket = send(world)
    first = session.scalars(select(Offer)).one()
    offers.decline(session, tap(world.engineer), first.id, DeclineReason.PRICE, now=world.now)
    second = session.scalars(select(Offer).order_by(Offer.id.desc()).limit(1)).one()
    later(world, clock, world.now + REACTION * 0.55)

    assert (ticket.contractor_rate_kop, ticket.first_rate_kop, ticket.raises) == (286_000, 260_000, 1)
    assert ticket.job_version == 2
    wave = session.scalars(select(Wave).order_by(Wave.number.desc()).limit(1)).one()
    assert (wave.reason, wave.size, wave.pay_kop) == (WaveReason.RAISED, 3, 286_000)
    again = session.scalars(select(Offer).where(Offer.job_version == 2).order_by(Offer.id)).all()
    assert all(offer.pay_kop == 286_000 for offer in again)
    # Who had an offer gets the new one beside the wave; who found it too little is the first of the wave.
    assert [offer.contractor_id for offer in again[:2]] == [second.contractor_id, world.contractor.id]
    assert len(again) == 4
    row = session.get_one(WaveCandidate, (wave.id, world.contractor.id))
    assert (row.is_answered, row.is_asked) == (True, True)
    session.refresh(second)
    assert second.status is OfferStatus.WITHDRAWN


def test_who_refused_for_another_reason_is_left_alone_for_a_day(
    world: World, firms: list[tuple[Contractor, Actor]], clock: HandClock
) -> None:
    session = world.session
    ticket = send(world)
    offers.decline(
        session, tap(world.engineer), session.scalars(select(Offer)).one().id, DeclineReason.FAR, now=world.now
    )
    later(world, clock, world.now + REACTION * 0.55)

    assert ticket.job_version == 2
    assert statuses(session, ticket, contractor_id=world.contractor.id) == [OfferStatus.DECLINED]


def test_policy_never_goes_below_the_margin_floor(session: Session, now: datetime, clock: HandClock) -> None:
    plan(session, "План")
    world = make_world(session, now=now, sla_plan="План")
    session.get_one(Service, world.service.id).client_price_kop = 340_000  # 10 % more would leave 15 %
    for n in range(1, 9):
        add_engineer(session, add_contractor(session, skills=[SKILL], lat=55.76 + n * 0.02), now=now)
    ticket = send(world)
    later(world, clock, world.now + REACTION * 0.75)

    assert (ticket.contractor_rate_kop, ticket.raises, ticket.job_version) == (260_000, 2, 1)
    events = session.scalars(select(Audit.event).where(Audit.entity == "ticket", Audit.entity_id == ticket.id)).all()
    assert events.count("no_raise") == 2


def test_a_yes_meets_the_promise_and_a_back_out_does_not_open_it_again(
    world: World, firms: list[tuple[Contractor, Actor]], clock: HandClock
) -> None:
    session = world.session
    ticket = send(world)
    world.now = clock.move(minutes=20)
    take(world, ticket)
    reaction = session.scalars(select(Clock).where(Clock.kind == ClockKind.REACTION)).one()
    assert (reaction.kind, reaction.state, reaction.ended_at) == (ClockKind.REACTION, ClockState.MET, world.now)

    world.now = clock.move(hours=3)
    visits.give_up(session, tap(world.engineer), visit_of(world, ticket).id, now=world.now)

    search = clocks.of_search(session, ticket, now=world.now)
    assert (search.kind, search.started_at, search.state) == (ClockKind.SEARCH, world.now, ClockState.RUNNING)
    assert sizes(session, ticket)[-1] == 1  # a fresh search, with its own haste
    assert session.get_one(Clock, reaction.id).state is ClockState.MET


NIGHT = START.replace(hour=20)  # 23:00 in Moscow


def test_at_night_a_plan_round_the_clock_asks_those_who_work_at_night(session: Session, clock: HandClock) -> None:
    clock.at = NIGHT
    plan(session, "План")
    world = make_world(session, now=NIGHT, sla_plan="План")
    owl = add_contractor(session, skills=[SKILL], lat=55.80, night_jobs=True)
    add_engineer(session, owl, now=NIGHT)
    ticket = send(world)

    assert [offer.contractor_id for offer in session.scalars(select(Offer)).all()] == [owl.id]
    assert ticket.status is TicketStatus.SEARCHING


def test_a_plan_round_the_clock_with_nobody_awake_waits_for_the_morning(session: Session, clock: HandClock) -> None:
    clock.at = NIGHT
    plan(session, "План", reaction_min=1440)
    world = make_world(session, now=NIGHT, sla_plan="План")
    ticket = send(world)

    assert (ticket.status, ticket.search_due_at) == (TicketStatus.SEARCHING, START.replace(day=17, hour=4))
    later(world, clock, START.replace(day=17, hour=4))
    assert statuses(session, ticket) == [OfferStatus.SENT]


def test_after_three_days_of_silence_of_the_machine_everything_is_caught_up_once(
    world: World, firms: list[tuple[Contractor, Actor]], clock: HandClock
) -> None:
    session = world.session
    ticket = send(world)
    later(world, clock, world.now + timedelta(days=3))

    # The clock is burnt: both raises, then one wave of ten at once, which is waited for.
    assert sizes(session, ticket) == [1, 11]
    assert ticket.raises == 2
    later(world, clock, world.now + timedelta(days=3))
    assert ticket.status is TicketStatus.UNSTAFFED
    assert [task.kind for task in open_tasks(session, ticket)] == [TaskKind.UNSTAFFED]

"""A contractor's own price: named once, answered by the desk, forgotten in time; nobody is waited for meanwhile."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.clock import ClockState, StopReason
from core.domain.errors import (
    BelowFloor,
    Changed,
    ContractorFull,
    CounterExpired,
    CounterGiven,
    NotAllowed,
    NotFound,
    NotQualified,
    OfferClosed,
    PriceInvalid,
)
from core.domain.notice import Delivery, Notice
from core.domain.offer import DeclineReason, OfferStatus
from core.domain.role import Role
from core.domain.task import TaskKind
from core.domain.ticket import Priority, TicketStatus
from core.services import clocks, counter_prices, holds, offers, searches, staffing, tickets, waves
from core.services.card_views import OfferCard
from storage.models.contractor import Block, Contractor
from storage.models.desk import Task
from storage.models.offer import Offer, Wave
from storage.models.post import Outbox
from storage.models.ticket import Assignment, Ticket
from storage.models.visit import Visit
from tests.clock import HandClock
from tests.make.directories import add_contractor
from tests.make.people import add_person
from tests.make.tickets import SKILL, WHY, World, add_engineer, card_of, make_world, open_tasks, send, take, tap

PRICE = 310_000


def second_firm(world: World, **fields: object) -> tuple[Contractor, Actor]:
    firm = add_contractor(world.session, skills=[SKILL], **{"lat": 55.85, "lon": 37.62, **fields})
    return firm, add_engineer(world.session, firm, now=world.now)


def offer_to(session: Session, ticket: Ticket, actor: Actor) -> Offer:
    query = select(Offer).where(Offer.ticket_id == ticket.id, Offer.contractor_id.in_(actor.contractor_ids))
    return session.scalars(query.order_by(Offer.id.desc()).limit(1)).one()


def name(world: World, ticket: Ticket, kop: int = PRICE, actor: Actor | None = None) -> Offer:
    actor = actor or world.engineer
    offer = offer_to(world.session, ticket, actor)
    counter_prices.name_price(world.session, tap(actor), offer.id, kop, now=world.now)
    return offer


def decide(world: World, offer: Offer, yes: bool, actor: Actor | None = None) -> None:
    counter_prices.decide(world.session, tap(actor or world.dispatcher), offer.id, yes, now=world.now)


def pass_time(world: World, clock: HandClock, **by: float) -> None:
    world.now = clock.at = world.now + timedelta(**by)


def rings(session: Session, actor: Actor, notice: Notice) -> list[Delivery]:
    rows = select(Outbox).where(Outbox.person_id == actor.person_id, Outbox.notice == notice).order_by(Outbox.id)
    return [row.delivery for row in session.scalars(rows)]


def counter_tasks(session: Session, ticket: Ticket) -> list[tuple[str, str]]:
    rows = select(Task).where(Task.ticket_id == ticket.id, Task.kind == TaskKind.COUNTER).order_by(Task.id)
    return [("ended" if task.ended_at else "open", task.outcome) for task in session.scalars(rows)]


def test_a_price_goes_to_the_desk_with_what_would_be_left_and_the_next_is_asked(
    session: Session, now: datetime
) -> None:
    world = make_world(session, now=now)
    _, other = second_firm(world)
    ticket = send(world)
    offer = name(world, ticket)

    assert (offer.status, offer.counter_kop, offer.counter_until) == (
        OfferStatus.COUNTERED,
        PRICE,
        now + timedelta(minutes=120),
    )
    assert offer_to(session, ticket, other).status is OfferStatus.SENT
    assert session.scalars(select(Wave.reason).order_by(Wave.id)).all() == ["first", "declined"]
    assert ticket.search_due_at is not None
    assert rings(session, world.dispatcher, Notice.COUNTERED) == [Delivery.NEW]
    assert rings(session, world.engineer, Notice.COUNTERED) == [Delivery.NEW]  # the card comes down to him
    assert counter_tasks(session, ticket) == [("open", "")]

    (line,) = card_of(world, world.dispatcher, ticket).counters
    assert (line.contractor, line.offered_kop, line.asked_kop) == (world.contractor.name, 260_000, PRICE)
    assert (line.left_kop, line.left_pct, line.floor_pct, line.may_agree) == (110_000, 26, 20, True)
    assert (line.distance_m, line.score, line.until) == (offer.distance_m, 70, offer.counter_until)
    mine = card_of(world, world.engineer, ticket)
    assert (mine.counter_kop, mine.may_counter, mine.is_agreed) == (PRICE, False, False)


def test_the_price_of_one_who_is_not_waited_for_hurries_nobody(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    second_firm(world)
    ticket = send(world)
    assert ticket.search_due_at is not None
    world.now = clock.at = ticket.search_due_at
    waves.sweep(session, 50, now=world.now)
    due, asked = ticket.search_due_at, len(session.scalars(select(Wave)).all())
    name(world, ticket)

    assert (ticket.search_due_at, len(session.scalars(select(Wave)).all())) == (due, asked)


def test_an_agreed_price_is_the_job_at_that_price(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    _, other = second_firm(world)
    ticket = send(world)
    offer, version = name(world, ticket), ticket.job_version
    decide(world, offer, True)

    assert (ticket.status, ticket.contractor_id) == (TicketStatus.ASSIGNED, world.contractor.id)
    assert (ticket.contractor_rate_kop, ticket.first_rate_kop, ticket.job_version) == (PRICE, 260_000, version + 1)
    assert (offer.status, offer.answered_at, offer.answered_by) == (
        OfferStatus.COUNTERED,
        now,
        world.engineer.person_id,
    )
    assert offer_to(session, ticket, other).status is OfferStatus.LOST
    assignment = session.scalars(select(Assignment)).one()
    assert (assignment.offer_id, assignment.engineer_id) == (None, world.engineer.person_id)
    assert session.scalars(select(Visit)).one().starts_at == now + timedelta(hours=2)  # the first window of the site
    assert counter_tasks(session, ticket) == [("ended", "agreed")]
    assert rings(session, world.engineer, Notice.OFFER_TAKEN) == [Delivery.NEW]
    assert card_of(world, world.engineer, ticket).pay_kop == PRICE
    decide(world, offer, True)  # a second tap
    assert len(session.scalars(select(Assignment)).all()) == 1
    with pytest.raises(Changed):
        decide(world, offer, False)


def test_whoever_named_the_price_goes_and_his_colleagues_read_that_it_is_agreed(
    session: Session, now: datetime
) -> None:
    world = make_world(session, now=now)
    man = add_person(session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=now)
    colleague = add_person(session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=now)
    ticket = send(world)
    decide(world, name(world, ticket, actor=man), True)

    assert session.scalars(select(Assignment)).one().engineer_id == man.person_id
    card = card_of(world, colleague, ticket)
    assert isinstance(card, OfferCard)
    assert (card.is_agreed, card.may_counter) == (True, False)


def test_a_blocked_man_named_the_price_and_the_firm_sends_another(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    man = add_person(session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=now)
    ticket = send(world)
    offer = name(world, ticket, actor=man)
    session.add(Block(person_id=man.person_id, reason="проверка", starts_at=now))
    session.flush()
    decide(world, offer, True)

    assert session.scalars(select(Assignment)).one().engineer_id == world.engineer.person_id


def test_a_refused_price_leaves_the_first_one(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    second_firm(world)
    ticket = send(world)
    offer = name(world, ticket)
    decide(world, offer, False)
    decide(world, offer, False)  # a second tap

    assert (offer.status, offer.waits_until, offer.answered_at) == (OfferStatus.LAPSED, now, None)
    assert rings(session, world.engineer, Notice.COUNTER_DECIDED) == [Delivery.NEW]
    assert counter_tasks(session, ticket) == [("ended", "refuse")]
    with pytest.raises(CounterGiven):
        name(world, ticket, PRICE + 1)
    take(world, ticket)
    assert (ticket.status, ticket.contractor_rate_kop) == (TicketStatus.ASSIGNED, 260_000)


def test_a_price_nobody_answers_expires_and_cannot_be_agreed_to(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    offer = name(world, ticket)
    assert ticket.status is TicketStatus.UNSTAFFED  # nobody else is there to ask
    pass_time(world, clock, minutes=119, seconds=59)
    assert counter_prices.sweep(session, 50, now=world.now) == 0
    pass_time(world, clock, seconds=1)
    with pytest.raises(CounterExpired):
        decide(world, offer, True)
    assert counter_prices.sweep(session, 50, now=world.now) == 1
    assert counter_prices.sweep(session, 50, now=world.now) == 0

    assert offer.status is OfferStatus.LAPSED
    assert counter_tasks(session, ticket) == [("ended", "expire")]
    assert rings(session, world.engineer, Notice.COUNTER_DECIDED) == [Delivery.NEW]
    said = session.scalars(select(Outbox.data).where(Outbox.notice == Notice.COUNTER_DECIDED)).all()
    assert {data["event"] for data in said} == {"expire"}
    with pytest.raises(Changed):
        decide(world, offer, True)
    take(world, ticket)
    assert ticket.contractor_rate_kop == 260_000


def test_a_price_does_not_outlive_the_promise_to_the_client(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    emergency = send(world)
    emergency.priority = Priority.EMERGENCY
    clock = clocks.of_search(session, emergency, now=now)
    assert clock.state is ClockState.RUNNING
    assert clock.due_at is not None
    until = counter_prices._until(session, emergency, now=clock.due_at - timedelta(minutes=30))
    assert until == clock.due_at
    late = clock.due_at + timedelta(hours=1)
    assert counter_prices._until(session, emergency, now=late) == late + timedelta(minutes=3)
    emergency.priority = Priority.NORMAL


@pytest.mark.parametrize("kop", [0, 260_000, 10_000_001, 2**60])
def test_a_price_that_is_none_is_refused_with_what_is_possible(session: Session, now: datetime, kop: int) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    with pytest.raises(PriceInvalid) as refused:
        name(world, ticket, kop)

    assert (refused.value.above, refused.value.most) == (2_600, 100_000)
    assert offer_to(session, ticket, world.engineer).status is OfferStatus.SENT


def test_the_floor_is_kept_by_a_dispatcher_and_passed_by_a_manager(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    manager = add_person(session, Grant(Role.MANAGER), now=now)
    ticket = send(world)
    offer = name(world, ticket, 400_000)
    with pytest.raises(BelowFloor) as refused:
        decide(world, offer, True)
    assert (refused.value.margin_pct, refused.value.floor_pct) == (4, 20)
    assert [line.may_agree for line in card_of(world, world.dispatcher, ticket).counters] == [False]
    assert [line.may_agree for line in card_of(world, manager, ticket).counters] == [True]
    decide(world, offer, True, manager)

    assert ticket.contractor_rate_kop == 400_000


def test_the_rules_are_asked_again_before_the_yes(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    offer = name(world, ticket)
    block = Block(contractor_id=world.contractor.id, reason="проверка", starts_at=now)
    session.add(block)
    session.flush()
    with pytest.raises(NotQualified):
        decide(world, offer, True)
    session.delete(block)
    world.contractor.engineers = 1
    session.flush()
    for _ in range(5):
        staffing.assign(session, tap(world.dispatcher), send(world).id, world.contractor.id, now=now)
    with pytest.raises(ContractorFull) as full:
        decide(world, offer, True)
    assert full.value.limit == 5
    decide(world, offer, False)


def test_only_the_firm_names_a_price_and_only_the_desk_answers(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    offer = offer_to(session, ticket, world.engineer)
    foreign = make_world(session, now=now)
    for stranger in (foreign.engineer, foreign.requester, world.requester):
        with pytest.raises(NotFound):
            counter_prices.name_price(session, tap(stranger), offer.id, PRICE, now=now)
    with pytest.raises(NotAllowed):
        counter_prices.name_price(session, tap(world.dispatcher), offer.id, PRICE, now=now)
    name(world, ticket)
    for other in (foreign.engineer, world.engineer, world.requester):
        with pytest.raises(NotFound):
            decide(world, offer, True, other)
    with pytest.raises(NotFound):
        counter_prices.decide(session, tap(world.dispatcher), 10**9, True, now=now)


def test_a_price_he_thinks_better_of_is_declined(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    second_firm(world)
    ticket = send(world)
    offer = name(world, ticket)
    offers.decline(session, tap(world.engineer), offer.id, DeclineReason.BUSY, now=now)

    assert offer.status is OfferStatus.DECLINED
    assert counter_tasks(session, ticket) == [("ended", "declined")]
    with pytest.raises(Changed):
        decide(world, offer, True)
    with pytest.raises(OfferClosed):
        offers.accept(session, tap(world.engineer), offer.id, None, None, now=now)


def test_while_his_price_waits_he_cannot_say_yes_to_the_first(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    offer = name(world, ticket)
    with pytest.raises(OfferClosed):
        offers.accept(session, tap(world.engineer), offer.id, None, None, now=now)
    with pytest.raises(CounterGiven):
        name(world, ticket, PRICE + 100)


def test_somebody_elses_yes_ends_the_price(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    _, other = second_firm(world)
    ticket = send(world)
    offer = name(world, ticket)
    take(world, ticket, other)

    assert (offer.status, offer.lost_to) == (OfferStatus.LOST, ticket.contractor_id)
    assert counter_tasks(session, ticket) == [("ended", "taken")]
    with pytest.raises(Changed):
        decide(world, offer, True)
    with pytest.raises(CounterGiven):
        name(world, ticket)


def test_of_two_prices_one_is_agreed_and_the_other_lost(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    _, other = second_firm(world)
    ticket = send(world)
    dear, cheap = name(world, ticket, 330_000), name(world, ticket, 300_000, other)
    assert [line.asked_kop for line in card_of(world, world.dispatcher, ticket).counters] == [300_000, 330_000]
    decide(world, cheap, True)

    assert (dear.status, ticket.contractor_rate_kop) == (OfferStatus.LOST, 300_000)
    assert counter_tasks(session, ticket) == [("ended", "agreed"), ("ended", "agreed")]


def test_cancelled_assigned_by_hand_held_or_raised_the_price_is_withdrawn(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    world.contractor.engineers = 9

    def named() -> tuple[Ticket, Offer]:
        ticket = send(world)
        return ticket, name(world, ticket)

    ticket, offer = named()
    tickets.cancel(session, tap(world.requester), ticket.id, ticket.version, now=now)
    assert (offer.status, counter_tasks(session, ticket)) == (OfferStatus.WITHDRAWN, [("ended", "cancelled")])
    assert rings(session, world.engineer, Notice.CANCELLED) == [Delivery.NEW]

    ticket, offer = named()
    staffing.assign(session, tap(world.dispatcher), ticket.id, world.contractor.id, now=now)
    assert (offer.status, counter_tasks(session, ticket)) == (OfferStatus.WITHDRAWN, [("ended", "assigned")])

    ticket, offer = named()
    until = now + timedelta(hours=3)
    holds.hold(session, tap(world.dispatcher), ticket.id, ticket.version, StopReason.CLIENT_ANSWER, until, WHY, now=now)
    assert (offer.status, counter_tasks(session, ticket)) == (OfferStatus.WITHDRAWN, [("ended", "held")])

    ticket, offer = named()
    searches.raise_pay(session, tap(world.dispatcher), ticket.id, ticket.version, 10, now=now)
    session.refresh(offer)
    assert (offer.status, counter_tasks(session, ticket)) == (OfferStatus.WITHDRAWN, [("ended", "withdrawn")])
    again = name(world, ticket, 300_000)  # another version, another price
    assert (again.id != offer.id, again.status, again.pay_kop) == (True, OfferStatus.COUNTERED, 286_000)


def test_an_agreed_price_stays_as_it_is_when_the_job_is_handed_back(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    _, other = second_firm(world)
    ticket = send(world)
    offer = name(world, ticket)
    decide(world, offer, True)
    staffing.take_back(session, tap(world.dispatcher), ticket.id, ticket.version, now=now)
    assert offer_to(session, ticket, other).pay_kop == PRICE  # at the rate the ticket has now
    take_offer = offer_to(session, ticket, other)
    offers.accept(session, tap(other), take_offer.id, None, None, now=now)

    assert (offer.status, offer.answered_at) == (OfferStatus.COUNTERED, now)
    assert TaskKind.COUNTER not in {task.kind for task in open_tasks(session, ticket)}

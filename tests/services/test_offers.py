"""Offers: one is asked after the other, the first yes wins, a late yes counts, a no costs nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.errors import words
from bot.texts import load
from core.domain.actor import Actor, Grant
from core.domain.errors import (
    CrewBlocked,
    LimitReached,
    NotAllowed,
    NotFound,
    OfferClosed,
    OfferTaken,
    SlotGone,
)
from core.domain.notice import Delivery, Notice
from core.domain.offer import DeclineReason, OfferStatus
from core.domain.role import Role
from core.domain.task import TaskKind
from core.domain.ticket import Priority, TicketStatus
from core.services import intakes, offers, tickets, waves
from storage.models.contractor import Block, Contractor
from storage.models.directory import Contract, SlaTarget
from storage.models.offer import Offer, Wave, WaveCandidate
from storage.models.people import Person
from storage.models.post import Outbox
from storage.models.ticket import Assignment, Ticket
from storage.models.visit import Visit
from tests.clock import START, HandClock
from tests.make.directories import add_contractor
from tests.make.people import add_person
from tests.make.tickets import (
    SKILL,
    World,
    add_engineer,
    card_of,
    make_world,
    nobody_left,
    open_tasks,
    send,
    take,
    tap,
)

NIGHT = START.replace(hour=20)  # 23:00 in Moscow


def second_firm(world: World, **fields: object) -> tuple[Contractor, Actor]:
    """A firm a little farther than the first."""
    firm = add_contractor(world.session, skills=[SKILL], **{"lat": 55.80, "lon": 37.62, **fields})
    return firm, add_engineer(world.session, firm, now=world.now)


def offers_of(session: Session, ticket: Ticket) -> list[tuple[int, OfferStatus]]:
    rows = session.scalars(select(Offer).where(Offer.ticket_id == ticket.id).order_by(Offer.id))
    return [(row.contractor_id, row.status) for row in rows]


def offer_to(session: Session, ticket: Ticket, firm: Contractor) -> Offer:
    return session.scalars(select(Offer).where(Offer.ticket_id == ticket.id, Offer.contractor_id == firm.id)).one()


def wait_out(world: World, ticket: Ticket, clock: HandClock) -> None:
    """The wait for the present one ends and nobody answers."""
    assert ticket.search_due_at is not None
    world.now = clock.at = ticket.search_due_at + timedelta(seconds=1)
    assert waves.sweep(world.session, 50, now=world.now) == 1
    world.session.refresh(ticket)


def told(session: Session, actor: Actor, notice: Notice) -> list[Delivery]:
    rows = select(Outbox.delivery).where(Outbox.person_id == actor.person_id, Outbox.notice == notice)
    return list(session.scalars(rows.order_by(Outbox.id)))


def test_the_nearest_is_asked_and_told_until_when(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    second_firm(world)
    ticket = send(world)

    assert offers_of(session, ticket) == [(world.contractor.id, OfferStatus.SENT)]
    offer = offer_to(session, ticket, world.contractor)
    assert offer.pay_kop == 260_000
    assert offer.waits_until == ticket.search_due_at == now + timedelta(minutes=60)  # 15 % of eight hours, one at most
    assert told(session, world.engineer, Notice.OFFER_MADE) == [Delivery.NEW]


def test_a_short_reaction_clock_makes_short_waits(session: Session, now: datetime) -> None:
    world = make_world(session, now=now, sla_plan="Час")
    target = {"plan": "Час", "priority": "normal", "arrival_min": 240, "resolution_min": 480, "calendar": "24x7"}
    session.add(SlaTarget(reaction_min=60, **target))
    session.flush()
    ticket = send(world)

    assert session.scalars(select(Contract)).first() is not None
    assert ticket.search_due_at == now + timedelta(minutes=9)


def test_silence_asks_the_next_and_leaves_the_first_a_late_yes(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    second, other = second_firm(world)
    ticket = send(world)
    wait_out(world, ticket, clock)

    assert offers_of(session, ticket) == [
        (world.contractor.id, OfferStatus.LAPSED),
        (second.id, OfferStatus.SENT),
    ]
    assert card_of(world, world.engineer, ticket).offer_status is OfferStatus.LAPSED

    take(world, ticket)
    assert offers_of(session, ticket) == [
        (world.contractor.id, OfferStatus.ACCEPTED),
        (second.id, OfferStatus.LOST),
    ]
    assert card_of(world, other, ticket).offer_status is OfferStatus.LOST
    assert told(session, other, Notice.OFFER_TAKEN) == [Delivery.EDIT]


def test_a_yes_makes_an_assignment_a_visit_and_tells_everybody(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    start = now + timedelta(hours=2)
    offer = offer_to(session, ticket, world.contractor)

    offers.accept(session, tap(world.engineer), offer.id, start, None, now=now)

    assignment = session.scalars(select(Assignment)).one()
    visit = session.scalars(select(Visit)).one()
    assert (ticket.status, ticket.contractor_id) == (TicketStatus.ASSIGNED, world.contractor.id)
    assert (assignment.offer_id, assignment.engineer_id) == (offer.id, world.engineer.person_id)
    assert (visit.starts_at, visit.ends_at) == (start, start + timedelta(hours=2))
    assert told(session, world.engineer, Notice.OFFER_TAKEN) == [Delivery.NEW]
    assert told(session, world.requester, Notice.OFFER_TAKEN) == [Delivery.NEW]


def test_a_repeated_yes_of_the_winner_changes_nothing(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    take(world, ticket)
    version = ticket.version

    take(world, ticket)

    assert ticket.version == version
    assert len(session.scalars(select(Assignment)).all()) == 1


def test_the_second_engineer_is_told_that_the_offer_is_taken(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    second, other = second_firm(world)
    ticket = send(world)
    wait_out(world, ticket, clock)
    take(world, ticket)

    with pytest.raises(OfferTaken):
        offers.accept(session, tap(other), offer_to(session, ticket, second).id, None, None, now=world.now)


def test_a_no_costs_one_tap_and_asks_the_next_at_once(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    second, _ = second_firm(world)
    ticket = send(world)
    offer = offer_to(session, ticket, world.contractor)

    offers.decline(session, tap(world.engineer), offer.id, DeclineReason.FAR, now=now)
    offers.decline(session, tap(world.engineer), offer.id, DeclineReason.BUSY, now=now)  # a second tap

    assert offer.decline_reason is DeclineReason.FAR
    assert offers_of(session, ticket) == [
        (world.contractor.id, OfferStatus.DECLINED),
        (second.id, OfferStatus.SENT),
    ]
    with pytest.raises(OfferClosed):
        offers.accept(session, tap(world.engineer), offer.id, None, None, now=now)


def test_a_late_no_does_not_hurry_the_one_who_is_waited_for(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    second, _ = second_firm(world)
    third, _ = second_firm(world, lat=55.9)
    ticket = send(world)
    wait_out(world, ticket, clock)

    offers.decline(
        session, tap(world.engineer), offer_to(session, ticket, world.contractor).id, DeclineReason.TIME, now=world.now
    )

    assert [status for firm, status in offers_of(session, ticket) if firm == second.id] == [OfferStatus.SENT]
    assert third.id not in dict(offers_of(session, ticket))


def test_with_nobody_left_the_desk_has_a_task_and_a_late_yes_still_wins(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    second_firm(world)
    ticket = nobody_left(world, clock)

    assert ticket.status is TicketStatus.UNSTAFFED
    assert [task.kind for task in open_tasks(session, ticket)] == [TaskKind.UNSTAFFED]
    assert {status for _, status in offers_of(session, ticket)} == {OfferStatus.LAPSED}

    take(world, ticket)
    assert ticket.status is TicketStatus.ASSIGNED
    assert open_tasks(session, ticket) == []


def test_the_wave_keeps_the_order_and_every_reason(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    second, _ = second_firm(world)
    far = add_contractor(session, skills=[SKILL], lat=56.0, lon=37.62, radius_km=10)
    add_engineer(session, far, now=now)
    blocked, _ = second_firm(world)
    session.add(Block(contractor_id=blocked.id, reason="фото", starts_at=now))
    add_contractor(session, skills=["Сантехника"])
    session.flush()
    ticket = send(world)

    wave = session.scalars(select(Wave).where(Wave.ticket_id == ticket.id)).one()
    rows = session.scalars(select(WaveCandidate).where(WaveCandidate.wave_id == wave.id)).all()
    assert {row.contractor_id: (row.rank, row.exclusion) for row in rows} == {
        world.contractor.id: (1, None),
        second.id: (2, None),
        far.id: (None, "too_far"),
        blocked.id: (None, "blocked"),
    }
    assert wave.not_considered == 1


def test_at_night_nobody_is_asked_before_the_morning(session: Session, clock: HandClock) -> None:
    clock.at = NIGHT
    world = make_world(session, now=NIGHT)
    ticket = send(world)

    assert offers_of(session, ticket) == []
    assert ticket.search_due_at == START.replace(day=17, hour=4)  # 07:00 in Moscow

    world.now = clock.at = START.replace(day=17, hour=4)
    waves.sweep(session, 50, now=world.now)
    assert offers_of(session, ticket) == [(world.contractor.id, OfferStatus.SENT)]
    assert offer_to(session, ticket, world.contractor).waits_until == world.now + timedelta(minutes=60)


def test_an_emergency_at_night_goes_to_those_who_work_at_night(session: Session, clock: HandClock) -> None:
    clock.at = NIGHT
    world = make_world(session, now=NIGHT)
    owl, _ = second_firm(world, night_jobs=True)
    intakes.start(session, tap(world.requester), now=NIGHT, site_id=world.site.id)
    intake_id = intakes.current_id(session, world.requester, now=NIGHT)
    assert intake_id is not None
    intakes.choose_service(session, tap(world.requester), intake_id, world.service.id, now=NIGHT)
    intakes.set_priority(session, tap(world.requester), intake_id, Priority.EMERGENCY, now=NIGHT)
    intakes.say(session, tap(world.requester), "Искрит щиток", now=NIGHT)
    ticket = session.get_one(Ticket, tickets.register(session, tap(world.requester), intake_id, now=NIGHT))

    assert offers_of(session, ticket) == [(owl.id, OfferStatus.SENT)]


def test_a_full_firm_is_not_asked_and_may_not_say_yes(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    world.contractor.engineers = 1
    waiting = send(world)
    for _ in range(5):
        take(world, send(world))

    with pytest.raises(LimitReached) as refused:
        take(world, waiting)
    assert refused.value.limit == 5
    assert send(world).status is TicketStatus.UNSTAFFED


@pytest.mark.breaks_invariants  # an open offer of a blocked firm is what the test makes
def test_who_was_blocked_meanwhile_may_not_say_yes(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    ends_at = datetime(2026, 3, 30, 22, tzinfo=UTC)  # past midnight in Moscow
    session.add(Block(contractor_id=world.contractor.id, reason="фото", starts_at=now, ends_at=ends_at))
    session.flush()

    with pytest.raises(CrewBlocked) as refused:
        take(world, ticket)
    said = words(refused.value, load("ru")), words(refused.value, load("en"))
    assert said == (
        "Вашей фирме сейчас не дают новых заявок (до 31 марта 2026). За что и что делать — в /me.",
        "Your firm gets no new jobs now (until 31 March 2026). Why, and what to do: /me.",
    )


def test_a_blocked_person_may_not_go_even_for_a_good_firm(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    colleague = add_person(session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=now)
    ticket = send(world)
    session.add(Block(person_id=colleague.person_id, reason="грубость", starts_at=now))
    session.flush()

    with pytest.raises(CrewBlocked) as refused:
        take(world, ticket, colleague)
    assert words(refused.value, load("ru")) == "Вам сейчас не дают новых заявок. За что и что делать — в /me."
    offer = session.scalars(select(Offer.id)).one()
    with pytest.raises(CrewBlocked) as refused:
        offers.accept(session, tap(world.engineer), offer, None, colleague.person_id, now=now)
    assert words(refused.value, load("ru")) == "Этому инженеру сейчас не дают новых заявок. Назовите другого."
    take(world, ticket)


def test_a_firm_whose_people_have_shut_the_bot_out_is_passed_over(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    second, _ = second_firm(world)
    session.get_one(Person, world.engineer.person_id).unreachable_at = now
    session.flush()

    assert offers_of(session, send(world)) == [(second.id, OfferStatus.SENT)]


def test_the_owner_names_who_goes(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    colleague = add_person(session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=now)
    ticket = send(world)
    offer = offer_to(session, ticket, world.contractor)

    assert len(card_of(world, world.engineer, ticket).team) == 2
    assert card_of(world, colleague, ticket).team == ()
    offers.accept(session, tap(world.engineer), offer.id, None, colleague.person_id, now=now)

    assert session.scalars(select(Visit)).one().engineer_id == colleague.person_id


def test_an_engineer_sends_nobody_else_and_strangers_find_nothing(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    colleague = add_person(session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=now)
    _, foreign = second_firm(world)
    offer = offer_to(session, send(world), world.contractor)

    with pytest.raises(NotAllowed):
        offers.accept(session, tap(colleague), offer.id, None, world.engineer.person_id, now=now)
    with pytest.raises(NotFound):
        offers.accept(session, tap(world.engineer), offer.id, None, foreign.person_id, now=now)
    for refused in (foreign, world.requester):
        with pytest.raises(NotFound):
            offers.accept(session, tap(refused), offer.id, None, None, now=now)
        with pytest.raises(NotFound):
            offers.decline(session, tap(refused), offer.id, DeclineReason.BUSY, now=now)
    with pytest.raises(NotAllowed):
        offers.accept(session, tap(world.dispatcher), offer.id, None, None, now=now)


def test_a_time_that_has_passed_is_refused_and_the_offer_stays_open(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    offer = offer_to(session, ticket, world.contractor)

    with pytest.raises(SlotGone):
        offers.accept(session, tap(world.engineer), offer.id, now - timedelta(hours=1), None, now=now)
    assert offer.status is OfferStatus.SENT

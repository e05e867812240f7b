"""A block begins: what is begun may be finished, what is only agreed goes to others, and no ticket is lost."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.block import BlockLevel, BlockRule, Subject
from core.domain.notice import Notice
from core.domain.offer import OfferStatus
from core.domain.quality import QualityKind
from core.domain.role import Role
from core.domain.ticket import Priority, TicketStatus
from core.domain.visit import VisitStatus
from core.services import blacklist, holds, substitutes, visits
from core.services.blacklist import Order
from storage.models.contractor import Block
from storage.models.desk import Audit
from storage.models.offer import Offer
from storage.models.people import Person
from storage.models.quality import QualityEvent
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make.blocks import NO_COST
from tests.make.directories import add_contractor
from tests.make.people import add_person
from tests.make.tickets import SKILL, World, add_engineer, arrive, bring, make_world, report, send, tap, visit_of, wait
from tests.services.test_moves import agreed
from tests.services.test_no_shows import rung, sound

BAD = (QualityKind.BACK_OUT, QualityKind.NO_SHOW)


def two_firms(session: Session, now: datetime) -> World:
    world = make_world(session, now=now)
    world.contractor.engineers = 9
    add_engineer(session, add_contractor(session, skills=[SKILL], lat=55.9, engineers=9), now=now)
    return world


def block(
    session: Session,
    world: World,
    level: BlockLevel = BlockLevel.SUSPENDED,
    *,
    person: Actor | None = None,
    client_id: int | None = None,
) -> int:
    """A moment after what was agreed. Returns how many jobs were taken from the crew."""
    world.now += timedelta(seconds=1)
    whom = Subject(
        contractor_id=None if person is not None else world.contractor.id,
        person_id=person.person_id if person is not None else None,
        client_id=client_id,
    )
    order = Order(whom, level, BlockRule.BY_HAND, "не приезжает", 30, NO_COST)
    before = _traces(session)
    blacklist.begin(session, Actor.system("test"), order, now=world.now)
    return _traces(session) - before


def _traces(session: Session) -> int:
    lost = Audit.event == "redispatch"
    unnamed = and_(Audit.event == substitutes.NAMED, Audit.actor_id.is_(None))
    return session.scalar(select(func.count()).select_from(Audit).where(or_(lost, unnamed))) or 0


def asked_again(session: Session, ticket: Ticket) -> list[int]:
    rows = select(Offer.contractor_id).where(Offer.ticket_id == ticket.id, Offer.round == ticket.round)
    return list(session.scalars(rows))


def test_what_is_agreed_goes_to_others_without_a_word_against_the_firm(session: Session, now: datetime) -> None:
    world = two_firms(session, now)
    ticket, visit = agreed(world)
    before = ticket.round
    assert block(session, world) == 1

    assert (ticket.status, ticket.contractor_id, ticket.round) == (TicketStatus.SEARCHING, None, before + 1)
    assert visit.status is VisitStatus.DROPPED
    assert asked_again(session, ticket)
    assert world.contractor.id not in asked_again(session, ticket)
    assert session.scalars(select(QualityEvent).where(QualityEvent.kind.in_(BAD))).all() == []
    (trace,) = session.scalars(select(Audit).where(Audit.event == "redispatch"))
    assert (trace.actor_role, trace.data["visit"]) == (Role.SYSTEM, visit.id)
    for actor in (world.engineer, world.requester):
        assert rung(session, actor, Notice.REDISPATCHED) == 1
    sound(session, world)


def test_what_is_begun_may_be_finished_and_is_accepted(session: Session, now: datetime) -> None:
    world = two_firms(session, now)
    reported = bring(world, TicketStatus.REPORTED)
    there = bring(world, TicketStatus.IN_WORK)
    assert block(session, world) == 0
    assert (reported.status, there.status) == (TicketStatus.REPORTED, TicketStatus.IN_WORK)
    report(world, there)
    assert there.status is TicketStatus.REPORTED
    sound(session, world)


def test_who_is_on_the_way_goes_on(session: Session, now: datetime) -> None:
    world = two_firms(session, now)
    ticket, road = agreed(world)
    visits.go(session, tap(world.engineer), road.id, now=now)
    assert block(session, world) == 0
    assert (ticket.status, road.status) == (TicketStatus.ASSIGNED, VisitStatus.EN_ROUTE)
    visits.arrive_by_word(session, tap(world.engineer), road.id, now=world.now)
    assert ticket.status is TicketStatus.IN_WORK
    sound(session, world)


def test_a_rework_that_has_not_begun_goes_to_others_too(session: Session, now: datetime) -> None:
    world = two_firms(session, now)
    ticket = bring(world, TicketStatus.REWORK)
    assert block(session, world) == 1
    assert ticket.status is TicketStatus.SEARCHING
    sound(session, world)


def test_a_limit_takes_emergencies_alone(session: Session, now: datetime) -> None:
    world = two_firms(session, now)
    normal, _ = agreed(world)
    urgent, _ = agreed(world)
    urgent.priority = Priority.EMERGENCY
    session.flush()
    assert block(session, world, BlockLevel.LIMITED) == 1
    assert (normal.status, urgent.status) == (TicketStatus.ASSIGNED, TicketStatus.SEARCHING)
    assert world.contractor.id not in asked_again(session, urgent)


def test_a_block_by_one_client_touches_that_client_alone(session: Session, now: datetime) -> None:
    world = two_firms(session, now)
    ticket, _ = agreed(world)
    foreign = make_world(session, now=now)
    assert block(session, world, client_id=foreign.client.id) == 0
    assert ticket.status is TicketStatus.ASSIGNED
    assert block(session, world, client_id=world.client.id) == 1
    assert ticket.status is TicketStatus.SEARCHING


def test_open_offers_are_withdrawn_in_the_same_stroke_and_the_next_is_asked(session: Session, now: datetime) -> None:
    world = two_firms(session, now)
    ticket = send(world)
    assert asked_again(session, ticket) == [world.contractor.id]
    block(session, world)
    offers = session.scalars(select(Offer).where(Offer.ticket_id == ticket.id).order_by(Offer.id)).all()
    assert [offer.status for offer in offers] == [OfferStatus.WITHDRAWN, OfferStatus.SENT]
    assert offers[1].contractor_id != world.contractor.id
    sound(session, world)


def test_with_nobody_else_the_desk_is_called_and_nothing_is_lost(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket, _ = agreed(world)
    block(session, world)
    assert ticket.status is TicketStatus.UNSTAFFED
    sound(session, world)


def test_a_job_that_waits_goes_on_without_the_blocked_crew(session: Session, now: datetime, clock: HandClock) -> None:
    world = two_firms(session, now)
    ticket, _ = agreed(world)
    wait(world, ticket, hours=3)
    assert block(session, world) == 0
    world.now = clock.at = now + timedelta(hours=4)
    holds.sweep(session, 50, now=world.now)
    assert (ticket.status, ticket.contractor_id) == (TicketStatus.SEARCHING, None)
    sound(session, world)


def test_a_job_that_waits_for_a_crew_that_is_free_again_stays_with_it(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = two_firms(session, now)
    ticket, _ = agreed(world)
    wait(world, ticket, hours=3)
    block(session, world)
    session.scalars(select(Block)).one().ends_at = now + timedelta(hours=1)
    world.now = clock.at = now + timedelta(hours=4)
    holds.sweep(session, 50, now=world.now)
    assert ticket.status is TicketStatus.ASSIGNED


def team(session: Session, now: datetime) -> tuple[World, Actor, Ticket]:
    """The owner has sent his engineer."""
    world = two_firms(session, now)
    colleague = add_person(session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=now)
    ticket, visit = agreed(world)
    assert colleague.person_id is not None
    substitutes.name(session, tap(world.engineer), visit.id, colleague.person_id, now=now)
    return world, colleague, ticket


def test_of_a_blocked_person_the_owner_names_another(session: Session, now: datetime) -> None:
    world, colleague, ticket = team(session, now)
    assert block(session, world, person=colleague) == 1
    visit = visit_of(world, ticket)
    assert (ticket.status, visit.engineer_id) == (TicketStatus.ASSIGNED, None)
    assert rung(session, world.engineer, Notice.NAME_ANOTHER) == 1
    people = substitutes.choices(session, tap(world.engineer), visit.id, now=world.now).people
    assert [one for one, _ in people] == [world.engineer.person_id]
    substitutes.name(session, tap(world.engineer), visit.id, world.engineer.person_id or 0, now=world.now)
    assert visit.engineer_id == world.engineer.person_id
    sound(session, world)


def test_a_job_that_waits_while_its_engineer_is_blocked_stays_with_the_firm_too(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world, colleague, ticket = team(session, now)
    wait(world, ticket, hours=3)
    assert block(session, world, person=colleague) == 0
    world.now = clock.at = now + timedelta(hours=4)
    holds.sweep(session, 50, now=world.now)
    visit = visit_of(world, ticket)
    assert (ticket.status, ticket.contractor_id) == (TicketStatus.ASSIGNED, world.contractor.id)
    assert (visit.engineer_id, rung(session, world.engineer, Notice.NAME_ANOTHER)) == (None, 1)
    sound(session, world)


def test_a_job_that_waits_while_engineer_and_firm_are_blocked_goes_to_others(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world, colleague, ticket = team(session, now)
    wait(world, ticket, hours=3)
    block(session, world, person=colleague)
    block(session, world)
    world.now = clock.at = now + timedelta(hours=4)
    holds.sweep(session, 50, now=world.now)
    assert (ticket.status, ticket.contractor_id) == (TicketStatus.SEARCHING, None)
    sound(session, world)


@pytest.mark.parametrize("owner_is_gone", [True, False], ids=["nobody to ask", "the owner himself"])
def test_a_blocked_person_without_another_loses_the_job(session: Session, now: datetime, owner_is_gone: bool) -> None:
    world, colleague, ticket = team(session, now)
    if owner_is_gone:
        session.get_one(Person, world.engineer.person_id).unreachable_at = now
    else:
        visit = visit_of(world, ticket)
        substitutes.name(session, tap(world.engineer), visit.id, world.engineer.person_id or 0, now=now)
    session.flush()
    assert block(session, world, person=colleague if owner_is_gone else world.engineer) == 1
    assert ticket.status is TicketStatus.SEARCHING
    sound(session, world)


def test_a_block_of_another_person_touches_nothing(session: Session, now: datetime) -> None:
    world, colleague, ticket = team(session, now)
    stranger = add_person(session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=now)
    assert block(session, world, person=stranger) == 0
    assert visit_of(world, ticket).engineer_id == colleague.person_id


def test_who_arrives_before_the_block_keeps_the_job(session: Session, now: datetime) -> None:
    world = two_firms(session, now)
    ticket, _ = agreed(world)
    arrive(world, ticket)
    assert block(session, world) == 0
    assert ticket.status is TicketStatus.IN_WORK

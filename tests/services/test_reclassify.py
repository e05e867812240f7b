"""Another kind of work before it has begun: what is copied anew, who keeps the job, who is asked, who may not."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.clock import ClockState
from core.domain.errors import Changed, NotFound, SameWork
from core.domain.notice import Delivery, Notice
from core.domain.offer import OfferStatus, WaveReason
from core.domain.task import TaskKind
from core.domain.ticket import TicketEvent, TicketStatus
from core.domain.visit import VisitOutcome, VisitStatus
from core.services import assignments, history, reclassify, searches, tickets, visits
from core.services.card_views import JobCard, OfferCard
from storage.models.clock import Clock
from storage.models.desk import Task
from storage.models.directory import Service, Skill
from storage.models.offer import Offer, Wave
from storage.models.post import Outbox
from storage.models.quality import QualityEvent
from storage.models.ticket import Assignment, Ticket
from tests.clock import HandClock
from tests.make.directories import add_contractor
from tests.make.tickets import (
    SKILL,
    World,
    add_engineer,
    add_service,
    add_step,
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
)

OTHER_SKILL = "Холод"
PRICE, RATE = 900_000, 500_000


def same_skill(world: World, **fields: object) -> Service:
    return add_service(
        world.session, "Замена щита", client_price_kop=PRICE, contractor_rate_kop=RATE, skill=SKILL, **fields
    )


def other_skill(world: World) -> Service:
    if world.session.scalar(select(Skill.id).where(Skill.name == OTHER_SKILL)) is None:
        world.session.add(Skill(name=OTHER_SKILL))
        world.session.flush()
    return add_service(world.session, "Ремонт витрины", skill=OTHER_SKILL)


def change(world: World, ticket: Ticket, service: Service, actor: Actor | None = None) -> None:
    desk = tap(actor or world.dispatcher)
    reclassify.apply(world.session, desk, ticket.id, ticket.version, service.id, now=world.now)


def statuses(session: Session, ticket: Ticket) -> list[OfferStatus]:
    return list(session.scalars(select(Offer.status).where(Offer.ticket_id == ticket.id).order_by(Offer.id)))


def outcome_told(world: World, actor: Actor) -> list[tuple[str, Delivery]]:
    rows = world.session.scalars(
        select(Outbox).where(Outbox.person_id == actor.person_id, Outbox.notice == Notice.RECLASSIFIED)
    )
    return [(row.data["outcome"], row.delivery) for row in rows]


def test_price_and_pay_come_anew_from_the_price_list(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    searches.raise_pay(session, tap(world.dispatcher), ticket.id, ticket.version, 20, now=now)
    searches.widen(session, tap(world.dispatcher), ticket.id, ticket.version, now=now)
    ticket.raises, widened, version = 1, ticket.widened_km, ticket.job_version
    service = same_skill(world)
    change(world, ticket, service)

    copied = (ticket.service_id, ticket.client_price_kop, ticket.contractor_rate_kop, ticket.first_rate_kop)
    assert copied == (service.id, PRICE, RATE, RATE)
    assert (ticket.raises, ticket.widened_km, ticket.job_version) == (0, widened, version + 1)
    service.client_price_kop = 1
    assert ticket.client_price_kop == PRICE


@pytest.mark.parametrize(("unit", "milli"), [("шт", 3000), ("м²", 1000)])
def test_a_quantity_of_another_unit_is_one(session: Session, now: datetime, unit: str, milli: int) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    ticket.quantity_milli = 3000
    change(world, ticket, same_skill(world, unit=unit))
    assert ticket.quantity_milli == milli


def test_what_was_on_offer_is_withdrawn_and_the_new_work_is_offered(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    change(world, ticket, same_skill(world))

    assert ticket.status is TicketStatus.SEARCHING
    assert statuses(session, ticket) == [OfferStatus.WITHDRAWN, OfferStatus.SENT]
    offer = session.scalars(select(Offer).order_by(Offer.id.desc()).limit(1)).one()
    assert (offer.pay_kop, offer.job_version) == (RATE, 2)
    last = session.scalars(select(Wave).order_by(Wave.id.desc()).limit(1)).one()
    assert last.reason is WaveReason.AGAIN
    assert outcome_told(world, world.requester) == [("search", Delivery.NEW)]
    assert outcome_told(world, world.engineer) == []  # the new offer rings


def test_who_cannot_do_the_new_work_sees_his_offer_end(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    change(world, ticket, other_skill(world))

    assert ticket.status is TicketStatus.UNSTAFFED
    assert statuses(session, ticket) == [OfferStatus.WITHDRAWN]
    last = session.scalars(
        select(Outbox).where(Outbox.person_id == world.engineer.person_id).order_by(Outbox.id.desc()).limit(1)
    ).one()
    assert (last.notice, last.delivery) == (Notice.CARD, Delivery.EDIT)


def test_after_nobody_was_left_the_search_begins_anew(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    ticket = nobody_left(world, clock)
    change(world, ticket, same_skill(world))
    assert ticket.status is TicketStatus.SEARCHING
    assert open_tasks(session, ticket) == []


@pytest.mark.parametrize("status", [TicketStatus.SEARCHING, TicketStatus.ASSIGNED])
def test_the_chain_is_asked_for_the_new_price(session: Session, now: datetime, status: TicketStatus) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, status)
    add_step(session, world.client, from_kop=PRICE)
    change(world, ticket, same_skill(world))

    assert (ticket.status, ticket.contractor_id, ticket.search_due_at) == (TicketStatus.APPROVAL, None, None)
    assert [task.kind for task in open_tasks(session, ticket)] == [TaskKind.APPROVAL]
    clock = session.scalars(select(Clock).where(Clock.ticket_id == ticket.id)).one()
    assert clock.state is (ClockState.MET if status is TicketStatus.ASSIGNED else ClockState.STOPPED)
    assert outcome_told(world, world.requester) == [("approval", Delivery.NEW)]
    heard = [("approval", Delivery.NEW)] if status is TicketStatus.ASSIGNED else []
    assert outcome_told(world, world.engineer) == heard

    tickets.approve(session, tap(world.dispatcher), ticket.id, now=now)
    assert ticket.status is TicketStatus.SEARCHING
    assert statuses(session, ticket)[-1] is OfferStatus.SENT
    assert isinstance(card_of(world, world.engineer, ticket), OfferCard)  # he had it, and is asked again
    take(world, ticket)
    assert ticket.status is TicketStatus.ASSIGNED


def test_what_waits_for_approval_may_not_need_it_any_more(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    add_step(session, world.client, from_kop=400_000)
    ticket = send(world)
    assert ticket.status is TicketStatus.APPROVAL
    dearer = same_skill(world)
    change(world, ticket, dearer)
    assert ticket.status is TicketStatus.APPROVAL
    assert len(open_tasks(session, ticket)) == 1

    cheap = add_service(session, "Замена лампы", client_price_kop=100_000, contractor_rate_kop=50_000)
    change(world, ticket, cheap)
    assert ticket.status is TicketStatus.SEARCHING
    assert open_tasks(session, ticket) == []
    kinds = session.scalars(select(Task.kind).where(Task.ticket_id == ticket.id)).all()
    assert kinds == [TaskKind.APPROVAL] * 2
    assert session.scalars(select(Clock)).one().state is ClockState.RUNNING


def test_a_crew_that_can_do_the_new_work_keeps_the_job(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    world.contractor.engineers = 0  # the limit is no reason to take a job away
    visit, round_ = visit_of(world, ticket), ticket.round
    starts_at = visit.starts_at
    change(world, ticket, same_skill(world))

    assert (ticket.status, ticket.contractor_id, ticket.round) == (TicketStatus.ASSIGNED, world.contractor.id, round_)
    assert (visit.status, visit.starts_at) == (VisitStatus.PLANNED, starts_at)
    card = card_of(world, world.engineer, ticket)
    assert isinstance(card, JobCard)
    assert (card.pay_kop, card.base.service) == (RATE, "Замена щита")
    assert outcome_told(world, world.engineer) == [("kept", Delivery.NEW)]
    assert outcome_told(world, world.requester) == [("kept", Delivery.NEW)]


def test_a_crew_that_cannot_is_free_without_fault_and_another_is_asked(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    round_, service = ticket.round, other_skill(world)
    able = add_contractor(session, skills=[OTHER_SKILL])
    add_engineer(session, able, now=now)
    visit = visit_of(world, ticket)
    change(world, ticket, service)

    assert (ticket.status, ticket.contractor_id, ticket.round) == (TicketStatus.SEARCHING, None, round_ + 1)
    assignment = session.scalars(select(Assignment)).one()
    assert (assignment.end_reason, visit.status) == (assignments.RECLASSIFIED, VisitStatus.DROPPED)
    assert session.scalars(select(QualityEvent)).all() == []
    assert outcome_told(world, world.engineer) == [("taken", Delivery.NEW)]
    offer = session.scalars(select(Offer).order_by(Offer.id.desc()).limit(1)).one()
    assert (offer.contractor_id, offer.status) == (able.id, OfferStatus.SENT)
    card = card_of(world, world.engineer, ticket)
    assert isinstance(card, JobCard)
    assert card.step is None


def test_once_somebody_is_on_the_way_it_is_too_late(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket, service = bring(world, TicketStatus.ASSIGNED), same_skill(world)
    assert TicketEvent.RECLASSIFY in card_of(world, world.dispatcher, ticket).buttons
    visits.go(session, tap(world.engineer), visit_of(world, ticket).id, now=now)
    assert TicketEvent.RECLASSIFY not in card_of(world, world.dispatcher, ticket).buttons
    with pytest.raises(Changed):
        change(world, ticket, service)
    with pytest.raises(Changed):
        reclassify.options(session, world.dispatcher, ticket.id, "", now=now)
    assert ticket.service_id == world.service.id


@pytest.mark.parametrize("begins", [False, True])
def test_work_that_had_begun_is_not_another_one_afterwards(session: Session, now: datetime, begins: bool) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    visit = arrive(world, ticket)
    if begins:
        visits.begin_work(session, tap(world.engineer), visit.id, now=now)
    visits.leave(session, tap(world.engineer), visit.id, VisitOutcome.NEEDS_PARTS, now=now)
    assert ticket.status is TicketStatus.ASSIGNED
    if begins:
        with pytest.raises(Changed):
            change(world, ticket, same_skill(world))
    else:
        change(world, ticket, same_skill(world))
        assert ticket.client_price_kop == PRICE


@pytest.mark.parametrize("status", [TicketStatus.IN_WORK, TicketStatus.REPORTED, TicketStatus.ON_HOLD])
def test_later_and_on_hold_nothing_is_changed(session: Session, now: datetime, status: TicketStatus) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, status)
    with pytest.raises(Changed):
        change(world, ticket, same_skill(world))


def test_the_same_work_an_unknown_one_and_an_old_card_are_refused(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket, service = send(world), same_skill(world)
    with pytest.raises(SameWork):
        change(world, ticket, world.service)
    with pytest.raises(SameWork):
        reclassify.choice(session, world.dispatcher, ticket.id, world.service.id, now=now)
    with pytest.raises(NotFound):
        reclassify.apply(session, tap(world.dispatcher), ticket.id, ticket.version, 10**9, now=now)
    drawn = ticket.version
    change(world, ticket, service)
    with pytest.raises(Changed):
        reclassify.apply(session, tap(world.dispatcher), ticket.id, drawn, world.service.id, now=now)
    assert ticket.service_id == service.id


def test_only_the_desk_may(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket, service = send(world), same_skill(world)
    for outsider in (world.requester, world.engineer):
        with pytest.raises(NotFound):
            change(world, ticket, service, outsider)
        with pytest.raises(NotFound):
            reclassify.options(session, outsider, ticket.id, "", now=now)
        with pytest.raises(NotFound):
            reclassify.choice(session, outsider, ticket.id, service.id, now=now)


def test_the_price_list_is_searched_by_words_and_the_same_skill_stands_first(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket, cold, board = send(world), other_skill(world), same_skill(world)
    found = reclassify.options(session, world.dispatcher, ticket.id, "", now=now)
    ids = [row.service_id for row in found.found]
    assert world.service.id not in ids
    assert ids.index(board.id) < ids.index(cold.id)
    assert (found.was.name, found.was.price_kop, found.contractor) == ("Замена светильника", 420_000, "")

    (row,) = reclassify.options(session, world.dispatcher, ticket.id, "витрины", now=now).found
    assert row.service_id == cold.id
    assert reclassify.options(session, world.dispatcher, ticket.id, "пианино", now=now).found == ()


def test_the_history_says_from_what_to_what_and_the_client_sees_no_pay(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    change(world, ticket, same_skill(world))
    for reader in (world.dispatcher, world.requester):
        steps = history.why(session, reader, ticket.id, now=now).steps
        (step,) = (one for one in steps if one.event == TicketEvent.RECLASSIFY)
        assert (step.data["was"], step.data["is"]) == ("Замена светильника", "Замена щита")
        assert ("rate_kop" in step.data) is (reader is world.dispatcher)

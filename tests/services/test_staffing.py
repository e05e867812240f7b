"""The desk sends somebody by hand, past a rule if it must, and takes a job back."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.errors import Changed, NotFound, NotQualified
from core.domain.notice import Notice
from core.domain.offer import DeclineReason, Exclusion, OfferStatus
from core.domain.talk import CallOutcome
from core.domain.task import TaskKind
from core.domain.ticket import TicketStatus
from core.domain.visit import VisitStatus
from core.services import calls, jobs, moves, offers, staffing, tasks, visits
from core.services.card_views import JobCard
from storage.models.contractor import Block, Contractor, ContractorSkill
from storage.models.desk import Audit
from storage.models.offer import Offer
from storage.models.people import Person
from storage.models.post import Outbox
from storage.models.talk import Call
from storage.models.ticket import Assignment
from tests.clock import HandClock
from tests.make.blocks import begin
from tests.make.directories import add_contractor
from tests.make.tickets import (
    SKILL,
    World,
    add_engineer,
    bring,
    card_of,
    make_world,
    nobody_left,
    open_tasks,
    send,
    tap,
    visit_of,
)


def choices(world: World, ticket_id: int) -> list[tuple[int, Exclusion | None]]:
    found = staffing.choices(world.session, world.dispatcher, ticket_id, now=world.now)
    return [(line.contractor_id, line.passes) for line in found.lines]


def last_audit(session: Session, ticket_id: int) -> Audit:
    query = select(Audit).where(Audit.entity == "ticket", Audit.entity_id == ticket_id).order_by(Audit.id.desc())
    row = session.scalars(query).first()
    assert row is not None
    return row


def told(session: Session, person_id: int | None) -> list[str]:
    rows = select(Outbox).where(Outbox.person_id == person_id, Outbox.ticket_id.is_not(None)).order_by(Outbox.id)
    return [f"{row.notice}/{row.delivery}" for row in session.scalars(rows)]


def test_who_may_be_asked_stands_first_then_who_needs_a_rule_passed(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    far = add_contractor(session, skills=[SKILL], lat=59.93, lon=30.33, radius_km=30)
    add_engineer(session, far, now=now)
    phone_only = add_contractor(session, skills=[SKILL], phone="+79001234567")
    blocked = add_contractor(session, skills=[SKILL])
    session.add(Block(contractor_id=blocked.id, starts_at=now, reason="проверка"))
    free = add_contractor(session, skills=[SKILL], lat=55.80)
    add_engineer(session, free, now=now)
    ticket = send(world)

    assert choices(world, ticket.id)[0] == (free.id, None)
    assert set(choices(world, ticket.id)[1:]) == {
        (world.contractor.id, Exclusion.ASKED),
        (phone_only.id, Exclusion.UNREACHABLE),
    }
    found = staffing.choices(session, world.dispatcher, ticket.id, now=now)
    assert [line.phone for line in found.lines if line.contractor_id == phone_only.id] == ["+79001234567"]


def test_only_the_desk_chooses(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    for person in (world.requester, world.engineer):
        with pytest.raises(NotFound):
            staffing.choices(session, person, ticket.id, now=now)
        with pytest.raises(NotFound):
            staffing.assign(session, tap(person), ticket.id, world.contractor.id, now=now)
        with pytest.raises(NotFound):
            staffing.take_back(session, tap(person), ticket.id, ticket.version, now=now)


def test_a_job_given_by_hand_ends_what_was_on_offer(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    ticket = nobody_left(world, clock)
    other = add_contractor(session, skills=[SKILL])
    engineer = add_engineer(session, other, now=now)
    staffing.assign(session, tap(world.dispatcher), ticket.id, other.id, now=world.now)

    assert ticket.status is TicketStatus.ASSIGNED
    assert ticket.contractor_id == other.id
    assert visit_of(world, ticket).engineer_id == engineer.person_id
    assert session.scalars(select(Offer.status)).all() == [OfferStatus.LOST]
    assert open_tasks(session, ticket) == []
    assert told(session, engineer.person_id) == ["offer-taken/new"]
    assert told(session, world.requester.person_id)[-1] == "offer-taken/new"
    assert last_audit(session, ticket.id).data == {"by_hand": True, "passed": None}


def test_what_was_passed_over_is_written_down(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    staffing.assign(session, tap(world.dispatcher), ticket.id, world.contractor.id, now=now)

    assert last_audit(session, ticket.id).data == {"by_hand": True, "passed": "asked"}
    assert session.scalars(select(Offer.status)).all() == [OfferStatus.WITHDRAWN]


def test_a_full_firm_may_be_sent_and_it_is_marked(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    world.contractor.engineers = 1
    for _ in range(5):
        bring(world, TicketStatus.ASSIGNED)
    ticket = send(world)
    assert choices(world, ticket.id) == [(world.contractor.id, Exclusion.LIMIT)]
    staffing.assign(session, tap(world.dispatcher), ticket.id, world.contractor.id, now=now)

    assert session.scalars(select(Assignment.over_limit).where(Assignment.ticket_id == ticket.id)).one()


def test_a_full_firm_is_marked_also_where_something_else_is_passed_first(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    world.contractor.engineers = 1
    for _ in range(5):
        bring(world, TicketStatus.ASSIGNED)
    world.contractor.is_available = False
    ticket = send(world)
    assert choices(world, ticket.id) == [(world.contractor.id, Exclusion.AWAY)]
    staffing.assign(session, tap(world.dispatcher), ticket.id, world.contractor.id, now=now)

    assert session.scalars(select(Assignment.over_limit).where(Assignment.ticket_id == ticket.id)).one()


def test_who_is_away_and_blocked_is_sent_by_nobody(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    world.contractor.is_available = False
    begin(world)
    ticket = send(world)

    assert choices(world, ticket.id) == []
    with pytest.raises(NotQualified):
        staffing.assign(session, tap(world.dispatcher), ticket.id, world.contractor.id, now=now)


def test_a_firm_without_telegram_is_sent_by_phone(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    session.get_one(Person, world.engineer.person_id).telegram_id = None
    ticket = send(world)
    assert ticket.status is TicketStatus.UNSTAFFED
    staffing.assign(session, tap(world.dispatcher), ticket.id, world.contractor.id, now=now)

    assert visit_of(world, ticket).engineer_id is None
    card = card_of(world, world.dispatcher, ticket)
    assert (card.contractor, card.engineer) == (world.contractor.name, "")


@pytest.mark.parametrize("trouble", ["blocked", "expired", "unconfirmed", "inactive", "no skill"])
def test_a_hand_cannot_pass_a_block_or_a_missing_skill(session: Session, now: datetime, trouble: str) -> None:
    world = make_world(session, now=now)
    skill = session.scalars(select(ContractorSkill)).one()
    match trouble:
        case "blocked":
            session.add(Block(contractor_id=world.contractor.id, starts_at=now, reason="проверка"))
        case "expired":
            skill.valid_until = now.date().replace(day=1)
        case "unconfirmed":
            skill.is_confirmed = False
        case "inactive":
            session.get_one(Contractor, world.contractor.id).is_active = False
        case "no skill":
            world.contractor = add_contractor(session)
    session.flush()
    ticket = send(world)
    with pytest.raises(NotQualified):
        staffing.assign(session, tap(world.dispatcher), ticket.id, world.contractor.id, now=now)
    assert ticket.contractor_id is None


def test_who_is_sent_by_hand_while_another_says_yes_comes_second(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    other = add_contractor(session, skills=[SKILL])
    with pytest.raises(Changed):
        staffing.assign(session, tap(world.dispatcher), ticket.id, other.id, now=now)


def test_a_job_taken_back_is_offered_to_others(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    other = add_contractor(session, skills=[SKILL], lat=55.80)
    second = add_engineer(session, other, now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    staffing.take_back(session, tap(world.dispatcher), ticket.id, ticket.version, now=now)

    assert (ticket.status, ticket.contractor_id, ticket.round) == (TicketStatus.SEARCHING, None, 2)
    assert visit_of(world, ticket).status is VisitStatus.DROPPED
    assert told(session, second.person_id)[-1] == f"{Notice.OFFER_MADE}/new"
    asked = session.scalars(select(Offer.contractor_id).where(Offer.round == 2)).all()
    assert asked == [other.id]  # the one who had it is not asked again
    with pytest.raises(Changed):
        staffing.take_back(session, tap(world.dispatcher), ticket.id, ticket.version - 1, now=now)


def test_who_said_no_is_not_asked_again_when_the_job_is_taken_back(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    other = add_contractor(session, skills=[SKILL], lat=55.80)
    add_engineer(session, other, now=now)
    ticket = send(world)
    first = session.scalars(select(Offer).where(Offer.ticket_id == ticket.id)).one()
    offers.decline(session, tap(world.engineer), first.id, DeclineReason.FAR, now=now)
    staffing.assign(session, tap(world.dispatcher), ticket.id, other.id, now=now)
    staffing.take_back(session, tap(world.dispatcher), ticket.id, ticket.version, now=now)

    assert session.scalars(select(Offer).where(Offer.round == 2)).all() == []
    assert (world.contractor.id, Exclusion.REFUSED) in choices(world, ticket.id)


def test_the_one_who_loses_a_job_is_told_and_sees_no_price_of_the_client(session: Session, now: datetime) -> None:
    world = make_world(session, now=now, requester_sees_prices=True)
    ticket = send(world)
    staffing.assign(session, tap(world.dispatcher), ticket.id, world.contractor.id, now=now)
    staffing.take_back(session, tap(world.dispatcher), ticket.id, ticket.version, now=now)

    assert told(session, world.engineer.person_id)[-1] == "backed-out/new"
    card = card_of(world, world.engineer, ticket)
    assert isinstance(card, JobCard)
    assert (card.step, card.phone) == (None, "")


def test_a_yes_by_phone_is_given_once_and_a_second_tap_is_harmless(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    ticket = nobody_left(world, clock)
    by_phone = add_contractor(session, skills=[SKILL], phone="+79001234567")
    for _ in range(2):
        calls.accepted(session, tap(world.dispatcher), ticket.id, by_phone.id, now=world.now)

    assert [row.outcome for row in session.scalars(select(Call))] == [CallOutcome.ACCEPTED]
    assert [row.contractor_id for row in session.scalars(select(Assignment))] == [by_phone.id]
    with pytest.raises(Changed):  # another one is too late
        calls.accepted(session, tap(world.dispatcher), ticket.id, world.contractor.id, now=world.now)


def test_a_firm_without_telegram_is_phoned_again_when_the_client_moves_the_visit(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    ticket = nobody_left(world, clock)
    by_phone = add_contractor(session, skills=[SKILL], phone="+79001234567")
    staffing.assign(session, tap(world.dispatcher), ticket.id, by_phone.id, now=world.now)
    (first,) = open_tasks(session, ticket)
    visit = visit_of(world, ticket)
    moves.move(session, tap(world.requester), visit.id, visit.starts_at + timedelta(days=1), now=world.now)
    assert [task.id for task in open_tasks(session, ticket)] == [first.id]  # it waits for the phone already

    tasks.end(session, tap(world.dispatcher), first.id, "done", now=world.now)
    moves.move(session, tap(world.dispatcher), visit.id, visit.starts_at + timedelta(days=1), now=world.now)
    assert open_tasks(session, ticket) == []  # who moved it phones by himself
    moves.move(session, tap(world.requester), visit.id, visit.starts_at + timedelta(days=1), now=world.now)
    assert [task.kind for task in open_tasks(session, ticket)] == [TaskKind.NO_CREW]


def test_a_firm_given_the_job_by_phone_comes_in_and_walks_the_visit(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    ticket = nobody_left(world, clock)
    by_phone = add_contractor(session, skills=[SKILL], phone="+79001234567")
    staffing.assign(session, tap(world.dispatcher), ticket.id, by_phone.id, now=world.now)
    assert [task.kind for task in open_tasks(session, ticket)] == [TaskKind.NO_CREW]

    world.now = clock.move(minutes=20)
    owner = add_engineer(session, by_phone, now=world.now)
    assert [line.ticket_id for line in jobs.open_jobs(session, owner, now=world.now).lines] == [ticket.id]
    visits.go(session, tap(owner), visit_of(world, ticket).id, now=world.now)

    assert visit_of(world, ticket).engineer_id == owner.person_id
    assert open_tasks(session, ticket) == []

"""Tickets are registered with their own prices, confirmed, approved, cancelled, listed and found."""

from datetime import datetime

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.domain.actor import Grant
from core.domain.errors import Changed, NoContract, NotAllowed, NotFound
from core.domain.notice import Notice
from core.domain.offer import OfferStatus
from core.domain.role import Role
from core.domain.task import TaskKind
from core.domain.ticket import OPEN, Priority, TicketEvent, TicketStatus
from core.domain.visit import VisitStatus
from core.services import intakes, memberships, searches, tickets
from storage.models.clock import Clock
from storage.models.directory import ApprovalStep, Service, SiteEntity, SlaTarget
from storage.models.offer import Offer
from storage.models.people import Membership, Person
from storage.models.post import Outbox
from storage.models.ticket import Assignment, Ticket
from tests.clock import HandClock
from tests.make.people import add_person, again
from tests.make.tickets import (
    add_step,
    bring,
    card_of,
    draft,
    make_world,
    nobody_left,
    open_tasks,
    send,
    take,
    tap,
    tell,
    visit_of,
)


def notices_of(session: Session, person_id: int | None) -> list[str]:
    rows = select(Outbox).where(Outbox.person_id == person_id, Outbox.ticket_id.is_not(None)).order_by(Outbox.id)
    return [row.notice for row in session.scalars(rows)]


def test_a_ticket_keeps_its_own_copies_of_price_and_rate(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    session.add(
        SlaTarget(plan="Базовый", priority="normal", reaction_min=90, arrival_min=1, resolution_min=1, calendar="24x7")
    )
    ticket = send(world)
    session.get_one(Service, world.service.id).client_price_kop = 1

    assert (ticket.client_price_kop, ticket.contractor_rate_kop) == (420_000, 260_000)
    assert session.scalars(select(Clock.target_min).order_by(Clock.id)).all() == [90, 1, 1]
    assert ticket.requester_id == world.requester.person_id
    assert ticket.number == "З-000001"
    assert send(world).number == "З-000002"


def test_without_a_contract_nothing_is_registered_and_nothing_lost(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    intake_id = tell(world)
    session.execute(delete(SiteEntity).where(SiteEntity.site_id == world.site.id))

    with pytest.raises(NoContract):
        tickets.register(session, tap(world.requester), intake_id, now=now)
    assert intakes.current_id(session, world.requester, now=now) == intake_id


def test_the_head_office_may_report_for_its_sites(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    head = add_person(session, Grant(Role.HEAD_OFFICE, client_id=world.client.id), now=now)

    assert send(world, head).status is TicketStatus.SEARCHING


def test_the_responsible_person_confirms_a_stranger_with_one_tap(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket, stranger = draft(world)
    assert open_tasks(session, ticket) == []  # the responsible person is in Telegram
    assert notices_of(session, world.requester.person_id) == [Notice.DRAFTED]
    assert notices_of(session, stranger.person_id) == [Notice.DRAFTED]
    assert card_of(world, stranger, ticket).buttons == frozenset()
    assert TicketEvent.CONFIRM in card_of(world, world.requester, ticket).buttons
    with pytest.raises(NotAllowed):
        tickets.confirm(session, tap(stranger), ticket.id, now=now)

    tickets.confirm(session, tap(world.requester), ticket.id, now=now)
    assert ticket.status is TicketStatus.SEARCHING
    assert notices_of(session, stranger.person_id)[-1] == Notice.REGISTERED
    with pytest.raises(Changed):
        tickets.confirm(session, tap(world.dispatcher), ticket.id, now=now)


def test_a_draft_without_anybody_responsible_in_telegram_goes_to_the_desk(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    session.get_one(Person, world.requester.person_id).telegram_id = None
    ticket, stranger = draft(world)
    assert [task.kind for task in open_tasks(session, ticket)] == [TaskKind.DRAFT]

    tickets.refuse(session, tap(world.dispatcher), ticket.id, now=now)
    assert ticket.status is TicketStatus.CANCELLED
    assert open_tasks(session, ticket) == []
    assert notices_of(session, stranger.person_id)[-1] == Notice.CANCELLED


def test_nothing_is_offered_before_the_approval(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.APPROVAL)
    assert session.scalars(select(Offer).where(Offer.ticket_id == ticket.id)).all() == []
    assert [task.kind for task in open_tasks(session, ticket)] == [TaskKind.APPROVAL]
    with pytest.raises(NotAllowed):
        tickets.approve(session, tap(world.requester), ticket.id, now=now)

    tickets.approve(session, tap(world.dispatcher), ticket.id, now=now)
    assert ticket.status is TicketStatus.SEARCHING
    assert open_tasks(session, ticket) == []
    assert len(session.scalars(select(Offer).where(Offer.ticket_id == ticket.id)).all()) == 1


def test_a_rejection_ends_the_ticket(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.APPROVAL)
    tickets.reject(session, tap(world.dispatcher), ticket.id, now=now)

    assert ticket.status is TicketStatus.REJECTED
    assert notices_of(session, world.requester.person_id)[-1] == Notice.APPROVAL_DECIDED
    with pytest.raises(Changed):
        tickets.approve(session, tap(world.dispatcher), ticket.id, now=now)


def test_the_chain_takes_part_from_its_sum_on(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    add_step(session, world.client, from_kop=420_001)
    assert send(world).status is TicketStatus.SEARCHING
    session.scalars(select(ApprovalStep)).one().from_kop = 420_000
    assert send(world).status is TicketStatus.APPROVAL


@pytest.mark.parametrize("status", sorted(OPEN - {TicketStatus.DRAFT, TicketStatus.UNSTAFFED}))
def test_the_desk_cancels_at_any_moment_and_nothing_stays_open(
    session: Session, now: datetime, status: TicketStatus
) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, status)
    tickets.cancel(session, tap(world.dispatcher), ticket.id, ticket.version, now=now)

    assert ticket.status is TicketStatus.CANCELLED
    offers = session.scalars(select(Offer.status).where(Offer.ticket_id == ticket.id)).all()
    assert not set(offers) & {OfferStatus.SENT, OfferStatus.LAPSED}
    assert session.scalars(select(Assignment).where(Assignment.ended_at.is_(None))).all() == []
    assert open_tasks(session, ticket) == []
    assert notices_of(session, world.requester.person_id)[-1] == Notice.CANCELLED
    if status is not TicketStatus.APPROVAL:
        assert notices_of(session, world.engineer.person_id)[-1] == Notice.CANCELLED
    tickets.cancel(session, tap(world.dispatcher), ticket.id, ticket.version, now=now)  # a second tap is harmless


def test_the_client_cancels_until_the_work_has_begun(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    assert TicketEvent.CANCEL in card_of(world, world.requester, ticket).buttons
    tickets.cancel(session, tap(world.requester), ticket.id, ticket.version, now=now)
    assert visit_of(world, ticket).status is VisitStatus.DROPPED

    started = bring(world, TicketStatus.IN_WORK)
    assert TicketEvent.CANCEL not in card_of(world, world.requester, started).buttons
    with pytest.raises(NotAllowed):
        tickets.cancel(session, tap(world.requester), started.id, started.version, now=now)


def test_an_old_button_cancels_nothing(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    old = ticket.version
    take(world, ticket)

    with pytest.raises(Changed):
        tickets.cancel(session, tap(world.requester), ticket.id, old, now=now)


def test_searching_again_asks_who_came_meanwhile(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    ticket = nobody_left(world, clock)
    assert ticket.status is TicketStatus.UNSTAFFED
    other = make_world(session, now=now)  # a second firm near

    searches.again(session, tap(world.dispatcher), ticket.id, now=world.now)
    assert ticket.status is TicketStatus.SEARCHING
    assert open_tasks(session, ticket) == []
    asked = session.scalars(select(Offer.contractor_id).where(Offer.ticket_id == ticket.id)).all()
    assert other.contractor.id in asked


def test_searching_again_in_vain_makes_a_new_task(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    ticket = nobody_left(world, clock)
    searches.again(session, tap(world.dispatcher), ticket.id, now=world.now)

    assert ticket.status is TicketStatus.UNSTAFFED
    assert [task.kind for task in open_tasks(session, ticket)] == [TaskKind.UNSTAFFED]


def test_a_list_shows_open_tickets_with_what_waits_for_an_answer_first(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    reported = bring(world, TicketStatus.REPORTED)
    bring(world, TicketStatus.ACCEPTED)
    world.now = clock.move(minutes=5)
    newest = send(world)
    found = tickets.mine(session, world.requester, now=world.now)

    assert [line.ticket_id for line in found.lines] == [reported.id, newest.id]
    assert found.total == 2
    assert [line.ticket_id for line in tickets.to_accept(session, world.requester, now=now).lines] == [reported.id]
    assert tickets.mine(session, world.engineer, now=now).total == 0  # his jobs are another list


def test_lists_come_in_pages(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    for _ in range(3):
        send(world)
    page = tickets.mine(session, world.requester, now=now, offset=2, limit=2)
    assert (len(page.lines), page.total, page.offset) == (1, 3, 2)


@pytest.mark.parametrize("words", ["1", "З-1", "з-000001", "№1", "Замен", "светильник магазин", "Тверская", "  ", "O-"])
def test_a_ticket_is_found_by_number_or_words(session: Session, now: datetime, words: str) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    if words == "O-":
        words = f"O-{int(world.site.code.removeprefix('О-'))}"  # Latin, without zeros

    assert [line.ticket_id for line in tickets.find(session, world.dispatcher, words, now=now).lines] == [ticket.id]


@pytest.mark.parametrize("words", ["999", "кондиционер", "замена дверей", "%", "_%"])
def test_what_is_not_there_is_not_found(session: Session, now: datetime, words: str) -> None:
    world = make_world(session, now=now)
    send(world)
    found = tickets.find(session, world.dispatcher, words, now=now)
    assert found.total == (1 if words in ("%", "_%") else 0)  # signs are no words: everything is shown


def test_nobody_finds_a_foreign_ticket(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    foreign = make_world(session, now=now)
    assert tickets.find(session, foreign.requester, "1", now=now).total == 0
    for number in ("1", "З-000001"):
        with pytest.raises(NotFound):
            tickets.id_of(session, foreign.requester, number, now=now)
    with pytest.raises(NotFound):
        tickets.open_card(session, tap(foreign.requester), ticket.id, now=now)
    assert tickets.id_of(session, world.requester, "з-1", now=now) == ticket.id


@pytest.mark.parametrize("number", ["", "заявка", "99999999999999999999999", "-"])
def test_a_number_that_is_none_is_not_found(session: Session, now: datetime, number: str) -> None:
    world = make_world(session, now=now)
    send(world)
    with pytest.raises(NotFound):
        tickets.id_of(session, world.dispatcher, number, now=now)


def test_an_emergency_is_an_emergency_on_the_ticket(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    intake_id = tell(world)
    intakes.set_priority(session, tap(world.requester), intake_id, Priority.EMERGENCY, now=now)
    ticket = session.get_one(Ticket, tickets.register(session, tap(world.requester), intake_id, now=now))
    assert ticket.priority is Priority.EMERGENCY


def test_who_left_the_client_sees_its_tickets_no_more(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    colleague = add_person(session, Grant(Role.REQUESTER, client_id=world.client.id, site_id=world.site.id), now=now)
    ticket = send(world)
    assert tickets.mine(session, colleague, now=now).total == 1
    role = session.scalars(select(Membership).where(Membership.person_id == colleague.person_id)).one()
    memberships.end(session, world.dispatcher, role, why="left", now=now)

    gone = again(session, colleague, now=now)
    assert tickets.mine(session, gone, now=now).total == 0
    assert card_of(world, gone, ticket) is None

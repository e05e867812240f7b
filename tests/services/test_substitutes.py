"""Somebody who is to go cannot be written to, or cannot come: another of the firm is named, and the desk knows."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.errors import Changed, NotAllowed, NotFound, NotQualified
from core.domain.notice import Notice
from core.domain.role import Role
from core.domain.task import TaskKind
from core.domain.ticket import TicketStatus
from core.domain.visit import VisitStatus
from core.services import calls, confirmations, holds, offers, outbox, people, staffing, substitutes, tickets, visits
from storage.models.contractor import Absence, Block
from storage.models.people import Person
from storage.models.ticket import Assignment, Ticket
from storage.models.visit import Visit
from tests.clock import HandClock
from tests.make.directories import add_contractor
from tests.make.people import add_person
from tests.make.stories import deliver
from tests.make.tickets import (
    SKILL,
    World,
    add_engineer,
    card_of,
    make_world,
    open_tasks,
    send,
    tap,
    visit_of,
    wait,
)
from tests.services.test_moves import agreed
from tests.services.test_no_shows import kinds, rung, sound


def team(session: Session, now: datetime) -> tuple[World, Actor, Ticket, Visit]:
    world = make_world(session, now=now)
    world.contractor.engineers = 5
    colleague = add_person(session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=now)
    ticket, visit = agreed(world)
    return world, colleague, ticket, visit


def lose(session: Session, world: World, actor: Actor, ticket: Ticket) -> None:
    """Telegram says that he has blocked the bot."""
    letters = outbox.claim(session, 50, now=world.now).letters
    session.flush()
    lost = next(one for one in letters if one.person_id == actor.person_id)
    outbox.unreachable(session, lost, "bot was blocked by the user", now=world.now)
    session.flush()


def test_the_owner_names_another_and_everybody_hears_who_comes(session: Session, now: datetime) -> None:
    world, colleague, ticket, visit = team(session, now)
    number = colleague.person_id or 0
    assert card_of(world, world.engineer, ticket).names_visit == visit.id
    found = substitutes.choices(session, tap(world.engineer), visit.id, now=now)
    assert [one for one, _ in found.people] == [number]
    substitutes.name(session, tap(world.engineer), visit.id, number, now=now)
    substitutes.name(session, tap(world.engineer), visit.id, number, now=now)
    assert (visit.engineer_id, session.get_one(Assignment, visit.assignment_id).engineer_id) == (number, number)
    assert rung(session, world.requester, Notice.CREW_CHANGED) == 1
    assert rung(session, colleague, Notice.CREW_CHANGED) == 1
    assert card_of(world, world.requester, ticket).engineer == session.get_one(Person, number).name
    visits.go(session, tap(colleague), visit.id, now=now)
    assert card_of(world, world.engineer, ticket).names_visit is None
    sound(session, world)


def test_a_yes_to_still_going_was_the_others_yes(session: Session, now: datetime, clock: HandClock) -> None:
    world, colleague, _, visit = team(session, now)
    world.now = clock.at = visit.starts_at - timedelta(hours=2)
    confirmations.sweep(session, 50, now=world.now)
    confirmations.confirm(session, tap(world.engineer), visit.id, now=world.now)
    substitutes.name(session, tap(world.engineer), visit.id, colleague.person_id or 0, now=world.now)
    assert (visit.status, visit.confirmed_at) == (VisitStatus.PLANNED, None)
    sound(session, world)


def test_only_the_owner_and_the_desk_name_and_only_people_of_the_firm(session: Session, now: datetime) -> None:
    world, colleague, ticket, visit = team(session, now)
    other = add_engineer(session, add_contractor(session, skills=[SKILL], lat=55.9), now=now)
    for stranger in (other, colleague, world.requester):
        with pytest.raises(NotFound):
            substitutes.name(session, tap(stranger), visit.id, colleague.person_id or 0, now=now)
    with pytest.raises(NotQualified):
        substitutes.name(session, tap(world.engineer), visit.id, other.person_id or 0, now=now)
    substitutes.name(session, tap(world.dispatcher), visit.id, colleague.person_id or 0, now=now)
    with pytest.raises(NotAllowed):
        substitutes.name(session, tap(colleague), visit.id, world.engineer.person_id or 0, now=now)
    visits.go(session, tap(colleague), visit.id, now=now)
    with pytest.raises(Changed):
        substitutes.name(session, tap(world.engineer), visit.id, world.engineer.person_id or 0, now=now)
    assert ticket.status is TicketStatus.ASSIGNED


def test_a_blocked_or_unreachable_colleague_is_not_named(session: Session, now: datetime) -> None:
    world, colleague, ticket, visit = team(session, now)
    session.add(Block(person_id=colleague.person_id, reason="x", starts_at=now))
    session.flush()
    with pytest.raises(NotQualified):
        substitutes.name(session, tap(world.engineer), visit.id, colleague.person_id or 0, now=now)
    assert card_of(world, world.engineer, ticket).names_visit is None


def test_who_cannot_be_written_to_is_replaced_or_phoned(session: Session, now: datetime) -> None:
    world, colleague, ticket, visit = team(session, now)
    substitutes.name(session, tap(world.engineer), visit.id, colleague.person_id or 0, now=now)
    lose(session, world, colleague, ticket)
    assert TaskKind.CREW_UNREACHABLE in kinds(session, ticket)
    (task,) = [task for task in open_tasks(session, ticket) if task.kind is TaskKind.CREW_UNREACHABLE]
    assert task.person_id == colleague.person_id
    assert rung(session, world.engineer, Notice.NAME_ANOTHER) == 1
    assert ticket.id in {line.ticket_id for line in calls.waiting(session, tap(world.dispatcher), now=now)}
    substitutes.name(session, tap(world.engineer), visit.id, world.engineer.person_id or 0, now=now)
    assert TaskKind.CREW_UNREACHABLE not in kinds(session, ticket)
    sound(session, world)


def test_the_task_ends_when_he_comes_back(session: Session, now: datetime) -> None:
    world, _, ticket, _ = team(session, now)
    lose(session, world, world.engineer, ticket)
    assert TaskKind.CREW_UNREACHABLE in kinds(session, ticket)
    account = session.get_one(Person, world.engineer.person_id).telegram_id
    assert account is not None
    people.hear(session, account, "", None, now=now)
    assert TaskKind.CREW_UNREACHABLE not in kinds(session, ticket)
    deliver(session, now=now)
    sound(session, world)


def by_phone(session: Session, now: datetime) -> tuple[World, Ticket]:
    """A firm that is not in Telegram was given the job."""
    world = make_world(session, now=now)
    firm = add_contractor(session, skills=[SKILL], lat=55.9, phone="+79035556677")
    ticket = send(world)
    staffing.assign(session, tap(world.dispatcher), ticket.id, firm.id, now=now)
    assert kinds(session, ticket) == [TaskKind.NO_CREW]
    return world, ticket


def test_a_firm_that_is_not_in_telegram_is_told_of_a_cancellation_and_a_hold_by_phone(
    session: Session, now: datetime
) -> None:
    world, cancelled = by_phone(session, now)
    tickets.cancel(session, tap(world.requester), cancelled.id, cancelled.version, now=now)
    assert kinds(session, cancelled) == [TaskKind.TELL_CREW]
    world, held = by_phone(session, now)
    wait(world, held, hours=3)
    assert TaskKind.TELL_CREW in kinds(session, held)
    row = holds.live(session, held.id)
    assert row is not None


def test_a_firm_in_telegram_reads_it_itself(session: Session, now: datetime) -> None:
    world, _, ticket, _ = team(session, now)
    tickets.cancel(session, tap(world.requester), ticket.id, ticket.version, now=now)
    assert kinds(session, ticket) == []


def test_by_hand_goes_who_is_not_on_holiday(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    colleague = add_person(session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=now)
    session.add(Absence(person_id=world.engineer.person_id, first_on=date(2026, 3, 1), last_on=date(2026, 3, 31)))
    session.flush()
    ticket = send(world)
    staffing.assign(session, tap(world.dispatcher), ticket.id, world.contractor.id, now=now)
    assert visit_of(world, ticket).engineer_id == colleague.person_id


def test_where_everybody_is_away_the_owner_goes(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    session.add(Absence(person_id=world.engineer.person_id, first_on=date(2026, 3, 1), last_on=date(2026, 3, 31)))
    session.flush()
    ticket = send(world)
    staffing.assign(session, tap(world.dispatcher), ticket.id, world.contractor.id, now=now)
    assert visit_of(world, ticket).engineer_id == world.engineer.person_id


def test_a_yes_by_phone_names_its_time(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    found = calls.times(session, tap(world.dispatcher), ticket.id, world.contractor.id, now=now)
    assert found.slots == offers.proposed_slots(session, ticket, now=now)
    last = found.slots[-1]
    calls.accepted(session, tap(world.dispatcher), ticket.id, world.contractor.id, last.start, now=now)
    visit = visit_of(world, ticket)
    assert (visit.starts_at, visit.ends_at) == (last.start, last.end)
    another = send(world)
    calls.accepted(session, tap(world.dispatcher), another.id, world.contractor.id, now=now)
    assert visit_of(world, another).starts_at == now
    with pytest.raises(NotFound):
        calls.times(session, tap(world.requester), ticket.id, world.contractor.id, now=now)
    assert session.scalars(select(Visit)).all() != []

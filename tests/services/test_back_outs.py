"""A job handed back after the yes costs by its notice, is offered anew at the old time first, and the client hears."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.notice import Delivery, Notice
from core.domain.quality import QualityKind
from core.domain.role import Role
from core.domain.task import TaskKind
from core.domain.ticket import TicketStatus
from core.domain.visit import VisitOutcome
from core.services import moves, offers, staffing, visits
from storage.models.desk import Audit
from storage.models.offer import Offer
from storage.models.post import Outbox
from storage.models.quality import QualityEvent
from tests.clock import HandClock
from tests.make.directories import add_contractor
from tests.make.people import add_person
from tests.make.tickets import (
    SKILL,
    add_engineer,
    arrive,
    card_of,
    make_world,
    open_tasks,
    send,
    take,
    tap,
    visit_of,
)
from tests.services.test_moves import agreed

DAY = timedelta(days=1)


def events(session: Session) -> list[tuple[QualityKind, int]]:
    handed_back = select(QualityEvent.kind, QualityEvent.weight_milli).where(QualityEvent.kind == QualityKind.BACK_OUT)
    return [(kind, weight) for kind, weight in session.execute(handed_back.order_by(QualityEvent.id))]


def rung(session: Session, actor: Actor, notice: Notice) -> list[Delivery]:
    rows = select(Outbox.delivery).where(Outbox.person_id == actor.person_id, Outbox.notice == notice)
    return list(session.scalars(rows.order_by(Outbox.id)))


@pytest.mark.parametrize(
    ("before", "weight"),
    [
        (timedelta(days=2), 500),
        (timedelta(hours=24, minutes=1), 500),
        (timedelta(hours=24), 1000),
        (timedelta(hours=2), 1000),
        (timedelta(hours=-1), 1000),
    ],
)
def test_the_price_is_shown_and_then_taken(
    session: Session, now: datetime, clock: HandClock, before: timedelta, weight: int
) -> None:
    world = make_world(session, now=now)
    ticket, visit = agreed(world, now + 3 * DAY)
    world.now = clock.at = visit.starts_at - before
    assert card_of(world, world.engineer, ticket).back_out_milli == weight
    visits.give_up(session, tap(world.engineer), visit.id, now=world.now)

    event = session.scalars(select(QualityEvent)).one()
    assert (event.kind, event.weight_milli, event.at) == (QualityKind.BACK_OUT, weight, world.now)
    assert (event.contractor_id, event.person_id, event.ticket_id) == (
        world.contractor.id,
        world.engineer.person_id,
        ticket.id,
    )
    trace = session.get_one(Audit, event.audit_id)
    assert (trace.event, trace.data["weight_milli"]) == ("give_up", weight)


def test_from_the_way_and_from_the_site_there_is_no_notice_any_more(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    world.contractor.engineers = 5
    for walks in (lambda ticket: None, lambda ticket: arrive(world, ticket)):
        ticket, visit = agreed(world, now + 3 * DAY)
        visits.go(session, tap(world.engineer), visit.id, now=now)
        walks(ticket)
        visits.give_up(session, tap(world.engineer), visit.id, now=now)
    assert events(session) == [(QualityKind.BACK_OUT, 1000)] * 2


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (VisitOutcome.NO_ACCESS, []),
        (VisitOutcome.UNSAFE, []),
        (VisitOutcome.NEEDS_PARTS, [(QualityKind.BACK_OUT, 1000)]),
        (VisitOutcome.INCOMPLETE, [(QualityKind.BACK_OUT, 1000)]),
    ],
)
def test_a_trip_in_vain_that_was_the_sites_fault_excuses(
    session: Session, now: datetime, outcome: VisitOutcome, expected: list[tuple[QualityKind, int]]
) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    take(world, ticket)
    first = arrive(world, ticket)
    visits.leave(session, tap(world.engineer), first.id, outcome, now=now)
    second = visit_of(world, ticket)
    assert card_of(world, world.engineer, ticket).back_out_milli == (1000 if expected else None)
    visits.give_up(session, tap(world.engineer), second.id, now=now)

    assert events(session) == expected
    assert TaskKind.LEFT not in {task.kind for task in open_tasks(session, ticket)}


def test_the_desk_that_takes_a_job_back_costs_the_crew_nothing(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket, _ = agreed(world)
    staffing.take_back(session, tap(world.dispatcher), ticket.id, ticket.version, now=now)

    assert events(session) == []
    assert rung(session, world.engineer, Notice.BACKED_OUT) == [Delivery.NEW]


def test_the_client_hears_that_another_is_looked_for_and_so_does_who_would_have_gone(
    session: Session, now: datetime
) -> None:
    world = make_world(session, now=now)
    colleague = add_person(session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=now)
    ticket = send(world)
    offer = session.scalars(select(Offer)).one()
    offers.accept(session, tap(world.engineer), offer.id, now + DAY, colleague.person_id, now=now)
    visit = visit_of(world, ticket)
    visits.give_up(session, tap(world.engineer), visit.id, now=now)  # the owner, for his man

    assert rung(session, world.requester, Notice.BACKED_OUT) == [Delivery.NEW]
    assert rung(session, colleague, Notice.BACKED_OUT) == [Delivery.NEW]
    assert Delivery.NEW not in rung(session, world.engineer, Notice.BACKED_OUT)
    assert session.scalars(select(QualityEvent.person_id)).all() == [colleague.person_id]


def test_the_next_is_offered_the_time_the_client_keeps_free(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    second = add_engineer(session, add_contractor(session, skills=[SKILL], lat=55.9), now=now)
    world.site.opens_min, world.site.closes_min = 600, 1320
    ticket, visit = agreed(world, now + DAY)
    half_past = now + DAY + timedelta(hours=5, minutes=30)
    moves.move(session, tap(world.requester), visit.id, half_past, now=now)
    visits.give_up(session, tap(world.engineer), visit.id, now=now)

    assert ticket.status is TicketStatus.SEARCHING
    offer = session.scalars(select(Offer).where(Offer.round == 2)).one()
    shown = card_of(world, second, ticket).slots
    assert (offer.contractor_id in second.contractor_ids, shown[0].start) == (True, half_past)
    assert len(shown) == 3
    offers.accept(session, tap(second), offer.id, half_past, None, now=now)
    assert visit_of(world, ticket).starts_at == half_past
    assert events(session) == [(QualityKind.BACK_OUT, 500)]


def test_a_time_that_is_over_is_not_kept(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    second = add_engineer(session, add_contractor(session, skills=[SKILL], lat=55.9), now=now)
    ticket, visit = agreed(world, now + DAY)
    world.now = clock.at = visit.starts_at + timedelta(minutes=5)
    visits.give_up(session, tap(world.engineer), visit.id, now=world.now)

    shown = card_of(world, second, ticket).slots
    assert shown
    assert all(slot.start > world.now for slot in shown)

"""What the desk does when nobody takes a job: raises the pay, widens the radius, moves the time."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain import wave
from core.domain.actor import Actor, Grant
from core.domain.errors import BelowFloor, Changed, NotAllowed, NotFound, NumberInvalid, SlotGone
from core.domain.notice import Notice
from core.domain.offer import DeclineReason, OfferStatus, WaveReason
from core.domain.role import Role
from core.domain.ticket import TicketStatus
from core.services import offers, searches, waves
from storage.models.contractor import Contractor
from storage.models.desk import Audit
from storage.models.offer import Offer, Wave
from storage.models.post import Outbox
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make.directories import add_contractor
from tests.make.people import add_person
from tests.make.tickets import SKILL, World, add_engineer, make_world, nobody_left, open_tasks, send, take, tap


@pytest.fixture
def world(session: Session, now: datetime) -> World:
    return make_world(session, now=now)


def last_wave(session: Session, ticket: Ticket) -> Wave:
    return session.scalars(select(Wave).where(Wave.ticket_id == ticket.id).order_by(Wave.number.desc()).limit(1)).one()


def open_to(session: Session, ticket: Ticket) -> list[tuple[int, int]]:
    """Firm and pay of every offer that can be taken."""
    rows = session.scalars(
        select(Offer).where(Offer.ticket_id == ticket.id, Offer.status == OfferStatus.SENT).order_by(Offer.id)
    )
    return [(row.contractor_id, row.pay_kop) for row in rows]


def far_firm(world: World, **fields: object) -> tuple[Contractor, Actor]:
    """Seventy kilometres away, with a radius of fifty."""
    firm = add_contractor(world.session, skills=[SKILL], **{"lat": 56.39, "lon": 37.62, **fields})
    return firm, add_engineer(world.session, firm, now=world.now)


def test_a_raise_of_the_desk_brings_back_who_found_it_too_little(world: World, clock: HandClock) -> None:
    session = world.session
    ticket = send(world)
    ticket.raises = wave.RAISES  # policy has done what it may
    offers.decline(
        session, tap(world.engineer), session.scalars(select(Offer)).one().id, DeclineReason.PRICE, now=world.now
    )
    assert ticket.status is TicketStatus.UNSTAFFED

    searches.raise_pay(session, tap(world.dispatcher), ticket.id, ticket.version, 15, now=world.now)

    assert (ticket.status, ticket.contractor_rate_kop) == (TicketStatus.SEARCHING, 299_000)
    assert open_to(session, ticket) == [(world.contractor.id, 299_000)]
    assert last_wave(session, ticket).reason is WaveReason.RAISED
    assert open_tasks(session, ticket) == []


def test_a_raise_while_searching_withdraws_what_was_on_offer_and_makes_it_anew(world: World) -> None:
    session = world.session
    ticket = send(world)
    searches.raise_pay(session, tap(world.dispatcher), ticket.id, ticket.version, 10, now=world.now)

    rows = session.scalars(select(Offer).order_by(Offer.id)).all()
    assert [(row.status, row.pay_kop, row.job_version) for row in rows] == [
        (OfferStatus.WITHDRAWN, 260_000, 1),
        (OfferStatus.SENT, 286_000, 2),
    ]
    assert "raise" in session.scalars(select(Audit.event).where(Audit.entity == "ticket")).all()
    take(world, ticket)
    assert ticket.status is TicketStatus.ASSIGNED


def test_below_the_floor_only_a_manager_may_go(world: World) -> None:
    session = world.session
    ticket = send(world)
    with pytest.raises(BelowFloor) as refused:  # 4 200 for the client, 2 600 for the contractor: 35 % more leaves 16 %
        searches.raise_pay(session, tap(world.dispatcher), ticket.id, ticket.version, 35, now=world.now)
    assert (refused.value.margin_pct, refused.value.floor_pct) == (16, 20)
    assert ticket.contractor_rate_kop == 260_000

    manager = add_person(session, Grant(Role.MANAGER), now=world.now)
    searches.raise_pay(session, tap(manager), ticket.id, ticket.version, 35, now=world.now)
    assert ticket.contractor_rate_kop == 351_000


@pytest.mark.parametrize("percent", [0, -10, 101])
def test_a_raise_is_a_sane_percent(world: World, percent: int) -> None:
    ticket = send(world)
    with pytest.raises(NumberInvalid):
        searches.raise_pay(world.session, tap(world.dispatcher), ticket.id, ticket.version, percent, now=world.now)


def test_a_wider_radius_asks_who_was_too_far_and_leaves_the_others_their_offers(world: World, clock: HandClock) -> None:
    session = world.session
    far, _ = far_firm(world)
    ticket = nobody_left(world, clock)
    before = session.scalars(select(Offer.id)).all()

    searches.widen(session, tap(world.dispatcher), ticket.id, ticket.version, now=world.now)

    assert (ticket.status, ticket.widened_km, ticket.job_version) == (TicketStatus.SEARCHING, 50, 1)
    assert open_to(session, ticket) == [(far.id, 260_000)]
    assert session.get_one(Offer, before[0]).status is OfferStatus.LAPSED


def test_a_wider_radius_with_nobody_in_it_waits_for_those_who_can_still_answer(world: World, clock: HandClock) -> None:
    session = world.session
    ticket = send(world)
    waits = session.scalars(select(Offer)).one().waits_until

    searches.widen(session, tap(world.dispatcher), ticket.id, ticket.version, now=world.now)
    assert (ticket.status, ticket.search_due_at) == (TicketStatus.SEARCHING, waits)
    assert open_tasks(session, ticket) == []

    for _ in range(2):  # his wait, and then the time in which the silent may still say yes
        assert ticket.search_due_at is not None
        world.now = clock.move(minutes=(ticket.search_due_at - world.now).total_seconds() / 60)
        waves.sweep(session, 10, now=world.now)
        assert session.scalars(select(Offer)).one().status is OfferStatus.LAPSED
    assert ticket.status is TicketStatus.UNSTAFFED


def test_another_time_asks_first_who_could_not_come_then(world: World, clock: HandClock) -> None:
    session = world.session
    ticket = send(world)
    offers.decline(
        session, tap(world.engineer), session.scalars(select(Offer)).one().id, DeclineReason.TIME, now=world.now
    )
    start = world.now + timedelta(days=2, hours=2)  # noon in two days

    searches.move(session, tap(world.requester), ticket.id, ticket.version, start, now=world.now)

    assert (ticket.status, ticket.visit_from) == (TicketStatus.SEARCHING, start)
    assert open_to(session, ticket) == [(world.contractor.id, 260_000)]
    assert last_wave(session, ticket).reason is WaveReason.MOVED


@pytest.mark.parametrize("hours", [-1, 12, 24 * 90])
def test_a_time_that_is_over_at_night_or_in_another_season_is_refused(world: World, hours: int) -> None:
    ticket = send(world)
    with pytest.raises(SlotGone):
        searches.move(
            world.session,
            tap(world.requester),
            ticket.id,
            ticket.version,
            world.now + timedelta(hours=hours),
            now=world.now,
        )


def test_the_client_is_asked_to_move_and_it_rings(world: World, clock: HandClock) -> None:
    session = world.session
    ticket = nobody_left(world, clock)
    searches.ask_to_move(session, tap(world.dispatcher), ticket.id, ticket.version, now=world.now)
    searches.ask_to_move(session, tap(world.dispatcher), ticket.id, ticket.version, now=world.now)

    told = select(Outbox).where(Outbox.notice == Notice.ASK_MOVE, Outbox.person_id == world.requester.person_id)
    assert len(session.scalars(told).all()) == 1  # asked twice in a minute, it rings once


def test_what_has_moved_on_is_changed_and_what_is_foreign_is_not_found(world: World) -> None:
    session, now = world.session, world.now
    ticket = send(world)
    old = ticket.version
    take(world, ticket)
    with pytest.raises(Changed):
        searches.raise_pay(session, tap(world.dispatcher), ticket.id, old, 10, now=now)
    with pytest.raises(Changed):
        searches.widen(session, tap(world.dispatcher), ticket.id, ticket.version, now=now)
    for stranger in (world.requester, world.engineer, add_person(session, now=now)):
        for use_case in (searches.widen, searches.ask_to_move):
            with pytest.raises(NotFound):
                use_case(session, tap(stranger), ticket.id, ticket.version, now=now)
    with pytest.raises(NotAllowed):
        searches.move(session, tap(world.engineer), ticket.id, ticket.version, now + timedelta(days=1), now=now)

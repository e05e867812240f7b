"""Who is disturbed: nobody on holiday, nobody at work on a site, and never nobody at all."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.defaults import Defaults
from core.domain.notice import Notice
from core.domain.offer import Exclusion, OfferStatus
from core.domain.role import Role
from core.domain.ticket import Priority, TicketStatus
from core.services import duty, intakes, matching, numbers, offers, tickets, waves
from storage.models.contractor import Absence, Block
from storage.models.desk import Audit
from storage.models.offer import Offer, WaveCandidate
from storage.models.people import Person
from storage.models.post import Outbox
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make.directories import add_contractor
from tests.make.people import add_person
from tests.make.tickets import SKILL, World, add_engineer, arrive, make_world, report, send, take, tap, tell

TODAY = date(2026, 3, 16)
DAY = timedelta(days=1)


@pytest.fixture
def world(session: Session, now: datetime) -> World:
    return make_world(session, now=now)


def colleague(world: World, role: Role = Role.ENGINEER) -> Actor:
    return add_person(world.session, Grant(role, contractor_id=world.contractor.id), now=world.now)


def is_away(world: World, actor: Actor, first: date, last: date) -> None:
    world.session.add(Absence(person_id=actor.person_id, first_on=first, last_on=last))
    world.session.flush()


def is_at_work(world: World) -> Ticket:
    """The first engineer is on a site."""
    ticket = send(world)
    take(world, ticket)
    arrive(world, ticket)
    return ticket


def why_not(world: World, ticket: Ticket) -> Exclusion | None:
    query = select(WaveCandidate.exclusion).where(WaveCandidate.contractor_id == world.contractor.id)
    return world.session.scalars(query.order_by(WaveCandidate.wave_id.desc()).limit(1)).one()


def rung(world: World, ticket: Ticket) -> set[int]:
    rows = select(Outbox.person_id).where(Outbox.ticket_id == ticket.id, Outbox.notice == Notice.OFFER_MADE)
    return set(world.session.scalars(rows))


def test_the_offer_rings_the_owner_and_the_engineers_on_duty(world: World) -> None:
    here, away = colleague(world), colleague(world)
    is_away(world, away, TODAY - DAY, TODAY)
    ticket = send(world)

    assert rung(world, ticket) == {world.engineer.person_id, here.person_id}
    row = world.session.scalars(select(Audit).where(Audit.entity == "offer", Audit.event == "send")).one()
    assert row.data == {"people": sorted([world.engineer.person_id, here.person_id])}


def test_an_owner_on_holiday_leaves_the_offer_to_the_engineer_on_duty(world: World) -> None:
    here = colleague(world)
    is_away(world, world.engineer, TODAY, TODAY + 14 * DAY)

    assert rung(world, send(world)) == {here.person_id}


def test_a_firm_that_is_away_altogether_is_not_asked(world: World) -> None:
    is_away(world, world.engineer, TODAY, TODAY)
    is_away(world, colleague(world), TODAY - DAY, TODAY + DAY)
    ticket = send(world)

    assert ticket.status is TicketStatus.UNSTAFFED
    assert why_not(world, ticket) is Exclusion.AWAY


def test_a_firm_that_has_turned_offers_off_is_not_asked(world: World) -> None:
    world.contractor.is_available = False
    ticket = send(world)

    assert (ticket.status, why_not(world, ticket)) == (TicketStatus.UNSTAFFED, Exclusion.AWAY)


@pytest.mark.parametrize(
    ("at", "zone", "is_asked"),
    [
        # The last minute of the day off and the first one after it, in the zone of the firm.
        (datetime(2026, 3, 17, 20, 59, tzinfo=UTC), "Europe/Moscow", False),
        (datetime(2026, 3, 17, 21, 0, tzinfo=UTC), "Europe/Moscow", True),
        (datetime(2026, 3, 17, 19, 59, tzinfo=UTC), "Europe/Samara", False),
        (datetime(2026, 3, 17, 20, 0, tzinfo=UTC), "Europe/Samara", True),
        # And the first minute of it.
        (datetime(2026, 3, 16, 20, 59, tzinfo=UTC), "Europe/Moscow", True),
        (datetime(2026, 3, 16, 21, 0, tzinfo=UTC), "Europe/Moscow", False),
    ],
)
def test_a_day_off_is_a_day_where_the_firm_is(world: World, at: datetime, zone: str, is_asked: bool) -> None:
    world.contractor.zone = zone
    is_away(world, world.engineer, TODAY + DAY, TODAY + DAY)
    found = duty.standing(world.session, [world.contractor.id], world.client.id, visit_at=at, now=at)

    assert (world.contractor.id not in found.away) is is_asked


def test_who_is_off_today_but_back_on_the_day_of_the_visit_hears_of_it(world: World) -> None:
    """Nobody else is there today, and an offer is never made into the void."""
    ticket = send(world)
    ticket.visit_from = world.now + 2 * DAY
    is_away(world, world.engineer, TODAY, TODAY)
    world.session.flush()

    standing = duty.standing(
        world.session, [world.contractor.id], world.client.id, visit_at=ticket.visit_from, now=world.now
    )
    assert standing == duty.Standing(frozenset(), frozenset(), frozenset({world.contractor.id}))
    assert duty.on_duty(world.session, world.contractor.id, ticket, now=world.now) == [world.engineer.person_id]


def test_who_is_here_today_but_off_on_the_day_of_the_visit_does_not_make_the_firm_available(world: World) -> None:
    is_away(world, world.engineer, TODAY + 2 * DAY, TODAY + 2 * DAY)
    found = duty.standing(
        world.session, [world.contractor.id], world.client.id, visit_at=world.now + 2 * DAY, now=world.now
    )
    assert found.away == {world.contractor.id}


def test_the_only_engineer_at_work_is_not_disturbed_by_a_routine_job(world: World) -> None:
    is_at_work(world)
    ticket = send(world)

    assert why_not(world, ticket) is Exclusion.ON_SITE
    assert rung(world, ticket) == set()
    assert (ticket.status, ticket.search_due_at is not None) == (TicketStatus.SEARCHING, True)


def test_who_has_left_the_site_is_asked_at_the_next_look(world: World, clock: HandClock) -> None:
    first = is_at_work(world)
    ticket = send(world)
    report(world, first)
    look_again(world, clock, ticket)

    assert rung(world, ticket) == {world.engineer.person_id}


def test_a_job_does_not_wait_for_those_at_work_until_its_clock_has_burnt(world: World, clock: HandClock) -> None:
    is_at_work(world)
    ticket = send(world)
    looks = 0
    while ticket.status is TicketStatus.SEARCHING:
        look_again(world, clock, ticket)
        looks += 1

    assert ticket.status is TicketStatus.UNSTAFFED
    assert 1 < looks < 20
    assert rung(world, ticket) == set()


def look_again(world: World, clock: HandClock, ticket: Ticket) -> None:
    assert ticket.search_due_at is not None
    world.now = clock.at = ticket.search_due_at
    waves.sweep(world.session, 50, now=world.now)
    world.session.flush()


def test_the_only_engineer_at_work_is_asked_about_an_emergency(world: World) -> None:
    is_at_work(world)
    intake_id = tell(world)
    intakes.set_priority(world.session, tap(world.requester), intake_id, Priority.EMERGENCY, now=world.now)
    ticket_id = tickets.register(world.session, tap(world.requester), intake_id, now=world.now)
    ticket = world.session.get_one(Ticket, ticket_id)

    assert ticket.status is TicketStatus.SEARCHING
    assert rung(world, ticket) == {world.engineer.person_id}


def test_a_routine_job_rings_only_the_colleague_who_is_free(world: World) -> None:
    free = colleague(world)
    is_at_work(world)
    ticket = send(world)

    assert rung(world, ticket) == {free.person_id}


def test_a_colleague_on_holiday_does_not_make_a_firm_at_work_free(world: World) -> None:
    is_away(world, colleague(world), TODAY, TODAY)
    is_at_work(world)

    assert why_not(world, send(world)) is Exclusion.ON_SITE


def test_a_blocked_colleague_counts_neither_as_free_nor_as_here(world: World) -> None:
    blocked = colleague(world)
    world.session.add(Block(person_id=blocked.person_id, reason="проверка", starts_at=world.now))
    is_at_work(world)

    assert why_not(world, send(world)) is Exclusion.ON_SITE


def test_a_blocked_colleague_is_not_rung(world: World) -> None:
    blocked = colleague(world)
    other = make_world(world.session, now=world.now)
    other.contractor.is_active = False
    block = Block(person_id=blocked.person_id, client_id=world.client.id, reason="проверка", starts_at=world.now)
    world.session.add(block)
    world.session.flush()

    assert rung(world, send(world)) == {world.engineer.person_id}


def test_a_firm_nobody_of_which_can_be_reached_has_that_as_its_reason(world: World) -> None:
    is_away(world, world.engineer, TODAY, TODAY)
    world.session.get_one(Person, world.engineer.person_id).unreachable_at = world.now
    world.session.flush()

    assert why_not(world, send(world)) is Exclusion.UNREACHABLE


def test_the_setting_may_leave_offers_to_the_owner_alone(world: World) -> None:
    engineer = colleague(world)
    world.session.info[numbers.KEY] = Defaults(offers_to_engineers=False)
    assert rung(world, send(world)) == {world.engineer.person_id}

    is_away(world, world.engineer, TODAY, TODAY)  # without an owner on duty somebody must hear
    assert rung(world, send(world)) == {engineer.person_id}


def test_whoever_says_yes_is_asked_neither_for_his_holiday_nor_for_his_work(world: World, clock: HandClock) -> None:
    """He sees the offer in /offers and knows best what he can do."""
    ticket = send(world)
    is_away(world, world.engineer, TODAY, TODAY + DAY)
    world.contractor.is_available = False
    world.session.flush()
    offer = world.session.scalars(select(Offer).where(Offer.ticket_id == ticket.id)).one()
    offers.accept(world.session, tap(world.engineer), offer.id, None, None, now=world.now)

    assert ticket.status is TicketStatus.ASSIGNED


def test_a_cancelled_offer_rings_those_whom_the_offer_had_rung(world: World) -> None:
    away = colleague(world)
    is_away(world, away, TODAY, TODAY)
    ticket = send(world)
    tickets.cancel(world.session, tap(world.dispatcher), ticket.id, ticket.version, now=world.now)

    told = select(Outbox.person_id).where(Outbox.notice == Notice.CANCELLED)
    assert world.engineer.person_id in set(world.session.scalars(told))
    assert away.person_id not in set(world.session.scalars(told))
    assert world.session.scalars(select(Offer.status)).all() == [OfferStatus.WITHDRAWN]


def test_many_firms_are_looked_at_in_one_statement(world: World) -> None:
    from sqlalchemy import event

    firms = [world.contractor]
    for _ in range(30):
        firm = add_contractor(world.session, skills=[SKILL])
        add_engineer(world.session, firm, now=world.now)
        firms.append(firm)
    said: list[str] = []
    connection = world.session.connection()
    event.listen(connection, "before_cursor_execute", lambda *args: said.append(args[2]))
    found = duty.standing(
        world.session, [firm.id for firm in firms], world.client.id, visit_at=world.now, now=world.now
    )

    assert (len(said), found) == (1, duty.Standing(frozenset(), frozenset(), frozenset(firm.id for firm in firms)))
    assert matching.search(world.session, send(world), now=world.now).ranked

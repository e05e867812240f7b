"""Offers nobody answers: when a firm is asked whether it is still there, and what its silence means."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.errors import NotAllowed
from core.domain.notice import Notice
from core.domain.offer import DeclineReason, Exclusion, OfferStatus
from core.domain.role import Role
from core.domain.ticket import TicketStatus
from core.services import availability, guard, offers, silence, tickets, visits, waves
from storage.models.contractor import Absence
from storage.models.desk import Audit
from storage.models.offer import Offer, WaveCandidate
from storage.models.people import Person
from storage.models.post import Outbox
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make.people import add_person
from tests.make.tickets import World, make_world, send, take, tap, visit_of

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def world(session: Session, now: datetime) -> World:
    return make_world(session, now=now)


class Days:
    """A firm and its silence, day by day."""

    def __init__(self, world: World, clock: HandClock) -> None:
        self.world, self.clock, self.morning = world, clock, world.now

    def at(self, moment: datetime) -> None:
        self.world.now = self.clock.at = moment

    def ignored(self, count: int = 1) -> None:
        """So many offers of one morning lapse; the search is then ended by the desk."""
        sent = [send(self.world) for _ in range(count)]
        self.at(self.world.now + 2 * HOUR)
        while waves.sweep(self.world.session, 50, now=self.world.now):
            pass
        for ticket in sent:
            offer = self.world.session.scalars(select(Offer).where(Offer.ticket_id == ticket.id)).one()
            assert (offer.status, offer.answered_by) == (OfferStatus.LAPSED, None)
            self.cancelled(ticket)

    def cancelled(self, ticket: Ticket) -> None:
        self.world.session.refresh(ticket)
        tickets.cancel(self.world.session, tap(self.world.dispatcher), ticket.id, ticket.version, now=self.world.now)

    def next(self) -> None:
        self.morning += DAY
        self.at(self.morning)

    def enough(self) -> None:
        """Five over two days."""
        self.ignored(3)
        self.next()
        self.next()
        self.ignored(2)

    def swept(self) -> tuple[int, int]:
        now, session = self.world.now, self.world.session
        counts = silence.ask(session, 50, now=now), silence.switch_off(session, 50, now=now)
        session.expire_all()
        return counts


@pytest.fixture
def days(world: World, clock: HandClock) -> Days:
    return Days(world, clock)


def letters(world: World, notice: Notice, actor: Actor | None = None) -> list[Outbox]:
    query = select(Outbox).where(Outbox.notice == notice).order_by(Outbox.id)
    rows = world.session.scalars(query).all()
    return [row for row in rows if row.person_id == (actor or world.engineer).person_id]


def is_asked(world: World) -> bool:
    return world.contractor.asked_still_there_at is not None


def why_not(world: World) -> Exclusion | None:
    query = select(WaveCandidate.exclusion).order_by(WaveCandidate.wave_id.desc()).limit(1)
    return world.session.scalars(query).one()


def test_five_ignored_over_two_days_are_asked_once(world: World, days: Days) -> None:
    colleague = add_person(world.session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=world.now)
    days.enough()

    assert [days.swept(), days.swept()] == [(1, 0), (0, 0)]
    assert world.contractor.asked_still_there_at == world.now
    assert world.contractor.is_available
    assert [len(letters(world, Notice.STILL_THERE, one)) for one in (world.engineer, colleague)] == [1, 1]
    row = world.session.scalars(select(Audit).where(Audit.event == silence.ASKED)).one()
    assert row.data == {"people": [world.engineer.person_id, colleague.person_id]}
    asked = availability.question(world.session, colleague, world.contractor.id, now=world.now)
    assert (asked.until, asked.may_switch) == (world.now + DAY, False)


def test_four_are_not_enough(world: World, days: Days) -> None:
    days.ignored(2)
    days.next()
    days.next()
    days.ignored(2)

    assert days.swept() == (0, 0)


def test_five_of_one_day_are_not_enough_and_one_more_two_days_later_is(world: World, days: Days) -> None:
    days.ignored(5)
    assert days.swept() == (0, 0)
    days.next()
    days.ignored(1)
    assert days.swept() == (0, 0)
    days.next()
    days.ignored(1)
    assert days.swept() == (1, 0)


def test_a_no_is_a_sign_of_life_and_the_count_begins_anew(world: World, days: Days) -> None:
    days.ignored(3)
    days.next()
    ticket = send(world)
    offer = world.session.scalars(select(Offer).where(Offer.ticket_id == ticket.id)).one()
    offers.decline(world.session, tap(world.engineer), offer.id, DeclineReason.FAR, now=world.now)
    days.next()
    days.ignored(4)
    assert days.swept() == (0, 0)
    days.next()
    days.next()
    days.ignored(1)
    assert days.swept() == (1, 0)


def test_a_step_of_a_visit_is_a_sign_of_life(world: World, days: Days) -> None:
    ticket = send(world)
    take(world, ticket)
    days.at(world.now + HOUR)
    days.enough()
    visits.go(world.session, tap(world.engineer), visit_of(world, ticket).id, now=world.now)

    assert days.swept() == (0, 0)


def test_an_offer_lost_before_its_wait_was_over_was_not_ignored(world: World, days: Days) -> None:
    days.ignored(2)
    for _ in range(2):
        days.next()
        ticket = send(world)
        days.cancelled(ticket)
    days.ignored(2)

    assert days.swept() == (0, 0)


def test_yes_goes_on_and_is_asked_again_only_after_as_many_more(world: World, days: Days) -> None:
    days.enough()
    days.swept()
    days.at(world.now + HOUR)
    availability.still_there(world.session, tap(world.engineer), world.contractor.id, True, now=world.now)
    availability.still_there(world.session, tap(world.engineer), world.contractor.id, True, now=world.now)

    assert (is_asked(world), world.contractor.is_available) == (False, True)
    days.next()
    assert days.swept() == (0, 0)
    days.enough()
    assert days.swept() == (1, 0)


def test_no_turns_offers_off_at_once(world: World, days: Days) -> None:
    days.enough()
    days.swept()
    availability.still_there(world.session, tap(world.engineer), world.contractor.id, False, now=world.now)

    assert (is_asked(world), world.contractor.is_available) == (False, False)
    assert letters(world, Notice.FREE)[-1].data == {}


def test_an_engineer_says_yes_but_leaves_the_no_to_the_owner(world: World, days: Days) -> None:
    engineer = add_person(world.session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=world.now)
    days.enough()
    days.swept()
    with pytest.raises(NotAllowed):
        availability.still_there(world.session, tap(engineer), world.contractor.id, False, now=world.now)
    availability.still_there(world.session, tap(engineer), world.contractor.id, True, now=world.now)
    assert not is_asked(world)


def test_a_day_of_silence_turns_offers_off_and_says_how_to_turn_them_on(world: World, days: Days) -> None:
    days.enough()
    days.swept()
    asked_at = world.now
    days.at(asked_at + DAY - timedelta(seconds=1))
    assert days.swept() == (0, 0)
    days.at(asked_at + DAY)
    assert [days.swept(), days.swept()] == [(0, 1), (0, 0)]

    assert (is_asked(world), world.contractor.is_available) == (False, False)
    (letter,) = letters(world, Notice.FREE)
    assert letter.data == {"why": "silence", "contractor": world.contractor.id}
    ticket = send(world)
    assert (ticket.status, why_not(world)) == (TicketStatus.UNSTAFFED, Exclusion.AWAY)

    availability.switch(world.session, tap(world.engineer), world.contractor.id, True, now=world.now)
    assert days.swept() == (0, 0)  # the old silence is forgiven
    assert send(world).status is TicketStatus.SEARCHING


def test_a_late_yes_turns_offers_on_again_but_not_against_the_switch(world: World, days: Days) -> None:
    session, owner, firm = world.session, world.engineer, world.contractor
    days.enough()
    days.swept()
    days.at(world.now + DAY)
    days.swept()
    availability.still_there(session, tap(owner), firm.id, True, now=world.now)
    assert firm.is_available

    availability.switch(session, tap(owner), firm.id, False, now=world.now)
    availability.still_there(session, tap(owner), firm.id, True, now=world.now)  # the button of an old message
    assert not firm.is_available


def test_a_yes_to_an_offer_answers_the_question_too(world: World, days: Days) -> None:
    days.enough()
    days.swept()
    days.next()
    take(world, send(world))
    days.at(world.now + 2 * DAY)

    assert days.swept() == (0, 1)
    assert (is_asked(world), world.contractor.is_available) == (False, True)
    assert letters(world, Notice.FREE) == []


def test_nobody_is_asked_at_night(world: World, days: Days) -> None:
    days.enough()
    days.at(world.now.replace(hour=20))  # eleven in the evening in Moscow
    assert days.swept() == (0, 0)
    days.next()
    assert days.swept() == (1, 0)


def test_the_end_of_the_silence_rings_in_the_morning(world: World, days: Days) -> None:
    days.enough()
    days.swept()
    night = (world.now + DAY).replace(hour=20)
    days.at(night)
    days.swept()

    (letter,) = letters(world, Notice.FREE)
    assert letter.not_before == night + 9 * HOUR
    assert not world.contractor.is_available


def test_who_is_on_holiday_is_not_asked_and_a_firm_on_holiday_waits(world: World, days: Days) -> None:
    engineer = add_person(world.session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=world.now)
    days.enough()
    today = world.now.date()
    world.session.add(Absence(person_id=engineer.person_id, first_on=today, last_on=today))
    world.session.add(Absence(person_id=world.engineer.person_id, first_on=today, last_on=today))
    world.session.flush()
    assert days.swept() == (0, 0)
    days.next()
    assert days.swept() == (1, 0)
    assert letters(world, Notice.STILL_THERE, engineer) != []


def test_a_firm_that_cannot_be_written_to_is_not_asked(world: World, days: Days) -> None:
    days.enough()
    world.session.get_one(Person, world.engineer.person_id).unreachable_at = world.now
    world.session.flush()
    assert days.swept() == (0, 0)


def test_a_firm_turned_off_or_paused_is_not_asked(world: World, days: Days) -> None:
    days.enough()
    world.contractor.is_active = False
    world.session.flush()
    assert days.swept() == (0, 0)
    world.contractor.is_active, world.contractor.is_available = True, False
    world.session.flush()
    assert days.swept() == (0, 0)


def test_after_three_days_without_the_program_it_is_caught_up_once(world: World, days: Days) -> None:
    days.enough()
    days.at(world.now + 3 * DAY)
    assert [days.swept(), days.swept()] == [(1, 0), (0, 0)]
    days.at(world.now + 3 * DAY)
    assert [days.swept(), days.swept()] == [(0, 1), (0, 0)]

    assert len(letters(world, Notice.STILL_THERE)) == len(letters(world, Notice.FREE)) == 1


def test_a_failing_firm_is_passed_over(world: World, days: Days) -> None:
    days.enough()
    assert silence.ask(world.session, 1, now=world.now, skip=1) == 0
    assert silence.ask(world.session, 1, now=world.now) == 1
    days.at(world.now + DAY)
    assert silence.switch_off(world.session, 1, now=world.now, skip=1) == 0
    assert silence.switch_off(world.session, 1, now=world.now) == 1


def away(world: World, days: Days, begins: datetime, ends: datetime) -> None:
    """Telegram is out of reach."""
    guard.heard(world.session, now=begins)
    guard.heard(world.session, now=ends, is_back=True)
    days.at(ends)


@pytest.mark.parametrize("is_away", [True, False])
def test_offers_whose_wait_ended_while_nobody_could_be_heard_were_not_ignored(
    world: World, days: Days, is_away: bool
) -> None:
    days.ignored(3)
    days.next()
    days.next()
    if is_away:
        guard.heard(world.session, now=world.now + HOUR)
    days.ignored(2)  # two hours later
    if is_away:
        guard.heard(world.session, now=world.now, is_back=True)

    assert days.swept() == (0 if is_away else 1, 0)


def test_minutes_in_which_an_answer_could_not_be_heard_are_no_silence(world: World, days: Days) -> None:
    days.enough()
    days.swept()
    asked_at = world.now
    guard.heard(world.session, now=asked_at + 20 * HOUR)
    days.at(asked_at + DAY + HOUR)  # and it lasts still
    assert days.swept() == (0, 0)
    guard.heard(world.session, now=world.now, is_back=True)
    # Five hours and ten minutes of grace do not count.
    days.at(asked_at + DAY + 5 * HOUR + timedelta(minutes=9))
    guard.heard(world.session, now=world.now)
    assert (days.swept(), is_asked(world)) == ((0, 0), True)
    days.at(world.now + timedelta(minutes=1))
    assert (days.swept(), world.contractor.is_available) == ((0, 1), False)

"""The firm's switch, night jobs, days off: who may turn what, what is joined, what is said."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.absence import AwayDays, Days
from core.domain.actor import Actor, Grant
from core.domain.errors import Changed, FieldInvalid, NotAllowed, NotFound
from core.domain.notice import Notice
from core.domain.role import Role
from core.services import availability, contractors
from core.services.contractors import Switch
from storage.models.contractor import Absence
from storage.models.desk import Audit
from storage.models.people import Person
from storage.models.post import Outbox
from tests.clock import HandClock
from tests.make.directories import add_contractor
from tests.make.people import add_person
from tests.make.tickets import World, make_world, send, take, tap

TODAY = date(2026, 3, 16)
DAY = timedelta(days=1)


@pytest.fixture
def world(session: Session, now: datetime) -> World:
    return make_world(session, now=now)


@pytest.fixture
def engineer(world: World) -> Actor:
    """Not the owner."""
    return add_person(world.session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=world.now)


def days(session: Session) -> list[Days]:
    return [Days(row.first_on, row.last_on) for row in session.scalars(select(Absence).order_by(Absence.first_on))]


def told(session: Session, actor: Actor) -> list[Outbox]:
    query = select(Outbox).where(Outbox.person_id == actor.person_id, Outbox.notice == Notice.FREE)
    return list(session.scalars(query.order_by(Outbox.id)))


def test_the_owner_turns_offers_off_and_on_and_an_old_button_turns_nothing_back(world: World) -> None:
    session, owner, now = world.session, world.engineer, world.now
    availability.switch(session, tap(owner), world.contractor.id, False, now=now)
    availability.switch(session, tap(owner), world.contractor.id, False, now=now)
    assert not world.contractor.is_available
    availability.switch(session, tap(owner), world.contractor.id, True, now=now)

    assert world.contractor.is_available
    assert len(told(session, owner)) == 3
    rows = session.scalars(select(Audit).where(Audit.entity == "contractor", Audit.event == "turn"))
    assert [row.data for row in rows] == [{"on": False}, {"on": False}, {"on": True}]


def test_an_engineer_turns_the_switch_only_where_the_firm_has_no_owner_in_telegram(
    world: World, engineer: Actor
) -> None:
    session, now = world.session, world.now
    for turn in (availability.switch, availability.night):
        with pytest.raises(NotAllowed):
            turn(session, tap(engineer), world.contractor.id, True, now=now)
    assert not availability.card(session, engineer, now=now).firms[0].may_switch

    session.get_one(Person, world.engineer.person_id).telegram_id = None
    session.flush()
    availability.switch(session, tap(engineer), world.contractor.id, False, now=now)
    availability.night(session, tap(engineer), world.contractor.id, True, now=now)
    assert (world.contractor.is_available, world.contractor.night_jobs) == (False, True)
    assert availability.card(session, engineer, now=now).firms[0].may_switch


def test_a_foreign_firm_is_not_found(world: World) -> None:
    other = add_contractor(world.session)
    for turn in (availability.switch, availability.night, availability.still_there):
        for actor in (world.engineer, world.requester, world.dispatcher):
            with pytest.raises(NotFound):
                turn(world.session, tap(actor), other.id, True, now=world.now)


def test_who_works_for_no_firm_has_no_availability(world: World) -> None:
    for actor in (world.requester, world.dispatcher):
        with pytest.raises(NotAllowed):
            availability.card(world.session, actor, now=world.now)
        with pytest.raises(NotAllowed):
            availability.add_days(world.session, tap(actor), AwayDays.TODAY, now=world.now)
        with pytest.raises(NotAllowed):
            availability.add_typed(world.session, tap(actor), "завтра", now=world.now)


def test_days_off_that_touch_become_one(world: World) -> None:
    session, owner, now = world.session, world.engineer, world.now
    availability.add_days(session, tap(owner), AwayDays.TOMORROW, now=now)
    availability.add_days(session, tap(owner), AwayDays.TOMORROW, now=now)  # a second tap
    assert days(session) == [Days(TODAY + DAY, TODAY + DAY)]
    availability.add_days(session, tap(owner), AwayDays.TODAY, now=now)  # the day before
    availability.add_typed(session, tap(owner), "20.03-25.03", now=now)
    assert days(session) == [Days(TODAY, TODAY + DAY), Days(date(2026, 3, 20), date(2026, 3, 25))]
    availability.add_typed(session, tap(owner), "с 18 по 22 марта", now=now)  # overlaps one, follows the other

    assert days(session) == [Days(TODAY, date(2026, 3, 25))]
    assert len(told(session, owner)) == 5


def test_days_off_of_others_are_left_alone(world: World, engineer: Actor) -> None:
    session, now = world.session, world.now
    availability.add_days(session, tap(world.engineer), AwayDays.WEEK, now=now)
    availability.add_days(session, tap(engineer), AwayDays.TODAY, now=now)
    assert len(days(session)) == 2
    foreign = session.scalars(select(Absence).where(Absence.person_id == world.engineer.person_id)).one()
    with pytest.raises(NotFound):
        availability.remove_absence(session, tap(engineer), foreign.id, now=now)


def test_who_is_back_early_says_so(world: World) -> None:
    session, owner, now = world.session, world.engineer, world.now
    availability.add_days(session, tap(owner), AwayDays.WEEK, now=now)
    (line,) = availability.card(session, owner, now=now).absences
    availability.remove_absence(session, tap(owner), line.absence_id, now=now)

    assert days(session) == []
    assert availability.card(session, owner, now=now).absences == ()
    with pytest.raises(NotFound):
        availability.remove_absence(session, tap(owner), line.absence_id, now=now)


def test_days_that_cannot_be_read_change_nothing(world: World) -> None:
    for words in ("завтра утром", "01.02.2026", "14.04-01.04", "01.01.2030"):
        with pytest.raises(FieldInvalid):
            availability.add_typed(world.session, tap(world.engineer), words, now=world.now)
    assert days(world.session) == []


def test_today_is_the_day_where_the_firm_is(world: World, clock: HandClock) -> None:
    world.contractor.zone = "Asia/Kamchatka"
    late = clock.at = world.now.replace(hour=13)  # one in the night of the 17th there
    availability.add_days(world.session, tap(world.engineer), AwayDays.TODAY, now=late)

    assert days(world.session) == [Days(TODAY + DAY, TODAY + DAY)]


def test_a_visit_agreed_for_a_day_off_stays_and_the_card_says_so(world: World) -> None:
    session, owner, now = world.session, world.engineer, world.now
    ticket = send(world)
    visit = take(world, ticket)
    availability.add_days(session, tap(owner), AwayDays.TODAY, now=now)
    availability.add_typed(session, tap(owner), "20.03", now=now)
    today, later = availability.card(session, owner, now=now).absences

    assert [(one.ticket_id, one.number, one.starts_at) for one in today.visits] == [
        (ticket.id, ticket.number, visit.starts_at)
    ]
    assert later.visits == ()


def test_days_that_are_over_are_not_shown(world: World) -> None:
    session, owner = world.session, world.engineer
    availability.add_days(session, tap(owner), AwayDays.TODAY, now=world.now)
    assert len(availability.card(session, owner, now=world.now).absences) == 1
    assert availability.card(session, owner, now=world.now + DAY).absences == ()


def test_the_card_shows_no_more_days_than_fit_on_a_phone(world: World) -> None:
    for n in range(30):
        day = TODAY + 2 * n * DAY
        world.session.add(Absence(person_id=world.engineer.person_id, first_on=day, last_on=day))
    world.session.flush()

    assert len(availability.card(world.session, world.engineer, now=world.now).absences) == availability.MOST


def test_the_desk_sees_availability_and_turns_the_switch_and_the_firm_is_told(world: World, engineer: Actor) -> None:
    session, desk, now = world.session, world.dispatcher, world.now
    availability.add_days(session, tap(engineer), AwayDays.WEEK, now=now)
    contractors.switch(session, tap(desk), world.contractor.id, Switch.FREE, False, now=now)
    contractors.switch(session, tap(desk), world.contractor.id, Switch.FREE, False, now=now)
    card = contractors.card(session, desk, world.contractor.id, now=now)

    assert (card.is_available, card.is_asked) == (False, False)
    assert card.absences == ((engineer.name, Days(TODAY, TODAY + 6 * DAY)),)
    (letter,) = told(session, world.engineer)
    assert letter.data == {"why": "desk", "contractor": world.contractor.id}
    contractors.switch(session, tap(desk), world.contractor.id, Switch.FREE, True, now=now)
    assert world.contractor.is_available
    with pytest.raises(NotAllowed):
        contractors.switch(session, tap(world.engineer), world.contractor.id, Switch.FREE, False, now=now)


def test_a_question_that_was_not_asked_cannot_be_read(world: World) -> None:
    with pytest.raises(Changed):
        availability.question(world.session, world.engineer, world.contractor.id, now=world.now)

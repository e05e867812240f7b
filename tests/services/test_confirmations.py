""" "Still going?" is asked 24 and 2 hours before a visit; a yes is kept, silence is the desk's task."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.errors import Changed, NotAllowed, NotFound
from core.domain.notice import Delivery, Notice
from core.domain.role import Role
from core.domain.task import TaskKind
from core.domain.ticket import TicketStatus
from core.domain.visit import VisitOutcome, VisitStatus, VisitStep
from core.services import confirmations, memberships, moves, proofs, staffing, tickets, visits
from storage.models.desk import Audit
from storage.models.people import Membership, Person
from storage.models.post import Outbox
from storage.models.ticket import Ticket
from storage.models.visit import Visit
from tests.clock import HandClock
from tests.make.directories import add_contractor
from tests.make.people import add_person
from tests.make.tickets import (
    SKILL,
    World,
    add_engineer,
    arrive,
    bring,
    card_of,
    make_world,
    open_tasks,
    report,
    send,
    shoot,
    take,
    tap,
    visit_of,
)
from tests.services.test_moves import agreed

DAY = timedelta(days=1)


class Watch:
    """The hands of the clock, and what the timetable does at every stop."""

    def __init__(self, world: World, clock: HandClock) -> None:
        self.world, self.clock = world, clock

    def goes_to(self, moment: datetime) -> int:
        self.world.now = self.clock.at = moment
        looked = confirmations.sweep(self.world.session, 50, now=moment)
        assert confirmations.sweep(self.world.session, 50, now=moment) == 0, "looked at twice"
        return looked


def questions(session: Session, actor: Actor) -> int:
    rows = select(Outbox).where(Outbox.person_id == actor.person_id, Outbox.notice == Notice.STILL_GOING)
    return len(session.scalars(rows).all())


def kinds(session: Session, ticket: Ticket) -> list[TaskKind]:
    return [task.kind for task in open_tasks(session, ticket)]


def events(session: Session, visit: Visit) -> list[str]:
    rows = select(Audit.event).where(Audit.entity == "visit", Audit.entity_id == visit.id).order_by(Audit.id)
    return list(session.scalars(rows))


def test_both_questions_are_asked_and_a_yes_counts_until_the_last(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    ticket, visit = agreed(world, now + 3 * DAY)
    watch, start = Watch(world, clock), visit.starts_at
    assert visit.ask_at == start - DAY
    assert watch.goes_to(start - DAY - timedelta(seconds=1)) == 0
    assert watch.goes_to(start - DAY) == 1
    assert (questions(session, world.engineer), visit.asked) == (1, 1)
    assert card_of(world, world.engineer, ticket).is_asked

    confirmations.confirm(session, tap(world.engineer), visit.id, now=world.now)
    confirmations.confirm(session, tap(world.engineer), visit.id, now=world.now)
    card = card_of(world, world.engineer, ticket)
    assert (visit.status, visit.confirmed_at, card.is_confirmed, card.is_asked) == (
        VisitStatus.CONFIRMED,
        world.now,
        True,
        False,
    )

    assert watch.goes_to(start - timedelta(hours=2)) == 1
    assert (questions(session, world.engineer), visit.status) == (2, VisitStatus.PLANNED)
    confirmations.confirm(session, tap(world.engineer), visit.id, now=world.now)
    assert watch.goes_to(start - timedelta(minutes=60)) == 1
    assert (kinds(session, ticket), visit.ask_at) == ([], None)
    assert events(session, visit) == ["ask", "confirm", "ask", "confirm"]


def test_silence_an_hour_before_is_a_task_that_rings_and_ends_with_the_yes(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    ticket, visit = agreed(world, now + DAY)
    watch = Watch(world, clock)
    watch.goes_to(visit.starts_at - timedelta(hours=2))
    assert kinds(session, ticket) == []
    watch.goes_to(visit.starts_at - timedelta(minutes=60))
    assert kinds(session, ticket) == [TaskKind.UNCONFIRMED]
    rung = select(Outbox.delivery).where(Outbox.person_id == world.dispatcher.person_id)
    assert session.scalars(rung.where(Outbox.notice == Notice.UNCONFIRMED)).all() == [Delivery.NEW]
    assert card_of(world, world.dispatcher, ticket).is_asked

    confirmations.confirm(session, tap(world.engineer), visit.id, now=world.now)
    assert kinds(session, ticket) == []
    assert watch.goes_to(visit.starts_at + DAY) == 0
    assert questions(session, world.engineer) == 1


@pytest.mark.parametrize(("hours", "asked"), [(0, 0), (2, 0), (1.5, 0), (3, 1), (24, 1), (26, 2)], ids=str)
def test_what_was_agreed_lately_is_not_asked_about(
    session: Session, now: datetime, clock: HandClock, hours: float, asked: int
) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    visit = take(world, ticket)
    if hours:
        moves.move(session, tap(world.engineer), visit.id, now + timedelta(hours=hours), now=now)
    watch, start = Watch(world, clock), visit.starts_at
    for before in (timedelta(hours=24), timedelta(hours=2), timedelta(minutes=60), timedelta(0)):
        if start - before > now:
            watch.goes_to(start - before)
    assert questions(session, world.engineer) == asked
    assert kinds(session, ticket) == ([TaskKind.UNCONFIRMED] if asked else [])


@pytest.mark.parametrize(
    ("before", "asked", "tasks"),
    [
        (timedelta(hours=5), 1, []),  # the first question comes late, the last at its hour
        (timedelta(minutes=90), 1, []),  # one message, not two
        (timedelta(minutes=30), 1, [TaskKind.UNCONFIRMED]),
        (timedelta(hours=-3), 0, [TaskKind.UNCONFIRMED]),  # the time is over: the desk finds out
    ],
)
def test_after_downtime_one_message_is_sent_not_two(
    session: Session, now: datetime, clock: HandClock, before: timedelta, asked: int, tasks: list[TaskKind]
) -> None:
    world = make_world(session, now=now)
    ticket, visit = agreed(world, now + 3 * DAY)
    Watch(world, clock).goes_to(visit.starts_at - before)

    assert questions(session, world.engineer) == asked
    assert kinds(session, ticket) == tasks


def test_the_first_question_keeps_the_quiet_hours_and_the_last_does_not(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    world.site.opens_min = 360
    early = now.replace(hour=4)  # 07:00 in Moscow
    _, visit = agreed(world, early + 3 * DAY)
    watch = Watch(world, clock)
    watch.goes_to(visit.starts_at - DAY)
    watch.goes_to(visit.starts_at - timedelta(hours=2))
    rows = select(Outbox).where(Outbox.notice == Notice.STILL_GOING).order_by(Outbox.id)
    first, last = session.scalars(rows).all()

    assert first.not_before == visit.starts_at - DAY + timedelta(hours=1)
    assert last.not_before == visit.starts_at - timedelta(hours=2)


def test_nothing_is_asked_of_what_was_dropped_moved_cancelled_or_is_under_way(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    world.contractor.engineers = 5
    gone, gone_visit = agreed(world)
    visits.give_up(session, tap(world.engineer), gone_visit.id, now=now)
    cancelled, _ = agreed(world)
    tickets.cancel(session, tap(world.requester), cancelled.id, cancelled.version, now=now)
    _, moved = agreed(world)
    moves.move(session, tap(world.requester), moved.id, now + 5 * DAY, now=now)
    _, early = agreed(world)
    visits.go(session, tap(world.engineer), early.id, now=now)
    watch = Watch(world, clock)
    for hours in (0, 22, 23, 24):
        watch.goes_to(now + timedelta(hours=hours))

    assert questions(session, world.engineer) == 0
    assert TaskKind.UNCONFIRMED not in kinds(session, gone)
    assert {gone_visit.ask_at, early.ask_at} == {None}


def test_a_ticket_on_hold_is_left_in_peace_and_asked_about_after_it(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    ticket, visit = agreed(world, now + DAY)
    held = update(Ticket).where(Ticket.id == ticket.id)
    session.execute(held.values(status=TicketStatus.ON_HOLD))
    watch = Watch(world, clock)
    assert watch.goes_to(visit.starts_at - timedelta(hours=2)) == 0
    session.execute(held.values(status=TicketStatus.ASSIGNED))
    assert watch.goes_to(visit.starts_at - timedelta(minutes=90)) == 1
    assert questions(session, world.engineer) == 1


def test_the_owner_is_asked_where_nobody_is_named_or_he_cannot_be_reached(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    world.contractor.engineers = 5
    colleague = add_person(session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=now)
    _, named = agreed(world)
    _, lost = agreed(world)
    _, unnamed = agreed(world)
    for visit in (named, lost):
        visit.engineer_id = colleague.person_id
    unnamed.engineer_id = None
    session.flush()
    watch = Watch(world, clock)
    session.execute(update(Visit).where(Visit.id != named.id).values(ask_at=now + 9 * DAY))
    watch.goes_to(named.starts_at - timedelta(hours=2))
    assert (questions(session, colleague), questions(session, world.engineer)) == (1, 0)

    session.get_one(Person, colleague.person_id).unreachable_at = now
    session.execute(update(Visit).where(Visit.id != named.id).values(ask_at=named.ask_at - timedelta(hours=1)))
    watch.goes_to(world.now)
    assert (questions(session, colleague), questions(session, world.engineer)) == (1, 2)


def test_a_firm_without_telegram_is_phoned_by_the_desk(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    ticket, visit = agreed(world)
    session.get_one(Person, world.engineer.person_id).telegram_id = None
    session.flush()
    watch = Watch(world, clock)
    watch.goes_to(visit.starts_at - timedelta(hours=2))
    watch.goes_to(visit.starts_at - timedelta(minutes=60))

    assert kinds(session, ticket) == [TaskKind.UNCONFIRMED]


def test_only_the_crew_confirms_and_only_what_lies_ahead(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    other = add_engineer(session, add_contractor(session, skills=[SKILL], lat=55.9), now=now)
    colleague = add_person(session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=now)
    ticket, visit = agreed(world)
    for stranger in (other, world.requester, colleague):
        with pytest.raises(NotFound):
            confirmations.confirm(session, tap(stranger), visit.id, now=now)
    with pytest.raises(NotAllowed):
        confirmations.confirm(session, tap(world.dispatcher), visit.id, now=now)
    arrive(world, ticket)
    with pytest.raises(Changed):
        confirmations.confirm(session, tap(world.engineer), visit.id, now=now)
    assert visit.confirmed_at is None


def confirmed(session: Session, now: datetime, clock: HandClock) -> tuple[World, Ticket, Visit]:
    """Asked and answered with yes, two hours before."""
    world = make_world(session, now=now)
    ticket, visit = agreed(world)
    Watch(world, clock).goes_to(visit.starts_at - timedelta(hours=2))
    confirmations.confirm(session, tap(world.engineer), visit.id, now=world.now)
    assert visit.status is VisitStatus.CONFIRMED
    return world, ticket, visit


def test_a_confirmed_visit_is_walked_like_any_other(session: Session, now: datetime, clock: HandClock) -> None:
    world, ticket, visit = confirmed(session, now, clock)
    assert card_of(world, world.engineer, ticket).step is VisitStep.GO
    early = shoot(world)
    assert early.visit_id == visit.id  # a picture sent before setting out
    visits.go(session, tap(world.engineer), visit.id, now=world.now)
    went = session.scalars(select(Audit).where(Audit.entity == "visit", Audit.event == "go")).one()
    assert (went.from_state, went.to_state) == (VisitStatus.CONFIRMED, VisitStatus.EN_ROUTE)
    arrive(world, ticket)
    report(world, ticket)
    assert ticket.status is TicketStatus.REPORTED


def test_a_confirmed_visit_is_begun_by_being_there(session: Session, now: datetime, clock: HandClock) -> None:
    world, ticket, visit = confirmed(session, now, clock)
    visits.arrive_by_word(session, tap(world.engineer), visit.id, now=world.now)
    assert (ticket.status, visit.status) == (TicketStatus.IN_WORK, VisitStatus.ON_SITE)
    visits.leave(session, tap(world.engineer), visit.id, VisitOutcome.NEEDS_PARTS, now=world.now)
    assert visit_of(world, ticket).number == 2


def test_a_confirmed_visit_falls_away_with_its_job(session: Session, now: datetime, clock: HandClock) -> None:
    world, ticket, visit = confirmed(session, now, clock)
    staffing.take_back(session, tap(world.dispatcher), ticket.id, ticket.version, now=world.now)
    assert visit.status is VisitStatus.DROPPED


def test_a_rework_is_asked_about_too(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.REWORK)
    visit = visit_of(world, ticket)
    moves.move(session, tap(world.requester), visit.id, now + 2 * DAY, now=now)
    Watch(world, clock).goes_to(visit.starts_at - DAY)
    assert questions(session, world.engineer) == 1


def test_who_sets_out_ends_the_task(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    ticket, visit = agreed(world)
    watch = Watch(world, clock)
    watch.goes_to(visit.starts_at - timedelta(hours=2))
    watch.goes_to(visit.starts_at - timedelta(minutes=60))
    assert kinds(session, ticket) == [TaskKind.UNCONFIRMED]
    visits.go(session, tap(world.engineer), visit.id, now=world.now)
    assert kinds(session, ticket) == []


def test_a_picture_is_for_the_nearest_visit_confirmed_or_not(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    world.contractor.engineers = 5
    _, later = agreed(world, now + 2 * DAY)
    _, sooner = agreed(world, now + DAY)
    watch = Watch(world, clock)
    watch.goes_to(sooner.starts_at - timedelta(hours=2))
    confirmations.confirm(session, tap(world.engineer), sooner.id, now=world.now)
    assert proofs._visit_of(session, world.engineer, world.now) is sooner
    assert later.status is VisitStatus.PLANNED


@pytest.mark.parametrize("why", ["cannot be reached", "has left the firm"])
def test_who_cannot_answer_is_not_asked_and_of_the_owners_only_who_can(
    session: Session, now: datetime, clock: HandClock, why: str
) -> None:
    world = make_world(session, now=now)
    firm = world.contractor.id
    man, deaf = (add_person(session, Grant(role, contractor_id=firm), now=now) for role in (Role.ENGINEER, Role.OWNER))
    session.get_one(Person, deaf.person_id).unreachable_at = now
    _, visit = agreed(world, now + 2 * DAY)
    visit.engineer_id = man.person_id
    if why == "cannot be reached":
        session.get_one(Person, man.person_id).unreachable_at = now
    else:
        row = session.scalars(select(Membership).where(Membership.person_id == man.person_id)).one()
        memberships.end(session, tap(world.engineer), row, why="by hand", now=now)
    session.flush()
    Watch(world, clock).goes_to(visit.starts_at - DAY)
    assert [questions(session, one) for one in (man, deaf, world.engineer)] == [0, 0, 1]

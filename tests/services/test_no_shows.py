"""Nobody came: "where are you?", what the crew and the desk may answer, and what silence costs."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.errors import Changed, NotAllowed, NotFound
from core.domain.notice import Notice
from core.domain.quality import QualityKind
from core.domain.role import Role
from core.domain.task import TaskKind
from core.domain.ticket import TicketStatus
from core.domain.visit import VisitStatus
from core.services import (
    invariants,
    no_shows,
    substitutes,
    visits,
)
from storage.models.desk import Audit
from storage.models.offer import Offer
from storage.models.people import Person
from storage.models.post import Outbox
from storage.models.quality import QualityEvent
from storage.models.ticket import Ticket
from storage.models.visit import Visit
from tests.clock import HandClock
from tests.make.directories import add_contractor
from tests.make.letters import delivered
from tests.make.people import add_person
from tests.make.tickets import SKILL, World, add_engineer, card_of, make_world, open_tasks, tap
from tests.services.test_moves import agreed

MINUTE = timedelta(minutes=1)
QUARTER = timedelta(minutes=15)


class Watch:
    """The hands of the clock, and what the timetable does at every stop."""

    def __init__(self, world: World, clock: HandClock) -> None:
        self.world, self.clock = world, clock
        #: Whatever is written arrives at once.
        self.is_delivered = True

    def goes_to(self, moment: datetime) -> int:
        self.world.now = self.clock.at = moment
        looked = no_shows.sweep(self.world.session, 50, now=moment)
        if self.is_delivered:
            delivered(self.world.session, now=moment)
        assert no_shows.sweep(self.world.session, 50, now=moment) == 0, "looked at twice"
        return looked

    def later(self, span: timedelta) -> int:
        return self.goes_to(self.world.now + span)


def begun(session: Session, now: datetime, clock: HandClock) -> tuple[World, Watch, Ticket, Visit]:
    """An agreed window tomorrow, and a second firm nearby."""
    world = make_world(session, now=now)
    add_engineer(session, add_contractor(session, skills=[SKILL], lat=55.9), now=now)
    ticket, visit = agreed(world)
    return world, Watch(world, clock), ticket, visit


def asked(session: Session, now: datetime, clock: HandClock) -> tuple[World, Watch, Ticket, Visit]:
    """The window is over and "where are you?" was asked."""
    world, watch, ticket, visit = begun(session, now, clock)
    assert watch.goes_to(visit.ends_at + QUARTER) == 1
    assert visit.where_asked_at == world.now
    return world, watch, ticket, visit


def rung(session: Session, actor: Actor, notice: Notice) -> int:
    rows = select(Outbox.id).where(Outbox.person_id == actor.person_id, Outbox.notice == notice)
    return len(session.scalars(rows).all())


def kinds(session: Session, ticket: Ticket) -> list[TaskKind]:
    return [task.kind for task in open_tasks(session, ticket)]


def events(session: Session, visit: Visit) -> list[str]:
    rows = select(Audit.event).where(Audit.entity == "visit", Audit.entity_id == visit.id).order_by(Audit.id)
    return list(session.scalars(rows))


def strikes(session: Session) -> list[tuple[QualityKind, int]]:
    heavy = (QualityKind.BACK_OUT, QualityKind.NO_SHOW)
    rows = session.scalars(select(QualityEvent).where(QualityEvent.kind.in_(heavy)).order_by(QualityEvent.id))
    return [(row.kind, row.weight_milli) for row in rows]


def sound(session: Session, world: World) -> None:
    assert invariants.violations(session, now=world.now) == []


def test_a_quarter_of_an_hour_after_the_window_he_is_asked_once(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world, watch, ticket, visit = begun(session, now, clock)
    assert visit.watch_at == visit.ends_at + QUARTER
    assert watch.goes_to(visit.ends_at + QUARTER - timedelta(seconds=1)) == 0
    assert watch.goes_to(visit.ends_at + QUARTER) == 1
    assert rung(session, world.engineer, Notice.WHERE_ARE_YOU) == 1
    card = card_of(world, world.engineer, ticket)
    assert (card.watched.is_asked, visit.watch_at, ticket.status) == (
        True,
        world.now + QUARTER,
        TicketStatus.ASSIGNED,
    )
    assert watch.later(QUARTER - timedelta(seconds=1)) == 0
    sound(session, world)


def test_silence_is_a_no_show_and_the_search_begins_anew_without_the_firm(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world, watch, ticket, visit = asked(session, now, clock)
    round_before = ticket.round
    assert watch.later(QUARTER) == 1

    assert (ticket.status, ticket.contractor_id, ticket.round) == (TicketStatus.SEARCHING, None, round_before + 1)
    assert (visit.status, visit.watch_at) == (VisitStatus.DROPPED, None)
    assert strikes(session) == [(QualityKind.NO_SHOW, 3000)]
    event = session.scalars(select(QualityEvent)).one()
    assert (event.contractor_id, event.person_id) == (world.contractor.id, world.engineer.person_id)
    (cause,) = session.scalars(select(Audit).where(Audit.entity == "ticket", Audit.event == "no_show"))
    assert (event.audit_id, cause.data["visit"], cause.data["weight_milli"]) == (cause.id, visit.id, 3000)
    again = session.scalars(select(Offer.contractor_id).where(Offer.round == ticket.round)).all()
    assert again
    assert world.contractor.id not in again
    for actor in (world.engineer, world.requester, world.dispatcher):
        assert rung(session, actor, Notice.NO_SHOW) == 1
    sound(session, world)


@pytest.mark.parametrize("minutes", [15, 30, 60])
def test_another_time_is_told_to_the_client_and_watched_again(
    session: Session, now: datetime, clock: HandClock, minutes: int
) -> None:
    world, watch, ticket, visit = asked(session, now, clock)
    no_shows.eta(session, tap(world.engineer), visit.id, minutes, now=world.now)
    no_shows.eta(session, tap(world.engineer), visit.id, minutes, now=world.now)  # a second tap

    due = world.now + minutes * MINUTE
    assert (visit.status, visit.eta_at, visit.watch_at, visit.where_asked_at) == (
        VisitStatus.EN_ROUTE,
        due,
        due + QUARTER,
        None,
    )
    assert (rung(session, world.requester, Notice.LATE), rung(session, world.requester, Notice.ON_THE_WAY)) == (1, 0)
    assert card_of(world, world.requester, ticket).watched.eta_at == due
    assert watch.goes_to(due + QUARTER - timedelta(seconds=1)) == 0
    visits.arrive_by_word(session, tap(world.engineer), visit.id, now=world.now)
    assert (ticket.status, visit.watch_at) == (TicketStatus.IN_WORK, None)
    assert watch.goes_to(due + QUARTER) == 0
    assert strikes(session) == []
    sound(session, world)


def test_after_two_other_times_the_desk_phones(session: Session, now: datetime, clock: HandClock) -> None:
    world, watch, ticket, visit = asked(session, now, clock)
    for _ in range(2):
        no_shows.eta(session, tap(world.engineer), visit.id, 15, now=world.now)
        assert kinds(session, ticket) == []
        assert visit.watch_at is not None
        assert watch.goes_to(visit.watch_at) == 1
    assert (kinds(session, ticket), visit.watch_at) == ([TaskKind.NOT_COME], None)
    assert rung(session, world.engineer, Notice.WHERE_ARE_YOU) == 2
    assert rung(session, world.dispatcher, Notice.NOT_COME) == 1
    sound(session, world)


def test_the_desk_hears_that_they_come_and_asks_again_when_they_do_not(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world, watch, ticket, visit = by_phone(session, now, clock)
    with pytest.raises(NotAllowed):
        no_shows.will_come(session, tap(world.dispatcher), visit.id, 17, now=world.now)
    no_shows.will_come(session, tap(world.dispatcher), visit.id, 30, now=world.now)
    assert (kinds(session, ticket), rung(session, world.requester, Notice.LATE)) == ([], 1)
    with pytest.raises(Changed):
        no_shows.will_come(session, tap(world.dispatcher), visit.id, 30, now=world.now)
    assert watch.later(timedelta(minutes=45)) == 1
    assert kinds(session, ticket) == [TaskKind.NOT_COME]
    no_shows.came(session, tap(world.dispatcher), visit.id, now=world.now)
    assert kinds(session, ticket) == []
    assert watch.later(timedelta(hours=2)) == 1
    assert kinds(session, ticket) == [TaskKind.NOT_COME]
    sound(session, world)


def by_phone(session: Session, now: datetime, clock: HandClock) -> tuple[World, Watch, Ticket, Visit]:
    """Nobody of the firm is in Telegram: the desk is called at once."""
    world, watch, ticket, visit = begun(session, now, clock)
    session.get_one(Person, world.engineer.person_id).unreachable_at = now
    session.flush()
    assert watch.goes_to(visit.ends_at + QUARTER) == 1
    assert (kinds(session, ticket), visit.watch_at) == ([TaskKind.NOT_COME], None)
    return world, watch, ticket, visit


def test_a_firm_that_cannot_be_asked_is_punished_by_a_person_alone(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world, watch, ticket, visit = by_phone(session, now, clock)
    assert watch.later(timedelta(days=2)) == 0
    assert (ticket.status, strikes(session)) == (TicketStatus.ASSIGNED, [])
    for stranger in (world.engineer, world.requester):
        with pytest.raises(NotFound):
            no_shows.not_coming(session, tap(stranger), visit.id, now=world.now)
    no_shows.not_coming(session, tap(world.dispatcher), visit.id, now=world.now)
    assert (ticket.status, strikes(session)) == (TicketStatus.SEARCHING, [(QualityKind.NO_SHOW, 3000)])
    assert TaskKind.NOT_COME not in kinds(session, ticket)
    sound(session, world)


def test_the_owner_is_asked_where_the_engineer_cannot_be_written_to(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world, watch, _ticket, visit = begun(session, now, clock)
    colleague = add_person(session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=now)
    assert colleague.person_id is not None
    substitutes.name(session, tap(world.engineer), visit.id, colleague.person_id, now=now)
    session.get_one(Person, colleague.person_id).unreachable_at = now
    session.flush()
    watch.goes_to(visit.ends_at + QUARTER)
    assert rung(session, world.engineer, Notice.WHERE_ARE_YOU) == 1
    no_shows.eta(session, tap(world.engineer), visit.id, 15, now=world.now)
    assert visit.status is VisitStatus.EN_ROUTE


def test_i_am_here_leads_to_the_question_where_and_counts_as_an_answer(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world, _watch, ticket, visit = asked(session, now, clock)
    no_shows.here(session, tap(world.engineer), visit.id, now=world.now)
    assert (visit.status, visit.where_asked_at) == (VisitStatus.EN_ROUTE, None)
    assert rung(session, world.engineer, Notice.ASK_PLACE) == 1
    assert rung(session, world.requester, Notice.ON_THE_WAY) == 0
    visits.arrive_by_word(session, tap(world.engineer), visit.id, now=world.now)
    assert ticket.status is TicketStatus.IN_WORK
    assert events(session, visit) == ["where", "go", "here"]
    sound(session, world)


def test_who_sets_out_has_answered(session: Session, now: datetime, clock: HandClock) -> None:
    world, watch, ticket, visit = asked(session, now, clock)
    visits.go(session, tap(world.engineer), visit.id, now=world.now)
    assert (visit.where_asked_at, visit.watch_at) == (None, world.now + QUARTER)
    watch.later(QUARTER)
    assert ticket.status is TicketStatus.ASSIGNED
    sound(session, world)


def test_who_does_not_come_hands_the_job_back_at_the_price_of_a_late_one(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world, watch, _ticket, visit = asked(session, now, clock)
    visits.give_up(session, tap(world.engineer), visit.id, now=world.now)
    assert strikes(session) == [(QualityKind.BACK_OUT, 1000)]
    assert watch.later(QUARTER) == 0
    sound(session, world)


def test_only_the_crew_answers_and_only_while_it_is_asked(session: Session, now: datetime, clock: HandClock) -> None:
    world, watch, _ticket, visit = begun(session, now, clock)
    with pytest.raises(Changed):
        no_shows.eta(session, tap(world.engineer), visit.id, 15, now=now)
    watch.goes_to(visit.ends_at + QUARTER)
    other = add_engineer(session, add_contractor(session, skills=[SKILL], lat=56.0), now=now)
    for stranger in (other, world.requester):
        for act in (lambda who: no_shows.eta(session, tap(who), visit.id, 15, now=world.now),):
            with pytest.raises(NotFound):
                act(stranger)
    with pytest.raises(NotAllowed):
        no_shows.here(session, tap(world.dispatcher), visit.id, now=world.now)
    with pytest.raises(NotAllowed):
        no_shows.eta(session, tap(world.engineer), visit.id, 45, now=world.now)
    watch.later(QUARTER)
    with pytest.raises(Changed):
        no_shows.eta(session, tap(world.engineer), visit.id, 15, now=world.now)

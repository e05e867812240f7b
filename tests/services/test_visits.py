"""The visit: every step once, in its order, from the right phone; a place that fits; and no dead end anywhere."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.errors import (
    Changed,
    LocationForwarded,
    LocationStale,
    NotAllowed,
    NotFound,
    NumberInvalid,
    ProofMissing,
    TooFar,
)
from core.domain.notice import Delivery, Notice
from core.domain.offer import OfferStatus
from core.domain.role import Role
from core.domain.task import TaskKind
from core.domain.ticket import TicketStatus
from core.domain.visit import PresenceKind, VisitOutcome, VisitStatus, VisitStep
from core.services import jobs, offers, reports, visits
from storage.models.desk import Audit
from storage.models.offer import Offer
from storage.models.post import Outbox
from storage.models.ticket import Assignment, Presence, Ticket
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

#: Metres of one degree of latitude.
DEGREE_M = 111_195


def goes(session: Session, world: World, ticket: Ticket) -> Visit:
    visit = visit_of(world, ticket)
    visits.go(session, tap(world.engineer), visit.id, now=world.now)
    return visit


def sends_place(world: World, visit: Visit, metres: float, actor: Actor | None = None, **more: Any) -> None:
    given = {"accuracy_m": None, "sent_at": world.now, "forwarded": False, **more}
    lat = world.site.lat + metres / DEGREE_M
    visits.arrive_by_location(
        world.session, tap(actor or world.engineer), visit.id, lat, world.site.lon, **given, now=world.now
    )


def step_of(world: World, ticket: Ticket) -> VisitStep | None:
    step: VisitStep | None = card_of(world, world.engineer, ticket).step
    return step


def told(session: Session, actor: Actor, notice: Notice) -> list[Delivery]:
    rows = select(Outbox.delivery).where(Outbox.person_id == actor.person_id, Outbox.notice == notice)
    return list(session.scalars(rows.order_by(Outbox.id)))


def test_every_step_shows_one_screen_after_the_other(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    seen = [step_of(world, ticket)]
    visit = goes(session, world, ticket)
    seen.append(step_of(world, ticket))
    sends_place(world, visit, 10)
    seen.append(step_of(world, ticket))
    visits.begin_work(session, tap(world.engineer), visit.id, now=now)
    seen.append(step_of(world, ticket))
    shoot(world)
    visits.before_done(session, tap(world.engineer), visit.id, now=now)
    seen.append(step_of(world, ticket))
    shoot(world)
    visits.after_done(session, tap(world.engineer), visit.id, now=now)
    seen.append(step_of(world, ticket))
    reports.send(session, tap(world.engineer), visit.id, now=now)

    assert seen == [
        VisitStep.GO,
        VisitStep.ARRIVE,
        VisitStep.START,
        VisitStep.BEFORE,
        VisitStep.AFTER,
        VisitStep.REPORT,
    ]
    assert step_of(world, ticket) is None
    assert (visit.status, visit.outcome) == (VisitStatus.LEFT, VisitOutcome.DONE)
    assert ticket.status is TicketStatus.REPORTED


def test_setting_out_tells_the_client_and_asks_for_the_place(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    goes(session, world, bring(world, TicketStatus.ASSIGNED))

    assert told(session, world.requester, Notice.ON_THE_WAY) == [Delivery.NEW]
    assert told(session, world.engineer, Notice.ASK_PLACE) == [Delivery.NEW]


def test_a_repeated_tap_moves_nothing(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    visit = goes(session, world, ticket)
    goes(session, world, ticket)
    sends_place(world, visit, 10)
    version = ticket.version
    sends_place(world, visit, 10)
    visits.arrive_by_word(session, tap(world.engineer), visit.id, now=now)
    visits.begin_work(session, tap(world.engineer), visit.id, now=now)
    visits.begin_work(session, tap(world.engineer), visit.id, now=now + timedelta(minutes=1))

    assert ticket.version == version
    assert visit.work_started_at == now
    assert len(session.scalars(select(Presence)).all()) == 1
    assert len(told(session, world.requester, Notice.ON_THE_WAY)) == 1
    assert open_tasks(session, ticket) == []


@pytest.mark.parametrize("status", [TicketStatus.ASSIGNED, TicketStatus.IN_WORK])
def test_steps_out_of_order_change_nothing(session: Session, now: datetime, status: TicketStatus) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, status)
    visit = visit_of(world, ticket)
    if status is TicketStatus.ASSIGNED:
        with pytest.raises(Changed):
            visits.begin_work(session, tap(world.engineer), visit.id, now=now)
        with pytest.raises(Changed):
            visits.leave(session, tap(world.engineer), visit.id, VisitOutcome.NO_ACCESS, now=now)
    for too_soon in (visits.before_done, visits.after_done):
        with pytest.raises(ProofMissing):
            too_soon(session, tap(world.engineer), visit.id, now=now)
    with pytest.raises((Changed, ProofMissing)):
        reports.send(session, tap(world.engineer), visit.id, now=now)

    assert ticket.status is status
    assert (visit.before_done_at, visit.after_done_at, visit.left_at) == (None, None, None)


def test_a_place_without_having_set_out_counts_as_both(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    sends_place(world, visit_of(world, ticket), 10)

    assert visit_of(world, ticket).en_route_at == now
    assert step_of(world, ticket) is VisitStep.START


@pytest.mark.parametrize(
    ("metres", "accuracy", "near"),
    [
        (0, None, True),
        (199, None, True),
        (202, None, False),
        (240, 50, True),
        (260, 50, False),
        (490, 5_000, True),
        (510, 5_000, False),
    ],
)
def test_the_place_counts_inside_the_radius_widened_by_its_accuracy(
    session: Session, now: datetime, metres: float, accuracy: int | None, near: bool
) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    visit = goes(session, world, ticket)
    if near:
        sends_place(world, visit, metres, accuracy_m=accuracy)
        mark = session.scalars(select(Presence)).one()
        assert (mark.kind, mark.accuracy_m) == (PresenceKind.LOCATION, accuracy)
        assert mark.distance_m == pytest.approx(metres, abs=1)
    else:
        with pytest.raises(TooFar) as refused:
            sends_place(world, visit, metres, accuracy_m=accuracy)
        assert refused.value.distance_m == pytest.approx(metres, abs=1)
        assert step_of(world, ticket) is VisitStep.ARRIVE


def test_a_forwarded_an_old_and_an_impossible_place_are_refused(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    visit = goes(session, world, bring(world, TicketStatus.ASSIGNED))

    with pytest.raises(LocationForwarded):
        sends_place(world, visit, 0, forwarded=True)
    with pytest.raises(LocationStale) as stale:
        sends_place(world, visit, 0, sent_at=now - timedelta(minutes=6))
    assert stale.value.minutes == 6
    for lat in (float("nan"), 91.0):
        with pytest.raises(NumberInvalid):
            visits.arrive_by_location(
                session, tap(world.engineer), visit.id, lat, 0, accuracy_m=1, sent_at=now, forwarded=False, now=now
            )
    assert visit.status is VisitStatus.EN_ROUTE


@pytest.mark.parametrize(
    ("sent_min", "read_min", "here_min"),
    [(3, 3, 3), (7, 60 * 11, 7), (-0.5, 20, 0), (300, 20, 20)],
    ids=["at once", "the bot was down", "dated by another clock", "ahead of our clock"],
)
def test_a_place_counts_from_when_it_was_sent(
    session: Session, now: datetime, clock: HandClock, sent_min: float, read_min: float, here_min: float
) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    visit = goes(session, world, ticket)
    world.now = clock.move(minutes=read_min)
    sends_place(world, visit, 0, sent_at=now + timedelta(minutes=sent_min))

    here = now + timedelta(minutes=here_min)
    assert (visit.on_site_at, session.scalars(select(Presence.at)).one()) == (here, here)
    arrival = session.scalars(select(Audit).where(Audit.event == "arrive")).one()
    assert arrival.at == world.now  # what is written down has its own time
    assert ticket.status is TicketStatus.IN_WORK


def test_a_place_of_before_the_visit_was_agreed_is_no_arrival(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.IN_WORK)
    first = visit_of(world, ticket)
    world.now = clock.move(hours=2)
    visits.leave(session, tap(world.engineer), first.id, VisitOutcome.NO_ACCESS, now=world.now)
    second = goes(session, world, ticket)
    world.now = clock.move(minutes=1)

    with pytest.raises(LocationStale) as stale:
        sends_place(world, second, 0, sent_at=world.now - timedelta(minutes=3))
    assert (stale.value.minutes, second.status) == (3, VisitStatus.EN_ROUTE)


def test_without_a_place_the_word_is_enough_and_the_desk_makes_sure(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    visit = goes(session, world, ticket)
    visits.arrive_by_word(session, tap(world.engineer), visit.id, now=now)

    assert ticket.status is TicketStatus.IN_WORK
    assert session.scalars(select(Presence)).one().kind == PresenceKind.DECLARED
    assert [task.kind for task in open_tasks(session, ticket)] == [TaskKind.UNVERIFIED]
    assert told(session, world.engineer, Notice.ARRIVED) == [Delivery.NEW]


def test_a_visit_is_walked_by_its_engineer_or_an_owner_and_nobody_else(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    colleague = add_person(session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=now)
    rival = add_engineer(session, add_contractor(session, skills=[SKILL]), now=now)
    ticket = send(world)
    take(world, ticket, colleague)
    visit = visit_of(world, ticket)

    for refused in (rival, world.requester):
        with pytest.raises(NotFound):
            visits.go(session, tap(refused), visit.id, now=now)
    with pytest.raises(NotAllowed):
        visits.go(session, tap(world.dispatcher), visit.id, now=now)
    visits.go(session, tap(world.engineer), visit.id, now=now)  # the owner, for a dead phone
    visits.arrive_by_word(session, tap(colleague), visit.id, now=now)

    assert ticket.status is TicketStatus.IN_WORK


@pytest.mark.parametrize(
    "outcome", [VisitOutcome.INCOMPLETE, VisitOutcome.NO_ACCESS, VisitOutcome.NEEDS_PARTS, VisitOutcome.UNSAFE]
)
def test_work_that_was_not_finished_gets_a_next_visit_of_the_same_crew(
    session: Session, now: datetime, outcome: VisitOutcome
) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.IN_WORK)
    first = visit_of(world, ticket)
    visits.leave(session, tap(world.engineer), first.id, outcome, now=now)

    second = visit_of(world, ticket)
    assert (first.status, first.outcome) == (VisitStatus.LEFT, outcome)
    assert (second.number, second.status, second.engineer_id) == (2, VisitStatus.PLANNED, first.engineer_id)
    assert second.starts_at > now
    assert ticket.status is TicketStatus.ASSIGNED
    assert [(task.kind, task.data["outcome"]) for task in open_tasks(session, ticket)] == [(TaskKind.LEFT, outcome)]

    arrive(world, ticket)
    report(world, ticket)
    assert ticket.status is TicketStatus.REPORTED
    assert open_tasks(session, ticket) == []


def test_done_is_no_way_to_leave_without_a_report(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.IN_WORK)

    with pytest.raises(NotAllowed):
        visits.leave(session, tap(world.engineer), visit_of(world, ticket).id, VisitOutcome.DONE, now=now)


@pytest.mark.parametrize("status", [TicketStatus.ASSIGNED, TicketStatus.IN_WORK, TicketStatus.REWORK])
def test_a_job_handed_back_is_offered_to_the_others(session: Session, now: datetime, status: TicketStatus) -> None:
    world = make_world(session, now=now)
    second = add_contractor(session, skills=[SKILL], lat=55.8)
    other = add_engineer(session, second, now=now)
    ticket = bring(world, status)
    visit = visit_of(world, ticket)
    visits.give_up(session, tap(world.engineer), visit.id, now=now)

    assert (ticket.status, ticket.round, ticket.contractor_id) == (TicketStatus.SEARCHING, 2, None)
    assert visit.status is VisitStatus.DROPPED
    assert session.scalars(select(Assignment)).one().ended_at == now
    asked = session.scalars(select(Offer).where(Offer.round == 2)).all()
    assert [(row.contractor_id, row.status) for row in asked] == [(second.id, OfferStatus.SENT)]
    with pytest.raises(Changed):
        visits.go(session, tap(world.engineer), visit.id, now=now)

    offers.accept(session, tap(other), asked[0].id, None, None, now=now)
    assert ticket.status is TicketStatus.ASSIGNED
    assert visit_of(world, ticket).engineer_id == other.person_id


def test_a_job_handed_back_with_nobody_else_waits_for_the_desk(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    visits.give_up(session, tap(world.engineer), visit_of(world, ticket).id, now=now)

    assert ticket.status is TicketStatus.UNSTAFFED
    assert [task.kind for task in open_tasks(session, ticket)] == [TaskKind.UNSTAFFED]


def test_the_phone_of_the_site_is_seen_on_the_day_of_the_visit_only(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    offer = session.scalars(select(Offer)).one()
    offers.accept(session, tap(world.engineer), offer.id, now + timedelta(days=1), None, now=now)

    assert card_of(world, world.engineer, ticket).phone == ""
    world.now = now + timedelta(days=1)
    assert card_of(world, world.engineer, ticket).phone == "+79161234567"


def test_the_lists_of_an_engineer_and_of_an_owner(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    colleague = add_person(session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=now)
    free, taken = send(world), send(world)
    take(world, taken, colleague)

    assert [line.ticket_id for line in jobs.open_jobs(session, colleague, now=now).lines] == [taken.id]
    owners = jobs.open_jobs(session, world.engineer, now=now).lines
    assert [(line.ticket_id, line.is_mine, line.engineer) for line in owners] == [(taken.id, False, colleague.name)]
    assert [line.ticket_id for line in jobs.open_offers(session, colleague, now=now).lines] == [free.id]
    with pytest.raises(NotAllowed):
        jobs.open_jobs(session, world.requester, now=now)


def test_every_step_leaves_its_row_in_the_history(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.REPORTED)
    visit = visit_of(world, ticket)
    rows = session.scalars(select(Audit.event).where(Audit.entity == "visit", Audit.entity_id == visit.id)).all()

    assert rows == ["go", "start", "before", "after"]

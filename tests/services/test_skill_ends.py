"""A document runs out: reminders once per level, the word at the end, and jobs agreed for a day behind it."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Grant
from core.domain.notice import Notice
from core.domain.offer import Exclusion, OfferStatus
from core.domain.role import Role
from core.domain.task import TaskKind
from core.domain.ticket import TicketStatus
from core.services import certificate_checks, guard, history, matching, skill_ends, staffing, tasks, unfit
from storage.models.contractor import ContractorSkill
from storage.models.desk import Audit, Task
from storage.models.directory import Skill
from storage.models.offer import Offer
from storage.models.visit import Visit
from tests.clock import HandClock
from tests.make.directories import add_contractor
from tests.make.papers import learner, letters, skill_row, waiting
from tests.make.people import add_person
from tests.make.tickets import SKILL, World, bring, make_world, send, tap, visit_of
from tests.services.test_put_back import settled


@pytest.fixture
def world(session: Session, now: datetime) -> World:
    return make_world(session, now=now)


def ends_in(world: World, days: int) -> ContractorSkill:
    row = skill_row(world)
    row.valid_until = world.now.date() + timedelta(days=days)
    world.session.flush()
    return row


def sweep(world: World) -> int:
    count = skill_ends.sweep(world.session, 50, now=world.now)
    world.session.expire_all()
    return count


def told(world: World) -> list[tuple[str, int]]:
    rows = world.session.scalars(
        select(Audit)
        .where(Audit.entity == "skill", Audit.event.in_((skill_ends.REMINDED, skill_ends.ENDED)))
        .order_by(Audit.id)
    )
    return [(row.event, row.data["days"]) for row in rows]


def open_alarms(world: World) -> list[Task]:
    query = select(Task).where(Task.kind == TaskKind.EXPIRED_JOB, Task.ended_at.is_(None))
    return list(world.session.scalars(query))


def test_day_by_day_every_level_is_told_once(world: World, clock: HandClock) -> None:
    ends_in(world, 50)
    for _ in range(60):
        while sweep(world):
            pass
        world.now = clock.move(days=1)

    remind = skill_ends.REMINDED
    assert told(world) == [(remind, 45), (remind, 30), (remind, 14), (remind, 7), (remind, 1), (skill_ends.ENDED, -1)]
    assert len(letters(world, Notice.SKILL_ENDS)) == 6


def test_after_downtime_only_the_latest_is_told(world: World, clock: HandClock) -> None:
    ends_in(world, 45)
    assert sweep(world) == 1
    world.now = clock.move(days=39)
    assert [sweep(world), sweep(world)] == [1, 0]
    world.now = clock.move(days=30)
    assert [sweep(world), sweep(world)] == [1, 0]

    assert [days for _, days in told(world)] == [45, 7, -1]


@pytest.mark.parametrize(
    ("left", "pauses", "days"),
    [
        (80, (0, 20, 20, 0, 11, 40), [45, 30, -1]),
        (31, (0, 1, 1, 15, 1, 1), [45, 30, 14]),
        (7, (0, 0, 6, 1, 1), [7, 1, -1]),
        (0, (0, 1, 40), [1, -1]),
        (-30, (0, 30), [-1]),
    ],
)
def test_whenever_somebody_looks_the_latest_level_is_told_and_none_twice(
    world: World, clock: HandClock, left: int, pauses: tuple[int, ...], days: list[int]
) -> None:
    ends_in(world, left)
    for pause in pauses:
        world.now = clock.move(days=pause)
        sweep(world)
        assert sweep(world) == 0
    assert [level for _, level in told(world)] == days


def test_a_new_end_begins_anew(world: World) -> None:
    ends_in(world, -1)
    assert sweep(world) == 1
    ends_in(world, 46)
    assert sweep(world) == 0
    ends_in(world, 45)
    assert sweep(world) == 1
    assert [level for _, level in told(world)] == [-1, 45]


def test_the_day_turns_in_the_zone_of_the_firm(world: World, clock: HandClock) -> None:
    world.contractor.zone = "Asia/Vladivostok"
    ends_in(world, 46)
    world.now = clock.move(hours=6)  # 16:00 in Moscow, 23:00 in Vladivostok
    assert sweep(world) == 0
    world.now = clock.move(hours=2)

    assert sweep(world) == 1


def test_owner_and_engineers_hear_it_when_they_are_awake(world: World, clock: HandClock) -> None:
    colleague = add_person(world.session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=world.now)
    ends_in(world, 20)
    world.now = clock.move(hours=14)
    sweep(world)

    for who in (world.engineer, colleague):
        (letter,) = letters(world, Notice.SKILL_ENDS, who)
        assert letter.not_before > world.now
        assert letter.data == {"skills": [skill_row(world).id]}
    assert letters(world, Notice.SKILL_ENDS, world.dispatcher) == []


def test_a_firm_gets_one_letter_for_all_that_runs_out(world: World) -> None:
    other = Skill(name="Сварка")
    world.session.add(other)
    world.session.flush()
    second = ContractorSkill(contractor_id=world.contractor.id, skill_id=other.id, is_confirmed=True)
    second.valid_until = world.now.date() + timedelta(days=3)
    world.session.add(second)
    first = ends_in(world, 20)
    assert sweep(world) == 2

    (letter,) = letters(world, Notice.SKILL_ENDS)
    assert set(letter.data["skills"]) == {first.id, second.id}


def test_what_is_only_declared_or_of_a_closed_firm_is_told_to_nobody(world: World) -> None:
    row = ends_in(world, 10)
    row.is_confirmed = False
    assert sweep(world) == 0
    row.is_confirmed = True
    world.contractor.is_active = False
    assert sweep(world) == 0


def test_an_end_that_came_with_a_workbook_and_is_long_over_is_silent(world: World) -> None:
    ends_in(world, -46)
    assert sweep(world) == 0
    ends_in(world, -45)
    assert sweep(world) == 1


def test_batches_go_on_where_they_stopped(world: World) -> None:
    for _ in range(5):
        firm = add_contractor(world.session, skills=[SKILL])
        skill_row(world, firm=firm).valid_until = world.now.date() + timedelta(days=7)
    world.session.flush()

    counts = [skill_ends.sweep(world.session, 2, now=world.now) for _ in range(4)]
    assert counts == [2, 2, 1, 0]
    assert skill_ends.sweep(world.session, 2, now=world.now, skip=0) == 0


def test_at_the_end_offers_are_withdrawn_and_the_search_says_why(world: World, clock: HandClock) -> None:
    row = ends_in(world, 1)
    ticket = send(world)
    world.now = clock.move(days=2)
    sweep(world)
    unfit.sweep(world.session, 50, now=world.now)
    world.session.expire_all()

    offer = world.session.scalars(select(Offer).where(Offer.ticket_id == ticket.id)).first()
    assert offer is not None
    assert offer.status is OfferStatus.WITHDRAWN
    again = send(world)
    why = history.why(world.session, world.dispatcher, again.id, now=world.now)
    assert why.excluded == ((Exclusion.SKILL_EXPIRED, 1),)
    assert row.reminded_days == -1


def test_the_end_stops_the_watch(world: World, clock: HandClock) -> None:
    _, row = learner(world, world.now.date() + timedelta(days=1))
    world.now = clock.move(days=2)
    assert sweep(world) == 1

    assert (row.is_confirmed, row.watched_since) == (False, None)
    verdict = matching.verdict(world.session, send(world), row.contractor_id, visit_at=world.now, now=world.now)
    assert verdict[1] is Exclusion.SKILL_UNCONFIRMED


def planned_behind(world: World, days: int) -> Visit:
    """A job was agreed for a day behind the end of the document, which is so many days ahead."""
    visit = visit_of(world, bring(world, TicketStatus.ASSIGNED))
    visit.starts_at += timedelta(days=days + 3)
    visit.ends_at += timedelta(days=days + 3)
    visit.ask_at = visit.starts_at - timedelta(hours=24)
    ends_in(world, days)
    return visit


def test_a_job_behind_the_end_alarms_the_desk_and_the_crew_a_week_before(world: World, clock: HandClock) -> None:
    visit = planned_behind(world, 8)
    sweep(world)
    assert open_alarms(world) == []
    world.now = clock.move(days=1)
    sweep(world)
    sweep(world)

    (task,) = open_alarms(world)
    assert task.ticket_id == visit.ticket_id
    assert len(letters(world, Notice.EXPIRED_JOB)) == 1
    world.now = clock.move(days=6)
    sweep(world)
    assert len(open_alarms(world)) == 1
    assert len(letters(world, Notice.EXPIRED_JOB)) == 1


def test_the_desk_takes_such_a_job_back_or_keeps_it_by_hand(world: World) -> None:
    visit = planned_behind(world, 5)
    sweep(world)
    (task,) = open_alarms(world)
    ticket = world.session.get_one(type(send(world)), visit.ticket_id)
    tasks.end(world.session, tap(world.dispatcher), task.id, "kept", now=world.now)
    assert open_alarms(world) == []
    sweep(world)
    assert open_alarms(world) == []
    staffing.take_back(world.session, tap(world.dispatcher), ticket.id, ticket.version, now=world.now)
    assert ticket.contractor_id is None


def test_a_renewed_document_ends_the_alarm(world: World) -> None:
    planned_behind(world, 5)
    row = skill_row(world)
    sweep(world)
    assert len(open_alarms(world)) == 1
    certificate = waiting(world, row.id)
    certificate_checks.approve(world.session, tap(world.dispatcher), certificate.id, date(2027, 12, 31), now=world.now)

    assert open_alarms(world) == []
    assert sweep(world) == 0


def test_a_nearer_end_alarms_at_once_and_is_not_told_twice(world: World) -> None:
    visit = visit_of(world, bring(world, TicketStatus.ASSIGNED))
    visit.starts_at += timedelta(days=20)
    visit.ends_at += timedelta(days=20)
    visit.ask_at = visit.starts_at - timedelta(hours=24)
    certificate = waiting(world, skill_row(world).id)
    until = world.now.date() + timedelta(days=10)
    certificate_checks.approve(world.session, tap(world.dispatcher), certificate.id, until, now=world.now)

    assert len(open_alarms(world)) == 1
    assert sweep(world) == 0
    assert letters(world, Notice.SKILL_ENDS) == []


def test_no_document_is_over_by_a_time_that_is_in_doubt(world: World, clock: HandClock) -> None:
    _, row = learner(world, world.now.date() + timedelta(days=50))
    since, year = row.watched_since, timedelta(days=365)
    clock.move(days=365)
    guard.doubt(world.session, year, now=world.now + year)
    assert skill_ends.sweep(world.session, 50, now=world.now + year) == 0
    world.now = clock.move(days=-365)
    guard.doubt(world.session, -year, now=world.now)

    assert (told(world), row.watched_since, letters(world, Notice.SKILL_ENDS)) == ([], since, [])
    settled(world.session, world.now)
    world.now = clock.move(days=5)
    assert sweep(world) == 1
    assert told(world) == [(skill_ends.REMINDED, 45)]

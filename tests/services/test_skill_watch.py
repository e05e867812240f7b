"""A declared skill is learnt: jobs under watch by hand, each accepted the first time, and what stops it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.certificate import Refusal
from core.domain.errors import NotQualified
from core.domain.notice import Notice
from core.domain.offer import Exclusion
from core.domain.ticket import TicketStatus
from core.services import acceptances, certificate_checks, matching, papers, reclassify, skill_watch, staffing
from storage.models.contractor import ContractorSkill
from storage.models.desk import Audit
from storage.models.offer import Offer
from storage.models.ticket import Assignment
from tests.clock import HandClock
from tests.make.papers import done, given, learner, letters, skill_row, waiting, walked
from tests.make.tickets import SKILL, World, add_service, make_world, send, tap


@pytest.fixture
def world(session: Session, now: datetime) -> World:
    return make_world(session, now=now)


def count(world: World, row: ContractorSkill) -> int:
    return len(skill_watch.done(world.session, row))


def choices(world: World, ticket_id: int) -> dict[int, tuple[Exclusion | None, bool]]:
    found = staffing.choices(world.session, world.dispatcher, ticket_id, now=world.now)
    return {line.contractor_id: (line.passes, line.is_watched) for line in found.lines}


def test_a_firm_under_watch_gets_no_offers_and_stands_in_the_choices_of_the_desk(world: World) -> None:
    _, row = learner(world)
    ticket = send(world)

    assert row.contractor_id not in world.session.scalars(select(Offer.contractor_id)).all()
    assert choices(world, ticket.id)[row.contractor_id] == (Exclusion.UNDER_WATCH, True)
    verdict = matching.verdict(world.session, ticket, row.contractor_id, visit_at=world.now, now=world.now)
    assert verdict[1] is Exclusion.UNDER_WATCH


def test_a_job_given_by_hand_is_under_watch_and_the_audit_says_so(world: World) -> None:
    _, row = learner(world)
    ticket = given(world, row)

    assignment = world.session.scalars(select(Assignment).where(Assignment.ticket_id == ticket.id)).one()
    assert assignment.under_watch
    trace = world.session.scalars(
        select(Audit).where(Audit.entity == "ticket", Audit.entity_id == ticket.id, Audit.event == "assign")
    ).one()
    assert trace.data == {"by_hand": True, "passed": None, "under_watch": True}


def test_without_a_good_document_not_even_a_hand_gives_the_job(world: World) -> None:
    owner, row = learner(world)
    row.watched_since = None
    world.session.flush()
    assert row.contractor_id not in choices(world, send(world).id)
    with pytest.raises(NotQualified):
        given(world, row)
    assert owner.person_id


def test_a_job_of_a_confirmed_firm_is_not_under_watch(world: World) -> None:
    ticket = send(world)
    staffing.assign(world.session, tap(world.dispatcher), ticket.id, world.contractor.id, now=world.now)

    assert not world.session.scalars(select(Assignment.under_watch).where(Assignment.ticket_id == ticket.id)).one()


def test_after_three_accepted_jobs_the_skill_is_learnt_and_offers_come(world: World) -> None:
    owner, row = learner(world)
    tickets = [done(world, owner, row) for _ in range(2)]
    assert (row.is_confirmed, count(world, row)) == (False, 2)
    assert papers.show(world.session, owner, now=world.now).lines[0].done == 2
    tickets.append(done(world, owner, row))

    assert (row.is_confirmed, row.watched_since) == (True, None)
    trace = world.session.scalars(select(Audit).where(Audit.event == skill_watch.LEARNT)).one()
    assert trace.data["jobs"] == [one.id for one in tickets]
    assert (trace.actor_id, trace.data["certificate"]) == (None, skill_watch.document_of(world.session, row))
    assert [letter.data for letter in letters(world, Notice.SKILL_LEARNT, owner)] == [{"skill": row.id}]
    ticket = send(world)
    offers = world.session.scalars(select(Offer.contractor_id).where(Offer.ticket_id == ticket.id))
    assert row.contractor_id in offers.all()


def test_work_that_had_to_be_done_again_does_not_count(world: World) -> None:
    owner, row = learner(world)
    ticket = given(world, row)
    walked(world, owner, ticket)
    acceptances.wrong(world.session, tap(world.requester), ticket.id, "Мигает", now=world.now)
    acceptances.order_rework(world.session, tap(world.dispatcher), ticket.id, now=world.now)
    done(world, owner, row, ticket)

    assert (ticket.status, count(world, row)) == (TicketStatus.ACCEPTED, 0)


def test_what_is_still_disputed_does_not_count(world: World) -> None:
    owner, row = learner(world)
    ticket = given(world, row)
    walked(world, owner, ticket)
    acceptances.wrong(world.session, tap(world.requester), ticket.id, "Мигает", now=world.now)

    assert count(world, row) == 0


@pytest.mark.parametrize(("reason", "goes_on"), [(Refusal.UNREADABLE, True), (Refusal.FOREIGN, False)])
def test_a_refused_document_stops_the_watch_unless_it_only_cannot_be_read(
    world: World, reason: Refusal, goes_on: bool
) -> None:
    owner, row = learner(world)
    done(world, owner, row)
    certificate = waiting(world, row.id, owner)
    certificate_checks.refuse(world.session, tap(world.dispatcher), certificate.id, reason, now=world.now)

    assert (row.watched_since is not None) is goes_on
    assert count(world, row) == (1 if goes_on else 0)
    traces = world.session.scalars(select(Audit).where(Audit.event == skill_watch.STOPPED)).all()
    assert len(traces) == (0 if goes_on else 1)


def test_the_next_good_document_begins_the_count_anew_and_one_meanwhile_only_prolongs(
    world: World, clock: HandClock
) -> None:
    owner, row = learner(world)
    done(world, owner, row)
    world.now = clock.move(minutes=5)
    certificate = waiting(world, row.id, owner)
    until = world.now.date() + timedelta(days=300)
    certificate_checks.approve(world.session, tap(world.dispatcher), certificate.id, until, now=world.now)
    assert (count(world, row), row.valid_until) == (1, until)
    skill_watch.stop(world.session, tap(world.dispatcher), row, "test", now=world.now)
    again = waiting(world, row.id, owner)
    certificate_checks.approve(world.session, tap(world.dispatcher), again.id, None, now=world.now)

    assert (row.watched_since, count(world, row)) == (world.now, 0)


def test_other_work_of_the_same_crew_is_watched_by_its_own_skill(world: World) -> None:
    _, row = learner(world)
    ticket = given(world, row)
    other = add_service(world.session, "Замена щита", skill=SKILL)
    reclassify.apply(world.session, tap(world.dispatcher), ticket.id, ticket.version, other.id, now=world.now)

    assert ticket.contractor_id == row.contractor_id
    assert world.session.scalars(select(Assignment.under_watch).where(Assignment.ticket_id == ticket.id)).one()


def test_a_skill_that_was_confirmed_otherwise_is_not_learnt_again(world: World) -> None:
    owner, row = learner(world)
    for _ in range(2):
        done(world, owner, row)
    ticket = given(world, row)
    row.is_confirmed = True
    world.session.flush()
    done(world, owner, row, ticket)

    assert world.session.scalars(select(Audit).where(Audit.event == skill_watch.LEARNT)).all() == []
    assert skill_row(world).is_confirmed

"""Who does not agree with a pause says so once, in words; the desk decides, and the deadlines follow."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import texts
from bot.screens import objections as screens
from core.domain.actor import Actor
from core.domain.clock import ClockState, StopReason, Whose
from core.domain.errors import (
    Changed,
    DisputeDecided,
    DisputeGiven,
    NeedsAnother,
    NotAllowed,
    NotFound,
    ObjectionLate,
    TextEmpty,
    TextTooLong,
)
from core.domain.notice import Delivery, Notice
from core.domain.quality import QualityKind
from core.domain.task import TaskKind
from core.domain.ticket import TicketStatus
from core.services import audit, clock_changes, history, holds, invariants, objections, tickets, visits
from core.services.objections import Verdict
from storage.models.clock import Breach, ClockInterval, Hold
from storage.models.desk import Audit
from storage.models.directory import Contract
from storage.models.post import Outbox
from storage.models.quality import QualityEvent
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make.directories import add_contractor
from tests.make.people import add_dispatcher
from tests.make.promises import later
from tests.make.tickets import SKILL, WHY, World, add_engineer, bring, make_world, open_tasks, tap, visit_of
from tests.services.test_clocks import ARRIVAL, HOUR, RESOLUTION, add_target, clock_of


@pytest.fixture
def world(session: Session, now: datetime) -> World:
    add_target(session)
    return make_world(session, now=now, sla_plan="План")


@pytest.fixture
def judge(world: World) -> Actor:
    return add_dispatcher(world.session, now=world.now)


def paused(
    world: World, clock: HandClock, who: Actor | None = None, reason: StopReason = StopReason.NO_ACCESS, hours: int = 3
) -> Ticket:
    """Taken at 10:00, held for three hours for want of access, and going on again."""
    ticket = bring(world, TicketStatus.ASSIGNED)
    until, who = world.now + hours * HOUR, who or world.engineer
    holds.hold(world.session, tap(who), ticket.id, ticket.version, reason, until, WHY, now=world.now)
    world.now = clock.move(hours=hours)
    holds.sweep(world.session, 50, now=world.now)
    return ticket


def object_(world: World, ticket: Ticket, who: Actor, words: str = "Мы открыли сразу", number: int = 1) -> None:
    objections.object_(world.session, tap(who), ticket.id, number, words, now=world.now)


def decide(world: World, ticket: Ticket, who: Actor, verdict: Verdict, words: str = "") -> None:
    objections.decide(world.session, tap(who), ticket.id, 1, verdict, words, now=world.now)


def whose(world: World) -> set[Whose]:
    """The stretches of the pause and the hold that laid them."""
    rows = world.session.scalars(select(ClockInterval.whose).where(ClockInterval.reason.is_not(None)))
    return {*rows, *world.session.scalars(select(Hold.whose))}


def test_an_objection_that_is_right_makes_the_time_count(world: World, clock: HandClock, judge: Actor) -> None:
    started, ticket = world.now, paused(world, clock)
    assert clock_of(world, ticket, ARRIVAL).due_at == started + 11 * HOUR
    object_(world, ticket, world.requester)
    assert [task.kind for task in open_tasks(world.session, ticket)] == [TaskKind.OBJECTION]

    decide(world, ticket, judge, Verdict.RUNS)
    assert clock_of(world, ticket, ARRIVAL).due_at == started + 8 * HOUR
    assert clock_of(world, ticket, RESOLUTION).due_at == started + 16 * HOUR
    rows = world.session.scalars(select(ClockInterval).where(ClockInterval.reason.is_not(None))).all()
    assert {(row.runs, row.whose, row.is_upheld, row.decided_by) for row in rows} == {
        (True, Whose.CONTRACTOR, True, judge.person_id)
    }
    assert open_tasks(world.session, ticket) == []
    rang = select(Outbox.person_id).where(Outbox.delivery == Delivery.NEW)
    both = [world.requester.person_id, world.engineer.person_id]
    assert world.session.scalars(rang.where(Outbox.notice == Notice.PAUSE_OBJECTED)).all() == both[1:]
    assert world.session.scalars(rang.where(Outbox.notice == Notice.PAUSE_DECIDED)).all() == both


@pytest.mark.parametrize("hours", [3, 7])
def test_a_pause_taken_back_after_the_fact_breaks_the_promise_it_had_saved(
    world: World, clock: HandClock, judge: Actor, hours: int
) -> None:
    """By the crew's fault, also where the visit was planned anew because of it."""
    started, ticket = world.now, paused(world, clock, hours=hours)
    object_(world, ticket, world.requester)
    world.now = clock.move(hours=19 - 10 - hours)  # 19:00: due at 18:00 without the pause, later with it
    assert world.session.scalars(select(Breach)).all() == []
    decide(world, ticket, judge, Verdict.RUNS)

    (row,) = world.session.scalars(select(Breach))
    assert (row.at, row.whose, row.contractor_id) == (started + 8 * HOUR, Whose.CONTRACTOR, ticket.contractor_id)


def test_who_paused_has_the_time_that_counts_whoever_has_the_job_when_it_is_decided(
    world: World, clock: HandClock, judge: Actor
) -> None:
    ticket = paused(world, clock)
    object_(world, ticket, world.requester)
    visits.give_up(world.session, tap(world.engineer), visit_of(world, ticket).id, now=world.now)
    assert ticket.contractor_id is None
    decide(world, ticket, judge, Verdict.RUNS)
    assert whose(world) == {Whose.CONTRACTOR}


@pytest.mark.breaks_invariants
def test_a_hold_that_says_otherwise_than_the_desk_decided_is_found(
    world: World, clock: HandClock, judge: Actor
) -> None:
    ticket = paused(world, clock)
    object_(world, ticket, world.requester)
    decide(world, ticket, judge, Verdict.RUNS)
    assert invariants.violations(world.session, now=world.now) == []
    (hold,) = world.session.scalars(select(Hold))
    hold.whose = Whose.CLIENT
    world.session.flush()
    (line,) = invariants.violations(world.session, now=world.now)
    assert line.endswith(f"hold {hold.id} for no_access is nobody's client")


def test_a_pause_of_the_desk_that_was_none_is_ours_and_frees_the_crew(
    world: World, clock: HandClock, judge: Actor
) -> None:
    started, ticket = world.now, paused(world, clock, world.dispatcher, hours=7)
    object_(world, ticket, world.requester)
    world.now = clock.move(hours=2)
    decide(world, ticket, judge, Verdict.RUNS)

    assert whose(world) == {Whose.OURS}
    (row,) = world.session.scalars(select(Breach))
    assert (row.at, row.whose) == (started + 8 * HOUR, Whose.OURS)


def test_a_pause_of_the_crew_that_was_none_frees_it_from_no_other_promise(
    world: World, clock: HandClock, judge: Actor
) -> None:
    """Waiting for parts stops the work alone; the arrival runs on, and its breach was ours while the pause was one."""
    started, ticket = world.now, paused(world, clock, reason=StopReason.CLIENT_PARTS, hours=7)
    later(world, clock, hours=2)
    (row,) = world.session.scalars(select(Breach))
    assert (row.kind, row.at, row.whose) == (ARRIVAL, started + 8 * HOUR, Whose.OURS)
    object_(world, ticket, world.requester)
    decide(world, ticket, judge, Verdict.RUNS)

    world.session.refresh(row)
    assert (row.at, row.whose, row.contractor_id) == (started + 8 * HOUR, Whose.CONTRACTOR, ticket.contractor_id)
    missed = select(QualityEvent.audit_id).where(QualityEvent.kind == QualityKind.MISSED)
    assert world.session.scalars(missed).all() == [row.audit_id]


def test_a_pause_that_was_nobodys_fault_stands_without_one(world: World, clock: HandClock, judge: Actor) -> None:
    started, ticket = world.now, paused(world, clock)
    object_(world, ticket, world.requester)
    decide(world, ticket, judge, Verdict.NOBODY)
    assert clock_of(world, ticket, ARRIVAL).due_at == started + 11 * HOUR
    stood = world.session.scalars(select(ClockInterval.whose).where(ClockInterval.runs.is_(False))).all()
    assert set(stood) == {Whose.NOBODY}


def test_a_refusal_needs_a_word_and_changes_nothing(world: World, clock: HandClock, judge: Actor) -> None:
    started, ticket = world.now, paused(world, clock)
    object_(world, ticket, world.requester)
    with pytest.raises(TextEmpty):
        decide(world, ticket, judge, Verdict.REFUSED, "  ")
    decide(world, ticket, judge, Verdict.REFUSED, "Сторож подтвердил")
    assert clock_of(world, ticket, ARRIVAL).due_at == started + 11 * HOUR
    for who in (world.requester, world.engineer, judge):
        card = objections.card(world.session, who, ticket.id, 1, now=world.now)
        assert "Ответ: Сторож подтвердил" in screens.card(card, texts.load("ru")).text
        assert "Answer: Сторож подтвердил" in screens.card(card, texts.load("en")).text
    facts = world.session.scalars(select(Audit.data).where(Audit.event == objections.DECIDED)).one()
    assert "Сторож" not in str(facts)


def test_once_and_in_words(world: World, clock: HandClock) -> None:
    ticket = paused(world, clock)
    for words, error in (("", TextEmpty), ("я" * 501, TextTooLong)):
        with pytest.raises(error):
            object_(world, ticket, world.requester, words)
    object_(world, ticket, world.requester, "я" * 500)
    with pytest.raises(DisputeGiven):
        object_(world, ticket, world.requester)
    with pytest.raises(NotFound):
        object_(world, ticket, world.requester, number=2)


def test_nobody_objects_to_what_he_said_himself_nor_from_outside(world: World, clock: HandClock) -> None:
    ticket = paused(world, clock)
    for who in (world.engineer, world.dispatcher):
        with pytest.raises(NotAllowed):
            object_(world, ticket, who)
    foreign = make_world(world.session, now=world.now)
    with pytest.raises(NotFound):
        object_(world, ticket, foreign.requester)


def test_a_pause_that_lasts_is_not_objected_to_yet(world: World) -> None:
    ticket = bring(world, TicketStatus.ON_HOLD)
    assert objections.of_ticket(world.session, world.requester, ticket, now=world.now) == ()


def test_another_person_decides_and_of_two_the_second_learns_who_was_faster(
    world: World, clock: HandClock, judge: Actor
) -> None:
    ticket = paused(world, clock, world.dispatcher)
    with pytest.raises(Changed):
        decide(world, ticket, judge, Verdict.RUNS)  # nobody objects
    object_(world, ticket, world.engineer)
    with pytest.raises(NeedsAnother):
        decide(world, ticket, world.dispatcher, Verdict.RUNS)
    with pytest.raises(NotFound):
        decide(world, ticket, world.requester, Verdict.RUNS)
    decide(world, ticket, judge, Verdict.NOBODY)
    with pytest.raises(DisputeDecided):
        decide(world, ticket, judge, Verdict.RUNS)


def test_the_history_shows_each_pause_to_each_side(world: World, clock: HandClock, judge: Actor) -> None:
    ticket = paused(world, clock)
    (seen,) = objections.of_ticket(world.session, world.requester, ticket, now=world.now)
    assert (seen.reason, seen.whose, seen.ends - seen.begins) == (
        StopReason.NO_ACCESS,
        Whose.CLIENT,
        timedelta(hours=3),
    )
    assert (seen.may_object, seen.may_decide) == (True, False)
    object_(world, ticket, world.requester)
    (desk,) = objections.of_ticket(world.session, judge, ticket, now=world.now)
    assert (desk.may_object, desk.may_decide) == (False, True)


def test_a_firm_that_was_only_asked_reads_nothing_of_it(world: World, clock: HandClock, judge: Actor) -> None:
    ticket = paused(world, clock)
    object_(world, ticket, world.requester)
    invited = add_engineer(world.session, add_contractor(world.session, skills=[SKILL]), now=world.now)
    visits.give_up(world.session, tap(world.engineer), visit_of(world, ticket).id, now=world.now)
    decide(world, ticket, judge, Verdict.REFUSED, "Сторож подтвердил")

    def said(who: Actor) -> str:
        told = history.why(world.session, who, ticket.id, now=world.now)
        assert objections.card(world.session, who, ticket.id, 1, now=world.now).pause == told.pauses[0]
        return str((told.pauses, [step.data for step in told.steps]))

    assert "Мы открыли сразу" in said(world.requester)
    assert "Мы открыли сразу" not in said(invited)
    assert "Сторож" not in said(invited)


@pytest.mark.parametrize("how", ["cancelled", "promised no more"])
def test_an_objection_is_right_about_a_promise_that_is_over_without_it(
    world: World, clock: HandClock, judge: Actor, how: str
) -> None:
    """The time counts for what is over as well, and the deadline it was judged by follows."""
    started, ticket = world.now, paused(world, clock)
    world.now = clock.move(hours=6)
    if how == "cancelled":
        tickets.cancel(world.session, tap(world.requester), ticket.id, ticket.version, now=world.now)
    else:
        contract = world.session.scalars(select(Contract)).one()
        contract.sla_plan = ""
        world.session.flush()
        cause = audit.record(world.session, world.dispatcher, "ticket", ticket.id, "replan", now=world.now)
        clock_changes.retarget(world.session, ticket, cause=cause, now=world.now)
    over = clock_of(world, ticket, ARRIVAL)
    assert (over.state, over.judged_due_at) == (ClockState.ENDED, started + 11 * HOUR)
    assert world.session.scalars(select(Breach)).all() == []
    object_(world, ticket, world.requester)
    decide(world, ticket, judge, Verdict.RUNS)

    assert over.judged_due_at == started + 8 * HOUR
    (row,) = world.session.scalars(select(Breach).where(Breach.clock_id == over.id))
    assert (row.at, row.annulled_at) == (started + 8 * HOUR, None)
    assert invariants.violations(world.session, now=world.now) == []


def test_a_pause_is_objected_to_within_its_term_and_the_button_goes_with_it(world: World, clock: HandClock) -> None:
    ticket = paused(world, clock)
    (pause,) = objections.of_ticket(world.session, world.requester, ticket, now=world.now)
    last = pause.ends + timedelta(days=14)
    for at, may in ((last, True), (last + timedelta(seconds=1), False)):
        (seen,) = objections.of_ticket(world.session, world.requester, ticket, now=at)
        assert seen.may_object is may

    world.now = clock.at = last + timedelta(seconds=1)
    with pytest.raises(ObjectionLate) as refused:
        objections.object_(world.session, tap(world.requester), ticket.id, 1, "Было открыто", now=world.now)
    assert refused.value.days == 14
    assert (
        world.session.scalars(select(ClockInterval.objected_at).where(ClockInterval.objected_at.is_not(None))).all()
        == []
    )

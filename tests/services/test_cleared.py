"""What a block rested on: upheld on appeal it counts for nothing any more, lifted by hand it stays in the score."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.block import BlockRule
from core.domain.clock import ClockKind, Whose
from core.domain.defaults import Defaults
from core.domain.notice import Notice
from core.domain.quality import QualityKind
from core.domain.task import TaskKind
from core.services import (
    appeals,
    blacklist,
    block_cards,
    breaches,
    clock_rows,
    ledger,
    limits,
    numbers,
    quality_disputes,
    score,
)
from storage.models.clock import Breach, Clock
from storage.models.contractor import Appeal, Block
from storage.models.desk import Audit
from storage.models.quality import QualityDispute, QualityEvent
from tests.clock import HandClock
from tests.make.blocks import add_manager, begin, block_of, judge, strike
from tests.make.directories import add_contractor
from tests.make.people import add_dispatcher
from tests.make.promises import clock_of, promise, swept
from tests.make.tickets import SKILL, World, add_engineer, send, take, tap
from tests.services.test_limits import blocks_of, company, later, nothing_else_is_broken, notices_of, tasks_of

__all__ = ["nothing_else_is_broken"]

pytestmark = pytest.mark.breaks_invariants
K = QualityKind


def events_of(session: Session) -> list[QualityEvent]:
    return list(session.scalars(select(QualityEvent).order_by(QualityEvent.id)))


def uphold(world: World) -> Appeal:
    block = block_of(world)
    appeals.give(world.session, tap(world.engineer), block.id, "Объект был закрыт", now=world.now)
    row = world.session.scalars(select(Appeal).where(Appeal.block_id == block.id)).one()
    appeals.decide(world.session, tap(world.dispatcher), row.id, True, "", now=world.now)
    return row


def lift(world: World) -> None:
    blacklist.lift(world.session, tap(add_manager(world)), block_of(world).id, "Разобрались", now=world.now)


def test_what_an_upheld_appeal_was_about_counts_no_more_for_score_and_rules(session: Session, clock: HandClock) -> None:
    world, ticket = company(session, clock)
    other = send(world)
    for _ in range(11):
        strike(world, K.ARRIVAL, other)
    before = score.entries(session, world.contractor.id)
    for _ in range(2):
        strike(world, K.NO_SHOW, ticket)
    judge(world)
    assert clears_events(world)
    row = uphold(world)
    gone = [one for one in events_of(session) if one.kind is K.NO_SHOW]
    assert [one.annulled_at for one in gone] == [world.now] * 2
    assert score.entries(session, world.contractor.id) == before
    said = select(Audit).where(Audit.entity == "quality_event", Audit.event == "annul").order_by(Audit.id)
    assert [(one.entity_id, one.actor_id, one.data) for one in session.scalars(said)] == [
        (one.id, world.dispatcher.person_id, {"reason": "appeal"}) for one in gone
    ]
    card = block_cards.appeal(session, world.engineer, row.id, now=world.now)
    assert [one.is_annulled for one in card.block.terms.events] == [True, True]
    # The rules begin anew: one more is half of what limits.
    later(world, clock, days=1)
    strike(world, K.NO_SHOW, ticket)
    judge(world)
    assert len(blocks_of(session)) == 1
    found = ledger.mine(session, world.engineer, now=world.now)
    assert dict((kind, n) for kind, n, _ in found.strikes) == {K.NO_SHOW: 1}
    shown = ledger.event(session, world.engineer, gone[0].id, now=world.now)
    assert (shown.line.is_annulled, shown.line.is_excused, shown.is_cleared) == (True, False, True)


def clears_events(world: World) -> bool:
    """Before anybody decides: whoever upholds it is told that the events go with it."""
    session, block = world.session, block_of(world)
    given = Appeal(block_id=block.id, person_id=world.engineer.person_id, words="Нет", at=world.now, due_at=world.now)
    session.add(given)
    session.flush()
    clears = block_cards.appeal(session, world.dispatcher, given.id, now=world.now).clears > 0
    session.delete(given)
    session.flush()
    return clears


def test_a_block_that_rests_on_no_event_has_none_to_clear(session: Session, clock: HandClock) -> None:
    world, ticket = company(session, clock)
    event = strike(world, K.NO_SHOW, ticket)
    begin(world)
    assert not clears_events(world)
    world.dispatcher = add_dispatcher(session, now=world.now)
    uphold(world)
    assert event.annulled_at is None


def test_what_was_annulled_before_is_left_and_a_waiting_dispute_is_answered(session: Session, clock: HandClock) -> None:
    world, ticket = company(session, clock)
    session.info[numbers.KEY] = Defaults(no_shows=3)
    first, second, third = (strike(world, K.NO_SHOW, ticket) for _ in range(3))
    judge(world)
    for one in (first, second):
        quality_disputes.dispute(session, tap(world.engineer), one.id, "Охрана не пустила", now=world.now)
    quality_disputes.decide(session, tap(world.dispatcher), first.id, True, "", now=world.now)
    decided, told = world.now, notices_of(session, world.engineer, Notice.DISPUTE_DECIDED)
    later(world, clock, hours=1)
    uphold(world)
    assert [one.annulled_at for one in (first, second, third)] == [decided, world.now, world.now]
    given = session.scalars(select(QualityDispute).order_by(QualityDispute.id)).all()
    assert [(one.is_upheld, one.decided_at) for one in given] == [(True, decided), (True, world.now)]
    assert tasks_of(session, TaskKind.SCORE_DISPUTE) == []
    assert notices_of(session, world.engineer, Notice.DISPUTE_DECIDED) == told + 1


def test_a_refused_appeal_leaves_every_event(session: Session, clock: HandClock) -> None:
    world, ticket = company(session, clock)
    for _ in range(2):
        strike(world, K.NO_SHOW, ticket)
    judge(world)
    appeals.give(session, tap(world.engineer), block_of(world).id, "Нет", now=world.now)
    row = session.scalars(select(Appeal)).one()
    appeals.decide(session, tap(world.dispatcher), row.id, False, "Охрана подтвердила", now=world.now)
    assert [one.annulled_at for one in events_of(session)] == [None, None]


def test_a_deadline_found_excused_on_appeal_is_not_held_against_him_when_it_moves(
    session: Session, clock: HandClock
) -> None:
    """As after a dispute: another plan or a holiday moves the deadline, and he is not accused a second time."""
    world = promise(session, now=clock.now())
    add_engineer(session, add_contractor(session, skills=[SKILL], lat=55.9), now=world.now)
    session.info[numbers.KEY] = Defaults(missed_deadlines=1)
    ticket = send(world)
    take(world, ticket)
    world.now = clock.move(hours=3)
    swept(world)
    judge(world)
    assert blocks_of(session)[0][1] is BlockRule.MISSED
    uphold(world)
    row = session.scalars(select(Breach).where(Breach.annulled_at.is_(None), Breach.contractor_id.is_not(None))).all()[
        0
    ]
    clock_id = row.clock_id
    assert (clock_id, world.contractor.id) in quality_disputes.excused(session)
    before = len(events_of(session))
    clock_row = session.get_one(Clock, clock_id)
    for minutes in (10, -10):
        assert clock_row.due_at is not None
        clock_row.target_min += minutes
        clock_row.due_at += timedelta(minutes=minutes)
        session.flush()
        at = row.at
        breaches.recheck(session, clock_row, now=world.now)
        session.refresh(row)
        assert (row.annulled_at, row.at == at) == (None, False)
    assert len(events_of(session)) == before


def test_a_block_lifted_by_hand_leaves_the_score_and_says_that_the_rules_count_it_not(
    session: Session, clock: HandClock
) -> None:
    world, ticket = company(session, clock)
    for _ in range(2):
        strike(world, K.NO_SHOW, ticket)
    kept = score.entries(session, world.contractor.id)
    judge(world)
    later(world, clock, minutes=1)
    lift(world)
    later(world, clock, days=1)
    last = strike(world, K.NO_SHOW, ticket)
    assert len(score.entries(session, world.contractor.id)) == len(kept) + 1
    found = ledger.mine(session, world.engineer, now=world.now)
    assert found.strikes == ((K.NO_SHOW, 1, 60),)
    assert [(one.event_id == last.id, one.is_excused) for one in found.lines] == [
        (True, False),
        (False, True),
        (False, True),
    ]
    card = ledger.event(session, world.engineer, found.lines[1].event_id, now=world.now)
    assert (card.line.is_excused, card.line.is_annulled, card.is_cleared) == (True, False, False)
    judge(world)
    assert len(session.scalars(select(Block)).all()) == 1
    assert limits.lift_annulled(session, 50, now=world.now) == 0


def missed(session: Session, clock: HandClock) -> tuple[World, Clock]:
    """One deadline that led to a limit, against which he appeals."""
    world = promise(session, now=clock.now())
    add_engineer(session, add_contractor(session, skills=[SKILL], lat=55.9), now=world.now)
    session.info[numbers.KEY] = Defaults(missed_deadlines=1)
    ticket = send(world)
    take(world, ticket)
    world.now = clock.move(hours=3)
    swept(world)
    judge(world)
    appeals.give(session, tap(world.engineer), block_of(world).id, "Объект был закрыт", now=world.now)
    return world, clock_of(world, ticket, ClockKind.ARRIVAL)


def decide(world: World) -> None:
    row = world.session.scalars(select(Appeal)).one()
    appeals.decide(world.session, tap(world.dispatcher), row.id, True, "", now=world.now)


def reckon(world: World, row: Clock, minutes: int) -> None:
    """Another plan or a holiday."""
    row.target_min += minutes
    clock_rows.refresh(world.session, row)
    breaches.recheck(world.session, row, now=world.now)


def test_an_appeal_clears_the_strike_that_took_the_place_of_its_own(session: Session, clock: HandClock) -> None:
    world, row = missed(session, clock)
    reckon(world, row, 10)
    assert [one.annulled_at is None for one in events_of(session)] == [False, True]
    decide(world)

    assert [one.annulled_at is None for one in events_of(session)] == [False, False]
    assert (row.id, world.contractor.id) in quality_disputes.excused(session)


def test_an_appeal_is_remembered_of_a_deadline_that_was_not_over_when_it_was_decided(
    session: Session, clock: HandClock
) -> None:
    world, row = missed(session, clock)
    reckon(world, row, 600)
    decide(world)
    reckon(world, row, -590)

    assert [one.annulled_at is None for one in events_of(session)] == [False]
    breach = session.scalars(select(Breach).where(Breach.clock_id == row.id)).one()
    assert (breach.annulled_at, breach.whose) == (None, Whose.CONTRACTOR)


def test_what_was_upheld_before_events_went_with_it_is_no_fault(
    session: Session, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database of the version before."""
    world, _ = missed(session, clock)
    with monkeypatch.context() as before:
        before.setattr(quality_disputes, "clear", lambda *_, **__: None)
        before.setattr(quality_disputes, "CLEARS", "said nothing of it")
        decide(world)
    assert [one.annulled_at for one in events_of(session)] == [None]

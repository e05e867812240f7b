"""Strikes become limits by themselves: once, at no cost of cover, never in masses, and gone with what they rest on."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.block import BlockLevel, BlockRule
from core.domain.defaults import Defaults
from core.domain.notice import Notice
from core.domain.quality import QualityKind
from core.domain.task import TaskKind
from core.services import (
    blacklist,
    block_cards,
    block_requests,
    guard,
    invariants,
    limit_walk,
    limits,
    numbers,
    score,
    tasks,
)
from core.services.invariant_checks.blocks import nothing_waits_unseen
from storage.models.contractor import Block, BlockRequest, Contractor
from storage.models.desk import Audit, Task
from storage.models.post import Outbox
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.databases import counted
from tests.make.blocks import add_manager, block_of, judge, strike
from tests.make.directories import add_contractor
from tests.make.people import add_dispatcher
from tests.make.tickets import SKILL, World, add_engineer, make_world, send, tap

#: Strikes written by hand come from nowhere, of which the auditor of the ledger would complain.
pytestmark = pytest.mark.breaks_invariants
OF_LEDGER = ("71 ", "72 ", "77 ")
K, L, R = QualityKind, BlockLevel, BlockRule
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def nothing_else_is_broken(session: Session, clock: HandClock) -> Iterator[None]:
    yield
    session.info.pop(numbers.KEY, None)
    broken = invariants.violations(session, now=clock.now())
    assert [line for line in broken if not line.startswith(OF_LEDGER)] == []


def company(session: Session, clock: HandClock, *, colleague: bool = True) -> tuple[World, Ticket]:
    """A firm with a job; another firm beside it, so that a block costs nobody his last contractor."""
    world = make_world(session, now=clock.now())
    if colleague:
        add_engineer(session, add_contractor(session, skills=[SKILL]), now=clock.now())
    return world, send(world)


def later(world: World, clock: HandClock, **by: float) -> None:
    world.now = clock.move(**by)


def blocks_of(session: Session) -> list[tuple[BlockLevel, BlockRule]]:
    return [(row.level, row.rule) for row in session.scalars(select(Block).order_by(Block.id))]


def tasks_of(session: Session, kind: TaskKind) -> list[Task]:
    return list(session.scalars(select(Task).where(Task.kind == kind, Task.ended_at.is_(None))))


def notices_of(session: Session, actor: Actor, notice: Notice) -> int:
    rows = select(Outbox).where(Outbox.person_id == actor.person_id, Outbox.notice == notice)
    return len(session.scalars(rows).all())


def test_two_no_shows_limit_the_firm_and_say_on_what_it_rests(session: Session, clock: HandClock) -> None:
    world, ticket = company(session, clock)
    first = strike(world, K.NO_SHOW, ticket, ago=5 * DAY)
    assert judge(world) == 1
    assert blocks_of(session) == []
    second = strike(world, K.NO_SHOW, ticket)
    assert judge(world) == 1
    (block,) = session.scalars(select(Block))
    assert (block.level, block.rule, block.contractor_id) == (L.LIMITED, R.NO_SHOWS, world.contractor.id)
    assert block.ends_at == world.now + 14 * DAY
    assert block.cost == {"sites": 0, "lost": []}
    assert session.get_one(Audit, block.audit_id).data["events"] == [first.id, second.id]
    assert notices_of(session, world.engineer, Notice.BLOCK) == 1


def test_one_no_show_is_a_warning_and_only_once(session: Session, clock: HandClock) -> None:
    world, ticket = company(session, clock)
    strike(world, K.NO_SHOW, ticket)
    judge(world)
    limit_walk.begin(session, 1, now=world.now)
    judge(world)
    assert notices_of(session, world.engineer, Notice.NEAR_LIMIT) == 1
    assert blocks_of(session) == []


def test_the_same_strikes_limit_once_and_the_next_one_suspends(session: Session, clock: HandClock) -> None:
    world, ticket = company(session, clock)
    for _ in range(2):
        strike(world, K.NO_SHOW, ticket)
    judge(world)
    limit_walk.begin(session, 1, now=world.now)
    judge(world)
    assert len(blocks_of(session)) == 1
    later(world, clock, days=15)
    blacklist.sweep(session, 50, now=world.now)
    limit_walk.begin(session, 1, now=world.now)
    judge(world)
    assert blocks_of(session) == [(L.LIMITED, R.NO_SHOWS)]
    strike(world, K.NO_SHOW, ticket)
    judge(world)
    assert blocks_of(session) == [(L.LIMITED, R.NO_SHOWS), (L.SUSPENDED, R.REPEATED)]
    assert block_of(world).ends_at == world.now + 30 * DAY


def test_annulled_events_do_not_count(session: Session, clock: HandClock) -> None:
    world, ticket = company(session, clock)
    strike(world, K.NO_SHOW, ticket).annulled_at = world.now
    strike(world, K.NO_SHOW, ticket)
    judge(world)
    assert blocks_of(session) == []


def test_a_limit_falls_with_the_events_it_rests_on(session: Session, clock: HandClock) -> None:
    world, ticket = company(session, clock)
    events = [strike(world, K.NO_SHOW, ticket) for _ in range(3)]
    judge(world)
    block = block_of(world)
    later(world, clock, days=1)
    events[0].annulled_at = world.now
    session.flush()
    assert limits.lift_annulled(session, 50, now=world.now) == 0  # two are enough by themselves
    events[1].annulled_at = world.now
    session.flush()
    assert limits.lift_annulled(session, 50, now=world.now) == 1
    assert limits.lift_annulled(session, 50, now=world.now) == 0
    session.refresh(block)
    assert (block.ends_at, block.lifted_by, block.lift_reason) == (world.now, None, "annulled")
    assert notices_of(session, world.engineer, Notice.BLOCK) == 2
    # What was lifted does not make the next one a repetition, and its events are excused.
    strike(world, K.NO_SHOW, ticket)
    judge(world)
    assert len(blocks_of(session)) == 1
    strike(world, K.NO_SHOW, ticket)
    judge(world)
    assert blocks_of(session)[1:] == [(L.LIMITED, R.NO_SHOWS)]


def test_a_block_that_costs_cover_waits_for_a_person_who_sees_the_cost(session: Session, clock: HandClock) -> None:
    world, ticket = company(session, clock, colleague=False)
    manager = add_manager(world)
    for _ in range(2):
        strike(world, K.NO_SHOW, ticket)
    judge(world)
    judge(world)
    assert blocks_of(session) == []
    (row,) = session.scalars(select(BlockRequest))
    assert (row.level, row.rule, row.asked_by) == (L.LIMITED, R.NO_SHOWS, None)
    assert row.cost == {"sites": 1, "lost": [[SKILL, "Москва", 1]]}
    (task,) = tasks_of(session, TaskKind.BLOCK_ASKED)
    assert task.data == {"request": row.id, "whom": world.contractor.name}
    assert notices_of(session, manager, Notice.BLOCK_ASKED) == 1
    block_requests.confirm(session, tap(world.dispatcher), row.id, now=world.now)
    assert blocks_of(session) == [(L.LIMITED, R.NO_SHOWS)]
    assert session.get_one(Audit, block_of(world).audit_id).data["events"]
    assert tasks_of(session, TaskKind.BLOCK_ASKED) == []


def test_a_firm_that_was_spared_is_asked_about_again_when_the_limit_would_be_over_and_for_something_new(
    session: Session, clock: HandClock
) -> None:
    def asked() -> int:
        return len(session.scalars(select(BlockRequest)).all())

    world, ticket = company(session, clock, colleague=False)
    for _ in range(2):
        strike(world, K.NO_SHOW, ticket)
    judge(world)
    (row,) = session.scalars(select(BlockRequest))
    block_requests.refuse(session, tap(world.dispatcher), row.id, "Больше некому", now=world.now)
    card = block_cards.request(session, tap(world.dispatcher), row.id, now=world.now)
    assert card.spared_until == world.now + timedelta(days=14)
    later(world, clock, days=13)
    strike(world, K.NO_SHOW, ticket)
    judge(world)
    assert asked() == 1
    later(world, clock, days=1)
    limit_walk.begin(session, 1, now=world.now)
    judge(world)
    assert asked() == 2
    again = session.scalars(select(BlockRequest).where(BlockRequest.id != row.id)).one()
    block_requests.refuse(session, tap(world.dispatcher), again.id, "Больше некому", now=world.now)
    later(world, clock, days=14)
    limit_walk.begin(session, 1, now=world.now)
    judge(world)
    assert asked() == 2  # nothing new has come since


def test_what_a_rule_asked_for_is_dropped_with_its_events(session: Session, clock: HandClock) -> None:
    world, ticket = company(session, clock, colleague=False)
    events = [strike(world, K.NO_SHOW, ticket) for _ in range(2)]
    judge(world)
    events[0].annulled_at = world.now
    session.flush()
    assert limits.lift_annulled(session, 50, now=world.now) == 1
    (row,) = session.scalars(select(BlockRequest))
    session.refresh(row)
    assert (row.decided_at, row.block_id, row.refusal) == (world.now, None, "annulled")
    assert tasks_of(session, TaskKind.BLOCK_ASKED) == []


def test_what_has_been_annulled_is_looked_up_for_all_blocks_and_requests_at_once(
    session: Session, clock: HandClock
) -> None:
    world, ticket = company(session, clock)
    session.info[numbers.KEY] = Defaults(most_limits_a_day=2)

    def look(firms: int) -> tuple[int, int]:
        """So many firms more are judged, the first of them without reason. Statements of a look, and what it lifted."""
        found = [add_contractor(session, skills=[SKILL]) for _ in range(firms)]
        events = [strike(world, K.NO_SHOW, ticket, firm=firm) for firm in found for _ in range(2)]
        judge(world)
        limits.lift_annulled(session, 50, now=world.now)
        with counted(session) as statements:
            assert limits.lift_annulled(session, 50, now=world.now) == 0
        events[0].annulled_at = events[-1].annulled_at = world.now
        session.flush()
        return len(statements), limits.lift_annulled(session, 50, now=world.now)

    assert look(3) == (4, 2)  # the firms, the requests, all blocks of these firms, the events
    assert look(8) == (4, 2)
    del session.info[numbers.KEY]


def test_a_limit_that_was_lifted_today_is_one_of_the_ten(session: Session, clock: HandClock) -> None:
    world, ticket = company(session, clock)
    session.info[numbers.KEY] = Defaults(most_limits_a_day=1)
    one, two, three = (add_contractor(session, skills=[SKILL]) for _ in range(3))
    event, _ = (strike(world, K.NO_SHOW, ticket, firm=one) for _ in range(2))
    judge(world)
    later(world, clock, hours=1)
    event.annulled_at = world.now
    session.flush()
    assert limits.lift_annulled(session, 50, now=world.now) == 1
    for firm in (two, three):
        later(world, clock, hours=12)
        for _ in range(2):
            strike(world, K.NO_SHOW, ticket, firm=firm)
        judge(world)
    assert len(tasks_of(session, TaskKind.BLOCKS_HELD)) == 1  # the second waits, the third comes a day later
    assert len(blocks_of(session)) == 2
    del session.info[numbers.KEY]


def test_more_than_a_day_may_bear_wait_with_one_task(session: Session, clock: HandClock) -> None:
    world, ticket = company(session, clock)
    session.info[numbers.KEY] = Defaults(most_limits_a_day=2)
    firms = [add_contractor(session, skills=[SKILL]) for _ in range(5)]
    for firm in firms:
        for _ in range(2):
            strike(world, K.NO_SHOW, ticket, firm=firm)
    assert judge(world) == 5
    assert blocks_of(session) == [(L.LIMITED, R.NO_SHOWS)] * 2
    waiting = session.scalars(select(BlockRequest).order_by(BlockRequest.id)).all()
    assert [row.contractor_id for row in waiting] == [firm.id for firm in firms[2:]]
    assert len(tasks_of(session, TaskKind.BLOCKS_HELD)) == 1
    assert tasks_of(session, TaskKind.BLOCK_ASKED) == []
    for row in waiting:
        block_requests.confirm(session, tap(world.dispatcher), row.id, now=world.now)
    assert tasks_of(session, TaskKind.BLOCKS_HELD) == []
    assert len(blocks_of(session)) == 5
    late = add_contractor(session, skills=[SKILL])
    for _ in range(2):
        strike(world, K.NO_SHOW, ticket, firm=late)
    later(world, clock, hours=1)
    judge(world)
    assert len(tasks_of(session, TaskKind.BLOCKS_HELD)) == 1, "the same day, and nobody would have seen it"
    assert nothing_waits_unseen(session, now=world.now)[0] == []
    del session.info[numbers.KEY]


def test_nothing_is_judged_while_the_clock_is_doubted(session: Session, clock: HandClock) -> None:
    world, ticket = company(session, clock)
    for _ in range(2):
        strike(world, K.NO_SHOW, ticket)
    guard.doubt(session, timedelta(hours=1), now=world.now)
    assert judge(world) == 0
    (task,) = tasks_of(session, TaskKind.CLOCK_JUMP)
    tasks.end(session, tap(add_manager(world)), task.id, "right", now=world.now)
    assert judge(world) == 1
    assert blocks_of(session) == [(L.LIMITED, R.NO_SHOWS)]


def test_a_low_score_limits_only_after_enough_accepted_jobs(session: Session, clock: HandClock) -> None:
    world, ticket = company(session, clock)
    strike(world, K.ARRIVAL, ticket, weight_milli=0)
    score.keep(session, world.contractor, 40)
    judge(world)
    assert blocks_of(session) == []
    session.info[numbers.KEY] = Defaults(score_jobs=0)
    limit_walk.begin(session, 1, now=world.now)
    judge(world)
    assert blocks_of(session) == [(L.LIMITED, R.SCORE)]
    del session.info[numbers.KEY]


@pytest.mark.parametrize("missed", [2, 3])
def test_missed_deadlines_of_the_last_jobs_limit(session: Session, clock: HandClock, missed: int) -> None:
    world, _ = company(session, clock)
    world.contractor.engineers = 5
    for _ in range(missed):
        strike(world, K.MISSED, send(world))
    judge(world)
    assert blocks_of(session) == ([(L.LIMITED, R.MISSED)] if missed == 3 else [])
    assert notices_of(session, world.engineer, Notice.NEAR_LIMIT) == (1 if missed == 2 else 0)


def test_after_days_of_downtime_everybody_is_judged_once(session: Session, clock: HandClock) -> None:
    world, ticket = company(session, clock)
    firms = [add_contractor(session, skills=[SKILL]) for _ in range(8)]
    for firm in firms:
        for _ in range(2):
            strike(world, K.NO_SHOW, ticket, firm=firm)
    later(world, clock, days=3)
    assert judge(world) == 8
    assert judge(world) == 0
    assert len(blocks_of(session)) == 8
    later(world, clock, hours=2)
    assert judge(world) == 0
    add_dispatcher(session, now=world.now)


def test_the_cost_counts_only_those_who_are_left_for_emergencies(session: Session, clock: HandClock) -> None:
    """The other firm is limited itself: without this one, limited or suspended, no emergency has anybody."""
    from core.services import block_costs

    world, _ = company(session, clock)
    other = session.scalars(select(Contractor).where(Contractor.id != world.contractor.id)).one()
    from tests.make.blocks import begin

    begin(world, L.LIMITED, firm=other)

    def cost(firms: list[int], level: BlockLevel) -> int:
        return block_costs.without(session, firms, level, now=world.now).sites

    assert cost([world.contractor.id], L.LIMITED) == 1
    assert cost([world.contractor.id], L.SUSPENDED) == 1
    assert cost([other.id], L.SUSPENDED) == 0
    assert cost([world.contractor.id, other.id], L.SUSPENDED) == 1

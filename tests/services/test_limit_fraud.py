"""Proven fraud suspends at once: it waits for nobody, costs what it costs, and settles what a rule had asked for."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.block import BlockLevel
from core.domain.defaults import Defaults
from core.domain.notice import Notice
from core.domain.task import TaskKind
from core.services import block_requests, numbers
from storage.models.contractor import BlockRequest
from tests.clock import HandClock
from tests.make.blocks import add_manager, block_of, judge, strike
from tests.make.tickets import SKILL, tap
from tests.services.test_limits import (
    K,
    L,
    R,
    blocks_of,
    company,
    nothing_else_is_broken,
    notices_of,
    tasks_of,
)

__all__ = ["nothing_else_is_broken"]
pytestmark = pytest.mark.breaks_invariants


def test_fraud_suspends_at_once(session: Session, clock: HandClock) -> None:
    world, ticket = company(session, clock)
    strike(world, K.FRAUD, ticket)
    judge(world)
    assert blocks_of(session) == [(L.SUSPENDED, R.FRAUD)]
    judge(world)
    assert len(blocks_of(session)) == 1


def test_fraud_suspends_also_whom_a_person_just_spared_and_whatever_it_costs(
    session: Session, clock: HandClock
) -> None:
    world, ticket = company(session, clock, colleague=False)
    manager = add_manager(world)
    for _ in range(2):
        strike(world, K.NO_SHOW, ticket)
    judge(world)
    (row,) = session.scalars(select(BlockRequest))
    block_requests.refuse(session, tap(world.dispatcher), row.id, "Больше некому", now=world.now)
    strike(world, K.FRAUD, ticket)
    judge(world)
    assert blocks_of(session) == [(L.SUSPENDED, R.FRAUD)]
    assert block_of(world).cost == {"sites": 1, "lost": [[SKILL, "Москва", 1]]}
    assert notices_of(session, manager, Notice.BLOCK) == 1
    assert len(session.scalars(select(BlockRequest)).all()) == 1


@pytest.mark.parametrize("level", [L.LIMITED, L.SUSPENDED])
def test_fraud_settles_what_a_rule_has_asked_for(session: Session, clock: HandClock, level: BlockLevel) -> None:
    world, ticket = company(session, clock, colleague=False)
    for _ in range(2):
        strike(world, K.NO_SHOW, ticket)
    judge(world)
    (row,) = session.scalars(select(BlockRequest))
    row.level = level
    strike(world, K.FRAUD, ticket)
    judge(world)
    assert blocks_of(session) == [(L.SUSPENDED, R.FRAUD)]
    session.refresh(row)
    assert (row.decided_at, row.decided_by, row.refusal) == (world.now, None, "outdone")
    assert tasks_of(session, TaskKind.BLOCK_ASKED) == []
    judge(world)
    assert len(blocks_of(session)) == 1


def test_fraud_is_no_part_of_a_flood(session: Session, clock: HandClock) -> None:
    world, ticket = company(session, clock)
    session.info[numbers.KEY] = Defaults(most_limits_a_day=0)
    strike(world, K.FRAUD, ticket)
    judge(world)
    assert blocks_of(session) == [(L.SUSPENDED, R.FRAUD)]

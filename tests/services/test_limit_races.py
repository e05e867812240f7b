"""Two schedulers judge two firms in one moment: each would be the last the other leaves."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.util import await_only

from core.domain.quality import QualityKind
from core.services import block_costs, limits
from core.services.block_costs import Cost
from storage.db import Database
from storage.models.contractor import Block, BlockRequest
from tests.clock import HandClock
from tests.make.blocks import strike
from tests.make.directories import add_contractor
from tests.make.tickets import SKILL, add_engineer, make_world, send

#: Strikes written by hand come from nowhere, of which the auditor of the ledger would complain.
pytestmark = pytest.mark.breaks_invariants


def two_firms(session: Session, *, now: datetime) -> None:
    world = make_world(session, now=now)
    other = add_contractor(session, skills=[SKILL])
    add_engineer(session, other, now=now)
    ticket = send(world)
    for firm in (world.contractor, other):
        for _ in range(2):
            strike(world, QualityKind.NO_SHOW, ticket, firm=firm)


def decided(session: Session, *, now: datetime) -> tuple[int, list[dict[str, object]]]:
    blocks = session.scalars(select(Block)).all()
    return len(blocks), [row.cost for row in session.scalars(select(BlockRequest))]


async def test_of_two_last_contractors_one_is_limited_and_the_other_asked_about(
    db: Database, database_url: str, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    if db.is_sqlite:
        pytest.skip("one writer after another: nobody counts beside another")
    await db.write(two_firms)
    other = Database.open(database_url, clock)
    together, counted = asyncio.Barrier(2), []
    count: Callable[..., Cost] = block_costs.of

    def at_once(*given: object, **named: object) -> Cost:
        found = count(*given, **named)
        counted.append(found.sites)
        if len(counted) <= 2:
            await_only(together.wait())
        return found

    monkeypatch.setattr(block_costs, "of", at_once)
    await asyncio.gather(db.write(limits.sweep, 1), other.write(limits.sweep, 1))
    await other.close()

    assert counted == [0, 0, 1]  # both thought it cost nothing, and one of them thought again
    assert await db.read(decided) == (1, [{"sites": 1, "lost": [[SKILL, "Москва", 1]]}])

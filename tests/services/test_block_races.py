"""A wave and a block in one instant: whichever is written first, the other knows of it, and nobody stays asked."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.util import await_only

from core.domain.actor import Actor
from core.domain.block import BlockLevel, BlockRule, Subject
from core.domain.offer import OfferStatus, WaveReason
from core.domain.ticket import TicketStatus
from core.services import blacklist, counters, duty, invariants, matching, unfit, waves
from core.services.blacklist import Order
from storage.db import Database
from storage.models.offer import Offer
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make.blocks import NO_COST
from tests.make.tickets import World, make_world, send, tap

OF = pytest.mark.parametrize("of", ["firm", "person"])


@pytest.fixture
async def other(db: Database, database_url: str, clock: HandClock) -> AsyncIterator[Database]:
    if db.is_sqlite:
        pytest.skip("one writer after another: nobody looks beside another")
    second = Database.open(database_url, clock)
    yield second
    await second.close()


def prepare(session: Session, *, now: datetime) -> World:
    counters.outside(session, counters.BLOCK)  # as after the first wave there ever was
    return make_world(session, now=now)


def ask(session: Session, world: World, *, now: datetime) -> int:
    world.session, world.now = session, now
    return send(world).id


def block(session: Session, world: World, of: str, *, now: datetime) -> None:
    """Of the firm, or of the only man it has."""
    whom = Subject(world.contractor.id) if of == "firm" else Subject(None, world.engineer.person_id)
    order = Order(whom, BlockLevel.SUSPENDED, BlockRule.BY_HAND, "Грубость", 14, NO_COST)
    blacklist.begin(session, tap(world.dispatcher), order, now=now)


def statuses(session: Session, *, now: datetime) -> list[OfferStatus]:
    return list(session.scalars(select(Offer.status).order_by(Offer.id)))


def times(monkeypatch: pytest.MonkeyPatch, of: Any, name: str, then: Callable[[int], Any]) -> list[int]:
    """`then` is awaited after each call, with its number."""
    calls, real = [], getattr(of, name)

    def counted(*given: Any, **named: Any) -> Any:
        found = real(*given, **named)
        calls.append(len(calls) + 1)
        await_only(then(calls[-1]))
        return found

    monkeypatch.setattr(of, name, counted)
    return calls


@OF
async def test_a_wave_that_searched_before_a_block_was_written_looks_once_more(
    db: Database, other: Database, monkeypatch: pytest.MonkeyPatch, of: str
) -> None:
    world, searched, blocked = await db.write(prepare), asyncio.Event(), asyncio.Event()

    async def let_the_block_in(number: int) -> None:
        searched.set()
        await blocked.wait()

    async def begins() -> None:
        await searched.wait()
        await other.write(block, world, of)
        blocked.set()

    looks = times(monkeypatch, matching, "search", let_the_block_in)
    await asyncio.gather(db.write(ask, world), begins())
    assert looks == [1, 2]
    assert await db.read(statuses) == []


@OF
async def test_a_block_that_looked_before_a_wave_was_written_comes_after_it_and_is_swept(
    db: Database, other: Database, of: str
) -> None:
    """Its letter is not sent and a yes is refused; the sweep of the next seconds withdraws it."""
    world, looked, asked = await db.write(prepare), asyncio.Event(), asyncio.Event()

    def begin(session: Session, *, now: datetime) -> None:
        assert session.scalar(select(func.count()).select_from(Offer)) == 0
        looked.set()
        await_only(asked.wait())
        block(session, world, of, now=now)

    async def asks() -> int:
        await looked.wait()
        ticket = await db.write(ask, world)
        asked.set()
        return ticket

    ticket_id, _ = await asyncio.gather(asks(), other.write(begin))
    assert await db.read(statuses) == [OfferStatus.SENT]
    assert await db.write(unfit.sweep, 50) == 1
    assert await db.read(statuses) == [OfferStatus.WITHDRAWN]
    assert await db.write(unfit.sweep, 50) == 0
    assert await db.read(invariants.violations) == []

    def status(session: Session, *, now: datetime) -> TicketStatus:
        return session.get_one(Ticket, ticket_id).status

    assert await db.read(status) is TicketStatus.UNSTAFFED


@OF
async def test_a_block_waits_for_the_wave_that_is_being_written(
    db: Database, other: Database, monkeypatch: pytest.MonkeyPatch, of: str
) -> None:
    """What was sent is told before the block began: nobody was asked under it."""
    world, sending = await db.write(prepare), asyncio.Event()

    async def let_the_block_wait(number: int) -> None:
        sending.set()
        await asyncio.sleep(0.3)

    async def begins() -> str:
        await sending.wait()
        await other.write(block, world, of)
        return "blocked"

    times(monkeypatch, duty, "on_duty", let_the_block_wait)
    await asyncio.gather(db.write(ask, world), begins())
    await db.write(unfit.sweep, 50)
    assert OfferStatus.SENT not in await db.read(statuses)
    assert await db.read(invariants.violations) == []


async def test_two_waves_to_one_firm_do_not_hinder_each_other(
    db: Database, other: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await db.write(prepare)
    tickets = [await db.write(ask, world), await db.write(ask, world)]

    def take_back(session: Session, *, now: datetime) -> None:
        for ticket_id in tickets:
            waves.new_version(session, session.get_one(Ticket, ticket_id), now=now)

    def ask_anew(session: Session, ticket_id: int, *, now: datetime) -> None:
        waves.begin_again(session, Actor.system("test"), session.get_one(Ticket, ticket_id), WaveReason.AGAIN, now=now)

    await db.write(take_back)
    together = asyncio.Barrier(2)

    async def meet(number: int) -> None:
        await together.wait()

    rings = times(monkeypatch, duty, "on_duty", meet)
    await asyncio.gather(*(one.write(ask_anew, number) for one, number in zip((db, other), tickets, strict=True)))
    assert rings == [1, 2]
    assert (await db.read(statuses)).count(OfferStatus.SENT) == 2

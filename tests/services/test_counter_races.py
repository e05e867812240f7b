"""A price and everything that may happen in the same second: one outcome, whoever comes first."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.errors import Conflict
from core.domain.offer import OfferStatus
from core.domain.ticket import TicketStatus
from core.services import counter_prices, offers, searches, tickets, waves
from storage.db import Database
from storage.models.offer import Offer
from storage.models.ticket import Assignment, Ticket
from tests.clock import HandClock
from tests.make.directories import add_contractor
from tests.make.people import add_dispatcher
from tests.make.tickets import SKILL, World, add_engineer, make_world, send, tap

RACES = 6
PRICE = 300_000

Act = tuple[Callable[..., Any], tuple[Any, ...]]


class Scene:
    """A ticket with an offer to each of two firms; the first has named a price if `named`."""

    def __init__(self, world: World, other: Actor, other_desk: Actor, named: bool) -> None:
        session, now = world.session, world.now
        self.world, self.other, self.desk, self.other_desk = world, other, world.dispatcher, other_desk
        ticket = send(world)
        self.ticket_id, self.version = ticket.id, ticket.version
        self.first = session.scalars(select(Offer.id).where(Offer.ticket_id == ticket.id)).one()
        if named:
            counter_prices.name_price(session, tap(world.engineer), self.first, PRICE, now=now)
        else:
            waves.ask_next(session, Actor.system("test"), ticket, now=now)
        rows = select(Offer.id).where(Offer.ticket_id == ticket.id, Offer.id != self.first)
        self.second = session.scalars(rows).one()

    def decides(self, yes: bool, actor: Actor | None = None) -> Act:
        return counter_prices.decide, (tap(actor or self.desk), self.first, yes)

    def names(self, actor: Actor, offer: int) -> Act:
        return counter_prices.name_price, (tap(actor), offer, PRICE)


async def scenes(db: Database, number: int = RACES, *, named: bool = True) -> list[Scene]:
    """In one company, whose firms have hands for all of them."""

    def prepare(session: Session, *, now: datetime) -> list[Scene]:
        world = make_world(session, now=now)
        world.contractor.engineers = RACES
        second = add_contractor(session, skills=[SKILL], lat=55.85, lon=37.62, engineers=RACES)
        other, desk = add_engineer(session, second, now=now), add_dispatcher(session, now=now)
        return [Scene(world, other, desk, named) for _ in range(number)]

    return await db.write(prepare)


async def race(db: Database, *acts: Act) -> list[str]:
    async def run(act: Act) -> str:
        try:
            await db.write(act[0], *act[1])
        except Conflict as error:
            return type(error).__name__
        return "done"

    return list(await asyncio.gather(*(run(act) for act in acts)))


async def state(db: Database, scene: Scene) -> tuple[OfferStatus, OfferStatus, TicketStatus, int, int]:
    def read(session: Session, *, now: datetime) -> tuple[OfferStatus, OfferStatus, TicketStatus, int, int]:
        ticket = session.get_one(Ticket, scene.ticket_id)
        held = len(session.scalars(select(Assignment).where(Assignment.ticket_id == ticket.id)).all())
        first, second = (session.get_one(Offer, number).status for number in (scene.first, scene.second))
        return first, second, ticket.status, ticket.contractor_rate_kop, held

    return await db.read(read)


async def test_a_yes_to_a_price_and_a_yes_of_another_in_one_second(db: Database) -> None:
    for one in await scenes(db):
        told = await race(db, one.decides(True), (offers.accept, (tap(one.other), one.second, None, None)))
        assert sorted(told)[1] == "done"
        assert told.count("done") == 1
        first, second, status, rate, held = await state(db, one)
        assert (status, held) == (TicketStatus.ASSIGNED, 1)
        agreed = (OfferStatus.COUNTERED, OfferStatus.LOST, PRICE)
        assert (first, second, rate) in (agreed, (OfferStatus.LOST, OfferStatus.ACCEPTED, 260_000))


async def test_two_dispatchers_say_yes_at_once(db: Database) -> None:
    for one in await scenes(db):
        assert await race(db, one.decides(True), one.decides(True, one.other_desk)) == ["done", "done"]
        assert await state(db, one) == (OfferStatus.COUNTERED, OfferStatus.LOST, TicketStatus.ASSIGNED, PRICE, 1)


async def test_one_dispatcher_says_yes_and_another_no_at_once(db: Database) -> None:
    for one in await scenes(db):
        told = await race(db, one.decides(True), one.decides(False, one.other_desk))
        first, _, status, _, held = await state(db, one)
        if told == ["done", "Changed"]:
            assert (first, status, held) == (OfferStatus.COUNTERED, TicketStatus.ASSIGNED, 1)
        else:
            assert told == ["Changed", "done"]
            assert (first, held) == (OfferStatus.LAPSED, 0)


async def test_a_raise_and_a_price_in_one_second(db: Database) -> None:
    """The raise makes another version: a price named for the old one is withdrawn, or comes too late."""
    for one in await scenes(db, named=False):
        raised = (searches.raise_pay, (tap(one.desk), one.ticket_id, one.version, 10))
        told = await race(db, one.names(one.world.engineer, one.first), raised)
        assert told[1] == "done"
        assert told[0] in ("done", "OfferClosed", "Changed")
        assert (await state(db, one))[0] is OfferStatus.WITHDRAWN


async def test_a_raise_and_a_yes_to_a_price_in_one_second(db: Database) -> None:
    for one in await scenes(db):
        raised = (searches.raise_pay, (tap(one.desk), one.ticket_id, one.version, 10))
        told = await race(db, one.decides(True, one.other_desk), raised)
        first, _, status, rate, held = await state(db, one)
        if told[0] == "done":
            assert (first, status, rate, held) == (OfferStatus.COUNTERED, TicketStatus.ASSIGNED, PRICE, 1)
        else:
            assert told == ["Changed", "done"]
            assert (first, rate, held) == (OfferStatus.WITHDRAWN, 286_000, 0)


@pytest.mark.parametrize("yes", [True, False])
async def test_a_price_expires_in_the_instant_of_the_answer(db: Database, clock: HandClock, yes: bool) -> None:
    found = await scenes(db, 4)
    clock.move(hours=2)
    for one in found:
        told = await race(db, one.decides(yes), (counter_prices.sweep, (1,)))
        assert told[0] in (("CounterExpired", "Changed") if yes else ("done", "Changed"))
        assert (await state(db, one))[0] is OfferStatus.LAPSED


async def test_a_cancellation_and_a_yes_to_a_price_in_one_second(db: Database) -> None:
    for one in await scenes(db):
        cancel = (tickets.cancel, (tap(one.world.requester), one.ticket_id, one.version))
        told = await race(db, one.decides(True), cancel)
        assert told.count("done") == 1
        first, _, status, _, held = await state(db, one)
        ends = ((OfferStatus.COUNTERED, TicketStatus.ASSIGNED, 1), (OfferStatus.WITHDRAWN, TicketStatus.CANCELLED, 0))
        assert (first, status, held) in ends


async def test_two_of_one_firm_name_a_price_at_once(db: Database) -> None:
    for one in await scenes(db, named=False):
        acts = (one.names(one.world.engineer, one.first), one.names(one.world.engineer, one.first))
        told = await race(db, *acts)
        assert sorted(told) == ["CounterGiven", "done"]

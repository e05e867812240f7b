"""Two say yes in one instant, or a wait ends in it: on connections of their own there is one winner, always."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.errors import Changed, OfferClosed, OfferTaken
from core.domain.offer import OfferStatus
from core.domain.ticket import TicketStatus
from core.services import offers, searches, tickets, waves
from storage.db import Database
from storage.models.offer import Offer
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make.directories import add_contractor
from tests.make.tickets import SKILL, World, add_engineer, make_world, send, tap

RACES = 50


def second_firm(world: World, **fields: object) -> Actor:
    """A firm a little farther than the first."""
    firm = add_contractor(world.session, skills=[SKILL], **{"lat": 55.80, "lon": 37.62, **fields})
    return add_engineer(world.session, firm, now=world.now)


def offers_of(session: Session, actor: Actor, *, now: datetime) -> list[int]:
    rows = select(Offer.id).where(Offer.contractor_id.in_(actor.contractor_ids)).order_by(Offer.ticket_id)
    return list(session.scalars(rows))


async def test_of_two_who_say_yes_at_once_one_wins(db: Database, clock: HandClock) -> None:
    """Fifty races on connections of their own; nobody ever sees two winners."""

    def prepare(session: Session, *, now: datetime) -> tuple[Actor, Actor]:
        world = make_world(session, now=now)
        world.contractor.engineers = RACES
        other = second_firm(world, engineers=RACES)
        for _ in range(RACES):
            send(world)
        return world.engineer, other

    async def say_yes(offer_id: int, actor: Actor) -> str:
        try:
            await db.write(offers.accept, tap(actor), offer_id, None, None)
        except OfferTaken:
            return "taken"
        return "won"

    one, two = await db.write(prepare)
    clock.move(minutes=60, seconds=1)
    assert await db.write(waves.sweep, RACES) == RACES
    for mine, theirs in zip(await db.read(offers_of, one), await db.read(offers_of, two), strict=True):
        assert sorted(await asyncio.gather(say_yes(mine, one), say_yes(theirs, two))) == ["taken", "won"]

    def winners(session: Session, *, now: datetime) -> int:
        return len(session.scalars(select(Offer).where(Offer.status == OfferStatus.ACCEPTED)).all())

    assert await db.read(winners) == RACES


async def test_a_wait_that_ends_in_the_instant_of_a_yes_leaves_one_winner(db: Database, clock: HandClock) -> None:
    def prepare(session: Session, *, now: datetime) -> tuple[int, Actor]:
        world = make_world(session, now=now)
        second_firm(world)
        send(world)
        return offers_of(session, world.engineer, now=now)[-1], tap(world.engineer)

    for _ in range(8):
        offer_id, actor = await db.write(prepare)
        clock.move(minutes=60, seconds=1)
        await asyncio.gather(
            db.write(offers.accept, actor, offer_id, None, None),
            db.write(waves.sweep, 50),
        )

        def state(session: Session, *, now: datetime, offer_id: int = offer_id) -> tuple[OfferStatus, TicketStatus]:
            offer = session.get_one(Offer, offer_id)
            return offer.status, session.get_one(Ticket, offer.ticket_id).status

        assert await db.read(state) == (OfferStatus.ACCEPTED, TicketStatus.ASSIGNED)


async def test_a_raise_or_a_cancellation_in_the_instant_of_a_yes_leaves_one_of_them(
    db: Database, clock: HandClock
) -> None:
    """Whoever comes second is told that the job has changed; never is a cancelled job taken or a taken one raised."""

    def prepare(session: Session, *, now: datetime) -> World:
        world = make_world(session, now=now)
        world.contractor.engineers = RACES
        return world

    def begin(session: Session, world: World, *, now: datetime) -> tuple[int, int, int]:
        world.session, world.now = session, now
        ticket = send(world)
        return ticket.id, ticket.version, offers_of(session, world.engineer, now=now)[-1]

    async def act(what: str, fn: Callable[..., None], *args: object) -> str:
        try:
            await db.write(fn, *args)
        except (Changed, OfferTaken, OfferClosed):
            return "late"
        return what

    world = await db.write(prepare)
    for number in range(16):
        ticket_id, version, offer_id = await db.write(begin, world)
        if number % 2:
            rival = act("raised", searches.raise_pay, tap(world.dispatcher), ticket_id, version, 10)
        else:
            rival = act("cancelled", tickets.cancel, tap(world.requester), ticket_id, version)
        yes = act("taken", offers.accept, tap(world.engineer), offer_id, None, None)
        won = set(await asyncio.gather(yes, rival)) - {"late"}

        def state(session: Session, *, now: datetime, ticket_id: int = ticket_id) -> TicketStatus:
            return session.get_one(Ticket, ticket_id).status

        wanted = {"taken": TicketStatus.ASSIGNED, "raised": TicketStatus.SEARCHING, "cancelled": TicketStatus.CANCELLED}
        assert len(won) == 1, f"race {number}"
        assert await db.read(state) == wanted[won.pop()], f"race {number}"

"""The work is changed in the instant in which somebody says yes, sets out, or changes it too: one of them wins."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.errors import DomainError
from core.domain.offer import OfferStatus
from core.domain.ticket import TicketStatus
from core.domain.visit import VisitStatus
from core.services import offers, reclassify, visits
from storage.db import Database
from storage.models.directory import Skill
from storage.models.offer import Offer
from storage.models.ticket import Ticket
from storage.models.visit import Visit
from tests.make.people import add_dispatcher
from tests.make.tickets import World, add_service, bring, make_world, send, tap, visit_of

RACES = 20


async def won(deed: Callable[..., object], db: Database, *args: object) -> bool:
    try:
        await db.write(deed, *args)
    except DomainError:
        return False
    return True


async def staged(db: Database, status: TicketStatus, skill: str) -> tuple[World, Actor, list[Ticket], int]:
    def prepare(session: Session, *, now: datetime) -> tuple[World, Actor, list[Ticket], int]:
        world = make_world(session, now=now)
        world.contractor.engineers = RACES
        if session.scalar(select(Skill.id).where(Skill.name == skill)) is None:
            session.add(Skill(name=skill))
        session.flush()
        made = [send(world) if status is TicketStatus.SEARCHING else bring(world, status) for _ in range(RACES)]
        return world, add_dispatcher(session, now=now), made, add_service(session, "Ремонт щита", skill=skill).id

    return await db.write(prepare)


async def test_of_two_at_the_desk_one_changes_it(db: Database) -> None:
    world, other, made, service_id = await staged(db, TicketStatus.SEARCHING, "Электрика")

    def another(session: Session, *, now: datetime) -> int:
        return add_service(session, "Замена щита").id

    second = await db.write(another)
    for ticket in made:
        args = (ticket.id, ticket.version)
        results = await asyncio.gather(
            won(reclassify.apply, db, tap(world.dispatcher), *args, service_id),
            won(reclassify.apply, db, tap(other), *args, second),
        )
        assert sorted(results) == [False, True]


async def test_a_yes_is_to_the_work_that_was_offered_or_there_is_none(db: Database) -> None:
    world, _, made, service_id = await staged(db, TicketStatus.SEARCHING, "Электрика")
    rates = []
    for ticket in made:
        (offer,) = await db.read(_open_offers, ticket.id)
        yes, changed = await asyncio.gather(
            won(offers.accept, db, tap(world.engineer), offer, None, None),
            won(reclassify.apply, db, tap(world.dispatcher), ticket.id, ticket.version, service_id),
        )
        assert yes is not changed
        after = await db.read(_ticket, ticket.id)
        assert (after.status is TicketStatus.ASSIGNED, after.service_id == service_id) == (yes, changed)
        rates.append(changed)
    assert len(rates) == RACES


@pytest.mark.parametrize("skill", ["Электрика", "Холод"])
async def test_nobody_who_set_out_is_called_back(db: Database, skill: str) -> None:
    world, _, made, service_id = await staged(db, TicketStatus.ASSIGNED, skill)
    for ticket in made:
        visit_id = await db.read(_visit_id, world, ticket)
        went, changed = await asyncio.gather(
            won(visits.go, db, tap(world.engineer), visit_id),
            won(reclassify.apply, db, tap(world.dispatcher), ticket.id, ticket.version, service_id),
        )
        after, visit = await db.read(_ticket, ticket.id), await db.read(_visit, visit_id)
        assert went or changed
        assert (visit.status is VisitStatus.EN_ROUTE) is went
        assert (after.service_id == service_id) is changed
        if skill == "Холод":
            assert went is not changed


def _open_offers(session: Session, ticket_id: int, *, now: datetime) -> list[int]:
    mine = (Offer.ticket_id == ticket_id, Offer.status == OfferStatus.SENT)
    return list(session.scalars(select(Offer.id).where(*mine)))


def _ticket(session: Session, ticket_id: int, *, now: datetime) -> Ticket:
    return session.get_one(Ticket, ticket_id)


def _visit(session: Session, visit_id: int, *, now: datetime) -> Visit:
    return session.get_one(Visit, visit_id)


def _visit_id(session: Session, world: World, ticket: Ticket, *, now: datetime) -> int:
    world.session = session
    return visit_of(world, ticket).id

"""Strikes of the ledger and blocks, by hand and by the rules."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from core.domain.actor import Actor, Grant
from core.domain.block import BlockLevel, BlockRule, Subject
from core.domain.quality import QualityKind
from core.domain.role import Role
from core.services import appeals, audit, blacklist, block_requests, limits, quality
from core.services.blacklist import Order
from core.services.quality import Crew
from storage.models.contractor import Block, BlockRequest, Contractor
from storage.models.quality import QualityEvent
from storage.models.ticket import Assignment, Ticket
from tests.clock import HandClock
from tests.make.directories import add_contractor
from tests.make.people import add_dispatcher, add_person
from tests.make.tickets import World, add_engineer, tap

NO_COST: dict[str, Any] = {"sites": 0, "lost": []}


def add_manager(world: World) -> Actor:
    return add_person(world.session, Grant(Role.MANAGER), now=world.now)


def strike(
    world: World,
    kind: QualityKind,
    ticket: Ticket,
    *,
    firm: Contractor | None = None,
    ago: timedelta = timedelta(),
    weight_milli: int = 1000,
    by: Actor | None = None,
) -> QualityEvent:
    """One event of the ledger, as a visit or a breach would have written it; of a job which the firm had. `by`: who of
    the desk said so, else a machine."""
    session, contractor = world.session, firm or world.contractor
    had = select(Assignment.id).where(Assignment.ticket_id == ticket.id, Assignment.contractor_id == contractor.id)
    if session.scalar(had) is None:
        ended = {"started_at": world.now, "ended_at": world.now, "end_reason": "gave up"}
        session.add(Assignment(ticket_id=ticket.id, contractor_id=contractor.id, over_limit=False, **ended))
    at = world.now - ago
    cause = audit.record(session, by or Actor.system("test"), "quality", ticket.id, kind, now=at)
    row = quality.write(session, kind, weight_milli, Crew(contractor.id, None), ticket, cause=cause, now=at)
    session.flush()
    return row


def judge(world: World) -> int:
    """The tick of the scheduler, until nothing is due."""
    taken = 0
    while some := limits.sweep(world.session, 50, now=world.now):
        taken += some
    return taken


def begin(
    world: World, level: BlockLevel = BlockLevel.SUSPENDED, *, firm: Contractor | None = None, **more: Any
) -> Block:
    """A block as two people have decided it."""
    whom = more.pop("whom", None) or Subject((firm or world.contractor).id, None, more.pop("client_id", None))
    days = more.pop("days", 14)
    order = Order(whom, level, BlockRule.BY_HAND, "Грубость", days, NO_COST, more)
    return blacklist.begin(world.session, tap(world.dispatcher), order, now=world.now)


def propose(
    world: World,
    level: BlockLevel = BlockLevel.SUSPENDED,
    *,
    by: Actor | None = None,
    person: Actor | None = None,
    client_id: int | None = None,
    days: int | None = 30,
    reason: str = "Нагрубил управляющей",
) -> BlockRequest:
    about = (world.contractor.id, person.person_id if person else None, client_id, level, days, reason)
    block_requests.propose(world.session, tap(by or world.dispatcher), *about, now=world.now)
    return world.session.scalars(select(BlockRequest).order_by(BlockRequest.id.desc()).limit(1)).one()


def block_of(world: World) -> Block:
    return world.session.scalars(select(Block).order_by(Block.id.desc()).limit(1)).one()


def limited_firm(world: World, clock: HandClock) -> None:
    """A firm that nobody asks is limited by two people and appeals; a harder block of it waits for the second."""
    session, now = world.session, clock.now()
    firm = add_contractor(session)
    man, second = add_engineer(session, firm, now=now), add_dispatcher(session, now=now)
    for level in (BlockLevel.LIMITED, BlockLevel.SUSPENDED):
        about = (firm.id, None, None, level, 14, "Грубость")
        block_requests.propose(session, tap(world.dispatcher), *about, now=now)
    first = session.scalars(select(BlockRequest.id).order_by(BlockRequest.id).limit(1)).one()
    block_requests.confirm(session, tap(second), first, now=now)
    appeals.give(session, tap(man), block_of(world).id, "Не согласен", now=now)

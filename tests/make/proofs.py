"""Media as it comes from a phone, and tickets that wait for it."""

from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.notice import Delivery, Notice
from core.domain.proof import ProofKind
from core.domain.ticket import TicketStatus
from core.services import proofs, visits
from core.services.proofs import Facts, Incoming
from storage.models.post import Outbox
from storage.models.ticket import Ticket
from storage.models.visit import Proof
from tests.make.tickets import (
    World,
    arrive,
    bring,
    tap,
    visit_of,
)

_numbers = count(100_000)
FACTS = Facts(640, 480, "0f" * 8)


def photo(actor: Actor, now: datetime, **fields: Any) -> Incoming:
    number = next(_numbers)
    given = Incoming(
        kind=ProofKind.PHOTO,
        bot_id=7,
        chat_id=actor.person_id or 0,
        message_id=number,
        file_id=f"f{number}",
        file_unique_id=f"u{number}",
        size=1000,
        file_name="",
        caption="",
        media_group_id=None,
        is_forwarded=False,
        sent_at=now,
    )
    return replace(given, **fields)


def comes(world: World, actor: Actor | None = None, **fields: Any) -> Proof:
    actor = actor or world.engineer
    incoming = photo(actor, world.now, **fields)
    proofs.receive(world.session, tap(actor), incoming, now=world.now)
    return row_of(world.session, incoming)


def row_of(session: Session, incoming: Incoming) -> Proof:
    return session.scalars(select(Proof).where(Proof.message_id == incoming.message_id)).one()


def arrives(world: World, proof: Proof, *, sha256: str = "", facts: Facts | None = FACTS) -> None:
    proofs.stored(world.session, proof.id, sha256 or f"{proof.id:064x}", 1000, facts, now=world.now)


def at_before(world: World, taken: Ticket | None = None) -> Ticket:
    """On a new ticket, or on one that is his already."""
    if taken is not None:
        arrive(world, taken)
    ticket = taken or bring(world, TicketStatus.IN_WORK)
    visits.begin_work(world.session, tap(world.engineer), visit_of(world, ticket).id, now=world.now)
    return ticket


def at_after(world: World, taken: Ticket | None = None) -> Ticket:
    ticket = at_before(world, taken)
    arrives(world, comes(world))
    visits.before_done(world.session, tap(world.engineer), visit_of(world, ticket).id, now=world.now)
    return ticket


def told(session: Session, actor: Actor, notice: Notice) -> list[tuple[Delivery, dict[str, Any]]]:
    rows = session.scalars(
        select(Outbox).where(Outbox.person_id == actor.person_id, Outbox.notice == notice).order_by(Outbox.id)
    )
    return [(row.delivery, row.data) for row in rows]

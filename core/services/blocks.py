"""Blocks in force: a firm or a person who is not asked, everywhere or by one client, from a moment to a moment.

A limit keeps emergencies away, everything above it every offer. A person is known by the row, the phone and the
account, so that a block holds under another firm and in another row too.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.domain.block import STOPS_ALL, BlockLevel
from core.domain.role import CONTRACTOR_ROLES
from core.domain.ticket import Priority
from storage.models.contractor import Block, BlockRequest
from storage.models.people import Membership, Person
from storage.models.ticket import Ticket

Moment = datetime | BindParameter[datetime] | InstrumentedAttribute[datetime]


def live(
    client_id: int | BindParameter[int] | InstrumentedAttribute[int],
    now: Moment,
    levels: Iterable[BlockLevel] = BlockLevel,
) -> ColumnElement[bool]:
    """Everywhere or by this client."""
    return and_(in_force(now, levels), or_(Block.client_id.is_(None), Block.client_id == client_id))


def in_force(now: Moment, levels: Iterable[BlockLevel] = BlockLevel) -> ColumnElement[bool]:
    wanted = tuple(levels)
    spans = and_(Block.starts_at <= now, or_(Block.ends_at.is_(None), Block.ends_at > now))
    return spans if len(wanted) == len(BlockLevel) else and_(spans, Block.level.in_(wanted))


def levels(priority: Priority) -> frozenset[BlockLevel]:
    """Which of them keep such a job away."""
    return frozenset(BlockLevel) if priority is Priority.EMERGENCY else STOPS_ALL


def of_person() -> ColumnElement[bool]:
    """The person of the statement is the one who was blocked, in whatever row."""
    return or_(Block.person_id == Person.id, Block.phone == Person.phone, Block.telegram_id == Person.telegram_id)


def of_firm(contractor_id: int, *, ever: bool = False) -> ColumnElement[bool]:
    """Of the firm, or of somebody who works for it; `ever`: also of who worked for it when the block began."""
    people = select(Block.id).join(Person, of_person()).join(Membership, Membership.person_id == Person.id)
    people = people.where(Block.contractor_id.is_(None), _works_for(contractor_id, Block.starts_at if ever else None))
    return or_(Block.contractor_id == contractor_id, Block.id.in_(people))


def asked_of_firm(contractor_id: int) -> ColumnElement[bool]:
    """A request of a block of the firm, or of somebody who worked for it when it was made."""
    people = select(BlockRequest.id).join(Membership, Membership.person_id == BlockRequest.person_id)
    people = people.where(_works_for(contractor_id, BlockRequest.asked_at))
    return or_(BlockRequest.contractor_id == contractor_id, BlockRequest.id.in_(people))


def _works_for(contractor_id: int, at: InstrumentedAttribute[datetime] | None) -> ColumnElement[bool]:
    """Now, or at that moment."""
    works = and_(Membership.contractor_id == contractor_id, Membership.role.in_(CONTRACTOR_ROLES))
    is_still = Membership.ended_at.is_(None)
    return and_(works, is_still if at is None else or_(is_still, Membership.ended_at > at))


def keeps_person_away(session: Session, person_id: int, ticket: Ticket, *, now: datetime) -> bool:
    """The person is blocked apart from the firm: also under another firm he does not go."""
    found = live(ticket.client_id, now, levels(ticket.priority))
    return session.scalar(_of(person_id).where(found).limit(1)) is not None


def keeping(session: Session, person_id: int, contractor_id: int, ticket: Ticket, *, now: datetime) -> Block | None:
    """Of the person or of the firm, in force, which keeps this job from him the longest."""
    himself = select(Person.id).where(Person.id == person_id, of_person()).exists()
    whose = or_(Block.contractor_id == contractor_id, and_(Block.contractor_id.is_(None), himself))
    found = session.scalars(select(Block).where(whose, live(ticket.client_id, now, levels(ticket.priority)))).all()
    return max(found, key=lambda one: one.ends_at or datetime.max.replace(tzinfo=UTC), default=None)


def is_barred(session: Session, person_id: int, *, now: datetime) -> Block | None:
    """Blocked everywhere for every job: he joins no firm meanwhile."""
    found = and_(in_force(now, STOPS_ALL), Block.client_id.is_(None))
    barred = select(Block).join(Person, of_person()).where(Person.id == person_id, Block.contractor_id.is_(None), found)
    return session.scalars(barred.order_by(Block.id).limit(1)).first()


def _of(person_id: int) -> Any:
    return select(Block.id).join(Person, of_person()).where(Person.id == person_id, Block.contractor_id.is_(None))

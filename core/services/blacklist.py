"""Blocks begin and end. From the second a block begins nobody in it is offered anything: offers out are withdrawn,
and whoever was next is asked, in the same transaction; what stays allowed is up to its level.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.domain import typed
from core.domain.actor import Actor
from core.domain.block import BlockLevel, BlockRule, Subject
from core.domain.errors import Changed, NeedsAnother, NotFound
from core.domain.notice import Notice
from core.domain.offer import Exclusion
from core.domain.role import CONTRACTOR_ROLES, Role
from core.domain.ticket import Priority, TicketStatus
from core.services import audit, block_people, blocks, counters, duty, guard, notices, open_offers, redispatch, unfit
from core.services.rows import moved
from storage.models.contractor import Block
from storage.models.desk import Audit
from storage.models.offer import Offer
from storage.models.people import Membership, Person
from storage.models.ticket import Ticket

REASON_LIMIT = 300
#: Events of the audit's entity "block".
STARTED, LIFTED, ENDED = "start", "lift", "end"
#: An end nobody has told of for so long is told no more.
_TOLD_WITHIN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Order:
    """A block that is to begin; `days` None is without end. `facts` go into its audit row: the events it rests on,
    who asked for it."""

    whom: Subject
    level: BlockLevel
    rule: BlockRule
    reason: str
    days: int | None
    cost: dict[str, Any]
    facts: dict[str, Any] = field(default_factory=dict)


def begin(session: Session, actor: Actor, order: Order, *, now: datetime) -> Block:
    """The row, its audit, the offers withdrawn, agreed jobs given to others and everybody told, in one stroke.

    One block after another: what each costs was counted with all that began before it.
    """
    counters.turn(session, counters.BLOCK)
    whom = order.whom
    person = session.get_one(Person, whom.person_id) if whom.person_id is not None else None
    block = Block(
        contractor_id=whom.contractor_id,
        person_id=whom.person_id,
        client_id=whom.client_id,
        phone=person.phone if person is not None else None,
        telegram_id=person.telegram_id if person is not None else None,
        reason=order.reason,
        level=order.level,
        rule=order.rule,
        starts_at=now,
        ends_at=None if order.days is None else now + timedelta(days=order.days),
        cost=order.cost,
    )
    session.add(block)
    session.flush()
    about = {"contractor": whom.contractor_id, "person": whom.person_id, "client": whom.client_id}
    facts = {**about, "rule": order.rule, **order.facts}
    cause = audit.record(session, actor, "block", block.id, STARTED, now=now, to_state=order.level, data=facts)
    block.audit_id = cause.id
    session.flush()
    _withdraw(session, actor, block, now=now)
    redispatch.of_block(session, block, cause, now=now)
    _tell(session, block, cause, now=now)
    return block


def lift(session: Session, actor: Actor, block_id: int, reason: str, *, now: datetime) -> None:
    """Before its time, by a manager or by a person of the desk who had no part in it, not of the firm, with a reason in
    words.

    Raises NotFound, NeedsAnother, Changed when it is over already.
    """
    block = ensure_may_lift(session, actor, block_id, now=now)
    ended(session, actor, block, typed.words(reason, REASON_LIMIT), now=now, why="by hand")
    cause, data = f"block {block.id} lifted", {"block": block.id}
    notices.reply(session, actor, Notice.BLOCK, cause=cause, now=now, data=data)


def ensure_may_lift(session: Session, actor: Actor, block_id: int, *, now: datetime) -> Block:
    """Raises NotFound, NeedsAnother, Changed."""
    block = _of_desk(session, actor, block_id)
    block_people.ensure_outside(session, actor, block)
    if not actor.has(Role.MANAGER, Role.ADMIN) and actor.person_id in block_people.involved(session, block):
        raise NeedsAnother
    if block.ends_at is not None and block.ends_at <= now:
        raise Changed
    return block


def ended(session: Session, actor: Actor, block: Block, reason: str, *, now: datetime, why: str) -> None:
    """Ends a block that is in force; `why` is a word for the audit. Raises Changed."""
    still = or_(Block.ends_at.is_(None), Block.ends_at > now)
    if not moved(session, block, still, ends_at=now, lifted_by=actor.person_id, lift_reason=reason or why):
        raise Changed
    before = block.level
    cause = audit.record(session, actor, "block", block.id, LIFTED, now=now, from_state=before, data={"why": why})
    _tell(session, block, cause, now=now)


def sweep(session: Session, limit: int, *, now: datetime, skip: int = 0) -> int:
    """Tells those whose block has run out that they are asked again, once; while the time is in doubt nobody knows that
    it has."""
    if guard.is_held(session):
        return 0
    actor = Actor.system("job:blocks")
    told = select(Audit.id).where(
        Audit.entity == "block", Audit.entity_id == Block.id, Audit.event.in_((ENDED, LIFTED))
    )
    over = session.scalars(
        select(Block)
        .where(
            Block.ends_at <= now,
            Block.ends_at > now - _TOLD_WITHIN,
            Block.audit_id.is_not(None),
            ~told.exists(),
        )
        .order_by(Block.ends_at, Block.id)
        .offset(skip)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for block in over:
        cause = audit.record(session, actor, "block", block.id, ENDED, now=now, from_state=block.level)
        _tell(session, block, cause, now=now)
    return len(over)


def _of_desk(session: Session, actor: Actor, block_id: int) -> Block:
    block = session.get(Block, block_id) if actor.is_desk else None
    if block is None:
        raise NotFound
    return block


def _withdraw(session: Session, actor: Actor, block: Block, *, now: datetime) -> None:
    """Open offers of the firm; of a person those of firms that have nobody else who could be asked."""
    firms = [block.contractor_id] if block.contractor_id is not None else _firms(session, block.person_id or 0)
    rows = session.execute(_offers(firms, block)).all()
    why = Exclusion.LIMITED if block.level is BlockLevel.LIMITED else Exclusion.BLOCKED
    for offer, ticket in rows:
        if block.contractor_id is None and _has_others(session, offer, ticket, now=now):
            continue
        unfit.withdraw(session, actor, offer, ticket, why, now=now)


def _offers(firms: Iterable[int], block: Block) -> Any:
    query = (
        select(Offer, Ticket)
        .join(Ticket, Ticket.id == Offer.ticket_id)
        .where(
            Offer.contractor_id.in_(list(firms)),
            open_offers.are_open(),
            Ticket.status.in_((TicketStatus.SEARCHING, TicketStatus.UNSTAFFED)),
        )
        .order_by(Offer.id)
    )
    if block.client_id is not None:
        query = query.where(Ticket.client_id == block.client_id)
    if block.level is BlockLevel.LIMITED:
        query = query.where(Ticket.priority == Priority.EMERGENCY)
    return query


def _has_others(session: Session, offer: Offer, ticket: Ticket, *, now: datetime) -> bool:
    visit_at, levels = max(now, ticket.visit_from or now), blocks.levels(ticket.priority)
    standing = duty.standing(
        session, [offer.contractor_id], ticket.client_id, visit_at=visit_at, now=now, levels=levels
    )
    return offer.contractor_id in standing.reachable


def _firms(session: Session, person_id: int) -> list[int]:
    rows = session.scalars(
        select(Membership.contractor_id).where(
            Membership.person_id == person_id, Membership.role.in_(CONTRACTOR_ROLES), Membership.ended_at.is_(None)
        )
    )
    return sorted({firm for firm in rows if firm is not None})


def _tell(session: Session, block: Block, cause: Audit, *, now: datetime) -> None:
    """The firm or the person, with the owners, and the managers."""
    data, key = {"block": block.id, "event": cause.event}, f"audit {cause.id}"
    people = {*block_people.told(session, block), *(manager.id for manager in notices.managers(session))}
    for person_id in sorted(people - {cause.actor_id}):
        notices.tell(session, person_id, Notice.BLOCK, cause=key, now=now, data=data)

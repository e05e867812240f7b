"""Who has a part in a block: who is told of it, who asked for it and confirmed it, who may speak against it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.role import CONTRACTOR_ROLES, Role
from core.services import blocks, notices
from storage.models.contractor import Appeal, Block, BlockRequest
from storage.models.people import Membership, Person


def told(session: Session, block: Block | BlockRequest) -> list[int]:
    """Everybody of the firm; of a blocked person this one and the owners of the firms he is in."""
    if block.contractor_id is not None:
        return [person.id for person in notices.contractor_people(session, [block.contractor_id])]
    firms = select(Membership.contractor_id).where(
        Membership.person_id == block.person_id, Membership.role.in_(CONTRACTOR_ROLES), Membership.ended_at.is_(None)
    )
    owners = session.scalars(
        select(Membership.person_id).where(
            Membership.contractor_id.in_(firms), Membership.role == Role.OWNER, Membership.ended_at.is_(None)
        )
    )
    himself = rows_of(session, block) if isinstance(block, Block) else {block.person_id or 0}
    return sorted({*owners, *himself})


def rows_of(session: Session, block: Block) -> set[int]:
    """All rows of the blocked person: the same phone or account is the same person."""
    if block.person_id is None:
        return set()
    same = select(Person.id).join(Block, blocks.of_person()).where(Block.id == block.id)
    return set(session.scalars(same))


def managers(session: Session) -> list[int]:
    """In Telegram."""
    held = select(Membership.person_id).where(Membership.role == Role.MANAGER, Membership.ended_at.is_(None))
    rows = select(Person.id).where(Person.id.in_(held), Person.telegram_id.is_not(None))
    return list(session.scalars(rows.order_by(Person.id)))


def involved(session: Session, block: Block) -> frozenset[int]:
    """Who asked for the block and who said yes to it; whom it hits, and who speaks against it: one person may be of
    the desk and of the firm."""
    rows = session.execute(
        select(BlockRequest.asked_by, BlockRequest.decided_by).where(BlockRequest.block_id == block.id)
    )
    appeal = appeal_of(session, block.id)
    hit = {*told(session, block), *([appeal.person_id] if appeal is not None else [])}
    return frozenset(person for row in rows for person in row if person is not None) | hit


def may_appeal(session: Session, actor: Actor, block: Block) -> bool:
    if block.contractor_id is not None:
        return block.contractor_id in actor.contractor_ids
    return actor.person_id in rows_of(session, block)


def appeal_of(session: Session, block_id: int) -> Appeal | None:
    return session.scalars(select(Appeal).where(Appeal.block_id == block_id)).one_or_none()

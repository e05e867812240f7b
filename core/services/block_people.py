"""Who has a part in a block: who is told of it, who asked for it, and who may decide about it.

"Another person" falls back from the dispatchers to the managers and the admins by itself, for all of them are the
desk; an admin who is alone there decides alone, and the audit says so.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.errors import NeedsAnother
from core.domain.role import CONTRACTOR_ROLES, DESK_ROLES, Role
from core.services import blocks, notices
from storage.models.contractor import Appeal, Block, BlockRequest
from storage.models.people import Membership, Person


def told(session: Session, block: Block) -> list[int]:
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
    return sorted({*owners, *rows_of(session, block)})


def rows_of(session: Session, block: Block) -> set[int]:
    """All rows of the blocked person: the same phone or account is the same person."""
    if block.person_id is None:
        return set()
    same = select(Person.id).join(Block, blocks.of_person()).where(Block.id == block.id)
    return set(session.scalars(same))


def managers(session: Session) -> list[int]:
    return _desk(session, {Role.MANAGER})


def involved(session: Session, block: Block) -> frozenset[int]:
    """Who asked for the block and who said yes to it."""
    rows = session.execute(
        select(BlockRequest.asked_by, BlockRequest.decided_by).where(BlockRequest.block_id == block.id)
    )
    return frozenset(person for row in rows for person in row if person is not None)


def decides_alone(session: Session, actor: Actor, parties: frozenset[int]) -> bool:
    """False: another person, as it should be. True: an admin who is the only one. Raises NeedsAnother."""
    if actor.person_id not in parties:
        return False
    others = set(_desk(session, DESK_ROLES)) - parties
    if others or not actor.has(Role.ADMIN):
        raise NeedsAnother
    return True


def may_decide(session: Session, actor: Actor, parties: frozenset[int]) -> bool:
    try:
        decides_alone(session, actor, parties)
    except NeedsAnother:
        return False
    return actor.is_desk


def may_appeal(session: Session, actor: Actor, block: Block) -> bool:
    if block.contractor_id is not None:
        return block.contractor_id in actor.contractor_ids
    return actor.person_id in rows_of(session, block)


def appeal_of(session: Session, block_id: int) -> Appeal | None:
    return session.scalars(select(Appeal).where(Appeal.block_id == block_id)).one_or_none()


def _desk(session: Session, roles: set[Role] | frozenset[Role]) -> list[int]:
    """Live and in Telegram: nobody else could decide anything."""
    return sorted(
        set(
            session.scalars(
                select(Membership.person_id)
                .join(Person, Person.id == Membership.person_id)
                .where(Membership.role.in_(roles), Membership.ended_at.is_(None), Person.telegram_id.is_not(None))
            )
        )
    )

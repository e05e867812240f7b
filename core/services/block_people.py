"""Who has a part in a block: who is told of it, who asked for it and confirmed it, who may speak against it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, select, union
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.errors import NeedsAnother, NotFound
from core.domain.role import CONTRACTOR_ROLES, DESK_ROLES, Role
from core.services import another_person, blocks, notices
from core.services.another_person import Judge
from storage.models.clock import ClockInterval
from storage.models.contractor import Appeal, Block, BlockRequest
from storage.models.desk import Audit
from storage.models.people import Membership, Person
from storage.models.quality import QualityDispute, QualityEvent


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
    himself = _rows_of(session, block) if isinstance(block, Block) else {block.person_id or 0}
    return sorted({*owners, *himself})


def _rows_of(session: Session, block: Block) -> set[int]:
    """All rows of the blocked person: the same phone or account is the same person."""
    if block.person_id is None:
        return set()
    same = select(Person.id).join(Block, blocks.of_person()).where(Block.id == block.id)
    return set(session.scalars(same))


def of_firm(session: Session, block: Block | BlockRequest) -> frozenset[int]:
    """Whom it hits: everybody of the firm; of a person himself in all rows, and everybody of the firms he is in."""
    firms = select(Membership.contractor_id).where(
        Membership.person_id == block.person_id, Membership.role.in_(CONTRACTOR_ROLES), Membership.ended_at.is_(None)
    )
    which = Membership.contractor_id == block.contractor_id
    people = session.scalars(
        select(Membership.person_id).where(
            which if block.contractor_id is not None else Membership.contractor_id.in_(firms),
            Membership.role.in_(CONTRACTOR_ROLES),
            Membership.ended_at.is_(None),
        )
    )
    return frozenset({*people, *told(session, block)})


def ensure_outside(session: Session, actor: Actor, block: Block | BlockRequest) -> None:
    """Nobody of a firm has a say in its blocks, whatever he is at the desk. Raises NeedsAnother."""
    if actor.person_id in of_firm(session, block):
        raise NeedsAnother


def involved(session: Session, block: Block) -> frozenset[int]:
    """Who asked for the block, who said yes to it, and who made or upheld what it rests on; whom it hits, and who
    speaks against it: one person may be of the desk and of the firm."""
    asked = session.execute(
        select(BlockRequest.asked_by, BlockRequest.decided_by).where(BlockRequest.block_id == block.id)
    )
    parties = {person for row in asked for person in row if person is not None}
    facts = session.scalar(select(Audit.data).where(Audit.id == block.audit_id)) or {}
    said = {person for person, _ in settled(session, facts.get("events", ()))}
    return frozenset(parties | said) | _hit(session, block)


def judge(session: Session, actor: Actor, block: Block) -> Judge:
    """May he answer the appeal against it? Where the whole desk took part and nobody stands above it, everybody of it
    who is not of the firm: an appeal never waits for nobody. Raises NotFound, NeedsAnother."""
    parties, hit = involved(session, block), _hit(session, block)
    is_heard = another_person.has_others(session, parties, *DESK_ROLES)
    if is_heard or another_person.has_others(session, hit, *another_person.ABOVE):
        return another_person.judge(session, actor, parties)
    found = another_person.judge(session, actor, hit)
    return Judge(found.role, {"fallback": f"{found.role} alone"})


def confirmer(session: Session, actor: Actor, row: BlockRequest, events: Collection[int]) -> Judge:
    """May he say yes to it? Not who asked; nor who made or settled the events a rule asked by, unless the whole desk
    did. Raises NotFound, NeedsAnother."""
    parties = {row.asked_by or 0} | of_firm(session, row)
    said = {person for person, _ in settled(session, events)}
    is_seen_anew = another_person.has_others(session, parties | said, *DESK_ROLES)
    return another_person.judge(session, actor, parties | said if is_seen_anew else parties)


def may_judge(session: Session, actor: Actor, block: Block) -> bool:
    try:
        judge(session, actor, block)
    except (NeedsAnother, NotFound):
        return False
    return True


def may_appeal(session: Session, actor: Actor, block: Block) -> bool:
    """An owner of the firm, or the blocked person himself: a block is appealed against once."""
    if block.contractor_id is not None:
        return block.contractor_id in actor.owned_contractor_ids
    return actor.person_id in _rows_of(session, block)


def appeal_of(session: Session, block_id: int) -> Appeal | None:
    return session.scalars(select(Appeal).where(Appeal.block_id == block_id)).one_or_none()


def _hit(session: Session, block: Block) -> frozenset[int]:
    appeal = appeal_of(session, block.id)
    return of_firm(session, block) | ({appeal.person_id} if appeal is not None else set())


def settled(session: Session, events: Collection[int]) -> set[tuple[int, datetime]]:
    """Who made these events, who refused to annul them, who decided about the clocks behind them, and when: a rule asks
    nobody, but what it counts was said by people."""
    causes = select(QualityEvent.audit_id).where(QualityEvent.id.in_(events))
    made = select(Audit.actor_id, Audit.at).where(Audit.id.in_(causes))
    # What one cause made is disputed once, at whichever of its events.
    refused = (
        select(QualityDispute.decided_by, QualityDispute.decided_at)
        .join(QualityEvent, QualityEvent.id == QualityDispute.event_id)
        .where(QualityEvent.audit_id.in_(causes), QualityDispute.is_upheld.is_(False))
    )
    clocks = select(Audit.entity_id).where(Audit.id.in_(causes), Audit.entity == "clock")
    paused = select(ClockInterval.decided_by, ClockInterval.decided_at).where(ClockInterval.clock_id.in_(clocks))
    if not events:
        return set()
    said: CompoundSelect[Any] = union(made, refused, paused)
    return {(person_id, at) for person_id, at in session.execute(said) if person_id is not None}

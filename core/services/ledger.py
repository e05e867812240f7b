"""The ledger as it is read: a page of a firm with its score, limits and events, and one event with its dispute.

An owner sees the events of the firm, an engineer his own; the score is the firm's. The desk sees all of it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from core.domain import quality
from core.domain.actor import Actor
from core.domain.block import BlockLevel, BlockRule
from core.domain.clock import ClockKind
from core.domain.errors import DomainError, NotAllowed, NotFound
from core.domain.quality import QualityKind
from core.domain.role import Role
from core.domain.score import Score
from core.services import (
    another_person,
    blocks,
    card_facts,
    contractors,
    names,
    numbers,
    quality_disputes,
    records,
    scope,
    score,
    strikes,
)
from core.services.contractors import SkillLine
from core.services.strikes import Counts
from storage.models.clock import Breach
from storage.models.contractor import Block, Contractor
from storage.models.desk import Audit
from storage.models.directory import Client, Site
from storage.models.people import Person
from storage.models.quality import QualityDispute, QualityEvent
from storage.models.ticket import Ticket


class Disputed(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"  #: the contractor was right
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class EventLine:
    event_id: int
    kind: QualityKind
    weight_milli: int
    at: datetime
    number: str
    #: Of a missed deadline.
    clock: ClockKind | None
    #: Of an arrival: minutes late, or early where negative.
    off_minutes: int
    is_bad: bool
    is_annulled: bool
    #: No rule of the limits counts it any more.
    is_excused: bool
    disputed: Disputed | None


@dataclass(frozen=True, slots=True)
class BlockLine:
    """A limit in force: of the firm, of the reader himself or, as its owners and the desk see it, of one of its people;
    everywhere, or at one client."""

    block_id: int
    level: BlockLevel
    rule: BlockRule
    reason: str
    client: str
    #: Of somebody alone; empty: of the firm.
    person: str
    #: Of the reader alone.
    is_mine: bool
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Ledger:
    contractor_id: int
    name: str
    zone: str
    score: Score
    new_below: int
    #: Minutes before and after the agreed window that are in time.
    early_minutes: int
    late_minutes: int
    strikes: Counts
    blocks: tuple[BlockLine, ...]
    open_disputes: int
    lines: tuple[EventLine, ...]
    total: int
    offset: int
    read_at: datetime
    is_desk: bool
    #: Of an engineer: the events are his own.
    is_own: bool
    #: Of the desk.
    skills: tuple[SkillLine, ...]
    #: Other firms of the reader.
    others: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class DisputeCard:
    person: str
    words: str
    at: datetime
    answer: str
    decided_by: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class HeldTime:
    """Minutes of a missed deadline before the firm said yes, and after."""

    ours_min: int
    theirs_min: int


@dataclass(frozen=True, slots=True)
class EventCard:
    line: EventLine
    held: HeldTime | None
    contractor_id: int
    contractor: str
    engineer: str
    ticket_id: int
    #: There is a card of the ticket for the reader.
    may_open: bool
    zone: str
    #: In which role somebody caused it; who, only for the desk.
    source: Role
    source_name: str
    is_rework: bool
    words: str
    #: It was annulled with a block that was appealed against with success.
    is_cleared: bool
    dispute: DisputeCard | None
    until: datetime
    days: int
    read_at: datetime
    is_desk: bool
    may_dispute: bool
    may_decide: bool
    may_accuse: bool


def mine(session: Session, actor: Actor, *, now: datetime, limit: int = 8) -> Ledger:
    """The first firm of the reader. Raises NotAllowed for who is of none."""
    if not actor.contractor_ids:
        raise NotAllowed
    return page(session, actor, min(actor.contractor_ids), now=now, limit=limit)


def page(
    session: Session, actor: Actor, contractor_id: int, *, now: datetime, offset: int = 0, limit: int = 8
) -> Ledger:
    """Newest first. Raises NotFound: of other firms nobody but the desk sees anything."""
    if not actor.is_desk and contractor_id not in actor.contractor_ids:
        raise NotFound
    firm = scope.find(session, scope.visible_contractors(actor), Contractor.id == contractor_id)
    rules, shown, excused = numbers.of(session), _shown(actor, firm.id), records.excused(session, firm.id)
    total = session.scalar(select(func.count()).select_from(shown.subquery())) or 0
    return Ledger(
        contractor_id=firm.id,
        name=firm.name,
        zone=firm.zone,
        score=score.of(session, firm.id),
        new_below=rules.new_below_jobs,
        early_minutes=rules.early_minutes,
        late_minutes=rules.late_minutes,
        strikes=strikes.counted(session, scope.visible_events(actor), firm.id, excused, now=now),
        blocks=_blocks(session, actor, firm.id, now=now),
        open_disputes=_open_disputes(session, shown),
        lines=_lines(session, excused, shown.offset(offset).limit(limit)),
        total=total,
        offset=offset,
        read_at=now,
        is_desk=actor.is_desk,
        is_own=not actor.is_desk and firm.id not in actor.owned_contractor_ids,
        skills=contractors.skills_of(session, firm.id) if actor.is_desk else (),
        others=() if actor.is_desk else _others(session, actor, firm.id),
    )


def event(session: Session, actor: Actor, event_id: int, *, now: datetime) -> EventCard:
    """Raises NotFound: foreign and missing are answered alike."""
    row = scope.find(session, scope.visible_events(actor), QualityEvent.id == event_id)
    excused = records.excused(session, row.contractor_id)
    (line,) = _lines(session, excused, select(QualityEvent).where(QualityEvent.id == row.id))
    cause, ticket = session.get_one(Audit, row.audit_id), session.get_one(Ticket, row.ticket_id)
    given = session.scalars(select(QualityDispute).where(QualityDispute.event_id == row.id)).one_or_none()
    twin = select(QualityEvent.id).where(QualityEvent.audit_id == row.audit_id, QualityEvent.kind == QualityKind.REWORK)
    return EventCard(
        line=line,
        held=_held(session, row),
        contractor_id=row.contractor_id,
        contractor=session.get_one(Contractor, row.contractor_id).name,
        engineer=names.of(session, row.person_id),
        ticket_id=ticket.id,
        may_open=card_facts.may_open(session, actor, ticket.id),
        zone=session.get_one(Site, ticket.site_id).zone,
        source=cause.actor_role,
        source_name=names.of(session, cause.actor_id) if actor.is_desk else "",
        is_rework=session.scalar(twin) is not None,
        words=row.words,
        is_cleared=line.is_annulled and quality_disputes.is_cleared(session, row.id),
        dispute=_dispute(session, given, is_desk=actor.is_desk),
        until=quality_disputes.until(session, row),
        days=numbers.of(session).dispute_days,
        read_at=now,
        is_desk=actor.is_desk,
        may_dispute=_may_dispute(session, actor, row, now=now),
        may_decide=_may_decide(session, actor, row, given),
        may_accuse=_may_accuse(actor, row),
    )


def _held(session: Session, row: QualityEvent) -> HeldTime | None:
    """While the deadline is the one the event was written for."""
    same = (Breach.ticket_id == row.ticket_id, Breach.audit_id == row.audit_id)
    found = session.execute(select(Breach.ours_min, Breach.theirs_min).where(*same)).one_or_none()
    return HeldTime(*found) if found is not None and row.kind is QualityKind.MISSED else None


def _may_accuse(actor: Actor, row: QualityEvent) -> bool:
    is_outside = row.contractor_id not in actor.contractor_ids
    return is_outside and actor.has(Role.MANAGER, Role.ADMIN) and row.kind is not QualityKind.FRAUD


def _may_dispute(session: Session, actor: Actor, row: QualityEvent, *, now: datetime) -> bool:
    if not quality_disputes.is_party(actor, row):
        return False
    try:
        quality_disputes.ensure_open(session, row, now=now)
    except DomainError:
        return False
    return True


def _may_decide(session: Session, actor: Actor, row: QualityEvent, given: QualityDispute | None) -> bool:
    if given is None or given.decided_at is not None:
        return False
    return another_person.may_judge(session, actor, quality_disputes.involved(session, row, given))


def _dispute(session: Session, given: QualityDispute | None, *, is_desk: bool) -> DisputeCard | None:
    """Who of the desk decided is told to the desk alone."""
    if given is None:
        return None
    decided_by = names.of(session, given.decided_by) if is_desk else ""
    return DisputeCard(
        names.of(session, given.person_id), given.words, given.at, given.answer, decided_by, given.decided_at
    )


def _shown(actor: Actor, contractor_id: int) -> Select[QualityEvent]:
    """Work that had to be done again is one line, though it is both a strike and not accepted the first time."""
    first = aliased(QualityEvent)
    twin = select(first.id).where(first.audit_id == QualityEvent.audit_id, first.kind == QualityKind.FIRST_TIME)
    is_twin = and_(QualityEvent.kind == QualityKind.REWORK, twin.exists())
    return (
        scope.visible_events(actor)
        .where(QualityEvent.contractor_id == contractor_id, ~is_twin)
        .order_by(QualityEvent.at.desc(), QualityEvent.id.desc())
    )


def _lines(session: Session, excused: frozenset[int], shown: Select[QualityEvent]) -> tuple[EventLine, ...]:
    found = shown.subquery()
    row = aliased(QualityEvent, found)
    query = (
        select(row, Ticket.number, Audit.data, QualityDispute.is_upheld, QualityDispute.id)
        .join(Ticket, Ticket.id == row.ticket_id)
        .join(Audit, Audit.id == row.audit_id)
        .outerjoin(QualityDispute, QualityDispute.event_id == row.id)
        .order_by(row.at.desc(), row.id.desc())
    )
    causes = strikes.causes(session, excused)
    return tuple(_line(causes, *each) for each in session.execute(query))


def _line(
    excused: frozenset[int],
    row: QualityEvent,
    number: str,
    facts: dict[str, Any],
    is_upheld: bool | None,
    given: int | None,
) -> EventLine:
    disputed = {None: Disputed.OPEN, True: Disputed.UPHELD, False: Disputed.REFUSED}[is_upheld]
    off_minutes = int(facts.get("off_minutes", 0)) if row.kind is QualityKind.ARRIVAL else 0
    return EventLine(
        row.id,
        row.kind,
        row.weight_milli,
        quality.happened_at(row.kind, row.at, facts),
        number,
        quality.missed_clock(row.kind, facts),
        off_minutes,
        quality.is_bad(row.kind, row.weight_milli),
        row.annulled_at is not None,
        row.audit_id in excused and row.annulled_at is None,
        disputed if given is not None else None,
    )


def _open_disputes(session: Session, shown: Select[QualityEvent]) -> int:
    ids = select(shown.subquery().c.id)
    waiting = select(func.count()).where(QualityDispute.event_id.in_(ids), QualityDispute.decided_at.is_(None))
    return session.scalar(waiting) or 0


def _blocks(session: Session, actor: Actor, contractor_id: int, *, now: datetime) -> tuple[BlockLine, ...]:
    mine = Block.contractor_id.is_(None) & Block.id.in_(
        select(Block.id).join(Person, blocks.of_person()).where(Person.id == actor.person_id)
    )
    sees_all = actor.is_desk or contractor_id in actor.owned_contractor_ids
    seen = blocks.of_firm(contractor_id) if sees_all else or_(Block.contractor_id == contractor_id, mine)
    rows = session.execute(
        select(Block, Client.name, Person.name, mine)
        .outerjoin(Client, Client.id == Block.client_id)
        .outerjoin(Person, Person.id == Block.person_id)
        .where(blocks.in_force(now), seen)
        .order_by(Block.starts_at, Block.id)
    )
    return tuple(
        BlockLine(row.id, row.level, row.rule, row.reason, client or "", person or "", bool(is_mine), row.ends_at)
        for row, client, person, is_mine in rows
    )


def _others(session: Session, actor: Actor, contractor_id: int) -> tuple[tuple[int, str], ...]:
    ids = actor.contractor_ids - {contractor_id}
    rows = session.execute(select(Contractor.id, Contractor.name).where(Contractor.id.in_(ids)).order_by(Contractor.id))
    return tuple((firm, name) for firm, name in rows)

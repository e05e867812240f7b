"""One block, one request of a block, one appeal, as their readers may see them: the desk everything, the blocked one
what, why, until when and what may be said against it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.block import BlockLevel, BlockRule
from core.domain.clock import ClockKind
from core.domain.errors import Changed, NeedsAnother, NotFound
from core.domain.quality import QualityKind, happened_at, missed_clock
from core.services import appeals, blacklist, block_costs, block_people, block_requests, blocks, card_facts, names
from core.services.block_costs import Cost
from storage.models.contractor import Appeal, Block, BlockRequest, Contractor
from storage.models.desk import Audit
from storage.models.directory import Client, Site
from storage.models.people import Person
from storage.models.quality import QualityEvent
from storage.models.ticket import Ticket

MOST_EVENTS = 8


@dataclass(frozen=True, slots=True)
class EventLine:
    """`zone` is the site's; `clock` that of a missed deadline. `ticket_id` None: no card of it for the reader."""

    kind: QualityKind
    clock: ClockKind | None
    ticket_id: int | None
    number: str
    at: datetime
    zone: str
    is_annulled: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """What a block and a request of one have alike. `because` is the rule behind a repeated limit, which `is_during`
    the one before it; `more` events stand behind those listed."""

    contractor_id: int | None
    name: str
    is_person: bool
    client: str
    level: BlockLevel
    rule: BlockRule
    because: BlockRule
    is_during: bool
    reason: str
    events: tuple[EventLine, ...]
    more: int
    cost: Cost
    zone: str
    read_at: datetime


@dataclass(frozen=True, slots=True)
class AppealLine:
    appeal_id: int
    by: str
    words: str
    at: datetime
    due_at: datetime
    is_upheld: bool | None
    answer: str
    decided_by: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class BlockCard:
    """`others` of the same firm or person are in force beside it. People are named for the desk alone.
    `owner_may_appeal`: of the firm the reader is only an engineer of."""

    block_id: int
    terms: Terms
    starts_at: datetime
    ends_at: datetime | None
    is_live: bool
    is_lifted: bool
    lift_reason: str
    lifted_by: str
    asked_by: str
    confirmed_by: str
    others: int
    appeal: AppealLine | None
    for_desk: bool
    may_lift: bool
    may_appeal: bool
    owner_may_appeal: bool


@dataclass(frozen=True, slots=True)
class RequestCard:
    request_id: int
    terms: Terms
    days: int | None
    asked_by: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    refusal: str
    block_id: int | None
    may_confirm: bool
    may_refuse: bool
    is_open: bool
    #: Asked for by who reads it.
    is_mine: bool
    #: A person's no keeps the rules from asking again until then.
    spared_until: datetime | None


@dataclass(frozen=True, slots=True)
class AppealCard:
    line: AppealLine
    block: BlockCard
    may_decide: bool
    #: So many events count no more if it is upheld.
    clears: int


def block(session: Session, actor: Actor, block_id: int, *, now: datetime) -> BlockCard:
    """Raises NotFound for whoever is neither of the desk nor told of it."""
    row = session.get(Block, block_id)
    if row is None or not (actor.is_desk or actor.person_id in block_people.told(session, row)):
        raise NotFound
    asked, confirmed = _parties(session, row)
    is_live, appeal = row.ends_at is None or row.ends_at > now, block_people.appeal_of(session, row.id)
    is_heard = appeal is None and appeals.is_heard(session, row, now=now)
    is_mine = block_people.may_appeal(session, actor, row)
    return BlockCard(
        block_id=row.id,
        terms=_terms(session, actor, row, _facts(session, row), now=now),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        is_live=is_live,
        is_lifted=bool(row.lift_reason),
        lift_reason=row.lift_reason,
        lifted_by=names.of(session, row.lifted_by) if actor.is_desk else "",
        asked_by=names.of(session, asked) if actor.is_desk else "",
        confirmed_by=names.of(session, confirmed) if actor.is_desk else "",
        others=_others(session, row, now=now),
        appeal=_appeal(session, appeal, actor) if appeal is not None else None,
        for_desk=actor.is_desk,
        may_lift=_may_lift(session, actor, row, now=now),
        may_appeal=is_heard and is_mine,
        owner_may_appeal=is_heard and not is_mine and row.contractor_id in actor.contractor_ids,
    )


def request(session: Session, actor: Actor, request_id: int, *, now: datetime) -> RequestCard:
    row = block_requests.one(session, actor, request_id)
    is_open, is_outside = row.decided_at is None, actor.person_id not in block_people.of_firm(session, row)
    return RequestCard(
        request_id=row.id,
        terms=_terms(session, actor, row, block_requests.facts_of(session, row), now=now),
        days=row.days,
        asked_by=names.of(session, row.asked_by),
        asked_at=row.asked_at,
        decided_by=names.of(session, row.decided_by),
        decided_at=row.decided_at,
        refusal=row.refusal,
        block_id=row.block_id,
        may_confirm=block_requests.may_confirm(session, actor, row),
        may_refuse=is_open and (is_outside or actor.person_id == row.asked_by),
        is_open=is_open,
        is_mine=row.asked_by is not None and row.asked_by == actor.person_id,
        spared_until=block_requests.spared_until(row),
    )


def appeal(session: Session, actor: Actor, appeal_id: int, *, now: datetime) -> AppealCard:
    """For the desk, and for those who are told of the block."""
    row = session.get(Appeal, appeal_id)
    if row is None:
        raise NotFound
    found = block(session, actor, row.block_id, now=now)
    may_decide = row.decided_at is None and block_people.may_judge(session, actor, session.get_one(Block, row.block_id))
    clears = appeals.clears(session, session.get_one(Block, row.block_id)) if may_decide else 0
    return AppealCard(_appeal(session, row, actor), found, may_decide, clears)


def whom(session: Session, row: Block | BlockRequest) -> tuple[str, str]:
    """Name and zone."""
    if row.contractor_id is not None:
        firm = session.get_one(Contractor, row.contractor_id)
        return firm.name, firm.zone
    person = session.get_one(Person, row.person_id)
    return person.name, person.zone


def _may_lift(session: Session, actor: Actor, row: Block, *, now: datetime) -> bool:
    try:
        blacklist.ensure_may_lift(session, actor, row.id, now=now)
    except (NotFound, NeedsAnother, Changed):
        return False
    return True


def _terms(session: Session, actor: Actor, row: Block | BlockRequest, facts: dict[str, Any], *, now: datetime) -> Terms:
    name, zone = whom(session, row)
    events = list(facts.get("events", ()))
    return Terms(
        contractor_id=row.contractor_id,
        name=name,
        is_person=row.person_id is not None,
        client=session.get_one(Client, row.client_id).name if row.client_id is not None else "",
        level=row.level,
        rule=row.rule,
        because=BlockRule(facts.get("because", row.rule)),
        is_during=bool(facts.get("during")),
        reason=row.reason,
        events=_events(session, actor, events[-MOST_EVENTS:]),
        more=max(0, len(events) - MOST_EVENTS),
        cost=block_costs.read(row.cost),
        zone=zone,
        read_at=now,
    )


def _events(session: Session, actor: Actor, ids: list[int]) -> tuple[EventLine, ...]:
    rows = session.execute(
        select(QualityEvent, Ticket.number, Site.zone, Audit.data)
        .join(Ticket, Ticket.id == QualityEvent.ticket_id)
        .join(Site, Site.id == Ticket.site_id)
        .join(Audit, Audit.id == QualityEvent.audit_id)
        .where(QualityEvent.id.in_(ids))
        .order_by(QualityEvent.at, QualityEvent.id)
    )
    found = rows.all()
    seen = {row.ticket_id for row, *_ in found}
    seen = {ticket_id for ticket_id in seen if card_facts.may_open(session, actor, ticket_id)}
    return tuple(
        EventLine(
            kind=row.kind,
            clock=missed_clock(row.kind, cause),
            ticket_id=row.ticket_id if row.ticket_id in seen else None,
            number=number,
            at=happened_at(row.kind, row.at, cause),
            zone=zone,
            is_annulled=row.annulled_at is not None,
        )
        for row, number, zone, cause in found
    )


def events(
    session: Session, actor: Actor, contractor_id: int, ids: list[int], *, now: datetime
) -> tuple[EventLine, ...]:
    """Strikes of a firm for its own people and the desk."""
    if contractor_id not in actor.contractor_ids and not actor.is_desk:
        raise NotFound
    of_firm = select(QualityEvent.id).where(QualityEvent.id.in_(ids), QualityEvent.contractor_id == contractor_id)
    return _events(session, actor, list(session.scalars(of_firm)))


def _facts(session: Session, row: Block) -> dict[str, Any]:
    found = session.get(Audit, row.audit_id) if row.audit_id is not None else None
    return found.data if found is not None else {}


def _parties(session: Session, row: Block) -> tuple[int | None, int | None]:
    found = session.execute(
        select(BlockRequest.asked_by, BlockRequest.decided_by).where(BlockRequest.block_id == row.id)
    ).one_or_none()
    return (found.asked_by, found.decided_by) if found is not None else (None, None)


def _others(session: Session, row: Block, *, now: datetime) -> int:
    same = select(Block.id).where(
        Block.id != row.id,
        Block.contractor_id.is_not_distinct_from(row.contractor_id),
        Block.person_id.is_not_distinct_from(row.person_id),
        blocks.in_force(now),
    )
    return len(session.scalars(same).all())


def _appeal(session: Session, row: Appeal, actor: Actor) -> AppealLine:
    return AppealLine(
        row.id,
        names.of(session, row.person_id),
        row.words,
        row.at,
        row.due_at,
        row.is_upheld,
        row.answer,
        names.of(session, row.decided_by) if actor.is_desk else "",
        row.decided_at,
    )

"""A block that waits for a second person: asked for by hand, or by a rule where it would cost cover.

What it costs is counted and shown before; another person of the desk says yes or no. Two at once: one wins, and the
same block never waits or holds twice.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from core.domain import typed
from core.domain.actor import Actor
from core.domain.block import BlockLevel, BlockRule, Subject
from core.domain.errors import BlockAsked, BlockHolds, Changed, FieldInvalid, NeedsAnother, NotAllowed, NotFound
from core.domain.notice import Notice
from core.domain.role import CONTRACTOR_ROLES
from core.domain.task import TaskKind
from core.services import (
    audit,
    blacklist,
    block_costs,
    block_people,
    blocks,
    counters,
    notices,
    numbers,
    open_questions,
    scope,
    tasks,
    verdicts,
)
from core.services.blacklist import REASON_LIMIT, Order
from core.services.block_costs import Cost
from core.services.rows import moved
from storage.models.contractor import Block, BlockRequest, Contractor
from storage.models.desk import Audit, Task
from storage.models.directory import Client
from storage.models.people import Membership, Person

LONGEST_DAYS = 365
MOST_PEOPLE = 30
ASKED = "ask"


@dataclass(frozen=True, slots=True)
class Subjects:
    """Who of a firm and by which client may be blocked, and for how many days at each level (None: without end)."""

    contractor_id: int
    name: str
    people: tuple[tuple[int, str], ...]
    clients: tuple[tuple[int, str], ...]
    terms: dict[BlockLevel, tuple[int | None, ...]]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is about to be asked for, as it is read before it is; `client` "": everywhere, `days` None: without end."""

    name: str
    is_person: bool
    client: str
    level: BlockLevel
    days: int | None
    reason: str
    cost: Cost


def subjects(session: Session, actor: Actor, contractor_id: int, *, now: datetime) -> Subjects:
    """Raises NotFound, NotAllowed."""
    _subject(session, actor, contractor_id, None, None)
    firm, rules = session.get_one(Contractor, contractor_id), numbers.of(session)
    people = session.execute(
        select(Person.id, Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.contractor_id == firm.id,
            Membership.role.in_(CONTRACTOR_ROLES),
            Membership.ended_at.is_(None),
        )
        .distinct()
        .order_by(Person.name, Person.id)
        .limit(MOST_PEOPLE)
    )
    clients = session.execute(select(Client.id, Client.name).order_by(Client.name, Client.id))
    terms: dict[BlockLevel, tuple[int | None, ...]] = {
        BlockLevel.LIMITED: (rules.limited_days, rules.again_days),
        BlockLevel.SUSPENDED: (rules.suspended_days, rules.again_days),
        BlockLevel.BLOCKED: (rules.again_days, None),
    }
    return Subjects(
        firm.id,
        firm.name,
        tuple((person_id, name) for person_id, name in people),
        tuple((client_id, name) for client_id, name in clients),
        terms,
    )


def preview(
    session: Session,
    actor: Actor,
    contractor_id: int,
    person_id: int | None,
    client_id: int | None,
    level: BlockLevel,
    *,
    now: datetime,
) -> Cost:
    """What would be lost, before anybody asks for it. Raises NotFound."""
    whom = _subject(session, actor, contractor_id, person_id, client_id)
    return block_costs.of(session, whom, level, now=now)


def proposal(
    session: Session,
    actor: Actor,
    contractor_id: int,
    person_id: int | None,
    client_id: int | None,
    level: BlockLevel,
    days: int | None,
    reason: str | None = None,
    *,
    now: datetime,
) -> Proposal:
    """Before it is sent; without a reason yet, or with the words as they would go out. Raises what `propose` raises."""
    whom = _subject(session, actor, contractor_id, person_id, client_id)
    _ensure_may_be_asked(session, whom, level, days, now=now)
    return Proposal(
        name=_name(session, whom),
        is_person=whom.person_id is not None,
        client=session.get_one(Client, whom.client_id).name if whom.client_id is not None else "",
        level=level,
        days=days,
        reason=typed.words(reason, REASON_LIMIT) if reason is not None else "",
        cost=block_costs.of(session, whom, level, now=now),
    )


def propose(
    session: Session,
    actor: Actor,
    contractor_id: int,
    person_id: int | None,
    client_id: int | None,
    level: BlockLevel,
    days: int | None,
    reason: str,
    *,
    now: datetime,
) -> None:
    """Of the firm, or of this one of its people.

    Raises NotFound, BlockAsked, BlockHolds, FieldInvalid, TextEmpty, TextTooLong.
    """
    whom = _subject(session, actor, contractor_id, person_id, client_id)
    words = typed.words(reason, REASON_LIMIT)
    counters.turn(session, counters.BLOCK)
    _ensure_may_be_asked(session, whom, level, days, now=now)
    cost = block_costs.of(session, whom, level, now=now)
    order = Order(whom, level, BlockRule.BY_HAND, words, days, cost.as_json)
    row = ask(session, actor, order, now=now)
    about = {"request": row.id}
    notices.reply(session, actor, Notice.BLOCK_ASKED, cause=f"request {row.id}", now=now, data=about)


def ask(session: Session, actor: Actor, order: Order, *, now: datetime, with_task: bool = True) -> BlockRequest:
    """Stands in the queue until a second person has decided, and the managers hear of it."""
    whom = order.whom
    row = BlockRequest(
        contractor_id=whom.contractor_id,
        person_id=whom.person_id,
        client_id=whom.client_id,
        level=order.level,
        rule=order.rule,
        reason=order.reason,
        days=order.days,
        cost=order.cost,
        asked_by=actor.person_id,
        asked_at=now,
    )
    session.add(row)
    session.flush()
    facts = {"contractor": row.contractor_id, "person": row.person_id, "client": row.client_id, **order.facts}
    cause = audit.record(session, actor, "block_request", row.id, ASKED, now=now, to_state=row.level, data=facts)
    if not with_task:
        return row
    about = {"request": row.id}
    named = about | {"whom": _name(session, whom)}
    tasks.open(session, TaskKind.BLOCK_ASKED, cause=f"request {row.id}", now=now, data=named)
    for manager in notices.managers(session):
        if manager.id != actor.person_id:
            notices.tell(session, manager.id, Notice.BLOCK_ASKED, cause=f"audit {cause.id}", now=now, data=about)
    return row


def confirm(session: Session, actor: Actor, request_id: int, *, now: datetime) -> None:
    """The second yes: the block begins, at the cost of this moment.

    Raises NotFound, NeedsAnother, Changed, BlockHolds where the same began another way meanwhile.
    """
    row = one(session, actor, request_id)
    block_people.ensure_outside(session, actor, row)
    known = facts_of(session, row)
    judge = block_people.confirmer(session, actor, row, verdicts.events_of(known))
    if not moved(session, row, BlockRequest.decided_at.is_(None), decided_by=actor.person_id, decided_at=now):
        raise Changed
    whom = Subject(row.contractor_id, row.person_id, row.client_id)
    _ensure_not_in_force(session, whom, row.level, now=now)
    cost = block_costs.of(session, whom, row.level, now=now)
    facts = {**known, "request": row.id, "asked_by": row.asked_by, **judge.trace}
    order = Order(whom, row.level, row.rule, row.reason, row.days, cost.as_json, facts)
    block = blacklist.begin(session, actor, order, now=now)
    row.block_id = block.id
    session.flush()
    _end(session, actor, row, "confirmed", now=now)
    about = {"block": block.id}
    notices.reply(session, actor, Notice.BLOCK, cause=f"block {block.id}", now=now, data=about)


def refuse(session: Session, actor: Actor, request_id: int, reason: str, *, now: datetime) -> None:
    """A no with a reason; who asked may take it back, nobody of the firm may.

    Raises NotFound, NeedsAnother, Changed, TextEmpty, TextTooLong.
    """
    row = one(session, actor, request_id)
    if actor.person_id != row.asked_by:
        block_people.ensure_outside(session, actor, row)
    words = typed.words(reason, REASON_LIMIT)
    decided = {"decided_by": actor.person_id, "decided_at": now, "refusal": words}
    if not moved(session, row, BlockRequest.decided_at.is_(None), **decided):
        raise Changed
    cause = audit.record(session, actor, "block_request", row.id, "refuse", now=now, from_state=row.level)
    _end(session, actor, row, "refused", now=now)
    key, about = f"audit {cause.id}", {"request": row.id}
    notices.reply(session, actor, Notice.BLOCK_ASKED, cause=key, now=now, data=about)
    if row.asked_by is not None and row.asked_by != actor.person_id:
        notices.tell(session, row.asked_by, Notice.BLOCK_ASKED, cause=key, now=now, data=about)


def drop(session: Session, actor: Actor, row: BlockRequest, why: str, *, now: datetime) -> None:
    """What a rule asked for rests on nothing any more, or is needed no more."""
    if moved(session, row, BlockRequest.decided_at.is_(None), decided_at=now, refusal=why):
        audit.record(session, actor, "block_request", row.id, "drop", now=now, from_state=row.level)
        _end(session, actor, row, why, now=now)


def one(session: Session, actor: Actor, request_id: int) -> BlockRequest:
    """Raises NotFound for whoever is not of the desk."""
    row = session.get(BlockRequest, request_id) if actor.is_desk else None
    if row is None:
        raise NotFound
    return row


def may_confirm(session: Session, actor: Actor, row: BlockRequest) -> bool:
    """Whether another yes is wanted, and may be his."""
    try:
        block_people.ensure_outside(session, actor, row)
        block_people.confirmer(session, actor, row, verdicts.events_of(facts_of(session, row)))
    except (NeedsAnother, NotFound):
        return False
    return row.decided_at is None


def spared_until(row: BlockRequest) -> datetime | None:
    """A person said no to a rule: for as long as the block would have lasted no rule asks about the firm again, but for
    fraud."""
    is_refused = row.decided_by is not None and row.block_id is None and row.rule is not BlockRule.BY_HAND
    if not is_refused or row.decided_at is None or row.days is None:
        return None
    return row.decided_at + timedelta(days=row.days)


def facts_of(session: Session, row: BlockRequest) -> dict[str, Any]:
    """The events a rule asked for it by; of a request by hand nothing."""
    return _facts(session.scalar(_ASKED_DATA.where(Audit.entity_id == row.id)))


def of_rules(session: Session, *which: ColumnElement[bool]) -> list[tuple[BlockRequest, dict[str, Any]]]:
    """What rules have asked for, each with its facts."""
    data = _ASKED_DATA.where(Audit.entity_id == BlockRequest.id).scalar_subquery()
    rows = session.execute(select(BlockRequest, data).where(BlockRequest.rule != BlockRule.BY_HAND, *which))
    return [(row, _facts(data)) for row, data in rows]


_ASKED_DATA = select(Audit.data).where(Audit.entity == "block_request", Audit.event == ASKED)


def _facts(data: dict[str, Any] | None) -> dict[str, Any]:
    return {key: data[key] for key in ("events", "because", "jobs", "upto", "during") if data and key in data}


def _subject(
    session: Session, actor: Actor, contractor_id: int, person_id: int | None, client_id: int | None
) -> Subject:
    """Whom it is about, from the page of a firm."""
    if not actor.is_desk:
        raise NotAllowed
    firm = scope.find(session, scope.visible_contractors(actor), Contractor.id == contractor_id)
    if client_id is not None and session.get(Client, client_id) is None:
        raise NotFound
    if person_id is None:
        return Subject(firm.id, None, client_id)
    of_firm = select(Membership.id).where(
        Membership.person_id == person_id,
        Membership.contractor_id == firm.id,
        Membership.role.in_(CONTRACTOR_ROLES),
    )
    if session.scalar(of_firm.limit(1)) is None:
        raise NotFound
    return Subject(None, person_id, client_id)


def _ensure_may_be_asked(
    session: Session, whom: Subject, level: BlockLevel, days: int | None, *, now: datetime
) -> None:
    """Raises FieldInvalid, BlockAsked, BlockHolds."""
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise FieldInvalid(field="days")
    _ensure_not_asked(session, whom, level)
    _ensure_not_in_force(session, whom, level, now=now)


def _ensure_not_asked(session: Session, whom: Subject, level: BlockLevel) -> None:
    waits = select(BlockRequest.id).where(BlockRequest.decided_at.is_(None), BlockRequest.level == level)
    if session.scalar(waits.where(*_about(BlockRequest, whom)).limit(1)) is not None:
        raise BlockAsked


def _ensure_not_in_force(session: Session, whom: Subject, level: BlockLevel, *, now: datetime) -> None:
    holds = select(Block.id).where(blocks.in_force(now, [level]), *_about(Block, whom))
    if session.scalar(holds.limit(1)) is not None:
        raise BlockHolds


def _about(table: type[Block | BlockRequest], whom: Subject) -> tuple[ColumnElement[bool], ...]:
    return (
        table.contractor_id.is_not_distinct_from(whom.contractor_id),
        table.person_id.is_not_distinct_from(whom.person_id),
        table.client_id.is_not_distinct_from(whom.client_id),
    )


def _end(session: Session, actor: Actor, row: BlockRequest, outcome: str, *, now: datetime) -> None:
    """Its task, and the one about many at once, when it was the last of them; what shows it says so."""
    tasks.end_for_cause(session, actor, TaskKind.BLOCK_ASKED, f"request {row.id}", outcome[:50], now=now)
    _redraw(session, row, now=now)
    if row.rule is BlockRule.BY_HAND:
        return
    waits = select(BlockRequest.id).where(BlockRequest.decided_at.is_(None), BlockRequest.rule != BlockRule.BY_HAND)
    if session.scalar(waits.limit(1)) is not None:
        return
    held = select(Task).where(Task.kind == TaskKind.BLOCKS_HELD, Task.ended_at.is_(None))
    for task in session.scalars(held).all():
        cause = task.cause.removeprefix(f"{TaskKind.BLOCKS_HELD}:")
        tasks.end_for_cause(session, actor, TaskKind.BLOCKS_HELD, cause, "decided", now=now)


def _redraw(session: Session, row: BlockRequest, *, now: datetime) -> None:
    """What the managers heard, what whoever asked was answered, and what colleagues have opened."""
    asked = select(Audit.id).where(Audit.entity == "block_request", Audit.entity_id == row.id, Audit.event == ASKED)
    causes = [f"request {row.id}", *(f"audit {cause}" for cause in session.scalars(asked))]
    asker = () if row.asked_by is None else (row.asked_by,)
    people = {*(manager.id for manager in notices.managers(session)), *asker}
    told = [notices.key_of(Notice.BLOCK_ASKED, cause, person) for cause in causes for person in people]
    about = {"request": row.id}
    open_questions.redraw(session, TaskKind.BLOCK_ASKED, f"request {row.id}", Notice.BLOCK_ASKED, about, told, now=now)


def _name(session: Session, whom: Subject) -> str:
    if whom.person_id is not None:
        return session.get_one(Person, whom.person_id).name
    return session.get_one(Contractor, whom.contractor_id).name

"""Invariants of the blacklist: every block says by whom, why and at what cost, and nobody judges his own word."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Text, cast, exists, literal, or_, select
from sqlalchemy.orm import Session, aliased

from core.domain.block import BlockLevel, BlockRule
from core.domain.task import TaskKind
from core.services import block_people, downtime, quality_disputes, verdicts
from core.services.invariant_checks.found import Found, count
from storage.models.contractor import Appeal, Block, BlockRequest
from storage.models.desk import Audit, Task
from storage.models.quality import QualityEvent

#: The row of the audit with which a block began.
_BEGAN = aliased(Audit)


def every_block_says_why(session: Session, *, now: datetime) -> Found:
    """An audit row of its own, a counted cost, and an end that somebody or the term has made."""
    rows = session.execute(
        select(Block, Audit).outerjoin(Audit, Audit.id == Block.audit_id).where(Block.audit_id.is_not(None))
    ).all()
    broken: list[str] = []
    for block, cause in rows:
        if cause is None or (cause.entity, cause.entity_id, cause.event) != ("block", block.id, "start"):
            broken.append(f"block {block.id} has no audit row of its beginning")
        elif cause.to_state != block.level or not _began_then(session, block, cause):
            broken.append(f"block {block.id} is not what its audit row says")
        if "sites" not in block.cost:
            broken.append(f"block {block.id} began without a counted cost")
        if block.rule is not BlockRule.BY_HAND and block.ends_at is None:
            broken.append(f"block {block.id} of a rule has no end")
    return broken, len(rows)


def _began_then(session: Session, block: Block, cause: Audit) -> bool:
    """Or when the clock that was wrong was put right."""
    return cause.at == block.starts_at or downtime.was_dated_anew(session, cause.at, block.starts_at)


def two_people_block(session: Session, *, now: datetime) -> Found:
    """By hand it takes two; an admin or a manager who is alone says so in the audit. No rule blocks for good."""
    rows = session.execute(
        select(BlockRequest, Block, Audit)
        .join(Block, Block.id == BlockRequest.block_id)
        .outerjoin(Audit, Audit.id == Block.audit_id)
    ).all()
    broken = [
        f"block {block.id} was asked for and confirmed by person {row.decided_by}"
        for row, block, cause in rows
        if row.asked_by is not None and row.asked_by == row.decided_by and not (cause and cause.data.get("fallback"))
    ]
    broken += [f"block {block.id} is confirmed by nobody" for row, block, _ in rows if row.decided_by is None]
    by_rule = select(Block.id).where(Block.level == BlockLevel.BLOCKED, Block.rule != BlockRule.BY_HAND)
    broken += [f"block {number} blocks by a rule alone" for number in session.scalars(by_rule)]
    return broken, len(rows)


def nothing_waits_unseen(session: Session, *, now: datetime) -> Found:
    """A request and an appeal that are not decided stand in the queue."""
    was_open = or_(Task.ended_at.is_(None), Task.ended_at > BlockRequest.asked_at)
    held = exists(select(Task.id).where(Task.kind == TaskKind.BLOCKS_HELD, was_open))
    asked = select(BlockRequest.id).where(
        BlockRequest.decided_at.is_(None),
        ~_has_task(TaskKind.BLOCK_ASKED, "request ", BlockRequest.id),
        or_(BlockRequest.asked_by.is_not(None), ~held),
    )
    waits = select(Appeal.id).where(Appeal.decided_at.is_(None), ~_has_task(TaskKind.APPEAL, "appeal ", Appeal.id))
    broken = [f"request {number} of a block waits for nobody" for number in session.scalars(asked)]
    broken += [f"appeal {number} waits for nobody" for number in session.scalars(waits)]
    return broken, count(session, BlockRequest, Appeal)


def an_appeal_is_answered_by_another(session: Session, *, now: datetime) -> Found:
    """Not by who asked for the block, confirmed it, or had settled what it rests on; what was upheld is in force no
    more, and its events count no more."""
    rows = session.execute(
        select(Appeal, Block, BlockRequest, Audit.data, _BEGAN.data)
        .join(Block, Block.id == Appeal.block_id)
        .outerjoin(_BEGAN, _BEGAN.id == Block.audit_id)
        .outerjoin(BlockRequest, BlockRequest.block_id == Block.id)
        .outerjoin(Audit, (Audit.entity == "appeal") & (Audit.entity_id == Appeal.id) & (Audit.event == "decide"))
    ).all()
    broken: list[str] = []
    for appeal, block, request, data, facts in rows:
        parties = {request.asked_by, request.decided_by} - {None} if request is not None else set()
        if appeal.decided_at is not None:
            said = block_people.settled(session, (facts or {}).get("events", ()))
            parties |= {person for person, at in said if at <= appeal.decided_at}
        if appeal.decided_by in parties and not (data or {}).get("fallback"):
            broken.append(f"appeal {appeal.id} was decided by person {appeal.decided_by} who took part in the block")
        if appeal.is_upheld and (block.ends_at is None or block.ends_at > now):
            broken.append(f"appeal {appeal.id} is upheld and block {block.id} is in force")
        is_clear = bool((data or {}).get(quality_disputes.CLEARS))
        if appeal.is_upheld and is_clear and _has_counting(session, facts or {}):
            broken.append(f"appeal {appeal.id} is upheld and what block {block.id} rested on counts still")
    return broken, len(rows)


def _has_counting(session: Session, facts: dict[str, Any]) -> bool:
    events = quality_disputes.with_the_same(session, verdicts.events_of(facts))
    still = select(QualityEvent.id).where(QualityEvent.id.in_(events), QualityEvent.annulled_at.is_(None))
    return bool(events) and session.scalar(still.limit(1)) is not None


def _has_task(kind: TaskKind, word: str, number: Any) -> Any:
    cause = literal(f"{kind}:{word}") + cast(number, Text)
    return exists(select(Task.id).where(Task.kind == kind, Task.ended_at.is_(None), Task.cause == cause))


CHECKS: dict[str, tuple[str, Callable[..., Found]]] = {
    "91": ("every block says why and at what cost", every_block_says_why),
    "92": ("two people block", two_people_block),
    "93": ("what is asked of the desk about blocks stands in its queue", nothing_waits_unseen),
    "94": ("an appeal is answered by another", an_appeal_is_answered_by_another),
}

"""The record of one firm as the rules of the limits read it, from the ledger and from its earlier blocks."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, union_all
from sqlalchemy.orm import Session

from core.domain.block import BlockLevel, BlockRule
from core.domain.limits import Record, Strike
from core.domain.quality import QualityKind, is_bad
from core.services import block_requests, blocks, numbers, score
from storage.models.contractor import Block, BlockRequest, Contractor
from storage.models.desk import Audit
from storage.models.quality import QualityEvent
from storage.models.ticket import Assignment

STRIKES = (QualityKind.MISSED, QualityKind.NO_SHOW, QualityKind.REWORK, QualityKind.FRAUD)
#: As many as a block over a low score names.
_MOST_BAD = 50


@dataclass(frozen=True, slots=True)
class _Past:
    """Earlier verdicts of rules: up to which event they judged, which events are excused, when the last limit ended."""

    judged: int
    excused: frozenset[int]
    ended_at: datetime | None
    level: BlockLevel | None


def of(session: Session, contractor_id: int, *, now: datetime) -> Record:
    past, rules = _past(session, contractor_id, now=now), numbers.of(session)
    jobs = _last_jobs(session, contractor_id, rules.missed_jobs)
    since = now - timedelta(days=max(rules.no_show_days, rules.rework_days))
    strikes = session.scalars(
        select(QualityEvent).where(
            QualityEvent.contractor_id == contractor_id,
            QualityEvent.annulled_at.is_(None),
            QualityEvent.id.not_in(past.excused),
            QualityEvent.kind.in_(STRIKES),
            or_(QualityEvent.at > since, QualityEvent.ticket_id.in_(jobs), QualityEvent.kind == QualityKind.FRAUD),
        )
    )
    found = Record(
        strikes=tuple(Strike(row.id, row.kind, row.ticket_id, row.at) for row in strikes),
        jobs=frozenset(jobs),
        score=session.get_one(Contractor, contractor_id).score,
        judged=past.judged,
        ended_at=past.ended_at,
        level=past.level,
    )
    if found.score >= rules.score_floor:
        return found
    done = len(score.accepted(session, contractor_id, rules.score_jobs))
    return replace(found, done=done, bad=_bad(session, contractor_id, past.excused))


def annulled(session: Session, events: Iterable[int]) -> frozenset[int]:
    """Which of these count no more."""
    query = select(QualityEvent.id).where(QualityEvent.id.in_(list(events)), QualityEvent.annulled_at.is_not(None))
    return frozenset(session.scalars(query))


def _past(session: Session, contractor_id: int, *, now: datetime) -> _Past:
    everywhere = (
        select(Block, Audit.data)
        .outerjoin(Audit, Audit.id == Block.audit_id)
        .where(Block.contractor_id == contractor_id, Block.client_id.is_(None))
    )
    rows: list[tuple[Block, dict[str, Any]]] = [(block, data or {}) for block, data in session.execute(everywhere)]
    of_rules = [(block, data) for block, data in rows if block.rule is not BlockRule.BY_HAND]
    asked = block_requests.of_rules(session, BlockRequest.contractor_id == contractor_id)
    facts = [data for _, data in (*of_rules, *asked)]
    ends = [block.ends_at for block, _ in of_rules if block.ends_at is not None and not block.lift_reason]
    waiting = [row.level for row, _ in asked if row.decided_at is None]
    holding = session.scalars(
        select(Block.level).where(Block.contractor_id == contractor_id, Block.client_id.is_(None), blocks.in_force(now))
    )
    order = list(BlockLevel)
    return _Past(
        max((int(data.get("upto", 0)) for data in facts), default=0),
        frozenset(int(one) for block, data in of_rules if block.lift_reason for one in data.get("events", ())),
        max((at for at in ends if at <= now), default=None),
        max([*waiting, *holding], key=order.index, default=None),
    )


def _last_jobs(session: Session, contractor_id: int, most: int) -> list[int]:
    """Tickets the firm said yes to, the newest first. They are among those it has and those that ended last, so that
    a firm of thousands of jobs is not read through."""
    mine = select(Assignment.id, Assignment.ticket_id).where(Assignment.contractor_id == contractor_id)
    ended = mine.where(Assignment.ended_at.is_not(None)).order_by(Assignment.ended_at.desc()).limit(2 * most)
    last = union_all(mine.where(Assignment.ended_at.is_(None)), select(ended.subquery())).subquery()
    by_ticket = select(last.c.ticket_id).group_by(last.c.ticket_id).order_by(func.max(last.c.id).desc())
    return list(session.scalars(by_ticket.limit(most)))


def _bad(session: Session, contractor_id: int, excused: frozenset[int]) -> tuple[int, ...]:
    """The newest of those that lower the score."""
    made_of = score.entries(session, contractor_id)
    lower = (one.id for one in made_of if is_bad(one.kind, one.weight_milli) and one.id not in excused)
    return tuple(sorted(lower)[-_MOST_BAD:])

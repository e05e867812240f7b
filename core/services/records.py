"""The record of one firm as the rules of the limits read it, from the ledger and from its earlier blocks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from core.domain.block import BlockLevel, BlockRule
from core.domain.limits import Record, Strike
from core.domain.quality import GOOD_MILLI, QualityKind
from core.domain.ticket import DONE_WELL, Origin
from core.services import block_requests, blocks, numbers
from storage.models.contractor import Block, BlockRequest, Contractor
from storage.models.desk import Audit
from storage.models.quality import QualityEvent
from storage.models.ticket import Assignment, Ticket

STRIKES = (QualityKind.MISSED, QualityKind.NO_SHOW, QualityKind.REWORK, QualityKind.FRAUD)
#: These lower the score by what they lack of all.
_GRADED = (QualityKind.ARRIVAL, QualityKind.FIRST_TIME, QualityKind.PROOF, QualityKind.MARK)
_ALWAYS_BAD = (QualityKind.BACK_OUT, QualityKind.NO_SHOW)
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
    valid = (
        QualityEvent.contractor_id == contractor_id,
        QualityEvent.annulled_at.is_(None),
        QualityEvent.id.not_in(past.excused),
    )
    strikes = session.scalars(
        select(QualityEvent).where(
            *valid,
            QualityEvent.kind.in_(STRIKES),
            or_(QualityEvent.at > since, QualityEvent.ticket_id.in_(jobs), QualityEvent.kind == QualityKind.FRAUD),
        )
    )
    bad = session.scalars(
        select(QualityEvent.id)
        .where(
            *valid,
            or_(
                QualityEvent.kind.in_(_ALWAYS_BAD),
                QualityEvent.kind.in_(_GRADED) & (QualityEvent.weight_milli < GOOD_MILLI),
            ),
        )
        .order_by(QualityEvent.id.desc())
        .limit(_MOST_BAD)
    )
    return Record(
        strikes=tuple(Strike(row.id, row.kind, row.ticket_id, row.at) for row in strikes),
        jobs=frozenset(jobs),
        done=_done(session, contractor_id),
        score=session.get_one(Contractor, contractor_id).score,
        bad=tuple(sorted(bad)),
        judged=past.judged,
        ended_at=past.ended_at,
        level=past.level,
    )


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
    asked = session.scalars(
        select(BlockRequest).where(BlockRequest.contractor_id == contractor_id, BlockRequest.rule != BlockRule.BY_HAND)
    ).all()
    facts = [data for _, data in of_rules] + [block_requests.facts_of(session, row) for row in asked]
    ends = [block.ends_at for block, _ in of_rules if block.ends_at is not None and not block.lift_reason]
    waiting = [row.level for row in asked if row.decided_at is None]
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
    """Tickets the firm said yes to, the newest first."""
    rows = session.scalars(
        select(Assignment.ticket_id)
        .where(Assignment.contractor_id == contractor_id)
        .group_by(Assignment.ticket_id)
        .order_by(func.max(Assignment.id).desc())
        .limit(most)
    )
    return list(rows)


def _done(session: Session, contractor_id: int) -> int:
    query = select(func.count()).where(
        Ticket.contractor_id == contractor_id, Ticket.status.in_(DONE_WELL), Ticket.origin == Origin.BOT
    )
    return session.scalar(query) or 0

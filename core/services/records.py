"""The record of one firm as the rules of the limits read it, from the ledger and from its earlier blocks."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import case, func, or_, select, union_all
from sqlalchemy.orm import Session

from core.domain.block import BlockLevel
from core.domain.defaults import Defaults
from core.domain.limits import Record, Strike
from core.domain.quality import QualityKind, pulls_below
from core.services import block_requests, blocks, numbers, score, verdicts
from core.services.verdicts import Standing
from storage.models.clock import Breach
from storage.models.contractor import Block, BlockRequest, Contractor
from storage.models.quality import QualityEvent
from storage.models.ticket import Assignment
from storage.models.visit import Visit

#: What the rules of limits count by the piece; a back-out speaks in the score alone.
COUNTED = (QualityKind.MISSED, QualityKind.NO_SHOW, QualityKind.REWORK, QualityKind.FRAUD)
#: Said of work that was over by then.
_OF_WORK = (QualityKind.REWORK, QualityKind.FIRST_TIME, QualityKind.MARK)
#: As many as a block over a low score names.
_MOST_BAD = 50


@dataclass(frozen=True, slots=True)
class _Past:
    """Earlier verdicts of rules: up to which event they judged, what of them counts, and what holds or waits now."""

    judged: int
    standing: Standing
    level: BlockLevel | None
    in_force: BlockLevel | None
    is_asked: bool
    is_refused: bool


def of(session: Session, contractor_id: int, *, now: datetime) -> Record:
    rules = numbers.of(session)
    past = _past(session, contractor_id, rules, now=now)
    jobs = last_jobs(session, contractor_id, rules.missed_jobs)
    since = now - timedelta(days=max(rules.no_show_days, rules.rework_days))
    strikes = session.scalars(
        select(QualityEvent).where(
            QualityEvent.contractor_id == contractor_id,
            QualityEvent.annulled_at.is_(None),
            QualityEvent.id.not_in(past.standing.excused),
            QualityEvent.kind.in_(COUNTED),
            or_(QualityEvent.at > since, QualityEvent.ticket_id.in_(jobs), QualityEvent.kind == QualityKind.FRAUD),
        )
    )
    found = Record(
        strikes=tuple(Strike(row.id, row.kind, row.ticket_id, row.at) for row in strikes),
        jobs=frozenset(jobs),
        score=session.get_one(Contractor, contractor_id).score,
        judged=past.judged,
        ended_at=past.standing.ended_at,
        before=_before(session, contractor_id, past),
        level=past.level,
        in_force=past.in_force,
        is_asked=past.is_asked,
        is_refused=past.is_refused,
    )
    if found.score >= rules.score_floor:
        return found
    done = len(score.accepted(session, contractor_id, rules.score_jobs))
    return replace(found, done=done, bad=_bad(session, contractor_id, past.standing.excused, rules))


def _past(session: Session, contractor_id: int, rules: Defaults, *, now: datetime) -> _Past:
    earlier = verdicts.of_firms(session, [contractor_id]).get(contractor_id, [])
    asked = block_requests.of_rules(session, BlockRequest.contractor_id == contractor_id)
    facts = [one.facts for one in earlier]
    gone = verdicts.annulled(session, facts)
    # What was asked for as a repetition and is none any more is judged anew.
    facts += [data for row, data in asked if row.refusal != verdicts.EASED]
    waiting = [row.level for row, _ in asked if row.decided_at is None]
    holding = session.scalars(
        select(Block.level).where(Block.contractor_id == contractor_id, Block.client_id.is_(None), blocks.in_force(now))
    ).all()
    return _Past(
        max((int(one.get("upto", 0)) for one in facts), default=0),
        verdicts.standing(earlier, gone, rules),
        max([*waiting, *holding], key=list(BlockLevel).index, default=None),
        max(holding, key=list(BlockLevel).index, default=None),
        bool(waiting),
        any(until > now for row, _ in asked if (until := block_requests.spared_until(row)) is not None),
    )


def _before(session: Session, contractor_id: int, past: _Past) -> frozenset[int]:
    """New events of what happened before the last limit began: a deadline noticed later, a window nobody came in, work
    that was found to be faulty afterwards."""
    if not past.standing.blocks:
        return frozenset()
    theirs = (
        Visit.assignment_id == Assignment.id,
        Visit.ticket_id == QualityEvent.ticket_id,
        Assignment.contractor_id == QualityEvent.contractor_id,
    )
    deadline = select(Breach.at).where(Breach.audit_id == QualityEvent.audit_id)
    window = select(func.max(Visit.ends_at)).where(*theirs, Visit.ends_at <= QualityEvent.at)
    work = select(func.max(Visit.left_at)).where(
        *theirs, Visit.left_at <= QualityEvent.at, Visit.on_site_at.is_not(None)
    )
    happened = case(
        (QualityEvent.kind == QualityKind.MISSED, deadline.scalar_subquery()),
        (QualityEvent.kind == QualityKind.NO_SHOW, window.scalar_subquery()),
        (QualityEvent.kind.in_(_OF_WORK), work.scalar_subquery()),
    )
    query = select(QualityEvent.id).where(
        QualityEvent.contractor_id == contractor_id,
        QualityEvent.id > past.judged,
        func.coalesce(happened, QualityEvent.at) <= past.standing.blocks[-1].starts_at,
    )
    return frozenset(session.scalars(query))


def excused(session: Session, contractor_id: int) -> frozenset[int]:
    """Events no rule counts any more: what they had led to was lifted, or fell. The score keeps those of a block that
    was lifted by hand."""
    earlier = verdicts.of_firms(session, [contractor_id]).get(contractor_id, [])
    gone = verdicts.annulled(session, [one.facts for one in earlier])
    return verdicts.standing(earlier, gone, numbers.of(session)).excused


def last_jobs(session: Session, contractor_id: int, most: int) -> list[int]:
    """Tickets the firm said yes to, the newest first. They are among those it has and those that ended last, so that
    a firm of thousands of jobs is not read through."""
    mine = select(Assignment.id, Assignment.ticket_id).where(Assignment.contractor_id == contractor_id)
    ended = mine.where(Assignment.ended_at.is_not(None)).order_by(Assignment.ended_at.desc()).limit(2 * most)
    last = union_all(mine.where(Assignment.ended_at.is_(None)), select(ended.subquery())).subquery()
    by_ticket = select(last.c.ticket_id).group_by(last.c.ticket_id).order_by(func.max(last.c.id).desc())
    return list(session.scalars(by_ticket.limit(most)))


def _bad(session: Session, contractor_id: int, excused: frozenset[int], rules: Defaults) -> tuple[int, ...]:
    """The newest of those for which the score is below the floor."""
    made_of = (one for one in score.entries(session, contractor_id) if one.id not in excused)
    lower = (one.id for one in made_of if pulls_below(rules.score_floor, one.kind, one.weight_milli))
    return tuple(sorted(lower)[-_MOST_BAD:])

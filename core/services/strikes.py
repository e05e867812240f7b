"""Strikes as their firm reads them: so many as the rules of the limits count, and which of them no rule counts any more
because the block they had led to was lifted."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.domain import quality
from core.domain.quality import QualityKind
from core.services import numbers, records
from storage.models.quality import QualityEvent

#: No rule looks at them, and nobody needs them for longer.
BACK_OUTS_OF = timedelta(days=90)

#: (kind, how many, of the last so many days or, for deadlines, jobs; 0 is for ever)
Counts = tuple[tuple[QualityKind, int, int], ...]


def counted(
    session: Session, seen: Select[QualityEvent], contractor_id: int, excused: Collection[int], *, now: datetime
) -> Counts:
    """Of the events the reader sees, but for the excused; one job speaks once, however many deadlines it missed."""
    rules = numbers.of(session)
    spans = {
        QualityKind.BACK_OUT: BACK_OUTS_OF.days,
        QualityKind.NO_SHOW: rules.no_show_days,
        QualityKind.MISSED: rules.missed_jobs,
        QualityKind.REWORK: rules.rework_days,
        QualityKind.FRAUD: 0,
    }
    jobs = frozenset(records.last_jobs(session, contractor_id, rules.missed_jobs))
    of_firm = seen.where(QualityEvent.contractor_id == contractor_id, QualityEvent.kind.in_(quality.STRIKES))
    jobs_of: Counter[QualityKind] = Counter()
    known: set[int] = set()
    for one in session.scalars(of_firm.where(QualityEvent.annulled_at.is_(None), QualityEvent.id.not_in(excused))):
        if one.kind is QualityKind.MISSED:
            is_seen = one.ticket_id in jobs - known
            known.add(one.ticket_id)
        else:
            is_seen = not spans[one.kind] or one.at > now - timedelta(days=spans[one.kind])
        jobs_of[one.kind] += is_seen
    return tuple((kind, jobs_of[kind], spans[kind]) for kind in spans if jobs_of[kind])


def causes(session: Session, excused: Collection[int]) -> frozenset[int]:
    """What made the events no rule counts any more; a strike and its twin have one cause."""
    return frozenset(session.scalars(select(QualityEvent.audit_id).where(QualityEvent.id.in_(excused))))

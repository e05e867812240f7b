"""The score of a firm: computed from its ledger, kept on its row, where matching reads it.

Whoever writes or annuls an event refreshes it in the same stroke; the auditor computes it once more.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.domain import score
from core.domain.quality import QualityKind
from core.domain.score import PART_OF, WINDOWS, Entry, Part, Score
from core.domain.ticket import DONE_WELL, Origin
from core.services import numbers
from storage.models.contractor import Contractor, MatchPoint
from storage.models.quality import QualityEvent
from storage.models.ticket import Ticket


def refresh(session: Session, contractor_id: int, *, now: datetime) -> None:
    """Of two who write events of one firm at once the second waits here, and counts both."""
    session.flush()
    firm = session.get_one(Contractor, contractor_id, with_for_update=True, populate_existing=True)
    keep(session, firm, of(session, contractor_id).value)


def keep(session: Session, firm: Contractor, value: int) -> None:
    """On the firm and on the points it is searched by."""
    if firm.score == value:
        return
    firm.score = value
    session.flush()
    points = update(MatchPoint).where(MatchPoint.contractor_id == firm.id)
    session.execute(points.values(score=value).execution_options(synchronize_session=False))


def of(session: Session, contractor_id: int) -> Score:
    """As the ledger says now."""
    rules = numbers.of(session)
    done = accepted(session, contractor_id, max(WINDOWS[Part.BACK_OUTS] + 1, rules.new_below_jobs))
    return score.of(
        _entries(session, contractor_id, done), done, new_score=rules.new_score, new_below=rules.new_below_jobs
    )


def entries(session: Session, contractor_id: int) -> list[Entry]:
    """The events the score is made of."""
    return _entries(session, contractor_id, accepted(session, contractor_id, WINDOWS[Part.BACK_OUTS] + 1))


def accepted(session: Session, contractor_id: int, most: int) -> list[datetime]:
    """The newest accepted jobs that were done here: what was imported is not judged."""
    done = (
        select(Ticket.accepted_at)
        .where(
            Ticket.contractor_id == contractor_id,
            Ticket.status.in_(DONE_WELL),
            Ticket.origin != Origin.IMPORT,
            Ticket.accepted_at.is_not(None),
        )
        .order_by(Ticket.accepted_at.desc())
        .limit(most)
    )
    return [at for at in session.scalars(done) if at is not None]


def _entries(session: Session, contractor_id: int, done: list[datetime]) -> list[Entry]:
    window = WINDOWS[Part.BACK_OUTS]
    since = done[window - 1] if len(done) > window else None
    return [one for part in Part for one in _of_part(session, contractor_id, part, since)]


def _of_part(session: Session, contractor_id: int, part: Part, since: datetime | None) -> Iterable[Entry]:
    """Not more than the rule looks at: a ledger grows for years."""
    kinds = [kind for kind, its in PART_OF.items() if its is part]
    query = (
        select(QualityEvent.id, QualityEvent.kind, QualityEvent.weight_milli, QualityEvent.at)
        .where(
            QualityEvent.contractor_id == contractor_id,
            QualityEvent.kind.in_(kinds),
            QualityEvent.annulled_at.is_(None),
        )
        .order_by(QualityEvent.at.desc(), QualityEvent.id.desc())
    )
    if part is not Part.BACK_OUTS:
        query = query.limit(WINDOWS[part])
    elif since is not None:
        query = query.where(QualityEvent.at >= since)
    return [Entry(event_id, QualityKind(kind), weight, at) for event_id, kind, weight, at in session.execute(query)]

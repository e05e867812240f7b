"""At night whoever could be limited is judged anew: a score or a share may have changed without an event.

A walk over the ledger, from firm to firm by its index, puts those into the line against whom anything speaks, a page at
a time and only while nobody else waits. How far it has come is kept: what is cut off goes on there.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, literal, or_, select
from sqlalchemy.orm import Session

from core.domain.quality import QualityKind
from core.services import limit_line, numbers
from core.services.records import COUNTED
from storage.models.contractor import Contractor
from storage.models.desk import Counter
from storage.models.quality import QualityEvent

#: The last firm the walk has come by; no such counter: no walk is under way.
WALK = "judge anew"
#: Firms the walk passes in one transaction.
STRIDE = 500


def begin(session: Session, limit: int, *, now: datetime, skip: int = 0) -> int:
    """The walk of this night, unless the last one is still under way. The sweep of the limits does the steps."""
    if not skip and session.get(Counter, WALK) is None:
        session.add(Counter(name=WALK, value=0))
        session.flush()
    return 0


def step(session: Session, *, now: datetime) -> int:
    """Returns how many firms were passed; 0: no walk is under way, or another scheduler is walking."""
    walk = session.scalars(select(Counter).where(Counter.name == WALK).with_for_update(skip_locked=True)).one_or_none()
    if walk is None:
        return 0
    rules = numbers.of(session)
    since = now - timedelta(days=max(rules.no_show_days, rules.rework_days))
    given = {"last": walk.value, "most": STRIDE, "since": since, "floor": rules.score_floor}
    passed = session.execute(_NEXT, given).all()
    limit_line.wait(session, (firm for firm, is_spoken_against in passed if is_spoken_against), now=now)
    if len(passed) < STRIDE:
        session.delete(walk)
    else:
        walk.value = passed[-1].id
    session.flush()
    return len(passed)


def _next() -> Any:
    """The next firms with events, and whether a strike or a low score speaks against them."""
    firm = QualityEvent.contractor_id
    first = select(func.min(firm).label("id"), literal(1).label("place")).where(firm > bindparam("last"))
    walk = first.cte("walk", recursive=True)
    following = select(func.min(firm)).where(firm > walk.c.id).scalar_subquery()
    more = select(following, walk.c.place + 1).where(walk.c.id.is_not(None), walk.c.place < bindparam("most"))
    walk = walk.union_all(more)
    # A missed deadline counts while its job is one of the last, a fraud for ever.
    lasting = QualityEvent.kind.in_((QualityKind.MISSED, QualityKind.FRAUD))
    strike = (
        select(QualityEvent.id)
        .where(
            QualityEvent.contractor_id == walk.c.id,
            QualityEvent.kind.in_(COUNTED),
            or_(lasting, QualityEvent.at > bindparam("since")),
            QualityEvent.annulled_at.is_(None),
        )
        .exists()
    )
    is_spoken_against = or_(Contractor.score < bindparam("floor"), strike)
    joined = select(walk.c.id, is_spoken_against).join(Contractor, Contractor.id == walk.c.id)
    return joined.order_by(walk.c.id)


_NEXT = _next()

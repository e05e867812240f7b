"""The nightly look at what must always hold; what is broken is logged loudly, for no person is told in the chat."""

from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from core.services import invariants

log = structlog.get_logger(__name__)

#: Of one rule; whoever reads the log asks `python -m core check` for the rest.
SHOWN = 20


def night(session: Session, limit: int, *, now: datetime, skip: int = 0) -> int:
    """So many rules behind the first `skip`. Returns how many: the timetable looks at one after another, and nobody
    who writes waits for it."""
    numbers = list(invariants.CHECKS)[skip : skip + limit]
    for number in numbers:
        name, check = invariants.CHECKS[number]
        rows, _ = check(session, now=now)
        for row in rows[:SHOWN]:
            log.error("an invariant is broken", rule=f"{number} {name}: {row}", of=len(rows))
    return len(numbers)

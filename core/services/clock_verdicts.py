"""What a clock that is over is judged by: the deadline it had at that moment, had it run on.

It is kept with the clock, so that a day that is worked after all, or other working hours, turn no promise that was kept
into a broken one. Anew it is asked only where something is said of the past of this very clock.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core.domain import clock as rules
from core.domain.clock import Interval
from core.services import calendars, clock_rows
from storage.models.clock import Clock, ClockInterval


def judge(session: Session, clock: Clock) -> None:
    """It is over: by its intervals and the calendar as it is now."""
    clock.judged_due_at = deadline(session, clock)
    session.flush()


def deadline(session: Session, clock: Clock) -> datetime | None:
    """Of a clock that is over, within its intervals or after them."""
    if clock.ended_at is None:
        return None
    calendar = calendars.of(session, clock.calendar, clock_rows.zone_of(session, clock))
    ledger = [*clock_rows.intervals(session, clock), Interval(clock.ended_at, None, True, calendar)]
    return rules.reaches(ledger, timedelta(minutes=clock.target_min))


def counts_more(session: Session, clock: Clock, rows: Iterable[ClockInterval]) -> None:
    """These rows became time that counts, as an objection wanted.

    Who had more left than that when he was done, by the days as they were said then, is in time still, whatever is
    said of them now; and no deadline comes later by it.
    """
    before, ended_at = clock.judged_due_at, clock.ended_at
    if before is None or ended_at is None:
        return
    judge(session, clock)
    if before < ended_at:
        clock.judged_due_at = min(before, clock.judged_due_at or before)
        return
    zone = clock_rows.zone_of(session, clock)
    left = calendars.as_said(session, clock.calendar, zone, ended_at).between(ended_at, before)
    spans = (
        calendars.as_said(session, row.calendar, zone, ended_at).between(row.from_at, row.to_at or row.from_at)
        for row in rows
    )
    left -= sum(spans, timedelta(0))
    if left > timedelta(0):
        clock.judged_due_at = calendars.as_said(session, clock.calendar, zone, ended_at).after(ended_at, left)

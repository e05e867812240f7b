"""Warnings of burning clocks at 50, 75, 90 and 100 percent, and the breach at the end of each.

Every level once for every clock. Whoever was to hear of several levels at once, as after days of downtime, hears the
highest of them. Many rows are taken in one stroke, and what a long backlog has to say waits a minute in the outbox,
where the letters of one chat become one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.clock import LEVELS
from core.domain.notice import SLA_TASK_PCT, Notice, sla_told
from core.domain.ticket import Priority
from core.services import (
    audit,
    breaches,
    burning,
    burning_tasks,
    calendars,
    circulars,
    clock_rows,
    clocks,
    notices,
    numbers,
    warning_letters,
)
from core.services.burning import Burning
from core.services.circulars import Circular, Quiet
from storage.models.desk import Audit
from storage.models.people import Person

#: A deadline that has just gone by burns still; what was broken before that can wait for the morning.
FRESH = timedelta(minutes=10)
#: No holidays are longer; a calendar that knows no working day must not be walked for ever.
LONGEST_REST_DAYS = 30


def sweep(session: Session, limit: int, *, now: datetime, skip: int = 0) -> int:
    """Warns of every running clock that has reached a level. Returns how many were looked at."""
    due = clocks.due(session, limit, now=now, skip=skip)
    if due:
        _warn(session, burning.look(session, due), is_backlog=len(due) == limit > 1, now=now)
    return len(due)


def _warn(session: Session, rows: Sequence[Burning], *, is_backlog: bool, now: datetime) -> None:
    reached = [(one, one.clock.warned_pct, _level(one, now=now)) for one in rows]
    burnt = [one for one, _, level in reached if level == LEVELS[-1]]
    breaches.record(session, [(one, one.clock.due_at) for one in burnt if one.clock.due_at is not None], now=now)
    risen = [_Rise(one, was, level, one.holding(now) is not None) for one, was, level in reached if level > was]
    actor = Actor.system("job:warnings")
    causes = [audit.made(actor, "clock", rise.one.clock.id, "warn", now=now, data=rise.said()) for rise in risen]
    session.add_all(causes)
    session.flush()
    burning_tasks.keep(session, {rise.one.ticket.id for rise in risen if rise.level >= SLA_TASK_PCT}, now=now)
    told = [rise.circular(cause) for rise, cause in zip(risen, causes, strict=True)]
    circulars.send(session, Notice.SLA, [one for one in told if one.told], _quiet(session, is_backlog, now), now=now)


def _level(one: Burning, *, now: datetime) -> int:
    """The highest level that is reached; from then on the clock waits for the next."""
    if one.clock.due_at is not None and one.clock.due_at <= now:
        clock_rows.burnt(one.clock)
        return LEVELS[-1]
    return clocks.warned(one.clock, one.ledger, now=now)


@dataclass(frozen=True, slots=True)
class _Rise:
    """A clock has gone from one level to a higher one."""

    one: Burning
    was: int
    level: int
    has_contractor: bool

    def said(self) -> dict[str, object]:
        return {"pct": self.level, "was": self.was, "taken": self.has_contractor, "kind": self.one.clock.kind}

    def circular(self, cause: Audit) -> Circular:
        clock, now = self.one.clock, cause.at
        due_at = clock.due_at or now
        held = self.one.holding(now)
        data = {"id": clock.id, "clock": clock.kind, "due": due_at.isoformat()}
        data |= {"pct": self.level, "taken": self.has_contractor}
        told = sla_told(self.was, self.level, has_contractor=self.has_contractor)
        firm, engineer = (held.assignment.contractor_id, held.assignment.engineer_id) if held else (None, None)
        return Circular(cause, told, data, self.one.ticket, firm, engineer)


def _quiet(session: Session, is_backlog: bool, now: datetime) -> Quiet:
    """When it may ring: not at night nor on a day off of the reader, unless it burns before these end."""
    rules, hours = numbers.of(session), calendars.hours(session)
    held = now + warning_letters.SETTLES if is_backlog else now
    known: dict[str, datetime] = {}

    def morning(zone: str) -> datetime:
        at = notices.quiet_until(now, zone, rules.quiet_from_hour, rules.quiet_to_hour)
        for _ in range(LONGEST_REST_DAYS):
            local = at.astimezone(ZoneInfo(zone))
            if hours(local.date()) is not None:
                break
            at = (local + timedelta(days=1)).replace(hour=rules.quiet_to_hour, minute=0, second=0, microsecond=0)
        return at.astimezone(now.tzinfo)

    def quiet(row: Circular, person: Person) -> datetime:
        if row.ticket is not None and row.ticket.priority is Priority.EMERGENCY:
            return held
        if person.zone not in known:
            known[person.zone] = morning(person.zone)
        burns = now - FRESH <= datetime.fromisoformat(row.data["due"]) <= known[person.zone]
        return held if burns else max(held, known[person.zone])

    return quiet

"""The morning of the desk: once a day, at the hour of the reader's own zone, what the night and yesterday have left.

A day is a row of `job_run` for each reader, so it is told once, also after a restart; a morning that was missed is told
late on the same day and never on a later one, but the next tells what came since the last. The letter is drawn when it
is sent, from the rows as they are then.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.clock import ClockKind, Whose
from core.domain.errors import NotAllowed
from core.domain.notice import Notice
from core.domain.quality import QualityKind
from core.domain.role import Role
from core.domain.task import ORDER, TaskKind
from core.domain.ticket import TicketEvent
from core.services import clocks, guard, notices, numbers, queue_order, rows, running_out
from core.services.running_out import RunningOut
from storage.base import Base
from storage.models.clock import Breach, Clock
from storage.models.contractor import Block
from storage.models.desk import Audit, JobRun, Task
from storage.models.people import Membership, Person
from storage.models.quality import QualityEvent
from storage.models.ticket import Ticket

READERS = frozenset({Role.DISPATCHER, Role.MANAGER})
JOB = "digest"
#: So many of the documents that end soon are named.
MOST_NAMED = 3
#: Mornings nobody was told are looked back over, a week at most.
LOOK_BACK_DAYS = 7
#: A promise may be found broken so long after its deadline, and is told then.
FOUND_LATE = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Digest:
    """What is not nothing; of the days from `since` to the one before `day`, in the reader's zone."""

    day: date
    since: date
    tasks: tuple[tuple[TaskKind, int], ...]
    burns_today: tuple[tuple[ClockKind, int], ...]
    broken: tuple[tuple[Whose, int], ...]
    accepted: int
    disputed: int
    no_shows: int
    blocks: int
    running_out: RunningOut
    is_held: bool

    @property
    def is_empty(self) -> bool:
        counts = (self.accepted, self.disputed, self.no_shows, self.blocks, self.running_out.total)
        return not (self.tasks or self.burns_today or self.broken or any(counts) or self.is_held)


def sweep(session: Session, limit: int, *, now: datetime, skip: int = 0) -> int:
    """Tells everybody whose morning has come. Returns how many were told, or had nothing to be told."""

    def untold(reader: tuple[Person, datetime]) -> date | None:
        day = _morning(session, *reader, now)
        return None if day is None or _is_told(session, reader[0], day) else day

    done = 0
    for (person, _), day in islice(rows.due(_readers(session), untold, skip), limit):
        session.add(JobRun(job=JOB, scheduled_for=f"{day} {person.id}", at=now))
        if not _drawn(session, person, now=now).is_empty:
            notices.tell(session, person.id, Notice.DIGEST, cause=str(day), now=now)
        done += 1
    return done


def show(session: Session, actor: Actor, *, now: datetime) -> Digest:
    """`/digest`, at any hour. Raises NotAllowed."""
    if not actor.is_desk or actor.person_id is None:
        raise NotAllowed
    return _drawn(session, session.get_one(Person, actor.person_id), now=now)


def _readers(session: Session) -> list[tuple[Person, datetime]]:
    """Who reads it, and since when he is of the desk."""
    who = (Person.telegram_id.is_not(None), Person.unreachable_at.is_(None))
    found = session.execute(
        select(Person, func.min(Membership.started_at))
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.role.in_(READERS), Membership.ended_at.is_(None), *who)
        .group_by(Person.id)
        .order_by(Person.id)
    )
    return [(person, since) for person, since in found]


def _morning(session: Session, person: Person, since: datetime, now: datetime) -> date | None:
    """The reader's day, once its hour has struck; whoever came in later that day begins with the next."""
    local = now.astimezone(ZoneInfo(person.zone))
    struck = local.replace(hour=numbers.of(session).digest_hour, minute=0, second=0, microsecond=0)
    return local.date() if since <= struck <= local else None


def _is_told(session: Session, person: Person, day: date) -> bool:
    return session.get(JobRun, (JOB, f"{day} {person.id}")) is not None


def _last_told(session: Session, person: Person, day: date) -> date:
    """The morning before `day` that was told last; yesterday's where none was for long."""
    yesterday = day - timedelta(days=1)
    mornings = (day - timedelta(days=n) for n in range(1, LOOK_BACK_DAYS + 1))
    return next((one for one in mornings if _is_told(session, person, one)), yesterday)


def _drawn(session: Session, person: Person, *, now: datetime) -> Digest:
    here = ZoneInfo(person.zone)
    day = now.astimezone(here).date()
    first = _last_told(session, person, day)
    since, today, until = (datetime.combine(one, time(), tzinfo=here) for one in (first, day, day + timedelta(days=1)))
    decided = _events(session, since, today)
    return Digest(
        day=day,
        since=first,
        tasks=_tasks(session),
        burns_today=_burning(session, now, until),
        broken=_broken(session, since, today),
        accepted=decided[TicketEvent.ACCEPT],
        disputed=decided[TicketEvent.WRONG],
        no_shows=_no_shows(session, since, today),
        blocks=_count(session, Block, Block.starts_at >= since, Block.starts_at < today),
        running_out=running_out.since(session, day, limit=MOST_NAMED),
        is_held=guard.is_held(session),
    )


def _tasks(session: Session) -> tuple[tuple[TaskKind, int], ...]:
    found = session.execute(
        select(Task.kind, func.count())
        .outerjoin(Ticket, Ticket.id == Task.ticket_id)
        .where(Task.ended_at.is_(None), queue_order.is_awake())
        .group_by(Task.kind)
    )
    counts = {kind: count for kind, count in found}
    return tuple((kind, counts[kind]) for kind in ORDER if kind in counts)


def _burning(session: Session, now: datetime, until: datetime) -> tuple[tuple[ClockKind, int], ...]:
    """Promises that end between now and the end of the day."""
    found = session.execute(
        select(Clock.kind, func.count()).where(Clock.due_at > now, Clock.due_at < until).group_by(Clock.kind)
    )
    counts = {kind: count for kind, count in found}
    return tuple((kind, counts[kind]) for kind in clocks.PROMISED if kind in counts)


def _broken(session: Session, since: datetime, until: datetime) -> tuple[tuple[Whose, int], ...]:
    found = session.execute(
        select(Breach.whose, func.count())
        .where(Breach.annulled_at.is_(None), Breach.at >= since - FOUND_LATE, Breach.at < until)
        .where(Breach.detected_at >= since, Breach.detected_at < until)
        .group_by(Breach.whose)
    )
    counts = {whose: count for whose, count in found}
    return tuple((whose, counts[whose]) for whose in Whose if whose in counts)


def _events(session: Session, since: datetime, until: datetime) -> Counter[str]:
    """The audit is in the order of time: read from its end, the years before are not touched."""
    before = session.scalar(select(Audit.id).where(Audit.at < since).order_by(Audit.id.desc()).limit(1)) or 0
    found = session.execute(
        select(Audit.event, func.count())
        .where(
            Audit.entity == "ticket",
            Audit.event.in_((TicketEvent.ACCEPT, TicketEvent.WRONG)),
            Audit.id > before,
            Audit.at < until,
        )
        .group_by(Audit.event)
    )
    return Counter({event: count for event, count in found})


def _no_shows(session: Session, since: datetime, until: datetime) -> int:
    which = (QualityEvent.kind == QualityKind.NO_SHOW, QualityEvent.annulled_at.is_(None))
    return _count(session, QualityEvent, *which, QualityEvent.at >= since, QualityEvent.at < until)


def _count(session: Session, table: type[Base], *which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*which)) or 0

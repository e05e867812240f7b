"""Documents that run out: reminders before, a word at the end, and an alarm on jobs agreed for a day behind it.

Each level is told once for each end; after downtime the latest stands for those that were missed. The day is that of
the firm. Nobody with an ended document is asked: the rule of the search sees to that.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.certificate import EXPIRED, FORGOTTEN_DAYS, JOBS_FROM, REMINDERS, is_over, level
from core.domain.notice import Notice
from core.domain.task import TaskKind
from core.domain.visit import AHEAD, VisitStatus
from core.services import audit, guard, notices, skill_watch, tasks
from storage.models.contractor import Contractor, ContractorSkill
from storage.models.desk import Audit, Task
from storage.models.directory import Service, Site
from storage.models.ticket import Assignment, Ticket
from storage.models.visit import Visit

REMINDED, ENDED = "remind", "expire"
#: In the history of a ticket: its visit lies behind the end of the document.
BEYOND = "beyond_document"
#: Somewhere it is tomorrow already, somewhere still yesterday.
_AHEAD, _BEHIND = timedelta(hours=14), timedelta(hours=12)
_OF_FIRM = Contractor.id == ContractorSkill.contractor_id
_COMING = AHEAD | {VisitStatus.EN_ROUTE}


def sweep(session: Session, limit: int, *, now: datetime, skip: int = 0) -> int:
    """Tells the firms what has come due. Returns how many skills were told of.

    Nothing is over while the time is in doubt: what is learnt under watch would be lost.
    """
    if guard.is_held(session):
        return 0
    actor = Actor.system("job:papers")
    due = list(_due(session, skip + limit, now))[skip:]
    for firm_id, rows in groupby(due, key=lambda row: row.contractor_id):
        _tell_firm(session, actor, session.get_one(Contractor, firm_id), list(rows), now=now)
    return len(due)


def told_now(session: Session, row: ContractorSkill, *, now: datetime) -> None:
    """The end was just said in other words: the level that is due today is not told once more."""
    firm = session.get_one(Contractor, row.contractor_id)
    row.reminded_days = level(row.valid_until, skill_watch.today_at(firm, now))
    row.reminded_of = row.valid_until if row.reminded_days is not None else None
    session.flush()


def look(session: Session, actor: Actor, visit: Visit, *, now: datetime) -> None:
    """A visit was planned by itself: perhaps for a day when the document is over."""
    assignment = session.get_one(Assignment, visit.assignment_id)
    ticket = session.get_one(Ticket, visit.ticket_id)
    row = skill_watch.of_ticket(session, ticket, assignment.contractor_id)
    if row is not None:
        _judge(session, actor, row, ticket, visit, now=now)


def renewed(session: Session, actor: Actor, row: ContractorSkill, *, now: datetime) -> None:
    """The end has moved: alarms that are over end, jobs behind a nearer end are told."""
    for ticket, visit in _jobs(session, row):
        if _is_beyond(session, row, ticket, visit):
            _judge(session, actor, row, ticket, visit, now=now)
        else:
            tasks.end_for_ticket(session, actor, ticket.id, {TaskKind.EXPIRED_JOB}, "renewed", now=now)


def _due(session: Session, most: int, now: datetime) -> Iterator[ContractorSkill]:
    """The zones somebody may be due in first, then by the day of each of them who is due."""
    near = _near((now + _AHEAD).date(), (now - _BEHIND).date())
    zones = session.scalars(select(Contractor.zone).join(ContractorSkill, _OF_FIRM).where(near).distinct()).all()
    found = 0
    for zone in sorted(zones):
        today = now.astimezone(ZoneInfo(zone)).date()
        rows = session.scalars(
            select(ContractorSkill)
            .join(Contractor, _OF_FIRM)
            .where(_near(today, today), Contractor.zone == zone)
            .order_by(ContractorSkill.contractor_id, ContractorSkill.id)
            .limit(most - found)
            .with_for_update(skip_locked=True, of=ContractorSkill)
        ).all()
        found += len(rows)
        yield from rows
        if found >= most:
            return


def _near(latest: date, earliest: date) -> ColumnElement[bool]:
    """Skills with a level to tell if today were `latest`, of ends not so long ago seen from `earliest`.

    Each way of being due has an index behind it: what is not due is not looked at, however many documents there are."""
    until, of = ContractorSkill.valid_until, ContractorSkill.reminded_of
    first = and_(of.is_distinct_from(until), until <= latest + timedelta(days=max(REMINDERS)))
    next_ = [
        and_(ContractorSkill.reminded_days == told, until <= latest + timedelta(days=days), of == until)
        for told, days in pairwise((*REMINDERS, EXPIRED))
    ]
    return and_(
        or_(*(and_(until >= earliest - timedelta(days=FORGOTTEN_DAYS), way) for way in (first, *next_))),
        or_(ContractorSkill.is_confirmed, ContractorSkill.watched_since.is_not(None)),
        Contractor.is_active,
    )


def _tell_firm(session: Session, actor: Actor, firm: Contractor, rows: list[ContractorSkill], *, now: datetime) -> None:
    """One letter for all that has come due for a firm."""
    today = skill_watch.today_at(firm, now)
    traces = [_note(session, actor, row, level(row.valid_until, today), now=now) for row in rows]
    data = {"skills": [row.id for row in rows]}
    for person in notices.contractor_people(session, [firm.id]):
        notices.tell(session, person.id, Notice.SKILL_ENDS, cause=f"audit {traces[-1].id}", now=now, data=data)
    for row in rows:
        if row.reminded_days is not None and row.reminded_days <= JOBS_FROM:
            for ticket, visit in _jobs(session, row):
                _judge(session, actor, row, ticket, visit, now=now)


def _note(session: Session, actor: Actor, row: ContractorSkill, due: int | None, *, now: datetime) -> Audit:
    row.reminded_of, row.reminded_days = row.valid_until, due
    session.flush()
    event = ENDED if due == EXPIRED else REMINDED
    until = row.valid_until.isoformat() if row.valid_until is not None else None
    trace = audit.record(session, actor, "skill", row.id, event, now=now, data={"until": until, "days": due})
    if due == EXPIRED:
        skill_watch.stop(session, actor, row, ENDED, now=now)
    return trace


def _jobs(session: Session, row: ContractorSkill) -> Iterable[tuple[Ticket, Visit]]:
    """What the firm has agreed to do with this skill and has not begun."""
    found = session.execute(
        select(Ticket, Visit)
        .join(Assignment, Assignment.ticket_id == Ticket.id)
        .join(Visit, Visit.assignment_id == Assignment.id)
        .join(Service, Service.id == Ticket.service_id)
        .where(
            Assignment.contractor_id == row.contractor_id,
            Assignment.ended_at.is_(None),
            Service.skill_id == row.skill_id,
            Visit.status.in_(_COMING),
        )
        .order_by(Ticket.id)
    )
    return [(ticket, visit) for ticket, visit in found]


def _judge(
    session: Session, actor: Actor, row: ContractorSkill, ticket: Ticket, visit: Visit, *, now: datetime
) -> None:
    """The crew hears of it early, the desk decides; once for each visit day and end."""
    if not _is_beyond(session, row, ticket, visit):
        return
    day = _visit_day(session, ticket, visit)
    cause = f"visit {visit.id} {day} {row.valid_until}"
    kind = TaskKind.EXPIRED_JOB
    if session.scalar(select(Task.id).where(Task.cause == f"{kind}:{cause}")) is not None:
        return
    until = row.valid_until.isoformat() if row.valid_until is not None else None
    data = {"until": until}
    trace = audit.record(session, actor, "visit", visit.id, BEYOND, now=now, data=data)
    tasks.open(session, kind, cause=cause, ticket_id=ticket.id, data=data, now=now)
    notices.publish(session, Notice.EXPIRED_JOB, ticket, cause=trace, now=now, data=data)


def _is_beyond(session: Session, row: ContractorSkill, ticket: Ticket, visit: Visit) -> bool:
    return is_over(row.valid_until, _visit_day(session, ticket, visit))


def _visit_day(session: Session, ticket: Ticket, visit: Visit) -> date:
    return visit.starts_at.astimezone(ZoneInfo(session.get_one(Site, ticket.site_id).zone)).date()

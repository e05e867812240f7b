"""Tasks of the desk: opened by what happened, listed in the queue, taken and ended by people."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session, aliased

from core.domain.actor import Actor
from core.domain.errors import Changed, NotAllowed, NotFound
from core.domain.notice import Notice
from core.domain.task import ENDED_BY_HAND, ORDER, TaskKind
from core.domain.ticket import Priority
from core.services import audit, notices
from storage.models.desk import Audit, Task
from storage.models.directory import Service, Site
from storage.models.people import Person
from storage.models.ticket import Ticket

#: What ends when the search goes on, with another pay, radius or time.
OF_NOBODY = frozenset({TaskKind.UNSTAFFED, TaskKind.REACTION})
#: What a yes, however it came, ends.
OF_SEARCH = frozenset({TaskKind.UNSTAFFED, TaskKind.REACTION, TaskKind.COUNTER, TaskKind.QUESTION})
#: What is over when the job leaves the hands of a crew.
OF_CREW = frozenset({TaskKind.LEFT, TaskKind.UNVERIFIED, TaskKind.NO_CREW, TaskKind.UNCONFIRMED})


@dataclass(frozen=True, slots=True)
class TaskLine:
    task_id: int
    kind: TaskKind
    ticket_id: int | None
    number: str
    site: str
    service: str
    priority: Priority | None
    created_at: datetime
    taken_by: str
    #: Whom it is about, where it is about somebody: a message that did not arrive.
    person: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Queue:
    lines: tuple[TaskLine, ...]
    total: int
    offset: int
    read_at: datetime


def open(
    session: Session,
    kind: TaskKind,
    *,
    cause: str,
    now: datetime,
    ticket_id: int | None = None,
    person_id: int | None = None,
    data: dict[str, Any] | None = None,
) -> Task:
    """The same cause makes one task, however often it is told."""
    known = session.scalar(select(Task).where(Task.cause == f"{kind}:{cause}"))
    if known is not None:
        return known
    task = Task(
        kind=kind,
        cause=f"{kind}:{cause}",
        ticket_id=ticket_id,
        person_id=person_id,
        data=data or {},
        created_at=now,
        due_at=now,
    )
    session.add(task)
    session.flush()
    return task


def queue(session: Session, actor: Actor, *, now: datetime, offset: int = 0, limit: int = 8) -> Queue:
    """What needs a person now: emergencies first, then by kind, then by age."""
    if not actor.is_desk:
        raise NotAllowed
    urgent = case((Ticket.priority == Priority.EMERGENCY, 0), else_=1)
    kinds = case({kind.value: number for number, kind in enumerate(ORDER)}, value=Task.kind, else_=len(ORDER))
    total = session.scalar(select(func.count()).select_from(Task).where(Task.ended_at.is_(None))) or 0
    rows = session.execute(
        _lines()
        .where(Task.ended_at.is_(None))
        .order_by(urgent, kinds, Task.due_at, Task.id)
        .offset(offset)
        .limit(limit)
    )
    return Queue(tuple(_line(*row) for row in rows), total, offset, now)


def of_ticket(session: Session, ticket_id: int) -> tuple[TaskLine, ...]:
    rows = session.execute(_lines().where(Task.ticket_id == ticket_id, Task.ended_at.is_(None)).order_by(Task.id))
    return tuple(_line(*row) for row in rows)


def has(session: Session, ticket_id: int, kind: TaskKind) -> bool:
    """An open task of this kind stands in the queue."""
    found = select(Task.id).where(Task.ticket_id == ticket_id, Task.kind == kind, Task.ended_at.is_(None))
    return session.scalar(found.limit(1)) is not None


def take(session: Session, actor: Actor, task_id: int, *, now: datetime) -> None:
    """`mine`: the others see who works on it. Raises Changed when somebody else was faster."""
    task = _open_task(session, actor, task_id)
    if task.taken_by == actor.person_id:
        return
    taken = session.scalar(
        update(Task)
        .where(Task.id == task_id, Task.taken_by.is_(None), Task.ended_at.is_(None))
        .values(taken_by=actor.person_id, taken_at=now)
        .returning(Task.id)
    )
    session.refresh(task)
    if taken is None:
        raise Changed
    cause = audit.record(session, actor, "task", task_id, "take", now=now)
    _answer(session, actor, task, cause, now=now)


def end(session: Session, actor: Actor, task_id: int, outcome: str, *, now: datetime) -> None:
    """The person says it is done; tasks that follow from a ticket end by themselves when it moves on."""
    task = _open_task(session, actor, task_id)
    if task.kind not in ENDED_BY_HAND:
        raise NotAllowed
    cause = _end(session, actor, task, outcome, now=now)
    _answer(session, actor, task, cause, now=now)


def end_for_ticket(
    session: Session, actor: Actor, ticket_id: int, kinds: Set[TaskKind], outcome: str, *, now: datetime
) -> None:
    """What the tasks asked for has happened."""
    for task in session.scalars(
        select(Task).where(Task.ticket_id == ticket_id, Task.kind.in_(kinds), Task.ended_at.is_(None))
    ):
        _end(session, actor, task, outcome, now=now)


def end_for_cause(session: Session, actor: Actor, kind: TaskKind, cause: str, outcome: str, *, now: datetime) -> None:
    """The one task that this cause has made, if it is still open."""
    task = session.scalar(select(Task).where(Task.cause == f"{kind}:{cause}", Task.ended_at.is_(None)))
    if task is not None:
        _end(session, actor, task, outcome, now=now)


def _end(session: Session, actor: Actor, task: Task, outcome: str, *, now: datetime) -> Audit:
    task.ended_at, task.ended_by, task.outcome = now, actor.person_id, outcome
    return audit.record(session, actor, "task", task.id, "end", now=now, data={"outcome": outcome})


def _answer(session: Session, actor: Actor, task: Task, cause: Audit, *, now: datetime) -> None:
    """The card of the ticket shows whose the task is; a task without a ticket stands in the queue only."""
    if task.ticket_id is None or actor.person_id is None:
        return
    ticket = session.get_one(Ticket, task.ticket_id)
    notices.answer(session, actor.person_id, Notice.CARD, ticket=ticket, cause=f"audit {cause.id}", now=now)


def _open_task(session: Session, actor: Actor, task_id: int) -> Task:
    if not actor.is_desk:
        raise NotFound
    task = session.get(Task, task_id)
    if task is None:
        raise NotFound
    if task.ended_at is not None:
        raise Changed
    return task


def _lines() -> Any:
    about = aliased(Person)
    return (
        select(Task, Ticket.number, Ticket.priority, Site.name, Site.city, Service.name, Person.name, about.name)
        .select_from(Task)
        .outerjoin(Ticket, Ticket.id == Task.ticket_id)
        .outerjoin(Site, Site.id == Ticket.site_id)
        .outerjoin(Service, Service.id == Ticket.service_id)
        .outerjoin(Person, Person.id == Task.taken_by)
        .outerjoin(about, about.id == Task.person_id)
    )


def _line(
    task: Task,
    number: str | None,
    priority: Priority | None,
    site: str | None,
    city: str | None,
    service: str | None,
    taken_by: str | None,
    person: str | None,
) -> TaskLine:
    return TaskLine(
        task.id,
        task.kind,
        task.ticket_id,
        number or "",
        f"{site}, {city}" if site else "",
        service or "",
        priority,
        task.created_at,
        taken_by or "",
        person or "",
        task.data,
    )

"""Tasks of the desk: opened by what happened, listed in the queue, taken and ended by people."""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NoReturn

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.orm import Session, aliased

from core.domain.actor import Actor
from core.domain.errors import Changed, NotAllowed, NotFound, TaskTaken
from core.domain.money import line_sum
from core.domain.notice import Delivery, Notice
from core.domain.role import DESK_ROLES
from core.domain.task import ORDER, TaskKind, ended_by
from core.domain.ticket import Priority
from core.services import audit, notices, queue_order
from core.services.rows import moved
from storage.models.desk import Audit, Task
from storage.models.directory import Service, Site
from storage.models.people import Membership, Person
from storage.models.ticket import Ticket

MOST_COLLEAGUES = 20

#: What ends when the search goes on, with another pay, radius or time.
OF_NOBODY = frozenset({TaskKind.UNSTAFFED, TaskKind.REACTION})
#: What a yes, however it came, ends.
OF_SEARCH = frozenset({TaskKind.UNSTAFFED, TaskKind.REACTION, TaskKind.COUNTER, TaskKind.QUESTION})
#: What is over when the job leaves the hands of a crew.
OF_CREW = frozenset(
    {
        TaskKind.LEFT,
        TaskKind.UNVERIFIED,
        TaskKind.NO_CREW,
        TaskKind.UNCONFIRMED,
        TaskKind.NOT_COME,
        TaskKind.CREW_UNREACHABLE,
        TaskKind.EXPIRED_JOB,
    }
)
#: What is over once somebody of the crew is under way or has said when he comes.
OF_COMING = frozenset({TaskKind.UNCONFIRMED, TaskKind.NOT_COME, TaskKind.CREW_UNREACHABLE})


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
    phone: str
    data: dict[str, Any]
    taken_by_id: int | None
    #: When the burning clock of its search is broken, and what the client pays.
    burns_until: datetime | None
    risk_kop: int


class Show(StrEnum):
    ALL = "all"
    MINE = "mine"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Queue:
    lines: tuple[TaskLine, ...]
    total: int
    offset: int
    read_at: datetime
    show: Show
    kind: TaskKind | None
    #: How many there are behind each filter.
    counts: dict[Show, int]
    kinds: tuple[tuple[TaskKind, int], ...]
    reader_id: int | None
    #: What the reader may end by his word.
    may_end: frozenset[TaskKind]


@dataclass(frozen=True, slots=True)
class Colleagues:
    line: TaskLine
    people: tuple[tuple[int, str], ...]


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


def open_many(session: Session, rows: Iterable[Task]) -> None:
    """Many at once, each of them once: the cause of a row is written whole, with its kind in front."""
    new = {row.cause: row for row in rows}
    known = set(session.scalars(select(Task.cause).where(Task.cause.in_(new))))
    session.add_all(row for cause, row in new.items() if cause not in known)
    session.flush()


def queue(
    session: Session,
    actor: Actor,
    *,
    now: datetime,
    offset: int = 0,
    limit: int = 8,
    show: Show = Show.ALL,
    kind: TaskKind | None = None,
) -> Queue:
    """What needs a person now, by minutes and roubles at risk; what sleeps with its ticket is not shown."""
    if not actor.is_desk:
        raise NotAllowed
    awake = (
        select(Task.kind, Task.taken_by)
        .outerjoin(Ticket, Ticket.id == Task.ticket_id)
        .where(Task.ended_at.is_(None), queue_order.is_awake())
    ).subquery()
    rows = session.execute(select(awake.c.kind, awake.c.taken_by, func.count()).group_by(*awake.c)).all()
    counts = {one: sum(n for of, who, n in rows if _is_shown(one, who, actor) and kind in (None, of)) for one in Show}
    kinds = tuple((one, sum(n for of, who, n in rows if of is one and _is_shown(show, who, actor))) for one in ORDER)
    query = _lines().where(Task.ended_at.is_(None), queue_order.is_awake(), *_filters(actor, show, kind))
    found = session.execute(query.order_by(*queue_order.by_risk(now)).offset(offset).limit(limit))
    lines = tuple(_line(*row) for row in found)
    shown = tuple((one, n) for one, n in kinds if n)
    return Queue(lines, counts[show], offset, now, show, kind, counts, shown, actor.person_id, ended_by(actor.roles))


def _is_shown(show: Show, taken_by: int | None, actor: Actor) -> bool:
    return show is Show.ALL or taken_by == (actor.person_id if show is Show.MINE else None)


def _filters(actor: Actor, show: Show, kind: TaskKind | None) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Task.kind == kind] if kind is not None else []
    if show is Show.MINE:
        found.append(Task.taken_by == actor.person_id)
    elif show is Show.FREE:
        found.append(Task.taken_by.is_(None))
    return found


def one(session: Session, actor: Actor, task_id: int, *, now: datetime) -> TaskLine:
    """Raises NotFound, Changed when it has ended."""
    _open_task(session, actor, task_id)
    return _line(*session.execute(_lines().where(Task.id == task_id)).one())


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
        _refuse(session, task)
    cause = audit.record(session, actor, "task", task_id, "take", now=now)
    _answer(session, actor, task, cause, now=now)


def release(session: Session, actor: Actor, task_id: int, *, now: datetime) -> None:
    """Back to the queue, for anybody. A repeated tap is harmless."""
    task = _open_task(session, actor, task_id)
    if task.taken_by is None:
        return
    if task.taken_by != actor.person_id:
        _refuse(session, task)
    if not moved(
        session, task, Task.taken_by == actor.person_id, Task.ended_at.is_(None), taken_by=None, taken_at=None
    ):
        raise Changed
    cause = audit.record(session, actor, "task", task_id, "release", now=now)
    _answer(session, actor, task, cause, now=now)


def colleagues(session: Session, actor: Actor, task_id: int, *, now: datetime) -> Colleagues:
    """To whom the task may be handed: others of the desk who read Telegram."""
    line = one(session, actor, task_id, now=now)
    people = session.execute(
        select(Person.id, Person.name)
        .where(Person.id != actor.person_id, _is_of_desk(), Person.id != (line.taken_by_id or 0))
        .order_by(Person.name, Person.id)
        .limit(MOST_COLLEAGUES)
    )
    return Colleagues(line, tuple((person_id, name) for person_id, name in people))


def hand_over(session: Session, actor: Actor, task_id: int, to_person_id: int, *, now: datetime) -> None:
    """A free task or one's own goes to a colleague, who is rung with the card. Raises NotFound, TaskTaken, Changed."""
    task = _open_task(session, actor, task_id)
    if task.ticket_id is None:
        raise NotAllowed  # what has no card rings nobody: it is given back to the queue
    if session.scalar(select(Person.id).where(Person.id == to_person_id, _is_of_desk())) is None:
        raise NotFound
    if task.taken_by == to_person_id:
        return
    if task.taken_by not in (None, actor.person_id):
        _refuse(session, task)
    still = Task.taken_by.is_(None) if task.taken_by is None else Task.taken_by == task.taken_by
    if not moved(session, task, still, Task.ended_at.is_(None), taken_by=to_person_id, taken_at=now):
        raise Changed
    cause = audit.record(session, actor, "task", task_id, "hand_over", now=now, data={"to": to_person_id})
    ticket, key = session.get_one(Ticket, task.ticket_id), f"audit {cause.id}"
    rung, how = Notice.HANDED_OVER, Delivery.NEW
    notices.answer(session, to_person_id, rung, cause=key, now=now, ticket=ticket, delivery=how)
    _answer(session, actor, task, cause, now=now)


def _is_of_desk() -> ColumnElement[bool]:
    live = select(Membership.person_id).where(Membership.role.in_(DESK_ROLES), Membership.ended_at.is_(None))
    return and_(Person.id.in_(live), Person.telegram_id.is_not(None))


def _refuse(session: Session, task: Task) -> NoReturn:
    """A colleague has it: he is named; nobody, where it ended meanwhile."""
    if task.ended_at is not None or task.taken_by is None:
        raise Changed
    raise TaskTaken(session.get_one(Person, task.taken_by).name)


def end(session: Session, actor: Actor, task_id: int, outcome: str, *, now: datetime) -> None:
    """The person says it is done; tasks that follow from a ticket end by themselves when it moves on."""
    task = _open_task(session, actor, task_id)
    if task.kind not in ended_by(actor.roles):
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
    if task.ticket_id is not None:
        ticket = session.get_one(Ticket, task.ticket_id)
        notices.reply(session, actor, Notice.CARD, ticket=ticket, cause=f"audit {cause.id}", now=now)


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
        select(
            Task,
            Ticket.number,
            Ticket.priority,
            Site.name,
            Site.city,
            Service.name,
            Person.name,
            about.name,
            about.phone,
            queue_order.BURNS_UNTIL,
            Ticket.client_price_kop,
            Ticket.quantity_milli,
        )
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
    phone: str | None,
    burns_until: datetime | None,
    price_kop: int | None,
    quantity_milli: int | None,
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
        phone or "",
        task.data,
        task.taken_by,
        burns_until,
        line_sum(price_kop or 0, quantity_milli or 0),
    )

"""The telephone of the desk: whom to call about a ticket, what was said, and a yes given by phone."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from core.domain.actor import Actor
from core.domain.errors import NotAllowed, NotFound, TextTooLong
from core.domain.hold import SEARCHED
from core.domain.offer import Exclusion
from core.domain.role import CONTRACTOR_ROLES
from core.domain.slots import Late, Slot
from core.domain.talk import CallOutcome
from core.domain.task import TaskKind
from core.domain.ticket import Priority
from core.services import audit, offers, queue_order, scope, searches, staffing
from storage.models.contractor import Contractor
from storage.models.desk import Task
from storage.models.directory import Service, Site
from storage.models.people import Membership, Person
from storage.models.talk import Call
from storage.models.ticket import Ticket

NOTE_LIMIT = 500
#: Tasks that are done on the phone.
BY_PHONE = (
    TaskKind.UNSTAFFED,
    TaskKind.REACTION,
    TaskKind.NOT_COME,
    TaskKind.UNCONFIRMED,
    TaskKind.CREW_UNREACHABLE,
    TaskKind.NO_CREW,
    TaskKind.TELL_CREW,
    TaskKind.NO_ACCEPTER,
    TaskKind.DRAFT,
)
#: For a search there is a list of whom to phone.
_OF_SEARCH = frozenset({TaskKind.UNSTAFFED, TaskKind.REACTION})


@dataclass(frozen=True, slots=True)
class CallLine:
    """A contractor who could be phoned about a ticket, and what was said the last time."""

    contractor_id: int
    name: str
    contact: str
    phone: str
    distance_m: int
    #: The rule a yes by phone would pass over.
    passes: Exclusion | None
    outcome: CallOutcome | None
    note: str
    by: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class CallList:
    ticket_id: int
    number: str
    version: int
    service: str
    site: str
    zone: str
    pay_kop: int
    lines: tuple[CallLine, ...]
    total: int
    offset: int
    read_at: datetime


@dataclass(frozen=True, slots=True)
class CallTimes:
    """The times that may be agreed on the phone with one contractor."""

    ticket_id: int
    number: str
    contractor_id: int
    name: str
    zone: str
    can_go_now: bool
    slots: tuple[Slot, ...]
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """A ticket somebody must be phoned about; `phone` is known where it is one person, `is_search`: it is many."""

    ticket_id: int
    number: str
    kind: TaskKind
    priority: Priority
    service: str
    site: str
    contact: str
    phone: str
    is_search: bool
    calls: int


def waiting(session: Session, actor: Actor, *, now: datetime, limit: int = 30) -> tuple[Waiting, ...]:
    """Everything that waits for the telephone, emergencies and the oldest first. Raises NotAllowed."""
    if not actor.is_desk:
        raise NotAllowed
    rows = session.execute(
        select(Task, Ticket, Service.name, Site, Contractor)
        .join(Ticket, Ticket.id == Task.ticket_id)
        .join(Service, Service.id == Ticket.service_id)
        .join(Site, Site.id == Ticket.site_id)
        .outerjoin(Contractor, Contractor.id == Ticket.contractor_id)
        .where(Task.ended_at.is_(None), or_(Task.kind.in_(BY_PHONE), _burns_by_phone()), queue_order.is_awake())
        .order_by(Ticket.priority != Priority.EMERGENCY, Task.due_at, Task.id)
        .limit(limit)
    ).all()
    called = _calls_by_ticket(session, [ticket.id for _, ticket, *_ in rows])
    return tuple(
        _waiting(task, ticket, service, site, contractor, called.get(ticket.id, 0))
        for task, ticket, service, site, contractor in rows
    )


def _burns_by_phone() -> ColumnElement[bool]:
    """A deadline that only the telephone can save: nobody has the job, or nobody of the firm reads Telegram; and no
    other task has the desk phone about it."""
    reads = exists(
        select(Membership.id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.contractor_id == Ticket.contractor_id,
            Membership.role.in_(CONTRACTOR_ROLES),
            Membership.ended_at.is_(None),
            Person.telegram_id.is_not(None),
            Person.unreachable_at.is_(None),
        )
    )
    other = aliased(Task)
    is_phoned = exists(
        select(other.id).where(other.ticket_id == Ticket.id, other.kind.in_(BY_PHONE), other.ended_at.is_(None))
    )
    is_somebodys = or_(Ticket.contractor_id.is_not(None), Ticket.status.in_(SEARCHED))
    return and_(Task.kind == TaskKind.DEADLINE, is_somebodys, ~reads, ~is_phoned)


def of_ticket(
    session: Session, actor: Actor, ticket_id: int, *, now: datetime, offset: int = 0, limit: int = 6
) -> CallList:
    """Whom to phone about it, nearest first; who said no on the phone stands last. Raises NotFound."""
    ticket = _ticket(session, actor, ticket_id)
    choices = staffing.choices(session, actor, ticket.id, now=now, limit=staffing.MOST)
    said = _last_calls(session, ticket.id)
    lines = [_line(choice, said.get(choice.contractor_id)) for choice in choices.lines]
    lines.sort(key=lambda line: line.outcome is CallOutcome.REFUSED)
    site = session.get_one(Site, ticket.site_id)
    return CallList(
        ticket_id=ticket.id,
        number=ticket.number,
        version=ticket.version,
        service=session.get_one(Service, ticket.service_id).name,
        site=f"{site.name}, {site.city}",
        zone=site.zone,
        pay_kop=searches.pay_of(ticket),
        lines=tuple(lines[offset : offset + limit]),
        total=len(lines),
        offset=offset,
        read_at=now,
    )


def one(
    session: Session, actor: Actor, ticket_id: int, contractor_id: int, *, now: datetime
) -> tuple[CallList, CallLine]:
    """The list and the line of one contractor. Raises NotFound."""
    found = of_ticket(session, actor, ticket_id, now=now, limit=staffing.MOST)
    line = next((line for line in found.lines if line.contractor_id == contractor_id), None)
    if line is None:
        raise NotFound
    return found, line


def note(
    session: Session,
    actor: Actor,
    ticket_id: int,
    contractor_id: int,
    outcome: CallOutcome,
    words: str = "",
    *,
    now: datetime,
) -> None:
    """What came of a call. Who refused is not asked again for a while. Raises NotFound, TextTooLong."""
    ticket = _ticket(session, actor, ticket_id)
    contractor = scope.find(session, scope.visible_contractors(actor), Contractor.id == contractor_id)
    words = words.strip()
    if len(words) > NOTE_LIMIT:
        raise TextTooLong(NOTE_LIMIT, len(words))
    if actor.person_id is None:
        raise NotAllowed
    session.add(
        Call(
            ticket_id=ticket.id,
            contractor_id=contractor.id,
            person_id=actor.person_id,
            outcome=outcome,
            note=words,
            at=now,
        )
    )
    audit.record(
        session, actor, "ticket", ticket.id, "call", now=now, data={"contractor": contractor.id, "outcome": outcome}
    )


def times(session: Session, actor: Actor, ticket_id: int, contractor_id: int, *, now: datetime) -> CallTimes:
    """When he could come, to be agreed on the phone. Raises NotFound."""
    ticket = _ticket(session, actor, ticket_id)
    contractor = scope.find(session, scope.visible_contractors(actor), Contractor.id == contractor_id)
    site = session.get_one(Site, ticket.site_id)
    is_open = ticket.priority is Priority.EMERGENCY or offers.hours_of(site).is_open(now)
    slots = offers.proposed_slots(session, ticket, now=now, late=Late.BESIDE)
    may_now = is_open and (ticket.visit_from is None or ticket.visit_from <= now)
    return CallTimes(ticket.id, ticket.number, contractor.id, contractor.name, site.zone, may_now, slots, now)


def accepted(
    session: Session,
    actor: Actor,
    ticket_id: int,
    contractor_id: int,
    start: datetime | None = None,
    *,
    now: datetime,
) -> None:
    """He said yes on the phone, to this time, or to "now" without one: the job is his. A repeated tap is harmless.

    Raises NotFound, NotQualified, SlotGone, Changed.
    """
    if _ticket(session, actor, ticket_id).contractor_id == contractor_id:
        return
    note(session, actor, ticket_id, contractor_id, CallOutcome.ACCEPTED, now=now)
    staffing.assign(session, actor, ticket_id, contractor_id, now=now, start=start, is_now=start is None)


def _ticket(session: Session, actor: Actor, ticket_id: int) -> Ticket:
    if not actor.is_desk:
        raise NotFound
    return scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)


def _last_calls(session: Session, ticket_id: int) -> dict[int, tuple[Call, str]]:
    rows = session.execute(
        select(Call, Person.name)
        .join(Person, Person.id == Call.person_id)
        .where(Call.ticket_id == ticket_id)
        .order_by(Call.id)
    )
    return {call.contractor_id: (call, name) for call, name in rows}


def _calls_by_ticket(session: Session, ids: list[int]) -> dict[int, int]:
    rows = session.execute(select(Call.ticket_id, func.count()).where(Call.ticket_id.in_(ids)).group_by(Call.ticket_id))
    return {ticket_id: count for ticket_id, count in rows}


def _line(choice: staffing.Choice, said: tuple[Call, str] | None) -> CallLine:
    call, by = said if said is not None else (None, "")
    return CallLine(
        contractor_id=choice.contractor_id,
        name=choice.name,
        contact=choice.contact,
        phone=choice.phone,
        distance_m=choice.distance_m,
        passes=choice.passes,
        outcome=call.outcome if call else None,
        note=call.note if call else "",
        by=by,
        at=call.at if call else None,
    )


def _waiting(
    task: Task, ticket: Ticket, service: str, site: Site, contractor: Contractor | None, calls: int
) -> Waiting:
    """The shop for what the client must say, the contractor for what he must; for a search the list decides."""
    contact = phone = ""
    is_search = task.kind in _OF_SEARCH or (task.kind is TaskKind.DEADLINE and contractor is None)
    if task.kind in (TaskKind.NO_ACCEPTER, TaskKind.DRAFT):
        contact, phone = site.responsible_name, site.responsible_phone
    elif contractor is not None:
        contact, phone = contractor.contact_name or contractor.name, contractor.phone
    place = f"{site.name}, {site.city}"
    return Waiting(
        ticket.id, ticket.number, task.kind, ticket.priority, service, place, contact, phone, is_search, calls
    )

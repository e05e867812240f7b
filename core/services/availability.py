"""Whether a firm wants offers, at night too, and on which days its people take no jobs.

The switch is the firm's: the owner turns it, and an engineer where no owner is in Telegram. Days off are a person's
own; a visit agreed for such a day stays his, and the card says so.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain import absence
from core.domain.absence import AwayDays, Days
from core.domain.actor import Actor
from core.domain.errors import Changed, NotAllowed, NotFound
from core.domain.notice import Notice
from core.domain.role import CONTRACTOR_ROLES, Role
from core.domain.visit import LIVE
from core.services import audit, notices, numbers, scope
from storage.models.contractor import Absence, Contractor
from storage.models.desk import Audit
from storage.models.directory import Site
from storage.models.people import Membership, Person
from storage.models.ticket import Ticket
from storage.models.visit import Visit

MOST = 20

#: Rows of the audit that say whether a firm wants offers: each but SILENT is a sign of life.
TURNED, STILL_THERE, SILENT = "turn", "still_there", "silent"


class Why(StrEnum):
    """Why somebody is told how the switch stands without having touched it."""

    SILENCE = "silence"
    DESK = "desk"


@dataclass(frozen=True, slots=True)
class FirmLine:
    contractor_id: int
    name: str
    is_available: bool
    night_jobs: bool
    is_asked: bool
    may_switch: bool


@dataclass(frozen=True, slots=True)
class VisitLine:
    ticket_id: int
    number: str
    starts_at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class AbsenceLine:
    """`visits` are agreed for these days and remain his."""

    absence_id: int
    days: Days
    visits: tuple[VisitLine, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """ "Still with us?", as one of the firm reads it."""

    contractor_id: int
    name: str
    zone: str
    until: datetime
    may_switch: bool
    read_at: datetime


@dataclass(frozen=True, slots=True)
class FreeCard:
    firms: tuple[FirmLine, ...]
    absences: tuple[AbsenceLine, ...]
    today: date
    read_at: datetime


def card(session: Session, actor: Actor, *, now: datetime) -> FreeCard:
    person_id = _person(actor)
    firms = _firms(session, actor)
    zone = ZoneInfo(firms[0].zone)
    today = now.astimezone(zone).date()
    visits = _visits(session, actor)
    return FreeCard(
        firms=tuple(_firm_line(session, actor, firm) for firm in firms),
        absences=tuple(
            AbsenceLine(row.id, days, _within(visits, days, zone))
            for row in _absences(session, person_id, today)
            for days in [Days(row.first_on, row.last_on)]
        ),
        today=today,
        read_at=now,
    )


def of_firm(session: Session, contractor: Contractor, *, now: datetime) -> tuple[tuple[str, Days], ...]:
    """Name and days of everybody of the firm who is or will be away."""
    today = now.astimezone(ZoneInfo(contractor.zone)).date()
    rows = session.execute(
        select(Person.name, Absence.first_on, Absence.last_on)
        .join(Person, Person.id == Absence.person_id)
        .where(Absence.person_id.in_(_people_of(contractor.id)), Absence.last_on >= today)
        .order_by(Absence.first_on, Person.name, Absence.id)
        .limit(MOST)
    )
    return tuple((name, Days(first_on, last_on)) for name, first_on, last_on in rows)


def question(session: Session, actor: Actor, contractor_id: int, *, now: datetime) -> Question:
    """Raises Changed when it is no longer asked."""
    row = _firm(session, actor, contractor_id)
    if row.asked_still_there_at is None:
        raise Changed
    until = row.asked_still_there_at + timedelta(hours=numbers.of(session).still_there_hours)
    return Question(row.id, row.name, row.zone, until, _may_switch(session, actor, row.id), now)


def switch(session: Session, actor: Actor, contractor_id: int, on: bool, *, now: datetime) -> None:
    """The button says what it will be, so a second tap on an old button turns nothing back."""
    row = _own_firm(session, actor, contractor_id)
    notices.reply(session, actor, Notice.FREE, cause=turn(session, actor, row, on, now=now), now=now)


def turn(session: Session, actor: Actor, row: Contractor, on: bool, *, now: datetime) -> str:
    """Whoever turns it has been heard of: nothing is asked any more. Returns the cause for those to be told."""
    row.is_available, row.asked_still_there_at = on, None
    session.flush()
    return f"audit {audit.record(session, actor, 'contractor', row.id, TURNED, now=now, data={'on': on}).id}"


def turn_by_desk(session: Session, actor: Actor, row: Contractor, on: bool, *, now: datetime) -> None:
    """The firm hears of it: it did not touch the switch."""
    before = row.is_available
    cause = turn(session, actor, row, on, now=now)
    if before is not on:
        tell_firm(session, row.id, Why.DESK, cause=cause, now=now)


def night(session: Session, actor: Actor, contractor_id: int, on: bool, *, now: datetime) -> None:
    row = _own_firm(session, actor, contractor_id)
    row.night_jobs = on
    session.flush()
    trace = audit.record(session, actor, "contractor", row.id, "edit", now=now, data={"field": "night"})
    notices.reply(session, actor, Notice.FREE, cause=f"audit {trace.id}", now=now)


def still_there(session: Session, actor: Actor, contractor_id: int, yes: bool, *, now: datetime) -> None:
    """The answer to "still with us?". Anybody of the firm may say yes, also after its silence has turned offers off;
    a no turns them off, so it takes the right to the switch."""
    if not yes:
        return switch(session, actor, contractor_id, False, now=now)
    row = _firm(session, actor, contractor_id)
    if row.asked_still_there_at is not None or _fell_silent(session, row.id):
        row.is_available, row.asked_still_there_at = True, None
        session.flush()
        trace = audit.record(session, actor, "contractor", row.id, STILL_THERE, now=now)
        return notices.reply(session, actor, Notice.FREE, cause=f"audit {trace.id}", now=now)
    return notices.reply(session, actor, Notice.FREE, cause=actor.source, now=now)


def add_days(session: Session, actor: Actor, days: AwayDays, *, now: datetime) -> None:
    _add(session, actor, absence.chosen(days, _today(session, actor, now)), now=now)


def add_typed(session: Session, actor: Actor, value: str, *, now: datetime) -> None:
    """Raises FieldInvalid."""
    _add(session, actor, absence.typed(value, _today(session, actor, now)), now=now)


def remove_absence(session: Session, actor: Actor, absence_id: int, *, now: datetime) -> None:
    person_id = _person(actor)
    row = session.scalars(select(Absence).where(Absence.id == absence_id, Absence.person_id == person_id)).one_or_none()
    if row is None:
        raise NotFound
    session.delete(row)
    session.flush()
    _trace(session, actor, "remove", Days(row.first_on, row.last_on), now=now)


def tell_firm(session: Session, contractor_id: int, why: Why, *, cause: str, now: datetime) -> None:
    for person in notices.contractor_people(session, [contractor_id]):
        notices.tell(
            session, person.id, Notice.FREE, cause=cause, now=now, data={"why": why, "contractor": contractor_id}
        )


def has_owner(session: Session, contractor_id: int) -> bool:
    owner = _people_of(contractor_id).where(Membership.role == Role.OWNER)
    return session.scalar(owner.join(Person).where(Person.telegram_id.is_not(None)).limit(1)) is not None


def _add(session: Session, actor: Actor, days: Days, *, now: datetime) -> None:
    """Days that touch become one range; the same days given twice change nothing."""
    person_id, today = _person(actor), _today(session, actor, now)
    known = {row: Days(row.first_on, row.last_on) for row in _absences(session, person_id, today, limit=None)}
    whole = absence.joined(days, known.values())
    if whole not in known.values():
        for row, one in known.items():
            if whole.touches(one):
                session.delete(row)
        session.add(Absence(person_id=person_id, first_on=whole.first, last_on=whole.last))
        session.flush()
    _trace(session, actor, "add", days, now=now)


def _trace(session: Session, actor: Actor, event: str, days: Days, *, now: datetime) -> None:
    data = {"first": days.first.isoformat(), "last": days.last.isoformat()}
    trace = audit.record(session, actor, "absence", _person(actor), event, now=now, data=data)
    notices.reply(session, actor, Notice.FREE, cause=f"audit {trace.id}", now=now)


def _firm(session: Session, actor: Actor, contractor_id: int) -> Contractor:
    """A firm the actor works for; what the desk does with it stands on its page."""
    if contractor_id not in actor.contractor_ids:
        raise NotFound
    return scope.find(session, scope.visible_contractors(actor), Contractor.id == contractor_id)


def _own_firm(session: Session, actor: Actor, contractor_id: int) -> Contractor:
    row = _firm(session, actor, contractor_id)
    if not _may_switch(session, actor, row.id):
        raise NotAllowed
    return row


def _may_switch(session: Session, actor: Actor, contractor_id: int) -> bool:
    return contractor_id in actor.owned_contractor_ids or not has_owner(session, contractor_id)


def _fell_silent(session: Session, contractor_id: int) -> bool:
    """Offers are off because nobody answered, and nobody has touched the switch since."""
    last = session.scalar(
        select(Audit.event)
        .where(
            Audit.entity == "contractor",
            Audit.entity_id == contractor_id,
            Audit.event.in_((TURNED, STILL_THERE, SILENT)),
        )
        .order_by(Audit.id.desc())
        .limit(1)
    )
    return last == SILENT


def _firm_line(session: Session, actor: Actor, firm: Contractor) -> FirmLine:
    return FirmLine(
        firm.id,
        firm.name,
        firm.is_available,
        firm.night_jobs,
        firm.asked_still_there_at is not None,
        _may_switch(session, actor, firm.id),
    )


def _firms(session: Session, actor: Actor) -> list[Contractor]:
    if not actor.contractor_ids:
        raise NotAllowed
    return list(
        session.scalars(select(Contractor).where(Contractor.id.in_(actor.contractor_ids)).order_by(Contractor.id))
    )


def _today(session: Session, actor: Actor, now: datetime) -> date:
    """Where the person's firm is; of several firms the first."""
    return now.astimezone(ZoneInfo(_firms(session, actor)[0].zone)).date()


def _absences(session: Session, person_id: int, today: date, limit: int | None = MOST) -> list[Absence]:
    query = select(Absence).where(Absence.person_id == person_id, Absence.last_on >= today)
    return list(session.scalars(query.order_by(Absence.first_on, Absence.id).limit(limit)))


def _visits(session: Session, actor: Actor) -> list[VisitLine]:
    rows = session.execute(
        select(Ticket.id, Ticket.number, Visit.starts_at, Site.zone)
        .join(Ticket, Ticket.id == Visit.ticket_id)
        .join(Site, Site.id == Ticket.site_id)
        .where(Visit.engineer_id == _person(actor), Visit.status.in_(LIVE))
        .order_by(Visit.starts_at, Visit.id)
    )
    return [VisitLine(*row) for row in rows]


def _within(visits: list[VisitLine], days: Days, zone: ZoneInfo) -> tuple[VisitLine, ...]:
    return tuple(visit for visit in visits if days.first <= visit.starts_at.astimezone(zone).date() <= days.last)


def _people_of(contractor_id: int) -> Any:
    return select(Membership.person_id).where(
        Membership.contractor_id == contractor_id,
        Membership.role.in_(CONTRACTOR_ROLES),
        Membership.ended_at.is_(None),
    )


def _person(actor: Actor) -> int:
    if actor.person_id is None:
        raise NotAllowed
    return actor.person_id

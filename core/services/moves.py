"""The time of a visit is changed: by the client, the crew or the desk; who did it stands in `VisitMove`.

Only while nobody is on the way yet. A confirmation that was given is void with the time it was given for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain import confirmation, no_show, slots, typed_time
from core.domain.actor import Actor
from core.domain.errors import Changed, NotAllowed, NotFound, SlotGone
from core.domain.notice import Delivery, Notice
from core.domain.offer import Exclusion
from core.domain.role import CONTRACTOR_ROLES, DESK_ROLES, Role
from core.domain.slots import Slot
from core.domain.task import TaskKind
from core.domain.ticket import TicketStatus
from core.domain.visit import AHEAD, LIVE, Side, VisitStatus
from core.services import audit, client_words, clocks, matching, notices, numbers, offers, scope, skill_ends, tasks
from core.services.rows import moved
from storage.models.clock import Hold
from storage.models.contractor import Absence
from storage.models.directory import Site
from storage.models.ticket import Assignment, Ticket
from storage.models.visit import Visit, VisitMove

#: A crew is expected.
EXPECTED = frozenset({TicketStatus.ASSIGNED, TicketStatus.REWORK})
#: What is so near rings at night too.
SOON = timedelta(hours=12)
#: Not moved by anybody's wish: its time was over.
REPLANNED = "replan"
_ROLES = {Side.CREW: CONTRACTOR_ROLES, Side.DESK: DESK_ROLES, Side.CLIENT: frozenset({Role.REQUESTER})}
#: Of the rules of matching only this one is about the day of the visit.
_NOT_ON_THAT_DAY = frozenset({Exclusion.SKILL_EXPIRED})


@dataclass(frozen=True, slots=True)
class Options:
    """Free windows of one day; `page` counts the days that have any."""

    ticket_id: int
    visit_id: int
    number: str
    zone: str
    starts_at: datetime
    ends_at: datetime
    read_at: datetime
    page: int
    pages: int
    slots: tuple[Slot, ...]


def options(session: Session, actor: Actor, visit_id: int, *, now: datetime, page: int = 0) -> Options:
    """Raises NotFound, NotAllowed, Changed once somebody is on the way."""
    visit, ticket, side = _found(session, actor, visit_id)
    _ensure_ahead(visit, ticket)
    site = session.get_one(Site, ticket.site_id)
    days = _free_days(session, visit, site, _soonest(ticket, side, now), _come_by(session, ticket, side, now))
    shown = min(page, max(len(days) - 1, 0))
    return Options(
        ticket.id,
        visit.id,
        ticket.number,
        site.zone,
        visit.starts_at,
        visit.ends_at,
        now,
        shown,
        len(days),
        days[shown] if days else (),
    )


def move(
    session: Session,
    actor: Actor,
    visit_id: int,
    start: datetime,
    *,
    now: datetime,
    was: datetime | None = None,
    is_typed: bool = False,
) -> None:
    """`was` is the time the mover saw. Raises SlotGone, Changed where somebody was faster or is on the way."""
    visit, ticket, side = _found(session, actor, visit_id)
    how = Delivery.NEW if is_typed else Delivery.EDIT
    if _minute(visit.starts_at) == _minute(start):
        key = actor.source
        return notices.reply(session, actor, Notice.CARD, ticket=ticket, cause=key, now=now, delivery=how)
    _ensure_ahead(visit, ticket)
    if was is not None and _minute(was) != _minute(visit.starts_at):
        raise Changed
    slot = offers.ensure_open_at(session, ticket, start, now=now)
    slot = slots.in_time(slot, _come_by(session, ticket, side, now))
    _ensure_fits(session, ticket, visit, side, slot, now=now)
    before = visit.starts_at
    ended = visit.ends_at
    _write(session, visit, slot, AHEAD, now=now)
    facts = {"side": side, "from": before.isoformat(), "to": slot.start.isoformat()}
    role = min(scope.roles_on(session, actor, ticket) & _ROLES[side])
    cause = audit.record(session, actor, "visit", visit.id, "move", now=now, role=role, data=facts)
    _keep(session, actor, visit, side, Slot(before, ended), now=now)
    if side is Side.CLIENT:
        client_words.end(session, ticket, now=now)
    if side is Side.CLIENT or slot.start < before:
        clocks.client_moved(session, ticket, cause=cause, now=now)
    tasks.end_for_ticket(session, actor, ticket.id, tasks.OF_COMING | {TaskKind.EXPIRED_JOB}, "moved", now=now)
    if side is Side.CLIENT and visit.engineer_id is None and not tasks.has(session, ticket.id, TaskKind.NO_CREW):
        # Nobody of the firm is here to be told: a person must phone it.
        tasks.open(session, TaskKind.NO_CREW, cause=f"audit {cause.id}", ticket_id=ticket.id, now=now)
    burns = min(before, slot.start) - now < SOON
    notices.publish(session, Notice.MOVED, ticket, cause=cause, now=now, data=facts, answer_with=how, burns=burns)
    return None


def move_typed(session: Session, actor: Actor, visit_id: int, typed: str, was: datetime, *, now: datetime) -> None:
    """A time somebody wrote, meant in the zone of the site. Raises FieldInvalid and what `move` raises."""
    _, ticket, _ = _found(session, actor, visit_id)
    start = typed_time.moment(typed, session.get_one(Site, ticket.site_id).zone, now)
    move(session, actor, visit_id, start, now=now, was=was, is_typed=True)


def plan_anew(session: Session, actor: Actor, visit: Visit, slot: Slot, hold: Hold, *, now: datetime) -> None:
    """A visit whose time went by while the ticket waited: whoever was under way is so no more. Told with its cause."""
    before = Slot(visit.starts_at, visit.ends_at)
    _write(session, visit, slot, AHEAD | {VisitStatus.EN_ROUTE}, now=now)
    facts = {"side": Side.DESK, "from": before.start.isoformat(), "to": slot.start.isoformat()}
    audit.record(session, actor, "visit", visit.id, REPLANNED, now=now, data=facts)
    _keep(session, actor, visit, Side.DESK, before, hold, now=now)
    skill_ends.look(session, actor, visit, now=now)


def side_of(session: Session, actor: Actor, ticket: Ticket, visit: Visit) -> Side | None:
    """Whom the actor speaks for here: the nearest to the work decides. None: he may only look."""
    roles = scope.roles_on(session, actor, ticket)
    if roles & CONTRACTOR_ROLES:
        firm = session.get_one(Assignment, visit.assignment_id).contractor_id
        if visit.engineer_id == actor.person_id or firm in actor.owned_contractor_ids:
            return Side.CREW
    if actor.is_desk:
        return Side.DESK
    return Side.CLIENT if Role.REQUESTER in roles else None


def is_movable(ticket: Ticket, visit: Visit | None) -> bool:
    return visit is not None and ticket.status in EXPECTED and visit.status in AHEAD


def _found(session: Session, actor: Actor, visit_id: int) -> tuple[Visit, Ticket, Side]:
    """Whoever sees the ticket sees its visit; who is no side of it may not move it."""
    visit = session.get(Visit, visit_id)
    if visit is None:
        raise NotFound
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == visit.ticket_id)
    side = side_of(session, actor, ticket, visit)
    if side is None:
        raise NotAllowed
    return visit, ticket, side


def _ensure_ahead(visit: Visit, ticket: Ticket) -> None:
    if not is_movable(ticket, visit):
        raise Changed


def _write(session: Session, visit: Visit, slot: Slot, while_: frozenset[VisitStatus], *, now: datetime) -> None:
    """Compare-and-set on the time: of two who move at once the second finds it changed."""
    unchanged = (Visit.starts_at == visit.starts_at, Visit.status.in_(while_))
    rules = numbers.of(session)
    values: dict[str, object] = {
        "starts_at": slot.start,
        "ends_at": slot.end,
        "status": VisitStatus.PLANNED,
        "en_route_at": None,
        "confirmed_at": None,
        "asked": 0,
        "ask_at": confirmation.plan(slot.start, rules).next_question(now),
        "watch_at": no_show.first_look(slot.end, rules),
        "where_asked_at": None,
        "eta_at": None,
    }
    if not moved(session, visit, *unchanged, **values):
        raise Changed


def _keep(
    session: Session, actor: Actor, visit: Visit, side: Side, before: Slot, hold: Hold | None = None, *, now: datetime
) -> None:
    row = VisitMove(visit_id=visit.id, side=side, person_id=actor.person_id, at=now)
    row.hold_id = hold.id if hold is not None else None
    row.from_starts_at, row.from_ends_at, row.to_starts_at = before.start, before.end, visit.starts_at
    session.add(row)
    session.flush()


def _ensure_fits(session: Session, ticket: Ticket, visit: Visit, side: Side, slot: Slot, *, now: datetime) -> None:
    """The crew may not come sooner than the client wants; nobody comes on a day he is not there or may not work."""
    if side is Side.CREW and ticket.visit_from is not None and slot.start < ticket.visit_from:
        raise SlotGone
    day = _day(slot.start, session.get_one(Site, ticket.site_id).zone)
    if any(first <= day <= last for first, last in _absences(session, visit)):
        raise SlotGone
    firm = session.get_one(Assignment, visit.assignment_id).contractor_id
    passing = frozenset(Exclusion) - _NOT_ON_THAT_DAY
    _, why = matching.verdict(session, ticket, firm, visit_at=slot.start, now=now, passing=passing)
    if why in _NOT_ON_THAT_DAY:
        raise SlotGone


def _soonest(ticket: Ticket, side: Side, now: datetime) -> datetime:
    soonest = now + slots.NOTICE
    return max(soonest, ticket.visit_from) if side is Side.CREW and ticket.visit_from is not None else soonest


def _come_by(session: Session, ticket: Ticket, side: Side, now: datetime) -> tuple[datetime, ...]:
    """The promise waits for a client who moves his visit."""
    return clocks.come_by(session, ticket, now=now) if side is not Side.CLIENT else ()


def _free_days(
    session: Session, visit: Visit, site: Site, soonest: datetime, come_by: Sequence[datetime]
) -> list[tuple[Slot, ...]]:
    """Windows by day, without those the engineer is elsewhere in or away on."""
    hours, length = offers.hours_of(site), numbers.of(session).slot_hours
    elsewhere, away = _elsewhere(session, visit), _absences(session, visit)
    first = _day(soonest, site.zone)
    found = []
    for number in range(-1, offers.MOST_DAYS_AHEAD):
        day = first + timedelta(days=number)
        if any(start <= day <= end for start, end in away):
            continue
        day_long = (slots.in_time(one, come_by) for one in slots.of_day(day, hours, length_hours=length))
        windows = (one for one in day_long if one.start >= soonest)
        free = tuple(one for one in windows if not any(one.start < end and start < one.end for start, end in elsewhere))
        if free:
            found.append(free)
    return found


def _elsewhere(session: Session, visit: Visit) -> list[tuple[datetime, datetime]]:
    """The other visits of the one who goes."""
    if visit.engineer_id is None:
        return []
    rows = session.execute(
        select(Visit.starts_at, Visit.ends_at).where(
            Visit.engineer_id == visit.engineer_id, Visit.status.in_(LIVE), Visit.id != visit.id
        )
    )
    return [(start, end) for start, end in rows]


def _absences(session: Session, visit: Visit) -> list[tuple[date, date]]:
    if visit.engineer_id is None:
        return []
    rows = session.execute(select(Absence.first_on, Absence.last_on).where(Absence.person_id == visit.engineer_id))
    return [(first, last) for first, last in rows]


def _day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def _minute(at: datetime) -> int:
    """As a button carries it."""
    return int(at.timestamp()) // 60

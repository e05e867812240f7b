"""Nobody came: "where are you?" when the agreed time is over, what the crew or the desk answers, and the no-show.

`Visit.watch_at` is the next look at a visit that nobody has begun; a ticket on hold is not looked at. Who arrives,
answers or moves the visit in the same second was first: the sweep finds the row changed, or he does.

Silence begins when the question has arrived in the chat, and counts only where an answer would have been heard.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.domain import geo
from core.domain.actor import Actor
from core.domain.errors import Changed, NotAllowed, NotFound
from core.domain.no_show import ETAS_MIN, Look, Said, look
from core.domain.notice import Notice, OutboxStatus
from core.domain.quality import NO_SHOW_WEIGHT_MILLI
from core.domain.role import CONTRACTOR_ROLES, DESK_ROLES, Role
from core.domain.task import TaskKind
from core.domain.ticket import TicketEvent
from core.domain.visit import AHEAD, VisitStatus
from core.services import (
    assignments,
    audit,
    back_outs,
    crew,
    downtime,
    guard,
    lifecycle,
    moves,
    notices,
    numbers,
    quality,
    scope,
    tasks,
    windows,
)
from core.services import visits as walks
from core.services.rows import moved
from storage.models.desk import Audit
from storage.models.directory import Site
from storage.models.people import Position
from storage.models.post import Outbox
from storage.models.ticket import Ticket
from storage.models.visit import Visit

#: Not begun yet: there may still be somebody to wait for.
WATCHED = AHEAD | {VisitStatus.EN_ROUTE}
_SAME = timedelta(minutes=2)
#: Whoever receives says only once in a while that he does.
_SOON = timedelta(minutes=1)
#: So late a look comes only when the machine was away.
UNWATCHED = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Watched:
    """For the cards: whether the crew is asked where it is, until when, when it says it will be there, and whether
    silence would be a no-show."""

    is_asked: bool = False
    answer_by: datetime | None = None
    eta_at: datetime | None = None
    is_agreed: bool = False


NOT_WATCHED = Watched()


def seen(session: Session, ticket: Ticket, visit: Visit | None) -> Watched:
    if visit is None or not _is_watched(ticket, visit):
        return NOT_WATCHED
    if visit.where_asked_at is None:
        return Watched(eta_at=visit.eta_at)
    return Watched(True, visit.watch_at, visit.eta_at, _is_agreed(session, visit))


def eta(session: Session, actor: Actor, visit_id: int, minutes: int, *, now: datetime) -> None:
    """ "On my way, there in so many minutes": the client hears the new time. A repeated tap is harmless.

    Raises NotFound, NotAllowed, Changed where nobody asks any more.
    """
    visit, ticket = walks.mine(session, actor, visit_id)
    at = now + timedelta(minutes=_named(minutes))
    if visit.where_asked_at is None and visit.eta_at is not None and abs(visit.eta_at - at) < _SAME:
        return notices.reply(session, actor, Notice.CARD, ticket=ticket, cause=actor.source, now=now)
    _ensure_asked(ticket, visit)
    _set_out(session, actor, visit, ticket, watch_at=_after(session, at), eta_at=at, told=Said.ETA, now=now)
    _tell_late(session, actor, visit, ticket, at, now=now)
    return None


def here(session: Session, actor: Actor, visit_id: int, *, now: datetime) -> None:
    """ "I am at the site": the place is asked for, as on arrival. Raises as `eta` does."""
    visit, ticket = walks.mine(session, actor, visit_id)
    _ensure_asked(ticket, visit)
    watch_at = now + timedelta(minutes=numbers.of(session).where_answer_minutes)
    _set_out(session, actor, visit, ticket, watch_at=watch_at, eta_at=visit.eta_at, told=Said.HERE, now=now)
    trace = audit.record(session, actor, "visit", visit.id, Said.HERE, now=now, role=_crew_role(session, actor, ticket))
    key = f"audit {trace.id}"
    notices.reply(session, actor, Notice.ASK_PLACE, ticket=ticket, cause=key, now=now)
    notices.reply(session, actor, Notice.CARD, ticket=ticket, cause=key, now=now)


def came(session: Session, actor: Actor, visit_id: int, *, now: datetime) -> None:
    """The desk heard on the phone that somebody is on site; without a word from there it is looked at once more."""
    visit, ticket = _of_desk(session, actor, visit_id)
    later = now + timedelta(hours=numbers.of(session).slot_hours)
    _watch(session, visit, watch_at=later, where_asked_at=None)
    trace = audit.record(session, actor, "visit", visit.id, Said.CAME, now=now, role=_desk_role(actor))
    tasks.end_for_ticket(session, actor, ticket.id, {TaskKind.NOT_COME}, Said.CAME, now=now)
    notices.reply(session, actor, Notice.CARD, ticket=ticket, cause=f"audit {trace.id}", now=now)


def will_come(session: Session, actor: Actor, visit_id: int, minutes: int, *, now: datetime) -> None:
    """The desk heard on the phone when they come: the client is told."""
    visit, ticket = _of_desk(session, actor, visit_id)
    at = now + timedelta(minutes=_named(minutes))
    _watch(session, visit, watch_at=_after(session, at), where_asked_at=None, eta_at=at)
    tasks.end_for_ticket(session, actor, ticket.id, {TaskKind.NOT_COME}, Said.ETA, now=now)
    _tell_late(session, actor, visit, ticket, at, now=now)


def not_coming(session: Session, actor: Actor, visit_id: int, *, now: datetime) -> None:
    """The desk says that nobody comes: a no-show."""
    visit, ticket = _of_desk(session, actor, visit_id)
    _declare(session, actor, visit, ticket, now=now)


def sweep(session: Session, limit: int, *, now: datetime, skip: int = 0) -> int:
    """Looks at every visit that nobody has begun in time. Returns how many were looked at."""
    actor = Actor.system("job:no shows")
    due = session.execute(
        select(Visit, Ticket)
        .join(Ticket, Ticket.id == Visit.ticket_id)
        .where(Visit.watch_at <= now, Visit.status.in_(WATCHED), Ticket.status.in_(moves.EXPECTED))
        .order_by(Visit.watch_at, Visit.id)
        .offset(skip)
        .limit(limit)
        # Both rows: who hands the job back locks the ticket first, who arrives the visit.
        .with_for_update(skip_locked=True, of=(Visit, Ticket))
    ).all()
    for visit, ticket in due:
        _look(session, actor, visit, ticket, now=now)
    return len(due)


def _look(session: Session, actor: Actor, visit: Visit, ticket: Ticket, *, now: datetime) -> None:
    people, rules, said = crew.of_visit(session, visit), numbers.of(session), _said(session, visit)
    fair = _fair(session, visit, ticket, now)
    if fair > now:
        return _watch(session, visit, watch_at=fair)
    what = look(
        was_asked=visit.where_asked_at is not None,
        answers=said.count(Said.ETA) + said.count(Said.HERE),
        is_reminded=said[-2:] == [Said.WHERE, Said.WHERE],
        can_be_asked=bool(people),
        is_told=_told_at(session, visit) is not None,
        is_near=_is_near(session, visit, ticket, now),
        # While the time is in doubt nobody loses a job by himself: he may have been there and unable to say so.
        is_agreed=_is_agreed(session, visit) and not guard.is_held(session),
        rules=rules,
    )
    match what:
        case Look.ASK | Look.NEAR:
            _ask(session, actor, visit, ticket, people, now=now)
        case Look.DESK:
            _call_desk(session, actor, visit, ticket, now=now)
        case Look.NO_SHOW:
            _declare(session, actor, visit, ticket, now=now)
    return None


def _is_agreed(session: Session, visit: Visit) -> bool:
    """Whoever has set out has taken it, whatever he said before."""
    return visit.status is VisitStatus.EN_ROUTE or windows.is_agreed(session, visit)


def _fair(session: Session, visit: Visit, ticket: Ticket, now: datetime) -> datetime:
    """When to look at what is due. What was not asked yet when the machine was away is not asked at night: he would
    not read it in time."""
    is_late = visit.watch_at is not None and now - visit.watch_at >= UNWATCHED
    if visit.where_asked_at is not None:
        return _answer_by(session, visit, is_late=is_late, now=now)
    if not is_late:
        return now
    rules, zone = numbers.of(session), session.get_one(Site, ticket.site_id).zone
    return notices.quiet_until(now, zone, rules.quiet_from_hour, rules.quiet_to_hour)


def _answer_by(session: Session, visit: Visit, *, is_late: bool, now: datetime) -> datetime:
    """Until when to wait for his answer: he has his time from the moment he was told, and once more after the machine
    was away or nobody could be heard. What nobody could be told is not waited for."""
    time_to_answer = timedelta(minutes=numbers.of(session).where_answer_minutes)
    if is_late:
        return now + time_to_answer
    since = _told_at(session, visit) or visit.where_asked_at or now
    by = since + time_to_answer
    back = downtime.back_at(session, since, now=now)
    if back is not None:
        by = max(by, back + time_to_answer)
    heard = downtime.last_heard(session, now=now)
    is_heard_out = heard is None or heard >= by
    return by if by > now or is_heard_out else now + _SOON


def _told_at(session: Session, visit: Visit) -> datetime | None:
    """When the last question has reached the first of those it was put to; None: nobody yet."""
    asked = select(Audit).where(Audit.entity == "visit", Audit.entity_id == visit.id, Audit.event == Said.WHERE)
    cause = session.scalars(asked.order_by(Audit.id.desc()).limit(1)).one_or_none()
    if cause is None:
        return None
    keys = [notices.key_of(Notice.WHERE_ARE_YOU, f"audit {cause.id}", person_id) for person_id in cause.data["people"]]
    arrived = select(func.min(Outbox.sent_at)).where(
        Outbox.dedupe_key.in_(keys), Outbox.status == OutboxStatus.SENT, Outbox.sent_at.is_not(None)
    )
    return session.scalar(arrived)


def _ask(
    session: Session, actor: Actor, visit: Visit, ticket: Ticket, people: tuple[int, ...], *, now: datetime
) -> None:
    answer_by = now + timedelta(minutes=numbers.of(session).where_answer_minutes)
    is_near = _is_near(session, visit, ticket, now)
    _watch(session, visit, watch_at=answer_by, where_asked_at=now)
    facts = {"people": list(people), "near": is_near, "window": visit.starts_at.isoformat()}
    cause = audit.record(session, actor, "visit", visit.id, Said.WHERE, now=now, data=facts)
    told = {"outcome": "near"} if is_near else {}
    for person_id in people:
        key = f"audit {cause.id}"
        notices.tell(session, person_id, Notice.WHERE_ARE_YOU, ticket=ticket, cause=key, now=now, data=told, burns=True)


def _call_desk(session: Session, actor: Actor, visit: Visit, ticket: Ticket, *, now: datetime) -> None:
    """The visit is not looked at again before the desk has said what it heard."""
    _watch(session, visit, watch_at=None)
    facts = {"window": visit.starts_at.isoformat()}
    cause = audit.record(session, actor, "visit", visit.id, Said.NOT_COME, now=now, data=facts)
    about = {"visit": visit.id}
    tasks.open(session, TaskKind.NOT_COME, cause=f"audit {cause.id}", ticket_id=ticket.id, data=about, now=now)
    notices.publish(session, Notice.NOT_COME, ticket, cause=cause, now=now)


def _declare(session: Session, actor: Actor, visit: Visit, ticket: Ticket, *, now: datetime) -> None:
    """Back to the search without the firm; the event that weighs is written in the same stroke."""
    assignment = assignments.live(session, ticket.id)
    if assignment is None or assignment.id != visit.assignment_id:
        raise Changed
    _watch(session, visit, watch_at=None)
    asked_at = visit.where_asked_at.isoformat() if visit.where_asked_at is not None else None
    data = {"visit": visit.id, "weight_milli": NO_SHOW_WEIGHT_MILLI, "asked_at": asked_at}
    event, again = TicketEvent.NO_SHOW, Ticket.round + 1
    cause = lifecycle.advance(session, ticket, event, actor, now=now, round=again, data=data)
    quality.no_show(session, assignment, visit, cause=cause, now=now)
    notices.publish(session, Notice.NO_SHOW, ticket, cause=cause, now=now, burns=True)
    back_outs.search_anew(session, actor, ticket, assignments.NO_SHOW, now=now)


def _set_out(
    session: Session,
    actor: Actor,
    visit: Visit,
    ticket: Ticket,
    *,
    watch_at: datetime,
    eta_at: datetime | None,
    told: Said,
    now: datetime,
) -> None:
    """He has answered: whoever was not under way is so now. `told` is why the client does not hear "on the way"."""
    before = visit.status
    walks.come_in(session, actor, visit, ticket, now=now)
    under_way = {"status": VisitStatus.EN_ROUTE, "en_route_at": now, "ask_at": None} if before in AHEAD else {}
    _watch(session, visit, watch_at=watch_at, where_asked_at=None, eta_at=eta_at, **under_way)
    tasks.end_for_ticket(session, actor, ticket.id, {TaskKind.NOT_COME}, told, now=now)  # nobody need phone any more
    if under_way:
        audit.record(
            session,
            actor,
            "visit",
            visit.id,
            "go",
            now=now,
            role=_crew_role(session, actor, ticket),
            from_state=before,
            to_state=VisitStatus.EN_ROUTE,
            data={"told": told},
        )


def _tell_late(session: Session, actor: Actor, visit: Visit, ticket: Ticket, at: datetime, *, now: datetime) -> None:
    is_crew = bool(scope.roles_on(session, actor, ticket) & CONTRACTOR_ROLES)
    role = _crew_role(session, actor, ticket) if is_crew else _desk_role(actor)
    facts = {"eta": at.isoformat(), "window": visit.starts_at.isoformat(), "by_crew": is_crew}
    cause = audit.record(session, actor, "visit", visit.id, Said.ETA, now=now, role=role, data=facts)
    notices.publish(session, Notice.LATE, ticket, cause=cause, now=now, burns=True)


def _watch(session: Session, visit: Visit, **values: object) -> None:
    """Compare-and-set: somebody who arrived, answered or moved the visit meanwhile was first."""
    same = Visit.watch_at == visit.watch_at if visit.watch_at is not None else Visit.watch_at.is_(None)
    if not moved(session, visit, Visit.status == visit.status, Visit.starts_at == visit.starts_at, same, **values):
        raise Changed


def _said(session: Session, visit: Visit) -> list[str]:
    """What was asked about this window and what the crew answered, oldest first."""
    rows = session.scalars(
        select(Audit)
        .where(Audit.entity == "visit", Audit.entity_id == visit.id, Audit.event.in_(tuple(Said)))
        .order_by(Audit.id)
    )
    said: list[str] = []
    for row in rows:
        if row.data.get("window", visit.starts_at.isoformat()) != visit.starts_at.isoformat():
            continue
        if row.event == Said.ETA and not row.data["by_crew"]:
            continue
        said.append(row.event)
    return said


def _is_near(session: Session, visit: Visit, ticket: Ticket, now: datetime) -> bool:
    """His phone shows its place and stood at the site a moment ago: he only forgot to say that he is there."""
    position = session.get(Position, visit.engineer_id) if visit.engineer_id is not None else None
    rules = numbers.of(session)
    if position is None or not position.is_live or now - position.at > timedelta(minutes=rules.where_answer_minutes):
        return False
    site = session.get_one(Site, ticket.site_id)
    radius = site.radius_m + min(position.accuracy_m, rules.accuracy_max_m)
    return geo.metres(site.lat, site.lon, position.lat, position.lon) <= radius


def _is_watched(ticket: Ticket, visit: Visit) -> bool:
    return ticket.status in moves.EXPECTED and visit.status in WATCHED


def _ensure_asked(ticket: Ticket, visit: Visit) -> None:
    if not _is_watched(ticket, visit) or visit.where_asked_at is None:
        raise Changed


def _of_desk(session: Session, actor: Actor, visit_id: int) -> tuple[Visit, Ticket]:
    """While the desk is asked about it. Raises NotFound, Changed."""
    visit = session.get(Visit, visit_id) if actor.is_desk else None
    if visit is None:
        raise NotFound
    ticket = session.get_one(Ticket, visit.ticket_id)
    if not _is_watched(ticket, visit) or not tasks.has(session, ticket.id, TaskKind.NOT_COME):
        raise Changed
    return visit, ticket


def _named(minutes: int) -> int:
    if minutes not in ETAS_MIN:
        raise NotAllowed
    return minutes


def _after(session: Session, eta_at: datetime) -> datetime:
    return eta_at + timedelta(minutes=numbers.of(session).no_show_minutes)


def _crew_role(session: Session, actor: Actor, ticket: Ticket) -> Role:
    return min(scope.roles_on(session, actor, ticket) & CONTRACTOR_ROLES)


def _desk_role(actor: Actor) -> Role:
    return min(actor.roles & DESK_ROLES)

"""The visit, step by step: going, here, started, shots, left. Every step is one tap and survives a lost signal."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.domain import geo
from core.domain.actor import Actor
from core.domain.errors import (
    Changed,
    LocationForwarded,
    LocationStale,
    NotAllowed,
    NumberInvalid,
    ProofMissing,
    TooFar,
)
from core.domain.notice import Delivery, Notice
from core.domain.task import TaskKind
from core.domain.ticket import TicketEvent, TicketStatus
from core.domain.visit import AHEAD, PresenceKind, VisitOutcome, VisitStatus, VisitStep
from core.services import (
    assignments,
    audit,
    back_outs,
    lifecycle,
    notices,
    numbers,
    offers,
    quality,
    reports,
    scope,
    skill_ends,
    steps,
    tasks,
)
from core.services.rows import moved
from storage.models.directory import Site
from storage.models.ticket import Assignment, Presence, Ticket
from storage.models.visit import Visit

#: Telegram dates its messages in whole seconds and by a clock of its own.
_SKEW = timedelta(minutes=1)
NOT_DONE = frozenset(VisitOutcome) - {VisitOutcome.DONE}


def go(session: Session, actor: Actor, visit_id: int, *, now: datetime) -> None:
    """On the way; the client is told. A repeated tap is harmless."""
    visit, ticket = mine(session, actor, visit_id)
    if visit.status not in AHEAD:
        return _redraw(session, actor, ticket, now=now)
    before = visit.status
    come_in(session, actor, visit, ticket, now=now)
    answered = {} if visit.where_asked_at is None else {"where_asked_at": None, "watch_at": _answered(session, now)}
    _move(session, visit, VisitStatus.EN_ROUTE, en_route_at=now, ask_at=None, **answered)
    cause = audit.record(
        session,
        actor,
        "visit",
        visit.id,
        "go",
        now=now,
        from_state=before,
        to_state=VisitStatus.EN_ROUTE,
    )
    notices.publish(session, Notice.ON_THE_WAY, ticket, cause=cause, now=now)
    notices.reply(session, actor, Notice.ASK_PLACE, ticket=ticket, cause=f"visit {visit.id}", now=now)
    return None


def arrive_by_location(
    session: Session,
    actor: Actor,
    visit_id: int,
    lat: float,
    lon: float,
    *,
    accuracy_m: int | None,
    sent_at: datetime,
    forwarded: bool,
    now: datetime,
) -> None:
    """The phone's place inside the site's radius, widened by its reported accuracy, not forwarded.

    It counts from the moment it was sent, however long it waited to be read; one of before the visit was agreed is of
    another matter. Raises LocationForwarded, LocationStale, TooFar (with the distance, so that the way out can be
    offered).
    """
    visit, ticket = mine(session, actor, visit_id)
    rules = numbers.of(session)
    if not geo.is_place(lat, lon):
        raise NumberInvalid(f"{lat} {lon}")
    if forwarded:
        raise LocationForwarded
    agreed_at = _agreed_at(session, visit)
    if sent_at < agreed_at - _SKEW:
        raise LocationStale(int((now - sent_at).total_seconds() // 60))
    site = session.get_one(Site, ticket.site_id)
    distance = round(geo.metres(site.lat, site.lon, lat, lon))
    radius = site.radius_m + min(accuracy_m or 0, rules.accuracy_max_m)
    if distance > radius:
        raise TooFar(distance, radius)
    mark = Presence(visit_id=visit.id, kind=PresenceKind.LOCATION, lat=lat, lon=lon)
    mark.at, mark.accuracy_m, mark.distance_m = min(now, max(sent_at, agreed_at)), accuracy_m, distance
    _arrive(session, actor, visit, ticket, mark, now=now)


def arrive_by_word(session: Session, actor: Actor, visit_id: int, *, now: datetime) -> None:
    """The phone has no place to send: never a dead end, but the dispatcher is asked to make sure."""
    visit, ticket = mine(session, actor, visit_id)
    _arrive(session, actor, visit, ticket, Presence(visit_id=visit.id, kind=PresenceKind.DECLARED, at=now), now=now)


def begin_work(session: Session, actor: Actor, visit_id: int, *, now: datetime) -> None:
    visit, ticket = mine(session, actor, visit_id)
    _stamp(session, actor, visit, ticket, VisitStep.START, "work_started_at", now=now)


def before_done(session: Session, actor: Actor, visit_id: int, *, now: datetime) -> None:
    """The pictures of how it was are there. Raises ProofMissing."""
    visit, ticket = mine(session, actor, visit_id)
    shots = steps.shots(session, ticket, visit)
    if shots.before_missing:
        raise ProofMissing(shots.before_missing, 0)
    _stamp(session, actor, visit, ticket, VisitStep.BEFORE, "before_done_at", now=now)


def after_done(session: Session, actor: Actor, visit_id: int, *, now: datetime) -> None:
    """The pictures of how it is now are there. Raises ProofMissing."""
    visit, ticket = mine(session, actor, visit_id)
    shots = steps.shots(session, ticket, visit)
    if shots.before_missing or shots.after_missing:
        raise ProofMissing(shots.before_missing, shots.after_missing)
    reports.ensure_first_line(session, ticket)
    _stamp(session, actor, visit, ticket, VisitStep.AFTER, "after_done_at", now=now)


def leave(session: Session, actor: Actor, visit_id: int, outcome: VisitOutcome, *, now: datetime) -> None:
    """He could not finish: the next visit of the same crew is planned, and the desk helps to arrange it."""
    visit, ticket = mine(session, actor, visit_id)
    if outcome not in NOT_DONE:
        raise NotAllowed
    assignment = assignments.live(session, ticket.id)
    if assignment is None or ticket.status is not TicketStatus.IN_WORK:
        raise Changed
    _move(session, visit, VisitStatus.LEFT, left_at=now, outcome=outcome)
    cause = lifecycle.advance(session, ticket, TicketEvent.LEAVE, actor, now=now, data={"outcome": outcome})
    planned = assignments.plan_visit(session, assignment, offers.next_slot(session, ticket, now=now), now=now)
    tasks.open(
        session,
        TaskKind.LEFT,
        cause=f"audit {cause.id}",
        ticket_id=ticket.id,
        data={"outcome": outcome},
        now=now,
    )
    notices.publish(session, Notice.LEFT, ticket, cause=cause, now=now, data={"outcome": outcome})
    skill_ends.look(session, actor, planned, now=now)


def give_up(session: Session, actor: Actor, visit_id: int, *, now: datetime) -> None:
    """The contractor hands the job back; the search begins anew without him."""
    visit, ticket = mine(session, actor, visit_id)
    assignment = assignments.live(session, ticket.id)
    if assignment is None:
        raise Changed
    said = quality.noticed_at(session, visit, now=now)
    weight = quality.back_out_cost_milli(session, visit, at=said)
    data = {"visit": visit.id, "weight_milli": weight, "said_at": said.isoformat()}
    cause = lifecycle.advance(session, ticket, TicketEvent.GIVE_UP, actor, now=now, round=Ticket.round + 1, data=data)
    quality.back_out(session, assignment, visit, weight, cause=cause, now=now)
    back_outs.tell(session, ticket, "gave_up", cause=cause, now=now)
    back_outs.search_anew(session, actor, ticket, assignments.GAVE_UP, now=now)


def _arrive(session: Session, actor: Actor, visit: Visit, ticket: Ticket, mark: Presence, *, now: datetime) -> None:
    if visit.status is VisitStatus.ON_SITE:
        return _redraw(session, actor, ticket, now=now)
    came_from, here = visit.status, mark.at
    come_in(session, actor, visit, ticket, now=now)
    set_out = min(visit.en_route_at or here, here)
    _move(session, visit, VisitStatus.ON_SITE, on_site_at=here, en_route_at=set_out, ask_at=None, watch_at=None)
    session.add(mark)
    off_minutes = quality.minutes_off(session, visit, at=here)
    seen = {"visit": visit.id, "from": came_from, "presence": mark.kind, "distance_m": mark.distance_m}
    data = {**seen, "off_minutes": off_minutes}
    cause = lifecycle.advance(session, ticket, TicketEvent.ARRIVE, actor, now=now, at=here, data=data)
    quality.arrival(session, visit, ticket, off_minutes, cause=cause, now=now)
    if mark.kind == PresenceKind.DECLARED:
        tasks.open(session, TaskKind.UNVERIFIED, cause=f"visit {visit.id}", ticket_id=ticket.id, now=now)
    # The key that sends the place is taken away before the card comes down.
    notices.reply(session, actor, Notice.ASK_PLACE, ticket=ticket, cause=f"visit {visit.id} here", now=now)
    notices.publish(session, Notice.ARRIVED, ticket, cause=cause, now=now, answer_with=Delivery.NEW)
    return None


def _agreed_at(session: Session, visit: Visit) -> datetime:
    """Since when the job is his; of a next visit, when the one before it was over."""
    began = session.get_one(Assignment, visit.assignment_id).started_at
    left = session.scalar(select(func.max(Visit.left_at)).where(Visit.ticket_id == visit.ticket_id))
    return max(began, left or began)


def come_in(session: Session, actor: Actor, visit: Visit, ticket: Ticket, *, now: datetime) -> None:
    """Nobody need be asked any more whether he comes. A firm given the job by phone has come into Telegram: whoever
    of it walks the visit is the one who goes."""
    tasks.end_for_ticket(session, actor, ticket.id, tasks.OF_COMING, "went", now=now)
    if visit.engineer_id is not None:
        return
    visit.engineer_id = actor.person_id
    session.flush()
    tasks.end_for_ticket(session, actor, ticket.id, {TaskKind.NO_CREW}, "came in", now=now)


def _answered(session: Session, now: datetime) -> datetime:
    """Who sets out when he is asked where he is has answered: the road is waited for before he is asked again."""
    return now + timedelta(minutes=numbers.of(session).no_show_minutes)


def _stamp(
    session: Session, actor: Actor, visit: Visit, ticket: Ticket, step: VisitStep, column: str, *, now: datetime
) -> None:
    """One step forward, once; a second tap only brings the fresh card."""
    if getattr(visit, column) is not None:
        return _redraw(session, actor, ticket, now=now)
    if steps.step(ticket, visit) is not step:
        raise Changed
    setattr(visit, column, now)
    cause = audit.record(session, actor, "visit", visit.id, step, now=now)
    notices.reply(session, actor, Notice.CARD, ticket=ticket, cause=f"audit {cause.id}", now=now)
    return None


def _redraw(session: Session, actor: Actor, ticket: Ticket, *, now: datetime) -> None:
    notices.reply(session, actor, Notice.CARD, ticket=ticket, cause=actor.source, now=now)


def mine(session: Session, actor: Actor, visit_id: int) -> tuple[Visit, Ticket]:
    """Only who is named on the visit walks it; the owner of the firm may step in for a dead phone."""
    visit = scope.find(session, scope.visible_visits(actor), Visit.id == visit_id)
    ticket = session.get_one(Ticket, visit.ticket_id)
    if visit.engineer_id != actor.person_id and ticket.contractor_id not in actor.owned_contractor_ids:
        raise NotAllowed
    if visit.status in (VisitStatus.LEFT, VisitStatus.DROPPED) or ticket.status is TicketStatus.ON_HOLD:
        raise Changed
    return visit, ticket


def _move(session: Session, visit: Visit, status: VisitStatus, **fields: object) -> None:
    if not moved(session, visit, Visit.status == visit.status, status=status, **fields):
        raise Changed

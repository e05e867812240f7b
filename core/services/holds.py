"""A ticket waits for a reason until a moment, and then is what it was.

The desk may let anything wait; the crew its own job, up to a working day: for longer it asks the desk, and so it does
once the window is over and nobody came. Nothing is asked, planned or promised meanwhile; whose time it is follows from
the reason.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain import hold as rules
from core.domain.actor import Actor
from core.domain.clock import StopReason
from core.domain.errors import Changed, HeldAlready, HoldTooLong, NotAllowed, NotFound, UntilInvalid, WindowOver
from core.domain.notice import Delivery, Notice
from core.domain.offer import WaveReason
from core.domain.role import CONTRACTOR_ROLES
from core.domain.task import TaskKind
from core.domain.ticket import TicketEvent, TicketStatus, allowed
from core.domain.visit import AHEAD, VisitStatus
from core.services import (
    audit,
    back_outs,
    breaches,
    calendars,
    clocks,
    hold_evidence,
    lifecycle,
    moves,
    notices,
    numbers,
    objections,
    offers,
    redispatch,
    scope,
    steps,
    tasks,
    waves,
)
from core.services.hold_evidence import NONE, Evidence, Shown
from core.services.rows import moved
from storage.models.clock import Hold
from storage.models.directory import Site
from storage.models.people import Membership
from storage.models.ticket import Ticket

#: Somebody of the crew asks the desk for more than a working day.
ASKED = "ask_hold"
EXTENDED = "extend"


@dataclass(frozen=True, slots=True)
class Held:
    """For the card."""

    reason: StopReason
    until: datetime
    shown: Shown | None = None


@dataclass(frozen=True, slots=True)
class HoldChoices:
    """What a hold of this ticket by this person may be; `latest` is how far the crew may go by itself, and `is_late`
    where it may not at all: nobody came within the window."""

    ticket_id: int
    number: str
    version: int
    zone: str
    read_at: datetime
    reasons: tuple[StopReason, ...]
    untils: tuple[datetime, ...]
    latest: datetime | None
    is_late: bool
    is_held: bool


def hold(
    session: Session,
    actor: Actor,
    ticket_id: int,
    version: int,
    reason: StopReason,
    until: datetime,
    evidence: Evidence = NONE,
    *,
    now: datetime,
    answer_with: Delivery | None = None,
) -> None:
    """Raises NotAllowed, HoldTooLong, WindowOver, UntilInvalid, EvidenceMissing, EvidenceUsed, Changed. After typed
    words the desk is answered anew; the crew is told anyway."""
    ticket = ensure_can(session, actor, ticket_id, version, reason, until, now=now)
    words, proof_id = hold_evidence.take(session, actor, ticket.id, reason, evidence, now=now)
    before = ticket.status
    data = {
        "why": reason,
        "until": until.isoformat(),
        "before": before,
        "round": ticket.round,
        "job_version": ticket.job_version,
    }
    cause = lifecycle.advance(session, ticket, TicketEvent.HOLD, actor, now=now, data=data)
    row = Hold(ticket_id=ticket.id, before=before, reason=reason, until=until)
    row.whose = rules.whose(reason, is_own=_is_of_firm(actor, ticket))
    row.person_id, row.started_at = actor.person_id, now
    row.evidence, row.proof_id = words, proof_id
    session.add(row)
    session.flush()
    clocks.stop(session, ticket, reason, cause=cause, now=now)
    breaches.settle(session, ticket, now=now)
    told, how = rules.told(Notice.HELD, before), answer_with if actor.is_desk else None
    notices.publish(session, Notice.HELD, ticket, cause=cause, now=now, told=told, answer_with=how)
    back_outs.phone_crew(session, ticket, cause=cause, now=now)
    if before in rules.SEARCHED:
        offers.withdraw_all(session, ticket, now=now)
    tasks.end_for_ticket(session, actor, ticket.id, rules.ENDED_BY_HOLD, "held", now=now)


def ensure_can(
    session: Session,
    actor: Actor,
    ticket_id: int,
    version: int,
    reason: StopReason,
    until: datetime,
    *,
    now: datetime,
) -> Ticket:
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    if ticket.status is TicketStatus.ON_HOLD:
        raise HeldAlready
    if ticket.version != version:
        raise Changed
    _ensure_may(session, actor, ticket, reason)
    _ensure_until(session, actor, ticket, until, now=now)
    return ticket


def extend(
    session: Session,
    actor: Actor,
    ticket_id: int,
    version: int,
    until: datetime,
    *,
    now: datetime,
    answer_with: Delivery | None = None,
) -> None:
    """The desk names another moment, sooner or later; a later one is its yes to what the crew laid by itself. Raises
    NotFound, UntilInvalid, Changed."""
    if not actor.is_desk:
        raise NotFound
    ticket = _fresh(session, actor, ticket_id, version)
    row = live(session, ticket.id)
    if row is None:
        raise Changed
    _ensure_until(session, actor, ticket, until, now=now)
    if row.until == until:
        return
    says_yes = until > row.until and rules.stops_nothing(row.reason) and not _is_of_firm(actor, ticket)
    whose = rules.whose(row.reason, is_own=False) if says_yes else row.whose
    if not moved(session, row, Hold.ended_at.is_(None), Hold.until == row.until, until=until, whose=whose):
        raise Changed
    if says_yes:
        breaches.ask_anew(session, ticket, now=now)
    data = {"until": until.isoformat(), "before": row.before}
    cause = audit.record(session, actor, "ticket", ticket.id, EXTENDED, now=now, data=data)
    told = rules.told(Notice.HELD, row.before)
    notices.publish(session, Notice.HELD, ticket, cause=cause, now=now, told=told, answer_with=answer_with)


def resume(session: Session, actor: Actor, ticket_id: int, version: int, *, now: datetime) -> None:
    """The reason is gone. The crew ends what the crew began. Raises NotAllowed, Changed."""
    ticket = _fresh(session, actor, ticket_id, version)
    row = live(session, ticket.id)
    if row is None:
        raise Changed
    if not actor.is_desk and not _is_of_crew(session, row, ticket):
        raise NotAllowed
    _ensure_walker(session, actor, ticket)
    _go_on(session, actor, ticket, row, now=now)


def ask(session: Session, actor: Actor, ticket_id: int, version: int, reason: StopReason, *, now: datetime) -> None:
    """The crew needs more than it may: the desk decides. Once for each state of the ticket."""
    ticket = _fresh(session, actor, ticket_id, version)
    if TicketEvent.HOLD not in allowed(ticket.status, scope.roles_on(session, actor, ticket)):
        raise NotAllowed
    _ensure_may(session, actor, ticket, reason)
    cause = audit.record(session, actor, "ticket", ticket.id, ASKED, now=now, data={"why": reason})
    tasks.open(
        session,
        TaskKind.HELD,
        cause=f"ticket {ticket.id} {ticket.version}",
        ticket_id=ticket.id,
        person_id=actor.person_id,
        data={"reason": reason},
        now=now,
    )
    notices.reply(session, actor, Notice.CARD, ticket=ticket, cause=f"audit {cause.id}", now=now)


def sweep(session: Session, limit: int, *, now: datetime, skip: int = 0) -> int:
    """What has waited long enough goes on. Returns how many holds ended."""
    actor = Actor.system("job:holds")
    due = session.scalars(
        select(Hold)
        .where(Hold.ended_at.is_(None), Hold.until <= now)
        .order_by(Hold.until, Hold.id)
        .offset(skip)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in due:
        _go_on(session, actor, session.get_one(Ticket, row.ticket_id), row, now=now)
    return len(due)


def live(session: Session, ticket_id: int) -> Hold | None:
    return session.scalars(select(Hold).where(Hold.ticket_id == ticket_id, Hold.ended_at.is_(None))).one_or_none()


def held(session: Session, actor: Actor, ticket: Ticket) -> Held | None:
    row = live(session, ticket.id) if ticket.status is TicketStatus.ON_HOLD else None
    if row is None:
        return None
    return Held(row.reason, row.until, hold_evidence.shown(session, actor, ticket, row))


def close(session: Session, ticket: Ticket, *, now: datetime) -> None:
    """The ticket is about to be over while it waits. Where the wait was over before and nobody had noticed, its clocks
    have run from the moment that was agreed."""
    row = live(session, ticket.id)
    if row is None:
        return
    row.ended_at = min(now, row.until)
    session.flush()
    if row.until < now and row.before is not TicketStatus.APPROVAL:
        clocks.go_on(session, ticket, cause=None, now=row.until)


def may(session: Session, actor: Actor, ticket: Ticket) -> frozenset[TicketEvent]:
    """Of hold and resume what this person may do now: the buttons of a job."""
    events = allowed(ticket.status, scope.roles_on(session, actor, ticket))
    row = live(session, ticket.id)
    is_foreign = row is not None and not actor.is_desk and not _is_of_crew(session, row, ticket)
    if not _walks(session, actor, ticket) or is_foreign:
        return frozenset()
    return events & {TicketEvent.HOLD, TicketEvent.RESUME}


def choices(session: Session, actor: Actor, ticket_id: int, *, now: datetime) -> HoldChoices:
    """Raises NotFound, NotAllowed where this person may not let it wait, Changed where it cannot."""
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    is_held = ticket.status is TicketStatus.ON_HOLD
    if is_held and not actor.is_desk:
        raise Changed
    if not is_held and TicketEvent.HOLD not in may(session, actor, ticket):
        raise Changed if actor.is_desk else NotAllowed
    zone = session.get_one(Site, ticket.site_id).zone
    latest = None if actor.is_desk else _working_day_after(session, ticket, now)
    is_late = latest is not None and _is_late(session, ticket, now)
    return HoldChoices(
        ticket_id=ticket.id,
        number=ticket.number,
        version=ticket.version,
        zone=zone,
        read_at=now,
        reasons=tuple(_reasons(actor, ticket)),
        untils=tuple(
            until
            for until in rules.proposed(now, zone, numbers.of(session).work_from_hour)
            if latest is None or (until <= latest and not is_late)
        ),
        latest=latest,
        is_late=is_late,
        is_held=is_held,
    )


def _go_on(session: Session, actor: Actor, ticket: Ticket, row: Hold, *, now: datetime) -> None:
    """From the moment that was agreed, however late somebody notices; a deadline of the time between is broken then."""
    before, at = row.before, min(now, row.until)
    target = rules.back_to(before)
    cause = lifecycle.advance(
        session, ticket, TicketEvent.RESUME, actor, now=now, back_to=target, data={"before": before}
    )
    row.ended_at = at
    session.flush()
    clocks.go_on(session, ticket, cause=cause, now=at)
    is_moved = _plan_anew(session, actor, ticket, row, now=now)
    told, data = rules.told(Notice.RESUMED, before), {"moved": is_moved, "pause": objections.ended(session, ticket, at)}
    notices.publish(session, Notice.RESUMED, ticket, cause=cause, now=now, told=told, data=data)
    if target is TicketStatus.SEARCHING:
        waves.new_version(session, ticket, now=now)
        waves.begin_again(session, actor, ticket, WaveReason.AGAIN, now=now)
    redispatch.after_hold(session, ticket, now=now)
    breaches.catch_up(session, ticket, now=now)


def _plan_anew(session: Session, actor: Actor, ticket: Ticket, row: Hold, *, now: datetime) -> bool:
    """The crew keeps its visit; where the time is over it gets the next window, and nobody is under way any more. True:
    it has another time."""
    visit = steps.current_visit(session, ticket.id)
    if visit is None or visit.status not in AHEAD | {VisitStatus.EN_ROUTE} or visit.ends_at > now:
        return False
    slot = offers.next_slot(session, ticket, now=now)
    moves.plan_anew(session, actor, visit, slot, row, now=now)
    return True


def _fresh(session: Session, actor: Actor, ticket_id: int, version: int) -> Ticket:
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    if ticket.version != version:
        raise Changed
    return ticket


def _ensure_may(session: Session, actor: Actor, ticket: Ticket, reason: StopReason) -> None:
    _ensure_walker(session, actor, ticket)
    if reason not in _reasons(actor, ticket):
        raise NotAllowed


def _reasons(actor: Actor, ticket: Ticket) -> Iterable[StopReason]:
    if not actor.is_desk:
        return rules.CREW_REASONS
    has_crew = ticket.status not in rules.NOBODYS
    return (one for one in rules.DESK_REASONS if has_crew or one is not StopReason.MOVED_BY_CONTRACTOR)


def _ensure_until(session: Session, actor: Actor, ticket: Ticket, until: datetime, *, now: datetime) -> None:
    most = numbers.of(session).hold_most_days
    if not now < until <= now + timedelta(days=most):
        raise UntilInvalid(most)
    if actor.is_desk:
        return
    if _is_late(session, ticket, now):
        raise WindowOver
    if until > _working_day_after(session, ticket, now):
        raise HoldTooLong


def _is_late(session: Session, ticket: Ticket, now: datetime) -> bool:
    """Otherwise a few words would undo that nobody came."""
    visit = steps.current_visit(session, ticket.id)
    return visit is not None and visit.status in AHEAD | {VisitStatus.EN_ROUTE} and visit.ends_at <= now


def _working_day_after(session: Session, ticket: Ticket, now: datetime) -> datetime:
    """When a working day of the site will have passed: over a weekend that is Monday evening."""
    return calendars.after_days(session, session.get_one(Site, ticket.site_id).zone, now, 1)


def _ensure_walker(session: Session, actor: Actor, ticket: Ticket) -> None:
    if not _walks(session, actor, ticket):
        raise NotAllowed


def _walks(session: Session, actor: Actor, ticket: Ticket) -> bool:
    """The desk, who goes himself, or the owner of the firm."""
    if actor.is_desk or ticket.contractor_id in actor.owned_contractor_ids:
        return True
    visit = steps.current_visit(session, ticket.id)
    return (
        visit is not None
        and ticket.contractor_id in actor.contractor_ids
        and visit.engineer_id is not None
        and visit.engineer_id == actor.person_id
    )


def _is_of_firm(actor: Actor, ticket: Ticket) -> bool:
    """Whatever he is beside it: nobody excuses his own firm."""
    return ticket.contractor_id in actor.contractor_ids


def _is_of_crew(session: Session, row: Hold, ticket: Ticket) -> bool:
    """Begun by somebody of the firm that has the job."""
    if row.person_id is None or ticket.contractor_id is None:
        return False
    found = select(Membership.id).where(
        Membership.person_id == row.person_id,
        Membership.contractor_id == ticket.contractor_id,
        Membership.role.in_(CONTRACTOR_ROLES),
    )
    return session.scalar(found.limit(1)) is not None

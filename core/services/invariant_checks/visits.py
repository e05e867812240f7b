"""Invariants of visits that lie ahead: their crew will be asked and watched, moves are written down, and what does not
take place has a weight."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.domain import confirmation
from core.domain.quality import NO_SHOW_WEIGHT_MILLI, QualityKind
from core.domain.task import TaskKind
from core.domain.ticket import TicketEvent
from core.domain.visit import AHEAD, VisitStatus
from core.services import no_shows, numbers, quality, redispatch
from core.services.invariant_checks.found import Found
from core.services.moves import EXPECTED, REPLANNED
from storage.models.desk import Audit, Task
from storage.models.quality import QualityEvent
from storage.models.ticket import Assignment, Ticket
from storage.models.visit import Visit, VisitMove


def crews_will_be_asked(session: Session, *, now: datetime) -> Found:
    """As long as the last question is ahead, it is planned; a visit that is under way or over asks nothing."""
    rules = numbers.of(session)
    visits = session.execute(select(Visit, Ticket.status).join(Ticket, Ticket.id == Visit.ticket_id)).all()
    broken = []
    for visit, status in visits:
        moments = confirmation.plan(visit.starts_at, rules).moments
        if visit.status not in AHEAD:
            if visit.ask_at is not None:
                broken.append(f"visit {visit.id} is {visit.status} and would still be asked about")
        elif visit.ask_at is not None and visit.ask_at > visit.starts_at:
            broken.append(f"visit {visit.id} is asked about after it began")
        elif visit.ask_at is None and status in EXPECTED and moments[1] > now:
            broken.append(f"nobody will ask whether visit {visit.id} takes place")
        if (visit.status is VisitStatus.CONFIRMED) > (visit.confirmed_at is not None):
            broken.append(f"visit {visit.id} was confirmed at no time")
    return broken, len(visits)


def moves_are_written_down(session: Session, *, now: datetime) -> Found:
    """Every move has its row of the audit, they follow on each other, and the last one is the time that stands."""
    told: defaultdict[int, int] = defaultdict(int)
    audited = select(Audit.entity_id, func.count()).where(Audit.entity == "visit", Audit.event.in_(("move", REPLANNED)))
    for visit_id, count in session.execute(audited.group_by(Audit.entity_id)):
        told[visit_id] = count
    moves: defaultdict[int, list[VisitMove]] = defaultdict(list)
    for row in session.scalars(select(VisitMove).order_by(VisitMove.id)):
        moves[row.visit_id].append(row)
    visits = session.execute(select(Visit.id, Visit.starts_at)).all()
    broken = []
    for visit_id, starts_at in visits:
        made = moves[visit_id]
        if len(made) != told[visit_id]:
            broken.append(f"visit {visit_id} was moved {len(made)} times, its audit says {told[visit_id]}")
        elif any(one.to_starts_at != following.from_starts_at for one, following in pairwise(made)):
            broken.append(f"the moves of visit {visit_id} do not follow on each other")
        elif made and made[-1].to_starts_at != starts_at:
            broken.append(f"visit {visit_id} does not stand where it was moved to")
    return broken, len(visits)


def back_outs_are_weighed(session: Session, *, now: datetime) -> Found:
    """Every job a crew handed back has the event it deserves, weighed anew here; no event comes from nowhere."""
    given_up = session.execute(
        select(Audit.id, Audit.at, Audit.data).where(Audit.entity == "ticket", Audit.event == TicketEvent.GIVE_UP)
    ).all()
    wanted: dict[int, int] = {}
    for audit_id, at, data in given_up:
        visit = session.get(Visit, data["visit"]) if "visit" in data else None
        said = datetime.fromisoformat(data["said_at"]) if "said_at" in data else at
        weight = quality.back_out_cost_milli(session, visit, at=said) if visit is not None else None
        if weight is not None:
            wanted[audit_id] = weight
    events = session.execute(
        select(QualityEvent.audit_id, QualityEvent.weight_milli).where(QualityEvent.kind == QualityKind.BACK_OUT)
    )
    have: dict[int, Any] = {audit_id: weight for audit_id, weight in events}
    broken = [
        f"audit {audit_id}: a back-out weighs {have.get(audit_id)}, it should be {wanted.get(audit_id)}"
        for audit_id in sorted(wanted.keys() | have.keys())
        if wanted.get(audit_id) != have.get(audit_id)
    ]
    return broken, len(given_up)


def crews_are_watched(session: Session, *, now: datetime) -> Found:
    """Whoever is expected and has not begun is looked at after the agreed time, or the desk has been called; a visit
    that was begun or fell away is not watched."""
    called = select(Task.ticket_id).where(Task.kind == TaskKind.NOT_COME, Task.ended_at.is_(None))
    at_desk = set(session.scalars(called))
    visits = session.execute(select(Visit, Ticket.status).join(Ticket, Ticket.id == Visit.ticket_id)).all()
    broken = []
    for visit, status in visits:
        if visit.status not in no_shows.WATCHED:
            if visit.watch_at is not None:
                broken.append(f"visit {visit.id} is {visit.status} and would still be watched")
        elif status in EXPECTED and visit.watch_at is None and visit.ticket_id not in at_desk:
            broken.append(f"nobody would notice that visit {visit.id} does not take place")
    return broken, len(visits)


def no_shows_are_weighed(session: Session, *, now: datetime) -> Found:
    """Every no-show of the audit has its event, as heavy as it must be, and no event comes from nowhere."""
    edges = session.execute(
        select(Audit.id, Audit.data).where(Audit.entity == "ticket", Audit.event == TicketEvent.NO_SHOW)
    ).all()
    wanted = {audit_id: NO_SHOW_WEIGHT_MILLI for audit_id, _ in edges}
    rows = select(QualityEvent.audit_id, QualityEvent.weight_milli).where(QualityEvent.kind == QualityKind.NO_SHOW)
    have: dict[int, int] = {audit_id: weight for audit_id, weight in session.execute(rows)}
    broken = [
        f"audit {audit_id}: a no-show weighs {have.get(audit_id)}, it should be {wanted.get(audit_id)}"
        for audit_id in sorted(wanted.keys() | have.keys())
        if wanted.get(audit_id) != have.get(audit_id)
    ]
    for audit_id, data in edges:
        visit = session.get(Visit, data.get("visit"))
        if visit is None or visit.on_site_at is not None or visit.status is not VisitStatus.DROPPED:
            broken.append(f"audit {audit_id}: a no-show of a visit that took place")
    return broken, len(edges)


def blocked_crews_are_out(session: Session, *, now: datetime) -> Found:
    """What was only agreed before a block began is in other hands: of the firm, and of the one who goes."""
    planned = (
        select(func.max(Audit.at))
        .where(
            Audit.entity == "ticket",
            Audit.entity_id == Ticket.id,
            Audit.event.in_((TicketEvent.ASSIGN, TicketEvent.LEAVE, TicketEvent.REWORK)),
        )
        .scalar_subquery()
    )
    jobs = session.execute(
        select(Visit, Ticket, Assignment.contractor_id, planned)
        .join(Ticket, Ticket.id == Visit.ticket_id)
        .join(Assignment, Assignment.id == Visit.assignment_id)
        .where(Visit.status.in_(AHEAD), Ticket.status.in_(EXPECTED))
    ).all()
    # Blocks older than the blacklist have no row of the audit, and nobody acted on them.
    broken = [
        f"visit {visit.id} is still the blocked crew's: block {block.id}"
        for visit, ticket, firm, at in jobs
        for block in session.scalars(redispatch.stopping(ticket, visit, firm, now))
        if block.audit_id is not None and at is not None and at < block.starts_at
    ]
    return broken, len(jobs)


CHECKS: dict[str, tuple[str, Callable[..., Found]]] = {
    "55": ("whoever is to come is asked", crews_will_be_asked),
    "56": ("moves of visits are written down", moves_are_written_down),
    "57": ("a job handed back is weighed", back_outs_are_weighed),
    "76": ("whoever is to come is watched", crews_are_watched),
    "77": ("a no-show is weighed", no_shows_are_weighed),
    "78": ("a blocked crew keeps nothing that is only agreed", blocked_crews_are_out),
}

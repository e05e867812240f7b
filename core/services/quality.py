"""The ledger of quality: every event is written in the stroke of what caused it, and the score follows at once.

Bad events ring the crew and the manager: what happened, what it costs, how to dispute it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.domain import quality, typed
from core.domain.actor import Actor
from core.domain.errors import Changed, NeedsAnother, NotAllowed
from core.domain.notice import Audience, Notice
from core.domain.quality import (
    BAD_MILLI,
    GOOD_MILLI,
    LATE_MILLI,
    NO_SHOW_WEIGHT_MILLI,
    QualityKind,
    back_out_weight_milli,
)
from core.domain.role import Role
from core.domain.visit import VisitOutcome, VisitStatus
from core.services import (
    assignments,
    audit,
    burning,
    circulars,
    downtime,
    limit_line,
    notices,
    numbers,
    scope,
    score,
    windows,
)
from core.services.circulars import Circular
from core.services.rows import moved
from storage.models.desk import Audit
from storage.models.directory import Service
from storage.models.people import Person
from storage.models.quality import QualityEvent
from storage.models.ticket import Assignment, Ticket
from storage.models.visit import Visit

#: He was there, and the site was not as it must be.
EXCUSES = frozenset({VisitOutcome.NO_ACCESS, VisitOutcome.UNSAFE})
WORDS_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Crew:
    """Whose event it is: the firm, and who of it went; None where the desk spoke by phone."""

    contractor_id: int
    person_id: int | None


def write(
    session: Session,
    kind: QualityKind,
    weight_milli: int,
    crew: Crew,
    ticket: Ticket,
    *,
    cause: Audit,
    now: datetime,
    words: str = "",
) -> QualityEvent:
    """One event of a firm and of the person who went. Tells whom it strikes, once per cause."""
    limit_line.wait(session, [crew.contractor_id], now=now)
    event = QualityEvent(
        kind=kind,
        contractor_id=crew.contractor_id,
        person_id=crew.person_id,
        ticket_id=ticket.id,
        weight_milli=weight_milli,
        audit_id=cause.id,
        words=words,
        at=now,
    )
    session.add(event)
    score.refresh(session, crew.contractor_id, now=now)
    if quality.is_bad(kind, weight_milli) and kind not in quality.OPINIONS:
        for person in _struck(session, event):
            data = {"event": event.id}
            notices.tell(session, person.id, Notice.STRIKE, cause=str(cause.id), now=now, data=data)
    return event


def missed(session: Session, rows: Sequence[tuple[Crew, int, Audit]], *, now: datetime) -> None:
    """Deadlines missed by own fault, of a whole sweep: (whose, ticket, cause). They are no part of the score."""
    limit_line.wait(session, (crew.contractor_id for crew, _, _ in rows), now=now)
    events = [
        QualityEvent(
            kind=QualityKind.MISSED,
            contractor_id=crew.contractor_id,
            person_id=crew.person_id,
            ticket_id=ticket_id,
            weight_milli=quality.MISSED_WEIGHT_MILLI,
            audit_id=cause.id,
            at=now,
        )
        for crew, ticket_id, cause in rows
    ]
    session.add_all(events)
    session.flush()
    told = frozenset({Audience.CREW, Audience.MANAGER})
    letters = [
        Circular(cause, told, {"event": event.id}, None, event.contractor_id, event.person_id)
        for event, (_, _, cause) in zip(events, rows, strict=True)
    ]
    circulars.send(session, Notice.STRIKE, letters, circulars.at_night(session, now=now), now=now)


def annul(session: Session, actor: Actor, event: QualityEvent, *, reason: str, now: datetime) -> None:
    """It counts no more, nor does what was written of the same cause. A second time is harmless."""
    annul_all(session, actor, [event], reason=reason, now=now)


def annul_all(session: Session, actor: Actor, events: Sequence[QualityEvent], *, reason: str, now: datetime) -> None:
    causes = {event.audit_id for event in events}
    twins = select(QualityEvent).where(QualityEvent.audit_id.in_(causes)).order_by(QualityEvent.id)
    for one in session.scalars(twins).all():
        if moved(session, one, QualityEvent.annulled_at.is_(None), annulled_at=now):
            audit.record(session, actor, "quality_event", one.id, "annul", now=now, data={"reason": reason})
    for firm in sorted({event.contractor_id for event in events}):
        score.refresh(session, firm, now=now)


def _struck(session: Session, event: QualityEvent) -> list[Person]:
    """Who went, the owners of the firm, and the managers."""
    crew = notices.crew_of_firm(session, event.contractor_id, event.person_id)
    known = {person.id for person in crew}
    return crew + [person for person in notices.managers(session) if person.id not in known]


def noticed_at(session: Session, visit: Visit, *, now: datetime) -> datetime:
    """When the job was handed back that is handed back now: a day ahead is a day ahead where nobody could hear it."""
    return downtime.said_at(session, visit.starts_at - quality.EARLY - timedelta.resolution, now=now)


def back_out_cost_milli(session: Session, visit: Visit, *, at: datetime) -> int | None:
    """What handing the job back at this moment costs; None where the site let the crew down before."""
    before = session.scalar(
        select(Visit.outcome)
        .where(
            Visit.assignment_id == visit.assignment_id, Visit.number < visit.number, Visit.status == VisitStatus.LEFT
        )
        .order_by(Visit.number.desc())
        .limit(1)
    )
    if before in EXCUSES:
        return None
    # Once he is on the way there is no notice any more, also where he came a day early.
    return LATE_MILLI if visit.en_route_at is not None else back_out_weight_milli(visit.starts_at - at)


def back_out_now_milli(session: Session, visit: Visit, *, now: datetime) -> int | None:
    return back_out_cost_milli(session, visit, at=noticed_at(session, visit, now=now))


def no_show(session: Session, assignment: Assignment, visit: Visit, *, cause: Audit, now: datetime) -> None:
    """Nobody came: the heaviest that can be said of a crew."""
    ticket = session.get_one(Ticket, visit.ticket_id)
    crew = Crew(assignment.contractor_id, visit.engineer_id)
    write(session, QualityKind.NO_SHOW, NO_SHOW_WEIGHT_MILLI, crew, ticket, cause=cause, now=now)


def back_out(
    session: Session, assignment: Assignment, visit: Visit, weight_milli: int | None, *, cause: Audit, now: datetime
) -> None:
    """Written in the stroke of the move that gave the job back."""
    if weight_milli is None:
        return
    ticket = session.get_one(Ticket, visit.ticket_id)
    crew = Crew(assignment.contractor_id, visit.engineer_id)
    write(session, QualityKind.BACK_OUT, weight_milli, crew, ticket, cause=cause, now=now)


def minutes_off(session: Session, visit: Visit, *, at: datetime) -> int:
    """How late (or, negative, how early) somebody comes who comes at this moment; 0 is in time.

    Who could not say that he was there was no later than when nobody could be heard any more.
    """
    rules, had = numbers.of(session), windows.of(session, visit)
    promised = quality.promised_start(had, rules)
    latest = min(visit.ends_at, promised + (visit.ends_at - visit.starts_at))
    said = downtime.said_at(session, latest + timedelta(minutes=rules.late_minutes), now=at)
    off = quality.minutes_off(said, min(visit.starts_at, promised), latest, rules)
    return off if off > 0 or had[-1].has_beginning else 0


def arrival(session: Session, visit: Visit, ticket: Ticket, off_minutes: int, *, cause: Audit, now: datetime) -> None:
    good = GOOD_MILLI if off_minutes == 0 else BAD_MILLI
    _of_visit(session, QualityKind.ARRIVAL, good, visit, ticket, cause=cause, now=now)


def proof(session: Session, visit: Visit, ticket: Ticket, *, cause: Audit, now: datetime) -> None:
    """The report is sent, complete as it must be: was it in time? What waited by no wish of the crew, and what could
    not be heard, is not counted."""
    norm = session.get_one(Service, ticket.service_id).norm_minutes
    begun = visit.on_site_at or now
    due = quality.proof_due(begun, norm, ticket.quantity_milli, numbers.of(session))
    for since, until in burning.waits(session, {ticket.id}).get(ticket.id, ()):
        due += max((until or now) - max(since, begun), timedelta(0))
    good = GOOD_MILLI if downtime.said_at(session, due, now=now) <= due else BAD_MILLI
    _of_visit(session, QualityKind.PROOF, good, visit, ticket, cause=cause, now=now)


def first_time(session: Session, assignment: Assignment, ticket: Ticket, *, cause: Audit, now: datetime) -> None:
    """Accepted: the first time, unless this crew had to come again for it."""
    if _is_judged(session, assignment, ticket):
        return score.refresh(session, assignment.contractor_id, now=now)
    crew = _crew(session, assignment)
    write(session, QualityKind.FIRST_TIME, GOOD_MILLI, crew, ticket, cause=cause, now=now)
    return None


def rework(session: Session, assignment: Assignment, ticket: Ticket, *, cause: Audit, now: datetime) -> None:
    """The desk finds the work faulty: not accepted the first time, and a strike each time it happens."""
    crew = _crew(session, assignment)
    if not _is_judged(session, assignment, ticket):
        write(session, QualityKind.FIRST_TIME, BAD_MILLI, crew, ticket, cause=cause, now=now)
    write(session, QualityKind.REWORK, GOOD_MILLI, crew, ticket, cause=cause, now=now)


def mark(session: Session, ticket: Ticket, given: int, best: int, *, cause: Audit, now: datetime) -> None:
    assignment = assignments.last(session, ticket.id)
    if assignment is None:
        return
    weight, crew = quality.mark_milli(given, best), _crew(session, assignment)
    write(session, QualityKind.MARK, weight, crew, ticket, cause=cause, now=now)


def fraud(session: Session, actor: Actor, event_id: int, words: str, *, now: datetime) -> None:
    """Proven, by a manager's word, of the crew and the job of another event; once for both.

    Raises NotFound, NotAllowed, NeedsAnother for who is of the firm, Changed where it is known already, TextEmpty,
    TextTooLong.
    """
    seen = scope.find(session, scope.visible_events(actor), QualityEvent.id == event_id)
    if not actor.has(Role.MANAGER, Role.ADMIN):
        raise NotAllowed
    if seen.contractor_id in actor.contractor_ids:
        raise NeedsAnother
    words = typed.words(words, WORDS_LIMIT)
    score.refresh(session, seen.contractor_id, now=now)  # whoever says so at the same time waits here
    known = _known(QualityKind.FRAUD, seen.contractor_id, seen.ticket_id).where(QualityEvent.annulled_at.is_(None))
    if session.scalar(known) is not None:
        raise Changed
    role = Role.MANAGER if actor.has(Role.MANAGER) else Role.ADMIN
    ticket = session.get_one(Ticket, seen.ticket_id)
    cause = audit.record(session, actor, "quality_event", seen.id, "fraud", now=now, role=role)
    crew = Crew(seen.contractor_id, seen.person_id)
    event = write(session, QualityKind.FRAUD, GOOD_MILLI, crew, ticket, cause=cause, now=now, words=words)
    key, data = f"audit {cause.id}", {"event": event.id}
    notices.reply(session, actor, Notice.QUALITY_EVENT, cause=key, now=now, data=data)


def _of_visit(
    session: Session, kind: QualityKind, weight: int, visit: Visit, ticket: Ticket, *, cause: Audit, now: datetime
) -> None:
    firm = session.get_one(Assignment, visit.assignment_id).contractor_id
    write(session, kind, weight, Crew(firm, visit.engineer_id), ticket, cause=cause, now=now)


def _crew(session: Session, assignment: Assignment) -> Crew:
    """The firm, and who of it was there last."""
    went = session.scalar(
        select(Visit.engineer_id)
        .where(Visit.assignment_id == assignment.id, Visit.on_site_at.is_not(None))
        .order_by(Visit.number.desc())
        .limit(1)
    )
    return Crew(assignment.contractor_id, went or assignment.engineer_id)


def _is_judged(session: Session, assignment: Assignment, ticket: Ticket) -> bool:
    return session.scalar(_known(QualityKind.FIRST_TIME, assignment.contractor_id, ticket.id)) is not None


def _known(kind: QualityKind, contractor_id: int, ticket_id: int) -> Select[int]:
    """An event of this kind for this firm and job, whether it counts or not."""
    firm = QualityEvent.contractor_id == contractor_id
    return select(QualityEvent.id).where(QualityEvent.ticket_id == ticket_id, firm, QualityEvent.kind == kind).limit(1)

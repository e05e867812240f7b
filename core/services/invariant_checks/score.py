"""Invariants of the ledger: events follow from what happened, the score follows from the events, the struck know."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain import quality
from core.domain.quality import BAD_MILLI, GOOD_MILLI, QualityKind
from core.domain.role import Role
from core.domain.ticket import TicketEvent
from core.services import score
from core.services.acceptances import BEST
from core.services.invariant_checks.found import Found
from core.services.invariant_checks.rights import Held, held
from storage.models.contractor import Contractor, MatchPoint
from storage.models.desk import Audit
from storage.models.people import Person
from storage.models.post import Outbox
from storage.models.quality import QualityDispute, QualityEvent

#: Older strikes were asked about often enough.
LOOKED_AT = timedelta(days=30)
_CHUNK = 500


def scores_follow_the_ledger(session: Session, *, now: datetime) -> Found:
    """What matching reads of a firm that has been judged is what its events say, computed anew."""
    judged = select(QualityEvent.contractor_id).distinct()
    firms = session.execute(select(Contractor.id, Contractor.score).where(Contractor.id.in_(judged))).all()
    broken = []
    for firm, kept in firms:
        anew = score.of(session, firm).value
        if anew != kept:
            broken.append(f"contractor {firm} has the score {kept}, its ledger says {anew}")
    points = select(MatchPoint.id, MatchPoint.score, Contractor.score).join(Contractor)
    stale = session.execute(points.where(MatchPoint.score != Contractor.score).order_by(MatchPoint.id))
    broken += [f"point {point} is searched with the score {old}, its firm has {kept}" for point, old, kept in stale]
    return broken, len(firms)


def events_follow_from_what_happened(session: Session, *, now: datetime) -> Found:
    """Every arrival, report, order to do it again and mark has its event, weighed as the audit says; none is alone."""
    wanted = {(audit_id, kind): weight for audit_id, kind, weight in _causes(session)}
    kinds = (QualityKind.ARRIVAL, QualityKind.PROOF, QualityKind.REWORK, QualityKind.MARK)
    rows = select(QualityEvent.audit_id, QualityEvent.kind, QualityEvent.weight_milli)
    have = {
        (audit_id, kind): weight for audit_id, kind, weight in session.execute(rows.where(QualityEvent.kind.in_(kinds)))
    }
    broken = []
    for key in sorted(wanted.keys() | have.keys()):
        audit_id, kind = key
        weight = wanted.get(key, -1)
        if key not in wanted:
            broken.append(f"audit {audit_id}: {kind} comes from nowhere")
        elif key not in have:
            broken.append(f"audit {audit_id}: {kind} was not written")
        elif weight is not None and have[key] != weight:
            broken.append(f"audit {audit_id}: {kind} weighs {have[key]}, it should be {weight}")
    return broken, len(wanted)


def the_struck_are_told(session: Session, *, now: datetime) -> Found:
    """Who went and the owners of the firm have a message of every bad event, written in its stroke."""
    owners: defaultdict[int | None, list[Held]] = defaultdict(list)
    for one in held(session):
        if one.grant.role is Role.OWNER:
            owners[one.grant.contractor_id].append(one)
    readers = frozenset(session.scalars(select(Person.id).where(Person.telegram_id.is_not(None))))
    wanted = {}
    for event in session.scalars(select(QualityEvent).where(QualityEvent.at >= now - LOOKED_AT)):
        if event.kind in quality.OPINIONS or not quality.is_bad(event.kind, event.weight_milli):
            continue
        crew = {one.person_id for one in owners[event.contractor_id] if one.at(event.audit_id)} | {event.person_id}
        for person_id in crew & readers:
            wanted[f"strike:{event.audit_id}:{person_id}"] = (event.id, person_id)
    keys, known = list(wanted), set()
    for start in range(0, len(keys), _CHUNK):
        part = keys[start : start + _CHUNK]
        known |= set(session.scalars(select(Outbox.dedupe_key).where(Outbox.dedupe_key.in_(part))))
    broken = [f"event {wanted[key][0]} told person {wanted[key][1]} nothing" for key in keys if key not in known]
    return broken, len(keys)


def disputes_are_decided_by_another(session: Session, *, now: datetime) -> Found:
    """Not by who took part, or the audit says he was alone. Who was right has an event that counts no more."""
    rows = session.execute(
        select(QualityDispute, QualityEvent, Audit.actor_id)
        .join(QualityEvent, QualityEvent.id == QualityDispute.event_id)
        .join(Audit, Audit.id == QualityEvent.audit_id)
        .where(QualityDispute.decided_at.is_not(None))
    ).all()
    said = select(Audit.entity_id, Audit.data).where(Audit.entity == "quality_event", Audit.event == "decide")
    decided = {event_id: data for event_id, data in session.execute(said)}
    broken = []
    for given, event, causer in rows:
        alone = str(decided.get(event.id, {}).get("fallback", "")).endswith("alone")
        if event.id not in decided or decided[event.id]["upheld"] != given.is_upheld:
            broken.append(f"the decision about event {event.id} is not in the audit")
        elif given.decided_by in {causer, event.person_id, given.person_id} and not alone:
            broken.append(f"event {event.id} was judged by person {given.decided_by}, who took part in it")
        elif given.is_upheld and event.annulled_at is None:
            broken.append(f"event {event.id} counts, though its dispute was right")
    return broken, len(rows)


def _causes(session: Session) -> list[tuple[int, QualityKind, int | None]]:
    """(audit row, kind, weight); a weight of None was judged by the clock of that moment."""
    found: list[tuple[int, QualityKind, int | None]] = []
    kinds = {
        TicketEvent.ARRIVE: QualityKind.ARRIVAL,
        TicketEvent.REPORT: QualityKind.PROOF,
        TicketEvent.REWORK: QualityKind.REWORK,
    }
    moves = select(Audit.id, Audit.event, Audit.data).where(Audit.entity == "ticket", Audit.event.in_(kinds))
    for audit_id, event, data in session.execute(moves):
        weight: int | None = None
        if event == TicketEvent.ARRIVE and "off_minutes" not in data:
            continue  # from a time that did not judge it
        if event == TicketEvent.ARRIVE:
            weight = BAD_MILLI if data["off_minutes"] else GOOD_MILLI
        elif event == TicketEvent.REWORK:
            weight = GOOD_MILLI
        found.append((audit_id, kinds[event], weight))
    marks = select(Audit.id, Audit.data).where(Audit.entity == "acceptance", Audit.event == "mark")
    for audit_id, data in session.execute(marks):
        found.append((audit_id, QualityKind.MARK, quality.mark_milli(data["mark"], BEST)))
    return found


CHECKS: dict[str, tuple[str, Callable[..., Found]]] = {
    "71": ("the score of a firm follows from its ledger", scores_follow_the_ledger),
    "72": ("events follow from what happened", events_follow_from_what_happened),
    "73": ("whom an event strikes is told", the_struck_are_told),
    "74": ("another person decides a dispute", disputes_are_decided_by_another),
}

"""Invariants of papers: who may say that a document is good, and what a skill must have behind it to be learnt."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from core.domain.certificate import CertificateStatus
from core.domain.role import CONTRACTOR_ROLES
from core.services import numbers
from core.services.invariant_checks.found import Found
from core.services.skill_watch import ACCEPTED, LEARNT
from storage.models.contractor import Certificate, ContractorSkill
from storage.models.desk import Audit
from storage.models.directory import Service
from storage.models.people import Membership
from storage.models.ticket import Assignment, Ticket

_STATUS = CertificateStatus


def documents_are_checked_by_others(session: Session, *, now: datetime) -> Found:
    """An approved one has its checker and the moment; nobody checks for his own firm; what waits knows its skill."""
    broken = []
    rows = session.scalars(select(Certificate).order_by(Certificate.id)).all()
    for row in rows:
        is_checked = row.checked_by is not None and row.checked_at is not None
        is_whole = (row.checked_by is None) == (row.checked_at is None)
        if not is_whole or (row.status is _STATUS.APPROVED and not is_checked):
            broken.append(f"certificate {row.id} is {row.status} without its checker")
        elif is_checked and row.status not in (_STATUS.APPROVED, _STATUS.REFUSED):
            broken.append(f"certificate {row.id} is {row.status} although it was checked")
        if row.skill_id is None and row.status not in (_STATUS.UNSORTED, _STATUS.REFUSED, _STATUS.REPLACED):
            broken.append(f"certificate {row.id} is {row.status} for no skill")
    own = select(Certificate.id).join(
        Membership,
        and_(
            Membership.person_id == Certificate.checked_by,
            Membership.contractor_id == Certificate.contractor_id,
            Membership.role.in_(CONTRACTOR_ROLES),
            Membership.started_at <= Certificate.checked_at,
            or_(Membership.ended_at.is_(None), Membership.ended_at > Certificate.checked_at),
        ),
    )
    broken += [f"certificate {number} was checked by its own firm" for number in session.scalars(own.distinct())]
    return broken, len(rows)


def learnt_skills_have_their_jobs(session: Session, *, now: datetime) -> Found:
    """A skill that the machine confirmed has an approved document and enough accepted jobs under watch."""
    needed = numbers.of(session).watched_jobs
    broken = []
    traces = session.scalars(select(Audit).where(Audit.entity == "skill", Audit.event == LEARNT)).all()
    for trace in traces:
        row = session.get(ContractorSkill, trace.entity_id)
        if row is None:
            broken.append(f"skill {trace.entity_id} was learnt and is gone")
            continue
        jobs = _jobs(session, row, tuple(trace.data["jobs"]))
        if jobs < min(needed, len(trace.data["jobs"])) or not jobs:
            broken.append(f"skill {row.id} was learnt by {jobs} jobs")
        if not _has_document(session, row, trace):
            broken.append(f"skill {row.id} was learnt without a document")
    watched = session.scalars(select(ContractorSkill).where(ContractorSkill.watched_since.is_not(None))).all()
    for row in watched:
        if not row.is_confirmed and not _has_document(session, row, None):
            broken.append(f"skill {row.id} is under watch without a document")
    return broken, len(traces) + len(watched)


def _jobs(session: Session, row: ContractorSkill, tickets: tuple[int, ...]) -> int:
    query = (
        select(func.count(func.distinct(Ticket.id)))
        .join(Assignment, Assignment.ticket_id == Ticket.id)
        .join(Service, Service.id == Ticket.service_id)
        .where(
            Ticket.id.in_(tickets),
            Assignment.contractor_id == row.contractor_id,
            Assignment.under_watch,
            Assignment.end_reason == ACCEPTED,
            Service.skill_id == row.skill_id,
        )
    )
    return session.scalar(query) or 0


def _has_document(session: Session, row: ContractorSkill, trace: Audit | None) -> bool:
    query = select(Certificate.id).where(
        Certificate.contractor_id == row.contractor_id,
        Certificate.skill_id == row.skill_id,
        Certificate.status == _STATUS.APPROVED,
    )
    if trace is not None:
        query = query.where(Certificate.checked_at <= trace.at)
    return session.scalar(query.limit(1)) is not None


CHECKS: dict[str, tuple[str, Callable[..., Any]]] = {
    "86": ("documents are checked by others", documents_are_checked_by_others),
    "87": ("learnt skills have their jobs behind them", learnt_skills_have_their_jobs),
}

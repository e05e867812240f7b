"""A declared skill with a good document is learnt by work: so many jobs under watch, each accepted the first time.

Such jobs are given by hand only. A job that had to be done again does not count; a refused document or its end stops
the watch, and the next good document begins it anew.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.certificate import CertificateStatus, is_over
from core.domain.notice import Notice
from core.domain.ticket import DONE_WELL, TicketEvent
from core.services import audit, notices, numbers
from core.services.rows import moved
from storage.models.contractor import Certificate, Contractor, ContractorSkill
from storage.models.desk import Audit
from storage.models.directory import Service
from storage.models.ticket import Assignment, Ticket

LEARNT = "learn"
STOPPED = "stop_watch"
ACCEPTED = "accepted"


def today_at(firm: Contractor, now: datetime) -> date:
    """The days of a document are counted where the firm lives."""
    return now.astimezone(ZoneInfo(firm.zone)).date()


def of(session: Session, contractor_id: int, skill_id: int) -> ContractorSkill | None:
    named = ContractorSkill.contractor_id == contractor_id, ContractorSkill.skill_id == skill_id
    return session.scalars(select(ContractorSkill).where(*named)).one_or_none()


def of_ticket(session: Session, ticket: Ticket, contractor_id: int) -> ContractorSkill | None:
    return of(session, contractor_id, session.get_one(Service, ticket.service_id).skill_id)


def done(session: Session, row: ContractorSkill) -> tuple[int, ...]:
    """The tickets that count so far, in the order in which they were accepted."""
    if row.watched_since is None:
        return ()
    again = exists(
        select(Audit.id).where(
            Audit.entity == "ticket",
            Audit.entity_id == Ticket.id,
            Audit.event == TicketEvent.REWORK,
            Audit.at >= Assignment.started_at,
        )
    )
    return tuple(
        session.scalars(
            select(Ticket.id)
            .join(Assignment, Assignment.ticket_id == Ticket.id)
            .join(Service, Service.id == Ticket.service_id)
            .where(
                Assignment.contractor_id == row.contractor_id,
                Assignment.under_watch,
                Assignment.started_at >= row.watched_since,
                Assignment.end_reason == ACCEPTED,
                Service.skill_id == row.skill_id,
                Ticket.status.in_(DONE_WELL),
                ~again,
            )
            .order_by(Assignment.ended_at, Ticket.id)
        )
    )


def accepted(session: Session, ticket: Ticket, *, now: datetime) -> None:
    """The client said yes: perhaps that was the last job that was needed."""
    last = session.scalars(
        select(Assignment).where(Assignment.ticket_id == ticket.id).order_by(Assignment.id.desc()).limit(1)
    ).one_or_none()
    if last is None or not last.under_watch:
        return
    row = of_ticket(session, ticket, last.contractor_id)
    if row is None or row.is_confirmed or row.watched_since is None:
        return
    if is_over(row.valid_until, today_at(session.get_one(Contractor, row.contractor_id), now)):
        return
    jobs, since = done(session, row), row.watched_since
    if len(jobs) < numbers.of(session).watched_jobs:
        return
    still = ContractorSkill.is_confirmed.is_(False), ContractorSkill.watched_since == since
    if moved(session, row, *still, is_confirmed=True, watched_since=None):
        _tell(session, row, jobs, since, now=now)


def stop(session: Session, actor: Actor, row: ContractorSkill, why: str, *, now: datetime) -> None:
    """What was done so far counts no more."""
    if row.is_confirmed or row.watched_since is None:
        return
    row.watched_since = None
    session.flush()
    audit.record(session, actor, "skill", row.id, STOPPED, now=now, data={"why": why})


def document_of(session: Session, row: ContractorSkill) -> int | None:
    """The approved document that is in force."""
    return session.scalar(
        select(Certificate.id)
        .where(
            Certificate.contractor_id == row.contractor_id,
            Certificate.skill_id == row.skill_id,
            Certificate.status == CertificateStatus.APPROVED,
            Certificate.first_id.is_(None),
        )
        .order_by(Certificate.checked_at.desc(), Certificate.id.desc())
        .limit(1)
    )


def begin(session: Session, row: ContractorSkill, *, now: datetime) -> None:
    """A good document of a skill that is not confirmed; one that comes while the watch lasts only prolongs it."""
    if not row.is_confirmed and row.watched_since is None:
        row.watched_since = now
        session.flush()


def keeps_watch(session: Session, ticket: Ticket, contractor_id: int) -> bool:
    """Whether a job of this firm, given by hand, counts towards the skill."""
    row = of_ticket(session, ticket, contractor_id)
    return row is not None and not row.is_confirmed and row.watched_since is not None


def _tell(session: Session, row: ContractorSkill, jobs: tuple[int, ...], since: datetime, *, now: datetime) -> None:
    facts = {"jobs": list(jobs), "certificate": document_of(session, row), "since": since.isoformat()}
    cause = audit.record(session, Actor.system("rule:learnt"), "skill", row.id, LEARNT, now=now, data=facts)
    for person in notices.contractor_people(session, [row.contractor_id]):
        data = {"skill": row.id}
        notices.tell(session, person.id, Notice.SKILL_LEARNT, cause=f"audit {cause.id}", now=now, data=data)

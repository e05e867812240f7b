"""The checker's side of a document: who sent it for what, the file itself, and the word that counts.

Never somebody of the same firm. Of two who decide at once the first counts; the other sees who it was.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from core.domain import typed, typed_time
from core.domain.actor import Actor
from core.domain.certificate import HARMLESS, CertificateStatus, Refusal, SkillState, after_years, is_over
from core.domain.errors import Changed, DocumentChecked, NotFound, OwnDocument, TimePast, TooFarAhead
from core.domain.notice import Notice
from core.domain.role import Role
from core.domain.task import TaskKind
from core.services import audit, names, notices, numbers, papers, skill_ends, skill_watch, tasks
from core.services.certificates import task_cause
from core.services.rows import moved
from storage.models.contractor import Certificate, Contractor, ContractorSkill
from storage.models.desk import Audit, Task
from storage.models.directory import Skill
from storage.models.people import Membership, Person

WORDS_LIMIT = 500
YEARS = (1, 3)
#: How people write that a document has no end.
ENDLESS = frozenset({"без срока", "бессрочно", "бессрочный", "бессрочное", "no end", "without end", "unlimited"})


@dataclass(frozen=True, slots=True)
class Check:
    """`previous_id` is the approved document before it; `seen_at` another firm that has sent this very file."""

    certificate_id: int
    task_id: int | None
    firm: str
    code: str
    skill: str
    state: SkillState
    skill_until: date | None
    person: str
    sent_at: datetime
    zone: str
    read_at: datetime
    today: date
    pages: int
    #: For how many a button offers.
    years: tuple[int, ...]
    previous_id: int | None
    seen_at: str
    status: CertificateStatus
    refusal: str
    checked_by: str
    taken_by: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class Page:
    """`file_id` serves only the bot that got it; the bytes serve every one."""

    file_id: str | None
    sha256: str | None
    is_photo: bool
    file_name: str


def card(session: Session, actor: Actor, certificate_id: int, *, now: datetime) -> Check:
    """For the desk. Raises NotFound."""
    row = _found(session, actor, certificate_id)
    firm, sender = session.get_one(Contractor, row.contractor_id), session.get_one(Person, row.person_id)
    skill = _skill(session, row)
    task = session.scalars(select(Task).where(Task.cause == f"{TaskKind.CERTIFICATE}:{task_cause(row.id)}")).first()
    today = skill_watch.today_at(firm, now)
    previous = skill_watch.document_of(session, skill)
    return Check(
        certificate_id=row.id,
        task_id=task.id if task is not None and task.ended_at is None else None,
        firm=firm.name,
        code=firm.code,
        skill=session.get_one(Skill, skill.skill_id).name,
        state=papers.standing(skill).state(today),
        skill_until=skill.valid_until,
        person=sender.name,
        sent_at=row.sent_at,
        zone=firm.zone,
        read_at=now,
        today=today,
        pages=len(_pages(session, row)),
        years=tuple(one for one in YEARS if one <= numbers.of(session).document_years),
        previous_id=previous if previous != row.id else None,
        seen_at=_other_firm(session, row),
        status=row.status,
        refusal=row.refusal,
        checked_by=names.of(session, row.checked_by),
        taken_by=names.of(session, task.taken_by if task is not None else None),
        is_own=row.contractor_id in actor.contractor_ids,
    )


def pages(session: Session, actor: Actor, bot_id: int, certificate_id: int, *, now: datetime) -> tuple[Page, ...]:
    """The document itself, page by page. Raises NotFound."""
    row = _found(session, actor, certificate_id)
    return tuple(
        Page(one.file_id if one.bot_id == bot_id else None, one.sha256, one.is_photo, one.file_name)
        for one in _pages(session, row)
    )


def approve(session: Session, actor: Actor, certificate_id: int, valid_until: date | None, *, now: datetime) -> None:
    """`valid_until` is the last valid day, None: without end. Raises NotFound, OwnDocument, TimePast, TooFarAhead
    for a mistyped year, Changed."""
    row = _found(session, actor, certificate_id)
    today = skill_watch.today_at(session.get_one(Contractor, row.contractor_id), now)
    if is_over(valid_until, today):
        raise TimePast
    years = numbers.of(session).document_years
    if valid_until is not None and valid_until > after_years(today, years):
        raise TooFarAhead(years)
    _decide(session, actor, row, CertificateStatus.APPROVED, now=now, valid_until=valid_until)
    skill = _skill(session, row)
    until = valid_until.isoformat() if valid_until is not None else None
    cause = _record(session, actor, row, "approve", {"until": until, "skill": skill.id}, now=now)
    skill.document = (f"{row.file_name} (№ {row.id})" if row.file_name else f"№ {row.id}")[-300:]
    skill.valid_until = valid_until
    session.flush()
    skill_watch.begin(session, skill, now=now)
    skill_ends.told_now(session, skill, now=now)
    skill_ends.renewed(session, actor, skill, now=now)
    _tell(session, row, cause, now=now)


def approve_typed(session: Session, actor: Actor, certificate_id: int, words: str, *, now: datetime) -> None:
    """ "31.12.2027" or "без срока". Raises FieldInvalid and what `approve` raises."""
    row = _found(session, actor, certificate_id)
    firm = session.get_one(Contractor, row.contractor_id)
    text = " ".join(words.casefold().split())
    until = None if text in ENDLESS else typed_time.day(words, skill_watch.today_at(firm, now))
    approve(session, actor, certificate_id, until, now=now)


def approve_for(session: Session, actor: Actor, certificate_id: int, years: int, *, now: datetime) -> None:
    """So many years from today."""
    if years not in YEARS:
        raise NotFound
    row = _found(session, actor, certificate_id)
    today = skill_watch.today_at(session.get_one(Contractor, row.contractor_id), now)
    approve(session, actor, certificate_id, after_years(today, years), now=now)


def refuse(session: Session, actor: Actor, certificate_id: int, reason: Refusal, *, now: datetime) -> None:
    """Raises NotFound, OwnDocument, Changed."""
    _refuse(session, actor, certificate_id, str(reason), stops=reason not in HARMLESS, now=now)


def refuse_in_words(session: Session, actor: Actor, certificate_id: int, words: str, *, now: datetime) -> None:
    """Raises FieldInvalid and what `refuse` raises."""
    _refuse(session, actor, certificate_id, typed.line(words, "line", WORDS_LIMIT), stops=True, now=now)


def _refuse(session: Session, actor: Actor, certificate_id: int, said: str, *, stops: bool, now: datetime) -> None:
    row = _found(session, actor, certificate_id)
    _decide(session, actor, row, CertificateStatus.REFUSED, now=now, refusal=said)
    skill = _skill(session, row)
    facts = {"reason": said if said in set(Refusal) else "words", "skill": skill.id}
    cause = _record(session, actor, row, "refuse", facts, now=now)
    if stops:
        skill_watch.stop(session, actor, skill, "refused", now=now)
    _tell(session, row, cause, now=now)


def _decide(
    session: Session, actor: Actor, row: Certificate, status: CertificateStatus, *, now: datetime, **verdict: object
) -> None:
    if row.contractor_id in actor.contractor_ids or actor.person_id is None:
        raise OwnDocument
    still = Certificate.status == CertificateStatus.WAITING, Certificate.sha256.is_not(None)
    values = {"status": status, "checked_by": actor.person_id, "checked_at": now, **verdict}
    if not moved(session, row, *still, **values):
        if row.checked_by is not None:
            raise DocumentChecked(names.of(session, row.checked_by))
        raise Changed
    session.execute(
        update(Certificate)
        .where(Certificate.first_id == row.id, Certificate.status == CertificateStatus.WAITING)
        .values(**values)
        .execution_options(synchronize_session="fetch")
    )
    outcome = "approved" if status is CertificateStatus.APPROVED else "refused"
    tasks.end_for_cause(session, actor, TaskKind.CERTIFICATE, task_cause(row.id), outcome, now=now)


def _record(
    session: Session, actor: Actor, row: Certificate, event: str, facts: dict[str, object], *, now: datetime
) -> Audit:
    was = CertificateStatus.WAITING
    return audit.record(
        session, actor, "certificate", row.id, event, now=now, from_state=was, to_state=row.status, data=facts
    )


def _tell(session: Session, row: Certificate, cause: Audit, *, now: datetime) -> None:
    """Whoever sent it, and the owners."""
    people = notices.contractor_people(session, [row.contractor_id])
    owners = set(
        session.scalars(
            select(Membership.person_id).where(
                Membership.contractor_id == row.contractor_id,
                Membership.role == Role.OWNER,
                Membership.ended_at.is_(None),
            )
        )
    )
    for person in people:
        if person.id == row.person_id or person.id in owners:
            data = {"certificate": row.id}
            notices.tell(session, person.id, Notice.PAPER, cause=f"audit {cause.id}", now=now, data=data)


def _found(session: Session, actor: Actor, certificate_id: int) -> Certificate:
    if not actor.is_desk:
        raise NotFound
    row = session.get(Certificate, certificate_id)
    if row is None or row.first_id is not None or row.skill_id is None:
        raise NotFound
    return row


def _skill(session: Session, row: Certificate) -> ContractorSkill:
    """What the firm named stays named, so it is there."""
    skill = skill_watch.of(session, row.contractor_id, row.skill_id or 0)
    if skill is None:
        raise NotFound
    return skill


def _pages(session: Session, row: Certificate) -> list[Certificate]:
    whole = or_(Certificate.id == row.id, Certificate.first_id == row.id)
    fine = Certificate.status == row.status
    return list(session.scalars(select(Certificate).where(whole, fine).order_by(Certificate.id)))


def _other_firm(session: Session, row: Certificate) -> str:
    """Another firm that has sent the very same file."""
    same = [Certificate.file_unique_id == row.file_unique_id]
    if row.sha256 is not None:
        same.append(Certificate.sha256 == row.sha256)
    name = session.scalar(
        select(Contractor.name)
        .join(Certificate, Certificate.contractor_id == Contractor.id)
        .where(or_(*same), Contractor.id != row.contractor_id)
        .limit(1)
    )
    return name or ""

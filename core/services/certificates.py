"""Documents of skills on their way in: a row as soon as the message comes, the bytes after it, then a checker.

What came without a word for which skill is kept, and its sender asked. An album is one document of several pages; so
is what comes soon after it, one by one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.certificate import CertificateStatus, Refusal, is_document
from core.domain.errors import Changed, DocumentInvalid, NotAllowed, NotFound
from core.domain.notice import Notice
from core.domain.proof import ProofKind
from core.domain.role import CONTRACTOR_ROLES
from core.domain.task import TaskKind
from core.services import audit, notices, papers, tasks
from core.services.papers import SkillLine
from core.services.proofs import FETCH_FOR, FETCH_LIMIT, RETRY_AFTER, Facts, Incoming, Shelf, Wanted
from core.services.rows import moved
from storage.models.contractor import Certificate, Contractor, ContractorSkill
from storage.models.directory import Skill

#: As Telegram and its readers count it.
LIMIT_MB = 20
KINDS = (ProofKind.PHOTO, ProofKind.DOCUMENT)
OPEN = (CertificateStatus.UNSORTED, CertificateStatus.WAITING)
#: What comes so soon after a page of a document that nobody has checked is one more page of it.
PAGE_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Paper:
    """A document for the eyes of the firm that sent it. `line` is its skill; `choices` where it is not known yet."""

    certificate_id: int
    status: CertificateStatus
    firm: str
    refusal: str
    line: SkillLine | None
    choices: tuple[SkillLine, ...]
    pages: int


def receive(
    session: Session, actor: Actor, incoming: Incoming, number: int | None, *, now: datetime, is_page: bool = False
) -> None:
    """Keeps a document for the skill with this number; without one for the only skill that needs any. `is_page`: it is
    one more page of the document before it, where that still takes any.

    Raises NotFound, NotAllowed, DocumentInvalid.
    """
    if actor.person_id is None or not actor.has(*CONTRACTOR_ROLES):
        raise NotAllowed
    if _is_known(session, incoming):
        return None
    _ensure_document(incoming)
    mate = _first_of(session, actor.person_id, incoming.media_group_id)
    last = _unfinished(session, actor.person_id, incoming.chat_id, now) if is_page and mate is None else None
    mate = mate or last
    skill = papers.own(session, actor, number) if number is not None else None
    if mate is None and skill is None:
        skill = _only_one(session, actor, now=now)
    row = _row(actor, incoming, mate, skill, now=now)
    if mate is None and skill is not None:
        _replace(session, actor, skill.contractor_id, skill.skill_id, now=now)
    session.add(row)
    session.flush()
    if last is not None:
        page = {"certificate": last.id, "page": row.id}
        return notices.answer(session, row.person_id, Notice.PAPER, cause=task_cause(row.id), now=now, data=page)
    if mate is not None:
        return None
    data = {"firm": row.contractor_id, "skill": row.skill_id}
    audit.record(session, actor, "certificate", row.id, "send", now=now, to_state=row.status, data=data)
    told = Notice.PAPER if skill is not None else Notice.WHICH_PAPER
    sent = {"certificate": row.id}
    return notices.answer(session, row.person_id, told, cause=task_cause(row.id), now=now, data=sent)


def sort(session: Session, actor: Actor, certificate_id: int, number: int, *, now: datetime) -> None:
    """Its sender says for which skill it is. Raises NotFound, Changed where that was said already."""
    row = session.get(Certificate, certificate_id)
    if row is None or row.person_id != actor.person_id:
        raise NotFound
    skill = papers.own(session, actor, number)
    _replace(session, actor, skill.contractor_id, skill.skill_id, now=now)
    named = {"contractor_id": skill.contractor_id, "skill_id": skill.skill_id, "status": CertificateStatus.WAITING}
    if not moved(session, row, Certificate.status == CertificateStatus.UNSORTED, **named):
        raise Changed
    _with_pages(session, row, **named)
    data = {"firm": skill.contractor_id, "skill": skill.skill_id}
    audit.record(session, actor, "certificate", row.id, "sort", now=now, to_state=row.status, data=data)
    _ask_checker(session, row, now=now)
    notices.answer(session, row.person_id, Notice.PAPER, cause=actor.source, now=now, data={"certificate": row.id})


def card(session: Session, actor: Actor, certificate_id: int, *, now: datetime) -> Paper:
    """For everybody of the firm. Raises NotFound."""
    row = session.get(Certificate, certificate_id)
    if row is None or row.contractor_id not in actor.contractor_ids:
        raise NotFound
    firm = session.get_one(Contractor, row.contractor_id)
    if row.skill_id is None:
        choices = papers.show(session, actor, now=now).lines if row.person_id == actor.person_id else ()
        return Paper(row.id, row.status, firm.name, row.refusal, None, choices, _pages(session, row))
    skills = papers.of_firm(session, firm, now=now)
    name = session.get_one(Skill, row.skill_id).name
    line = next((line for line in skills if line.name == name), None)
    return Paper(row.id, row.status, firm.name, row.refusal, line, (), _pages(session, row))


def has_page_of(session: Session, actor: Actor, media_group_id: str, *, now: datetime) -> bool:
    """One more picture of an album whose first was a document."""
    return actor.person_id is not None and _first_of(session, actor.person_id, media_group_id) is not None


def takes_page(session: Session, actor: Actor, chat_id: int, *, is_listed: bool, now: datetime) -> bool:
    """What comes now is one more page of the document before it. `is_listed`: the skills are open before him, and
    where one of them needs a document it is most likely for that one."""
    if actor.person_id is None or _unfinished(session, actor.person_id, chat_id, now) is None:
        return False
    return not is_listed or not any(line.needs_document for line in papers.show(session, actor, now=now).lines)


def take_off(session: Session, actor: Actor, certificate_id: int, *, now: datetime) -> None:
    """Its sender says that it is no page: nobody sees it, and what follows is none either. Repeated it is harmless.

    Raises NotFound, Changed where the document was decided with it.
    """
    row = session.get(Certificate, certificate_id)
    if row is None or row.person_id != actor.person_id or row.first_id is None:
        raise NotFound
    if row.status is CertificateStatus.REPLACED:
        return
    before = row.status
    if not moved(session, row, Certificate.status.in_(OPEN), status=CertificateStatus.REPLACED):
        raise Changed
    audit.record(
        session,
        actor,
        "certificate",
        row.id,
        "take_off",
        now=now,
        from_state=before,
        to_state=CertificateStatus.REPLACED,
    )


def wanted(session: Session, bot_id: int, limit: int, *, now: datetime) -> tuple[Wanted, ...]:
    """What is still at Telegram and due to be fetched."""
    rows = session.scalars(
        select(Certificate)
        .where(Certificate.fetch_at <= now, Certificate.bot_id == bot_id)
        .order_by(Certificate.fetch_at, Certificate.id)
        .limit(limit)
    )
    return tuple(Wanted(row.id, row.file_id, _kind(row), row.fetch_tries, Shelf.CERTIFICATE) for row in rows)


def stored(
    session: Session,
    certificate_id: int,
    sha256: str,
    size: int,
    facts: Facts | None,
    *,
    is_pdf: bool = False,
    now: datetime,
) -> None:
    """The bytes are safe in the store. `facts` is None for a file that is no readable picture."""
    row = session.get_one(Certificate, certificate_id)
    if row.fetch_at is None:
        return
    row.sha256, row.size, row.fetch_at = sha256, size, None
    session.flush()
    if facts is None and not is_pdf:
        _refuse(session, row, Refusal.BROKEN, now=now)
    else:
        _ask_checker(session, row, now=now)


def fetch_failed(session: Session, certificate_id: int, *, is_gone: bool, now: datetime) -> None:
    """Tried again with growing pauses; given up when Telegram says the file is gone."""
    row = session.get_one(Certificate, certificate_id)
    if row.fetch_at is None:
        return
    if is_gone or now - row.sent_at > FETCH_FOR:
        _refuse(session, row, Refusal.GONE, now=now)
        return
    row.fetch_at = now + timedelta(seconds=RETRY_AFTER[min(row.fetch_tries, len(RETRY_AFTER) - 1)])
    row.fetch_tries += 1
    session.flush()


def too_large(session: Session, certificate_id: int, *, now: datetime) -> None:
    """More bytes than Telegram gives a bot, whatever size was declared."""
    row = session.get_one(Certificate, certificate_id)
    if row.fetch_at is not None:
        _refuse(session, row, Refusal.TOO_BIG, now=now)


def task_cause(certificate_id: int) -> str:
    return f"certificate {certificate_id}"


def _ensure_document(incoming: Incoming) -> None:
    if incoming.kind not in KINDS or not is_document(incoming.file_name):
        raise DocumentInvalid("kind", LIMIT_MB)
    if incoming.size is not None and incoming.size > FETCH_LIMIT:
        raise DocumentInvalid("big", LIMIT_MB)
    if incoming.size == 0:
        raise DocumentInvalid("none", LIMIT_MB)


def _only_one(session: Session, actor: Actor, *, now: datetime) -> ContractorSkill | None:
    """The skill a picture without a word is for, where there is no doubt. Raises NotFound for a firm without any."""
    lines = papers.show(session, actor, now=now).lines
    if not lines:
        raise NotFound
    needing = [line for line in lines if line.needs_document]
    found = lines if len(lines) == 1 else needing
    return session.get_one(ContractorSkill, found[0].number) if len(found) == 1 else None


def _row(
    actor: Actor, incoming: Incoming, mate: Certificate | None, skill: ContractorSkill | None, *, now: datetime
) -> Certificate:
    """A page is what its first one is, unless that was decided without it; an unsorted one is of any firm of his."""
    if mate is not None:
        status = mate.status if mate.status in OPEN else CertificateStatus.REPLACED
        firm, skill_id = mate.contractor_id, mate.skill_id
    elif skill is not None:
        status, firm, skill_id = CertificateStatus.WAITING, skill.contractor_id, skill.skill_id
    else:
        status, firm, skill_id = CertificateStatus.UNSORTED, min(actor.contractor_ids), None
    return Certificate(
        contractor_id=firm,
        skill_id=skill_id,
        person_id=actor.person_id,
        status=status,
        is_photo=incoming.kind is ProofKind.PHOTO,
        file_name=incoming.file_name[:200],
        bot_id=incoming.bot_id,
        chat_id=incoming.chat_id,
        message_id=incoming.message_id,
        media_group_id=incoming.media_group_id,
        first_id=mate.id if mate is not None else None,
        file_id=incoming.file_id,
        file_unique_id=incoming.file_unique_id,
        size=incoming.size,
        sent_at=now,
        fetch_at=now,
    )


def _replace(session: Session, actor: Actor, contractor_id: int, skill_id: int, *, now: datetime) -> None:
    """What waits for the same skill has been overtaken."""
    waiting = session.scalars(
        select(Certificate).where(
            Certificate.contractor_id == contractor_id,
            Certificate.skill_id == skill_id,
            Certificate.status == CertificateStatus.WAITING,
            Certificate.first_id.is_(None),
        )
    ).all()
    for row in waiting:
        still = Certificate.status == CertificateStatus.WAITING
        if not moved(session, row, still, status=CertificateStatus.REPLACED):
            continue
        _with_pages(session, row, status=CertificateStatus.REPLACED)
        was, becomes = CertificateStatus.WAITING, CertificateStatus.REPLACED
        audit.record(session, actor, "certificate", row.id, "replace", now=now, from_state=was, to_state=becomes)
        tasks.end_for_cause(session, actor, TaskKind.CERTIFICATE, task_cause(row.id), "replaced", now=now)


def _with_pages(session: Session, row: Certificate, **values: object) -> None:
    session.execute(
        update(Certificate)
        .where(Certificate.first_id == row.id, Certificate.status.in_(OPEN))
        .values(**values)
        .execution_options(synchronize_session="fetch")
    )


def _ask_checker(session: Session, row: Certificate, *, now: datetime) -> None:
    """Once its bytes are here and its skill is known: what is lost or broken takes nobody's time."""
    if row.status is not CertificateStatus.WAITING or row.first_id is not None or row.sha256 is None:
        return
    skill = session.get_one(Skill, row.skill_id).name
    tasks.open(
        session,
        TaskKind.CERTIFICATE,
        cause=task_cause(row.id),
        person_id=row.person_id,
        data={"certificate": row.id, "skill": skill},
        now=now,
    )


def _refuse(session: Session, row: Certificate, refusal: Refusal, *, now: datetime) -> None:
    """Found out by the machine. A lost first page takes its album with it."""
    row.fetch_at = None
    session.flush()
    before = row.status
    if not moved(session, row, Certificate.status.in_(OPEN), status=CertificateStatus.REFUSED, refusal=refusal):
        return
    _with_pages(session, row, status=CertificateStatus.REFUSED, refusal=refusal)
    actor = Actor.system("job:files")
    cause = audit.record(
        session,
        actor,
        "certificate",
        row.id,
        "refuse",
        now=now,
        from_state=before,
        to_state=row.status,
        data={"reason": refusal},
    )
    data = {"certificate": row.id}
    notices.answer(session, row.person_id, Notice.PAPER, cause=f"audit {cause.id}", now=now, data=data)


def _first_of(session: Session, person_id: int, media_group_id: str | None) -> Certificate | None:
    if media_group_id is None:
        return None
    return session.scalars(
        select(Certificate)
        .where(
            Certificate.media_group_id == media_group_id,
            Certificate.person_id == person_id,
            Certificate.first_id.is_(None),
        )
        .order_by(Certificate.id)
        .limit(1)
    ).one_or_none()


def _unfinished(session: Session, person_id: int, chat_id: int, now: datetime) -> Certificate | None:
    """The document he sent last, while it takes pages: nobody has decided about it, the last page of it came lately,
    and of that he did not say that it is none."""
    his = select(Certificate).where(Certificate.person_id == person_id, Certificate.chat_id == chat_id)
    last = session.scalars(his.order_by(Certificate.id.desc()).limit(1)).one_or_none()
    if last is None or last.status not in OPEN or now - last.sent_at > PAGE_WITHIN:
        return None
    return session.get_one(Certificate, last.first_id) if last.first_id is not None else last


def _pages(session: Session, row: Certificate) -> int:
    further = select(func.count()).where(Certificate.first_id == row.id, Certificate.status == row.status)
    return 1 + (session.scalar(further) or 0)


def _is_known(session: Session, incoming: Incoming) -> bool:
    known = select(Certificate.id).where(
        Certificate.bot_id == incoming.bot_id,
        Certificate.chat_id == incoming.chat_id,
        Certificate.message_id == incoming.message_id,
    )
    return session.scalar(known) is not None


def _kind(row: Certificate) -> ProofKind:
    return ProofKind.PHOTO if row.is_photo else ProofKind.DOCUMENT

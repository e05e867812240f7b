"""What a firm can do and what proves it: the page of its skills, and a new skill that it names itself.

A skill that was named is declared, not confirmed: it brings no offers until its document is checked and jobs were done
under watch.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.certificate import REMINDERS, CertificateStatus, SkillState, Standing
from core.domain.errors import Changed, NotAllowed, NotFound
from core.domain.notice import Notice
from core.domain.words import search_key, search_terms
from core.services import audit, notices, numbers, positions, scope, skill_watch
from storage.models.contractor import Certificate, Contractor, ContractorSkill
from storage.models.directory import Skill

DECLARED = "declare"


@dataclass(frozen=True, slots=True)
class SkillLine:
    """`number` is that of the row; `done` of `needed` jobs under watch; `refusal` of the last document, if it stands.

    A code of `Refusal`, or the checker's own words.
    """

    number: int
    name: str
    state: SkillState
    valid_until: date | None
    days_left: int | None
    done: int
    needed: int
    is_checking: bool
    refusal: str

    @property
    def needs_document(self) -> bool:
        """What a picture without a word is most likely for."""
        stale = self.state in (SkillState.DECLARED, SkillState.EXPIRED, SkillState.ENDING)
        return not self.is_checking and (stale or bool(self.refusal))

    @property
    def runs_out(self) -> bool:
        """Over, or so near that the firm is reminded of it."""
        is_proven = self.state is not SkillState.DECLARED
        return is_proven and self.days_left is not None and self.days_left <= max(REMINDERS)


@dataclass(frozen=True, slots=True)
class FirmPapers:
    contractor_id: int
    name: str
    skills: tuple[SkillLine, ...]


@dataclass(frozen=True, slots=True)
class Papers:
    firms: tuple[FirmPapers, ...]

    @property
    def lines(self) -> tuple[SkillLine, ...]:
        return tuple(line for firm in self.firms for line in firm.skills)


@dataclass(frozen=True, slots=True)
class SkillChoices:
    """Skills the firm has not named yet, a page of them."""

    contractor_id: int
    words: str
    lines: tuple[tuple[int, str], ...]
    total: int
    offset: int


def show(session: Session, actor: Actor, *, now: datetime) -> Papers:
    """Of every firm whose engineer or owner this person is. Raises NotAllowed."""
    if not actor.contractor_ids:
        raise NotAllowed
    firms = session.scalars(
        select(Contractor).where(Contractor.id.in_(actor.contractor_ids)).order_by(Contractor.name, Contractor.id)
    )
    return Papers(tuple(FirmPapers(firm.id, firm.name, of_firm(session, firm, now=now)) for firm in firms))


def one(session: Session, actor: Actor, number: int, *, now: datetime) -> tuple[str, SkillLine]:
    """The firm and one of its skills. Raises NotFound."""
    row = own(session, actor, number)
    firm = session.get_one(Contractor, row.contractor_id)
    return firm.name, next(line for line in of_firm(session, firm, now=now) if line.number == row.id)


def ending(
    session: Session, actor: Actor, skills: tuple[int, ...], *, now: datetime
) -> tuple[tuple[str, SkillLine], ...]:
    """Of these skills those that still run out soon, or have run out; each with its firm."""
    return tuple(
        (firm.name, line)
        for firm in show(session, actor, now=now).firms
        for line in firm.skills
        if line.number in skills and line.runs_out
    )


def own(session: Session, actor: Actor, number: int) -> ContractorSkill:
    """A skill of the actor's own firm, found by the number of its row. Raises NotFound."""
    return scope.find(session, _visible(actor), ContractorSkill.id == number)


def of_firm(session: Session, firm: Contractor, *, now: datetime) -> tuple[SkillLine, ...]:
    today = skill_watch.today_at(firm, now)
    rows = session.execute(
        select(ContractorSkill, Skill.name)
        .join(Skill, Skill.id == ContractorSkill.skill_id)
        .where(ContractorSkill.contractor_id == firm.id)
        .order_by(Skill.name)
    ).all()
    last = _last_documents(session, firm.id)
    return tuple(_line(session, row, name, last.get(row.skill_id), today) for row, name in rows)


def choices(
    session: Session, actor: Actor, contractor_id: int, words: str, *, now: datetime, offset: int = 0, limit: int = 8
) -> SkillChoices:
    """Every word must begin a word of the skill. Raises NotFound."""
    firm = scope.find(session, _own_firms(actor), Contractor.id == contractor_id)
    named = select(ContractorSkill.skill_id).where(ContractorSkill.contractor_id == firm.id)
    rows = session.execute(select(Skill.id, Skill.name).where(Skill.id.not_in(named)).order_by(Skill.name))
    terms = search_terms(words)
    fitting = [(number, name) for number, name in rows if all(f" {term}" in search_key(name) for term in terms)]
    return SkillChoices(firm.id, words, tuple(fitting[offset : offset + limit]), len(fitting), offset)


def declare(session: Session, actor: Actor, contractor_id: int, skill_id: int, *, now: datetime) -> None:
    """The firm names a skill; the search finds it from now on, and says why it is not asked. Repeated it is harmless.

    Raises NotFound, Changed where a colleague named it in the same moment.
    """
    firm = scope.find(session, _own_firms(actor), Contractor.id == contractor_id)
    if session.get(Skill, skill_id) is None:
        raise NotFound
    known = ContractorSkill.contractor_id == firm.id, ContractorSkill.skill_id == skill_id
    row = session.scalars(select(ContractorSkill).where(*known)).one_or_none()
    if row is None:
        row = ContractorSkill(contractor_id=firm.id, skill_id=skill_id, document="", is_confirmed=False)
        session.add(row)
        try:
            session.flush()
        except IntegrityError as error:
            raise Changed from error
        positions.stand_for(session, firm, skill_id)
        audit.record(session, actor, "skill", row.id, DECLARED, now=now, data={"firm": firm.id, "skill": skill_id})
    cause = f"{actor.source} declare"
    notices.reply(session, actor, Notice.PAPERS, cause=cause, now=now, data={"skill": row.id})


def standing(row: ContractorSkill) -> Standing:
    return Standing(row.is_confirmed, row.valid_until, row.watched_since is not None)


def _line(session: Session, row: ContractorSkill, name: str, last: Certificate | None, today: date) -> SkillLine:
    is_watched = row.watched_since is not None and not row.is_confirmed
    return SkillLine(
        number=row.id,
        name=name,
        state=standing(row).state(today),
        valid_until=row.valid_until,
        days_left=(row.valid_until - today).days if row.valid_until is not None else None,
        done=len(skill_watch.done(session, row)) if is_watched else 0,
        needed=numbers.of(session).watched_jobs,
        is_checking=last is not None and last.status is CertificateStatus.WAITING,
        refusal=last.refusal if last is not None and last.status is CertificateStatus.REFUSED else "",
    )


def _last_documents(session: Session, contractor_id: int) -> dict[int | None, Certificate]:
    """By skill, the newest that says something; further pages say nothing of their own."""
    rows = session.scalars(
        select(Certificate)
        .where(
            Certificate.contractor_id == contractor_id,
            Certificate.first_id.is_(None),
            Certificate.status.not_in((CertificateStatus.REPLACED, CertificateStatus.UNSORTED)),
        )
        .order_by(Certificate.id)
    )
    return {row.skill_id: row for row in rows}


def _own_firms(actor: Actor) -> Select[Contractor]:
    """Also for somebody of the desk who is of a firm as well: here he is of the firm."""
    return select(Contractor).where(Contractor.id.in_(actor.contractor_ids))


def _visible(actor: Actor) -> Select[ContractorSkill]:
    return select(ContractorSkill).where(ContractorSkill.contractor_id.in_(actor.contractor_ids))

"""Skills whose document ends soon, by name, the nearest first: the morning of the desk counts them, a list has all."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.errors import NotAllowed
from storage.models.contractor import Contractor, ContractorSkill
from storage.models.directory import Skill
from storage.models.people import Person

#: What runs out within so many days is worth a look.
DAYS = 14


@dataclass(frozen=True, slots=True)
class Line:
    contractor_id: int
    contractor: str
    skill: str
    until: date


@dataclass(frozen=True, slots=True)
class RunningOut:
    lines: tuple[Line, ...]
    total: int
    offset: int


def page(session: Session, actor: Actor, *, now: datetime, offset: int = 0, limit: int = 8) -> RunningOut:
    """From the day of the reader on. Raises NotAllowed."""
    if not actor.is_desk or actor.person_id is None:
        raise NotAllowed
    zone = session.get_one(Person, actor.person_id).zone
    return since(session, now.astimezone(ZoneInfo(zone)).date(), offset=offset, limit=limit)


def since(session: Session, day: date, *, offset: int = 0, limit: int) -> RunningOut:
    until = ContractorSkill.valid_until
    soon = and_(until >= day, until <= day + timedelta(days=DAYS))
    rows = session.execute(
        select(Contractor.id, Contractor.name, Skill.name, until)
        .join(ContractorSkill, ContractorSkill.contractor_id == Contractor.id)
        .join(Skill, Skill.id == ContractorSkill.skill_id)
        .where(soon)
        .order_by(until, Contractor.name, Skill.name, ContractorSkill.id)
        .offset(offset)
        .limit(limit)
    )
    total = session.scalar(select(func.count()).select_from(ContractorSkill).where(soon)) or 0
    lines = tuple(Line(firm, name, skill, last) for firm, name, skill, last in rows if last is not None)
    return RunningOut(lines, total, offset)

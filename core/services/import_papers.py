"""What was proven here and what a workbook says: the book wins, but a stale one takes nothing away that was learnt.

A skill that was learnt here stays confirmed. Where a checker has seen the document, the book may move its end further
on, never nearer: the same book read twice changes nothing, however many documents were approved in between.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.certificate import CertificateStatus, after_years
from core.domain.workbook import MOSCOW_FIXED, SheetName
from core.imports.book import Reason, Workbook, Wrong
from core.services import numbers
from core.services.skill_watch import LEARNT
from core.services.stored_sheets import Stored
from storage.models.contractor import Certificate, ContractorSkill
from storage.models.desk import Audit

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Proven:
    """Ids of skills of firms."""

    learnt: frozenset[int] = frozenset()
    certified: frozenset[int] = frozenset()

    def over(self, old: Stored, brought: Values) -> Values:
        """What the row of the book means here."""
        values = dict(brought)
        if old.id in self.learnt and old.values["is_confirmed"]:
            values["is_confirmed"] = True
        if old.id in self.certified and "valid_until" in values:
            ours, theirs = old.values["valid_until"], values["valid_until"]
            if theirs is None or ours is None or theirs <= ours:
                values |= {name: old.values[name] for name in ("valid_until", "document") if name in values}
        return values


def proven(session: Session, title: str) -> Proven:
    if title != SheetName.SKILLS:
        return Proven()
    learnt = select(Audit.entity_id).where(Audit.entity == "skill", Audit.event == LEARNT)
    certified = (
        select(ContractorSkill.id)
        .join(
            Certificate,
            (Certificate.contractor_id == ContractorSkill.contractor_id)
            & (Certificate.skill_id == ContractorSkill.skill_id),
        )
        .where(Certificate.status == CertificateStatus.APPROVED)
    )
    return Proven(frozenset(session.scalars(learnt)), frozenset(session.scalars(certified)))


def too_far(session: Session, workbook: Workbook, *, now: datetime) -> list[Wrong]:
    """Last days of documents with a mistyped year: those would never end."""
    if SheetName.SKILLS not in workbook.sheets:
        return []
    last = after_years(now.astimezone(MOSCOW_FIXED).date(), numbers.of(session).document_years)
    return [
        Wrong(SheetName.SKILLS, row.number, "Действует до", Reason.TOO_FAR, f"{until:%d.%m.%Y}")
        for row in workbook.rows(SheetName.SKILLS)
        if (until := row.values.get("valid_until")) is not None and until > last
    ]

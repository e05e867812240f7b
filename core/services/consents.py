"""What people agreed to when they joined, with version and time. A new version of a text asks everybody once more."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.role import CONTRACTOR_ROLES, Role
from core.services import audit
from storage.models.people import Consent

PERSONAL_DATA = "personal_data"
TAP_SIGNATURE = "tap_signature"
AUTOMATIC_LIMITS = "automatic_limits"
#: Raised together with the text it stands for (texts `people-consent-…`).
VERSIONS = {PERSONAL_DATA: 1, TAP_SIGNATURE: 1, AUTOMATIC_LIMITS: 1}


def needed(session: Session, person_id: int, roles: Iterable[Role]) -> tuple[str, ...]:
    """Consents these roles ask for and the person has not given in their present version."""
    given = {
        (kind, version)
        for kind, version in session.execute(
            select(Consent.kind, Consent.version).where(Consent.person_id == person_id)
        )
    }
    limits = bool(set(roles) & CONTRACTOR_ROLES)
    kinds = (PERSONAL_DATA, TAP_SIGNATURE, *((AUTOMATIC_LIMITS,) if limits else ()))
    return tuple(kind for kind in kinds if (kind, VERSIONS[kind]) not in given)


def give(session: Session, actor: Actor, person_id: int, kinds: Iterable[str], *, now: datetime) -> None:
    for kind in kinds:
        row = Consent(person_id=person_id, kind=kind, version=VERSIONS[kind], at=now)
        session.add(row)
        session.flush()
        data = {"kind": kind, "version": row.version}
        audit.record(session, actor, "consent", row.id, "give", now=now, data=data)

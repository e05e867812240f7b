"""Rules that need another person: a dispatcher who took no part; where there is none a manager, then an admin.

What was fallen back to is said in the audit. One dispatcher alone must not stand still, but he does not judge himself:
only a manager or an admin who is alone at the desk may.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.errors import NeedsAnother, NotFound
from core.domain.role import DESK_ROLES, Role
from storage.models.people import Membership, Person

#: After the dispatcher, in this order.
ABOVE = (Role.MANAGER, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Judge:
    """The role in which the actor decides; `trace` goes into the data of the audit row."""

    role: Role
    trace: dict[str, str]


def judge(session: Session, actor: Actor, involved: Collection[int | None]) -> Judge:
    """`involved` are those who took part. Raises NotFound outside the desk, NeedsAnother who may not judge here."""
    if not actor.is_desk:
        raise NotFound
    role = next(one for one in (Role.DISPATCHER, *ABOVE) if actor.has(one))
    known = {person_id for person_id in involved if person_id is not None}
    if actor.person_id in known:
        above = next((one for one in ABOVE if actor.has(one)), None)
        if above is None or has_others(session, known, *DESK_ROLES):
            raise NeedsAnother
        return Judge(above, {"fallback": f"{above} alone"})
    if role is Role.DISPATCHER or has_others(session, known, Role.DISPATCHER):
        return Judge(role, {})
    return Judge(role, {"fallback": str(role)})


def may_judge(session: Session, actor: Actor, involved: Collection[int | None]) -> bool:
    try:
        judge(session, actor, involved)
    except (NeedsAnother, NotFound):
        return False
    return True


def has_others(session: Session, involved: Collection[int], *roles: Role) -> bool:
    """Somebody of these roles, here and within reach of the bot, who took no part."""
    held = (
        select(Membership.id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.role.in_(roles),
            Membership.ended_at.is_(None),
            Membership.person_id.not_in(involved),
            Person.telegram_id.is_not(None),
            Person.unreachable_at.is_(None),
        )
    )
    return session.scalar(held.limit(1)) is not None

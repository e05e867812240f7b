"""The owner's people: who works for the firm in the bot, and who leaves it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.errors import NotAllowed, NotFound
from core.domain.notice import Notice
from core.domain.role import Role
from core.services import audit, memberships, notices, scope
from storage.models.contractor import Contractor
from storage.models.people import Membership, Person


@dataclass(frozen=True, slots=True)
class Member:
    membership_id: int
    person_id: int
    name: str
    role: Role
    is_reachable: bool
    is_busy: bool


@dataclass(frozen=True, slots=True)
class TeamCard:
    contractor_id: int
    name: str
    members: tuple[Member, ...]


def firms(session: Session, actor: Actor, *, now: datetime) -> tuple[tuple[int, str], ...]:
    """Firms the actor owns; usually one."""
    query = select(Contractor.id, Contractor.name).where(Contractor.id.in_(actor.owned_contractor_ids))
    return tuple(session.execute(query.order_by(Contractor.name)).tuples())


def show(session: Session, actor: Actor, contractor_id: int, *, now: datetime) -> TeamCard:
    firm = scope.find(session, scope.visible_contractors(actor), Contractor.id == contractor_id)
    _check(actor, firm.id)
    rows = session.execute(
        select(Membership, Person)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.contractor_id == firm.id, Membership.ended_at.is_(None))
        .order_by(Membership.role.desc(), Person.name, Membership.id)
    )
    members = tuple(
        Member(
            row.id,
            person.id,
            person.name,
            row.role,
            person.telegram_id is not None and person.unreachable_at is None,
            memberships.has_live_visit(session, person.id, firm.id),
        )
        for row, person in rows
    )
    return TeamCard(firm.id, firm.name, members)


def dismiss(session: Session, actor: Actor, membership_id: int, *, now: datetime) -> None:
    """An engineer leaves the firm; one with a live visit must hand it on first."""
    row = session.get(Membership, membership_id)
    if row is None or row.ended_at is not None or row.contractor_id is None or row.role is not Role.ENGINEER:
        raise NotFound
    firm = scope.find(session, scope.visible_contractors(actor), Contractor.id == row.contractor_id)
    _check(actor, firm.id)
    memberships.end_by_hand(session, actor, row, now=now)
    trace = audit.record(session, actor, "contractor", firm.id, "dismiss", now=now, data={"person": row.person_id})
    notices.reply(session, actor, Notice.TEAM, cause=f"audit {trace.id}", now=now, data={"contractor": firm.id})


def _check(actor: Actor, contractor_id: int) -> None:
    if not actor.is_desk and contractor_id not in actor.owned_contractor_ids:
        raise NotAllowed

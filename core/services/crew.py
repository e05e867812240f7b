"""The people of a contractor."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.role import CONTRACTOR_ROLES, Role
from storage.models.people import Membership, Person
from storage.models.ticket import Assignment
from storage.models.visit import Visit


def of_firm(session: Session, contractor_id: int) -> tuple[tuple[int, str], ...]:
    """Id and name of everybody in Telegram who can be sent to a job."""
    rows = session.execute(
        select(Person.id, Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.contractor_id == contractor_id,
            Membership.role.in_(CONTRACTOR_ROLES),
            Membership.ended_at.is_(None),
            Person.telegram_id.is_not(None),
        )
        .distinct()
        .order_by(Person.name, Person.id)
    )
    return tuple((person_id, name) for person_id, name in rows)


def reachable(session: Session, contractor_id: int) -> tuple[int, ...]:
    """Those of the firm who can be written to now, owners first."""
    return _reached(session, contractor_id, CONTRACTOR_ROLES)


def owners(session: Session, contractor_id: int) -> tuple[int, ...]:
    """Of those who can be written to the owners."""
    return _reached(session, contractor_id, frozenset({Role.OWNER}))


def of_visit(session: Session, visit: Visit) -> tuple[int, ...]:
    """Who goes; the owners where nobody is named, where he is of the firm no more or cannot be written to."""
    firm = session.get_one(Assignment, visit.assignment_id).contractor_id
    if visit.engineer_id is not None and visit.engineer_id in reachable(session, firm):
        return (visit.engineer_id,)
    return owners(session, firm)


def _reached(session: Session, contractor_id: int, roles: frozenset[Role]) -> tuple[int, ...]:
    rows = session.scalars(
        select(Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.contractor_id == contractor_id,
            Membership.role.in_(roles),
            Membership.ended_at.is_(None),
            Person.telegram_id.is_not(None),
            Person.unreachable_at.is_(None),
        )
        .order_by(Membership.role.desc(), Person.id)
    )
    return tuple(dict.fromkeys(rows))

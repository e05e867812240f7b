"""Roles of people in organisations: given, ended, listed. A change is audited and holds from the very next tap.

Who may give a role may take it away; the same rule guards invites.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.domain.actor import Actor, Grant
from core.domain.errors import EngineerBusy, LastAdmin, NotAllowed
from core.domain.notice import Delivery, Notice
from core.domain.role import CLIENT_ROLES, CONTRACTOR_ROLES, OPERATOR_ROLES, Role
from core.domain.visit import LIVE
from core.services import audit, notices
from storage.models.contractor import Contractor
from storage.models.directory import Client, Site
from storage.models.people import Membership, Person
from storage.models.ticket import Assignment
from storage.models.visit import Visit

_PEOPLE_ROLES = frozenset(Role) - {Role.SYSTEM}
MAY_GIVE: dict[Role, frozenset[Role]] = {
    Role.ADMIN: _PEOPLE_ROLES,
    Role.MANAGER: _PEOPLE_ROLES - {Role.ADMIN},
    Role.DISPATCHER: frozenset({Role.REQUESTER, Role.HEAD_OFFICE, Role.APPROVER, Role.ENGINEER, Role.OWNER}),
}

#: The audit's word for a role which a person took away, as against one that its reason left.
REMOVED = "remove"


@dataclass(frozen=True, slots=True)
class RoleLine:
    """A live role with the name of the organisation it is held in (empty for the operator's own people)."""

    membership_id: int
    grant: Grant
    organisation: str
    came_by: str
    may_end: bool = False


def may_give(actor: Actor, grant: Grant) -> bool:
    if any(grant.role in MAY_GIVE.get(role, frozenset()) for role in actor.roles):
        return True
    return grant.role is Role.ENGINEER and grant.contractor_id in actor.owned_contractor_ids


def is_whole(grant: Grant) -> bool:
    """A role of a client or a contractor names the organisation, a role of the operator names none."""
    if grant.role in CLIENT_ROLES:
        return grant.client_id is not None and grant.contractor_id is None
    if grant.role in CONTRACTOR_ROLES:
        return grant.contractor_id is not None and grant.client_id is None
    return grant.role in OPERATOR_ROLES and grant == Grant(grant.role)


def live() -> Select[Membership]:
    return select(Membership).where(Membership.ended_at.is_(None))


def grants_of(session: Session, person_id: int) -> tuple[Grant, ...]:
    rows = session.scalars(live().where(Membership.person_id == person_id).order_by(Membership.id))
    return tuple(grant_of(row) for row in rows)


def grant_of(row: Membership) -> Grant:
    return Grant(row.role, row.client_id, row.contractor_id, row.site_id, row.region)


def lines(session: Session, person_id: int, actor: Actor) -> tuple[RoleLine, ...]:
    """Live roles of a person, each with whether this actor may end it."""
    rows = session.scalars(live().where(Membership.person_id == person_id).order_by(Membership.id)).all()
    names = organisations(session, [grant_of(row) for row in rows])
    return tuple(
        RoleLine(row.id, grant, name, row.came_by, may_give(actor, grant))
        for row, grant, name in zip(rows, map(grant_of, rows), names, strict=True)
    )


def organisations(session: Session, grants: Iterable[Grant]) -> tuple[str, ...]:
    """What a reader calls the place of each role: the site, the client's region, the client, the firm."""
    grants = tuple(grants)
    clients = _names(session, select(Client.id, Client.name), Client.id, {g.client_id for g in grants})
    firms = _names(session, select(Contractor.id, Contractor.name), Contractor.id, {g.contractor_id for g in grants})
    place = Site.name + ", " + Site.city
    sites = _names(session, select(Site.id, place), Site.id, {g.site_id for g in grants})
    return tuple(_organisation(grant, clients, firms, sites) for grant in grants)


def _organisation(grant: Grant, clients: dict[int, str], firms: dict[int, str], sites: dict[int, str]) -> str:
    if grant.site_id is not None:
        return sites.get(grant.site_id, "")
    if grant.client_id is not None:
        name = clients.get(grant.client_id, "")
        return f"{name}, {grant.region}" if grant.region else name
    return firms.get(grant.contractor_id, "") if grant.contractor_id is not None else ""


def _names(
    session: Session, query: Select[int, str], key: InstrumentedAttribute[int], ids: set[int | None]
) -> dict[int, str]:
    wanted = [number for number in ids if number is not None]
    return dict(session.execute(query.where(key.in_(wanted))).tuples().all()) if wanted else {}


def give(
    session: Session, actor: Actor, person: Person, grants: Iterable[Grant], came_by: str, *, now: datetime
) -> tuple[Membership, ...]:
    """Roles already held are left as they are. The command list of the chat follows."""
    held = set(grants_of(session, person.id))
    given = []
    for grant in dict.fromkeys(grants):
        if grant not in held:
            given.append(_open(session, actor, person, grant, came_by, now=now))
    return tuple(given)


def _open(session: Session, actor: Actor, person: Person, grant: Grant, came_by: str, *, now: datetime) -> Membership:
    row = Membership(
        person_id=person.id,
        role=grant.role,
        client_id=grant.client_id,
        contractor_id=grant.contractor_id,
        site_id=grant.site_id,
        region=grant.region,
        came_by=came_by,
        started_at=now,
    )
    session.add(row)
    session.flush()
    trace = audit.record(
        session,
        actor,
        "membership",
        row.id,
        "start",
        now=now,
        to_state=grant.role,
        data={"person": person.id, "came_by": came_by},
    )
    refresh_commands(session, person.id, cause=f"audit {trace.id}", now=now)
    return row


def end(session: Session, actor: Actor, row: Membership, *, why: str, now: datetime, event: str = "end") -> None:
    """Ends one role and tells its holder. `why` is a word for the audit, not a text."""
    row.ended_at = now
    session.flush()
    trace = audit.record(
        session,
        actor,
        "membership",
        row.id,
        event,
        now=now,
        from_state=row.role,
        data={"person": row.person_id, "why": why},
    )
    cause = f"audit {trace.id}"
    refresh_commands(session, row.person_id, cause=cause, now=now)
    if row.person_id != actor.person_id:
        where = organisations(session, [grant_of(row)])[0]
        notices.answer(
            session,
            row.person_id,
            Notice.ROLE_ENDED,
            cause=cause,
            now=now,
            data={"role": row.role, "organisation": where},
        )


def end_by_hand(session: Session, actor: Actor, row: Membership, *, now: datetime) -> None:
    """A person ends a role of another: only who may give it, never the last admin, never under a live visit."""
    if not may_give(actor, grant_of(row)):
        raise NotAllowed
    if row.role is Role.ADMIN and _admins(session) == 1:
        raise LastAdmin
    if row.role is Role.ENGINEER and has_live_visit(session, row.person_id, row.contractor_id):
        raise EngineerBusy
    end(session, actor, row, why="by hand", now=now, event=REMOVED)


def has_live_visit(session: Session, person_id: int, contractor_id: int | None) -> bool:
    visit = (
        select(Visit.id)
        .join(Assignment, Assignment.id == Visit.assignment_id)
        .where(
            Visit.engineer_id == person_id,
            Visit.status.in_(LIVE),
            Assignment.contractor_id == contractor_id,
        )
    )
    return session.scalars(visit.limit(1)).first() is not None


def _admins(session: Session) -> int:
    query = select(func.count()).where(Membership.role == Role.ADMIN, Membership.ended_at.is_(None))
    return session.scalar(query) or 0


def refresh_commands(session: Session, person_id: int, *, cause: str, now: datetime) -> None:
    """The command list of the chat is redrawn by the pump, which sees whether anything changed."""
    notices.answer(session, person_id, Notice.COMMANDS, cause=cause, now=now, delivery=Delivery.COMMANDS)

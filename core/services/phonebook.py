"""For whom the directories name a phone: the roles its owner is offered, and takes back when the entry is gone.

A role that came by phone lives exactly as long as a directory names the present phone of its holder for it. A role
which a person took away by hand is not offered again: only an invite brings it back.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.notice import Notice
from core.domain.role import Role
from core.services import memberships, notices
from storage.models.contractor import Contractor
from storage.models.desk import Audit
from storage.models.directory import ApprovalStep, Client, Site
from storage.models.people import Membership, Person

CAME_BY = "phone"
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Standing:
    """One role for which a directory names a phone. `zone` is empty where the place has none."""

    grant: Grant
    person_name: str
    zone: str = ""


def standings(session: Session, phones: Iterable[str]) -> dict[str, list[Standing]]:
    """What the directories say of each phone, for many phones at once."""
    found: dict[str, list[Standing]] = defaultdict(list)
    for part in _parts(phones):
        _sites(session, part, found)
        _clients(session, part, found)
        _steps(session, part, found)
        _firms(session, part, found)
    return found


def offered(session: Session, person: Person) -> tuple[Standing, ...]:
    """Roles this person could take now: named by a directory, not held yet and never taken away by hand."""
    if person.phone is None:
        return ()
    named = standings(session, [person.phone])[person.phone]
    closed = set(memberships.grants_of(session, person.id)) | _removed(session, person.id)
    return tuple(standing for standing in named if standing.grant not in closed)


def reconcile(session: Session, *, now: datetime) -> int:
    """After directories changed: ends the roles they no longer support, offers the new ones; counts the ends."""
    people = session.scalars(select(Person).where(Person.phone.is_not(None))).all()
    named = standings(session, [person.phone for person in people if person.phone])
    held = _held(session)
    actor = Actor.system("directories")
    ended = 0
    for person in people:
        standing = {entry.grant for entry in named[person.phone or ""]}
        gone = [row for row in held[person.id] if _is_unsupported(row, standing)]
        for row in gone:
            memberships.end(session, actor, row, why="directory", now=now)
        ended += len(gone)
        if standing - {memberships.grant_of(row) for row in held[person.id]}:
            _invite_to_join(session, person, now=now)
    return ended


def end_unsupported(session: Session, actor: Actor, person: Person, *, now: datetime) -> None:
    """The person has another phone now: what came by the old one goes unless the new one stands for it too."""
    named = standings(session, [person.phone])[person.phone] if person.phone else []
    standing = {entry.grant for entry in named}
    for row in session.scalars(memberships.live().where(Membership.person_id == person.id)).all():
        if _is_unsupported(row, standing):
            memberships.end(session, actor, row, why="phone", now=now)


def _is_unsupported(row: Membership, standing: Collection[Grant]) -> bool:
    return row.came_by == CAME_BY and memberships.grant_of(row) not in standing


def _held(session: Session) -> dict[int, list[Membership]]:
    rows = session.scalars(
        memberships.live().join(Person, Person.id == Membership.person_id).where(Person.phone.is_not(None))
    )
    held: dict[int, list[Membership]] = defaultdict(list)
    for row in rows:
        held[row.person_id].append(row)
    return held


def _invite_to_join(session: Session, person: Person, *, now: datetime) -> None:
    """The same set of new roles is told of once, however often the directories are loaded."""
    fresh = offered(session, person) if person.telegram_id is not None else ()
    if fresh:
        digest = sha256(repr(sorted(map(repr, fresh))).encode()).hexdigest()[:16]
        notices.answer(session, person.id, Notice.WELCOME, cause=f"standing {digest}", now=now)


def _removed(session: Session, person_id: int) -> set[Grant]:
    rows = session.scalars(
        select(Membership)
        .join(Audit, Audit.entity_id == Membership.id)
        .where(
            Membership.person_id == person_id,
            Membership.ended_at.is_not(None),
            Audit.entity == "membership",
            Audit.event == memberships.REMOVED,
        )
    )
    return {memberships.grant_of(row) for row in rows}


def _sites(session: Session, phones: list[str], found: dict[str, list[Standing]]) -> None:
    for site in session.scalars(select(Site).where(Site.responsible_phone.in_(phones)).order_by(Site.id)):
        grant = Grant(Role.REQUESTER, client_id=site.client_id, site_id=site.id)
        found[site.responsible_phone].append(Standing(grant, site.responsible_name, site.zone))


def _clients(session: Session, phones: list[str], found: dict[str, list[Standing]]) -> None:
    for client in session.scalars(select(Client).where(Client.contact_phone.in_(phones)).order_by(Client.id)):
        for role in (Role.HEAD_OFFICE, Role.REQUESTER):
            grant = Grant(role, client_id=client.id)
            found[client.contact_phone].append(Standing(grant, client.contact_name))


def _steps(session: Session, phones: list[str], found: dict[str, list[Standing]]) -> None:
    for step in session.scalars(select(ApprovalStep).where(ApprovalStep.phone.in_(phones)).order_by(ApprovalStep.id)):
        grant = Grant(Role.APPROVER, client_id=step.client_id)
        found[step.phone].append(Standing(grant, step.person_name))


def _firms(session: Session, phones: list[str], found: dict[str, list[Standing]]) -> None:
    for firm in session.scalars(select(Contractor).where(Contractor.phone.in_(phones)).order_by(Contractor.id)):
        for role in (Role.OWNER, Role.ENGINEER):
            grant = Grant(role, contractor_id=firm.id)
            found[firm.phone].append(Standing(grant, firm.contact_name, firm.zone))


def _parts(phones: Iterable[str]) -> Iterator[list[str]]:
    unique = iter(sorted({phone for phone in phones if phone}))
    while part := list(islice(unique, _AT_ONCE)):
        yield part

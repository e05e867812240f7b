"""How a person comes in: by the own contact shared in the chat, or by an invite; one tap joins and consents.

Nothing is given before the tap. What is offered is read from the directories and the invites taken by this person,
so an old button can only ever give what stands at the moment of the tap.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.errors import ForeignContact, NotFound, PersonBarred, PhoneInvalid, PhoneUnknown
from core.domain.notice import Notice, OutboxStatus
from core.domain.phone import e164
from core.domain.role import CONTRACTOR_ROLES, Role
from core.services import audit, blocks, consents, invites, memberships, notices, people, phonebook
from core.services.phonebook import Standing
from storage.models.contractor import Contractor
from storage.models.directory import Site
from storage.models.people import Membership, Person
from storage.models.post import Outbox


@dataclass(frozen=True, slots=True)
class Offered:
    role: Role
    organisation: str


@dataclass(frozen=True, slots=True)
class Welcome:
    """What a person may take with one tap, and what the tap says yes to. Nothing offered: the menu is shown."""

    name: str
    offered: tuple[Offered, ...]
    consents: tuple[str, ...]
    has_roles: bool


def enter(
    session: Session,
    actor: Actor,
    phone: str,
    *,
    contact_user_id: int | None,
    telegram_id: int,
    forwarded: bool,
    now: datetime,
) -> None:
    """The own contact of the sender proves the phone; anybody else's proves nothing."""
    if forwarded or contact_user_id != telegram_id:
        raise ForeignContact
    number = e164(phone if phone.startswith("+") else f"+{phone}") or e164(phone)
    if number is None:
        raise PhoneInvalid(phone[:40])
    person = _own(session, actor)
    if person.phone != number:
        person = _take_phone(session, actor, person, number, now=now)
    offered = phonebook.offered(session, person)
    if not offered and not memberships.grants_of(session, person.id):
        raise PhoneUnknown
    trace = audit.record(session, actor, "person", person.id, "phone", now=now)
    notice = Notice.WELCOME if offered else Notice.MENU
    notices.answer(session, person.id, notice, cause=f"audit {trace.id}", now=now)


def welcome(session: Session, actor: Actor, *, now: datetime) -> Welcome:
    person = _own(session, actor)
    grants = _grants(session, person, now=now)
    names = memberships.organisations(session, grants)
    offered = tuple(Offered(grant.role, name) for grant, name in zip(grants, names, strict=True))
    roles = {grant.role for grant in grants} | actor.roles
    needed = consents.needed(session, person.id, roles) if roles else ()
    return Welcome(person.name, offered, needed, bool(actor.grants))


def join(session: Session, actor: Actor, *, now: datetime) -> None:
    """`Yes, it is me`: the roles offered at this moment and the consents they need."""
    person = _own(session, actor)
    standing = phonebook.offered(session, person)
    invited = invites.taken(session, person.id, now=now)
    is_new = not memberships.grants_of(session, person.id)
    by_phone = [entry.grant for entry in standing]
    grants = [*by_phone, *invited]
    if is_new and not grants:
        raise NotFound
    if any(grant.role in CONTRACTOR_ROLES for grant in grants) and blocks.is_barred(session, person.id, now=now):
        raise PersonBarred
    consents.give(
        session,
        actor,
        person.id,
        consents.needed(session, person.id, {g.role for g in grants} | actor.roles),
        now=now,
    )
    if is_new:
        _introduce(session, person, standing, grants)
    given = memberships.give(session, actor, person, by_phone, phonebook.CAME_BY, now=now)
    given += memberships.give(session, actor, person, invited, invites.CAME_BY, now=now)
    trace = audit.record(session, actor, "person", person.id, "join", now=now, data={"roles": len(given)})
    notices.answer(session, person.id, Notice.MENU, cause=f"audit {trace.id}", now=now)
    _tell_owners(session, person, given, now=now)


def _grants(session: Session, person: Person, *, now: datetime) -> tuple[Grant, ...]:
    by_phone = [entry.grant for entry in phonebook.offered(session, person)]
    return tuple(dict.fromkeys([*by_phone, *invites.taken(session, person.id, now=now)]))


def _take_phone(session: Session, actor: Actor, person: Person, number: str, *, now: datetime) -> Person:
    """The phone goes to the account that has proved it; who had it before is detached."""
    before = session.scalars(select(Person).where(Person.phone == number)).one_or_none()
    if before is not None:
        _detach(session, actor, before, now=now)
        if _is_newcomer(session, person):
            return _continue_as(session, before, person)
        before.phone = None
        session.flush()
    person.phone = number
    session.flush()
    phonebook.end_unsupported(session, actor, person, now=now)
    return person


def _detach(session: Session, actor: Actor, person: Person, *, now: datetime) -> None:
    """Nothing that waits may reach the old account; its roles must be proved or given anew."""
    session.execute(
        update(Outbox)
        .where(Outbox.person_id == person.id, Outbox.status == OutboxStatus.NEW)
        .values(status=OutboxStatus.CANCELLED, last_error="another account")
    )
    person.telegram_id = None
    session.flush()
    for row in session.scalars(memberships.live().where(Membership.person_id == person.id)).all():
        memberships.end(session, actor, row, why="another account", now=now)
    audit.record(session, actor, "person", person.id, "detach", now=now)


def _is_newcomer(session: Session, person: Person) -> bool:
    held = select(Membership.id).where(Membership.person_id == person.id).limit(1)
    return session.scalars(held).first() is None


def _continue_as(session: Session, before: Person, newcomer: Person) -> Person:
    """A new account of somebody known: the jobs and the history stay with the person, not with the account."""
    account, newcomer.telegram_id = newcomer.telegram_id, None
    session.flush()
    before.telegram_id, before.unreachable_at, before.commands_hash = account, None, ""
    session.flush()
    return before


def _introduce(session: Session, person: Person, standing: tuple[Standing, ...], grants: list[Grant]) -> None:
    """A newcomer is called as the directory calls him and lives by the clock of his place."""
    named = next((entry.person_name for entry in standing if entry.person_name), "")
    person.name = people.clean_name(named) or person.name
    zones = (_zone(session, grant) for grant in grants)
    person.zone = next((zone for zone in zones if zone), person.zone)


def _zone(session: Session, grant: Grant) -> str:
    if grant.site_id is not None:
        return session.get_one(Site, grant.site_id).zone
    if grant.contractor_id is not None:
        return session.get_one(Contractor, grant.contractor_id).zone
    if grant.client_id is None:
        return ""
    place = select(Site.zone).where(Site.client_id == grant.client_id).order_by(Site.id).limit(1)
    if grant.region is not None:
        place = place.where(Site.region == grant.region)
    return session.scalars(place).first() or ""


def _tell_owners(session: Session, person: Person, given: tuple[Membership, ...], *, now: datetime) -> None:
    for row in given:
        if row.role is not Role.ENGINEER or row.contractor_id is None:
            continue
        for owner in notices.contractor_people(session, [row.contractor_id]):
            if owner.id != person.id and _owns(session, owner, row.contractor_id):
                data = {"person": person.id, "contractor": row.contractor_id}
                cause = f"membership {row.id}"
                notices.answer(session, owner.id, Notice.TEAM_JOINED, cause=cause, now=now, data=data)


def _owns(session: Session, person: Person, contractor_id: int) -> bool:
    return Grant(Role.OWNER, contractor_id=contractor_id) in memberships.grants_of(session, person.id)


def _own(session: Session, actor: Actor) -> Person:
    if actor.person_id is None:
        raise NotFound
    return session.get_one(Person, actor.person_id)

"""People as the bot knows them: who acts, the first meeting, the list for those who look after people.

Rights come from our table by Telegram id and are read anew for every update; the chat means nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.errors import NotAllowed, NotFound, TextEmpty
from core.domain.notice import Notice
from core.domain.phone import e164
from core.domain.role import OPERATOR_ROLES, Role
from core.domain.words import search_key, search_patterns
from core.services import audit, memberships, notices, unreachable
from core.services.memberships import RoleLine
from storage.models.people import Membership, Person

LANGUAGES = ("ru", "en")
NAME_LENGTH = 200


@dataclass(frozen=True, slots=True)
class PersonLine:
    person_id: int
    name: str
    is_reachable: bool


@dataclass(frozen=True, slots=True)
class PeoplePage:
    lines: tuple[PersonLine, ...]
    total: int
    offset: int


@dataclass(frozen=True, slots=True)
class PersonCard:
    person_id: int
    name: str
    phone: str
    language: str
    zone: str
    is_reachable: bool
    roles: tuple[RoleLine, ...]
    may_edit: bool


def actor(session: Session, telegram_id: int, *, now: datetime, source: str = "") -> Actor:
    """Who is behind this account with what is held at this moment; without `person_id` for an unknown one."""
    person = _by_account(session, telegram_id)
    if person is None:
        return Actor(None, (), "", LANGUAGES[0], source)
    return _actor(session, person, source)


def actor_of(session: Session, person_id: int, *, now: datetime, source: str = "") -> Actor:
    """A person as an actor, for what is drawn for them later."""
    return _actor(session, session.get_one(Person, person_id), source)


def zone(session: Session, person_id: int, *, now: datetime) -> str:
    return session.get_one(Person, person_id).zone


def meet(
    session: Session,
    telegram_id: int,
    name: str,
    language_code: str | None,
    *,
    now: datetime,
    source: str = "",
    default: str = LANGUAGES[0],
) -> Actor:
    """The first word from an account makes the person; every later one finds it again."""
    person = _by_account(session, telegram_id)
    if person is None:
        person = Person(
            telegram_id=telegram_id,
            name=clean_name(name) or str(telegram_id),
            language=_language(language_code, default),
            created_at=now,
        )
        session.add(person)
        session.flush()
        audit.record(session, Actor(person.id, source=source), "person", person.id, "meet", now=now)
    return _actor(session, person, source)


def hear(
    session: Session,
    telegram_id: int,
    name: str,
    language_code: str | None,
    *,
    now: datetime,
    source: str = "",
    default: str = LANGUAGES[0],
) -> Actor:
    """Somebody out of reach wrote, so he can be written to. An admin of the settings was a bare number till now."""
    person = _by_account(session, telegram_id)
    if person is None:
        raise NotFound
    if person.unreachable_at is not None:
        unreachable.back(session, person, now=now)
    person.unreachable_at = None
    if person.name == str(telegram_id):
        person.name = clean_name(name) or person.name
        person.language = _language(language_code, default)
        audit.record(session, Actor(person.id, source=source), "person", person.id, "meet", now=now)
    return _actor(session, person, source)


def appoint_admins(
    session: Session, telegram_ids: Iterable[int], *, now: datetime, language: str = LANGUAGES[0]
) -> int:
    """Those named in the settings are admins from the start; counts the new ones. Nobody is dismissed here.

    Whoever never wrote has no chat with the bot yet: nothing is sent there until he does.
    """
    system = Actor.system("settings")
    appointed = 0
    for telegram_id in sorted(set(telegram_ids)):
        is_stranger = _by_account(session, telegram_id) is None
        met = meet(session, telegram_id, "", None, now=now, source=system.source, default=language)
        person = session.get_one(Person, met.person_id)
        if is_stranger:
            person.unreachable_at = now
        given = memberships.give(session, system, person, [Grant(Role.ADMIN)], "settings", now=now)
        appointed += len(given)
    return appointed


def _language(code: str | None, default: str) -> str:
    """That of the phone where the bot speaks it, else the installation's."""
    phone = (code or "").lower()[:2]
    return phone if phone in LANGUAGES else default


def set_language(session: Session, actor: Actor, language: str, *, now: datetime) -> None:
    if actor.person_id is None or language not in LANGUAGES:
        raise NotFound
    person = session.get_one(Person, actor.person_id)
    person.language = language
    trace = audit.record(session, actor, "person", person.id, "language", now=now, to_state=language)
    cause = f"audit {trace.id}"
    notices.answer(session, person.id, Notice.MENU, cause=cause, now=now)
    memberships.refresh_commands(session, person.id, cause=cause, now=now)


def find(session: Session, actor: Actor, words: str, *, now: datetime, offset: int = 0, limit: int = 8) -> PeoplePage:
    """By name or phone, among those whom this actor may look after; without words everybody with a role."""
    if not actor.is_desk:
        raise NotAllowed
    holders = Person.id.in_(select(Membership.person_id).where(Membership.ended_at.is_(None)))
    query = _visible(actor).where(holders).order_by(Person.name, Person.id)
    patterns = [pattern.strip("%") for pattern in search_patterns(words)]
    if patterns:
        phone = e164(words)
        hits = [row for row in session.scalars(query) if _matches(row, phone, patterns)]
        total, shown = len(hits), hits[offset : offset + limit]
    else:
        total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
        shown = list(session.scalars(query.offset(offset).limit(limit)))
    return PeoplePage(tuple(PersonLine(p.id, p.name, _is_reachable(p)) for p in shown), total, offset)


def card(session: Session, actor: Actor, person_id: int, *, now: datetime) -> PersonCard:
    person = _found(session, actor, person_id)
    return PersonCard(
        person.id,
        person.name,
        person.phone or "",
        person.language,
        person.zone,
        _is_reachable(person),
        memberships.lines(session, person.id, actor),
        actor.is_desk,
    )


def rename(session: Session, actor: Actor, person_id: int, name: str, *, now: datetime) -> None:
    person = _found(session, actor, person_id)
    if not clean_name(name):
        raise TextEmpty
    person.name = clean_name(name)
    _answer_card(session, actor, person, "rename", now=now)


def set_language_of(session: Session, actor: Actor, person_id: int, language: str, *, now: datetime) -> None:
    """For somebody who cannot find the button in a language not their own."""
    person = _found(session, actor, person_id)
    if language not in LANGUAGES:
        raise NotFound
    person.language = language
    cause = _answer_card(session, actor, person, "language", now=now)
    memberships.refresh_commands(session, person.id, cause=cause, now=now)


def end_role(session: Session, actor: Actor, membership_id: int, *, now: datetime) -> None:
    """Takes a role away; it has no effect from the very next tap on."""
    row = session.get(Membership, membership_id)
    if row is None or row.ended_at is not None:
        raise NotFound
    person = _found(session, actor, row.person_id)
    memberships.end_by_hand(session, actor, row, now=now)
    _answer_card(session, actor, person, "end role", now=now)


def clean_name(name: str) -> str:
    """One line without what cannot be seen."""
    return " ".join("".join(c if c.isprintable() or c == "\u200d" else " " for c in name).split())[:NAME_LENGTH]


def _answer_card(session: Session, actor: Actor, person: Person, event: str, *, now: datetime) -> str:
    """The fresh card for who changed it; gives the cause of all that follows."""
    trace = audit.record(session, actor, "person", person.id, event, now=now)
    cause = f"audit {trace.id}"
    notices.reply(session, actor, Notice.PERSON, cause=cause, now=now, data={"person": person.id})
    return cause


def _found(session: Session, actor: Actor, person_id: int) -> Person:
    if not actor.is_desk:
        raise NotFound
    person = session.scalars(_visible(actor).where(Person.id == person_id)).one_or_none()
    if person is None:
        raise NotFound
    return person


def _visible(actor: Actor) -> Select[Person]:
    """Everybody who has or had a role. A dispatcher looks after people of clients and contractors, not colleagues."""
    held = select(Membership.person_id)
    query = select(Person).where(Person.id.in_(held))
    if actor.has(Role.ADMIN, Role.MANAGER):
        return query
    of_ours = held.where(Membership.role.in_(OPERATOR_ROLES), Membership.ended_at.is_(None))
    return query.where(Person.id.not_in(of_ours))


def _matches(person: Person, phone: str | None, patterns: list[str]) -> bool:
    if phone is not None and person.phone == phone:
        return True
    # Only some thousands of people have a role: folding their names here costs less than one more column.
    key = search_key(person.name, (person.phone or "").removeprefix("+"))
    return all(pattern in key for pattern in patterns)


def _is_reachable(person: Person) -> bool:
    return person.telegram_id is not None and person.unreachable_at is None


def _by_account(session: Session, telegram_id: int) -> Person | None:
    return session.scalars(select(Person).where(Person.telegram_id == telegram_id)).one_or_none()


def _actor(session: Session, person: Person, source: str) -> Actor:
    return Actor(person.id, memberships.grants_of(session, person.id), person.name, person.language, source)

"""Contractors: found by words, shown with what they can do, edited one field at a time by the desk.

Whoever moves a base moves the points which the nearest search walks, in the same transaction.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from core.domain import geo, typed
from core.domain.absence import Days
from core.domain.actor import Actor
from core.domain.block import BlockLevel
from core.domain.errors import FieldInvalid, NotAllowed
from core.domain.notice import Notice
from core.domain.role import CONTRACTOR_ROLES
from core.domain.words import search_key, search_patterns
from core.services import audit, availability, blocks, notices, phonebook, scope, sites
from storage.models.contractor import Block, Contractor, ContractorRegion, ContractorSkill, MatchPoint
from storage.models.directory import Client, Site, Skill
from storage.models.people import Membership, Person

SEARCH_LENGTH = 800
_RADIUS_KM = (1, 10_000)
_ENGINEERS = (1, 1_000)


class ContractorField(StrEnum):
    CONTACT = "contact"
    PHONE = "phone"
    RADIUS = "radius-km"
    ENGINEERS = "engineers"


class Switch(StrEnum):
    """Turned over by one tap."""

    NIGHT = "night"
    ACTIVE = "active"
    FREE = "free"  #: wants offers: the switch of the firm itself


@dataclass(frozen=True, slots=True)
class ContractorLine:
    contractor_id: int
    code: str
    name: str
    city: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class ContractorPage:
    lines: tuple[ContractorLine, ...]
    total: int
    offset: int


@dataclass(frozen=True, slots=True)
class SkillLine:
    name: str
    is_confirmed: bool
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class BlockOf:
    """In force now: of the firm or of one of its people, everywhere or at one client; `ends_at` None: without end."""

    person: str
    level: BlockLevel
    client: str
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class ContractorCard:
    contractor_id: int
    code: str
    name: str
    form: str
    city: str
    region: str
    zone: str
    lat: float
    lon: float
    radius_km: int
    regions: tuple[str, ...]
    skills: tuple[SkillLine, ...]
    engineers: int
    people: int
    night_jobs: bool
    is_active: bool
    is_available: bool
    is_asked: bool
    absences: tuple[tuple[str, Days], ...]
    today: date
    read_at: datetime
    score: int
    #: For the desk.
    blocks: tuple[BlockOf, ...]
    contact: str
    phone: str
    may_edit: bool


def find(
    session: Session, actor: Actor, words: str, *, now: datetime, offset: int = 0, limit: int = 8
) -> ContractorPage:
    """Every word must begin a word of the contractor; the active first."""
    query = scope.visible_contractors(actor)
    for pattern in search_patterns(words):
        query = query.where(Contractor.search.like(pattern))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    order = (Contractor.is_active.desc(), Contractor.name, Contractor.code)
    rows = session.scalars(query.order_by(*order).offset(offset).limit(limit))
    lines = tuple(ContractorLine(row.id, row.code, row.name, row.city, row.is_active) for row in rows)
    return ContractorPage(lines, total, offset)


def card(session: Session, actor: Actor, contractor_id: int, *, now: datetime) -> ContractorCard:
    row = scope.find(session, scope.visible_contractors(actor), Contractor.id == contractor_id)
    return ContractorCard(
        contractor_id=row.id,
        code=row.code,
        name=row.name,
        form=row.form,
        city=row.city,
        region=row.region,
        zone=row.zone,
        lat=row.lat,
        lon=row.lon,
        radius_km=row.radius_km,
        regions=_regions(session, row.id),
        skills=skills_of(session, row.id),
        engineers=row.engineers,
        people=_people(session, row.id),
        night_jobs=row.night_jobs,
        is_active=row.is_active,
        is_available=row.is_available,
        is_asked=row.asked_still_there_at is not None,
        absences=availability.of_firm(session, row, now=now),
        today=now.astimezone(ZoneInfo(row.zone)).date(),
        read_at=now,
        score=row.score,
        blocks=_blocks(session, row.id, now=now) if actor.is_desk else (),
        contact=row.contact_name,
        phone=row.phone,
        may_edit=actor.is_desk,
    )


def _blocks(session: Session, contractor_id: int, *, now: datetime) -> tuple[BlockOf, ...]:
    rows = session.execute(
        select(Person.name, Block.level, Client.name, Block.ends_at)
        .outerjoin(Client, Client.id == Block.client_id)
        .outerjoin(Person, Person.id == Block.person_id)
        .where(blocks.of_firm(contractor_id), blocks.in_force(now))
        .order_by(Block.person_id.is_not(None), Block.id)
    )
    return tuple(BlockOf(person or "", level, client or "", ends_at) for person, level, client, ends_at in rows)


def edit(
    session: Session,
    actor: Actor,
    contractor_id: int,
    field: ContractorField,
    value: str,
    *,
    now: datetime,
) -> None:
    """Changes one field by what a person typed; a phone moves the roles of the contact with it."""
    row = _editable(session, actor, contractor_id)
    _SETTERS[field](row, value)
    words = search_key(row.code, row.name, row.city, row.region, row.contact_name, row.phone)
    row.search = words[:SEARCH_LENGTH]
    session.flush()
    _answer(session, actor, row, field, now=now)
    if field is ContractorField.PHONE:
        phonebook.reconcile(session, now=now)


def switch(session: Session, actor: Actor, contractor_id: int, what: Switch, on: bool, *, now: datetime) -> None:
    """The button says what it will be, so a second tap on an old button turns nothing back."""
    row = _editable(session, actor, contractor_id)
    if what is Switch.NIGHT:
        row.night_jobs = on
    elif what is Switch.FREE:
        availability.turn_by_desk(session, actor, row, on, now=now)
    else:
        row.is_active = on
    session.flush()
    _answer(session, actor, row, what, now=now)


def place(session: Session, actor: Actor, contractor_id: int, lat: float, lon: float, *, now: datetime) -> None:
    """The base of the firm: its points of the search follow, and the clock of the nearest site."""
    row = _editable(session, actor, contractor_id)
    if not geo.is_place(lat, lon):
        raise FieldInvalid(field="place")
    row.lat, row.lon = lat, lon
    row.zone = sites.zone_near(session, lat, lon) or row.zone
    point = geo.unit_vector(lat, lon)
    session.flush()
    session.execute(
        _MOVE_POINTS,
        {"firm": row.id, "new_lat": lat, "new_lon": lon, "new_x": point.x, "new_y": point.y, "new_z": point.z},
        execution_options={"synchronize_session": False},
    )
    _answer(session, actor, row, "place", now=now)


def free_regions(session: Session, actor: Actor, contractor_id: int, *, now: datetime) -> tuple[str, ...]:
    """Regions with sites which the firm does not serve beside its radius yet."""
    row = _editable(session, actor, contractor_id)
    taken = select(ContractorRegion.region).where(ContractorRegion.contractor_id == row.id)
    regions = select(Site.region).where(Site.region.not_in(taken)).distinct().order_by(Site.region)
    return tuple(session.scalars(regions))


def serve_region(
    session: Session, actor: Actor, contractor_id: int, region: str, serves: bool, *, now: datetime
) -> None:
    row = _editable(session, actor, contractor_id)
    known = session.get(ContractorRegion, (row.id, region))
    if serves and known is None:
        if session.scalars(select(Site.id).where(Site.region == region).limit(1)).first() is None:
            raise FieldInvalid(field="region")
        session.add(ContractorRegion(contractor_id=row.id, region=region))
    elif not serves and known is not None:
        session.delete(known)
    session.flush()
    _answer(session, actor, row, "region", now=now)


def _editable(session: Session, actor: Actor, contractor_id: int) -> Contractor:
    row = scope.find(session, scope.visible_contractors(actor), Contractor.id == contractor_id)
    if not actor.is_desk:
        raise NotAllowed
    return row


def _answer(session: Session, actor: Actor, row: Contractor, field: str, *, now: datetime) -> None:
    trace = audit.record(session, actor, "contractor", row.id, "edit", now=now, data={"field": field})
    data = {"contractor": row.id}
    notices.reply(session, actor, Notice.CONTRACTOR, cause=f"audit {trace.id}", now=now, data=data)


def _set_contact(row: Contractor, value: str) -> None:
    row.contact_name = typed.line(value, "contact", 200)


def _set_phone(row: Contractor, value: str) -> None:
    row.phone = typed.phone(value)


def _set_radius(row: Contractor, value: str) -> None:
    row.radius_km = typed.whole(value, "radius-km", *_RADIUS_KM)


def _set_engineers(row: Contractor, value: str) -> None:
    row.engineers = typed.whole(value, "engineers", *_ENGINEERS)


_SETTERS: dict[ContractorField, Callable[[Contractor, str], None]] = {
    ContractorField.CONTACT: _set_contact,
    ContractorField.PHONE: _set_phone,
    ContractorField.RADIUS: _set_radius,
    ContractorField.ENGINEERS: _set_engineers,
}


def _regions(session: Session, contractor_id: int) -> tuple[str, ...]:
    served = select(ContractorRegion.region).where(ContractorRegion.contractor_id == contractor_id)
    return tuple(session.scalars(served.order_by(ContractorRegion.region)))


def skills_of(session: Session, contractor_id: int) -> tuple[SkillLine, ...]:
    rows = session.execute(
        select(Skill.name, ContractorSkill.is_confirmed, ContractorSkill.valid_until)
        .join(Skill, Skill.id == ContractorSkill.skill_id)
        .where(ContractorSkill.contractor_id == contractor_id)
        .order_by(Skill.name)
    )
    return tuple(SkillLine(*row) for row in rows)


def _people(session: Session, contractor_id: int) -> int:
    """How many of the firm are in the bot."""
    held = select(func.count(func.distinct(Membership.person_id))).where(
        Membership.contractor_id == contractor_id,
        Membership.role.in_(CONTRACTOR_ROLES),
        Membership.ended_at.is_(None),
    )
    return session.scalar(held) or 0


# Built once: building it takes longer than running it.
_MOVE_POINTS = (
    update(MatchPoint)
    .where(MatchPoint.contractor_id == bindparam("firm"), MatchPoint.person_id.is_(None))
    .values({name: bindparam(f"new_{name}") for name in ("lat", "lon", "x", "y", "z")})
)

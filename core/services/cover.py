"""Where a skill has nobody, one or few in reach of the sites, from the directories: for the desk.

Counting takes a good part of a second over thousands of sites, so it is apart from reading: `field` reads, `counted`
counts and may run in a thread. `of` is both.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.documents.cover_chart import MOST_BARS, MOST_COLUMNS, MOST_ROWS, Bar, Chart, Row
from core.domain import cover, geo
from core.domain.actor import Actor
from core.domain.block import STOPS_ALL
from core.domain.cover import Base, Level, Spot, Tally
from core.domain.errors import NotAllowed, NotFound
from core.services import blocks, numbers
from storage.models.contractor import Block, Contractor, ContractorRegion, ContractorSkill
from storage.models.directory import Site, Skill


@dataclass(frozen=True, slots=True)
class Field:
    """The directories as one moment saw them: everything that is counted, of all skills or of one."""

    skills: Mapping[int, str]
    spots: tuple[Spot, ...]
    bases: tuple[Base, ...]
    enough: int


@dataclass(frozen=True, slots=True)
class CityCover:
    city: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class RegionCover:
    region: str
    tally: Tally
    cities: tuple[CityCover, ...]


@dataclass(frozen=True, slots=True)
class SkillCover:
    skill_id: int
    skill: str
    tally: Tally
    regions: tuple[RegionCover, ...]

    @property
    def thin_regions(self) -> tuple[RegionCover, ...]:
        return tuple(region for region in self.regions if region.tally.is_thin)


@dataclass(frozen=True, slots=True)
class Cover:
    """The worst first everywhere: most sites with nobody, then with one, then with fewer than `enough`."""

    skills: tuple[SkillCover, ...]
    sites: int
    contractors: int
    enough: int


@dataclass(frozen=True, slots=True)
class SiteLine:
    site_id: int
    code: str
    name: str
    city: str
    in_reach: int
    level: Level


@dataclass(frozen=True, slots=True)
class Cell:
    """The sites of one region behind one skill, the worst first; `lines` are a page of them."""

    skill_id: int
    skill: str
    region: str
    tally: Tally
    lines: tuple[SiteLine, ...]
    offset: int
    enough: int


def of(session: Session, actor: Actor, *, now: datetime) -> Cover:
    """All skills."""
    return counted(field(session, actor, now=now))


def field(
    session: Session, actor: Actor, *, now: datetime, skill_id: int | None = None, region: str | None = None
) -> Field:
    """Raises NotFound for a skill that is not in the directories."""
    if not actor.is_desk:
        raise NotAllowed
    chosen = select(Skill.id, Skill.name)
    if skill_id is not None:
        chosen = chosen.where(Skill.id == skill_id)
    skills = {number: name for number, name in session.execute(chosen)}
    if skill_id is not None and not skills:
        raise NotFound
    found = spots(session, now, region=region)
    first = min((spot.today for spot in found), default=now.date())
    stopped = _blocked_everywhere(session, now)
    return Field(skills, found, bases(session, skill_id, stopped, first), numbers.of(session).cover_enough)


def counted(known: Field) -> Cover:
    counts = cover.in_reach(known.spots, known.bases, known.skills)
    skills = [_skill(number, name, known, counts[number]) for number, name in known.skills.items()]
    skills.sort(key=lambda one: (one.tally.worst_first, one.skill))
    return Cover(tuple(skills), len(known.spots), len(known.bases), known.enough)


def cell(
    session: Session, actor: Actor, skill_id: int, region: str, *, now: datetime, offset: int = 0, limit: int = 8
) -> Cell:
    """Raises NotFound for a region without sites."""
    known = field(session, actor, now=now, skill_id=skill_id, region=region)
    if not known.spots:
        raise NotFound
    counts = cover.in_reach(known.spots, known.bases, known.skills)[skill_id]
    names = session.execute(select(Site.id, Site.code, Site.name).where(Site.region == region))
    told = {number: (code, name) for number, code, name in names}
    lines = [
        SiteLine(spot.site_id, *told[spot.site_id], spot.city, count, cover.level(count, known.enough))
        for spot, count in zip(known.spots, counts, strict=True)
    ]
    lines.sort(key=lambda line: (line.in_reach, line.city, line.code))
    page = tuple(lines[offset : offset + limit])
    return Cell(skill_id, known.skills[skill_id], region, cover.tally(counts, known.enough), page, offset, known.enough)


def regions(session: Session, actor: Actor, *, now: datetime) -> tuple[str, ...]:
    """All regions with sites, by name."""
    if not actor.is_desk:
        raise NotAllowed
    return tuple(session.scalars(select(Site.region).distinct().order_by(Site.region)))


def chart(found: Cover) -> Chart:
    """A bar for each skill, and the regions where most sites have nobody of these skills."""
    shown = found.skills[:MOST_COLUMNS]
    sites = {region.region: region.tally.sites for skill in shown for region in skill.regions}
    nobody = {name: [0] * len(shown) for name in sites}
    for number, skill in enumerate(shown):
        for region in skill.regions:
            nobody[region.region][number] = region.tally.nobody
    worst = sorted(nobody, key=lambda name: (-sum(nobody[name]), name))[:MOST_ROWS]
    return Chart(
        tuple(Bar(skill.skill, skill.tally) for skill in found.skills[:MOST_BARS]),
        tuple(skill.skill for skill in shown),
        tuple(Row(name, sites[name], tuple(nobody[name])) for name in worst if any(nobody[name])),
    )


def chart_of_skill(skill: SkillCover) -> Chart:
    """A bar for each of its worst regions."""
    return Chart(tuple(Bar(region.region, region.tally) for region in skill.thin_regions[:MOST_BARS]))


def spots(
    session: Session,
    now: datetime,
    *,
    region: str | None = None,
    client_id: int | None = None,
    near: Collection[Base] | None = None,
) -> tuple[Spot, ...]:
    """All sites, or those of one region or client, or those that these contractors may reach."""

    @cache
    def today(zone: str) -> date:
        return now.astimezone(ZoneInfo(zone)).date()

    query = select(Site.id, Site.region, Site.city, Site.lat, Site.lon, Site.zone).order_by(Site.id)
    if region is not None:
        query = query.where(Site.region == region)
    if client_id is not None:
        query = query.where(Site.client_id == client_id)
    if near is not None:
        query = query.where(or_(*(_may_reach(base) for base in near)))
    return tuple(
        Spot(number, region, city, lat, lon, today(zone))
        for number, region, city, lat, lon, zone in session.execute(query)
    )


def _may_reach(base: Base) -> ColumnElement[bool]:
    """A box around his circle, and the regions he serves."""
    served = Site.region.in_(base.regions)
    if not geo.is_place(base.lat, base.lon):
        return served
    box = geo.bounding_box(base.lat, base.lon, base.radius_km * 1000 + 1)
    longitudes = or_(*(Site.lon.between(west, east) for west, east in box.longitudes))
    return or_(served, and_(Site.lat.between(box.south, box.north), longitudes))


def bases(
    session: Session,
    skill_id: int | None,
    without: Collection[int],
    first: date,
    *,
    only: Collection[int] | None = None,
) -> tuple[Base, ...]:
    """Active and not in `without`, of all or of these `only`, with the skills that are confirmed and valid somewhere
    on the `first` day."""

    def of(column: InstrumentedAttribute[int]) -> ColumnElement[bool]:
        return true() if only is None else column.in_(only)

    regions: dict[int, set[str]] = {}
    served = select(ContractorRegion.contractor_id, ContractorRegion.region).where(of(ContractorRegion.contractor_id))
    for contractor_id, region in session.execute(served):
        regions.setdefault(contractor_id, set()).add(region)
    skills: dict[int, dict[int, date | None]] = {}
    skilled = _skills(skill_id, first).where(of(ContractorSkill.contractor_id))
    for contractor_id, number, valid_until in session.execute(skilled):
        skills.setdefault(contractor_id, {})[number] = valid_until
    rows = session.execute(
        select(Contractor.id, Contractor.lat, Contractor.lon, Contractor.radius_km)
        .where(Contractor.is_active, of(Contractor.id))
        .order_by(Contractor.id)
    )
    return tuple(
        Base(*row, frozenset(regions.get(row.id, ())), skills[row.id])
        for row in rows
        if row.id in skills and row.id not in without
    )


def _skills(skill_id: int | None, first: date) -> Select[int, int, date | None]:
    query = select(ContractorSkill.contractor_id, ContractorSkill.skill_id, ContractorSkill.valid_until).where(
        ContractorSkill.is_confirmed,
        or_(ContractorSkill.valid_until.is_(None), ContractorSkill.valid_until >= first),
    )
    return query if skill_id is None else query.where(ContractorSkill.skill_id == skill_id)


def _blocked_everywhere(session: Session, now: datetime) -> frozenset[int]:
    rows = select(Block.contractor_id).where(Block.client_id.is_(None), blocks.in_force(now, STOPS_ALL))
    return frozenset(number for number in session.scalars(rows) if number is not None)


def _skill(number: int, name: str, known: Field, counts: Sequence[int]) -> SkillCover:
    places: dict[str, dict[str, list[int]]] = {}
    for spot, count in zip(known.spots, counts, strict=True):
        places.setdefault(spot.region, {}).setdefault(spot.city, []).append(count)
    regions = [_region(region, cities, known.enough) for region, cities in places.items()]
    regions.sort(key=lambda one: (one.tally.worst_first, one.region))
    return SkillCover(number, name, cover.tally(counts, known.enough), tuple(regions))


def _region(region: str, places: Mapping[str, Iterable[int]], enough: int) -> RegionCover:
    cities = [CityCover(city, cover.tally(counts, enough)) for city, counts in places.items()]
    cities.sort(key=lambda one: (one.tally.worst_first, one.city))
    return RegionCover(region, cover.tally((c for counts in places.values() for c in counts), enough), tuple(cities))

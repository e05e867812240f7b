"""Writes a planned import: in bulk, in the order of references, with everything that is derived from the rows."""

import secrets
from bisect import bisect_left
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.geo import Vector, unit_vector
from core.domain.words import search_key
from core.domain.workbook import MOSCOW, SheetName
from core.services import calendar_counts, clock_changes, import_history, numbers
from core.services.import_plan import Plan, SheetPlan
from core.services.stored_sheets import NAMES, SOURCES, ids_of, moscow_day
from storage.models.contractor import Contractor, ContractorSkill, MatchPoint
from storage.models.directory import Site, SiteEntity, Skill

CHUNK = 1000

Values = dict[str, Any]


def write(session: Session, actor: Actor, plan: Plan, *, now: datetime) -> None:
    for title, part in plan.sheets.items():
        if title == SheetName.HISTORY:
            import_history.write(session, actor, plan, now=now)
        elif part.added or part.changed:
            if title == SheetName.SERVICES:
                _add_skills(session, part)
            _write_sheet(session, title, part)
            if title == SheetName.SITES:
                _write_payers(session, part, now=now)
    _write_zones(session, plan)
    _write_match_points(session, plan)
    _follow_zones(session, actor, plan, now=now)
    _follow_plans(session, actor, plan, now=now)


def _follow_zones(session: Session, actor: Actor, plan: Plan, *, now: datetime) -> None:
    moved = {old.id for _, old, values in plan.part(SheetName.SITES).changed if old.values["zone"] != values["zone"]}
    if moved:
        session.expire_all()  # the rows were written past the session
        calendar_counts.of_sites(session, actor, moved, now=now)


def _follow_plans(session: Session, actor: Actor, plan: Plan, *, now: datetime) -> None:
    """Promises of open tickets follow their contract: another plan, or other times of the same plan."""
    times = plan.part(SheetName.SLA)
    plans = {row.values["plan"] for row in times.added} | {values["plan"] for _, _, values in times.changed}
    moved = {
        old.id
        for _, old, values in plan.part(SheetName.CONTRACTS).changed
        if old.values["sla_plan"] != values["sla_plan"]
    }
    if plans or moved:
        session.expire_all()  # the rows were written past the session
        clock_changes.contracts_changed(session, actor, moved, plans, now=now)


def _write_sheet(session: Session, title: str, part: SheetPlan) -> None:
    source = SOURCES[title]
    ids = {name: ids_of(session, _kind(naming)) for name, (_, _, naming) in source.refers.items()}

    def columns(values: Values) -> Values:
        row = {name: value for name, value in values.items() if name not in ids and name != "entity_key"}
        row |= {source.refers[name][0].key: ids[name][values[name]] for name in ids}
        return row | {name: make(values) for name, make in _DERIVED.get(title, {}).items()}

    fresh = _ON_BIRTH.get(title, _nothing)
    _insert(session, source.model, [columns(row.values) | fresh(session) for row in part.added])
    for rows in _chunks([columns(values) | {"id": old.id} for _, old, values in part.changed]):
        session.execute(update(source.model), rows)


def _kind(naming: Any) -> str:
    return next(kind for kind, column in NAMES.items() if column is naming)


def _site_words(row: Values) -> str:
    return search_key(row["code"], row["name"], row["city"], row["region"], row["address"])


def _contractor_words(row: Values) -> str:
    return search_key(row["code"], row["name"], row["city"], row["region"], row["contact_name"], row["phone"])


def _service_words(row: Values) -> str:
    return search_key(row["code"], row["name"], row["skill_key"])


#: Columns made of the row, again whenever it changes.
_DERIVED: dict[str, dict[str, Callable[[Values], str]]] = {
    SheetName.SITES: {"search": _site_words},
    SheetName.CONTRACTORS: {"search": _contractor_words},
    SheetName.SERVICES: {"search": _service_words},
}


def _new_site(session: Session) -> Values:
    return {"qr_token": secrets.token_hex(12), "radius_m": numbers.of(session).site_radius_m}


def _new_contractor(session: Session) -> Values:
    # Moscow until the nearest site is known; there may be none yet.
    return {"zone": MOSCOW.key, "score": numbers.of(session).new_score}


def _nothing(session: Session) -> Values:
    return {}


#: Columns that a row gets once and an import never touches again.
_ON_BIRTH: dict[str, Callable[[Session], Values]] = {
    SheetName.SITES: _new_site,
    SheetName.CONTRACTORS: _new_contractor,
}


def _add_skills(session: Session, part: SheetPlan) -> None:
    named = [row.values["skill_key"] for row in part.added]
    named += [values["skill_key"] for _, _, values in part.changed]
    there = ids_of(session, "skill")
    new = dict.fromkeys(name for name in named if name not in there)
    _insert(session, Skill, [{"name": name} for name in new])


def _write_payers(session: Session, part: SheetPlan, *, now: datetime) -> None:
    """A site's first legal entity has no beginning; a later one begins on the day it was brought."""
    site_ids, entity_ids = ids_of(session, "site"), ids_of(session, "entity")
    first = [(site_ids[row.values["code"]], row.values["entity_key"], None) for row in part.added]
    today = moscow_day(now)
    moved = [
        (old.id, values["entity_key"], today)
        for _, old, values in part.changed
        if old.values["entity_key"] != values["entity_key"]
    ]
    for rows in _chunks([site_id for site_id, _, _ in moved]):
        # Brought twice in one day: the later word counts.
        session.execute(
            delete(SiteEntity)
            .where(SiteEntity.site_id.in_(rows), SiteEntity.valid_from == today)
            .execution_options(synchronize_session=False)
        )
    rows = [
        {"site_id": site_id, "legal_entity_id": entity_ids[inn], "valid_from": day}
        for site_id, inn, day in [*first, *moved]
    ]
    _insert(session, SiteEntity, rows)


def _write_zones(session: Session, plan: Plan) -> None:
    """A contractor lives by the clock of his nearest site."""
    if not any(_is_placed_anew(plan.part(title)) for title in (SheetName.SITES, SheetName.CONTRACTORS)):
        return
    nearest = _NearestZone(session)
    query = select(Contractor.id, Contractor.lat, Contractor.lon, Contractor.zone)
    changes = []
    for row_id, lat, lon, zone in session.execute(query):
        found = nearest.of(lat, lon)
        if found is not None and found != zone:
            changes.append({"id": row_id, "zone": found})
    for rows in _chunks(changes):
        session.execute(update(Contractor), rows)


def _is_placed_anew(part: SheetPlan) -> bool:
    watched = ("lat", "lon", "zone")
    return bool(part.added) or any(
        name in values and old.values[name] != values[name] for _, old, values in part.changed for name in watched
    )


class _NearestZone:
    """Sites by latitude, walked both ways from the place until the latitude alone is farther than the best."""

    def __init__(self, session: Session) -> None:
        sites = session.execute(select(Site.lat, Site.lon, Site.zone).order_by(Site.lat)).all()
        self.lats = [lat for lat, _, _ in sites]
        self.sites = [(unit_vector(lat, lon), zone) for lat, lon, zone in sites]

    def of(self, lat: float, lon: float) -> str | None:
        here = unit_vector(lat, lon)
        best, zone = 5.0, None
        middle = bisect_left(self.lats, lat)
        for way in (range(middle, len(self.sites)), range(middle - 1, -1, -1)):
            for place in way:
                if _chord(here, unit_vector(self.lats[place], lon)) > best:
                    break
                point, its_zone = self.sites[place]
                if (chord := _chord(here, point)) < best:
                    best, zone = chord, its_zone
        return zone


def _chord(one: Vector, other: Vector) -> float:
    """Squared; never more than 4."""
    return (one.x - other.x) ** 2 + (one.y - other.y) ** 2 + (one.z - other.z) ** 2


def _write_match_points(session: Session, plan: Plan) -> None:
    """The base of a firm stands once per skill it names; a firm that moved stands elsewhere."""
    codes = {row.values["code"] for row in plan.part(SheetName.CONTRACTORS).added}
    codes |= {
        values["code"]
        for _, old, values in plan.part(SheetName.CONTRACTORS).changed
        if (old.values["lat"], old.values["lon"]) != (values["lat"], values["lon"])
    }
    codes |= {row.values["contractor_key"] for row in plan.part(SheetName.SKILLS).added}
    ids = ids_of(session, "contractor")
    for firms in _chunks([ids[code] for code in sorted(codes)]):
        session.execute(
            delete(MatchPoint)
            .where(MatchPoint.contractor_id.in_(firms), MatchPoint.person_id.is_(None))
            .execution_options(synchronize_session=False)
        )
        query = select(ContractorSkill.skill_id, Contractor.id, Contractor.lat, Contractor.lon, Contractor.score)
        query = query.join(Contractor, ContractorSkill.contractor_id == Contractor.id).where(Contractor.id.in_(firms))
        query = query.with_for_update(read=True, of=Contractor)
        _insert(session, MatchPoint, [_base_point(*row) for row in session.execute(query)])


def _base_point(skill_id: int, contractor_id: int, lat: float, lon: float, score: int) -> Values:
    x, y, z = unit_vector(lat, lon)
    place = {"lat": lat, "lon": lon, "x": x, "y": y, "z": z, "score": score}
    return {"skill_id": skill_id, "contractor_id": contractor_id, "person_id": None, "seen_at": None, **place}


def _insert(session: Session, model: Any, rows: list[Values]) -> None:
    for chunk in _chunks(rows):
        session.execute(insert(model), chunk)


def _chunks(rows: list[Any]) -> list[list[Any]]:
    """PostgreSQL gives each statement ten seconds."""
    return [rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK)]

"""Sites: found by words, by code or by nearness; shown to their own people; edited one field at a time by the desk."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from core.domain import geo, typed
from core.domain.actor import Actor
from core.domain.errors import FieldInvalid, NotAllowed, NotFound
from core.domain.notice import Notice
from core.domain.words import search_key, search_patterns, whole_word_patterns
from core.imports import cells
from core.services import audit, notices, phonebook, scope
from storage.models.directory import Client, Site

SEARCH_LENGTH = 1200
#: A question that is nothing but a code, as `whole_word_patterns` spells it.
_IS_CODE = re.compile(r"% [^\W\d_]{1,4}\d+ %")
_NEAR_AREAS_M = (2_000, 10_000, 50_000, 250_000, 1_000_000)
_RADIUS_M = (20, 5_000)


class SiteField(StrEnum):
    """What the desk may change in the chat; everything else comes with the workbook."""

    RESPONSIBLE = "responsible"
    PHONE = "phone"
    HOURS = "hours"
    ADDRESS = "address"
    RADIUS = "radius"


@dataclass(frozen=True, slots=True)
class SiteLine:
    site_id: int
    code: str
    name: str
    place: str
    distance_m: int | None = None


@dataclass(frozen=True, slots=True)
class SitePage:
    lines: tuple[SiteLine, ...]
    total: int
    offset: int


@dataclass(frozen=True, slots=True)
class SiteCard:
    """`responsible` and `phone` are empty for whom they are hidden from."""

    site_id: int
    client_id: int
    client: str
    code: str
    name: str
    region: str
    address: str
    lat: float
    lon: float
    zone: str
    opens_min: int
    closes_min: int
    radius_m: int
    responsible: str
    phone: str
    qr_token: str
    may_edit: bool


def find(session: Session, actor: Actor, words: str, *, now: datetime, offset: int = 0, limit: int = 8) -> SitePage:
    """Every word must begin a word of the site; where words stand whole comes first. Without words: all, by name.

    A code that a site bears means that site and none of those whose codes go on after it.
    """
    whole = whole_word_patterns(words)
    if len(whole) == 1 and _IS_CODE.fullmatch(whole[0]):
        exact = _page(session, scope.visible_sites(actor).where(Site.search.like(whole[0])), offset, limit)
        if exact.total:
            return exact
    conditions = [Site.search.like(pattern) for pattern in search_patterns(words)]
    partial = [case((Site.search.like(pattern), 0), else_=1) for pattern in whole]
    return _page(session, scope.visible_sites(actor).where(*conditions), offset, limit, *partial)


def bearing(session: Session, actor: Actor, term: str) -> tuple[SiteLine, ...]:
    """All whose code this is, or whose code has this number; `term` as `search_terms` spells it."""
    whole = f" {term} "
    rows = session.scalars(scope.visible_sites(actor).where(Site.search.like(f"%{whole}%")).order_by(Site.code))
    return tuple(_line(site) for site in rows if whole in search_key(site.code))


def of_client(
    session: Session, actor: Actor, client_id: int, *, now: datetime, offset: int = 0, limit: int = 8
) -> SitePage:
    """Raises NotFound for a client of whom nothing is to be seen."""
    found = _page(session, scope.visible_sites(actor).where(Site.client_id == client_id), offset, limit)
    if not found.total and (not actor.is_operator or session.get(Client, client_id) is None):
        raise NotFound
    return found


def near(session: Session, actor: Actor, lat: float, lon: float, *, now: datetime, limit: int = 8) -> SitePage:
    """The nearest first; the area grows until enough are inside it."""
    lines: list[SiteLine] = []
    for area in _NEAR_AREAS_M:
        rows = session.scalars(scope.visible_sites(actor).where(_inside(lat, lon, area))).all()
        measured = sorted(
            ((round(geo.metres(lat, lon, site.lat, site.lon)), site) for site in rows),
            key=lambda pair: (pair[0], pair[1].id),
        )
        lines = [_line(site, metres) for metres, site in measured if metres <= area][:limit]
        if len(lines) == limit:
            break
    return SitePage(tuple(lines), len(lines), 0)


def zone_near(session: Session, lat: float, lon: float) -> str | None:
    """The clock of the nearest site, whoever's it is."""
    for area in _NEAR_AREAS_M:
        rows = session.execute(_CLOCKS, geo.bounding_box(lat, lon, area).edges)
        measured = [(geo.metres(lat, lon, row.lat, row.lon), row.id, row.zone) for row in rows]
        metres, _, zone = min(measured, default=(area + 1, 0, ""))
        if metres <= area:
            return zone
    return None


def card(session: Session, actor: Actor, site_id: int, *, now: datetime) -> SiteCard:
    site = scope.find(session, scope.visible_sites(actor), Site.id == site_id)
    return SiteCard(
        site_id=site.id,
        client_id=site.client_id,
        client=session.get_one(Client, site.client_id).name,
        code=site.code,
        name=site.name,
        region=site.region,
        address=_place(site),
        lat=site.lat,
        lon=site.lon,
        zone=site.zone,
        opens_min=site.opens_min,
        closes_min=site.closes_min,
        radius_m=site.radius_m,
        responsible=site.responsible_name,
        phone=site.responsible_phone,
        qr_token=site.qr_token,
        may_edit=actor.is_desk,
    )


def edit(session: Session, actor: Actor, site_id: int, field: SiteField, value: str, *, now: datetime) -> None:
    """Changes one field by what a person typed; a phone moves the role of the responsible person with it."""
    site = _editable(session, actor, site_id)
    _SETTERS[field](site, value)
    site.search = search_key(site.code, site.name, site.city, site.region, site.address)[:SEARCH_LENGTH]
    session.flush()
    _answer(session, actor, site, field, now=now)
    if field is SiteField.PHONE:
        phonebook.reconcile(session, now=now)


def place(session: Session, actor: Actor, site_id: int, lat: float, lon: float, *, now: datetime) -> None:
    """The point of the site, sent by somebody who stands there or read off a map."""
    site = _editable(session, actor, site_id)
    if not geo.is_place(lat, lon):
        raise FieldInvalid(field="place")
    site.lat, site.lon = lat, lon
    session.flush()
    _answer(session, actor, site, "place", now=now)


def _editable(session: Session, actor: Actor, site_id: int) -> Site:
    site = scope.find(session, scope.visible_sites(actor), Site.id == site_id)
    if not actor.is_desk:
        raise NotAllowed
    return site


def _answer(session: Session, actor: Actor, site: Site, field: str, *, now: datetime) -> None:
    trace = audit.record(session, actor, "site", site.id, "edit", now=now, data={"field": field})
    notices.reply(session, actor, Notice.SITE, cause=f"audit {trace.id}", now=now, data={"site": site.id})


def _set_responsible(site: Site, value: str) -> None:
    site.responsible_name = typed.line(value, "responsible", 200)


def _set_phone(site: Site, value: str) -> None:
    site.responsible_phone = typed.phone(value)


def _set_address(site: Site, value: str) -> None:
    site.address = typed.line(value, "address", 500)


def _set_hours(site: Site, value: str) -> None:
    try:
        site.opens_min, site.closes_min = cells.hours(value)
    except cells.CellFault as fault:
        raise FieldInvalid(field="hours") from fault


def _set_radius(site: Site, value: str) -> None:
    site.radius_m = typed.whole(value, "radius", *_RADIUS_M)


_SETTERS: dict[SiteField, Callable[[Site, str], None]] = {
    SiteField.RESPONSIBLE: _set_responsible,
    SiteField.PHONE: _set_phone,
    SiteField.HOURS: _set_hours,
    SiteField.ADDRESS: _set_address,
    SiteField.RADIUS: _set_radius,
}


def _page(session: Session, query: Select[Site], offset: int, limit: int, *first: ColumnElement[int]) -> SitePage:
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session.scalars(query.order_by(*first, Site.name, Site.code).offset(offset).limit(limit))
    return SitePage(tuple(_line(site) for site in rows), total, offset)


def _inside(lat: float, lon: float, area_m: float) -> ColumnElement[bool]:
    box = geo.bounding_box(lat, lon, area_m)
    ranges = or_(*(Site.lon.between(west, east) for west, east in box.longitudes))
    return Site.lat.between(box.south, box.north) & ranges


def _line(site: Site, distance_m: int | None = None) -> SiteLine:
    return SiteLine(site.id, site.code, site.name, _place(site), distance_m)


def _place(site: Site) -> str:
    """The city once: many addresses already begin with it."""
    return site.address if site.city.casefold() in site.address.casefold() else f"{site.city}, {site.address}"


# Built once: building it takes longer than running it.
_CLOCKS = select(Site.lat, Site.lon, Site.id, Site.zone).where(
    Site.lat.between(bindparam("south"), bindparam("north")),
    or_(
        Site.lon.between(bindparam("west"), bindparam("east")),
        Site.lon.between(bindparam("west_2"), bindparam("east_2")),
    ),
)

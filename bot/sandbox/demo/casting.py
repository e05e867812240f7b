"""Who plays in the demonstration: a site, the two engineers nearest to it, and neighbours who answer by themselves.

Chosen from whatever directories were loaded, so that it works for an operator's own workbook too.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.geo import metres
from core.services import intakes, numbers, payers
from storage.models.contractor import Contractor, ContractorSkill
from storage.models.directory import ApprovalStep, Client, Service, Site

LOOKED_AT = 60
NEIGHBOURS = 24
#: The first site with so many able contractors around will do.
ENOUGH = 10
WIDEST_DEGREES = 1.0
SITES_SHOWN = 3


class NoStage(Exception):
    """The directories have no site with enough contractors around it."""


@dataclass(frozen=True, slots=True)
class Firm:
    contractor_id: int
    name: str
    contact: str
    phone: str
    lat: float
    lon: float
    skills: frozenset[int]
    reach_m: int


@dataclass(frozen=True, slots=True)
class Place:
    site_id: int
    name: str
    address: str
    lat: float
    lon: float
    zone: str
    qr_token: str
    person: str
    phone: str
    client: str


@dataclass(frozen=True, slots=True)
class Casting:
    stage: Place
    #: What the shop asks for in the story: a kind of work both engineers are confirmed for.
    service: str
    near: tuple[Firm, Firm]
    newcomer: Firm
    others: tuple[Firm, ...]
    sites: tuple[Place, ...]


def choose(session: Session, *, now: datetime) -> Casting:
    firms = _firms(session, now)
    skill_of = {row.id: row.skill_id for row in session.scalars(select(Service))}
    best: tuple[int, Site, str, list[Firm]] | None = None
    for site in _sites(session):
        around = _around(firms, site)
        # Only what the bot itself would show as buttons: a visitor taps one of them.
        for service_id, service in intakes.suggested(session, site):
            able = [firm for firm in around if skill_of[service_id] in firm.skills]
            worth = len(able[:ENOUGH])
            if worth >= 3 and (best is None or worth > best[0]) and payers.of_site(session, site, now=now):
                best = worth, site, service, able
        if best is not None and best[0] == ENOUGH:
            break
    if best is None:
        raise NoStage
    _, site, service, able = best
    near, newcomer, others = _parts(able, _around(firms, site), site, numbers.of(session).score_band_km * 1000)
    by_distance = sorted(session.scalars(select(Site)), key=lambda one: metres(site.lat, site.lon, one.lat, one.lon))
    shown = tuple(_place(session, one) for one in by_distance[:SITES_SHOWN] if one.id != site.id)
    return Casting(_place(session, site), service, near, newcomer, others, shown)


def _parts(
    able: list[Firm], around: list[Firm], site: Site, band_m: int
) -> tuple[tuple[Firm, Firm], Firm, tuple[Firm, ...]]:
    """The second is asked after the first and before everybody else: each stands in a farther band of the search."""

    def band(firm: Firm) -> float:
        return metres(site.lat, site.lon, firm.lat, firm.lon) // band_m

    first = able[0]
    second = next((firm for firm in able if band(firm) > band(first)), able[1])
    rest = [firm for firm in around if firm not in (first, second)]
    farther = [firm for firm in rest if band(firm) > band(second)] or rest
    return (first, second), farther[0], tuple(farther[1 : NEIGHBOURS + 1])


def _sites(session: Session) -> list[Site]:
    """Sites with a responsible person, of clients who do not have to ask anybody first; the first rows come first."""
    asked = select(ApprovalStep.client_id)
    query = select(Site).where(Site.responsible_phone != "", Site.client_id.not_in(asked)).order_by(Site.id)
    return list(session.scalars(query.limit(LOOKED_AT)))


def _firms(session: Session, now: datetime) -> list[Firm]:
    today = now.astimezone(ZoneInfo("Europe/Moscow")).date()
    skills: dict[int, set[int]] = defaultdict(set)
    for known in session.scalars(select(ContractorSkill).where(ContractorSkill.is_confirmed)):
        if known.valid_until is None or known.valid_until > today:
            skills[known.contractor_id].add(known.skill_id)
    found: dict[str, Firm] = {}
    for row in session.scalars(select(Contractor).where(Contractor.phone != "").order_by(Contractor.id)):
        named, reach = row.contact_name or row.name, row.radius_km * 1000
        firm = Firm(row.id, row.name, named, row.phone, row.lat, row.lon, frozenset(skills[row.id]), reach)
        found.setdefault(row.phone, firm)
    return list(found.values())


def _around(firms: list[Firm], site: Site) -> list[Firm]:
    """The nearest first. Latitude alone rules most of them out, and cheaply."""
    close = [firm for firm in firms if abs(firm.lat - site.lat) < WIDEST_DEGREES]
    measured = [(metres(site.lat, site.lon, firm.lat, firm.lon), firm) for firm in close]
    reached = [(far, firm) for far, firm in measured if far <= firm.reach_m and firm.skills]
    return [firm for _, firm in sorted(reached, key=lambda pair: (pair[0], pair[1].contractor_id))]


def _place(session: Session, site: Site) -> Place:
    client = session.get_one(Client, site.client_id).name
    address = f"{site.city}, {site.address}"
    person, phone = site.responsible_name or "Ответственный", site.responsible_phone
    return Place(site.id, site.name, address, site.lat, site.lon, site.zone, site.qr_token, person, phone, client)

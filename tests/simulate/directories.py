"""What the month begins with: the reference workbook imported by the product, and everybody let into Telegram."""

import shutil
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from core.domain import geo
from core.domain.actor import Actor, Grant
from core.domain.role import Role
from core.domain.ticket import Priority
from core.imports.check import check
from core.imports.read import read
from core.services import imports, memberships
from storage import engines, migrate
from storage.models.contractor import Contractor, ContractorRegion, ContractorSkill
from storage.models.directory import Service, Site
from storage.models.people import Person
from storage.models.ticket import Ticket
from tests.simulate.crews import Firm

#: The day before the month; the workbook's contracts are valid long before and after.
BEFORE = datetime(2026, 3, 31, 9, 0, tzinfo=UTC)
TELEGRAM_FROM = 1_000_000

#: Nothing of the month need survive a power cut.
_FAST = ("synchronous=OFF", "journal_mode=MEMORY", "temp_store=MEMORY", "cache_size=-200000")


def template(book: Path, folder: Path) -> Path:
    """A database with the workbook in it, to be copied for every seed."""
    path = folder / "template.db"
    migrate.upgrade(f"sqlite+aiosqlite:///{path}")
    engine = engines.sqlite_writer(f"sqlite:///{path}")
    with Session(engine) as session, session.begin():
        report = imports.apply(session, Actor.system("cli"), check(read(book)), now=BEFORE)
        if not report.applied:
            raise SystemExit(f"the workbook is not applied: {report.wrong[:3]}")
    with Session(engine) as session, session.begin():
        let_in(session, now=BEFORE)
    engine.dispose()
    return path


def opened(copy_of: Path, name: str) -> Engine:
    path = copy_of.with_name(name)
    for tail in ("-wal", "-shm"):
        path.with_name(name + tail).unlink(missing_ok=True)
    shutil.copyfile(copy_of, path)
    engine = engines.sqlite_writer(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def on_connect(connection: object, _: object) -> None:
        for pragma in _FAST:
            connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]

    return engine


def let_in(session: Session, *, now: datetime) -> None:
    """One person of every contractor, and a dispatcher with a manager; the clients come with their requests."""
    for contractor in session.scalars(select(Contractor).order_by(Contractor.id)):
        roles = (Role.OWNER, Role.ENGINEER)
        name = contractor.contact_name or contractor.name
        grants = [Grant(role, contractor_id=contractor.id) for role in roles]
        _person(session, name, contractor.zone, *grants, now=now)
    _person(session, "Дежурный", "Europe/Moscow", Grant(Role.DISPATCHER), now=now)
    _person(session, "Руководитель", "Europe/Moscow", Grant(Role.MANAGER), now=now)


def requester(session: Session, site_id: int, *, now: datetime) -> int:
    """The responsible person of a site; returns the id."""
    site = session.get_one(Site, site_id)
    grant = Grant(Role.REQUESTER, client_id=site.client_id, site_id=site.id)
    return _person(session, site.responsible_name or site.name, site.zone, grant, now=now)


def _person(session: Session, name: str, zone: str, *grants: Grant, now: datetime) -> int:
    row = Person(name=name, zone=zone, created_at=now)
    session.add(row)
    session.flush()
    row.telegram_id = TELEGRAM_FROM + row.id
    memberships.give(session, Actor.system("simulation"), row, grants, "invite", now=now)
    return row.id


def dispatcher(session: Session) -> int:
    return _only(session, Role.DISPATCHER)


def manager(session: Session) -> int:
    return _only(session, Role.MANAGER)


def _only(session: Session, role: Role) -> int:
    return session.scalars(memberships.live().where(memberships.Membership.role == role)).one().person_id


def firms(session: Session) -> dict[int, Firm]:
    owners = {
        row.contractor_id: row.person_id
        for row in session.scalars(memberships.live().where(memberships.Membership.role == Role.OWNER))
    }
    rows = session.scalars(select(Contractor).order_by(Contractor.id))
    return {row.id: Firm(owners[row.id], row.zone, row.night_jobs) for row in rows}


def sites(session: Session, regions: tuple[str, ...] = ()) -> list[tuple[int, str]]:
    """Of these regions; of all without any."""
    query = select(Site.id, Site.zone).order_by(Site.id)
    rows = session.execute(query.where(Site.region.in_(regions)) if regions else query)
    return [(row[0], row[1]) for row in rows]


def works(session: Session) -> list[tuple[int, Priority]]:
    """(service, priority) as often as history has them; without history every service, and every priority alike."""
    rows = session.execute(select(Ticket.service_id, Ticket.priority).order_by(Ticket.id)).all()
    services = session.scalars(select(Service.id).order_by(Service.id)).all()
    return [(row[0], row[1]) for row in rows] or [(one, priority) for one in services for priority in Priority]


@dataclass(frozen=True, slots=True)
class _Skilled:
    contractor_id: int
    lat: float
    lon: float
    radius_m: int
    valid_until: date | None
    regions: frozenset[str]


class Reach:
    """Which qualified are in reach of a job: by brute force over the directories, without the product's search."""

    def __init__(self, session: Session) -> None:
        regions: defaultdict[int, set[str]] = defaultdict(set)
        for row in session.scalars(select(ContractorRegion)):
            regions[row.contractor_id].add(row.region)
        self._skilled: defaultdict[int, list[_Skilled]] = defaultdict(list)
        able = (
            select(Contractor, ContractorSkill)
            .join(ContractorSkill, ContractorSkill.contractor_id == Contractor.id)
            .where(Contractor.is_active, ContractorSkill.is_confirmed)
        )
        for firm, skill in session.execute(able):
            one = _Skilled(
                firm.id, firm.lat, firm.lon, firm.radius_km * 1000, skill.valid_until, frozenset(regions[firm.id])
            )
            self._skilled[skill.skill_id].append(one)
        self._skill_of = {row.id: row.skill_id for row in session.scalars(select(Service))}
        self._sites = {row.id: (row.lat, row.lon, row.region) for row in session.scalars(select(Site))}

    def within(self, site_id: int, service_id: int, day: date) -> tuple[int, ...]:
        lat, lon, region = self._sites[site_id]
        return tuple(
            one.contractor_id
            for one in self._skilled[self._skill_of[service_id]]
            if (one.valid_until is None or one.valid_until >= day)
            and (region in one.regions or geo.metres(lat, lon, one.lat, one.lon) <= one.radius_m)
        )

    def cover(self, site_ids: Iterable[int], day: date) -> dict[tuple[int, int], frozenset[int]]:
        """(site, service) → the firms in reach, where there are any; of services of one skill one is enough."""
        one_of_skill = {skill: service for service, skill in sorted(self._skill_of.items(), reverse=True)}
        pairs = ((site, service) for site in site_ids for service in one_of_skill.values())
        found = ((pair, frozenset(self.within(*pair, day))) for pair in pairs)
        return {pair: firms for pair, firms in found if firms}

"""Synthetic directories for the benchmarks of the search: as many contractors as asked for, where people live.

Two thirds in thirty cities by their size, the others in small towns and a few anywhere; the same seed gives the same.
"""

import random
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from math import cos, radians
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, text

from core.domain import geo
from core.domain.ticket import Origin, Priority, TicketStatus
from storage import migrate
from storage.models.all import metadata
from tests.databases import PostgresServer

SKILLS = 12
SITES = 300
#: As in the reference workbook.
RADII_KM = (30, 50, 100, 150, 300)
_AS_TEXT = "%Y-%m-%d %H:%M:%S.%f"
CITIES = (
    *((55.75, 37.62, 130), (59.94, 30.31, 56), (55.03, 82.92, 16), (56.84, 60.61, 15), (55.79, 49.12, 13)),
    *((56.33, 44.00, 12), (55.16, 61.40, 12), (56.01, 92.87, 12), (53.20, 50.15, 11), (54.74, 55.97, 11)),
    *((47.22, 39.72, 11), (54.99, 73.37, 11), (45.04, 38.98, 11), (51.67, 39.18, 10), (58.01, 56.25, 10)),
    *((48.71, 44.51, 10), (51.53, 46.03, 9), (57.15, 65.53, 9), (53.51, 49.42, 7), (53.35, 83.76, 6)),
    *((42.98, 47.50, 6), (56.85, 53.21, 6), (48.48, 135.07, 6), (54.31, 48.40, 6), (52.29, 104.28, 6)),
    *((43.12, 131.89, 6), (57.63, 39.87, 6), (44.05, 42.97, 5), (56.50, 84.97, 5), (54.71, 20.51, 5)),
)


class Places:
    """Draws points; a town of its own list for each seed."""

    def __init__(self, seed: int) -> None:
        self.luck = random.Random(seed)
        towns = [(self.luck.uniform(44, 62), self.luck.uniform(30, 135), 1) for _ in range(200)]
        self.centres = [*CITIES, *towns]
        self.weights = [weight for _, _, weight in self.centres]

    def draw(self) -> tuple[float, float]:
        if self.luck.random() < 0.03:
            return self.luck.uniform(45, 70), (self.luck.uniform(28, 190) + 180) % 360 - 180
        lat, lon, weight = self.luck.choices(self.centres, self.weights)[0]
        spread = 3 + weight**0.5 * 1.3  # km: about 18 in the capital, 4 in a town
        north, east = self.luck.gauss(0, spread), self.luck.gauss(0, spread)
        return lat + north / 111.2, lon + east / (111.2 * cos(radians(lat)))


def region_of(lat: float, lon: float) -> str:
    return f"Регион {int(lat) // 4}-{int(lon) // 6}"


@contextmanager
def _sqlite(count: int, *, now: datetime, sites: int = SITES) -> Iterator[tuple[str, Engine]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        url = f"sqlite+aiosqlite:///{path}"
        migrate.upgrade(url)
        engine = create_engine(f"sqlite+pysqlite:///{path}")
        fill(engine, count, now=now, sites=sites)
        yield url, engine
        engine.dispose()


@contextmanager
def _postgres(count: int, *, now: datetime, sites: int = SITES) -> Iterator[tuple[str, Engine]]:
    server = PostgresServer(f"bench-{count}", "bench")
    url = server.fresh()
    engine = server.engine(url)
    fill(engine, count, now=now, sites=sites)
    yield url, engine
    engine.dispose()
    server.close()


#: `with DATABASES[name](count, now=…) as (url, engine)`: filled, and gone afterwards.
DATABASES = {"SQLite": _sqlite, "PostgreSQL": _postgres}


def fill(engine: Engine, count: int, *, now: datetime, sites: int) -> None:
    """`count` contractors with their people, skills, points, jobs and blocks, and sites with a request each."""
    with engine.connect() as connection, _quick(connection):
        _load(connection, "skill", ("id", "name"), ((n, f"Компетенция {n}") for n in range(1, SKILLS + 1)))
        _few(connection)
        _contractors(connection, Places(count), count)
        past = now - timedelta(days=60)
        moments: dict[str, Any] = {"now": now, "past": past, "day": past.date()}
        if engine.dialect.name == "sqlite":
            moments = {name: f"{moment:{_AS_TEXT}}" for name, moment in moments.items()} | {"day": f"{past:%Y-%m-%d}"}
        for statement in _DERIVED:
            asked = {name: moments[name] for name in moments if f":{name}" in statement}
            connection.execute(text(statement), asked)
        _sites(connection, Places(-count), sites, moments["now"])
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _few(connection: Connection) -> None:
    _load(connection, "own_entity", ("id", "inn", "name"), [(1, "7707083893", "ООО «Наряд-Сервис»")])
    _load(connection, "client", ("id", "code", "name"), [(1, "К-1", "Сеть")])
    _load(connection, "legal_entity", ("id", "inn", "client_id", "name"), [(1, "7700000001", 1, "ООО «Сеть»")])
    names = ("id", "number", "client_id", "legal_entity_id", "own_entity_id", "starts_on", "period", "documents")
    row = (1, "Д-1", 1, 1, 1, "2026-01-01", "month", "счёт", "Базовый", 10)
    _load(connection, "contract", (*names, "sla_plan", "payment_days"), [row])
    names = ("id", "code", "name", "skill_id", "unit", "client_price_kop", "contractor_rate_kop")
    rows = ((n, f"В-{n}", "Работа", n, "шт", 400_000, 200_000, 1, 1, 60, "") for n in range(1, SKILLS + 1))
    _load(connection, "service", (*names, "shots_before", "shots_after", "norm_minutes", "search"), rows)


def _contractors(connection: Connection, places: Places, count: int) -> None:
    luck = random.Random(count)
    points: list[tuple[Any, ...]] = []

    def rows() -> Iterator[tuple[Any, ...]]:
        for number in range(1, count + 1):
            lat, lon = places.draw()
            vector = geo.unit_vector(lat, lon)
            skills = luck.sample(range(1, SKILLS + 1), luck.choice((1, 2, 3, 4)))
            score = 70 if luck.random() < 0.5 else luck.randint(40, 100)
            points.extend((skill, number, lat, lon, *vector, score) for skill in skills)
            rare = luck.random()
            yield (
                *(number, f"П-{number}", "Мастер", "НПД", "7707083893", region_of(lat, lon), "", lat, lon),
                *(luck.choice(RADII_KM), "Europe/Moscow", 1, luck.choice((1, 1, 2, 3)), luck.random() < 0.4),
                *(rare > 0.03, rare < 0.95, score, ""),
            )

    names = ("id", "code", "name", "form", "inn", "region", "city", "lat", "lon", "radius_km", "zone", "own_entity_id")
    names = (*names, "engineers", "night_jobs", "is_active", "is_available", "score", "search")
    _load(connection, "contractor", names, rows())
    _load(connection, "match_point", ("skill_id", "contractor_id", "lat", "lon", "x", "y", "z", "score"), points)


#: In the database itself, from what lies there: every twentieth is this, every hundredth that.
_DERIVED = (
    """INSERT INTO contractor_skill (contractor_id, skill_id, document, is_confirmed, valid_until)
       SELECT contractor_id, skill_id, '', id % 20 <> 0, CASE WHEN id % 30 = 1 THEN :day END
       FROM match_point""",
    """INSERT INTO person (id, telegram_id, name, phone, language, zone, commands_hash, created_at)
       SELECT id, id + 100000, 'Мастер', NULL, 'ru', 'Europe/Moscow', '', :now FROM contractor WHERE id % 25 <> 0""",
    """INSERT INTO membership (person_id, role, contractor_id, came_by, started_at)
       SELECT id, 'owner', id, 'phone', :now FROM person""",
    """INSERT INTO contractor_region (contractor_id, region)
       SELECT id + 1, region FROM contractor WHERE id % 33 = 0 AND id < (SELECT max(id) FROM contractor)""",
    """INSERT INTO block (contractor_id, reason, starts_at)
       SELECT id, 'фото', :past FROM contractor WHERE id % 100 = 7""",
    """INSERT INTO match_point (skill_id, contractor_id, person_id, lat, lon, x, y, z, score, seen_at)
       SELECT skill_id, contractor_id, contractor_id, lat, lon, x, y, z, score, :now FROM match_point
       WHERE contractor_id % 50 = 3""",
)


def _sites(connection: Connection, places: Places, count: int, now: datetime | str) -> None:
    """Each with a request that is searched for; and past jobs of every fourth contractor, at most 100,000."""
    names = ("id", "code", "qr_token", "client_id", "name", "region", "city", "address", "lat", "lon", "zone")
    rows = []
    for n in range(1, count + 1):
        lat, lon = places.draw()
        rows.append((n, f"О-{n}", f"q{n}", 1, "Магазин", region_of(lat, lon), "", "", lat, lon, "Europe/Moscow"))
    _load(connection, "site", (*names, "opens_min", "closes_min", "search"), ((*row, 0, 1440, "") for row in rows))
    asked = f"'{TicketStatus.SEARCHING}', id, 1 + id % {SKILLS}, NULL, :now FROM site"
    past = f"'{TicketStatus.ACCEPTED}', 1, 1 + id % {SKILLS}, id, NULL FROM contractor WHERE id % 4 = 0"
    connection.execute(text(_TICKET.format(first=0) + asked), {"now": now})
    connection.execute(text(_TICKET.format(first=count) + past + " AND id <= 400000"), {"now": now})
    connection.execute(text(_ASSIGNMENT), {"now": now})


_TICKET = f"""
    INSERT INTO ticket (id, number, origin, version, job_version, round, client_id, legal_entity_id, contract_id,
        priority, quantity_milli, client_price_kop, contractor_rate_kop, first_rate_kop, raises, wave_size, widened_km,
        text, registered_at, status, site_id, service_id, contractor_id, search_due_at)
    SELECT {{first}} + id, CAST({{first}} + id AS TEXT), '{Origin.BOT}', 1, 1, 1, 1, 1, 1,
        '{Priority.NORMAL}', 1000, 400000, 200000, 200000, 0, 0, 0, '', :now, """
_ASSIGNMENT = """
    INSERT INTO assignment (ticket_id, contractor_id, over_limit, started_at, ended_at, end_reason)
    SELECT id, contractor_id, FALSE, :now, CASE WHEN id % 8 <> 0 THEN :now END, ''
    FROM ticket WHERE contractor_id IS NOT NULL"""


@contextmanager
def _quick(connection: Connection) -> Iterator[None]:
    """Without checks of foreign keys, and with the large indexes built at the end."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        for pragma in ("journal_mode=WAL", "foreign_keys=OFF", "synchronous=OFF", "cache_size=-1000000"):
            driver.execute(f"PRAGMA {pragma}")
    with connection.begin():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        large = ("contractor", "match_point", "contractor_skill", "person", "membership", "ticket", "assignment")
        indexes = [index for name in large for index in metadata.tables[name].indexes]
        for index in indexes:
            index.drop(connection)
        yield
        for index in indexes:
            index.create(connection)


def _load(connection: Connection, name: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    """With the driver's own means; what is not named has the default of its column."""
    table: Table = metadata.tables[name]
    constants: dict[str, Any] = {}
    for column in table.columns:
        if column.name not in columns and column.default is not None and column.default.is_scalar:
            constants[column.name] = column.default.arg  # type: ignore[attr-defined]
    names = (*columns, *constants)
    tail = tuple(constants.values())
    whole: Callable[[tuple[Any, ...]], tuple[Any, ...]] = lambda row: (*row, *tail)  # noqa: E731
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" for _ in names)
        driver.executemany(f"INSERT INTO {name} ({', '.join(names)}) VALUES ({marks})", map(whole, rows))
        return
    with driver.cursor() as cursor, cursor.copy(f"COPY {name} ({', '.join(names)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(whole(row))

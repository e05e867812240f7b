"""The nearest ten who may be asked, among 800 to 1,000,000 contractors, on both databases.

Beside each: the raw driver that only orders points by distance in the same growing boxes, and the full scan. The last
column of times is of the processor: that of this process, whatever else the machine does.
"""

import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain import geo
from core.domain.actor import Actor, Grant
from core.domain.matching import Candidate
from core.domain.role import Role
from core.services import candidates, contractors, matching, positions, refusals, waves
from core.services.candidates import Case
from core.services.nearest import Look
from storage.db import Database
from storage.models.contractor import ContractorSkill
from storage.models.ticket import Ticket
from tests.bench import crowd
from tests.clock import HandClock

SIZES = (800, 10_000, 100_000, 1_000_000)
NOW = datetime(2026, 3, 16, 9, tzinfo=UTC)
WARM = 30
MOVES = 100
SCANS = 5
#: Among more than so many nobody looks at everybody to compare.
COMPARED_UP_TO = 100_000
TEN = 10
_DISPATCHER = Actor(None, (Grant(Role.DISPATCHER),), "", "ru", "bench")
_SQUARED = "(x - {x}) * (x - {x}) + (y - {y}) * (y - {y}) + (z - {z}) * (z - {z})"


class Times(NamedTuple):
    p50: float
    p99: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.p50:.2f} ms, p99 {self.p99:.1f}, processor {self.cpu:.2f}"


class Figures(NamedTuple):
    name: str
    count: int
    hop: Times
    ranked: Times
    raw: Times
    scan: Times
    base_moved: Times
    phone_moved: Times
    asked: Times


def measure(sizes: tuple[int, ...] = SIZES) -> list[tuple[str, ...]]:
    figures = []
    for name, databases in crowd.DATABASES.items():
        for count in sizes:
            with databases(count, now=NOW) as (url, engine), engine.connect() as connection:
                raw = connection.connection.driver_connection
                figures.append(asyncio.run(_figures(name, count, url, raw)))
    return [row for one in figures for row in _rows(one)]


def _rows(one: Figures) -> Iterator[tuple[str, ...]]:
    whose = f"{one.name}, {one.count:,}"
    largest = one.name == "SQLite" and one.count == SIZES[-1]
    ratio = f"{one.hop.p50 / one.raw.p50:.1f}"
    yield f"nearest ten in one hop, {whose}", str(one.hop), f"raw driver {one.raw}", ratio, "≤ 3 ms" * largest
    ratio = f"{one.scan.p50 / one.hop.p50:.1f}"
    yield f"the same, {whose}", str(one.hop), f"full scan {one.scan.p50:.2f} ms", f"1/{ratio}", ""
    ratio = f"{one.ranked.p50 / one.hop.p50:.1f}"
    yield f"ranked list by the service, {whose}", str(one.ranked), "the hop", ratio, "≤ 8 ms" * largest
    ratio = f"{one.asked.p50 / one.ranked.p50:.1f}"
    yield f"wave asked, stored and told, {whose}", str(one.asked), "ranked list", ratio, ""
    ratio = f"{one.base_moved.p50 / one.phone_moved.p50:.1f}"
    moved = f"phone {one.phone_moved}"
    yield f"one contractor moved, {whose}", str(one.base_moved), moved, ratio, "≤ 2 ms" * (one.count == SIZES[-1])


async def _figures(name: str, count: int, url: str, raw: Any) -> Figures:
    db = Database.open(url, HandClock(NOW))
    luck = random.Random(count)
    cases = await db.read(_cases)
    if count <= COMPARED_UP_TO:
        for case, look in cases[:: len(cases) // 10]:
            await db.read(_compare, case, look)
    hop = await _timed([lambda c=case, k=look: db.read(_ten, c, k) for case, look in cases])
    ranked = await _timed([lambda c=case: db.read(_ranked, c.ticket.id) for case, _ in cases])
    moves = [luck.randint(1, count) for _ in range(MOVES)]
    base = await _timed([lambda n=n: db.write(_move, n, *_near(luck, cases)) for n in moves])
    phone = await _timed([lambda n=n: db.write(_phone, n, *_near(luck, cases)) for n in moves])
    asked = await _timed([lambda c=case: db.write(_ask, c.ticket.id) for case, _ in cases[:MOVES]])
    await db.close()
    ten = [_clocked(lambda k=look: _raw_ten(raw, k)) for _, look in cases]
    scan = [_clocked(lambda k=look: _raw_scan(raw, k)) for _, look in cases[:SCANS]]
    return Figures(name, count, hop, ranked, _times(ten), _times(scan), base, phone, asked)


async def _timed(calls: list[Callable[[], Awaitable[Any]]]) -> Times:
    for call in calls[:WARM]:
        if len(calls) > MOVES:  # only what changes nothing can be done twice
            await call()
    spent = []
    for call in calls:
        started, cpu = time.perf_counter(), time.process_time()
        await call()
        spent.append((time.perf_counter() - started, time.process_time() - cpu))
    return _times(spent)


def _clocked(call: Callable[[], Any]) -> tuple[float, float]:
    started, cpu = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - started, time.process_time() - cpu


def _times(spent: list[tuple[float, float]]) -> Times:
    wall = sorted(seconds * 1000 for seconds, _ in spent)
    cpu = statistics.median(seconds * 1000 for _, seconds in spent)
    return Times(statistics.median(wall), wall[len(wall) * 99 // 100], cpu)


def _cases(session: Session, *, now: datetime) -> list[tuple[Case, Look]]:
    tickets = session.scalars(select(Ticket).where(Ticket.contractor_id.is_(None)).order_by(Ticket.id))
    cases = []
    for ticket in tickets:
        refused = refusals.of(session, ticket, None, now=now)
        case = candidates.case(session, ticket, refused, visit_at=now, now=now)
        cases.append((case, matching.look_from(session, case)))
    return cases


def _ten(session: Session, case: Case, look: Look, *, now: datetime) -> list[Candidate]:
    return matching.field(session, case, look).ranked


def _ranked(session: Session, ticket_id: int, *, now: datetime) -> tuple[Candidate, ...]:
    return matching.search(session, session.get_one(Ticket, ticket_id), now=now).ranked


def _compare(session: Session, case: Case, look: Look, *, now: datetime) -> None:
    """Everybody who names the skill is judged and put in order: the first ten must be those the walk has found."""
    everybody = session.scalars(
        select(ContractorSkill.contractor_id).where(ContractorSkill.skill_id == case.skill_id)
    ).all()
    found = matching.field(session, case, look, first=frozenset(everybody)).ranked
    if found[:TEN] != _ten(session, case, look, now=now):
        raise AssertionError(f"another ten than those of a look at everybody: ticket {case.ticket.id}")


def _move(session: Session, number: int, lat: float, lon: float, *, now: datetime) -> None:
    contractors.place(session, _DISPATCHER, number, lat, lon, now=now)


def _phone(session: Session, number: int, lat: float, lon: float, *, now: datetime) -> None:
    if number % 25 == 0:  # this one is not in the bot
        number -= 1
    actor = Actor(number, (Grant(Role.OWNER, contractor_id=number),), "", "ru", "bench")
    positions.seen(session, actor, lat, lon, accuracy_m=10, sent_at=now, now=now)


def _ask(session: Session, ticket_id: int, *, now: datetime) -> None:
    waves.ask_next(session, Actor.system("bench"), session.get_one(Ticket, ticket_id), now=now)


def _near(luck: random.Random, cases: list[tuple[Case, Look]]) -> tuple[float, float]:
    _, look = luck.choice(cases)
    return look.lat + luck.uniform(-0.05, 0.05), look.lon


def _raw_ten(driver: Any, look: Look) -> list[Any]:
    """Nearest ten points of the skill, by nothing but their distance."""
    reach, vector = 1_000, geo.unit_vector(look.lat, look.lon)
    squared = _SQUARED.format(x=vector.x, y=vector.y, z=vector.z)
    while True:
        box = geo.bounding_box(look.lat, look.lon, reach)
        lons = " OR ".join(f"lon BETWEEN {west} AND {east}" for west, east in box.longitudes)
        rows = driver.execute(
            f"SELECT contractor_id, {squared} AS d FROM match_point WHERE skill_id = {look.skill_id} "
            f"AND lat BETWEEN {box.south} AND {box.north} AND ({lons}) ORDER BY d LIMIT {TEN}"
        ).fetchall()
        if reach > 10_000_000 or (len(rows) == TEN and geo.chord_metres(rows[-1][1]) <= reach):
            return list(rows)
        reach *= 2


def _raw_scan(driver: Any, look: Look) -> list[Any]:
    vector = geo.unit_vector(look.lat, look.lon)
    squared = _SQUARED.format(x=vector.x, y=vector.y, z=vector.z)
    statement = f"SELECT contractor_id, {squared} AS d FROM match_point WHERE skill_id + 0 = {look.skill_id}"
    return list(driver.execute(f"{statement} ORDER BY d LIMIT {TEN}").fetchall())

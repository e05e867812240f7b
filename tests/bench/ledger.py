"""The sweep of the ledger among 10,000 to 1,000,000 contractors with three events each, on both databases.

What a sweep of a few firms, a stride of the night and the cost of one block take must follow what they handle: each is
set beside the same among the fewest. Every eightieth firm did not come once in the last weeks, so something speaks
against it. The last figure of a time is the processor of this process; what PostgreSQL computes is not in it.
"""

import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from core.domain.block import BlockLevel, Subject
from core.services import block_costs, limit_line, limit_walk, limits
from storage.db import Database
from tests.bench import crowd
from tests.clock import HandClock

NOW = datetime(2026, 3, 16, 9, tzinfo=UTC)
SIZES = (10_000, 100_000, 1_000_000)
#: As many as the reference workbook has.
SITES = 3_500
WARM = 3
SWEEPS = 20
STRIDES = 15
BLOCKS = 60
_KINDS = ("arrival", "first_time", "proof")


class Times(NamedTuple):
    p50: float
    most: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.p50:.1f} ms, at most {self.most:.0f}, processor {self.cpu:.1f}"


class Figures(NamedTuple):
    idle: Times
    sweep: Times
    stride: Times
    cost: Times


def measure(sizes: tuple[int, ...] = SIZES) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for name, databases in crowd.DATABASES.items():
        found: dict[int, Figures] = {}
        for count in sizes:
            with databases(count, now=NOW, sites=SITES) as (url, engine):
                _write_ledger(engine)
                found[count] = asyncio.run(_figures(url, count))
        rows += _rows(name, found)
    return rows


def _rows(name: str, found: dict[int, Figures]) -> Iterator[tuple[str, ...]]:
    told = {
        "idle": ("nobody is due", ""),
        "sweep": (f"{limits.FIRMS_AT_ONCE} firms judged", "≤ 100 ms"),
        "stride": (f"{limit_walk.STRIDE} firms passed at night", "≤ 100 ms"),
        "cost": ("what a block costs", "≤ 50 ms"),
    }
    fewest, most = min(found), max(found)
    for field, (what, wanted) in told.items():
        beside: Times = getattr(found[fewest], field)
        for count, figures in found.items():
            times: Times = getattr(figures, field)
            ratio = f"{times.p50 / beside.p50:.1f}"
            whose = f"{what}, {name}, {count:,}"
            yield whose, str(times), f"{fewest:,}: {beside.p50:.1f} ms", ratio, wanted * (count == most)


def _write_ledger(engine: Engine) -> None:
    at, lately = NOW - timedelta(days=40), NOW - timedelta(days=9)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":  # the events need no audit behind them here
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        else:
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        for number, kind in enumerate(_KINDS):
            good = "CASE WHEN id % 10 = 0 THEN 0 ELSE 1000 END"
            connection.execute(
                text(_EVENTS.format(kind=kind, weight=good, number=number, which="id > 0")), _at(engine, at)
            )
        strikes = _EVENTS.format(kind="no_show", weight=3000, number=3, which="id % 80 = 0")
        connection.execute(text(strikes), _at(engine, lately))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if engine.dialect.name == "sqlite" else "VACUUM ANALYZE"))


def _at(engine: Engine, moment: datetime) -> dict[str, Any]:
    return {"at": f"{moment:%Y-%m-%d %H:%M:%S.%f}" if engine.dialect.name == "sqlite" else moment}


_EVENTS = """
    INSERT INTO quality_event (kind, contractor_id, ticket_id, weight_milli, audit_id, words, at)
    SELECT '{kind}', id, 1, {weight}, id * 4 + {number}, '', :at FROM contractor WHERE {which}"""


async def _figures(url: str, count: int) -> Figures:
    db, luck = Database.open(url, HandClock(NOW)), random.Random(count)
    firms = luck.sample(range(1, count + 1), limits.FIRMS_AT_ONCE * (WARM + SWEEPS))
    idle = await _timed(lambda _=n: db.write(limits.sweep, 50) for n in range(WARM + SWEEPS))
    await db.write(_line, firms)
    sweep = await _timed(lambda _=n: db.write(limits.sweep, 50) for n in range(WARM + SWEEPS))
    await db.write(limit_walk.begin, 1)
    stride = await _timed(lambda _=n: db.write(limit_walk.step) for n in range(WARM + STRIDES))
    cost = await _timed(lambda one=one: db.read(_cost, one) for one in luck.sample(range(1, count + 1), WARM + BLOCKS))
    await db.close()
    return Figures(idle, sweep, stride, cost)


def _line(session: Session, firms: list[int], *, now: datetime) -> None:
    limit_line.wait(session, firms, now=now)


def _cost(session: Session, firm: int, *, now: datetime) -> None:
    block_costs.of(session, Subject(firm), BlockLevel.SUSPENDED, now=now)


async def _timed(calls: Iterable[Callable[[], Awaitable[Any]]]) -> Times:
    spent = []
    for call in calls:
        started, cpu = time.perf_counter(), time.process_time()
        await call()
        spent.append((time.perf_counter() - started, time.process_time() - cpu))
    walls, cpus = zip(*spent[WARM:], strict=True)
    return Times(statistics.median(walls) * 1000, max(walls) * 1000, statistics.median(cpus) * 1000)

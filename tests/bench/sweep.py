"""The sweep of warnings over up to 1,000,000 open tickets: what is due is paid for, not what is open.

Every due clock has burnt out: its breach, its rows of the audit, the task and the messages are written, and where the
contractor had agreed to come in time (every other one) his ledger, his score and his message too. The same engines,
use cases and batches as the scheduler's.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Engine, create_engine, func, select, text
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.notice import Notice
from core.domain.role import Role
from core.services import cards, clocks, deadlines, tasks, warnings
from scheduler.runner import BATCH, Runner
from scheduler.timetable import timetable
from storage import migrate
from storage.db import Database
from storage.models.all import metadata
from storage.models.clock import Breach
from storage.models.desk import Audit, Task
from storage.models.post import Outbox
from tests.clock import HandClock
from tests.databases import PostgresServer
from tests.make.directories import add_contractor
from tests.make.people import add_dispatcher, add_person
from tests.make.promises import promise
from tests.make.tickets import SKILL, add_engineer, send, take

NOW = datetime(2026, 3, 16, 9, tzinfo=UTC)
FIRMS = 50
OPEN = 1_000_000
FEW = 10_000
DUE = 1_000


class Case(NamedTuple):
    """So many due of so many open, burnt so far; where the client hears of a broken promise, his letter is written."""

    open: int
    due: int
    pct: int = 100
    hears: bool = False

    def __str__(self) -> str:
        how = f" at {self.pct} %" if self.pct < 100 else ", clients hear" if self.hears else ""
        return f"{self.due:,} due of {self.open:,} open{how}"


#: In the order in which they are run; the open ones grow in one database.
RUNS = (
    Case(FEW, DUE),
    Case(100_000, DUE),
    Case(OPEN, 10),
    Case(OPEN, DUE),
    Case(OPEN, 10_000),
    Case(OPEN, DUE, pct=75),
    Case(OPEN, DUE, hears=True),
)
TARGET = timedelta(minutes=120)
#: How often each screen is asked for.
SCREENS = 20
_AS_TEXT = "%Y-%m-%d %H:%M:%S.%f"


class Run(NamedTuple):
    case: Case
    claim_s: float
    sweep_s: float
    letters: int


def measure() -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for name, database in (("SQLite", _sqlite), ("PostgreSQL", _postgres)):
        with database() as (url, engine):
            runs = [_run(url, engine, case) for case in RUNS]
            rows += _rows(name, runs)
            rows += asyncio.run(_screens(name, url))
            if name == "PostgreSQL":
                rows.append(_two(url, engine))
    return rows


def _rows(name: str, runs: list[Run]) -> Iterator[tuple[str, ...]]:
    other = next(run for run in runs if run.case == Case(OPEN, DUE))
    for run in runs:
        whose = f"{name}, {run.case}"
        is_wanted = run == other
        each = f"{run.sweep_s / run.case.due * 1000:.1f} ms each, {run.letters:,} letters"
        ratio = f"{run.sweep_s / other.sweep_s:.2f}"
        yield f"sweep, {whose}", f"{run.sweep_s:.2f} s", each, ratio, "≤ 5 s" * is_wanted
        yield f"claim alone, {whose}", f"{run.claim_s:.3f} s", f"of {run.sweep_s:.2f} s", "", "≤ 0.3 s" * is_wanted


def _run(url: str, engine: Engine, case: Case) -> Run:
    with engine.begin() as connection:
        fill(connection, case.open)
        _burn(connection, case.due, case.pct)
        connection.execute(text("UPDATE contract SET client_hears_breach = :hears"), {"hears": case.hears})
    _analyze(engine)
    return asyncio.run(_timed(url, case))


async def _timed(url: str, case: Case) -> Run:
    db = Database.open(url, HandClock(NOW))
    try:
        before = await db.read(_written)
        started = time.perf_counter()
        assert await db.write(_claim, case.due) == case.due
        claimed = time.perf_counter()
        taken = await _sweep(db)
        ended = time.perf_counter()
        after = await db.read(_written)
    finally:
        await db.close()
    assert taken == after.warned - before.warned == case.due, (taken, before, after)
    assert after.breaches - before.breaches == (case.due if case.pct == 100 else 0), (before, after)
    assert (after.heard - before.heard == case.due) is case.hears
    return Run(case, claimed - started, ended - claimed, after.letters - before.letters)


async def _sweep(db: Database) -> int:
    return await Runner(db, (SWEEP,)).run_job(SWEEP)


def _claim(session: Session, due: int, *, now: datetime) -> int:
    """All that is due, batch by batch, and nothing done with it."""
    return sum(len(clocks.due(session, BATCH, now=now, skip=skip)) for skip in range(0, due, BATCH))


class Written(NamedTuple):
    warned: int
    breaches: int
    letters: int
    heard: int


def _written(session: Session, *, now: datetime) -> Written:
    told = select(func.count()).select_from(Outbox)
    asked = (
        select(func.count()).select_from(Audit).where(Audit.entity == "clock", Audit.event == "warn"),
        select(func.count()).select_from(Breach),
        told,
        told.where(Outbox.notice == Notice.BREACH),
    )
    return Written(*(session.scalar(one) or 0 for one in asked))


def _two(url: str, engine: Engine) -> tuple[str, ...]:
    """Two schedulers at once: the rows are shared out, and each is done by one of them."""
    with engine.begin() as connection:
        _burn(connection, DUE)
    _analyze(engine)
    return asyncio.run(_both(url))


async def _both(url: str) -> tuple[str, ...]:
    first, second = (Database.open(url, HandClock(NOW)) for _ in range(2))
    before = await first.read(_written)
    started = time.perf_counter()
    shares = await asyncio.gather(_sweep(first), _sweep(second))
    spent = time.perf_counter() - started
    after = await first.read(_written)
    twice = await first.read(_told_twice)
    for db in (first, second):
        await db.close()
    assert after.breaches - before.breaches == DUE
    assert twice == 0
    parts = " + ".join(str(share) for share in shares)
    return f"two schedulers, PostgreSQL, {DUE:,} due", f"{spent:.2f} s", f"{parts} rows, none twice", "", "each once"


async def _screens(name: str, url: str) -> list[tuple[str, ...]]:
    """What a dispatcher asks for while so much burns: the card of a ticket with a task, the queue, the deadlines."""
    db = Database.open(url, HandClock(NOW))
    desk = Actor(1, (Grant(Role.DISPATCHER),), "", "ru", "bench")
    number = await db.read(_with_a_task)
    asked: dict[str, Callable[[Session, datetime], object]] = {
        "desk card": lambda session, now: cards.ticket(session, desk, number, now=now),
        "queue": lambda session, now: tasks.queue(session, desk, now=now),
        "/sla": lambda session, now: deadlines.running(session, desk, now=now),
    }
    try:
        return [
            (f"{screen}, {name}, {OPEN:,} open", f"{await _median_ms(db, ask):.1f} ms", "", "", "")
            for screen, ask in asked.items()
        ]
    finally:
        await db.close()


async def _median_ms(db: Database, ask: Callable[[Session, datetime], object]) -> float:
    def read(session: Session, *, now: datetime) -> float:
        started = time.perf_counter()
        ask(session, now)
        return time.perf_counter() - started

    return statistics.median([await db.read(read) for _ in range(SCREENS)]) * 1000


def _with_a_task(session: Session, *, now: datetime) -> int:
    return session.scalars(select(Task.ticket_id).where(Task.ticket_id.is_not(None)).limit(1)).one() or 0


def _told_twice(session: Session, *, now: datetime) -> int:
    warned = select(Audit.entity_id).where(Audit.entity == "clock", Audit.event == "warn")
    return len(session.execute(warned.group_by(Audit.entity_id).having(func.count() > 1)).all())


SWEEP = next(job for job in timetable("Europe/Moscow") if job.sweep is warnings.sweep)


def _furnish(session: Session) -> None:
    """A company with a plan, its desk, and firms with an owner who goes himself; one ticket for all to be copied."""
    world = promise(session, now=NOW, arrival_min=int(TARGET.total_seconds() // 60))
    add_dispatcher(session, now=NOW)
    add_person(session, Grant(Role.MANAGER), now=NOW)
    ticket = send(world)
    take(world, ticket)
    for _ in range(FIRMS - 1):
        add_engineer(session, add_contractor(session, skills=[SKILL]), now=NOW)


def fill(connection: Connection, opened: int) -> None:
    """So many open tickets with a running clock each, which has days to go."""
    have = connection.scalar(text("SELECT count(*) FROM ticket")) or 0
    numbers = f"WITH RECURSIVE n(i) AS (SELECT {have + 1} UNION ALL SELECT i + 1 FROM n WHERE i < {opened})"
    ahead = _at(connection, NOW + timedelta(days=9))
    _copy(connection, numbers, "ticket", {"id": "n.i", "number": "'П-' || n.i"})
    clock = {"id": "n.i + 10", "ticket_id": "n.i", "kind": "'arrival'", "state": "'running'", "warned_pct": "0"}
    clock |= {"target_min": str(TARGET // timedelta(minutes=1)), "ended_at": "NULL"}
    _copy(connection, numbers, "clock", clock | {"due_at": ahead, "warn_at": ahead})
    interval = {"id": "n.i + 10", "clock_id": "n.i + 10", "runs": _yes(connection), "to_at": "NULL"}
    _copy(connection, numbers, "clock_interval", interval)


def _copy(connection: Connection, numbers: str, name: str, given: dict[str, str], where: str = "") -> None:
    """Rows like the first of the table, with what is given put in its place."""
    columns = [column.name for column in metadata.tables[name].columns]
    values = ", ".join(given.get(column, f"one.{column}") for column in columns)
    first = f"(SELECT * FROM {name} ORDER BY id LIMIT 1)"
    rows = f"SELECT {values} FROM n CROSS JOIN {first} AS one {where}"
    connection.execute(text(f"INSERT INTO {name} ({', '.join(columns)}) {numbers} {rows}"))


def _burn(connection: Connection, due: int, pct: int = 100) -> None:
    """The next clocks in line have burnt so far a second ago; every other one has a firm that had agreed to come."""
    first = 1 + (connection.scalar(text("SELECT max(ticket_id) FROM clock WHERE warned_pct > 0")) or 1)
    last = first + due - 1
    reached = NOW - timedelta(seconds=1)
    since = reached - TARGET * pct / 100
    began, gone, ends = (_at(connection, moment) for moment in (since, reached, since + TARGET))
    of_these = f"BETWEEN {first + 10} AND {last + 10}"
    connection.execute(
        text(f"UPDATE clock SET started_at = {began}, due_at = {ends}, warn_at = {gone} WHERE id {of_these}")
    )
    connection.execute(text(f"UPDATE clock_interval SET from_at = {began} WHERE clock_id {of_these}"))
    numbers = f"WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})"
    firms = [str(row) for row in connection.scalars(text("SELECT id FROM contractor ORDER BY id"))]
    firm = f"(SELECT min(id) FROM contractor) + n.i % {len(firms)}"
    who = f"(SELECT min(m.person_id) FROM membership m WHERE m.role = 'owner' AND m.contractor_id = {firm})"
    taken = {"id": "n.i + 10", "ticket_id": "n.i", "contractor_id": firm, "engineer_id": who, "offer_id": "NULL"}
    half = "WHERE n.i % 2 = 0"
    _copy(connection, numbers, "assignment", taken | {"started_at": began}, half)
    visit = {"id": "n.i + 10", "ticket_id": "n.i", "assignment_id": "n.i + 10", "engineer_id": who, "ask_at": "NULL"}
    _copy(connection, numbers, "visit", visit | {"starts_at": began, "watch_at": "NULL"}, half)


def _at(connection: Connection, moment: datetime) -> str:
    if connection.dialect.name == "sqlite":
        return f"'{moment.replace(tzinfo=None):{_AS_TEXT}}'"
    return f"TIMESTAMPTZ '{moment.isoformat()}'"


def _yes(connection: Connection) -> str:
    return "1" if connection.dialect.name == "sqlite" else "true"


def _analyze(engine: Engine) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if engine.dialect.name == "sqlite" else "VACUUM ANALYZE"))


@contextmanager
def _sqlite() -> Iterator[tuple[str, Engine]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        url = f"sqlite+aiosqlite:///{path}"
        migrate.upgrade(url)
        engine = create_engine(f"sqlite+pysqlite:///{path}")
        with Session(engine) as session, session.begin():
            _furnish(session)
        yield url, engine
        engine.dispose()


@contextmanager
def _postgres() -> Iterator[tuple[str, Engine]]:
    server = PostgresServer("bench-sweep", "bench")
    url = server.fresh()
    engine = server.engine(url)
    with Session(engine) as session, session.begin():
        _furnish(session)
    # Written as the running product does it, not as the tests do.
    with server.admin.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM RESET {setting}"))
        connection.execute(text("SELECT pg_reload_conf()"))
    yield url, engine
    engine.dispose()
    server.close()

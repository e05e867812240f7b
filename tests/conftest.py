"""Every test that asks for a database runs twice: on SQLite and on PostgreSQL.

`session` is a plain session whose work is rolled back; `db` is a Database of its own with real commits. After both
the invariants of the product are checked. Nothing here imports Telegram.
"""

import gc
import os
from collections.abc import AsyncIterator, Iterator
from datetime import datetime

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from core.services import invariants
from storage.db import Database
from tests.clock import HandClock
from tests.databases import KeptEngines, PostgresServer, SqliteFiles, no_postgres, rolled_back

Source = SqliteFiles | PostgresServer


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not os.environ.get("NARYAD_SOAK"):
        items[:] = [item for item in items if item.get_closest_marker("soak") is None]


def pytest_collection_finish() -> None:
    """What is imported stays to the end: the collector need not walk it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def worker() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteFiles]:
    files = SqliteFiles(tmp_path_factory.mktemp("sqlite"))
    yield files
    files.close()


@pytest.fixture(scope="session")
def postgres_server(worker: str) -> Iterator[PostgresServer]:
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    try:
        server = PostgresServer(run, worker)
    except Exception as error:
        no_postgres(error)
        raise
    yield server
    server.close()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> Source:
    name = "sqlite_files" if request.param == "sqlite" else "postgres_server"
    source: Source = request.getfixturevalue(name)
    return source


@pytest.fixture(scope="session")
def shared_engine(databases: Source) -> Iterator[Engine]:
    url = databases.fresh()
    engine = databases.engine(url)
    yield engine
    engine.dispose()
    databases.drop(url)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def now(clock: HandClock) -> datetime:
    return clock.now()


@pytest.fixture
def database_url(databases: Source) -> Iterator[str]:
    """A migrated database of this test alone, for `Database.open` or another process."""
    url = databases.fresh()
    yield url
    databases.drop(url)


@pytest.fixture
def empty_database_url(databases: Source) -> Iterator[str]:
    """A database without tables."""
    url = databases.empty()
    yield url
    databases.drop(url)


@pytest.fixture
def session(shared_engine: Engine, clock: HandClock, request: pytest.FixtureRequest) -> Iterator[Session]:
    with rolled_back(shared_engine) as session:
        yield session
        if wants_invariants(request):
            check_invariants(session, now=clock.now())


@pytest.fixture(scope="session")
def kept_engines(databases: Source) -> KeptEngines:
    url = databases.fresh()
    databases.drop(url)
    return KeptEngines(url)


@pytest.fixture
async def db(
    database_url: str, kept_engines: KeptEngines, clock: HandClock, request: pytest.FixtureRequest
) -> AsyncIterator[Database]:
    database = Database(database_url, clock, kept_engines.at(database_url), {})
    yield database
    if wants_invariants(request):
        await database.read(check_invariants)
    await database.close()


def wants_invariants(request: pytest.FixtureRequest) -> bool:
    return request.node.get_closest_marker("breaks_invariants") is None


def check_invariants(session: Session, *, now: datetime) -> None:
    found = invariants.violations(session, now=now)
    assert not found, f"invariants are broken after this test: {found}"

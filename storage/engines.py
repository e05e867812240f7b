"""Engines set up so that neither database loses an update or waits for ever.

SQLite: WAL, every writing transaction opens with BEGIN IMMEDIATE (a deferred one that reads first fails at once
with "database is locked"), readers open with a plain BEGIN and cannot write. PostgreSQL: bounded waits, and
readers get one snapshot that cannot write either, so both databases treat a read alike. What a statement was given is
not in its errors: they are logged, and kept with the update that failed.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

BUSY_TIMEOUT_MS = 15_000
#: Pages are read out of the system's own cache without being copied: a search among a million takes a fifth less.
MAPPED_BYTES = 1 << 30
#: Threads that read SQLite; more of them only wait for each other.
SQLITE_READERS = 4
POSTGRES_LIMITS = {
    "statement_timeout": "10s",
    "lock_timeout": "3s",
    "idle_in_transaction_session_timeout": "10s",
    "timezone": "UTC",
}


@dataclass(frozen=True, slots=True)
class Pair:
    """Of one database. What they have compiled stays with them also when their connections are closed."""

    writer: Engine | AsyncEngine
    reader: Engine | AsyncEngine


def pair(url: str | URL, pool_size: int) -> Pair:
    """`pool_size` is for PostgreSQL."""
    if is_sqlite(url):
        return Pair(sqlite_writer(url), sqlite_reader(url))
    engine = postgres(url, pool_size)
    return Pair(engine, postgres_reader(engine))


def is_sqlite(url: str | URL) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


def sqlite_writer(url: str | URL) -> Engine:
    engine = create_engine(
        file_url(url).set(drivername="sqlite+pysqlite"),
        pool_size=1,
        max_overflow=0,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
    )
    _prepare_sqlite(engine, begin="BEGIN IMMEDIATE", query_only=False)
    return engine


def sqlite_migrator(url: str | URL) -> Engine:
    """Rebuilding a table drops it for a moment, which enforced foreign keys forbid; they are checked at the end."""
    engine = sqlite_writer(url)

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA foreign_keys=OFF")

    return engine


def sqlite_reader(url: str | URL, pool_size: int = SQLITE_READERS) -> Engine:
    """The plain driver on threads: a read over the asynchronous one makes some sixteen hops between threads, which
    cost 3.3 ms of CPU where this costs 1.2."""
    engine = create_engine(
        file_url(url).set(drivername="sqlite+pysqlite"),
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
    )
    _prepare_sqlite(engine, begin="BEGIN", query_only=True)
    return engine


def postgres(url: str | URL, pool_size: int) -> AsyncEngine:
    """A unit that read a row somebody else has changed since is refused and run again, as if units queued up:
    at the default level 50 concurrent increments kept 7."""
    engine = create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        isolation_level="REPEATABLE READ",
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=15,
        hide_parameters=True,
        # A network that swallows packets would hold the unit for ever: the server's own limits never arrive.
        connect_args={"server_settings": POSTGRES_LIMITS, "command_timeout": 30, "timeout": 10},
    )
    _hide_details(engine.sync_engine)
    return engine


def postgres_reader(engine: AsyncEngine) -> AsyncEngine:
    return engine.execution_options(postgresql_readonly=True)


def _hide_details(engine: Engine) -> None:
    """The server names in the details of a refusal the row it refused."""

    @event.listens_for(engine, "handle_error")
    def on_error(context: ExceptionContext) -> None:
        refused = context.original_exception
        behind: Any = refused.__cause__
        if getattr(behind, "detail", None):
            behind.detail = None
        for error in (refused, context.sqlalchemy_exception):
            if error is not None and error.args and isinstance(error.args[0], str):
                error.args = (error.args[0].partition("\nDETAIL:")[0], *error.args[1:])


def file_url(url: str | URL) -> URL:
    """An in-memory database would be another one for each connection, so it is refused."""
    parsed = make_url(url)
    if not parsed.database or parsed.database == ":memory:":
        raise ValueError("an embedded database needs a file, for example sqlite+aiosqlite:///naryad.db")
    return parsed


def _prepare_sqlite(engine: Engine, *, begin: str, query_only: bool) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # the driver must send no BEGIN of its own
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={BUSY_TIMEOUT_MS}",  # first: switching to WAL needs the lock
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"query_only={'ON' if query_only else 'OFF'}",
            f"mmap_size={MAPPED_BYTES}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

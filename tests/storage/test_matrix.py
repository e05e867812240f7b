"""The fixtures themselves: what one test leaves another must not find."""

from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.db import Database
from storage.models.people import Person


def enter(session: Session, *, now: datetime) -> int:
    person = Person(name="Анна", created_at=now)
    session.add(person)
    session.flush()
    return person.id


def people(session: Session, *, now: datetime) -> int:
    return session.scalar(select(func.count()).select_from(Person)) or 0


@pytest.mark.parametrize("turn", [1, 2])
async def test_a_database_starts_empty_and_counts_from_one(db: Database, turn: int) -> None:
    assert await db.read(people) == 0
    assert await db.write(enter) == 1
    assert await db.read(people) == 1


@pytest.mark.parametrize("turn", [1, 2])
def test_a_session_forgets_even_what_was_committed(session: Session, now: datetime, turn: int) -> None:
    assert people(session, now=now) == 0
    enter(session, now=now)
    session.commit()
    assert people(session, now=now) == 1

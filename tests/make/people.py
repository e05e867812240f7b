"""People with roles, as if they had come in long ago."""

from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.role import Role
from core.services import memberships, people
from storage.models.people import Person

_accounts = count(1_000)


def add_person(session: Session, *grants: Grant, now: datetime, came_by: str = "invite", **fields: Any) -> Actor:
    """An actor with the roles; the row is `session.get(Person, actor.person_id)`."""
    number = next(_accounts)
    row = Person(**{"telegram_id": number, "name": f"Человек {number}", "created_at": now, **fields})
    session.add(row)
    session.flush()
    memberships.give(session, Actor.system("test"), row, grants, came_by, now=now)
    return people.actor_of(session, row.id, now=now, source=f"update:{number}")


def add_dispatcher(session: Session, *, now: datetime, **fields: Any) -> Actor:
    return add_person(session, Grant(Role.DISPATCHER), now=now, **fields)


def again(session: Session, actor: Actor, *, now: datetime, source: str = "") -> Actor:
    """The same person at the next update, with the rights held now."""
    assert actor.person_id is not None
    return people.actor_of(session, actor.person_id, now=now, source=source or actor.source)

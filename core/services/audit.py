"""Every change leaves a row: who, when, from where to where, by which event. Rows are only ever added."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.role import Role
from storage.models.desk import Audit


def record(
    session: Session,
    actor: Actor,
    entity: str,
    entity_id: int,
    event: str,
    *,
    now: datetime,
    role: Role | None = None,
    from_state: str = "",
    to_state: str = "",
    data: dict[str, Any] | None = None,
) -> Audit:
    """`data` holds ids and facts only, never names, phones or what people wrote."""
    row = made(actor, entity, entity_id, event, now=now, role=role, from_state=from_state, to_state=to_state, data=data)
    session.add(row)
    session.flush()
    return row


def made(
    actor: Actor,
    entity: str,
    entity_id: int,
    event: str,
    *,
    now: datetime,
    role: Role | None = None,
    from_state: str = "",
    to_state: str = "",
    data: dict[str, Any] | None = None,
) -> Audit:
    """The row alone, for sweeps that add many in one stroke."""
    return Audit(
        at=now,
        actor_id=actor.person_id,
        actor_role=role or _main_role(actor),
        source=actor.source,
        entity=entity,
        entity_id=entity_id,
        event=event,
        from_state=from_state,
        to_state=to_state,
        data=data or {},
    )


def _main_role(actor: Actor) -> Role:
    return next((grant.role for grant in actor.grants), Role.REQUESTER)

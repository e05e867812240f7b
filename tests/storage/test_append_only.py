"""The audit cannot be rewritten, whatever the code above the database does."""

from datetime import datetime

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.domain.role import Role
from storage.models.desk import Audit


@pytest.mark.parametrize("change", [update(Audit).values(event="other"), delete(Audit)], ids=["update", "delete"])
def test_an_audit_row_stays_as_it_was_written(session: Session, now: datetime, change: object) -> None:
    row = {"actor_role": Role.SYSTEM, "source": "test", "entity": "ticket", "entity_id": 1, "event": "registered"}
    session.add(Audit(at=now, **row))
    session.flush()

    with pytest.raises(DBAPIError, match="append only"), session.begin_nested():
        session.execute(change)

    assert session.scalars(select(Audit.event)).all() == ["registered"]

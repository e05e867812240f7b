"""Compare-and-set: a row moves only from the state it was read in. Races are decided here and nowhere else."""

from typing import Any

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session


def moved(session: Session, row: Any, *still: ColumnElement[bool], **values: Any) -> bool:
    """Writes `values` where the row is `still` as it was read; False when somebody was faster."""
    session.flush()
    table = type(row)
    done = session.execute(
        update(table)
        .where(table.id == row.id, *still)
        .values(**values)
        .returning(table.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    session.refresh(row)
    return done is not None

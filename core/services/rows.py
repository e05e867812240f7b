"""Compare-and-set: a row moves only from the state it was read in. Races are decided here and nowhere else.
And columns of many rows, where a search is judged by its milliseconds."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Executable, update
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


def meet(session: Session, table: Any, ids: Iterable[int]) -> None:
    """Whoever gives a job and whoever blocks a crew both write the rows of the crew, so that of two at once the second
    sees what the first did: what one reads and the other adds is no conflict to PostgreSQL."""
    session.flush()
    same = update(table).where(table.id.in_(list(ids))).values(name=table.name)
    session.execute(same.execution_options(synchronize_session=False))


def columns(session: Session, statement: Executable, given: dict[str, Any]) -> Sequence[Any]:
    """Past the session's own loading, which knows whole objects and costs a search one tenth more."""
    session.flush()
    return session.connection().execute(statement, given).all()

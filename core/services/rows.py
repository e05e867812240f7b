"""Compare-and-set: a row moves only from the state it was read in. Races are decided here and nowhere else.
And what of many rows is due, and columns of many rows, where a search is judged by its milliseconds."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Executable, update
from sqlalchemy.orm import Session

T = TypeVar("T")
U = TypeVar("U")


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


def due(found: Iterable[T], look: Callable[[T], U | None], skip: int) -> Iterator[tuple[T, U]]:
    """What `look` has something to say of. The first `skip` that are so, or cannot even be looked at, have just failed
    and are passed over: nobody waits behind them."""
    for one in found:
        try:
            seen = look(one)
        except Exception:
            if not skip:
                raise
            skip -= 1
            continue
        if seen is not None and skip:
            skip -= 1
        elif seen is not None:
            yield one, seen


def columns(session: Session, statement: Executable, given: dict[str, Any]) -> Sequence[Any]:
    """Past the session's own loading, which knows whole objects and costs a search one tenth more."""
    session.flush()
    return session.connection().execute(statement, given).all()

"""Numbers without gaps, from a counter row in the same transaction. Take them last: the row is a lock."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from storage.models.desk import Counter
from storage.models.ticket import Ticket

TICKET = "ticket"
#: The turn of those who begin blocks.
BLOCK = "block"
#: The turn of those who doubt the time of the machine.
DOUBT = "doubt"


def next_ticket_number(session: Session) -> str:
    """`З-009001` after the highest number the directories brought."""
    value = _next(session, TICKET)
    if value is None:
        highest = session.scalar(select(func.max(Ticket.number)).where(Ticket.number.like("З-%")))
        value = int(highest.removeprefix("З-")) + 1 if highest else 1
        session.add(Counter(name=TICKET, value=value))
        session.flush()
    return f"З-{value:06d}"


def turn(session: Session, name: str) -> None:
    """Of two transactions that take this turn at once one is run again, and sees what the other has done."""
    if _next(session, name) is None:
        session.add(Counter(name=name, value=1))
        session.flush()


def outside(session: Session, name: str) -> None:
    """Nobody has taken this turn since this transaction began to look, else it is run again. Many stand outside at
    once without hindering one another; who takes the turn waits until they are done."""
    session.flush()
    row = select(Counter.value).where(Counter.name == name).with_for_update(read=True)
    if session.scalar(row) is None:
        session.add(Counter(name=name, value=0))
        session.flush()


def _next(session: Session, name: str) -> int | None:
    return session.scalar(
        update(Counter)
        .where(Counter.name == name)
        .values(value=Counter.value + 1)
        .returning(Counter.value)
        .execution_options(synchronize_session=False)
    )

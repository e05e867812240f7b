"""Messages that ask the desk for a yes or a no, an appeal or a request of a block: when somebody has decided, all of
them say what and by whom.

What was sent is known to the outbox; what was drawn over a message of the queue is noted on the task.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.notice import Delivery, Notice, OutboxStatus
from core.domain.task import TaskKind
from core.services import notices
from storage.models.desk import Task
from storage.models.post import Outbox

SHOWN = "shown"
#: Its number is there already or will be: within a chat the redraw comes later.
_ON_ITS_WAY = (OutboxStatus.SENT, OutboxStatus.SENDING)


def note(session: Session, actor: Actor, kind: TaskKind, cause: str, message_id: int, *, now: datetime) -> None:
    """This message of the actor's own chat shows it from now on. A repeated tap is harmless."""
    waits = select(Task).where(Task.cause == f"{kind}:{cause}", Task.ended_at.is_(None))
    task = session.scalar(waits.with_for_update()) if actor.is_desk else None
    here = [actor.person_id, message_id]
    if task is not None and here not in task.data.get(SHOWN, []):
        task.data = {**task.data, SHOWN: [*task.data.get(SHOWN, []), here]}
        session.flush()


def redraw(
    session: Session,
    kind: TaskKind,
    cause: str,
    notice: Notice,
    about: dict[str, Any],
    letters: Iterable[str],
    *,
    now: datetime,
) -> None:
    """After the decision. `about` is what the screen is drawn from, `letters` the keys of what was sent of it."""
    told: list[tuple[int, dict[str, int]]] = [
        (row.person_id, {"letter": row.id})
        for row in session.scalars(
            select(Outbox).where(Outbox.dedupe_key.in_(list(letters)), Outbox.status.in_(_ON_ITS_WAY))
        )
    ]
    task = session.scalar(select(Task).where(Task.cause == f"{kind}:{cause}"))
    if task is not None:
        told += [(person_id, {"message_id": message_id}) for person_id, message_id in task.data.get(SHOWN, [])]
    for person_id, where in told:
        ((what, number),) = where.items()
        key = f"{cause} over {what} {number}"
        data = {**about, **where}
        notices.answer(session, person_id, notice, cause=key, now=now, delivery=Delivery.EDIT, data=data)

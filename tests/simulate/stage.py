"""The database, the clock that jumps from one event to the next, and everybody's hands on the real use cases."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from heapq import heappop, heappush
from itertools import count
from typing import Any

from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.errors import DomainError
from core.domain.notice import OutboxStatus
from core.services import people
from storage.models.post import Outbox

Event = Callable[[], None]

#: Whatever was written has arrived: Telegram of this month is never away.
_DELIVER = (
    update(Outbox).where(Outbox.status == OutboxStatus.NEW).values(status=OutboxStatus.SENT, message_id=Outbox.id)
)


class Stage:
    """One month. `do` is one transaction of one use case, as a handler or a sweep makes it."""

    def __init__(self, engine: Engine, now: datetime, *, first_number: int = 1) -> None:
        self.engine = engine
        self.now = now
        self.trace = hashlib.sha256()
        self._events: list[tuple[datetime, int, Event]] = []
        self._numbers = count()
        self._taps = count(1)
        self._messages = count(first_number)
        self._actors: dict[int, Actor] = {}

    def do(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            return fn(session, *args, now=self.now, **kwargs)

    def tap(self, person_id: int, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
        """A tap of this person; False where the product answers that it is too late or not allowed."""
        try:
            self.do(fn, self.actor(person_id), *args, **kwargs)
        except DomainError as error:
            self.note("refused", person_id, type(error).__name__)
            return False
        return True

    def actor(self, person_id: int) -> Actor:
        if person_id not in self._actors:
            with self.reading() as session:
                self._actors[person_id] = people.actor_of(session, person_id, now=self.now)
        return replace(self._actors[person_id], source=f"update:{next(self._taps)}")

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    def deliver(self) -> None:
        with self.engine.begin() as connection:
            connection.execute(_DELIVER.where(Outbox.not_before <= self.now).values(sent_at=self.now))

    def at(self, moment: datetime, event: Event) -> None:
        """Later, but never before now; of one moment in the order in which it was planned."""
        heappush(self._events, (max(moment, self.now), next(self._numbers), event))

    def next_at(self) -> datetime | None:
        return self._events[0][0] if self._events else None

    def pop(self) -> Event:
        moment, _, event = heappop(self._events)
        self.now = max(self.now, moment)
        return event

    def next_number(self) -> int:
        """Of a message in some chat."""
        return next(self._messages)

    def note(self, *what: object) -> None:
        """One line of the trace: two runs that did the same have the same fingerprint."""
        self.trace.update(f"{self.now.isoformat()} {' '.join(str(one) for one in what)}\n".encode())

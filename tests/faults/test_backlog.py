"""Ten thousand letters wait in one chat: they leave in order, one by one; nobody else waits for them; no turn grows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import pytest
from sqlalchemy import Engine, event, func, insert, select, update
from sqlalchemy.orm import Session

from core.domain.calendar import CalendarKind
from core.domain.clock import ClockKind, ClockState
from core.domain.notice import Delivery, Notice, OutboxStatus, Priority
from core.services import outbox, warning_letters
from core.services.outbox import Ending, Letter
from storage.db import Database
from storage.models.clock import Clock
from storage.models.post import Outbox
from tests.make.promises import promise
from tests.make.tickets import send
from tests.services.test_outbox import letter, person

WAITING = 10_000
CROWDED, OTHERS = 7, (8, 9)
AT_ONCE = 10
#: The heads, who they are for, what has come of them: whatever waits behind.
MOST_STATEMENTS = 16


@dataclass
class Counted:
    statements: int = 0
    rows: int = 0


@contextmanager
def counting() -> Iterator[Counted]:
    """What is asked of the database, and how many letters become objects here."""
    counted = Counted()

    def asked(*_: object) -> None:
        counted.statements += 1

    def loaded(*_: object) -> None:
        counted.rows += 1

    event.listen(Engine, "before_cursor_execute", asked)
    event.listen(Outbox, "load", loaded)
    try:
        yield counted
    finally:
        event.remove(Engine, "before_cursor_execute", asked)
        event.remove(Outbox, "load", loaded)


def pile(session: Session, notice: Notice = Notice.MENU, *, now: datetime) -> None:
    """The crowd of one chat first, then two letters for each of the others."""
    to = person(session, now, CROWDED)
    alike = {
        "delivery": Delivery.NEW,
        "notice": notice,
        "person_id": to.id,
        "chat_id": CROWDED,
        "data": {"pct": 100},
        "priority": Priority.STATUS,
        "created_at": now,
        "not_before": now,
    }
    session.execute(insert(Outbox), [{"dedupe_key": f"pile:{number}", **alike} for number in range(WAITING)])
    for chat in OTHERS:
        other = person(session, now, chat)
        for _ in range(2):
            letter(session, other, now)


def pass_over(session: Session, up_to: int, *, now: datetime) -> None:
    """As if they had been sent meanwhile."""
    done = {"status": OutboxStatus.SENT, "sent_at": now}
    session.execute(update(Outbox).where(Outbox.status == OutboxStatus.NEW, Outbox.id < up_to).values(done))


def left(session: Session, *, now: datetime) -> int:
    return session.scalar(select(func.count()).where(Outbox.status == OutboxStatus.NEW)) or 0


def newest(session: Session, *, now: datetime) -> int:
    return session.scalar(select(func.max(Outbox.id)).where(Outbox.chat_id == CROWDED)) or 0


async def turns(db: Database, count: int, sent: list[Letter]) -> None:
    """The pump's, each counted: it ends the letters of the last one and takes the next."""
    endings: list[Ending] = []
    for _ in range(count):
        with counting() as counted:
            batch = await db.write(outbox.turn, endings, AT_ONCE)
        assert 0 < counted.statements <= MOST_STATEMENTS
        assert counted.rows <= AT_ONCE
        endings = [partial(outbox.sent, letter=one, message_id=one.id) for one in batch.letters]
        sent += batch.letters
    await db.write(outbox.turn, endings, 0)


async def test_ten_thousand_letters_of_a_chat_leave_in_order_and_keep_nobody_waiting(db: Database) -> None:
    await db.write(pile)
    sent: list[Letter] = []
    await turns(db, 10, sent)
    assert [one.chat_id for one in sent[:6]] == [CROWDED, *OTHERS] * 2
    assert {one.chat_id for one in sent[6:]} == {CROWDED}
    assert await db.read(left) == WAITING - 10

    last = await db.read(newest)
    await db.write(pass_over, last - 4)
    await turns(db, 7, sent)
    crowded = [one.id for one in sent if one.chat_id == CROWDED]
    assert crowded == [*range(crowded[0], crowded[0] + 10), *range(last - 4, last + 1)]
    assert await db.read(left) == 0


def warn(session: Session, *, now: datetime) -> None:
    """The same crowd, but of warnings: each of a clock of its own that has burnt out."""
    pile(session, Notice.SLA, now=now)
    ticket = send(promise(session, now=now))
    stale = Outbox.notice != Notice.SLA, Outbox.chat_id.not_in(OTHERS)
    session.execute(update(Outbox).where(*stale).values(status=OutboxStatus.CANCELLED, last_error="not of the crowd"))
    clock = {"ticket_id": ticket.id, "kind": ClockKind.ARRIVAL, "state": ClockState.RUNNING, "target_min": 1}
    clock |= {"calendar": CalendarKind.ROUND_THE_CLOCK, "started_at": now, "due_at": now, "warned_pct": 100}
    crowd = session.scalars(select(Outbox.id).where(Outbox.notice == Notice.SLA).order_by(Outbox.id)).all()
    session.execute(insert(Clock), [clock | {"id": 1000 + one, "number": 1000 + one} for one in crowd])
    letters = [{"id": one, "ticket_id": ticket.id, "data": {"id": 1000 + one, "pct": 100}} for one in crowd]
    session.execute(update(Outbox), letters)


@pytest.mark.breaks_invariants
async def test_ten_thousand_warnings_of_a_chat_are_one_message(db: Database) -> None:
    await db.write(warn)
    sent: list[Letter] = []
    await turns(db, 3, sent)
    crowded = [one for one in sent if one.chat_id == CROWDED]
    assert [(one.notice, one.data["count"]) for one in crowded] == [(Notice.SLA_MANY, WAITING)]
    assert len(crowded[0].data["clocks"]) == warning_letters.MOST_NAMED
    assert await db.read(left) == 0

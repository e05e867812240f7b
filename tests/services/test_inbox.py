"""Updates: stored once, one at a time per lane, in order, retried, parked, and never finished by a stranger."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.notice import InboxStatus, Notice
from core.domain.task import TaskKind
from core.services import guard, inbox
from core.services.inbox import Fate, LeaseLost
from storage.db import Database
from storage.models.desk import Task
from storage.models.people import Person
from storage.models.post import Inbox, Outbox
from tests.clock import HandClock

BOT = 5_000_000_001


def message(update_id: int, chat: int = 7, text: str = "привет") -> dict[str, Any]:
    who = {"id": chat, "is_bot": False, "first_name": "Иван"}
    where = {"id": chat, "type": "private"}
    return {
        "update_id": update_id,
        "message": {"message_id": update_id, "date": 1, "chat": where, "from": who, "text": text},
    }


def rows(session: Session) -> list[Inbox]:
    return list(session.scalars(select(Inbox).order_by(Inbox.seq)))


def test_a_repeated_update_is_stored_once(session: Session, now: datetime) -> None:
    first = inbox.store(session, BOT, [message(1), message(2)], now=now)
    again = inbox.store(session, BOT, [message(2), message(3), message(1)], now=now)

    assert (first.added, again.added) == (2, 1)
    assert [row.update_id for row in rows(session)] == [1, 2, 3]


def test_ids_that_jump_back_are_new_updates_in_order_of_arrival(session: Session, now: datetime) -> None:
    inbox.store(session, BOT, [message(900)], now=now)
    inbox.store(session, BOT, [message(17)], now=now)

    assert [row.update_id for row in rows(session)] == [900, 17]
    assert inbox.resume_offset(session, BOT, now=now) == 18


def test_after_a_quiet_week_the_old_offset_is_not_used(session: Session, now: datetime) -> None:
    inbox.store(session, BOT, [message(900)], now=now)

    assert inbox.resume_offset(session, BOT, now=now + timedelta(days=5)) == 901
    assert inbox.resume_offset(session, BOT, now=now + timedelta(days=7)) is None
    assert inbox.resume_offset(session, BOT + 1, now=now) is None


def test_one_lane_gives_one_update_at_a_time_and_others_go_on(session: Session, now: datetime) -> None:
    inbox.store(session, BOT, [message(1, chat=7), message(2, chat=7), message(3, chat=8)], now=now)

    first = inbox.claim(session, BOT, 10, now=now)
    second = inbox.claim(session, BOT, 10, now=now)
    inbox.done(session, first[0], now=now)
    third = inbox.claim(session, BOT, 10, now=now)

    assert [claim.update_id for claim in first] == [1, 3]
    assert second == []
    assert [claim.update_id for claim in third] == [2]


def test_a_failing_update_holds_its_lane_for_the_retries_and_then_lets_it_go(
    session: Session, clock: HandClock
) -> None:
    session.add(Person(telegram_id=7, name="Иван", created_at=clock.now()))
    inbox.store(session, BOT, [message(1), message(2)], now=clock.now())
    fates = []
    for wait in (0, 1, 2, 4):
        clock.move(seconds=wait - 0.5)
        early = inbox.claim(session, BOT, 10, now=clock.now()) if wait else []
        clock.move(seconds=0.5)
        (claim,) = inbox.claim(session, BOT, 10, now=clock.now())
        fates.append((early, claim.update_id, inbox.failed(session, claim, "KeyError: 'x'", now=clock.now())))

    assert fates == [([], 1, Fate.AGAIN), ([], 1, Fate.AGAIN), ([], 1, Fate.AGAIN), ([], 1, Fate.PARKED)]
    assert [claim.update_id for claim in inbox.claim(session, BOT, 10, now=clock.now())] == [2]
    assert rows(session)[0].status is InboxStatus.DEAD
    assert "KeyError" in rows(session)[0].error


def test_a_parked_update_is_a_task_of_the_desk_and_an_apology_to_its_sender(session: Session, now: datetime) -> None:
    session.add(Person(telegram_id=7, name="Иван", created_at=now))
    inbox.store(session, BOT, [message(1_234_567)], now=now)
    (claim,) = inbox.claim(session, BOT, 1, now=now)

    assert inbox.failed(session, claim, "ValidationError", now=now, hopeless=True) is Fate.PARKED

    task = session.scalars(select(Task)).one()
    letter = session.scalars(select(Outbox)).one()
    assert (task.kind, task.data) == (TaskKind.PARKED, {"incident": "234567"})
    assert (letter.notice, letter.chat_id, letter.data) == (Notice.PARKED, 7, {"incident": "234567"})


def test_an_update_of_a_stranger_is_parked_without_an_apology(session: Session, now: datetime) -> None:
    inbox.store(session, BOT, [{"update_id": 1, "poll": {"id": "x"}}], now=now)
    (claim,) = inbox.claim(session, BOT, 1, now=now)

    assert inbox.failed(session, claim, "odd", now=now, hopeless=True) is Fate.PARKED
    assert session.scalars(select(Outbox)).all() == []
    assert session.scalars(select(Task)).one().kind is TaskKind.PARKED


def test_a_worker_whose_lease_ran_out_can_finish_nothing(session: Session, clock: HandClock) -> None:
    inbox.store(session, BOT, [message(1)], now=clock.now())
    (slow,) = inbox.claim(session, BOT, 1, now=clock.now())
    clock.move(seconds=61)
    (quick,) = inbox.claim(session, BOT, 1, now=clock.now())

    with pytest.raises(LeaseLost):
        inbox.done(session, slow, now=clock.now())
    assert inbox.failed(session, slow, "late", now=clock.now()) is Fate.LOST
    inbox.done(session, quick, now=clock.now())

    assert rows(session)[0].status is InboxStatus.DONE


def test_released_updates_are_taken_again_at_once(session: Session, now: datetime) -> None:
    inbox.store(session, BOT, [message(1)], now=now)
    claims = inbox.claim(session, BOT, 1, now=now)
    inbox.release(session, claims, now=now)

    assert [claim.update_id for claim in inbox.claim(session, BOT, 1, now=now)] == [1]


def test_a_used_invite_token_stays_nowhere(session: Session, now: datetime) -> None:
    inbox.store(session, BOT, [message(1, text="/start i-SecretToken_1234567890")], now=now)
    (claim,) = inbox.claim(session, BOT, 1, now=now)
    assert "SecretToken" in claim.body

    inbox.done(session, claim, now=now)

    assert "SecretToken" not in rows(session)[0].body
    assert json.loads(rows(session)[0].body)["message"]["text"] == "/start i-***"


def test_a_flood_of_one_person_is_put_aside_and_nobody_else_suffers(session: Session, now: datetime) -> None:
    flood = [message(number, chat=666) for number in range(1, 101)]
    stored = inbox.store(session, BOT, [*flood, message(101, chat=8)], now=now)

    waiting = [row.lane for row in rows(session) if row.status is InboxStatus.NEW]
    assert stored.flooded == {666}
    assert (waiting.count(666), waiting.count(8)) == (inbox.FLOOD, 1)
    assert {row.error for row in rows(session) if row.status is InboxStatus.DONE} == {"flood"}


@pytest.mark.parametrize(
    ("raw", "lane"),
    [
        (message(1, chat=-100), -100),
        ({"update_id": 1, "callback_query": {"id": "5", "from": {"id": 9}, "message": {"chat": {"id": 44}}}}, 44),
        ({"update_id": 1, "callback_query": {"id": "5", "from": {"id": 9}}}, 9),
        ({"update_id": 1, "my_chat_member": {"chat": {"id": 3}, "from": {"id": 3}}}, 3),
        ({"update_id": 1, "message": "nonsense"}, 0),
        ({"update_id": 1}, 0),
    ],
)
def test_the_lane_is_the_chat_or_else_the_sender(raw: dict[str, Any], lane: int) -> None:
    assert inbox.lane_of(raw) == lane


def test_only_taps_that_wait_are_answered_early(session: Session, clock: HandClock) -> None:
    tap = {"update_id": 2, "callback_query": {"id": "77", "from": {"id": 7}, "message": {"chat": {"id": 7}}}}
    inbox.store(session, BOT, [message(1), tap], now=clock.now())
    second = timedelta(seconds=1)

    assert inbox.waiting_taps(session, BOT, older_than=second, now=clock.now()) == []
    assert inbox.waiting_taps(session, BOT, older_than=second, now=clock.move(seconds=2)) == ["77"]


def test_what_was_done_long_ago_is_forgotten_and_parked_rows_are_not(session: Session, clock: HandClock) -> None:
    inbox.store(session, BOT, [message(1, chat=1), message(2, chat=2), message(3, chat=3)], now=clock.now())
    done, dead, _ = inbox.claim(session, BOT, 3, now=clock.now())
    inbox.done(session, done, now=clock.now())
    inbox.failed(session, dead, "odd", now=clock.now(), hopeless=True)

    taken = inbox.forget(session, 50, now=clock.move(days=31))
    left = [row.update_id for row in rows(session)]
    for row in rows(session):
        session.delete(row)

    assert taken == 1
    assert left == [2, 3]


def test_nothing_is_forgotten_by_a_time_that_is_in_doubt(session: Session, clock: HandClock) -> None:
    inbox.store(session, BOT, [message(1)], now=clock.now())
    (claim,) = inbox.claim(session, BOT, 1, now=clock.now())
    inbox.done(session, claim, now=clock.now())
    guard.doubt(session, timedelta(days=365), now=clock.move(days=365))

    assert inbox.forget(session, 50, now=clock.now()) == 0
    assert [row.update_id for row in rows(session)] == [1]


async def test_two_processes_never_take_one_update(db: Database, database_url: str, clock: HandClock) -> None:
    import asyncio

    await db.write(inbox.store, BOT, [message(number, chat=number) for number in range(1, 41)])
    other = Database.open(database_url, clock)

    async def take(database: Database) -> list[int]:
        mine: list[int] = []
        while claims := await database.write(inbox.claim, BOT, 3):
            for claim in claims:
                await database.write(inbox.done, claim)
                mine.append(claim.update_id)
        return mine

    first, second = await asyncio.gather(take(db), take(other))
    await other.close()
    assert sorted(first + second) == list(range(1, 41))

"""Messages on their way out, over real HTTP with a server that misbehaves: nothing lost, order kept, ends known."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.delivery import Stop
from bot.texts import load
from core.domain.actor import Actor
from core.domain.notice import Delivery, Notice, OutboxStatus, Priority
from core.domain.role import Role
from core.domain.task import TaskKind
from core.services import audit
from storage.models.desk import Task
from storage.models.people import Membership, Person
from storage.models.post import Outbox
from tests.bot.conftest import Edge
from tests.sandbox.conftest import DARYA, PYOTR

_keys = count(1)


def letter(session: Session, chat: int, *, now: datetime, incident: str = "1", **fields: Any) -> int:
    """An apology with a number in it: the shortest message whose text differs."""
    person = session.query(Person).filter_by(telegram_id=chat).one_or_none()
    if person is None:
        person = Person(telegram_id=chat, name="Иван", created_at=now)
        session.add(person)
        session.flush()
        membership = Membership(person_id=person.id, role=Role.DISPATCHER, came_by="invite", started_at=now)
        session.add(membership)
        session.flush()
        audit.record(session, Actor.system("test"), "membership", membership.id, "start", now=now)
    given: dict[str, Any] = {"delivery": Delivery.NEW, "notice": Notice.PARKED, "data": {"incident": incident}}
    row = Outbox(
        dedupe_key=f"test:{next(_keys)}",
        person_id=person.id,
        chat_id=chat,
        **{"priority": Priority.STATUS, "created_at": now, "not_before": now, **given, **fields},
    )
    session.add(row)
    session.flush()
    return row.id


async def write(edge: Edge, *incidents: str, chat: int = DARYA, **fields: Any) -> None:
    await edge.box.meet(chat, f"Человек {chat}")
    for incident in incidents:
        await edge.db.write(letter, chat, incident=incident, **fields)


async def ended(edge: Edge) -> list[tuple[OutboxStatus, str]]:
    """Waits until no row is on its way."""

    async def check() -> bool:
        return all(row.status not in (OutboxStatus.NEW, OutboxStatus.SENDING) for row in await edge.outbox())

    await edge.until(check)
    return [(row.status, row.last_error) for row in await edge.outbox()]


async def failed_once(edge: Edge) -> None:
    async def check() -> bool:
        rows = await edge.outbox()
        return any(row.last_error and row.status is OutboxStatus.NEW for row in rows)

    await edge.until(check)


async def incidents(edge: Edge, chat: int = DARYA) -> list[str]:
    """Which letters the phone shows, in order."""
    found = []
    for text in await edge.texts(chat):
        found.extend(word.strip("*.:") for word in text.split() if word.strip("*.:").startswith("n"))
    return found


async def test_letters_of_a_chat_arrive_in_order(edge: Edge) -> None:
    await write(edge, "n1", "n2", "n3")
    edge.start("pump")

    assert {state for state, _ in await ended(edge)} == {OutboxStatus.SENT}
    assert await incidents(edge) == ["n1", "n2", "n3"]


@pytest.mark.parametrize(
    "fault",
    [
        {"code": 429, "retry_after": 1},
        {"code": 500},
        {"code": 502},
        {"unreachable": True},
    ],
    ids=["wait", "server error", "page of a gateway", "no connection"],
)
async def test_a_refused_letter_goes_out_later_once_and_in_its_place(edge: Edge, fault: dict[str, Any]) -> None:
    await write(edge, "n1", "n2")
    await edge.box.sim("fault", method="sendMessage", **fault)
    edge.start("pump")
    await failed_once(edge)
    await edge.later(seconds=5)

    assert {state for state, _ in await ended(edge)} == {OutboxStatus.SENT}
    assert await incidents(edge) == ["n1", "n2"]


@pytest.mark.parametrize("fault", [{"drop": True}, {"broken_json": True}], ids=["dropped", "broken json"])
async def test_a_letter_whose_answer_was_lost_is_at_most_doubled(edge: Edge, fault: dict[str, Any]) -> None:
    await write(edge, "n1", "n2")
    await edge.box.sim("fault", method="sendMessage", **fault)
    edge.start("pump")
    await failed_once(edge)
    await edge.later(seconds=5)

    await ended(edge)
    assert await incidents(edge) == ["n1", "n1", "n2"]
    assert [row.attempts for row in await edge.outbox()] == [1, 0]


async def test_one_slow_chat_holds_up_nobody_else(edge: Edge) -> None:
    await write(edge, "n1", chat=PYOTR)
    await write(edge, "n2", chat=DARYA)
    await edge.box.sim("fault", method="sendMessage", code=429, retry_after=3600, chat=PYOTR)
    edge.start("pump")

    async def arrived() -> bool:
        return await incidents(edge) == ["n2"]

    await edge.until(arrived)
    assert await incidents(edge, PYOTR) == []


async def test_who_blocked_the_bot_is_marked_his_letters_end_and_the_desk_is_told_once(edge: Edge) -> None:
    await write(edge, "n1", "n2", "n3")
    await edge.box.sim("block", chat=DARYA, on=True)
    edge.start("pump")

    states = await ended(edge)
    assert [state for state, _ in states] == [OutboxStatus.FAILED, OutboxStatus.CANCELLED, OutboxStatus.CANCELLED]
    assert all(reason for _, reason in states)
    (person,) = await edge.rows(Person)
    assert person.unreachable_at is not None
    assert [task.kind for task in await edge.rows(Task)] == [TaskKind.UNDELIVERED]


async def test_a_chat_that_does_not_exist_is_given_up_without_a_loop(edge: Edge) -> None:
    await edge.db.write(letter, 404_404, incident="n1")
    edge.start("pump")

    assert [state for state, _ in await ended(edge)] == [OutboxStatus.FAILED]
    assert len(await edge.box.requests("sendMessage")) == 1


async def test_broken_markup_goes_out_as_plain_words(edge: Edge) -> None:
    await write(edge, "n1")
    refusal = "Bad Request: can't parse entities: Unsupported start tag at byte offset 3"
    await edge.box.sim("fault", method="sendMessage", code=400, description=refusal)
    edge.start("pump")

    assert [state for state, _ in await ended(edge)] == [OutboxStatus.SENT]
    (message,) = await edge.shown(DARYA)
    assert "n1" in message["text"]
    assert "<b>" not in message["html"]


async def test_a_letter_telegram_will_never_take_fails_and_the_next_goes_on(edge: Edge) -> None:
    await write(edge, "n1", "n2")
    await edge.box.sim("fault", method="sendMessage", code=400, description="Bad Request: something new")
    edge.start("pump")

    assert [state for state, _ in await ended(edge)] == [OutboxStatus.FAILED, OutboxStatus.SENT]
    assert await incidents(edge) == ["n2"]
    assert [task.kind for task in await edge.rows(Task)] == [TaskKind.UNDELIVERED]


async def test_a_token_that_is_no_longer_valid_stops_the_pump(edge: Edge) -> None:
    await write(edge, "n1")
    await edge.box.sim("fault", method="sendMessage", code=401, description="Unauthorized")
    edge.start("pump")

    with pytest.raises(Stop):
        await edge.tasks[0]
    edge.tasks.clear()
    assert [row.status for row in await edge.outbox()] == [OutboxStatus.NEW]


async def test_what_was_in_flight_at_a_kill_goes_out_after_the_lease(edge: Edge) -> None:
    await write(edge, "n1")
    await edge.box.sim("fault", method="sendMessage", hold=True, stage="before", times=None)
    edge.start("pump")

    async def in_flight() -> bool:
        return (await edge.outbox())[0].status is OutboxStatus.SENDING

    await edge.until(in_flight)
    for task in edge.tasks:
        task.cancel()
    edge.tasks.clear()
    await edge.box.sim("fault", method="sendMessage", release=True)
    edge.fresh()
    edge.start("pump")
    await edge.later(seconds=130)

    await ended(edge)
    assert set(await incidents(edge)) == {"n1"}


async def test_quiet_letters_wait_and_answers_pass_them(edge: Edge) -> None:
    morning = edge.clock.now() + timedelta(hours=8)
    await write(edge, "n1", not_before=morning)
    await write(edge, "n2", priority=Priority.ANSWER)
    edge.start("pump")

    async def arrived() -> bool:
        return await incidents(edge) == ["n2"]

    await edge.until(arrived)
    await edge.later(hours=9)
    await ended(edge)
    assert await incidents(edge) == ["n2", "n1"]


def test_the_words_of_an_apology_name_the_number() -> None:
    assert "000017" in load("ru")("error-unexpected", incident="000017")

"""Updates on their way in, over real HTTP: nothing lost, nothing twice, order kept, poison parked."""

import asyncio
import json
from datetime import datetime
from typing import Any

import pytest

from bot import receiver
from bot.receiver import Fatal
from core.domain.notice import InboxStatus
from core.domain.task import TaskKind
from core.services import downtime, inbox
from core.services.inbox import Claim
from storage.models.desk import JobRun, Task
from storage.models.people import Person
from tests.bot.conftest import Edge
from tests.sandbox.conftest import DARYA, PYOTR, TOKEN


async def say(edge: Edge, text: str, user: int = DARYA) -> dict[str, Any]:
    await edge.box.sim("user", id=user, name=f"Человек {user}")
    update: dict[str, Any] = await edge.box.sim("text", token=TOKEN, user=user, text=text)
    return update


def recorder(edge: Edge, *, seconds: float = 0.0) -> list[str]:
    """Instead of the handlers: writes down what came, in order, and marks it done."""
    seen: list[str] = []

    async def feed(claim: Claim, raw: dict[str, Any]) -> None:
        await asyncio.sleep(seconds)
        if "провал" in claim.body:
            raise RuntimeError("the handler fails")
        await edge.db.write(inbox.done, claim)
        seen.append(f"{claim.lane}:{raw['message']['text']}")

    edge.feed = feed
    return seen


async def all_done(edge: Edge, count: int) -> None:
    async def check() -> bool:
        rows = await edge.inbox()
        return len(rows) == count and all(row.status is not InboxStatus.NEW for row in rows)

    await edge.until(check)


async def test_a_word_to_the_bot_is_answered_with_help_in_the_language_of_the_phone(edge: Edge) -> None:
    edge.start()
    await say(edge, "/help")

    await edge.until(lambda: edge.texts(DARYA))
    assert "Что можно сделать" in (await edge.texts(DARYA))[0]
    assert [person.telegram_id for person in await edge.rows(Person)] == [DARYA]


async def test_one_unreadable_update_blocks_nobody(edge: Edge) -> None:
    await edge.box.sim("user", id=DARYA, name="Дарья")
    await edge.box.sim("raw", token=TOKEN, update={"message": {"message_id": "no number", "chat": {"id": DARYA}}})
    await edge.box.sim("raw", token=TOKEN, update={"brand_new_thing": {"id": 1}})
    edge.start()
    await say(edge, "/help")

    await edge.until(lambda: edge.texts(DARYA))
    await all_done(edge, 3)
    states = [row.status for row in await edge.inbox()]
    assert states == [InboxStatus.DEAD, InboxStatus.DONE, InboxStatus.DONE]
    assert [task.kind for task in await edge.rows(Task)] == [TaskKind.PARKED]


async def test_the_same_update_again_has_no_second_effect(edge: Edge) -> None:
    seen = recorder(edge)
    edge.start("receiver", "workers")
    update = await say(edge, "один раз")
    await all_done(edge, 1)
    await edge.box.sim("repeat", update_id=update["update_id"])
    await say(edge, "потом")
    await all_done(edge, 2)

    assert seen == [f"{DARYA}:один раз", f"{DARYA}:потом"]


async def test_numbers_that_start_anew_after_a_quiet_week_are_accepted(edge: Edge) -> None:
    seen = recorder(edge)
    edge.start("receiver", "workers")
    await edge.box.sim("numbering", token=TOKEN, next=900_000)
    await say(edge, "большой номер")
    await all_done(edge, 1)
    await edge.stop()
    edge.clock.move(days=8)
    await edge.box.sim("numbering", token=TOKEN, next=17)
    edge.start("receiver", "workers")
    await say(edge, "малый номер")

    await all_done(edge, 2)
    assert [text.split(":")[1] for text in seen] == ["большой номер", "малый номер"]


async def test_each_chat_is_answered_in_order_and_chats_do_not_wait_for_each_other(edge: Edge) -> None:
    seen = recorder(edge, seconds=0.05)
    for number in range(5):
        for user in (DARYA, PYOTR):
            await say(edge, str(number), user)
    edge.start("receiver", "workers")
    await all_done(edge, 10)

    for user in (DARYA, PYOTR):
        assert [line for line in seen if line.startswith(f"{user}:")] == [f"{user}:{n}" for n in range(5)]
    assert {line.split(":")[0] for line in seen[:4]} == {str(DARYA), str(PYOTR)}


async def test_a_failing_update_is_tried_four_times_then_parked_and_the_lane_goes_on(edge: Edge) -> None:
    seen = recorder(edge)
    edge.start("receiver", "workers")
    await say(edge, "провал")
    await say(edge, "дальше")
    for tries in (1, 2, 3):
        await edge.until(lambda tries=tries: tried(edge, tries))
        await edge.later(seconds=4)

    await all_done(edge, 2)
    assert [row.status for row in await edge.inbox()] == [InboxStatus.DEAD, InboxStatus.DONE]
    assert seen == [f"{DARYA}:дальше"]


async def tried(edge: Edge, times: int) -> bool:
    return (await edge.inbox() or [None])[0] is not None and (await edge.inbox())[0].tries == times


async def test_what_a_killed_process_held_is_handled_by_the_next_one(edge: Edge) -> None:
    seen = recorder(edge)
    edge.start("receiver")
    await say(edge, "не потеряй")
    await edge.until(edge.inbox)
    await edge.db.write(inbox.claim, edge.bot.id, 5)  # a worker that takes it and is killed
    edge.start("workers")
    await asyncio.sleep(0.3)
    assert seen == []

    await edge.later(seconds=61)
    await all_done(edge, 1)
    assert seen == [f"{DARYA}:не потеряй"]


async def test_a_stopping_process_finishes_what_runs_and_leaves_the_rest(edge: Edge) -> None:
    seen = recorder(edge, seconds=0.5)
    await say(edge, "идёт")
    await say(edge, "ждёт")
    edge.start("receiver", "workers")

    async def begun() -> bool:
        return any(row.lease_token for row in await edge.inbox())

    await edge.until(begun)
    await edge.stop()

    assert seen == [f"{DARYA}:идёт"]
    rows = await edge.inbox()
    assert [(row.status, row.lease_token) for row in rows] == [(InboxStatus.DONE, None), (InboxStatus.NEW, None)]


async def test_a_lost_answer_of_telegram_loses_no_update(edge: Edge) -> None:
    seen = recorder(edge)
    await edge.box.sim("fault", method="getUpdates", drop=True)
    await edge.box.sim("fault", method="getUpdates", code=502)
    await say(edge, "дошло")
    edge.start("receiver", "workers")

    await all_done(edge, 1)
    assert seen == [f"{DARYA}:дошло"]


@pytest.mark.parametrize(("code", "words"), [(409, "another program"), (401, "does not know")])
async def test_another_receiver_or_a_wrong_token_ends_the_process_and_says_why(
    edge: Edge, code: int, words: str
) -> None:
    await edge.box.sim("fault", method="getUpdates", code=code)

    with pytest.raises(Fatal, match=words):
        await edge.receiver.run(asyncio.Event())


async def rows_of(edge: Edge, job: str) -> list[JobRun]:
    return [row for row in await edge.rows(JobRun) if row.job == job]


async def test_that_telegram_answers_is_noted_at_once_and_then_once_a_minute(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder(edge)
    edge.start("receiver", "workers")
    await edge.until(lambda: rows_of(edge, downtime.HEARD))
    began = edge.clock.now()
    edge.clock.move(minutes=3)
    for number in range(3):
        await say(edge, str(number))
        await all_done(edge, number + 1)
    (row,) = await rows_of(edge, downtime.HEARD)
    assert row.at == began

    monkeypatch.setattr(receiver, "HEARD_EVERY_S", 0.0)
    await say(edge, "и ещё")
    await edge.until(lambda: heard_at(edge, edge.clock.now()))
    assert await rows_of(edge, downtime.UNWATCHED) == []


async def heard_at(edge: Edge, moment: datetime) -> bool:
    return [row.at for row in await rows_of(edge, downtime.HEARD)] == [moment]


@pytest.mark.parametrize("is_restarted", [True, False])
async def test_how_long_nobody_was_heard_is_written_down_when_it_is_over(edge: Edge, is_restarted: bool) -> None:
    async def is_deaf() -> bool:
        return edge.receiver.is_deaf

    edge.start("receiver")
    await edge.until(lambda: rows_of(edge, downtime.HEARD))
    began = edge.clock.now()
    await edge.box.sim("fault", method="*", unreachable=True, times=None)
    await edge.until(is_deaf)
    if is_restarted:
        await edge.stop()
    await edge.later(hours=2)  # whoever hears nothing hears nothing at the new time either
    assert await heard_at(edge, began)
    await edge.box.sim("fault", method="*", clear=True)
    if is_restarted:
        edge.start("receiver")

    await edge.until(lambda: rows_of(edge, downtime.UNWATCHED))
    (row,) = await rows_of(edge, downtime.UNWATCHED)
    assert (row.scheduled_for, row.at) == (f"{began:%Y%m%dT%H%M%SZ}", edge.clock.now())
    assert await heard_at(edge, edge.clock.now())


async def test_a_process_that_stood_still_heard_nobody(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    """No request failed, and Telegram answers as soon as it is asked again."""
    recorder(edge)
    edge.start("receiver", "workers")
    await edge.until(lambda: rows_of(edge, downtime.HEARD))
    began = edge.clock.now()
    edge.clock.move(minutes=6)
    monkeypatch.setattr(receiver, "HEARD_EVERY_S", 0.0)
    await say(edge, "привет")
    await edge.until(lambda: rows_of(edge, downtime.UNWATCHED))
    (row,) = await rows_of(edge, downtime.UNWATCHED)
    assert (row.scheduled_for, row.at) == (f"{began:%Y%m%dT%H%M%SZ}", edge.clock.now())


async def test_a_clock_that_is_moved_on_purpose_is_no_silence(edge: Edge) -> None:
    edge.start("receiver")
    await edge.until(lambda: rows_of(edge, downtime.HEARD))
    await edge.later(hours=2)
    assert await heard_at(edge, edge.clock.now())
    assert await rows_of(edge, downtime.UNWATCHED) == []


async def test_a_flood_is_put_aside_told_once_and_others_are_served(edge: Edge) -> None:
    seen = recorder(edge, seconds=0.02)
    for number in range(80):
        await say(edge, f"спам {number}")
    await say(edge, "по делу", PYOTR)
    edge.start("receiver", "workers")

    await all_done(edge, 81)
    assert edge.flooded == [DARYA]
    assert f"{PYOTR}:по делу" in seen[:8]
    assert len(seen) == inbox.FLOOD + 1


async def test_a_tap_behind_something_long_is_answered_before_its_turn(edge: Edge) -> None:
    edge.start()
    await say(edge, "/help")
    await edge.until(lambda: edge.texts(DARYA))
    slow = recorder(edge, seconds=1.5)
    await say(edge, "долго")
    message = (await edge.shown(DARYA))[0]
    await edge.box.sim("press", token=TOKEN, chat=DARYA, user=DARYA, message_id=message["message_id"], text="В меню")
    await edge.until(lambda: _has(edge, 3))
    edge.clock.move(seconds=2)

    async def answered() -> bool:
        return bool(await edge.box.requests("answerCallbackQuery"))

    await edge.until(answered)
    assert slow == []


async def _has(edge: Edge, count: int) -> bool:
    return len(await edge.inbox()) == count


async def test_an_invite_token_is_in_no_row_once_it_was_used(edge: Edge) -> None:
    edge.start()
    await say(edge, "/start i-AbCdEfGhIjKlMnOpQrStUv")
    await all_done(edge, 1)

    (row,) = await edge.inbox()
    assert "AbCdEfGhIjKl" not in row.body
    assert json.loads(row.body)["message"]["text"] == "/start i-***"

"""Long polling: offsets, confirmation, conflict, repeated and renumbered updates."""

import asyncio
import time

from tests.sandbox.conftest import DARYA, TOKEN, Box, until


async def write(box: Box, *texts: str) -> list[int]:
    return [(await box.sim("text", token=TOKEN, user=DARYA, text=text))["update_id"] for text in texts]


async def texts(box: Box, **params: object) -> list[str]:
    return [update["message"]["text"] for update in await box.ok("getUpdates", **params)]


async def test_an_update_stays_until_a_higher_offset_confirms_it(box: Box) -> None:
    await box.sim("user", id=DARYA, name="Дарья")
    first, second, third = await write(box, "раз", "два", "три")
    assert (second, third) == (first + 1, first + 2)
    assert await texts(box) == ["раз", "два", "три"]
    assert await texts(box, offset=first) == ["раз", "два", "три"]
    assert await texts(box, offset=second) == ["два", "три"]
    assert await texts(box, offset=second + 0, limit=1) == ["два"]
    assert (await box.ok("getWebhookInfo"))["pending_update_count"] == 2
    assert await texts(box, offset=third + 1) == []


async def test_a_negative_offset_forgets_all_but_the_newest(box: Box) -> None:
    await box.sim("user", id=DARYA, name="Дарья")
    await write(box, "раз", "два", "три")
    assert await texts(box, offset=-2) == ["два", "три"]
    assert await texts(box, offset=1) == ["два", "три"]


async def test_a_long_poll_waits_and_wakes_when_something_comes(box: Box) -> None:
    await box.sim("user", id=DARYA, name="Дарья")
    began = time.monotonic()
    assert await texts(box, timeout=1) == []
    assert time.monotonic() - began >= 1
    waiting = asyncio.create_task(texts(box, offset=5, timeout=20))
    await until(lambda: len(box.world.journal.since(0)) >= 3)
    began = time.monotonic()
    await write(box, "раз")
    assert await waiting == ["раз"]
    assert time.monotonic() - began < 5


async def test_asking_for_the_same_offset_again_and_again_is_braked(box: Box) -> None:
    await box.ok("getUpdates", offset=7)
    began = time.monotonic()
    assert await box.ok("getUpdates", offset=7) == []
    assert time.monotonic() - began >= 2.5


async def test_a_second_poller_ends_the_first_with_a_conflict(box: Box) -> None:
    first = asyncio.create_task(box.call("getUpdates", offset=1, timeout=30))
    await until(lambda: len(box.world.journal.since(0)) == 1)
    second = asyncio.create_task(box.call("getUpdates", offset=2, timeout=30))
    status, told = await asyncio.wait_for(first, 5)
    assert (status, told["description"]) == (
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    )
    await box.sim("user", id=DARYA, name="Дарья")
    await write(box, "раз")
    assert (await second)[0] == 200


async def test_only_wanted_kinds_of_updates_are_kept_and_the_list_is_remembered(box: Box) -> None:
    await box.sim("user", id=DARYA, name="Дарья")
    await box.ok("getUpdates", allowed_updates=["callback_query"])
    await write(box, "раз")
    assert await box.ok("getUpdates", offset=3) == []
    await box.ok("getUpdates", offset=4, allowed_updates=[])
    await write(box, "два")
    assert await texts(box, offset=5) == ["два"]


async def test_updates_older_than_a_day_are_gone(box: Box) -> None:
    await box.sim("user", id=DARYA, name="Дарья")
    await write(box, "раз")
    await box.sim("clock", advance=86_300)
    await write(box, "два")
    await box.sim("clock", advance=200)
    assert await texts(box) == ["два"]


async def test_a_repeated_update_comes_again_although_it_was_confirmed(box: Box) -> None:
    await box.sim("user", id=DARYA, name="Дарья")
    (number,) = await write(box, "раз")
    assert await texts(box, offset=number + 1) == []
    await box.sim("repeat", update_id=number)
    again = await box.ok("getUpdates", offset=number + 1, timeout=5)
    assert [(one["update_id"], one["message"]["text"]) for one in again] == [(number, "раз")]
    assert await texts(box, offset=number + 2) == []
    assert "no update 12 was ever sent" in await box.refused("repeat", update_id=12)


async def test_numbers_that_jump_back_reach_a_bot_that_asks_from_the_old_ones(box: Box) -> None:
    await box.sim("user", id=DARYA, name="Дарья")
    (number,) = await write(box, "раз")
    assert "has taken all" in await box.refused("numbering", next=1000)
    assert await texts(box, offset=number + 1) == []
    waiting = asyncio.create_task(box.ok("getUpdates", offset=number + 1, timeout=20))
    await until(lambda: len(box.world.journal.since(0)) >= 6)
    await box.sim("numbering", next=1000)
    await write(box, "два", "три")
    assert [one["update_id"] for one in await waiting] == [1000]
    assert [one["update_id"] for one in await box.ok("getUpdates", offset=1001)] == [1001]
    assert await texts(box, offset=1002) == []


async def test_an_update_no_library_understands_is_delivered_as_it_is(box: Box) -> None:
    await box.ok("getMe")
    await box.sim("raw", update={"message": {"date": "yesterday"}, "update_id": 5})
    (got,) = await box.ok("getUpdates")
    assert got["message"] == {"date": "yesterday"}
    assert got["update_id"] != 5

"""Faults, flood limits, the movable clock and the journal."""

import asyncio
import time
from typing import Any

import aiohttp
import pytest

from bot.sandbox.errors import ApiError
from bot.sandbox.flood import Flood, Limits
from core.clock import SandboxClock
from tests.sandbox.conftest import DARYA, PYOTR, Box, until


async def shown(box: Box, chat: int = DARYA) -> list[str]:
    return [one["text"] for one in (await box.sim("messages", chat=chat))["messages"] if one["from"] == "bot"]


async def send(box: Box, text: str = "Раз", chat: int = DARYA) -> tuple[int, dict[str, Any]]:
    return await box.call("sendMessage", chat_id=chat, text=text)


async def test_codes_on_demand_come_as_often_as_asked_and_without_effect(box: Box) -> None:
    await box.meet()
    await box.sim("fault", method="sendMessage", code=429, retry_after=7, times=2)
    for _ in range(2):
        status, told = await send(box)
        assert (status, told["parameters"], told["description"]) == (
            429,
            {"retry_after": 7},
            "Too Many Requests: retry after 7",
        )
    await box.sim("fault", code=500)
    assert (await send(box))[0] == 500
    await box.sim("fault", method="sendMessage", code=403, description="Forbidden: user is deactivated", chat=PYOTR)
    assert (await send(box))[0] == 200
    assert await shown(box) == ["Раз"]


async def test_a_bad_gateway_is_a_page_and_broken_json_hides_a_message_that_was_sent(box: Box) -> None:
    await box.meet()
    await box.sim("fault", method="sendMessage", code=502)
    async with box.http.post(
        f"{box.base}/bot{next(iter(box.world.bots.values())).token}/sendMessage", json={"chat_id": DARYA, "text": "x"}
    ) as response:
        assert (response.status, response.content_type) == (502, "text/html")
    assert await shown(box) == []
    await box.sim("fault", method="sendMessage", broken_json=True)
    with pytest.raises(ValueError, match="Expecting value"):
        await send(box)
    assert await shown(box) == ["Раз"]


async def test_a_dropped_connection_hides_a_message_that_was_sent(box: Box) -> None:
    await box.meet()
    await box.sim("fault", method="sendMessage", drop=True)
    with pytest.raises(aiohttp.ClientError):
        await send(box)
    assert await shown(box) == ["Раз"]
    entry = (await box.requests("sendMessage"))[-1]
    assert entry["cut"] is True
    assert entry["reply"]["ok"] is True


async def test_an_unreachable_server_does_nothing_until_it_is_back(box: Box) -> None:
    await box.meet()
    await box.sim("fault", unreachable=True, times=None)
    for _ in range(3):
        with pytest.raises(aiohttp.ClientError):
            await send(box)
    await box.sim("fault", clear=True)
    assert await shown(box) == []
    assert (await send(box))[0] == 200


async def test_a_senseless_fault_is_refused(box: Box) -> None:
    assert "fault: colour: Extra inputs" in await box.refused("fault", colour="red")
    assert "fault: stage:" in await box.refused("fault", hold=True, stage="during")


@pytest.mark.parametrize(("stage", "effects"), [("before", []), ("after", ["Раз"])])
async def test_a_held_request_waits_before_or_after_its_effect(box: Box, stage: str, effects: list[str]) -> None:
    await box.meet()
    await box.sim("fault", method="sendMessage", hold=True, stage=stage)
    sending = asyncio.create_task(send(box))
    await until(lambda: any(one.held for one in box.world.faults.active))
    assert [one["held"] for one in await box.sim("fault", list=True)] == [1]
    assert await shown(box) == effects
    assert not sending.done()
    assert await box.sim("fault", release=True) == {"released": 1}
    assert (await sending)[0] == 200
    assert await shown(box) == ["Раз"]
    assert (await send(box, "Два"))[0] == 200


async def test_a_request_held_until_its_sender_died_has_never_arrived(box: Box) -> None:
    await box.meet()
    await box.sim("fault", method="sendMessage", hold=True)
    sending = asyncio.create_task(send(box))
    await until(lambda: any(one.held for one in box.world.faults.active))
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    assert await box.sim("fault", release=True) == {"released": 1}
    assert (await send(box, "Два"))[0] == 200
    assert await shown(box) == ["Два"]


async def test_a_delay_delays(box: Box) -> None:
    await box.meet()
    await box.sim("fault", method="sendMessage", delay=0.5)
    began = time.monotonic()
    assert (await send(box))[0] == 200
    assert time.monotonic() - began >= 0.5


async def test_a_download_can_die_half_way(box: Box) -> None:
    await box.meet()
    data = "eHh4" * 100_000
    sent = (await box.sim("media", user=DARYA, kind="document", data=data, name="a.bin"))["message"]["document"]
    path = (await box.ok("getFile", file_id=sent["file_id"]))["file_path"]
    token = next(iter(box.world.bots.values())).token
    await box.sim("fault", method="file", drop=True)
    with pytest.raises(aiohttp.ClientError):
        async with box.http.get(f"{box.base}/file/bot{token}/{path}") as response:
            await response.read()
    async with box.http.get(f"{box.base}/file/bot{token}/{path}") as response:
        assert len(await response.read()) == 300_000


async def test_flood_limits_answer_429_and_can_be_lifted(box: Box) -> None:
    await box.meet()
    await box.sim("flood", per_sec=30, chat_per_sec=1)
    codes = [(await send(box))[0] for _ in range(7)]
    assert codes[:5] == [200] * 5
    assert codes[5] == 429
    status, told = await send(box)
    assert (status, told["parameters"]["retry_after"]) == (429, 1)
    await box.sim("flood")
    assert [(await send(box))[0] for _ in range(40)] == [200] * 40


def test_flood_limits_count_every_chat_all_chats_and_groups_per_minute() -> None:
    now = [100.0]
    flood = Flood(Limits(), lambda: now[0])
    for _ in range(5):
        flood.check(1, 101, 1, new=True)
    with pytest.raises(ApiError, match="retry after 1"):
        flood.check(1, 101, 1, new=True)
    for chat in range(200, 225):
        flood.check(1, chat, 1, new=True)
    with pytest.raises(ApiError, match="Too Many Requests"):
        flood.check(1, 300, 1, new=False)
    assert [takes(flood, now, -5) for _ in range(60)] == [True] * 20 + [False] * 40
    assert takes(flood, now, -5), "the first of the twenty is a minute old"


def takes(flood: Flood, now: list[float], chat: int) -> bool:
    now[0] += 1
    try:
        flood.check(1, chat, 1, new=True)
    except ApiError:
        return False
    return True


async def test_a_jump_of_the_clock_waits_for_whoever_follows_it(box: Box) -> None:
    url = f"{box.base}/_sim/clock"
    async with box.http.get(url, params={"follower": "bot"}) as response:
        state = await response.json()
    poll = box.http.get(url, params={"follower": "bot", "after": state["seq"], "wait": 25})
    following = asyncio.create_task(poll.__aenter__())
    jump = asyncio.create_task(box.sim("clock", advance=3600))
    told = await (await asyncio.wait_for(following, 5)).json()
    assert (told["seq"], told["offset"]) == (state["seq"] + 1, 3600)
    for _ in range(5):
        await box.sim("clock")
    assert not jump.done(), "the follower has not said yet that what became due is done"
    async with box.http.post(f"{url}_done", json={"follower": "bot", "seq": told["seq"]}) as response:
        assert response.status == 200
    moved = await asyncio.wait_for(jump, 5)
    assert (moved["followers"], moved["missing"]) == (["bot"], [])
    late = await box.sim("clock", advance=60, patience=0.2)
    assert late["missing"] == ["bot"]


async def test_the_products_own_clock_follows_a_jump_and_does_what_became_due_first(box: Box) -> None:
    clock = SandboxClock(f"{box.base}/_sim/clock", "bot")
    due: list[float] = []

    async def sweep() -> None:
        await asyncio.sleep(0.05)
        due.append(clock.offset.total_seconds())

    following = asyncio.create_task(clock.run(sweep))
    await until(lambda: clock.seq is not None)
    moved = await box.sim("clock", advance=3600)
    assert (due, moved["missing"]) == ([3600], [])
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)


async def test_a_follower_that_died_while_waiting_is_not_waited_for(box: Box) -> None:
    url = f"{box.base}/_sim/clock"
    async with aiohttp.ClientSession() as session:
        waiting = asyncio.create_task(session.get(url, params={"follower": "bot", "after": 0, "wait": 25}))
        await until(lambda: box.world.clock.present() == ["bot"])
        waiting.cancel()
    began = time.monotonic()
    moved = await box.sim("clock", advance=60)
    assert (moved["followers"], moved["missing"]) == ([], [])
    assert time.monotonic() - began < 5


async def test_the_dates_of_messages_follow_the_clock(box: Box) -> None:
    await box.meet()
    first = await box.ok("sendMessage", chat_id=DARYA, text="x")
    await box.sim("clock", advance=7 * 86_400)
    second = await box.ok("sendMessage", chat_id=DARYA, text="x")
    assert 7 * 86_400 <= second["date"] - first["date"] < 7 * 86_400 + 60
    status, told = await box.call("deleteMessage", chat_id=DARYA, message_id=first["message_id"])
    assert (status, told["description"]) == (400, "Bad Request: message can't be deleted for everyone")
    await box.ok("editMessageText", chat_id=DARYA, message_id=first["message_id"], text="y")
    await box.sim("clock", set="2030-01-01T00:00:00+00:00")
    assert (await box.sim("clock"))["now"].startswith("2030-01-01T00:00")


async def test_the_journal_holds_both_directions_in_order(box: Box) -> None:
    await box.meet()
    await send(box)
    await send(box, chat=5)
    entries = await box.sim("journal", since=0)
    assert [one["seq"] for one in entries] == sorted(one["seq"] for one in entries)
    assert [(one["direction"], one.get("method") or one.get("op")) for one in entries] == [
        ("control", "user"),
        ("control", "text"),
        ("update", None),
        ("request", "sendMessage"),
        ("request", "sendMessage"),
    ]
    good, wrong = entries[-2:]
    assert (good["params"], good["status"], good["reply"]["result"]["text"]) == (
        {"chat_id": DARYA, "text": "Раз"},
        200,
        "Раз",
    )
    assert (wrong["status"], wrong["reply"]["description"]) == (400, "Bad Request: chat not found")
    assert await box.sim("journal", since=wrong["seq"]) == []

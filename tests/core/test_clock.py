"""A moved sandbox clock is followed, and whoever moved it is answered after the consequences."""

import asyncio
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from core.clock import SandboxClock, SystemClock


@pytest.fixture
async def sandbox() -> TestServer:
    from bot.sandbox.app import make_app

    server = TestServer(make_app())
    await server.start_server()
    yield server
    await server.close()


async def advance(sandbox: TestServer, seconds: int) -> dict:
    async with aiohttp.ClientSession() as http:
        answer = await http.post(sandbox.make_url("/_sim/clock"), json={"advance": seconds})
        return (await answer.json())["result"]


async def until_followed(clock: SandboxClock) -> None:
    async with asyncio.timeout(10):
        while clock.seq is None:  # noqa: ASYNC110 polled with a deadline
            await asyncio.sleep(0.01)


def ahead(clock: SandboxClock) -> timedelta:
    return clock.now() - SystemClock().now()


async def test_a_jump_is_answered_after_what_became_due_has_run(sandbox: TestServer) -> None:
    clock = SandboxClock(str(sandbox.make_url("/_sim/clock")), "bot")
    ran: list[timedelta] = []

    async def on_jump() -> None:
        await asyncio.sleep(0.05)
        ran.append(ahead(clock))

    following = asyncio.create_task(clock.run(on_jump))
    await until_followed(clock)

    told = await advance(sandbox, 3600)

    assert told["missing"] == []
    assert len(ran) == 1
    assert abs(ran[0] - timedelta(hours=1)) < timedelta(seconds=5)
    following.cancel()


async def test_whoever_must_know_of_a_jump_first_hears_of_it_before_anybody_sees_the_new_time(
    sandbox: TestServer,
) -> None:
    clock = SandboxClock(str(sandbox.make_url("/_sim/clock")), "bot")
    heard: list[tuple[timedelta, bool]] = []

    async def before_jump(by: timedelta) -> None:
        heard.append((by, ahead(clock) < timedelta(minutes=1)))

    async def on_jump() -> None:
        heard.append((ahead(clock), False))

    clock.before_jump = before_jump
    following = asyncio.create_task(clock.run(on_jump))
    await until_followed(clock)
    await advance(sandbox, 3600)
    (by, is_before), (then, _) = heard

    assert is_before
    assert abs(by - timedelta(hours=1)) < timedelta(seconds=1)
    assert abs(then - by) < timedelta(seconds=5)
    following.cancel()


async def test_a_failed_sweep_does_not_stop_the_clock(sandbox: TestServer) -> None:
    clock = SandboxClock(str(sandbox.make_url("/_sim/clock")), "bot")
    jumps: list[int] = []

    async def on_jump() -> None:
        jumps.append(1)
        raise RuntimeError("the sweep failed")

    following = asyncio.create_task(clock.run(on_jump))
    await until_followed(clock)

    await advance(sandbox, 60)
    told = await advance(sandbox, 60)

    assert told["missing"] == []
    assert len(jumps) == 2
    assert abs(ahead(clock) - timedelta(minutes=2)) < timedelta(seconds=5)
    following.cancel()


async def test_an_offset_from_before_the_start_is_taken_over(sandbox: TestServer) -> None:
    await advance(sandbox, 86_400)
    clock = SandboxClock(str(sandbox.make_url("/_sim/clock")), "bot")

    following = asyncio.create_task(clock.run(lambda: asyncio.sleep(0)))
    await until_followed(clock)

    assert abs(ahead(clock) - timedelta(days=1)) < timedelta(seconds=5)
    following.cancel()


def test_the_time_of_the_machine_is_aware_and_in_utc() -> None:
    now = SystemClock().now()

    assert now.tzinfo is UTC
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=5)

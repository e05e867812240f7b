"""The bot as a process of its own, as in earnest: it starts, answers, ends when told, and says why it cannot."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.conftest import DARYA, TOKEN, Box, box, until

__all__ = ["box"]

PROJECT = Path(__file__).parents[2]


class Processes:
    def __init__(self, box: Box, database_url: str, folder: Path) -> None:
        self.box = box
        self.running: list[asyncio.subprocess.Process] = []
        self.folder = folder
        self.env = {
            **{key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG", "PYTHONPATH")},
            "BOT_TOKEN": TOKEN,
            "DATABASE_URL": database_url,
            "TELEGRAM_API_URL": box.base,
            "MEDIA_DIR": str(folder / "media"),
            "PYTHONPATH": str(PROJECT),
        }

    async def run(self, module: str = "bot", **env: str) -> asyncio.subprocess.Process:
        """Logs go to a file, so that a full pipe never stops a process."""
        log = (self.folder / f"{len(self.running)}.log").open("wb")
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, cwd=self.folder, env=self.env | env, stdout=log, stderr=log
        )
        log.close()
        self.running.append(process)
        return process

    async def end(self) -> None:
        for process in self.running:
            if process.returncode is None:
                process.kill()
            await process.wait()

    def log(self, number: int = 0) -> str:
        return (self.folder / f"{number}.log").read_text(encoding="utf-8")

    async def says(self, words: str, number: int = 0) -> None:
        await until(lambda: words in self.log(number) or self.running[number].returncode is not None, 60)
        assert words in self.log(number), self.log(number)


@pytest.fixture
async def processes(box: Box, database_url: str, tmp_path: Path) -> AsyncIterator[Processes]:
    processes = Processes(box, database_url, tmp_path)
    yield processes
    await processes.end()


@pytest.fixture
async def embedded(box: Box, tmp_path: Path) -> AsyncIterator[Processes]:
    """For what has nothing to do with the kind of database; an empty file is brought up to date by the bot."""
    processes = Processes(box, f"sqlite+aiosqlite:///{tmp_path / 'naryad.db'}", tmp_path)
    yield processes
    await processes.end()


async def shown(box: Box, chat: int = DARYA) -> list[str]:
    told: dict[str, Any] = await box.sim("messages", chat=chat)
    return [str(one["text"]) for one in told["messages"] if one["from"] == "bot"]


async def answered(box: Box, count: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if len(await shown(box)) >= count:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{len(await shown(box))} of {count} answers came")


async def test_the_bot_starts_answers_and_ends_when_told(embedded: Processes) -> None:
    box = embedded.box
    bot = await embedded.run(ADMIN_IDS=str(DARYA))
    await box.sim("user", id=DARYA, name="Дарья")
    await box.sim("text", token=TOKEN, user=DARYA, text="/help")
    await answered(box, 1)
    bot.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(bot.wait(), 15) == 0

    assert "/import" in (await shown(box))[0]
    assert TOKEN not in embedded.log()
    assert "Traceback" not in embedded.log()


async def test_nothing_is_lost_or_doubled_when_it_is_killed_and_started_again(processes: Processes) -> None:
    box = processes.box
    await box.sim("user", id=DARYA, name="Дарья")
    bot = await processes.run()
    await processes.says("the bot is at work")
    for _ in range(3):
        for _ in range(5):
            await box.sim("text", token=TOKEN, user=DARYA, text="/language")
        bot.kill()
        await bot.wait()
        bot = await processes.run()
        await processes.says("the bot is at work", len(processes.running) - 1)
    await answered(box, 15)


async def test_a_token_telegram_does_not_know_is_said_in_one_line(embedded: Processes) -> None:
    await embedded.box.sim("fault", method="getMe", code=401, description="Unauthorized")
    bot = await embedded.run()

    assert await asyncio.wait_for(bot.wait(), 60) == 1
    assert "BOT_TOKEN" in embedded.log().splitlines()[-1]
    assert ".env" in embedded.log()
    assert "Traceback" not in embedded.log()


async def test_of_two_bots_with_one_token_one_ends_and_says_why(embedded: Processes) -> None:
    first = await embedded.run()
    await embedded.says("the bot is at work")
    second = await embedded.run()
    ending = [asyncio.create_task(process.wait()) for process in (first, second)]
    await asyncio.wait(ending, timeout=60, return_when=asyncio.FIRST_COMPLETED)

    ended = [number for number, process in enumerate((first, second)) if process.returncode is not None]
    assert len(ended) == 1
    assert "another program receives the updates" in embedded.log(ended[0])
    for task in ending:
        task.cancel()


async def test_the_timetable_runs_beside_a_bot_without_one(embedded: Processes) -> None:
    alone = await embedded.run("scheduler")
    bot = await embedded.run(RUN_SCHEDULER="false")
    await embedded.says("the timetable runs")
    await embedded.says("the bot is at work", 1)
    for process in (alone, bot):
        process.send_signal(signal.SIGTERM)

    assert [await asyncio.wait_for(process.wait(), 20) for process in (alone, bot)] == [0, 0]

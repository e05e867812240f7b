"""A bot that is a process of its own on the stage of the stories, and can be killed while Telegram holds a request."""

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import Process
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from core.domain.notice import OutboxStatus
from storage.models.post import Outbox
from tests.browser.sandbox_process import ROOT
from tests.journeys.stage import Stage

AT_WORK = "the bot is at work"
STARTS_S = 60.0
ENDS_S = 25.0
#: Longer than any lease: what a killed process had in its hands is taken up by the next one.
LEASE_S = 125


@dataclass
class KillableStage(Stage):
    log: Path = Path()
    process: Process | None = None
    begun: int = 0

    async def begin(self) -> None:
        token = self.told.bot_token
        assert token is not None
        environment = {
            **os.environ,
            "BOT_TOKEN": token.get_secret_value(),
            # Appointed in the first transaction of the process, by the time of the sandbox like everything else.
            "ADMIN_IDS": "900",
            "DATABASE_URL": self.told.database_url,
            "MEDIA_DIR": str(self.told.media_dir),
            "TELEGRAM_API_URL": self.told.telegram_api_url,
            "CLOCK_URL": self.told.clock_url or "",
        }
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        self.begun += 1
        deadline = time.monotonic() + STARTS_S
        while self.log.read_text(encoding="utf-8").count(AT_WORK) < self.begun:
            assert self.process.returncode is None, self.log.read_text(encoding="utf-8")[-3000:]
            assert time.monotonic() < deadline, "the bot did not start"
            await asyncio.sleep(0.05)

    async def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        await self.process.wait()

    async def hold(self, method: str, *, stage: str = "before", chat: int | None = None) -> None:
        """From now on Telegram takes such requests and does not answer."""
        where: dict[str, Any] = {} if chat is None else {"chat": chat}
        await self.sim.op("fault", method=method, hold=True, stage=stage, **where)

    async def held(self, seconds: float = 20.0) -> None:
        """A request of the bot is in Telegram's hands."""
        deadline = time.monotonic() + seconds
        while not any(one["held"] for one in await self.sim.op("fault", list=True)):
            assert time.monotonic() < deadline, "no request was held"
            await asyncio.sleep(0.02)

    async def alone(self, seconds: float = 20.0) -> None:
        """Nothing else is in the air: what was on its way to other chats has arrived and is marked."""
        waiting = select(Outbox.chat_id).where(Outbox.status.in_((OutboxStatus.NEW, OutboxStatus.SENDING))).distinct()
        deadline = time.monotonic() + seconds
        while len(await self.rows(waiting)) > 1:
            assert time.monotonic() < deadline, "other chats still wait"
            await asyncio.sleep(0.02)

    async def killed_while_held(self) -> None:
        """SIGKILL with the request in the air, and a new process which finds what the old one left."""
        await self.held()
        await self.alone()
        await self.kill()
        await self.sim.op("fault", clear=True)
        await self.begin()
        await self.later(LEASE_S)

    async def terminated_while_held(self) -> None:
        """SIGTERM with the request in the air: the process waits for the answer, ends well and leaves nothing."""
        await self.held()
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.5)
        assert self.process.returncode is None
        await self.sim.op("fault", clear=True)
        assert await asyncio.wait_for(self.process.wait(), ENDS_S) == 0
        await self.begin()

    async def stop(self) -> None:
        process, self.process = self.process, None
        if process is not None and process.returncode is None:
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), ENDS_S) == 0

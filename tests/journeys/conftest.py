"""One sandbox for the whole run, as a process; a bot, a database and a set of phones for every story."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.sandbox.demo.phones import Sim
from core.clock import SandboxClock
from core.services.numbers import KEY
from core.settings import Settings
from storage.db import Database
from tests.browser.sandbox_process import SandboxProcess
from tests.clock import START
from tests.journeys.stage import Stage, furnish

_numbers = count(2_000_000_001)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[SandboxProcess]:
    server = SandboxProcess()
    yield server
    server.close()


@pytest.fixture
def token() -> str:
    """Every story has a bot of its own, and so chats of its own."""
    return f"{next(_numbers)}:JOURNEY_JOURNEY_JOURNEY_JOURNEY_JOURN"


@pytest.fixture
async def stage(sandbox: SandboxProcess, token: str, database_url: str, tmp_path: Path) -> AsyncIterator[Stage]:
    async with Sim(sandbox.url, token) as sim:
        clock = SandboxClock(f"{sandbox.url}/_sim/clock", "bot")
        clock.offset = timedelta(seconds=(await sim.op("clock", set=START.isoformat()))["offset"])
        told = Settings(
            _env_file=None,  # type: ignore[call-arg]
            bot_token=SecretStr(token),
            database_url=database_url,
            media_dir=tmp_path / "media",
            telegram_api_url=sandbox.url,
            clock_url=clock.url,
        )
        db = Database.open(database_url, clock, info={KEY: told.defaults()})
        facts = await db.write(furnish, token)
        entries = await sim.op("journal", since=0, direction="control")
        stage = Stage(sim, db, told, facts, since=entries[-1]["seq"] if entries else 0)
        stage.start()
        try:
            yield stage
            await stage.finish()
        finally:
            await stage.stop()
            await sim.op("fault", clear=True)
            await db.close()

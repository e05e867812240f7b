"""One sandbox for the whole run, as a process; a bot, a database and a set of phones for every story."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.sandbox.demo.phones import Sim
from core.clock import SandboxClock
from core.services.numbers import KEY
from core.settings import Settings
from storage.db import Database
from storage.engines import Pair
from tests.browser.sandbox_process import SandboxProcess
from tests.clock import START
from tests.databases import KeptEngines
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


async def furnished(sim: Sim, database_url: str, pair: Pair, folder: Path) -> dict[str, Any]:
    """Monday morning, directories loaded, nobody has come in yet: what a stage is made of."""
    clock = SandboxClock(f"{sim.url}/_sim/clock", "bot")
    clock.offset = timedelta(seconds=(await sim.op("clock", set=START.isoformat()))["offset"])
    told = Settings(
        _env_file=None,  # type: ignore[call-arg]
        bot_token=SecretStr(sim.token),
        database_url=database_url,
        media_dir=folder / "media",
        telegram_api_url=sim.url,
        clock_url=clock.url,
    )
    db = Database(database_url, clock, pair, {KEY: told.defaults()})
    facts = await db.write(furnish, sim.token)
    entries = await sim.op("journal", since=0, direction="control")
    return {"sim": sim, "db": db, "told": told, "facts": facts, "since": entries[-1]["seq"]}


@pytest.fixture
async def stage(
    sandbox: SandboxProcess, token: str, database_url: str, kept_engines: KeptEngines, tmp_path: Path
) -> AsyncIterator[Stage]:
    async with Sim(sandbox.url, token) as sim:
        stage = Stage(**await furnished(sim, database_url, kept_engines.at(database_url), tmp_path))
        stage.start()
        try:
            yield stage
            await stage.finish()
        finally:
            await sim.op("fault", clear=True)
            await stage.stop()
            await stage.db.close()

"""The timetable as a process of its own, beside `RUN_SCHEDULER=false python -m bot`."""

import asyncio
import signal

import structlog

from core import logs, settings
from core.clock import SandboxClock, SystemClock
from core.services.numbers import KEY
from core.settings import Settings
from scheduler.runner import Runner
from scheduler.timetable import timetable
from storage import migrate
from storage.db import Database

log = structlog.get_logger(__name__)


def main() -> None:
    told = settings.load()
    logs.set_up(as_json=told.log_json, level=told.log_level)
    try:
        is_current = migrate.is_current(told.database_url)
    except migrate.OutOfReach as error:
        settings.leave("DATABASE_URL", f"база не открывается / the database cannot be opened: {error}")
    if not is_current:
        log.warning("the database is brought up to date")
        migrate.upgrade(told.database_url)
    asyncio.run(run(told))


async def run(told: Settings) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    clock = SandboxClock(told.clock_url, "scheduler") if told.clock_url else SystemClock()
    db = Database.open(told.database_url, clock, info={KEY: told.defaults()})
    if isinstance(clock, SandboxClock):
        await clock.look()
    runner = Runner(db, timetable(told.operator_zone))
    following = asyncio.create_task(clock.run(runner.run_due)) if isinstance(clock, SandboxClock) else None
    log.info("the timetable runs", jobs=[job.name for job in runner.jobs])
    try:
        await runner.run(stop)
    finally:
        if following is not None:
            following.cancel()
        await db.close()


if __name__ == "__main__":
    main()

"""A timetable to be killed: a process that is made in a moment, so that many can die in one test."""

import asyncio
import multiprocessing
from datetime import datetime
from multiprocessing.process import BaseProcess

from scheduler.runner import Runner
from scheduler.timetable import timetable
from storage.db import Database
from tests.clock import HandClock

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])


def begun(url: str, at: datetime) -> BaseProcess:
    """It does what is due at this moment, again and again, until it is killed."""
    process = _CONTEXT.Process(target=_work, args=(url, at), daemon=True)
    process.start()
    return process


def _work(url: str, at: datetime) -> None:
    asyncio.run(_for_ever(url, at))


async def _for_ever(url: str, at: datetime) -> None:
    runner = Runner(Database.open(url, HandClock(at)), timetable("Europe/Moscow"))
    while True:
        await runner.run_due()
        await asyncio.sleep(0.02)

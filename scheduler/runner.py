"""Runs the timetable: ticks by APScheduler, rows by the database.

Ticks have a memory store and no grace, so none is ever dropped for being late; a job never runs twice at once. A
scheduler whose tick has stopped is replaced.
"""

import asyncio
import functools
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from core.clock import SandboxClock
from core.services import calendar_counts, guard
from scheduler.pulse import Pulse
from scheduler.timetable import TICK_S, Job
from storage.db import Database

log = structlog.get_logger(__name__)

BATCH = 50
#: A jump over months must end too; the next tick goes on.
BATCHES = 2000
#: More rows than may ever be due.
EVERYTHING = 1_000_000_000
STALLED_AFTER_S = 10 * TICK_S
GRACE_S = 10.0


class Runner:
    def __init__(self, db: Database, jobs: Sequence[Job]) -> None:
        self.db = db
        self.jobs = tuple(jobs)
        self.ticked_at = time.monotonic()
        self.scheduler: AsyncIOScheduler | None = None
        #: While `run` lasts: whoever only asks for what is due has moved the clock on purpose.
        self.pulse: Pulse | None = None
        self._looking = asyncio.Lock()
        self._locks = {job.name: asyncio.Lock() for job in self.jobs}

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; restarts the ticks when they stall."""
        await self._doubt(guard.look_at_start)
        enough = asyncio.Event()
        counting = asyncio.create_task(self.count_anew(enough))
        self.pulse = Pulse(self._machine)
        self.scheduler = self._started()
        try:
            while not stop.is_set():
                await _sleep(stop, TICK_S)
                await self._look_at_clock(functools.partial(self.pulse.beat, TICK_S))
                if time.monotonic() - self.ticked_at > STALLED_AFTER_S and not self._is_running():
                    log.error("the timetable has stalled and is started anew")
                    self.scheduler.shutdown(wait=False)
                    self.scheduler = self._started()
        finally:
            enough.set()
            # Shutting down cancels what runs: first nothing new begins, and what has begun ends.
            self.scheduler.pause()
            await self._finish()
            await counting
            self.scheduler.shutdown(wait=False)
            self.pulse = None

    async def run_due(self) -> None:
        """Everything that is due now, for a clock that has just jumped."""
        for job in self.jobs:
            await self._tick(job)

    async def run_job(self, job: Job) -> int:
        """All that is due; returns how many were taken."""
        self.ticked_at = time.monotonic()
        async with self._locks[job.name]:
            return await (self._look(job) if job.only_reads else self._sweep(job))

    async def _sweep(self, job: Job) -> int:
        """Batches until nothing is due; a batch that fails is done one by one, so one bad row stops no other, and
        however many stand first in the line, what is behind them is done."""
        total, failed = 0, 0
        for _ in range(BATCHES):
            taken, bad = await self._batch(job, failed)
            total, failed = total + taken, failed + bad
            self.ticked_at = time.monotonic()
            if taken == bad == 0:
                break
        return total

    async def _look(self, job: Job) -> int:
        """Each in a transaction of its own, which keeps no writer waiting; what fails is looked at once, not again."""
        total = 0
        for number in range(BATCHES):
            try:
                if not await self.db.read(job.sweep, 1, skip=number):
                    break
                total += 1
            except Exception:
                log.exception("a look failed", job=job.name, number=number)
                await self.db.read(job.sweep, 1, skip=EVERYTHING)
            self.ticked_at = time.monotonic()
        return total

    async def count_anew(self, stop: asyncio.Event) -> None:
        """Deadlines counted by other hours or holidays, beside the ticks; the next start does what is left."""
        last: int | None = 0 if self.jobs else None
        is_whole = True
        try:
            while last is not None and not stop.is_set():
                if not is_whole and await self.db.read(calendar_counts.following, last) is None:
                    break  # the last page would say that all are counted
                last, is_done = await self._count_page(last)
                is_whole = is_whole and is_done
        except Exception:
            log.exception("deadlines could not be counted anew")

    async def _count_page(self, last: int) -> tuple[int | None, bool]:
        """A page that fails is counted clock by clock. Returns where the next begins, and whether none was left out."""
        try:
            return await self.db.write(calendar_counts.page, BATCH, last), True
        except Exception:
            log.exception("a page of deadlines failed and is counted clock by clock")
        is_done = True
        for _ in range(BATCH):
            clock = await self.db.read(calendar_counts.following, last)
            if clock is None:
                break
            try:
                await self.db.write(calendar_counts.page, 1, last)
            except Exception:
                log.exception("a deadline could not be counted anew", clock=clock)
                is_done = False
            last = clock
        return last, is_done

    async def _batch(self, job: Job, failed: int) -> tuple[int, int]:
        """Behind the first `failed` rows. Returns how many were taken, and how many more failed."""
        if self.pulse is not None:
            await self._look_at_clock(self.pulse.jumped)
        try:
            return await self.db.write(job.sweep, BATCH, skip=failed), 0
        except Exception:
            log.exception("a batch failed and is done one by one", job=job.name)
        # Where it fails with everything passed over as well, no row is to blame: the next tick tries again.
        await self.db.write(job.sweep, 1, skip=EVERYTHING)
        taken = bad = 0
        for _ in range(BATCH):
            try:
                one = await self.db.write(job.sweep, 1, skip=failed + bad)
            except Exception:
                log.exception("a due row failed", job=job.name)
                bad += 1
                continue
            if one == 0:
                break
            taken += one
        return taken, bad

    async def _tick(self, job: Job) -> None:
        try:
            await self.run_job(job)
        except Exception:
            log.exception("a job failed", job=job.name)

    async def _look_at_clock(self, look: Callable[[], timedelta | None]) -> None:
        """Before anything is done by it. A job that comes in this moment waits until the doubt is written down."""
        async with self._looking:
            jumped = look()
            if jumped is not None:
                await self._doubt(guard.doubt, jumped)

    def _machine(self) -> datetime:
        """The time of this machine: whoever moves the clock of a sandbox does so on purpose."""
        now = self.db.clock.now()
        return now - self.db.clock.offset if isinstance(self.db.clock, SandboxClock) else now

    async def _doubt(self, unit: Callable[..., None], *given: object) -> None:
        """A guard that cannot be asked stops no timetable."""
        if not self.jobs or isinstance(self.db.clock, SandboxClock):
            return
        try:
            await self.db.write(unit, *given)
        except Exception:
            log.exception("the doubt about the time could not be written down")

    def _started(self) -> AsyncIOScheduler:
        scheduler = AsyncIOScheduler()
        self.ticked_at = time.monotonic()
        for job in self.jobs:
            scheduler.add_job(
                self._tick,
                job.trigger,
                args=[job],
                id=job.name,
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
            )
        scheduler.start()
        return scheduler

    def _is_running(self) -> bool:
        return any(lock.locked() for lock in self._locks.values())

    async def _finish(self) -> None:
        try:
            async with asyncio.timeout(GRACE_S):
                for lock in self._locks.values():
                    async with lock:
                        pass
        except TimeoutError:
            log.warning("a job did not end in time")


async def _sleep(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass

"""The pump: takes the heads of chats, has them sent outside any transaction, marks them by their lease.

It keeps Telegram's limits, obeys 429, and ends every row sent, failed or cancelled. What an error means stands in
`bot/telegram_errors.py`, what a letter is in `bot/letters.py`.
"""

import asyncio
import random
from datetime import timedelta

import structlog
from aiogram import Bot

from bot.letters import Done, Letters
from bot.limits import Limits
from bot.rendering import PairsFor
from bot.telegram_errors import Judgement, Verdict, judge
from bot.wakeful import LOOK_ROUND_S, Alarm, bookkeeping, finish
from core.services import outbox
from core.services.outbox import Letter
from storage.db import Database

log = structlog.get_logger(__name__)

AT_ONCE = 10
GRACE_S = 10.0
LONGEST_BACKOFF_S = 300
#: Failures of our own are tried so often; Telegram's outages are waited out for a day.
OWN_ATTEMPTS = 5
PATIENCE = timedelta(days=1)


class Stop(Exception):
    """Telegram no longer knows this token: speaking on is pointless, somebody must look."""


class Pump:
    def __init__(self, db: Database, bot: Bot, limits: Limits, pairs: PairsFor) -> None:
        self.db = db
        self.limits = limits
        self.alarm = Alarm()
        self._letters = Letters(db, bot, pairs)
        self._at_work: dict[int, Letter] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped: Stop | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; then what is in flight is finished and the rest given back."""
        self.db.on_commit(self.alarm.ring)
        with bookkeeping():
            while not stop.is_set():
                if self._stopped is not None:
                    raise self._stopped
                if not await self._start_some():
                    await self.alarm.wait(self._nap())
            await finish(self._tasks, GRACE_S)
            if self._at_work:
                await self.db.write(outbox.release, tuple(self._at_work.values()))

    async def _start_some(self) -> bool:
        """Whether there may be more to do at once."""
        room = min(self.limits.room(), AT_ONCE - len(self._tasks))
        if room <= 0:
            return False
        busy = [*self._at_work, *self.limits.slow_chats()]
        try:
            batch = await self.db.write(outbox.claim, room, busy_chats=busy)
        except Exception:
            log.exception("the outbox cannot be read")
            await asyncio.sleep(LOOK_ROUND_S)
            return False
        for letter in batch.letters:
            self._at_work[letter.chat_id] = letter
            task = asyncio.create_task(self._work(letter), name=f"letter {letter.id}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return batch.cancelled > 0

    async def _work(self, letter: Letter) -> None:
        try:
            await self._deliver(letter)
            # Not released when cancelled: `run` gives back what is still at work.
            self._at_work.pop(letter.chat_id, None)
        except Exception:
            # The lease runs out and the letter is taken again.
            self._at_work.pop(letter.chat_id, None)
            log.exception("the fate of a letter could not be written", letter=letter.id)
        finally:
            self.alarm.again()

    async def _deliver(self, letter: Letter) -> None:
        try:
            done = await self._letters.deliver(letter)
        except Exception as error:
            await self._mourn(letter, judge(error), error)
            return
        await self._mark(letter, done)

    async def _mark(self, letter: Letter, done: Done) -> None:
        if done.cancelled:
            await self.db.write(outbox.cancelled, letter, done.cancelled)
            return
        is_ours = await self.db.write(
            outbox.sent,
            letter,
            message_id=done.message_id,
            shown=done.shown,
            commands_hash=done.commands_hash,
        )
        if not is_ours:
            log.warning("a letter was sent by two", letter=letter.id)

    async def _mourn(self, letter: Letter, judged: Judgement, error: Exception) -> None:
        names = {"letter": letter.id, "notice": letter.notice, "reason": judged.reason}
        match judged.verdict:
            case Verdict.SENT:
                await self.db.write(outbox.sent, letter)
            case Verdict.WAIT:
                log.warning("telegram asks to wait", seconds=judged.wait_s, **names)
                self.limits.pause(letter.chat_id, judged.wait_s)
                wait = timedelta(seconds=judged.wait_s + random.uniform(0, 0.3))
                await self.db.write(outbox.postpone, letter, wait, judged.reason, counts=False)
            case Verdict.MIGRATED:
                await self.db.write(outbox.migrated, letter, judged.new_chat)
            case Verdict.GONE:
                log.warning("a person is out of reach", **names)
                await self.db.write(outbox.unreachable, letter, judged.reason)
            case Verdict.STOP:
                log.error("telegram refuses this bot", **names)
                self._stopped = Stop(judged.reason)
                await self.db.write(outbox.postpone, letter, timedelta(0), judged.reason, counts=False)
            case Verdict.UNKNOWN | Verdict.OURS:
                if judged.verdict is Verdict.OURS:
                    log.error("a letter cannot be made", exc_info=error, **names)
                await self._try_later(letter, judged)
            case _:
                log.error("telegram will not take a letter", **names)
                await self.db.write(outbox.failed, letter, judged.reason)

    async def _try_later(self, letter: Letter, judged: Judgement) -> None:
        age = self.db.clock.now() - letter.created_at
        is_enough = letter.attempts + 1 >= OWN_ATTEMPTS
        if is_enough and (judged.verdict is Verdict.OURS or age > PATIENCE):
            await self.db.write(outbox.failed, letter, judged.reason)
            return
        seconds = min(2**letter.attempts, LONGEST_BACKOFF_S) * random.uniform(0.8, 1.2)
        await self.db.write(outbox.postpone, letter, timedelta(seconds=seconds), judged.reason)

    def _nap(self) -> float:
        waits = [LOOK_ROUND_S, *self.limits.slow_chats().values()]
        overall = self.limits.wait_overall()
        if overall > 0:
            return min(overall, LOOK_ROUND_S)
        return min(waits)

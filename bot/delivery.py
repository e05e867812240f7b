"""The pump: takes the heads of chats, has them sent outside any transaction, marks them by their lease.

It keeps Telegram's limits, obeys 429, and ends every row sent, failed or cancelled. What an error means stands in
`bot/telegram_errors.py`, what a letter is in `bot/letters.py`.
"""

import asyncio
import random
from datetime import timedelta
from functools import partial

import structlog
from aiogram import Bot

from bot.letters import Done, Letters
from bot.limits import Limits
from bot.rendering import PairsFor
from bot.telegram_errors import Judgement, Verdict, judge
from bot.wakeful import LOOK_ROUND_S, Alarm, bookkeeping, finish
from core.services import outbox
from core.services.outbox import Ending, Letter
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
        #: What became of letters, to be written with the next claim: one transaction serves many.
        self._ended: list[tuple[Letter, Ending]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped: Stop | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; then what is in flight is finished and the rest given back."""
        self.db.on_commit(self.alarm.ring)
        with bookkeeping():
            while not stop.is_set() and self._stopped is None:
                if not await self._turn():
                    await self.alarm.wait(self._nap())
            await finish(self._tasks, GRACE_S)
            await self._write_endings(self._take_ended())
            if self._at_work:
                await self.db.write(outbox.release, tuple(self._at_work.values()))
        if self._stopped is not None:
            raise self._stopped

    async def _turn(self) -> bool:
        """Whether there may be more to do at once."""
        room = max(min(self.limits.room(), AT_ONCE - len(self._tasks)), 0)
        ended = self._take_ended()
        if not room and not ended:
            return False
        try:
            busy = [*self._at_work, *self.limits.slow_chats()]
            batch = await self.db.write(outbox.turn, [end for _, end in ended], room, busy_chats=busy)
        except Exception:
            log.exception("the outbox cannot be written")
            await self._write_endings(ended)
            await asyncio.sleep(LOOK_ROUND_S)
            return False
        if batch.lost:
            log.warning("letters were sent by two", count=batch.lost)
        for letter in batch.letters:
            self._at_work[letter.chat_id] = letter
            task = asyncio.create_task(self._work(letter), name=f"letter {letter.id}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return batch.cancelled > 0

    def _take_ended(self) -> list[tuple[Letter, Ending]]:
        ended, self._ended = self._ended, []
        for letter, _ in ended:
            self._at_work.pop(letter.chat_id, None)
        return ended

    async def _write_endings(self, ended: list[tuple[Letter, Ending]]) -> None:
        """One by one: what cannot be written comes back when its lease runs out."""
        for letter, end in ended:
            try:
                await self.db.write(end)
            except Exception:
                log.exception("the fate of a letter could not be written", letter=letter.id)

    async def _work(self, letter: Letter) -> None:
        # A cancelled one stays at work: `run` gives it back.
        try:
            end = self._end_of(letter, await self._letters.deliver(letter))
        except Exception as error:
            end = self._end_by(letter, judge(error), error)
        self._ended.append((letter, end))
        self.alarm.again()

    def _end_of(self, letter: Letter, done: Done) -> Ending:
        if done.cancelled:
            return partial(outbox.cancelled, letter=letter, reason=done.cancelled)
        return partial(
            outbox.sent,
            letter=letter,
            message_id=done.message_id,
            shown=done.shown,
            commands_hash=done.commands_hash,
        )

    def _end_by(self, letter: Letter, judged: Judgement, error: Exception) -> Ending:
        log.warning(
            "a letter did not go as it should",
            letter=letter.id,
            notice=letter.notice,
            verdict=judged.verdict.name,
            reason=judged.reason,
            exc_info=error if judged.verdict is Verdict.OURS else None,
        )
        end: Ending = partial(outbox.failed, letter=letter, error=judged.reason)
        match judged.verdict:
            case Verdict.SENT:
                end = partial(outbox.sent, letter=letter)
            case Verdict.WAIT:
                self.limits.pause(letter.chat_id, judged.wait_s)
                end = _later(letter, judged, judged.wait_s + random.uniform(0, 0.3), counts=False)
            case Verdict.MIGRATED:
                end = partial(outbox.migrated, letter=letter, new_chat=judged.new_chat or letter.chat_id)
            case Verdict.GONE:
                end = partial(outbox.unreachable, letter=letter, error=judged.reason)
            case Verdict.STOP:
                self._stopped = Stop(judged.reason)
                end = _later(letter, judged, 0, counts=False)
            case Verdict.UNKNOWN | Verdict.OURS:
                end = self._try_later(letter, judged)
        return end

    def _try_later(self, letter: Letter, judged: Judgement) -> Ending:
        age = self.db.clock.now() - letter.created_at
        is_enough = letter.attempts + 1 >= OWN_ATTEMPTS
        if is_enough and (judged.verdict is Verdict.OURS or age > PATIENCE):
            return partial(outbox.failed, letter=letter, error=judged.reason)
        backoff = min(2**letter.attempts, LONGEST_BACKOFF_S) * random.uniform(0.8, 1.2)
        return _later(letter, judged, backoff)

    def _nap(self) -> float:
        waits = [LOOK_ROUND_S, *self.limits.slow_chats().values()]
        overall = self.limits.wait_overall()
        if overall > 0:
            return min(overall, LOOK_ROUND_S)
        return min(waits)


def _later(letter: Letter, judged: Judgement, seconds: float, *, counts: bool = True) -> Ending:
    wait = timedelta(seconds=seconds)
    return partial(outbox.postpone, letter=letter, wait=wait, error=judged.reason, counts=counts)

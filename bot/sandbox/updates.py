"""The update queue of one bot: confirmed by offset, kept for a day, read by one long poll at a time."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.errors import ApiError
from bot.sandbox.faults import Cut
from bot.sandbox.pulse import Pulse

NOT_BY_DEFAULT = ("chat_member", "message_reaction", "message_reaction_count")
KEPT_SECONDS = 86_400
LONGEST_POLL = 50
MOST_UPDATES = 100
SAME_OFFSET_SECONDS = 3.0
AT_ONCE_SECONDS = 0.5
CONFLICT_PAUSE = 3.0
FUTURE = 10
CONFLICT = "terminated by other getUpdates request; make sure that only one bot instance is running"


@dataclass
class Waiting:
    id: int
    body: dict[str, Any]
    expires: float
    again: bool = False


class UpdateQueue:
    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._waiting: list[Waiting] = []
        self.sent: dict[int, dict[str, Any]] = {}
        self.next_id = random.randrange(100_000_000, 900_000_000)
        self.allowed: list[str] = []
        self._pulse = Pulse()
        self._poll = 0
        self._last_poll: tuple[int, float] = (0, -SAME_OFFSET_SECONDS)
        self._next_conflict = 0.0
        self._hung_up = 0

    def wants(self, kind: str) -> bool:
        return kind in self.allowed if self.allowed else kind not in NOT_BY_DEFAULT

    def put(self, body: dict[str, Any], date: float) -> dict[str, Any]:
        update = {"update_id": self.next_id, **body}
        self.next_id = max(self.next_id, update["update_id"]) + 1
        self._waiting.append(Waiting(update["update_id"], update, date + KEPT_SECONDS))
        self.sent[update["update_id"]] = update
        self._pulse.beat()
        return update

    def put_again(self, update_id: int) -> dict[str, Any]:
        """A repeated delivery: goes out once more even if that id is confirmed already."""
        update = self.sent[update_id]
        self._waiting.append(Waiting(update_id, update, self._now() + KEPT_SECONDS, again=True))
        self._pulse.beat()
        return update

    def pending(self) -> int:
        self._forget_old()
        return len(self._waiting)

    def drop_pending(self) -> None:
        self._waiting.clear()

    def hang_up(self) -> None:
        """The line is dead: whoever waits learns of it."""
        self._hung_up += 1
        self._pulse.beat()

    async def get(self, offset: int, limit: int, wait: float) -> list[dict[str, Any]]:
        """A newer call ends an older one, which then learns of the conflict."""
        self._poll += 1
        mine, line = self._poll, self._hung_up
        self._pulse.beat()
        started = time.monotonic()
        limit, wait = self._slowed(offset, limit, wait, started)
        offset = self._confirm(offset)
        deadline = started + wait
        while True:
            if mine != self._poll:
                await self._conflict()
            if line != self._hung_up:
                raise Cut
            updates = self._take(offset, limit)
            if updates or time.monotonic() >= deadline:
                return updates
            await self._pulse.wait(deadline - time.monotonic())

    def _slowed(self, offset: int, limit: int, wait: float, started: float) -> tuple[int, float]:
        """The server brakes a client that asks for the same offset again and again."""
        same, before = self._last_poll
        self._last_poll = (offset, started)
        if offset == same and started < before + SAME_OFFSET_SECONDS:
            wait = max(wait, SAME_OFFSET_SECONDS)
        if offset == same and started < before + AT_ONCE_SECONDS:
            limit = 1
        return limit, wait

    def _confirm(self, offset: int) -> int:
        """Forget what lies before the offset and say from which id on to answer."""
        self._forget_old()
        if offset < 0:
            tail = self._waiting[offset:]
            self._waiting = tail
            return tail[0].id if tail else 0
        if self._beyond(offset):
            return offset
        self._waiting = [one for one in self._waiting if one.again or one.id >= offset]
        return offset

    def _beyond(self, offset: int) -> bool:
        """An offset far ahead comes from before the numbering jumped back: it counts as none."""
        return offset > self.next_id + FUTURE

    def _forget_old(self) -> None:
        now = self._now()
        self._waiting = [one for one in self._waiting if one.expires > now]

    def _take(self, offset: int, limit: int) -> list[dict[str, Any]]:
        self._forget_old()
        first = 0 if self._beyond(offset) else offset
        taken = [one for one in self._waiting if one.again or one.id >= first][:limit]
        repeated = {id(one) for one in taken if one.again}
        self._waiting = [one for one in self._waiting if id(one) not in repeated]
        return [one.body for one in taken]

    async def _conflict(self) -> None:
        now = time.monotonic()
        pause = CONFLICT_PAUSE if now < self._next_conflict else 0.0
        self._next_conflict = now + CONFLICT_PAUSE
        if pause:
            deadline = now + pause
            while time.monotonic() < deadline:
                await self._pulse.wait(deadline - time.monotonic())
        raise ApiError(409, f"Conflict: {CONFLICT}")

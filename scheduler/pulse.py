"""Watches the clocks of the process: a loop that stood still and a wall clock that jumped are written to the log.

Nothing is put right here. What is due is found in the rows, so a late tick loses nothing and a clock that went back
does nothing twice; but somebody must know why things came late or early, and what cannot be undone waits for a word
(`core.services.guard`).
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from core.services.guard import JUMP

log = structlog.get_logger(__name__)

#: A beat that comes later than this was not slow, the loop was blocked.
LATE_S = 1.0


class Pulse:
    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._at, self._wall = time.monotonic(), now()
        self._beat_at = self._at

    def beat(self, every_s: float) -> timedelta | None:
        """Called after each sleep of `every_s`: was the loop blocked meanwhile, did the wall clock jump?"""
        at = time.monotonic()
        late_s = at - self._beat_at - every_s
        if late_s > LATE_S:
            log.warning("the event loop stood still", seconds=round(late_s, 1))
        self._beat_at = at
        return self.jumped()

    def jumped(self) -> timedelta | None:
        """By how much the wall clock has jumped since it was last asked; None: it did not."""
        at, wall = time.monotonic(), self._now()
        jumped = wall - self._wall - timedelta(seconds=at - self._at)
        self._at, self._wall = at, wall
        if abs(jumped) <= JUMP:
            return None
        log.warning("the clock jumped", seconds=round(jumped.total_seconds()))
        return jumped

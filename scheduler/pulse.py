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

    def beat(self, every_s: float) -> timedelta | None:
        """Called after each sleep of `every_s`. Returns by how much the wall clock jumped; None: it did not."""
        at, wall = time.monotonic(), self._now()
        passed = timedelta(seconds=at - self._at)
        late_s, jumped = passed.total_seconds() - every_s, wall - self._wall - passed
        if late_s > LATE_S:
            log.warning("the event loop stood still", seconds=round(late_s, 1))
        self._at, self._wall = at, wall
        if abs(jumped) <= JUMP:
            return None
        log.warning("the clock jumped", seconds=round(jumped.total_seconds()))
        return jumped

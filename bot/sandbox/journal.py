"""Everything that went in and out, in order, and the feed of what the phones have to redraw.

Both live in memory and drop their oldest entries when they grow too long.
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.sandbox.pulse import Pulse

KEPT = 200_000


class Journal:
    """Requests of bots, updates for bots and control calls; parameters and replies are kept as they went."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._entries: list[dict[str, Any]] = []
        self.seq = 0

    def write(self, direction: str, **what: Any) -> dict[str, Any]:
        self.seq += 1
        entry = {"seq": self.seq, "at": self._now().isoformat(), "direction": direction, **what}
        self._entries.append(entry)
        if len(self._entries) > KEPT:
            del self._entries[: KEPT // 10]
        return entry

    def since(self, seq: int) -> list[dict[str, Any]]:
        start = bisect_right(self._entries, seq, key=lambda entry: entry["seq"])
        return self._entries[start:]


@dataclass(frozen=True)
class Change:
    seq: int
    kind: str
    bot: int
    chat: int
    what: Any


class ChangeFeed:
    """Small notes "this message of this chat changed"; the reader looks up how it is now."""

    def __init__(self) -> None:
        self._changes: list[Change] = []
        self.seq = 0
        self.pulse = Pulse()

    def note(self, kind: str, bot: int, chat: int, what: Any = None) -> None:
        self.seq += 1
        self._changes.append(Change(self.seq, kind, bot, chat, what))
        if len(self._changes) > KEPT:
            del self._changes[: KEPT // 10]
        self.pulse.beat()

    def since(self, seq: int) -> list[Change]:
        start = bisect_right(self._changes, seq, key=lambda change: change.seq)
        return self._changes[start:]

"""A broken promise: whose it was. The time before a contractor accepted is never the contractor's fault.

The one question asked: had he come within the time he himself agreed to (and, for the resolution, worked the norm time
of the service), would the promise have been kept? Only then it is his; every other breach is ours. While the
ticket waits by nobody's wish of his, for parts of ours or an answer of the client, he can neither come nor work, also
where the clock runs on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.domain.clock import ClockKind, Whose
from core.domain.slots import Slot
from core.domain.visit import Side


class AnnulReason(StrEnum):
    """Why a breach is none after all."""

    KEPT = "kept"  #: it had happened in time, the word of it came late
    RECKONED = "reckoned"  #: the deadline is another one: an objection, a holiday, another plan


@dataclass(frozen=True, slots=True)
class Move:
    """A visit was given another time, by a side; None: by nobody's wish."""

    side: Side | None
    before: Slot


def agreed(window: Slot, moves: Sequence[Move]) -> Slot:
    """When he had agreed to come, of a visit that is planned for this window after these moves. A later time by his own
    wish does not free him; by anybody else's it does."""
    windows = [*(move.before for move in moves), window]
    found = windows[0]
    for move, after in zip(moves, windows[1:], strict=True):
        found = min(found, after, key=lambda one: one.start) if move.side is Side.CREW else after
    return found


def whose(
    kind: ClockKind,
    due_at: datetime,
    agreed: Slot | None,
    norm: timedelta,
    waits: Iterable[tuple[datetime, datetime | None]] = (),
) -> Whose:
    """`agreed`: the window of whoever had the job at the deadline; None: nobody had it. `waits`, in order and apart
    from each other: when the ticket waited by others; an end of None: it still does."""
    if agreed is None or kind not in (ClockKind.ARRIVAL, ClockKind.RESOLUTION):
        return Whose.OURS
    at, left = agreed.start, agreed.end - agreed.start + (norm if kind is ClockKind.RESOLUTION else timedelta(0))
    for begins, ends in waits:
        if begins > at and begins >= at + left:
            break  # he would have been ready by then
        if ends is None:
            return Whose.OURS
        left -= max(begins - at, timedelta(0))
        at = max(at, ends)
    return Whose.CONTRACTOR if at + left <= due_at else Whose.OURS

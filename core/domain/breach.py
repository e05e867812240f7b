"""A broken promise: whose it was. The time before a contractor accepted is never the contractor's fault.

The one question asked: had he come at the start of the time he himself agreed to (and, for the resolution, worked the
norm time of the service), would the promise have been kept? Only then it is his; every other breach is ours. What the
client delays stops the clock and never becomes a breach.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.domain.clock import ClockKind, Whose
from core.domain.visit import Side


class AnnulReason(StrEnum):
    """Why a breach is none after all."""

    KEPT = "kept"  #: it had happened in time, the word of it came late
    RECKONED = "reckoned"  #: the deadline is another one: an objection, a holiday, another plan


@dataclass(frozen=True, slots=True)
class Move:
    """A visit was given another time, by a side."""

    side: Side
    before: datetime
    after: datetime


def agreed_start(starts_at: datetime, moves: Iterable[Move]) -> datetime:
    """When he had agreed to come. A later time by his own wish does not free him; by anybody else's it does."""
    agreed: datetime | None = None
    for move in moves:
        before = move.before if agreed is None else agreed
        agreed = min(before, move.after) if move.side is Side.CREW else move.after
    return starts_at if agreed is None else agreed


def whose(kind: ClockKind, due_at: datetime, starts_at: datetime | None, norm: timedelta) -> Whose:
    """`starts_at`: the agreed start of whoever had the job at the deadline; None: nobody had it."""
    if starts_at is None or kind not in (ClockKind.ARRIVAL, ClockKind.RESOLUTION):
        return Whose.OURS
    needed = norm if kind is ClockKind.RESOLUTION else timedelta(0)
    return Whose.CONTRACTOR if starts_at + needed <= due_at else Whose.OURS

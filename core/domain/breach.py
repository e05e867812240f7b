"""A broken promise: whose it was. The time before a contractor accepted is never the contractor's fault.

The one question asked: had he come within the time he himself agreed to (and, for the resolution, worked the norm time
of the service), would the promise have been kept? Only then it is his; every other breach is ours. A window ends with
the promise where an hour is left for it, so an hour is what he is given. While the
ticket waits by nobody's wish of his, for parts of ours or an answer of the client, he can neither come nor work, also
where the clock runs on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.domain import slots
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


def whose(
    kind: ClockKind,
    due_at: datetime,
    starts_at: datetime | None,
    norm: timedelta,
    waits: Iterable[tuple[datetime, datetime | None]] = (),
) -> Whose:
    """`starts_at`: the agreed start of whoever had the job at the deadline; None: nobody had it. `waits`, in order and
    apart from each other: when the ticket waited by others; an end of None: it still does."""
    if starts_at is None or kind not in (ClockKind.ARRIVAL, ClockKind.RESOLUTION):
        return Whose.OURS
    at, left = starts_at, slots.SHORTEST + (norm if kind is ClockKind.RESOLUTION else timedelta(0))
    for begins, ends in waits:
        if begins > at and begins >= at + left:
            break  # he would have been ready by then
        if ends is None:
            return Whose.OURS
        left -= max(begins - at, timedelta(0))
        at = max(at, ends)
    return Whose.CONTRACTOR if at + left <= due_at else Whose.OURS

"""A promise with a time: what it measures, what stops it, and when it will be broken.

A clock is rows of intervals; what has elapsed, what is left and the deadline are computed from them and never edited.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from core.domain.calendar import Calendar


class ClockKind(StrEnum):
    REACTION = "reaction"  #: registered → a contractor said yes
    ARRIVAL = "arrival"
    RESOLUTION = "resolution"
    SEARCH = "search"  #: a search after the first yes was lost: no promise to the client, but the same haste


class ClockState(StrEnum):
    RUNNING = "running"
    STOPPED = "stopped"
    MET = "met"
    ENDED = "ended"  #: the ticket is over without it: cancelled, rejected


class Whose(StrEnum):
    CLIENT = "client"
    CONTRACTOR = "contractor"
    OURS = "ours"
    NOBODY = "nobody"


class StopReason(StrEnum):
    """Why work waits: also the reasons of a hold."""

    APPROVAL = "approval"
    ESTIMATE = "estimate"
    EXTRA_WORKS = "extra_works"
    NO_ACCESS = "no_access"
    NOT_READY = "not_ready"
    MOVED_BY_CLIENT = "moved_by_client"
    CLIENT_ANSWER = "client_answer"
    CLIENT_PARTS = "client_parts"
    OUR_PARTS = "our_parts"
    MOVED_BY_CONTRACTOR = "moved_by_contractor"
    FORCE_MAJEURE = "force_majeure"


R, K, W = StopReason, ClockKind, Whose
_ALL = frozenset({K.REACTION, K.SEARCH, K.ARRIVAL, K.RESOLUTION})

#: Reason → whose time it is, and which clocks stand. Before the first yes the client's waiting stops the reaction
#: too: on hold nobody can be asked (decision 8). Arrival runs on while an answer or parts are waited for.
STOPS: dict[StopReason, tuple[Whose, frozenset[ClockKind]]] = {
    R.APPROVAL: (W.CLIENT, _ALL),
    R.ESTIMATE: (W.CLIENT, _ALL),
    R.EXTRA_WORKS: (W.CLIENT, _ALL),
    R.NO_ACCESS: (W.CLIENT, _ALL),
    R.NOT_READY: (W.CLIENT, _ALL),
    R.MOVED_BY_CLIENT: (W.CLIENT, _ALL),
    R.CLIENT_ANSWER: (W.CLIENT, frozenset({K.REACTION, K.SEARCH, K.RESOLUTION})),
    R.CLIENT_PARTS: (W.CLIENT, frozenset({K.RESOLUTION})),
    R.OUR_PARTS: (W.OURS, frozenset()),
    R.MOVED_BY_CONTRACTOR: (W.CONTRACTOR, frozenset()),
    R.FORCE_MAJEURE: (W.NOBODY, _ALL),
}

#: Shares of the target at which somebody is warned, in percent.
LEVELS = (50, 75, 90, 100)


@dataclass(frozen=True, slots=True)
class Interval:
    """Half open; `end` None: it lasts. Each is measured on its own calendar, so that another plan changes only what
    comes after."""

    start: datetime
    end: datetime | None
    runs: bool
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Reading:
    """A clock at one moment. `due_at` is None while it stands."""

    kind: ClockKind
    state: ClockState
    target: timedelta
    elapsed: timedelta
    due_at: datetime | None

    @property
    def left(self) -> timedelta:
        return max(self.target - self.elapsed, timedelta(0))

    @property
    def used_pct(self) -> int:
        """Whole percent of the target, rounded down; more than 100 when it is broken."""
        return int(self.elapsed * 100 / self.target) if self.target else 100


def elapsed(intervals: Iterable[Interval], until: datetime) -> timedelta:
    """What was running, each interval measured on its own calendar, up to `until`."""
    spans = (one.calendar.between(one.start, min(one.end or until, until)) for one in intervals if one.runs)
    return sum(spans, timedelta(0))


def reaches(intervals: Sequence[Interval], amount: timedelta) -> datetime | None:
    """When `amount` will have elapsed; None while the clock stands, or is over, and has not reached it."""
    left = amount
    for one in intervals:
        if not one.runs:
            continue
        if one.end is None:
            return one.calendar.after(one.start, left)
        here = one.calendar.between(one.start, one.end)
        if here >= left:
            return one.calendar.after(one.start, left)
        left -= here
    return None


def run_anew(
    intervals: Sequence[Interval], at: datetime, waits: Iterable[tuple[datetime, datetime]], calendar: Calendar
) -> list[Interval]:
    """As the ledger would be if from `at` on it ran on this calendar, but for these waits: what lies ahead falls away.
    The first interval always stays."""
    kept = [one for number, one in enumerate(intervals) if number == 0 or one.start < at]
    found = [*kept[:-1], replace(kept[-1], end=max(at, kept[-1].start))]
    for begins, ends in waits:
        found.append(Interval(at, max(begins, at), True, calendar))
        at = ends
    return [*found, Interval(at, None, True, calendar)]


@dataclass(frozen=True, slots=True)
class Moved:
    """A visit got another time."""

    by_client: bool
    before: datetime
    after: datetime


def put_off(moves: Iterable[Moved]) -> list[tuple[datetime, datetime]]:
    """What of the time between the first and the present appointment is the client's: he put it off by so much.

    Whoever brings a visit forward takes back what was put off behind the new time; what a crew puts off is not his.
    """
    spans: list[tuple[datetime, datetime]] = []
    for move in moves:
        if move.after < move.before:
            spans = [(begins, min(ends, move.after)) for begins, ends in spans if begins < move.after]
        elif move.by_client and move.after > move.before:
            spans.append((move.before, move.after))
    return spans

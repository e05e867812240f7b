"""Events that speak for or against a contractor, and what each weighs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from core.domain.clock import ClockKind
from core.domain.defaults import Defaults
from core.domain.visit import Side

EARLY = timedelta(hours=24)


class QualityKind(StrEnum):
    BACK_OUT = "back_out"  #: handed back after the yes
    NO_SHOW = "no_show"
    ARRIVAL = "arrival"  #: on site in time, or late
    FIRST_TIME = "first_time"  #: accepted the first time, or only after a rework
    PROOF = "proof"  #: the proof was complete when it was due, or late
    MARK = "mark"  #: the client's mark
    MISSED = "missed"  #: a deadline of the client missed by the contractor's own fault
    REWORK = "rework"  #: the work was faulty and had to be done again
    FRAUD = "fraud"  #: proven


#: In thousandths: half for a day's notice, one for less, three for not coming.
NO_SHOW_WEIGHT_MILLI = 3000
EARLY_MILLI, LATE_MILLI = 500, 1000
#: A missed deadline counts as one.
MISSED_WEIGHT_MILLI = 1000
#: Of what may be good or bad: all of it, or nothing.
GOOD_MILLI, BAD_MILLI = 1000, 0


def back_out_weight_milli(notice: timedelta) -> int:
    """`notice` is how long before the agreed time the job was handed back; negative after it began."""
    return EARLY_MILLI if notice > EARLY else LATE_MILLI


#: Each of these is bad by itself; of the others it depends on how good it was.
STRIKES = frozenset(
    {QualityKind.BACK_OUT, QualityKind.NO_SHOW, QualityKind.MISSED, QualityKind.REWORK, QualityKind.FRAUD}
)
#: The client's opinion is his own: it is shown, and nobody is rung about it.
OPINIONS = frozenset({QualityKind.MARK})


def is_bad(kind: QualityKind, weight_milli: int) -> bool:
    """Speaks against the crew, which therefore hears of it and may dispute it."""
    return kind in STRIKES or weight_milli < GOOD_MILLI


def pulls_below(floor: int, kind: QualityKind, weight_milli: int) -> bool:
    """Whether a score of the floor sinks by it. A four of five speaks against the crew a little and still lifts one."""
    return kind in STRIKES or 100 * weight_milli < floor * GOOD_MILLI


@dataclass(frozen=True, slots=True)
class Window:
    """A beginning a visit had. `by`: whose wish it was; None: it was only planned. `since`: when it was set, of the
    first one when the job was given. `is_confirmed`: the crew said that it was coming."""

    start: datetime
    by: Side | None
    since: datetime
    is_confirmed: bool = False

    @property
    def is_agreed(self) -> bool:
        """By the crew."""
        return self.by is Side.CREW or self.is_confirmed

    @property
    def has_beginning(self) -> bool:
        """Somebody waits for it; what was only planned says when he comes at the latest."""
        return self.by is not None or self.is_confirmed


def promised_start(windows: Sequence[Window], rules: Defaults) -> datetime:
    """The beginning a crew is held to; of one window at least, oldest first.

    Who moves his own visit at the last moment does not come in time by that; the others may move it when they like.
    What a crew never agreed to binds it once it has begun: moved away before, it does not.
    """
    promised = windows[0]
    for window in windows[1:]:
        notice = timedelta(hours=rules.confirm_last_hours) if promised.is_agreed else timedelta(0)
        if window.by is not Side.CREW or window.since <= promised.start - notice:
            promised = window
    return promised.start


def minutes_off(at: datetime, earliest: datetime, latest: datetime, rules: Defaults) -> int:
    """How late (positive) or early (negative) somebody came to an agreed window; 0 inside it with its grace."""
    if at > latest + timedelta(minutes=rules.late_minutes):
        return _minutes(at - latest)
    if at < earliest - timedelta(minutes=rules.early_minutes):
        return -_minutes(earliest - at)
    return 0


def proof_due(on_site_at: datetime, norm_minutes: int, quantity_milli: int, rules: Defaults) -> datetime:
    """Until when a report with all that is required is on time: the norm of the work, and a fair time after it.

    A report cannot be sent without its proof, so proof that is missing shows as a report that comes late.
    """
    return on_site_at + work(norm_minutes, quantity_milli) + timedelta(hours=rules.proof_hours)


def work(norm_minutes: int, quantity_milli: int) -> timedelta:
    """What so much of a work takes by its norm."""
    return timedelta(minutes=norm_minutes * quantity_milli / 1000)


def happened_at(kind: QualityKind, written_at: datetime, cause: dict[str, Any]) -> datetime:
    """What people read: a deadline is missed at the deadline, which its audit row names, not when somebody looked."""
    return datetime.fromisoformat(cause["due"]) if kind is QualityKind.MISSED and "due" in cause else written_at


def missed_clock(kind: QualityKind, cause: dict[str, Any]) -> ClockKind | None:
    """Which promise a missed deadline was of, as its audit row names it."""
    return ClockKind(cause["kind"]) if kind is QualityKind.MISSED and "kind" in cause else None


def mark_milli(mark: int, best: int) -> int:
    return mark * GOOD_MILLI // best


def _minutes(span: timedelta) -> int:
    return max(1, int(span.total_seconds() // 60))

"""Events that speak for or against a contractor, and what each weighs."""

from datetime import timedelta
from enum import StrEnum

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
#: Of what may be good or bad: all of it, or nothing.
GOOD_MILLI, BAD_MILLI = 1000, 0


def back_out_weight_milli(notice: timedelta) -> int:
    """`notice` is how long before the agreed time the job was handed back; negative after it began."""
    return EARLY_MILLI if notice > EARLY else LATE_MILLI

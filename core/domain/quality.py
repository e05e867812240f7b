"""Events that speak for or against a contractor, and what each weighs."""

from datetime import timedelta
from enum import StrEnum

EARLY = timedelta(hours=24)


class QualityKind(StrEnum):
    BACK_OUT = "back_out"  #: handed back after the yes
    NO_SHOW = "no_show"


#: In thousandths: half for a day's notice, one for less, three for not coming.
NO_SHOW_WEIGHT_MILLI = 3000
EARLY_MILLI, LATE_MILLI = 500, 1000


def back_out_weight_milli(notice: timedelta) -> int:
    """`notice` is how long before the agreed time the job was handed back; negative after it began."""
    return EARLY_MILLI if notice > EARLY else LATE_MILLI

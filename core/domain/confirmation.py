""" "Still going?": when a crew is asked before a visit, and when its silence becomes a task of the desk."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from core.domain.defaults import Defaults

#: So long before the visit a silent crew is the desk's trouble.
SILENT = timedelta(minutes=60)


class Due(IntEnum):
    """What is to be done now; the later one stands for those before it that were missed."""

    NOTHING = 0
    FIRST = 1
    LAST = 2
    SILENCE = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """The three moments before a visit that starts at `starts_at`."""

    starts_at: datetime
    first_hours: int
    last_hours: int

    @property
    def moments(self) -> tuple[datetime, datetime, datetime]:
        first, last = (self.starts_at - timedelta(hours=hours) for hours in (self.first_hours, self.last_hours))
        return first, last, self.starts_at - SILENT

    def due(self, now: datetime) -> Due:
        return Due(sum(at <= now for at in self.moments))

    def next_question(self, now: datetime) -> datetime | None:
        """Of a visit agreed now: the first question that is still ahead. One agreed for the next hours is not asked."""
        return next((at for at in self.moments[:2] if at > now), None)

    def next_look(self, now: datetime) -> datetime | None:
        """After something was done now."""
        return next((at for at in self.moments if at > now), None)


def plan(starts_at: datetime, rules: Defaults) -> Plan:
    return Plan(starts_at, rules.confirm_first_hours, rules.confirm_last_hours)

"""A block: who is not asked, for what, for how long, by which rule, and what he may say against it."""

from dataclasses import dataclass
from enum import StrEnum


class BlockLevel(StrEnum):
    """From mild to severe. A warning is an event of the ledger, not a block."""

    LIMITED = "limited"  #: no emergencies
    SUSPENDED = "suspended"  #: no offers; what is begun may be finished and is paid
    BLOCKED = "blocked"  #: by hand, by two people


#: Nothing is offered at all.
STOPS_ALL = frozenset({BlockLevel.SUSPENDED, BlockLevel.BLOCKED})


class BlockRule(StrEnum):
    """Why; a rule of the machine, or a person's decision."""

    MISSED = "missed"  #: deadlines missed by own fault
    NO_SHOWS = "no_shows"
    REWORKS = "reworks"  #: faulty work done again
    SCORE = "score"
    REPEATED = "repeated"  #: limited again soon after
    FRAUD = "fraud"
    BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True)
class Subject:
    """Exactly one of firm and person; everywhere, or by one client."""

    contractor_id: int | None = None
    person_id: int | None = None
    client_id: int | None = None

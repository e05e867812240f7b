"""The score of a firm, 0 to 100, from its ledger of events: five parts, each a share of its weight over its window.

A part without data shares out its weight among the others. Fewer accepted jobs than the operator wants to see say
nothing yet: such a firm is new.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from core.domain.quality import QualityKind

BEST = 100
_WHOLE_MILLI = 1000


class Part(StrEnum):
    """In the order in which they are shown."""

    ON_TIME = "on_time"
    FIRST_TIME = "first_time"
    PROOF = "proof"
    BACK_OUTS = "back_outs"
    MARK = "mark"


WEIGHTS: dict[Part, int] = {
    Part.ON_TIME: 30,
    Part.FIRST_TIME: 30,
    Part.PROOF: 15,
    Part.BACK_OUTS: 15,
    Part.MARK: 10,
}
#: How many of the newest jobs a part looks at.
WINDOWS: dict[Part, int] = {
    Part.ON_TIME: 30,
    Part.FIRST_TIME: 30,
    Part.PROOF: 30,
    Part.BACK_OUTS: 30,
    Part.MARK: 100,
}
#: Which events a part is made of; the other kinds are strikes, which the rules of the blacklist count.
PART_OF: dict[QualityKind, Part] = {
    QualityKind.ARRIVAL: Part.ON_TIME,
    QualityKind.FIRST_TIME: Part.FIRST_TIME,
    QualityKind.PROOF: Part.PROOF,
    QualityKind.BACK_OUT: Part.BACK_OUTS,
    QualityKind.NO_SHOW: Part.BACK_OUTS,
    QualityKind.MARK: Part.MARK,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the ledger that counts. Of two at one moment the one with the greater id is the newer."""

    id: int
    kind: QualityKind
    weight_milli: int
    at: datetime


@dataclass(frozen=True, slots=True)
class PartScore:
    """`good_milli` of `n`: how much of it was good, in thousandths of a job; `n` 0: nothing is known yet.

    `lost_milli` waits for the first job: what was handed back is weighed against jobs that were accepted.
    """

    part: Part
    weight: int
    good_milli: int
    n: int
    lost_milli: int = 0

    @property
    def share(self) -> Fraction:
        """Of what could be good; 0 to 1."""
        return Fraction(self.good_milli, self.n * _WHOLE_MILLI) if self.n else Fraction(0)

    @property
    def loses(self) -> bool:
        return self.share < 1 if self.n else self.lost_milli > 0


@dataclass(frozen=True, slots=True)
class Score:
    value: int
    is_new: bool
    #: As many as were looked at.
    accepted: int
    parts: tuple[PartScore, ...]

    @property
    def weakest(self) -> PartScore | None:
        """Where the most points are lost, or will be; None where none are."""
        losing = [one for one in self.parts if one.loses]
        return max(losing, key=lambda one: one.weight * (1 - one.share), default=None)


def of(entries: Iterable[Entry], accepted: Sequence[datetime], *, new_score: int, new_below: int) -> Score:
    """`accepted` are the moments of the newest accepted jobs: more than a window and than `new_below` tell no more."""
    ordered = sorted(entries, key=lambda one: (one.at, one.id), reverse=True)
    parts = tuple(
        _back_outs(ordered, accepted) if part is Part.BACK_OUTS else _share(part, ordered) for part in WEIGHTS
    )
    is_new = len(accepted) < new_below
    return Score(new_score if is_new else _total(parts, new_score), is_new, len(accepted), parts)


def _share(part: Part, ordered: list[Entry]) -> PartScore:
    window = [one for one in ordered if PART_OF.get(one.kind) is part][: WINDOWS[part]]
    return PartScore(part, WEIGHTS[part], sum(one.weight_milli for one in window), len(window))


def _back_outs(ordered: list[Entry], accepted: Sequence[datetime]) -> PartScore:
    """What was handed back since the oldest job of the window was accepted, or ever where all jobs are in it."""
    part = Part.BACK_OUTS
    window = sorted(accepted, reverse=True)[: WINDOWS[part]]
    since = window[-1] if len(accepted) > len(window) else None
    cost = sum(
        one.weight_milli for one in ordered if PART_OF.get(one.kind) is part and (since is None or one.at >= since)
    )
    if not window:
        return PartScore(part, WEIGHTS[part], 0, 0, lost_milli=cost)
    return PartScore(part, WEIGHTS[part], max(0, len(window) * _WHOLE_MILLI - cost), len(window))


def _total(parts: tuple[PartScore, ...], new_score: int) -> int:
    known = [one for one in parts if one.n]
    if not known:
        return new_score
    weight = sum(one.weight for one in known)
    exact = sum((one.weight * one.share for one in known), Fraction(0)) * BEST / weight
    return int(exact + Fraction(1, 2))

"""Verdicts of rules that became blocks: which of them still count against a firm, and what their fall excuses.

A block that was lifted, or that its own events do not bear any more, was none: it makes no later one a repetition, and
what it rested on is excused. One that was only eased, because an earlier block fell, excuses nothing by itself.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.domain import limits
from core.domain.block import BlockRule
from core.domain.defaults import Defaults
from storage.models.contractor import Appeal, Block
from storage.models.desk import Audit
from storage.models.quality import QualityEvent

#: Reasons of the machine why a block, or the request of one, ended before its time.
ANNULLED, EASED = "annulled", "eased"
#: Why a request ended without a person: the firm was suspended for proven fraud meanwhile.
OUTDONE = "outdone"


@dataclass(frozen=True, slots=True)
class Ruling:
    """A block of a rule with the facts it began with. `is_upheld`: an appeal against it was right, be it afterwards."""

    block: Block
    facts: dict[str, Any]
    is_upheld: bool

    @property
    def events(self) -> frozenset[int]:
        return events_of(self.facts)

    @property
    def is_eased(self) -> bool:
        return self.block.lifted_by is None and self.block.lift_reason == EASED


@dataclass(frozen=True, slots=True)
class Standing:
    """What is left of a firm's earlier blocks: those that count, oldest first, and the events that count no more."""

    blocks: tuple[Block, ...]
    excused: frozenset[int]

    @property
    def ended_at(self) -> datetime | None:
        """When the last of them ran out, or will."""
        return max((one.ends_at for one in self.blocks if one.ends_at is not None), default=None)

    def is_repeated(self, at: datetime, rules: Defaults) -> bool:
        """Whether a block that begins at this moment comes soon after one of them."""
        return self.ended_at is not None and at - self.ended_at <= timedelta(days=rules.again_days)


def of_firms(session: Session, firms: Collection[int] | Select[int | None]) -> dict[int, list[Ruling]]:
    """Of each firm in the order in which they began."""
    rows = session.execute(
        select(Block, Audit.data, Appeal.is_upheld)
        .join(Audit, Audit.id == Block.audit_id)
        .outerjoin(Appeal, Appeal.block_id == Block.id)
        .where(Block.contractor_id.in_(firms), Block.rule != BlockRule.BY_HAND)
        .order_by(Block.starts_at, Block.id)
    )
    found: dict[int, list[Ruling]] = {}
    for block, facts, is_upheld in rows:
        found.setdefault(block.contractor_id or 0, []).append(Ruling(block, facts, bool(is_upheld)))
    return found


def events_of(facts: dict[str, Any]) -> frozenset[int]:
    return frozenset(int(one) for one in facts.get("events", ()))


def annulled(session: Session, facts: Iterable[dict[str, Any]]) -> frozenset[int]:
    """Which of the events they rest on count no more."""
    events = {one for each in facts for one in events_of(each)}
    if not events:
        return frozenset()
    query = select(QualityEvent.id).where(QualityEvent.id.in_(events), QualityEvent.annulled_at.is_not(None))
    return frozenset(session.scalars(query))


def standing(earlier: Sequence[Ruling], gone: frozenset[int], rules: Defaults) -> Standing:
    """`gone` are annulled events. A block excuses its events only for those that began after it."""
    blocks: list[Block] = []
    excused: frozenset[int] = frozenset()
    for one in earlier:
        if one.block.lift_reason or one.is_upheld or not bears(one.facts, gone | excused, rules):
            excused |= frozenset() if one.is_eased else one.events
        else:
            blocks.append(one.block)
    return Standing(tuple(blocks), excused)


def bears(facts: dict[str, Any], gone: frozenset[int], rules: Defaults) -> bool:
    """Whether the rule holds by the other events alone."""
    events = events_of(facts)
    if not events & gone:
        return True
    because, jobs = BlockRule(facts["because"]), int(facts.get("jobs", 0))
    return limits.still_holds(because, len(events - gone), jobs, rules)

"""When a contractor is limited or suspended by the ledger alone. Pure: a record in, a verdict out.

"In 60" and "in 90" of the rules are days, so that every strike is forgotten one day, also by a firm with few jobs.
A strike counts until it is forgotten, but no verdict rests on strikes alone that have led to one before.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.domain.block import BlockLevel, BlockRule
from core.domain.defaults import Defaults
from core.domain.quality import QualityKind


@dataclass(frozen=True, slots=True)
class Strike:
    event_id: int
    kind: QualityKind
    ticket_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Record:
    """What speaks against one firm. Annulled events and those of a lifted block are left out by whoever fills it.

    `jobs` are the tickets of its last jobs. `done`, as many accepted jobs as the rule of the score asks for, and
    `bad`, the ids of events that pull the score below its floor, may be left out above its floor. Ids up to
    `judged` have led to a block, or to the question of one. `ended_at`: when its last limit by a rule ran out, or
    will; `before` are events of what happened before that limit began, however late they were written.
    """

    strikes: tuple[Strike, ...]
    jobs: frozenset[int]
    score: int
    done: int = 0
    bad: tuple[int, ...] = ()
    judged: int = 0
    ended_at: datetime | None = None
    before: frozenset[int] = frozenset()
    #: In force now, or asked for.
    level: BlockLevel | None = None
    in_force: BlockLevel | None = None
    #: A block of a rule waits for a person's word.
    is_asked: bool = False
    #: A person said no to one that would last yet.
    is_refused: bool = False

    @property
    def newest(self) -> int:
        """The newest event it was looked at with."""
        return max((*(strike.event_id for strike in self.strikes), *self.bad), default=self.judged)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`because` is the rule behind `REPEATED`; `events` are those it rests on, the oldest first. `is_during`: the limit
    it repeats is in force yet."""

    level: BlockLevel
    rule: BlockRule
    because: BlockRule
    events: tuple[int, ...]
    jobs: int
    is_during: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """Half of a rule or more: so many strikes where `needed` would limit the firm."""

    rule: BlockRule
    events: tuple[int, ...]
    needed: int


#: The rules of the ledger in the order in which they are tried.
COUNTED = (BlockRule.MISSED, BlockRule.NO_SHOWS, BlockRule.REWORKS)


def verdict(record: Record, *, now: datetime, rules: Defaults) -> Verdict | None:
    """The hardest that holds and rests on something new, of equals the first rule; None where it is no harder than what
    stops the firm already. Who waits for a person's word, or was spared by it, is judged for fraud alone: that is
    proven, and waits for nobody."""
    fraud = _of_kind(record.strikes, QualityKind.FRAUD)
    if _has_new(fraud, record) and not _stops(record.in_force):
        return Verdict(BlockLevel.SUSPENDED, BlockRule.FRAUD, BlockRule.FRAUD, fraud, len(record.jobs))
    if _stops(record.level) or record.is_asked or record.is_refused:
        return None
    held = ((rule, _resting_on(rule, record, now=now, rules=rules)) for rule in (*COUNTED, BlockRule.SCORE))
    found = [_limited(rule, events, record, now=now, rules=rules) for rule, events in held]
    hardest = [one for one in found if one is not None and one.level is BlockLevel.SUSPENDED]
    if record.level is None:
        hardest += [one for one in found if one is not None]
    return hardest[0] if hardest else None


def _stops(level: BlockLevel | None) -> bool:
    return level is not None and level is not BlockLevel.LIMITED


def near(record: Record, *, now: datetime, rules: Defaults) -> Near | None:
    """The rule that is half full by something new. A firm that is limited already is not warned."""
    if record.level is not None:
        return None
    for rule in COUNTED:
        events, needed = _counted(rule, record, now=now, rules=rules), _needed(rule, rules)
        is_share = rule is not BlockRule.MISSED or 2 * _share_pct(len(events), record) > rules.missed_share_pct
        if len(events) < needed <= 2 * len(events) and is_share and _has_new(events, record):
            return Near(rule, events, needed)
    return None


def _resting_on(rule: BlockRule, record: Record, *, now: datetime, rules: Defaults) -> tuple[int, ...]:
    """The events for which this rule holds now; empty where it does not."""
    match rule:
        case BlockRule.SCORE:
            is_low = record.done >= rules.score_jobs and record.score < rules.score_floor
            return record.bad if is_low else ()
        case BlockRule.FRAUD:
            return _of_kind(record.strikes, QualityKind.FRAUD)
    events = _counted(rule, record, now=now, rules=rules)
    is_many = len(events) >= _needed(rule, rules)
    if rule is BlockRule.MISSED:
        is_many = is_many and _share_pct(len(events), record) > rules.missed_share_pct
    return events if is_many else ()


def still_holds(because: BlockRule, left: int, jobs: int, rules: Defaults) -> bool:
    """A verdict after some of its events were annulled: are the others enough by themselves?"""
    if because in (BlockRule.SCORE, BlockRule.FRAUD):
        return left > 0
    enough = left >= _needed(because, rules)
    return enough and (because is not BlockRule.MISSED or 100 * left > rules.missed_share_pct * jobs)


def _limited(
    rule: BlockRule, events: tuple[int, ...], record: Record, *, now: datetime, rules: Defaults
) -> Verdict | None:
    """Again is only what happened after the last limit began: what was found out later might have led to that one."""
    if not _has_new(events, record):
        return None
    is_soon = record.ended_at is not None and now - record.ended_at <= timedelta(days=rules.again_days)
    if is_soon and _has_new(tuple(one for one in events if one not in record.before), record):
        is_during = record.ended_at is not None and record.ended_at > now
        return Verdict(BlockLevel.SUSPENDED, BlockRule.REPEATED, rule, events, len(record.jobs), is_during)
    return Verdict(BlockLevel.LIMITED, rule, rule, events, len(record.jobs))


def _counted(rule: BlockRule, record: Record, *, now: datetime, rules: Defaults) -> tuple[int, ...]:
    match rule:
        case BlockRule.MISSED:
            return _of_kind(_first_of_each_job(record), QualityKind.MISSED)
        case BlockRule.NO_SHOWS:
            return _of_kind(_since(record, now, rules.no_show_days), QualityKind.NO_SHOW)
        case _:
            return _of_kind(_since(record, now, rules.rework_days), QualityKind.REWORK)


def _needed(rule: BlockRule, rules: Defaults) -> int:
    of_rule = {BlockRule.MISSED: rules.missed_deadlines, BlockRule.NO_SHOWS: rules.no_shows}
    return of_rule.get(rule, rules.reworks)


def _share_pct(missed: int, record: Record) -> float:
    """Percent of the last jobs."""
    return 100 * missed / len(record.jobs) if record.jobs else 0.0


def _since(record: Record, now: datetime, days: int) -> Iterable[Strike]:
    return (strike for strike in record.strikes if strike.at > now - timedelta(days=days))


def _first_of_each_job(record: Record) -> Iterable[Strike]:
    """Who comes late is often late to finish, too: one job speaks once, by the first deadline it missed."""
    first: dict[int, Strike] = {}
    for strike in sorted(record.strikes, key=lambda one: one.event_id):
        if strike.kind is QualityKind.MISSED and strike.ticket_id in record.jobs:
            first.setdefault(strike.ticket_id, strike)
    return first.values()


def _of_kind(strikes: Iterable[Strike], kind: QualityKind) -> tuple[int, ...]:
    return tuple(sorted(strike.event_id for strike in strikes if strike.kind is kind))


def _has_new(events: tuple[int, ...], record: Record) -> bool:
    return bool(events) and max(events) > record.judged

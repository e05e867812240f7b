"""The ledger judged by rules: who is limited, suspended or warned by his strikes alone.

Who has new events stands in the line (`limit_line`); a verdict says up to which event it went, so no event leads to
anything twice. At once only what costs no site its last contractor, and only so much in a day, and proven fraud; the
rest waits for a person.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.domain import limits
from core.domain.actor import Actor
from core.domain.block import BlockLevel, BlockRule, Subject
from core.domain.limits import Near, Verdict
from core.domain.notice import Notice
from core.domain.task import TaskKind
from core.services import (
    audit,
    blacklist,
    block_costs,
    block_requests,
    guard,
    limit_line,
    limit_walk,
    notices,
    numbers,
    records,
    tasks,
    verdicts,
)
from core.services.blacklist import Order
from core.services.verdicts import ANNULLED, EASED, OUTDONE, Ruling
from storage.models.contractor import Block, BlockRequest, Contractor
from storage.models.desk import Audit, Task
from storage.models.quality import QualityEvent

#: So many in one transaction, then others may write.
FIRMS_AT_ONCE, VERDICTS_AT_ONCE = 10, 5
#: Firms whose blocks and requests are looked at with one statement.
SHAKEN_AT_ONCE = 100
WARNED = "warn_limit"


@dataclass(frozen=True, slots=True)
class _Shaken:
    """A block or a request that does not hold as it is: why, and the facts a plain limit would rest on, if any."""

    row: Block | BlockRequest
    why: str
    facts: dict[str, Any]


def sweep(session: Session, limit: int, *, now: datetime, skip: int = 0) -> int:
    """Judges the firms in the line; while nobody stands in it, the walk of the night goes on. Returns how many.

    Nobody is judged while machines are told to hold.
    """
    if guard.is_held(session):
        return 0
    actor, spoken, taken = Actor.system("job:limits"), 0, 0
    line = limit_line.due(session, min(limit, FIRMS_AT_ONCE), skip=skip)
    if not line:
        # Behind the last who failed comes the walk, behind the walk nothing.
        is_next = not skip or bool(limit_line.due(session, 1, skip=skip - 1))
        return limit_walk.step(session, now=now) if is_next else 0
    for contractor_id in line:
        limit_line.take(session, contractor_id)
        spoken += _judge(session, actor, contractor_id, now=now)
        taken += 1
        if spoken >= VERDICTS_AT_ONCE:
            break
    return taken


def lift_annulled(session: Session, limit: int, *, now: datetime, skip: int = 0) -> int:
    """Blocks and requests of rules that what is left of their events does not bear, or that repeat a limit which fell.
    Returns how many; of a repetition that was none the plain limit stays, for what is left of its days."""
    actor, done = Actor.system("job:limits"), 0
    for number, one in enumerate(_shaken(session, now=now)):
        if done == limit:
            break
        if number < skip:
            continue
        if isinstance(one.row, Block):
            blacklist.ended(session, actor, one.row, "", now=now, why=one.why)
            _leave_limit(session, actor, one.row, one.facts, now=now)
        else:
            block_requests.drop(session, actor, one.row, one.why, now=now)
            limit_line.wait(session, [one.row.contractor_id or 0], now=now)
        done += 1
    return done


def _judge(session: Session, actor: Actor, contractor_id: int, *, now: datetime) -> bool:
    rules = numbers.of(session)
    record = records.of(session, contractor_id, now=now)
    found = limits.verdict(record, now=now, rules=rules)
    if found is not None:
        _apply(session, actor, contractor_id, found, record.newest, now=now)
        return True
    warned = limits.near(record, now=now, rules=rules)
    if warned is not None:
        _warn(session, actor, contractor_id, warned, now=now)
    return False


def _apply(session: Session, actor: Actor, contractor_id: int, found: Verdict, upto: int, *, now: datetime) -> None:
    """At once where it costs nobody the last contractor, and for proven fraud, which is a manager's word; otherwise
    asked for. What it costs is written down and told in either case."""
    whom = Subject(contractor_id)
    cost = block_costs.of(session, whom, found.level, now=now)
    order = Order(
        whom,
        found.level,
        found.rule,
        "",
        _days(session, found.level),
        cost.as_json,
        {
            "events": list(found.events),
            "because": found.because,
            "jobs": found.jobs,
            "upto": upto,
            "during": found.is_during,
        },
    )
    is_flood = _begun_today(session, now=now) >= numbers.of(session).most_limits_a_day
    is_proven = found.rule is BlockRule.FRAUD
    if is_proven or not (is_flood or cost.sites):
        blacklist.begin(session, actor, order, now=now)
        if is_proven:
            _settle_requests(session, actor, contractor_id, now=now)
        return
    row = block_requests.ask(session, actor, order, now=now, with_task=not is_flood)
    if is_flood and not _is_in_queue(session):
        tasks.open(session, TaskKind.BLOCKS_HELD, cause=f"request {row.id}", now=now, data={"request": row.id})


def _settle_requests(session: Session, actor: Actor, contractor_id: int, *, now: datetime) -> None:
    """What rules asked for is no harder than what began."""
    waits = (BlockRequest.contractor_id == contractor_id, BlockRequest.decided_at.is_(None))
    for row, _ in block_requests.of_rules(session, *waits):
        block_requests.drop(session, actor, row, OUTDONE, now=now)


def _is_in_queue(session: Session) -> bool:
    """One task speaks for all that wait; once it was ended, the next one needs its own, on the same day too."""
    held = select(Task.id).where(Task.kind == TaskKind.BLOCKS_HELD, Task.ended_at.is_(None))
    return session.scalar(held.limit(1)) is not None


def _days(session: Session, level: BlockLevel) -> int:
    rules = numbers.of(session)
    return rules.limited_days if level is BlockLevel.LIMITED else rules.suspended_days


def _begun_today(session: Session, *, now: datetime) -> int:
    """By rules without a person, in the last 24 hours. Those have an end, and by it there is an index."""
    day_ago = now - timedelta(days=1)
    by_hand = select(BlockRequest.id).where(BlockRequest.block_id == Block.id)
    query = select(func.count()).where(
        Block.rule != BlockRule.BY_HAND, Block.starts_at > day_ago, Block.ends_at > day_ago, ~by_hand.exists()
    )
    return session.scalar(query) or 0


def _warn(session: Session, actor: Actor, contractor_id: int, near: Near, *, now: datetime) -> None:
    """Once for the same newest strike: what was said of it was written down after it."""
    newest = session.get_one(QualityEvent, max(near.events))
    key = f"{near.rule} {contractor_id} {newest.id}"
    since = (Audit.entity == "contractor", Audit.entity_id == contractor_id, Audit.id > newest.audit_id)
    known = select(Audit.data).where(*since, Audit.event == WARNED)
    if any(data.get("key") == key for data in session.scalars(known)):
        return
    told = {"rule": near.rule, "events": list(near.events), "needed": near.needed}
    audit.record(session, actor, "contractor", contractor_id, WARNED, now=now, data={"key": key, **told})
    for person in notices.contractor_people(session, [contractor_id]):
        data: dict[str, Any] = {"contractor": contractor_id, **told}
        notices.tell(session, person.id, Notice.NEAR_LIMIT, cause=key, now=now, data=data)


def _leave_limit(session: Session, actor: Actor, block: Block, facts: dict[str, Any], *, now: datetime) -> None:
    """What the events that are left bear by themselves: a limit, counted from where the harder block began. It costs
    less than what was in force, so nobody is asked."""
    end = block.starts_at + timedelta(days=numbers.of(session).limited_days)
    days = (end - now).days
    if not facts or days < 1:
        return
    whom, level = Subject(block.contractor_id), BlockLevel.LIMITED
    cost = block_costs.of(session, whom, level, now=now)
    order = Order(whom, level, BlockRule(facts["because"]), "", days, cost.as_json, facts)
    blacklist.begin(session, actor, order, now=now)


def _shaken(session: Session, *, now: datetime) -> Iterator[_Shaken]:
    """In force, or asked for."""
    live = session.scalars(
        select(Block.contractor_id).where(Block.rule != BlockRule.BY_HAND, Block.ends_at > now).distinct()
    ).all()
    asked = block_requests.of_rules(session, BlockRequest.decided_at.is_(None))
    firms = sorted({firm for firm in (*live, *(row.contractor_id for row, _ in asked)) if firm is not None})
    for first in range(0, len(firms), SHAKEN_AT_ONCE):
        some = firms[first : first + SHAKEN_AT_ONCE]
        rulings = verdicts.of_firms(session, some)
        theirs = [(row, facts) for row, facts in asked if row.contractor_id in some]
        of_blocks = [one.facts for of_firm in rulings.values() for one in of_firm]
        gone = verdicts.annulled(session, [*of_blocks, *(facts for _, facts in theirs)])
        found = [
            _looked_at(session, one.block, one.facts, of_firm[:number], gone)
            for of_firm in rulings.values()
            for number, one in enumerate(of_firm)
            if one.block.ends_at is not None and one.block.ends_at > now
        ]
        found += [
            _looked_at(session, row, facts, rulings.get(row.contractor_id or 0, []), gone) for row, facts in theirs
        ]
        yield from (one for one in found if one is not None)


def _looked_at(
    session: Session, row: Block | BlockRequest, facts: dict[str, Any], earlier: Sequence[Ruling], gone: frozenset[int]
) -> _Shaken | None:
    """None: it stands."""
    if not _bears(session, row, facts, gone):
        return _Shaken(row, ANNULLED, {})
    rules = numbers.of(session)
    past = verdicts.standing(earlier, gone, rules)
    gone |= past.excused
    if not _bears(session, row, facts, gone):
        return _Shaken(row, EASED, {})
    begins = row.starts_at if isinstance(row, Block) else row.asked_at
    has_fallen = len(past.blocks) < len(earlier)
    if row.rule is not BlockRule.REPEATED or not has_fallen or past.is_repeated(begins, rules):
        return None
    kept = {key: facts[key] for key in ("because", "jobs", "upto")}
    return _Shaken(row, EASED, {**kept, "events": sorted(verdicts.events_of(facts) - gone)})


def _bears(session: Session, row: Block | BlockRequest, facts: dict[str, Any], gone: frozenset[int]) -> bool:
    rules = numbers.of(session)
    if not verdicts.bears(facts, gone, rules):
        return False
    is_by_score = bool(verdicts.events_of(facts) & gone) and facts["because"] == BlockRule.SCORE
    return not is_by_score or session.get_one(Contractor, row.contractor_id).score < rules.score_floor

"""Promises, strikes, limits and appeals of the month: how many, whom they hit, what they cost, and what still waits.

Cover is counted by brute force over the directories, and faults are looked up in the table of people, so neither the
search nor the ledger is asked about itself.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from core.domain.block import STOPS_ALL, BlockLevel
from core.domain.clock import ClockKind, ClockState
from core.domain.quality import STRIKES, QualityKind
from core.domain.ticket import SETTLED, TicketStatus
from core.services import appeals, blacklist
from core.services.clocks import PROMISED
from storage.models.clock import Breach, Clock
from storage.models.contractor import Appeal, Block, BlockRequest
from storage.models.desk import Audit, Task
from storage.models.directory import Service
from storage.models.quality import QualityEvent
from storage.models.ticket import Assignment, Ticket
from storage.models.visit import Visit
from tests.simulate.month import Month
from tests.simulate.people import Keeps

#: No task is open for longer: whoever forgets, remembers sooner.
TASK_LIMIT = timedelta(days=14)


def of(session: Session, month: Month, tickets: Mapping[int, Ticket]) -> dict[str, Any]:
    blocks = session.scalars(select(Block).where(Block.contractor_id.is_not(None)).order_by(Block.id)).all()
    working = set(session.scalars(select(Assignment.contractor_id).where(Assignment.ticket_id.in_(tickets))))
    hit = {block.contractor_id or 0 for block in blocks}
    strikes = session.scalars(select(QualityEvent).where(QualityEvent.kind.in_(STRIKES))).all()
    return {
        "kept": {str(kind): kept(session, kind, tickets) for kind in PROMISED},
        "missed by": _counted(session.scalars(select(Breach.whose).where(Breach.annulled_at.is_(None)))),
        "firms with a job": len(working),
        "careless of them": sum(map(month.people.is_careless, working)),
        "jobs, the most of one firm": _most(session, tickets),
        "strikes": _counted(one.kind for one in strikes if one.annulled_at is None),
        "strikes annulled": _counted(one.kind for one in strikes if one.annulled_at is not None),
        "strikes of nobody's fault": [one for event in strikes if (one := _unfair(session, month, event))],
        "blocks": _counted(f"{one.level} for {one.rule}" for one in blocks),
        "blocks by a person": _counted(_answer(one) for one in session.scalars(select(BlockRequest))),
        "blocks over": _counted(_end(session, one, month.stage.now) for one in blocks),
        "limited_share": _part(len(hit), len(working)),
        "blocks by fault": _counted(f"{one.rule} of {month.people.fault(one.contractor_id or 0)}" for one in blocks),
        "limited, not careless": _counted(
            one.rule for one in blocks if not month.people.is_careless(one.contractor_id or 0)
        ),
        **_cover(month, blocks),
        "appeals": _appeals(session),
        "decided": dict(sorted(month.trust.decided.items())),
        "stuck": _stuck(session, month, tickets),
        "waits": _counted(one.status for one in tickets.values() if one.status not in SETTLED),
        "tasks over their limit": _forgotten(session, month.stage.now),
    }


def kept(session: Session, kind: ClockKind, tickets: Iterable[int]) -> float:
    """Of every promise of this kind that was met or broken, the share without a breach that stands."""
    broken = select(Breach.clock_id).where(Breach.annulled_at.is_(None))
    over = select(Clock.id, Clock.id.in_(broken)).where(
        Clock.kind == kind,
        Clock.ticket_id.in_(tickets),
        or_(Clock.state == ClockState.MET, Clock.id.in_(broken)),
    )
    answers = [not is_broken for _, is_broken in session.execute(over)]
    return _part(sum(answers), len(answers)) if answers else 1.0


def _most(session: Session, tickets: Iterable[int]) -> int:
    jobs = select(func.count()).where(Assignment.ticket_id.in_(tickets)).group_by(Assignment.contractor_id)
    return max(session.scalars(jobs), default=0)


def _unfair(session: Session, month: Month, event: QualityEvent) -> str:
    """A strike for what the people did not do."""
    ticket = session.get_one(Ticket, event.ticket_id)
    firm, people = event.contractor_id, month.people
    visits = session.scalars(
        select(Visit.id)
        .join(Assignment, Assignment.id == Visit.assignment_id)
        .where(Visit.ticket_id == ticket.id, Assignment.contractor_id == firm)
    ).all()
    match event.kind:
        case QualityKind.NO_SHOW:
            is_fair = people.keeps(firm, ticket.number) is Keeps.NEVER
        case QualityKind.REWORK | QualityKind.FRAUD:
            is_fair = any(people.is_faulty(firm, visit) for visit in visits)
        case QualityKind.BACK_OUT:
            is_fair = people.keeps(firm, ticket.number) is Keeps.BACKS_OUT or any(map(people.refuses_rework, visits))
        case QualityKind.MISSED:
            is_fair = event.annulled_at is not None or _was_late(session, month, event, ticket, visits)
        case _:
            is_fair = True
    return "" if is_fair else f"{event.kind} of firm {firm} in {ticket.number}"


def _was_late(session: Session, month: Month, event: QualityEvent, ticket: Ticket, visits: Sequence[int]) -> bool:
    """He had the job until the deadline (its breach may have taken it away), the window he had agreed to would have
    kept it, and he was not there, or had not reported, by then. Nothing else eats the time of this month: no client
    moves or pauses, no outage."""
    cause = session.get_one(Audit, event.audit_id)
    due_at = datetime.fromisoformat(cause.data["due"])
    had = session.scalars(
        select(Visit.id)
        .join(Assignment, Assignment.id == Visit.assignment_id)
        .where(Visit.id.in_(visits), or_(Assignment.ended_at.is_(None), Assignment.ended_at >= due_at))
        .order_by(Visit.number)
    )
    trips = [trip for visit in had if (trip := month.crews.trips[visit]).planned_at <= due_at]
    if not trips:
        return False
    work = timedelta(minutes=session.get_one(Service, ticket.service_id).norm_minutes) * ticket.quantity_milli / 1000
    is_arrival = session.get_one(Clock, cause.entity_id).kind is ClockKind.ARRIVAL
    done_at = trips[-1].came_at if is_arrival else trips[-1].reported_at
    would_be_done = trips[-1].ends_at + (timedelta(0) if is_arrival else work)
    return would_be_done <= due_at and (done_at is None or done_at > due_at)


def _answer(request: BlockRequest) -> str:
    if request.decided_at is None:
        return "waits"
    if request.decided_by is None:
        return "fell by itself"
    return "confirmed" if request.block_id is not None else "refused"


def _end(session: Session, block: Block, now: datetime) -> str:
    if block.ends_at is None or block.ends_at > now:
        return "in force"
    row = session.scalars(
        select(Audit).where(
            Audit.entity == "block",
            Audit.entity_id == block.id,
            Audit.event.in_((blacklist.ENDED, blacklist.LIFTED)),
        )
    ).one_or_none()
    if row is None:
        return "over, and nobody was told"
    return "ran out" if row.event == blacklist.ENDED else f"lifted: {row.data['why']}"


def _cover(month: Month, blocks: Iterable[Block]) -> dict[str, Any]:
    """Of the sites where something was asked for, and of the skills that had somebody in reach: how many had nobody at
    the worst moment, for emergencies and for other work; and what the machine took away by itself."""
    known = list(blocks)
    pairs = month.reach.cover(sorted(month.sites), month.began.date())
    worst: Counter[str] = Counter()
    alone = 0
    for block in known:
        before = {one for one in known if one is not block and _holds(one, block.starts_at)}
        for name, levels in (("emergencies", frozenset(BlockLevel)), ("other work", STOPS_ALL)):
            others = {one.contractor_id or 0 for one in before if one.level in levels}
            mine = {block.contractor_id or 0} if block.level in levels else set()
            lost = sum(firms <= others | mine for firms in pairs.values())
            worst[name] = max(worst[name], lost)
            is_taken = lost > sum(firms <= others for firms in pairs.values())
            alone += is_taken and block.level in levels and not block.cost.get("sites")
    shares = {name: _part(worst[name], len(pairs)) for name in ("emergencies", "other work")}
    return {
        "sites by skills with somebody": len(pairs),
        "cover_lost": max(shares.values()),
        "cover lost at the worst moment": shares,
        "cover lost that was not counted": alone,
    }


def _holds(block: Block, at: datetime) -> bool:
    return block.starts_at <= at and (block.ends_at is None or block.ends_at > at)


def _appeals(session: Session) -> dict[str, int]:
    rows = session.scalars(select(Appeal)).all()
    late = select(func.count()).where(Audit.entity == "appeal", Audit.event == appeals.LATE)
    return {
        "given": len(rows),
        "upheld": sum(one.is_upheld is True for one in rows),
        "refused": sum(one.is_upheld is False for one in rows),
        "late": session.scalar(late) or 0,
        "wait": sum(one.decided_at is None for one in rows),
    }


def _stuck(session: Session, month: Month, tickets: Mapping[int, Ticket]) -> list[str]:
    """Neither at an end, nor a task of anybody, nor reported to a client who never answers."""
    in_queue = set(session.scalars(select(Task.ticket_id).where(Task.ended_at.is_(None))))
    silent = {one.ticket_id for one in month.told if one.never_answers}
    return [
        f"{one.number} {one.status}"
        for one in tickets.values()
        if one.status not in SETTLED
        and one.id not in in_queue
        and not (one.status is TicketStatus.REPORTED and one.id in silent)
    ]


def _forgotten(session: Session, now: datetime) -> dict[str, int]:
    old = select(Task.kind).where(Task.ended_at.is_(None), Task.created_at < now - TASK_LIMIT)
    return _counted(session.scalars(old))


def _counted(words: Iterable[Any]) -> dict[str, int]:
    return dict(sorted(Counter(map(str, words)).items()))


def _part(some: int, of_all: int) -> float:
    return round(some / (of_all or 1), 4)

"""Broken promises: one row for each clock, at its deadline, with who held the time.

Written by the sweep that reaches the deadline, or when the clock ends or stands after it; looked at once more whenever
something changes what the deadline is, and annulled where the promise was kept after all. A breach is the contractor's
only by the rule of `core.domain.breach`; then his ledger gets an event.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from core.domain import breach
from core.domain.actor import Actor
from core.domain.breach import AnnulReason
from core.domain.calendar import CalendarKind
from core.domain.clock import ClockKind, ClockState, Whose
from core.domain.notice import TOLD, Notice
from core.domain.quality import QualityKind
from core.domain.ticket import SETTLED
from core.services import (
    audit,
    burning,
    burning_tasks,
    circulars,
    clock_verdicts,
    clocks,
    downtime,
    quality,
    quality_disputes,
)
from core.services.burning import Burning
from core.services.circulars import Circular
from storage.models.clock import Breach, Clock, ClockInterval
from storage.models.desk import Audit
from storage.models.directory import Contract
from storage.models.quality import QualityEvent
from storage.models.ticket import Ticket

#: What the audit says of a clock: broken, kept after all, another deadline but broken all the same.
BROKEN, KEPT, SHIFTED = "breach", "annul", "shift"
#: The haste of a second search is nobody's promise.
PROMISED = frozenset(clocks.PROMISED)
#: In the audit of a breach: its deadline was over at the moment it became one, so it stays ours wherever it moves.
BY_CALENDAR: dict[bool, dict[str, object]] = {True: {"by_calendar": True}, False: {}}
SYSTEM = Actor.system("job:breaches")
#: So many clocks are read at once where the time goes back.
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Broken:
    """As a card shows it."""

    kind: ClockKind
    at: datetime
    whose: Whose


def record(
    session: Session, found: Sequence[tuple[Burning, datetime]], *, now: datetime, by_calendar: bool = False
) -> None:
    """Many at once, each with its deadline. One that stands is left alone, one that was annulled is broken again.

    `by_calendar`: nobody could know that it would be the deadline.
    """
    found = [(one, due_at) for one, due_at in found if one.clock.kind in PROMISED]
    ids = [one.clock.id for one, _ in found]
    known = {row.clock_id: row for row in session.scalars(select(Breach).where(Breach.clock_id.in_(ids)))}
    new = [pair for pair in found if (row := known.get(pair[0].clock.id)) is None or row.annulled_at is not None]
    unwatched = downtime.is_unwatched(session, (due_at for _, due_at in new), now=now)
    facts = [_facts(one, due_at, is_ours=by_calendar or due_at in unwatched) for one, due_at in new]
    causes = [_said(one, due_at, told, now, by_calendar) for (one, due_at), told in zip(new, facts, strict=True)]
    session.add_all(causes)
    session.flush()
    broken: list[tuple[Breach, Audit]] = []
    for (one, due_at), told, cause in zip(new, facts, causes, strict=True):
        row = known.get(one.clock.id)
        if row is None:
            row = Breach(clock_id=one.clock.id, ticket_id=one.ticket.id, kind=one.clock.kind)
            session.add(row)
        row.at, row.detected_at, row.audit_id = due_at, now, cause.id
        row.annulled_at, row.annul_reason = None, ""
        for name, value in told.items():
            setattr(row, name, value)
        broken.append((row, cause))
    session.flush()
    _strike(session, broken, now=now)
    _tell_clients(session, [pair for pair in broken if pair[0].clock_id not in known], now=now)


def settle(session: Session, ticket: Ticket, *, now: datetime) -> None:
    """Clocks of a ticket that stand or are over: broken where the deadline went by before anybody looked."""
    still = select(Clock, Breach.id).outerjoin(Breach, Breach.clock_id == Clock.id)
    still = still.where(Clock.ticket_id == ticket.id, Clock.state != ClockState.RUNNING).order_by(Clock.id)
    for clock, broken in session.execute(still).all():
        # Time that counts is never more than time that passes.
        is_late = (clock.ended_at or now) - clock.started_at > timedelta(minutes=clock.target_min)
        if is_late or broken is not None:
            recheck(session, clock, now=now)


def catch_up(session: Session, ticket: Ticket, *, now: datetime) -> None:
    """Its clocks run since a moment that is over: what passed meanwhile is broken, at its own time."""
    for clock in clocks.live(session, ticket.id):
        if clock.due_at is not None and clock.due_at <= now:
            recheck(session, clock, now=now)


def recheck(session: Session, clock: Clock, *, now: datetime, by_calendar: bool = False) -> None:
    """What the intervals say now: broken, broken at another moment, or kept after all.

    Called whenever something is said of a clock's past, after its deadline was counted anew: it ends with a time of
    its own, an objection is upheld, a holiday or another plan moves the deadline.
    """
    due_at = clocks.passed(session, clock)
    row = session.scalar(select(Breach).where(Breach.clock_id == clock.id))
    is_live = row is not None and row.annulled_at is None
    if due_at is not None and is_broken(clock, due_at, now=now):
        if not is_live:
            # Taken back and broken again it is ours as before, but for another deadline which he knew.
            again = row is not None and (by_calendar or row.at == due_at) and _is_by_calendar(session, row)
            found = [(one, due_at) for one in burning.look(session, [clock])]
            record(session, found, now=now, by_calendar=again)
        elif row is not None and row.at != due_at:
            _shift(session, row, due_at, clock, now=now)
    elif row is not None and is_live:
        in_time = clock.state is ClockState.MET and not by_calendar
        _annul(session, row, clock, AnnulReason.KEPT if in_time else AnnulReason.RECKONED, now=now)


def is_broken(clock: Clock, due_at: datetime, *, now: datetime) -> bool:
    """What ends exactly at its deadline is kept; what still lives then has burnt out."""
    return due_at < clock.ended_at if clock.ended_at is not None else due_at <= now


def recheck_calendar(session: Session, kind: CalendarKind, since: datetime, *, now: datetime) -> None:
    """A day is worked or not, other than was thought: what was broken from then on is looked at once more, also what a
    calendar before this one took back.

    What was kept stays kept: nobody is held to a calendar he could not know. A breach that was annulled before its
    clock ended is such a one: when the promise came true it was in time.
    """
    on_it = select(ClockInterval.clock_id).where(ClockInterval.calendar == kind)
    counts = and_(Breach.annulled_at.is_(None), Breach.at >= since)
    ended_broken = and_(Clock.ended_at >= since, Breach.annulled_at >= Clock.ended_at)
    taken_back = and_(Breach.annul_reason == AnnulReason.RECKONED, or_(Clock.ended_at.is_(None), ended_broken))
    broken = select(Clock).join(Breach, Breach.clock_id == Clock.id).where(Clock.id.in_(on_it), or_(counts, taken_back))
    for clock in session.scalars(broken.order_by(Clock.id)).all():
        if clock.ended_at is not None:
            clock_verdicts.judge(session, clock)
        recheck(session, clock, now=now, by_calendar=True)


def by_calendar(session: Session, overtaken: Sequence[Clock], *, now: datetime) -> None:
    """Deadlines that were ahead, until a day was said or hours were set by which they are over: ours. Not so where the
    same deadline was broken before and only taken back: that one was known."""
    ids = [clock.id for clock in overtaken]
    known = {row.clock_id: row.at for row in session.scalars(select(Breach).where(Breach.clock_id.in_(ids)))}
    new = [clock for clock in overtaken if clock.due_at is not None and known.get(clock.id) != clock.due_at]
    found = [(one, one.clock.due_at) for one in burning.look(session, new) if one.clock.due_at is not None]
    record(session, found, now=now, by_calendar=True)


def excuse(session: Session, since: datetime, *, now: datetime) -> None:
    """From `since` on nobody watched, as is known only now: what was put on somebody's account for it is ours."""
    his = select(Breach, Clock).join(Clock, Clock.id == Breach.clock_id)
    his = his.where(Breach.at >= since, Breach.annulled_at.is_(None), Breach.whose == Whose.CONTRACTOR)
    for row, clock in session.execute(his.order_by(Breach.at, Breach.id)).all():
        _shift(session, row, row.at, clock, now=now)


def ask_anew(session: Session, ticket: Ticket, *, now: datetime) -> None:
    """It is known now whose the time was in which the ticket waited: whose its breaches are follows."""
    live = select(Breach, Clock).join(Clock, Clock.id == Breach.clock_id)
    live = live.where(Breach.ticket_id == ticket.id, Breach.annulled_at.is_(None)).order_by(Breach.id)
    for row, clock in session.execute(live).all():
        if _whose(session, row, row.at, clock, now=now)["whose"] is not row.whose:
            _shift(session, row, row.at, clock, now=now)


def put_back(session: Session, *, now: datetime) -> None:
    """The time of this machine went back: what was broken or warned of at a later one lies ahead again."""
    ahead = select(Clock).join(Breach, Breach.clock_id == Clock.id)
    ahead = ahead.where(Breach.at > now, Breach.annulled_at.is_(None)).order_by(Clock.id)
    for clock in session.scalars(ahead).all():
        recheck(session, clock, now=now)
    warned = select(Clock.id, Clock.ticket_id).where(Clock.state == ClockState.RUNNING, Clock.warned_pct > 0)
    running = session.execute(warned.order_by(Clock.id)).all()
    for some in _pages([row.id for row in running]):
        clocks.unwarn(session, session.scalars(select(Clock).where(Clock.id.in_(some))).all(), now=now)
    for some in _pages(sorted({row.ticket_id for row in running})):
        burning_tasks.keep(session, some, now=now)


def _pages(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[first : first + AT_ONCE] for first in range(0, len(ids), AT_ONCE))


def told(session: Session, ticket_id: int) -> tuple[Broken, ...]:
    """Of a ticket, those that count, in the order of their deadlines."""
    live = select(Breach).where(Breach.ticket_id == ticket_id, Breach.annulled_at.is_(None))
    rows = session.scalars(live.order_by(Breach.at, Breach.id))
    return tuple(Broken(row.kind, row.at, row.whose) for row in rows)


def stands(session: Session, breach_id: int, *, now: datetime) -> bool:
    """It counts still, and the ticket is not over: there is something to say about it."""
    live = select(Breach.id).join(Ticket, Ticket.id == Breach.ticket_id)
    live = live.where(Breach.id == breach_id, Breach.annulled_at.is_(None), Ticket.status.not_in(SETTLED))
    return session.scalar(live) is not None


def _facts(one: Burning, due_at: datetime, *, is_ours: bool) -> dict[str, object]:
    """Whose it is, who had the job at the deadline, and whole minutes of running time before and after his yes.

    At a deadline nobody watched he may have come in time and could not say so, and nobody is held to a calendar he
    could not know: that is ours.
    """
    held = one.holding(due_at)
    whose = breach.whose(one.clock.kind, due_at, held.agreed if held else None, one.norm, one.waits)
    total = one.ran(one.clock.started_at, due_at)
    theirs = one.ran(held.assignment.started_at, due_at) if held is not None else timedelta(0)
    return {
        "whose": Whose.OURS if is_ours else whose,
        "contractor_id": held.assignment.contractor_id if held else None,
        "person_id": held.engineer_id if held else None,
        "ours_min": _minutes(total) - _minutes(theirs),
        "theirs_min": _minutes(theirs),
    }


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)


def _said(one: Burning, due_at: datetime, told: dict[str, object], now: datetime, by_calendar: bool) -> Audit:
    data = {"kind": one.clock.kind, "due": due_at.isoformat(), "whose": told["whose"], **BY_CALENDAR[by_calendar]}
    return audit.made(SYSTEM, "clock", one.clock.id, BROKEN, now=now, data=data)


def _strike(session: Session, broken: Iterable[tuple[Breach, Audit]], *, now: datetime) -> None:
    """His own fault stands in his ledger, and he hears of it."""
    right = quality_disputes.excused(session, {row.clock_id for row, _ in broken})
    his = [
        (quality.Crew(row.contractor_id, row.person_id), row.ticket_id, cause)
        for row, cause in broken
        if row.whose is Whose.CONTRACTOR and row.contractor_id is not None
        if (row.clock_id, row.contractor_id) not in right
    ]
    if his:
        quality.missed(session, his, now=now)


def _tell_clients(session: Session, broken: Sequence[tuple[Breach, Audit]], *, now: datetime) -> None:
    """Once for each promise, where the contract of the ticket says so; a ticket that is over needs no excuse.

    Of several that went by unseen the last speaks for all.
    """
    ids = {row.ticket_id for row, _ in broken}
    hears = select(Ticket).join(Contract, Contract.id == Ticket.contract_id)
    hears = hears.where(Ticket.id.in_(ids), Ticket.status.not_in(SETTLED), Contract.client_hears_breach)
    tickets = {ticket.id: ticket for ticket in session.scalars(hears)}
    last = {row.ticket_id: (row, cause) for row, cause in sorted(broken, key=lambda pair: pair[0].at)}
    whom = frozenset(TOLD[Notice.BREACH])
    told = [
        Circular(cause, whom, {"breach": row.id, "clock": row.kind, "at": row.at.isoformat()}, tickets[row.ticket_id])
        for row, cause in last.values()
        if row.ticket_id in tickets
    ]
    if told:
        circulars.send(session, Notice.BREACH, told, circulars.at_night(session, now=now), now=now)


def _shift(session: Session, row: Breach, due_at: datetime, clock: Clock, *, now: datetime) -> None:
    """Broken all the same, at another moment or by what is known now: whose it is is asked anew."""
    _take_back(session, row, now)
    told, by_calendar = _whose(session, row, due_at, clock, now=now), _is_by_calendar(session, row)
    data = {"kind": clock.kind, "due": due_at.isoformat(), "whose": told["whose"], **BY_CALENDAR[by_calendar]}
    cause = audit.record(session, SYSTEM, "clock", clock.id, SHIFTED, now=now, data=data)
    row.at, row.audit_id = due_at, cause.id
    if row.detected_at < due_at:
        row.detected_at = now  # at the deadline as it is now nobody had looked yet
    for name, value in told.items():
        setattr(row, name, value)
    session.flush()
    _strike(session, [(row, cause)], now=now)


def _whose(session: Session, row: Breach, due_at: datetime, clock: Clock, *, now: datetime) -> dict[str, object]:
    """As far as is known now, were it broken at `due_at`."""
    (one,) = burning.look(session, [clock])
    is_unwatched = due_at in downtime.is_unwatched(session, [due_at], now=now)
    return _facts(one, due_at, is_ours=_is_by_calendar(session, row) or is_unwatched)


def _is_by_calendar(session: Session, row: Breach) -> bool:
    return bool(session.get_one(Audit, row.audit_id).data.get("by_calendar"))


def _annul(session: Session, row: Breach, clock: Clock, reason: AnnulReason, *, now: datetime) -> None:
    audit.record(session, SYSTEM, "clock", clock.id, KEPT, now=now, data={"kind": clock.kind, "why": reason})
    row.annulled_at, row.annul_reason = now, reason
    _take_back(session, row, now)
    if clock.state is ClockState.RUNNING:
        clocks.unwarn(session, [clock], now=now)
        burning_tasks.keep(session, [clock.ticket_id], now=now)
    session.flush()


def _take_back(session: Session, row: Breach, now: datetime) -> None:
    """What it said against the contractor counts no more."""
    said = select(QualityEvent).where(
        QualityEvent.audit_id == row.audit_id,
        QualityEvent.kind == QualityKind.MISSED,
        QualityEvent.annulled_at.is_(None),
    )
    for event in session.scalars(said).all():
        quality.annul(session, SYSTEM, event, reason="breach", now=now)

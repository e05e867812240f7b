"""Pauses of a ticket's clocks, each with its reason, whose time it is and its proof; and who does not agree with one.

A pause is what one cause stopped, on however many clocks. Once, after it is over, the other side may object in words;
somebody of the desk who had no part in it decides, and the deadlines are counted anew.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.domain import typed
from core.domain.actor import Actor
from core.domain.clock import StopReason, Whose
from core.domain.errors import Changed, DisputeDecided, DisputeGiven, NotAllowed, NotFound, ObjectionLate
from core.domain.notice import Notice
from core.domain.role import CLIENT_ROLES, CONTRACTOR_ROLES
from core.domain.task import TaskKind
from core.services import (
    another_person,
    audit,
    breaches,
    clocks,
    hold_evidence,
    notices,
    numbers,
    scope,
    tasks,
)
from core.services.hold_evidence import Shown
from storage.models.clock import Clock, ClockInterval
from storage.models.desk import Audit
from storage.models.directory import Site
from storage.models.people import Person
from storage.models.ticket import Ticket

TEXT_LIMIT = 500
#: What the audit of the ticket says.
GIVEN, DECIDED = "object", "object_decided"


class Verdict(StrEnum):
    RUNS = "runs"  #: it was no pause: the time counts
    NOBODY = "nobody"  #: it stood, but it is not the fault of whom it was put on
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Pause:
    """`number` counts the pauses of the ticket from 1. `runs`: it was taken back, its time counts. Of an objection a
    firm that was only asked learns nothing."""

    number: int
    reason: StopReason
    whose: Whose
    begins: datetime
    ends: datetime
    runs: bool
    objection: str
    objected_by: str
    answer: str
    is_decided: bool
    is_upheld: bool
    may_object: bool
    may_decide: bool
    #: What it rests on, for whoever may see that.
    shown: Shown | None = None


@dataclass(frozen=True, slots=True)
class PauseCard:
    ticket_id: int
    ticket: str
    zone: str
    read_at: datetime
    pause: Pause


def of_ticket(session: Session, actor: Actor, ticket: Ticket, *, now: datetime) -> tuple[Pause, ...]:
    """Those that are over, in order; for whoever sees the ticket."""
    found = _pauses(session, ticket, now)
    return tuple(_pause(session, actor, ticket, number, rows, now) for number, rows in enumerate(found, start=1))


def ended(session: Session, ticket: Ticket, at: datetime) -> int | None:
    """The number of the pause that ended at this moment; None: nothing stood."""
    found = enumerate(_pauses(session, ticket, at), start=1)
    return max((number for number, rows in found if _end_of(rows) == at), default=None)


def card(session: Session, actor: Actor, ticket_id: int, number: int, *, now: datetime) -> PauseCard:
    """Raises NotFound."""
    ticket, rows = _found(session, actor, ticket_id, number, now)
    zone = session.get_one(Site, ticket.site_id).zone
    return PauseCard(ticket.id, ticket.number, zone, now, _pause(session, actor, ticket, number, rows, now))


def object_(session: Session, actor: Actor, ticket_id: int, number: int, words: str, *, now: datetime) -> None:
    """By the client or the crew, not by who caused it, within its term. Raises NotFound, NotAllowed, DisputeGiven,
    ObjectionLate, TextEmpty, TextTooLong."""
    ticket, rows = _found(session, actor, ticket_id, number, now)
    if not _is_side(session, actor, ticket, rows):
        raise NotAllowed
    if _is_late(session, rows, now):
        raise ObjectionLate(numbers.of(session).objection_days)
    values = {"objected_by": actor.person_id, "objection": typed.words(words, TEXT_LIMIT), "objected_at": now}
    if not _write(session, rows, ClockInterval.objected_at.is_(None), values):
        raise DisputeGiven
    facts = {"why": rows[0].reason, "pause": number}
    cause = audit.record(session, actor, "ticket", ticket.id, GIVEN, now=now, data=facts)
    key, data = f"pause {rows[0].id}", {"pause": number, "ticket": ticket.id}
    paused = _cause(session, ticket, rows)
    if paused is not None and paused.actor_id is not None and paused.actor_role in CONTRACTOR_ROLES:
        notices.tell(session, paused.actor_id, Notice.PAUSE_OBJECTED, cause=str(cause.id), now=now, data=data)
    tasks.open(
        session,
        TaskKind.OBJECTION,
        cause=key,
        ticket_id=ticket.id,
        person_id=actor.person_id,
        data=data,
        now=now,
    )
    notices.reply(session, actor, Notice.PAUSE, cause=f"audit {cause.id}", now=now, data=data)


def decide(
    session: Session, actor: Actor, ticket_id: int, number: int, verdict: Verdict, words: str, *, now: datetime
) -> None:
    """By somebody else than who paused or objected. Raises NotFound, NeedsAnother, DisputeDecided, Changed where
    nobody objects, TextEmpty (a refusal needs a word), TextTooLong."""
    ticket, rows = _found(session, actor, ticket_id, number, now)
    judge = another_person.judge(session, actor, _involved(session, ticket, rows))
    answer = typed.words(words, TEXT_LIMIT, may_be_empty=verdict is not Verdict.REFUSED)
    if rows[0].objected_at is None:
        raise Changed
    values: dict[str, object] = {"is_upheld": verdict is not Verdict.REFUSED, "decided_by": actor.person_id}
    values |= {"decided_at": now, "answer": answer}
    if not _write(session, rows, ClockInterval.decided_at.is_(None), values):
        raise DisputeDecided(session.get_one(Person, rows[0].decided_by).name)
    facts = {"why": rows[0].reason, "pause": number, "verdict": verdict, **judge.trace}
    cause = audit.record(session, actor, "ticket", ticket.id, DECIDED, now=now, role=judge.role, data=facts)
    if verdict is not Verdict.REFUSED:
        _follow(session, ticket, rows, counts=verdict is Verdict.RUNS, now=now)
    tasks.end_for_cause(session, actor, TaskKind.OBJECTION, f"pause {rows[0].id}", verdict, now=now)
    data = {"pause": number, "ticket": ticket.id, "verdict": verdict}
    for told in sorted({one for one in _involved(session, ticket, rows) if one is not None} - {actor.person_id}):
        notices.tell(session, told, Notice.PAUSE_DECIDED, cause=str(cause.id), now=now, data=data)
    notices.reply(session, actor, Notice.PAUSE, cause=f"audit {cause.id}", now=now, data=data)


def _pauses(session: Session, ticket: Ticket, now: datetime) -> list[list[ClockInterval]]:
    """Rows stopped by one cause at one moment belong together; what lasted no time is none.

    In the order in which they ended, so that a pause keeps its number.
    """
    rows = session.scalars(
        select(ClockInterval)
        .join(Clock, Clock.id == ClockInterval.clock_id)
        .where(Clock.ticket_id == ticket.id, ClockInterval.reason.is_not(None))
        .order_by(ClockInterval.id)
    )
    groups: defaultdict[tuple[datetime, StopReason | None], list[ClockInterval]] = defaultdict(list)
    for row in rows:
        if row.to_at != row.from_at:
            groups[row.from_at, row.reason].append(row)
    ended = [(_end_of(group), group) for group in groups.values()]
    over = [(end, group) for end, group in ended if end is not None and end <= now]
    return [group for _, group in sorted(over, key=lambda pair: (pair[0], pair[1][0].from_at, pair[1][0].id))]


def _end_of(rows: Sequence[ClockInterval]) -> datetime | None:
    """None: some clock stands yet."""
    ends = [row.to_at for row in rows]
    return max((end for end in ends if end is not None), default=None) if None not in ends else None


def _found(
    session: Session, actor: Actor, ticket_id: int, number: int, now: datetime
) -> tuple[Ticket, list[ClockInterval]]:
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    pauses = _pauses(session, ticket, now)
    if not 1 <= number <= len(pauses):
        raise NotFound
    return ticket, pauses[number - 1]


def _pause(
    session: Session, actor: Actor, ticket: Ticket, number: int, rows: Sequence[ClockInterval], now: datetime
) -> Pause:
    first, may_see = rows[0], hold_evidence.may_see(session, actor, ticket)
    is_free = first.objected_at is None and not _is_late(session, rows, now)
    is_open = first.objected_at is not None and first.decided_at is None
    by = session.get_one(Person, first.objected_by).name if first.objected_by is not None else ""
    return Pause(
        number=number,
        reason=first.reason or StopReason.FORCE_MAJEURE,
        whose=first.whose,
        begins=first.from_at,
        ends=max(row.to_at or row.from_at for row in rows),
        runs=first.runs,
        objection=first.objection if may_see else "",
        objected_by=by if actor.is_operator or first.objected_by == actor.person_id else "",
        answer=first.answer if may_see else "",
        is_decided=first.decided_at is not None,
        is_upheld=bool(first.is_upheld),
        may_object=is_free and _is_side(session, actor, ticket, rows),
        may_decide=is_open and another_person.may_judge(session, actor, _involved(session, ticket, rows)),
        shown=hold_evidence.of_pause(session, actor, ticket, first.from_at, first.reason),
    )


def _is_late(session: Session, rows: Sequence[ClockInterval], now: datetime) -> bool:
    end = _end_of(rows)
    return end is not None and now > end + timedelta(days=numbers.of(session).objection_days)


def _is_side(session: Session, actor: Actor, ticket: Ticket, rows: Sequence[ClockInterval]) -> bool:
    """Client or crew of this very ticket; nobody objects to what he said himself."""
    roles = scope.roles_on(session, actor, ticket)
    is_crew = bool(roles & CONTRACTOR_ROLES) and ticket.contractor_id in actor.contractor_ids
    if not is_crew and not roles & CLIENT_ROLES:
        return False
    return actor.person_id is not None and actor.person_id != _who_paused(session, ticket, rows)


def _cause(session: Session, ticket: Ticket, rows: Sequence[ClockInterval]) -> Audit | None:
    """What the desk said in the client's name stays its word, whoever moved what lies behind it since."""
    word = hold_evidence.word_of(session, ticket, rows[0].from_at, rows[0].reason)
    audit_id = word.audit_id if word is not None else rows[0].audit_id
    return session.get(Audit, audit_id) if audit_id is not None else None


def _who_paused(session: Session, ticket: Ticket, rows: Sequence[ClockInterval]) -> int | None:
    cause = _cause(session, ticket, rows)
    return cause.actor_id if cause is not None else None


def _involved(session: Session, ticket: Ticket, rows: Sequence[ClockInterval]) -> frozenset[int | None]:
    return frozenset({_who_paused(session, ticket, rows), rows[0].objected_by})


def _follow(session: Session, ticket: Ticket, rows: Sequence[ClockInterval], *, counts: bool, now: datetime) -> None:
    """The hold, its stretches and what was promised say what was decided. A pause that was none is the time of who
    paused: a crew's own, or ours."""
    cause, whose = _cause(session, ticket, rows), Whose.NOBODY
    if counts:
        role = cause.actor_role if cause is not None else None
        whose = Whose.CONTRACTOR if role in CONTRACTOR_ROLES else Whose.OURS
    hold = hold_evidence.hold_of(session, ticket, rows[0].from_at, rows[0].reason)
    if hold is not None:
        hold.whose = whose
    for clock in clocks.rule(session, rows, whose, counts=counts):
        breaches.recheck(session, clock, now=now)
    breaches.ask_anew(session, ticket, now=now)


def _write(session: Session, rows: Sequence[ClockInterval], unchanged: object, values: Mapping[str, object]) -> bool:
    """Compare-and-set on the whole pause; the rows are fresh afterwards."""
    ids = [row.id for row in rows]
    written = session.scalars(
        update(ClockInterval)
        .where(ClockInterval.id.in_(ids), unchanged)  # type: ignore[arg-type]
        .values(**values)
        .returning(ClockInterval.id)
        .execution_options(synchronize_session=False)
    ).all()
    for row in rows:
        session.refresh(row)
    return len(written) == len(ids)

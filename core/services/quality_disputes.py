"""A contractor does not agree with an event of the ledger: once, within a term, in words; another person decides."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from core.domain import quality as rules
from core.domain import typed
from core.domain.actor import Actor
from core.domain.errors import (
    Changed,
    DisputeDecided,
    DisputeGiven,
    DisputeLate,
    NotAllowed,
    NotFound,
)
from core.domain.notice import Notice
from core.domain.role import Role
from core.domain.task import TaskKind
from core.services import another_person, audit, notices, numbers, quality, scope, tasks, verdicts
from core.services.another_person import Judge
from core.services.rows import moved
from storage.models.contractor import Appeal, Block
from storage.models.desk import Audit
from storage.models.people import Person
from storage.models.quality import QualityDispute, QualityEvent
from storage.models.ticket import Ticket

TEXT_LIMIT = 2000
#: In the audit, why an event was annulled.
BY_APPEAL = "appeal"
#: In the audit of an appeal: its events were annulled with it. Those upheld before anybody did that stay as they are.
CLEARS = "clears"


@dataclass(frozen=True, slots=True)
class Judgement:
    is_upheld: bool
    answer: str
    judge: Judge


def dispute(session: Session, actor: Actor, event_id: int, words: str, *, now: datetime) -> None:
    """By the owner of the firm or the engineer named.

    Raises NotFound, NotAllowed, Changed where it counts no more, DisputeGiven, DisputeLate, TextEmpty, TextTooLong.
    """
    event = check(session, actor, event_id, now=now)
    given = QualityDispute(event_id=event.id, person_id=actor.person_id, words=typed.words(words, TEXT_LIMIT), at=now)
    session.add(given)
    try:
        session.flush()
    except IntegrityError as error:
        raise DisputeGiven from error
    cause = audit.record(session, actor, "quality_event", event.id, "dispute", now=now, role=_side(actor, event))
    number = session.get_one(Ticket, event.ticket_id).number
    tasks.open(
        session,
        TaskKind.SCORE_DISPUTE,
        cause=f"event {event.id}",
        person_id=actor.person_id,
        data={"event": event.id, "number": number},
        now=now,
    )
    _answer(session, actor, event, cause, now=now)


def check(session: Session, actor: Actor, event_id: int, *, now: datetime) -> QualityEvent:
    """Whether the actor may dispute it now. Raises what `dispute` raises, but for the words."""
    event = scope.find(session, scope.visible_events(actor), QualityEvent.id == event_id)
    if not is_party(actor, event):
        raise NotAllowed
    ensure_open(session, event, now=now)
    return event


def decide(session: Session, actor: Actor, event_id: int, is_upheld: bool, words: str, *, now: datetime) -> None:
    """By another person than who caused the event; of two at once the second learns who was faster.

    Raises NotFound, NeedsAnother, DisputeDecided, TextEmpty (a refusal needs a word), TextTooLong.
    """
    event = scope.find(session, scope.visible_events(actor), QualityEvent.id == event_id)
    given = session.scalars(select(QualityDispute).where(QualityDispute.event_id == event.id)).one_or_none()
    if given is None or not actor.is_desk:
        raise NotFound
    judge = another_person.judge(session, actor, involved(session, event, given))
    answer = typed.words(words, TEXT_LIMIT, may_be_empty=is_upheld)
    cause = _close(session, actor, event, given, Judgement(is_upheld, answer, judge), now=now)
    if cause is None:
        raise DisputeDecided(session.get_one(Person, given.decided_by).name)
    if is_upheld:
        quality.annul(session, actor, event, reason="dispute", now=now)
    _answer(session, actor, event, cause, now=now)


def clear(session: Session, actor: Actor, event_ids: Collection[int], judge: Judge, *, now: datetime) -> None:
    """An appeal was right about what a block rested on: it counts no more, as if each had been disputed with success.
    So does what says the same of a deadline that has moved since. A dispute of it that waits is answered with that."""
    still, said = QualityEvent.annulled_at.is_(None), with_the_same(session, event_ids)
    query = select(QualityEvent).where(QualityEvent.id.in_(said), still).order_by(QualityEvent.id)
    events = session.scalars(query).all()
    quality.annul_all(session, actor, events, reason=BY_APPEAL, now=now)
    causes = {event.audit_id for event in events}
    open_ = (
        select(QualityEvent, QualityDispute)
        .join(QualityDispute, QualityDispute.event_id == QualityEvent.id)
        .where(QualityEvent.audit_id.in_(causes), QualityDispute.decided_at.is_(None))
        .order_by(QualityEvent.id)
    )
    for event, given in session.execute(open_).all():
        _close(session, actor, event, given, Judgement(True, "", judge), now=now)


def with_the_same(session: Session, event_ids: Collection[int]) -> frozenset[int]:
    """These, and every other event that says of the same clock and firm that the deadline was missed."""
    first, cause = aliased(QualityEvent), aliased(Audit)
    same = (
        select(QualityEvent.id)
        .join(Audit, Audit.id == QualityEvent.audit_id)
        .join(cause, (cause.entity == Audit.entity) & (cause.entity_id == Audit.entity_id))
        .join(first, (first.audit_id == cause.id) & (first.contractor_id == QualityEvent.contractor_id))
        .where(
            Audit.entity == "clock",
            first.id.in_(event_ids),
            first.kind == rules.QualityKind.MISSED,
            QualityEvent.kind == rules.QualityKind.MISSED,
        )
    )
    return frozenset(event_ids) | frozenset(session.scalars(same))


def is_cleared(session: Session, event_id: int) -> bool:
    """It counts no more because a block that rested on it was appealed against with success."""
    return any(facts.get("reason") == BY_APPEAL for _, facts in _annulled(session, QualityEvent.id == event_id))


def is_party(actor: Actor, event: QualityEvent) -> bool:
    """Whose event it is: the engineer named while he is of the firm, and its owner."""
    of_firm = event.contractor_id in actor.contractor_ids
    return event.contractor_id in actor.owned_contractor_ids or (of_firm and event.person_id == actor.person_id)


def until(session: Session, event: QualityEvent) -> datetime:
    """The last moment at which it may be disputed."""
    return event.at + timedelta(days=numbers.of(session).dispute_days)


def ensure_open(session: Session, event: QualityEvent, *, now: datetime) -> None:
    """Raises what keeps it from being disputed."""
    twins = select(QualityEvent.id).where(QualityEvent.audit_id == event.audit_id)
    if session.scalar(select(QualityDispute.id).where(QualityDispute.event_id.in_(twins))) is not None:
        raise DisputeGiven
    if event.annulled_at is not None or not rules.is_bad(event.kind, event.weight_milli):
        raise Changed
    if now > until(session, event):
        raise DisputeLate(numbers.of(session).dispute_days)


def excused(session: Session, clock_ids: Collection[int] | None = None) -> frozenset[tuple[int, int]]:
    """(clock, contractor) where he was found right about this very promise, be it by an appeal against what it had led
    to: reckoned anew it does not accuse him again. None: of all clocks."""
    of_clocks = (
        select(QualityEvent.id, Audit.entity_id, QualityEvent.contractor_id)
        .join(Audit, QualityEvent.audit_id == Audit.id)
        .where(
            Audit.entity == "clock",
            Audit.entity_id.in_(clock_ids) if clock_ids is not None else true(),
            QualityEvent.kind == rules.QualityKind.MISSED,
        )
    )
    missed = {event_id: (clock_id, firm) for event_id, clock_id, firm in session.execute(of_clocks)}
    if not missed:
        return frozenset()
    among = QualityEvent.id.in_(of_clocks.with_only_columns(QualityEvent.id))
    disputed = select(QualityDispute.event_id).join(QualityEvent).where(among, QualityDispute.is_upheld.is_(True))
    right = set(session.scalars(disputed))
    right |= {event_id for event_id, facts in _annulled(session, among) if facts.get("reason") == BY_APPEAL}
    right |= missed.keys() & _appealed(session, {firm for _, firm in missed.values()})
    return frozenset(missed[event_id] for event_id in right)


def involved(session: Session, event: QualityEvent, given: QualityDispute) -> frozenset[int | None]:
    """Who caused the event, whom it is about with the whole firm, and who does not agree."""
    firm = {person.id for person in notices.contractor_people(session, [event.contractor_id])}
    return frozenset({session.get_one(Audit, event.audit_id).actor_id, event.person_id, given.person_id} | firm)


def _close(
    session: Session, actor: Actor, event: QualityEvent, given: QualityDispute, said: Judgement, *, now: datetime
) -> Audit | None:
    """None: somebody was faster."""
    decided = {"is_upheld": said.is_upheld, "answer": said.answer, "decided_by": actor.person_id, "decided_at": now}
    if not moved(session, given, QualityDispute.decided_at.is_(None), **decided):
        return None
    role, facts = said.judge.role, {"upheld": said.is_upheld, **said.judge.trace}
    cause = audit.record(session, actor, "quality_event", event.id, "decide", now=now, role=role, data=facts)
    how = "upheld" if said.is_upheld else "refused"
    tasks.end_for_cause(session, actor, TaskKind.SCORE_DISPUTE, f"event {event.id}", how, now=now)
    told = {person.id for person in notices.crew_of_firm(session, event.contractor_id, event.person_id)}
    for person_id in sorted(told | {given.person_id}):
        data = {"event": event.id}
        notices.tell(session, person_id, Notice.DISPUTE_DECIDED, cause=str(cause.id), now=now, data=data)
    return cause


def _appealed(session: Session, firms: Collection[int]) -> frozenset[int]:
    """What blocks of these firms rested on that were appealed against with success, be it annulled before that."""
    upheld = select(Audit.data).join(Block, Block.audit_id == Audit.id).join(Appeal, Appeal.block_id == Block.id)
    upheld = upheld.where(Block.contractor_id.in_(firms), Appeal.is_upheld.is_(True))
    return frozenset(event for facts in session.scalars(upheld) for event in verdicts.events_of(facts))


def _annulled(session: Session, *which: ColumnElement[bool]) -> Iterable[tuple[int, dict[str, Any]]]:
    """Events with what the audit says of how each was annulled."""
    said = select(QualityEvent.id, Audit.data).join(Audit, Audit.entity_id == QualityEvent.id)
    said = said.where(Audit.entity == "quality_event", Audit.event == "annul", *which)
    return [(event_id, facts) for event_id, facts in session.execute(said)]


def _side(actor: Actor, event: QualityEvent) -> Role:
    return Role.OWNER if event.contractor_id in actor.owned_contractor_ids else Role.ENGINEER


def _answer(session: Session, actor: Actor, event: QualityEvent, cause: Audit, *, now: datetime) -> None:
    key, data = f"audit {cause.id}", {"event": event.id}
    notices.reply(session, actor, Notice.QUALITY_EVENT, cause=key, now=now, data=data)

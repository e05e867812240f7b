"""What the blocked one says against it: once for each block, in time, and a person who had no part in it decides.

Upheld, the block is lifted and what it rested on counts no more; refused, it stays, with a word. Two who decide at
once: one wins.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.domain import typed
from core.domain.actor import Actor
from core.domain.errors import AppealGiven, AppealOver, Changed, NotAllowed, NotFound
from core.domain.notice import Notice
from core.domain.task import TaskKind
from core.services import (
    audit,
    blacklist,
    block_people,
    calendars,
    notices,
    numbers,
    open_questions,
    quality_disputes,
    tasks,
    verdicts,
)
from core.services.rows import moved
from storage.models.contractor import Appeal, Block, Contractor
from storage.models.desk import Audit
from storage.models.people import Person
from storage.models.quality import QualityEvent

WORDS_LIMIT = 2000
GIVEN, LATE = "appeal", "late"
UPHELD = "upheld"


def give(session: Session, actor: Actor, block_id: int, words: str, *, now: datetime) -> None:
    """By an owner of the firm, or by the blocked person himself.

    Raises NotFound for who is not in the block, NotAllowed for an engineer of the firm, AppealGiven, AppealOver,
    TextEmpty, TextTooLong.
    """
    block = _of_blocked(session, actor, block_id)
    text = typed.words(words, WORDS_LIMIT)
    _ensure_open(session, block, now=now)
    row = Appeal(
        block_id=block.id,
        person_id=actor.person_id,
        words=text,
        at=now,
        due_at=_due(session, block, now=now),
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:  # a colleague of his spoke in the same moment
        raise AppealGiven from error
    cause = audit.record(session, actor, "appeal", row.id, GIVEN, now=now, data={"block": block.id})
    about = {"appeal": row.id}
    tasks.open(session, TaskKind.APPEAL, cause=f"appeal {row.id}", person_id=row.person_id, data=about, now=now)
    notices.reply(session, actor, Notice.APPEAL, cause=f"audit {cause.id}", now=now, data={"appeal": row.id})


def decide(session: Session, actor: Actor, appeal_id: int, is_upheld: bool, words: str, *, now: datetime) -> None:
    """A refusal says why. Raises NotFound, NeedsAnother, Changed, TextEmpty, TextTooLong."""
    row, block = _of_desk(session, actor, appeal_id)
    judge = block_people.judge(session, actor, block)
    text = typed.words(words, WORDS_LIMIT, may_be_empty=is_upheld)
    decided = {"is_upheld": is_upheld, "decided_by": actor.person_id, "decided_at": now, "answer": text}
    if not moved(session, row, Appeal.decided_at.is_(None), **decided):
        raise Changed
    facts = {"block": block.id, "upheld": is_upheld, quality_disputes.CLEARS: is_upheld, **judge.trace}
    cause = audit.record(session, actor, "appeal", row.id, "decide", now=now, role=judge.role, data=facts)
    tasks.end_for_cause(session, actor, TaskKind.APPEAL, f"appeal {row.id}", "decided", now=now)
    _redraw(session, row, now=now)
    if is_upheld:
        quality_disputes.clear(session, actor, _resting_on(session, block), judge, now=now)
    told = {*block_people.told(session, block), row.person_id} - {actor.person_id}
    if is_upheld and (block.ends_at is None or block.ends_at > now):
        blacklist.ended(session, actor, block, text[: blacklist.REASON_LIMIT], now=now, why=UPHELD)
        told = {row.person_id} - set(block_people.told(session, block))  # the others hear that it is lifted
    for person_id in sorted(told):
        about = {"appeal": row.id}
        notices.tell(session, person_id, Notice.APPEAL, cause=f"audit {cause.id}", now=now, data=about)
    notices.reply(session, actor, Notice.APPEAL, cause=f"audit {cause.id}", now=now, data={"appeal": row.id})


def _resting_on(session: Session, block: Block) -> frozenset[int]:
    """The events of the ledger a block began with; empty for most of those by hand."""
    return verdicts.events_of(session.scalar(select(Audit.data).where(Audit.id == block.audit_id)) or {})


def clears(session: Session, block: Block) -> int:
    """How many events of the ledger count no more if an appeal against it is upheld."""
    said = quality_disputes.with_the_same(session, _resting_on(session, block))
    still = select(QualityEvent.audit_id).where(QualityEvent.id.in_(said), QualityEvent.annulled_at.is_(None))
    return len(session.scalars(still.distinct()).all())


def sweep(session: Session, limit: int, *, now: datetime, skip: int = 0) -> int:
    """Tells the managers once of every appeal nobody has answered in time."""
    actor = Actor.system("job:appeals")
    told = select(Audit.id).where(Audit.entity == "appeal", Audit.entity_id == Appeal.id, Audit.event == LATE)
    late = session.scalars(
        select(Appeal)
        .where(Appeal.decided_at.is_(None), Appeal.due_at <= now, ~told.exists())
        .order_by(Appeal.due_at, Appeal.id)
        .offset(skip)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in late:
        cause = audit.record(session, actor, "appeal", row.id, LATE, now=now, data={"block": row.block_id})
        for manager in notices.managers(session):
            about = {"appeal": row.id}
            notices.tell(session, manager.id, Notice.APPEAL_LATE, cause=f"audit {cause.id}", now=now, data=about)
    return len(late)


def _of_blocked(session: Session, actor: Actor, block_id: int) -> Block:
    """A block of a firm the actor owns, or of himself. Raises NotFound, NotAllowed for an engineer of the firm."""
    block = session.get(Block, block_id)
    if block is None:
        raise NotFound
    if not block_people.may_appeal(session, actor, block):
        raise NotAllowed if block.contractor_id in actor.contractor_ids else NotFound
    return block


def _of_desk(session: Session, actor: Actor, appeal_id: int) -> tuple[Appeal, Block]:
    row = session.get(Appeal, appeal_id) if actor.is_desk else None
    if row is None:
        raise NotFound
    return row, session.get_one(Block, row.block_id)


def ensure_may(session: Session, actor: Actor, block_id: int, *, now: datetime) -> int:
    """Before he begins to write; in how many working days he will be answered. Raises NotFound, NotAllowed,
    AppealGiven, AppealOver."""
    _ensure_open(session, _of_blocked(session, actor, block_id), now=now)
    return numbers.of(session).appeal_answer_days


def draft(session: Session, actor: Actor, block_id: int, words: str, *, now: datetime) -> str:
    """The words as they would be given. Raises what `give` raises."""
    _ensure_open(session, _of_blocked(session, actor, block_id), now=now)
    return typed.words(words, WORDS_LIMIT)


def ensure_may_decide(session: Session, actor: Actor, appeal_id: int, *, now: datetime) -> None:
    """Raises NotFound, NeedsAnother, Changed."""
    row, block = _of_desk(session, actor, appeal_id)
    block_people.judge(session, actor, block)
    if row.decided_at is not None:
        raise Changed


def _ensure_open(session: Session, block: Block, *, now: datetime) -> None:
    """Raises AppealGiven, AppealOver."""
    if block_people.appeal_of(session, block.id) is not None:
        raise AppealGiven
    if not is_heard(session, block, now=now):
        raise AppealOver(numbers.of(session).appeal_days)


def is_heard(session: Session, block: Block, *, now: datetime) -> bool:
    """Within its days, or while the block lasts; not once it was lifted."""
    in_time = now <= block.starts_at + timedelta(days=numbers.of(session).appeal_days)
    lasts = block.ends_at is None or block.ends_at > now
    return lasts or (in_time and not block.lift_reason)


def _due(session: Session, block: Block, *, now: datetime) -> datetime:
    """So many working days from now, in the zone of whom it is about."""
    if block.contractor_id is not None:
        zone = session.get_one(Contractor, block.contractor_id).zone
    else:
        zone = session.get_one(Person, block.person_id).zone
    return calendars.after_days(session, zone, now, numbers.of(session).appeal_answer_days)


def _redraw(session: Session, row: Appeal, *, now: datetime) -> None:
    """What colleagues still have before them, also of what was late."""
    late = select(Audit.id).where(Audit.entity == "appeal", Audit.entity_id == row.id, Audit.event == LATE)
    told = [
        notices.key_of(Notice.APPEAL_LATE, f"audit {cause}", manager.id)
        for cause in session.scalars(late)
        for manager in notices.managers(session)
    ]
    about = {"appeal": row.id}
    open_questions.redraw(session, TaskKind.APPEAL, f"appeal {row.id}", Notice.APPEAL, about, told, now=now)

"""Messages on their way out: claimed by chat, finished only by the holder of the lease, never silently lost.

Inside one chat first in, first out; between chats by priority. Every row ends sent, failed (a person sees a task)
or cancelled with a reason.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, text, update
from sqlalchemy.orm import Session, aliased

from core.domain.notice import Delivery, Notice, OutboxStatus, Priority
from core.domain.task import TaskKind
from core.services import headings, offers, talk, tasks, warning_letters
from core.services import unreachable as unreachable_crews
from storage.models.people import Person
from storage.models.post import Card, Outbox, SentFile

LEASE = timedelta(seconds=120)
#: Waiting rows alone are indexed; written literally, or SQLite does not see the partial index.
WAITING = "status IN ('new', 'sending')"


_queued = aliased(Outbox, name="queued")


def _is_due(row: Any) -> ColumnElement[bool]:
    """What nothing has held may go as soon as it is there, also by the clock of a process that is a little behind."""
    is_fresh = and_(row.not_before <= row.created_at, row.attempts == 0, row.last_error == "")
    return or_(row.not_before <= bindparam("now"), is_fresh)


#: The first of each chat. What quiet hours hold has not joined the queue yet; what was tried once keeps its place, also
#: where Telegram asked to wait and the process that knew it is gone.
_FIRST = (
    select(func.min(_queued.id).label("id"))
    .where(
        text(f"queued.{WAITING}"),
        or_(_queued.status == OutboxStatus.SENDING, _is_due(_queued), _queued.attempts > 0, _queued.last_error != ""),
        _queued.chat_id.not_in(bindparam("busy", expanding=True)),
    )
    .group_by(_queued.chat_id)
    .cte("first")
    # Found once: figures of a quiet hour would let PostgreSQL look for it again at every row of a sudden crowd.
    .prefix_with("MATERIALIZED")
)
#: Built once: it is asked after every commit.
_HEADS = (
    select(Outbox)
    .join(_FIRST, _FIRST.c.id == Outbox.id)
    .where(
        or_(
            and_(Outbox.status == OutboxStatus.NEW, _is_due(Outbox)),
            and_(Outbox.status == OutboxStatus.SENDING, Outbox.lease_until < bindparam("now")),
        ),
    )
    .order_by(Outbox.priority, Outbox.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True, of=Outbox)
)


@dataclass(frozen=True, slots=True)
class Letter:
    """One row as the pump works on it."""

    id: int
    delivery: Delivery
    notice: str
    person_id: int
    chat_id: int
    ticket_id: int | None
    data: dict[str, Any]
    priority: int
    attempts: int
    created_at: datetime
    token: str

    @property
    def acted_at(self) -> datetime | None:
        """When its reader did what it answers; None: it answers nothing of his."""
        return self.created_at if self.priority == Priority.ANSWER else None


@dataclass(frozen=True, slots=True)
class Batch:
    letters: tuple[Letter, ...]
    #: Rows that ended in the claim itself: something may wait behind them.
    cancelled: int
    #: Endings written by somebody who no longer held the lease.
    lost: int = 0


#: Writes what became of one letter; False when it is no longer ours.
Ending = Callable[..., bool]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a card's message shows now."""

    message_id: int
    has_media: bool
    content_hash: str


def turn(
    session: Session, endings: Sequence[Ending], limit: int, *, now: datetime, busy_chats: Collection[int] = ()
) -> Batch:
    """What became of the last letters, and the next ones, in one transaction."""
    lost = [end for end in endings if not end(session, now=now)]
    batch = claim(session, limit, now=now, busy_chats=busy_chats) if limit else Batch((), 0)
    return Batch(batch.letters, batch.cancelled, len(lost))


def claim(session: Session, limit: int, *, now: datetime, busy_chats: Collection[int] = ()) -> Batch:
    """The head of each chat, most urgent first. `busy_chats` must wait for their turn or are at work here."""
    rows = session.scalars(_HEADS, {"now": now, "busy": list(busy_chats), "limit": limit}).all()
    token = uuid4().hex
    letters = []
    for row in rows:
        reason = _reason_to_drop(session, row, now)
        if reason:
            _end(row, OutboxStatus.CANCELLED, reason)
            continue
        warning_letters.gather(session, row, now=now)
        row.status, row.lease_token, row.lease_until = OutboxStatus.SENDING, token, now + LEASE
        letters.append(_letter(row, token))
    return Batch(tuple(letters), len(rows) - len(letters))


def sent(
    session: Session,
    letter: Letter,
    *,
    now: datetime,
    message_id: int | None = None,
    shown: Shown | None = None,
    commands_hash: str | None = None,
) -> bool:
    """Marks it sent; a new card takes the buttons off the one it replaces. False: the lease was lost."""
    values = {"status": OutboxStatus.SENT, "sent_at": now, "message_id": message_id, "last_error": ""}
    if not _finish(session, letter, values):
        return False
    if shown is not None and letter.ticket_id is not None:
        _show_card(session, letter, shown, now)
    if commands_hash is not None:
        session.get_one(Person, letter.person_id).commands_hash = commands_hash
    return True


def postpone(
    session: Session, letter: Letter, wait: timedelta, error: str, *, now: datetime, counts: bool = True
) -> bool:
    """Back in the queue at its place. An attempt that surely did not reach Telegram need not count."""
    return _finish(
        session,
        letter,
        {
            "status": OutboxStatus.NEW,
            "not_before": now + wait,
            "last_error": error[:300],
            "attempts": Outbox.attempts + 1 if counts else Outbox.attempts,
        },
    )


def cancelled(session: Session, letter: Letter, reason: str, *, now: datetime) -> bool:
    return _finish(session, letter, {"status": OutboxStatus.CANCELLED, "last_error": reason[:300]})


def failed(session: Session, letter: Letter, error: str, *, now: datetime) -> bool:
    """For good: the desk sees it."""
    values = {"status": OutboxStatus.FAILED, "last_error": error[:300], "attempts": Outbox.attempts + 1}
    if not _finish(session, letter, values):
        return False
    _task(session, letter, f"letter:{letter.id}", now)
    return True


def unreachable(session: Session, letter: Letter, error: str, *, now: datetime) -> bool:
    """He blocked the bot or is gone: nothing more is sent until he writes, and the desk is told once."""
    if not _finish(session, letter, {"status": OutboxStatus.FAILED, "last_error": error[:300]}):
        return False
    person = session.get_one(Person, letter.person_id)
    is_first, person.unreachable_at = person.unreachable_at is None, person.unreachable_at or now
    session.execute(
        update(Outbox)
        .where(Outbox.person_id == letter.person_id, Outbox.status == OutboxStatus.NEW)
        .values(status=OutboxStatus.CANCELLED, last_error="unreachable")
    )
    session.flush()
    offers.stop_waiting_for(session, letter.person_id, now=now)
    if is_first:
        unreachable_crews.lost(session, person, now=now)
    _task(session, letter, f"letter:{letter.id}", now)
    return True


def migrated(session: Session, letter: Letter, new_chat: int, *, now: datetime) -> bool:
    """A group became a supergroup: its old id never works again, the letter goes to the new one."""
    if not _finish(session, letter, {"status": OutboxStatus.NEW, "not_before": now}):
        return False
    waiting = Outbox.status.in_((OutboxStatus.NEW, OutboxStatus.SENDING))
    old = letter.chat_id
    session.execute(update(Outbox).where(Outbox.chat_id == old, waiting).values(chat_id=new_chat))
    session.execute(update(Card).where(Card.chat_id == old).values(chat_id=new_chat))
    return True


def release(session: Session, letters: Sequence[Letter], *, now: datetime) -> None:
    for letter in letters:
        _finish(session, letter, {"status": OutboxStatus.NEW})


def card_of(session: Session, person_id: int, ticket_id: int, *, now: datetime) -> Card | None:
    return session.get(Card, (ticket_id, person_id))


def message_of(session: Session, letter_id: int, *, now: datetime) -> int | None:
    """The message an earlier letter has become; None where it never left."""
    return session.scalar(select(Outbox.message_id).where(Outbox.id == letter_id))


def ticket_shown_in(session: Session, person_id: int, message_id: int, *, now: datetime) -> int | None:
    """The ticket whose card is this message of the person's chat."""
    return session.scalar(select(Card.ticket_id).where(Card.person_id == person_id, Card.message_id == message_id))


def commands_hash(session: Session, person_id: int, *, now: datetime) -> str:
    """Fingerprint of the command list this person's chat shows."""
    return session.get_one(Person, person_id).commands_hash


def adopt_card(
    session: Session, person_id: int, ticket_id: int, chat_id: int, message_id: int, *, has_media: bool
) -> None:
    """The message whose button was tapped is the card from now on; what it shows is not known, so it is redrawn."""
    headings.end(_upsert(session, ticket_id, person_id, chat_id, Shown(message_id, has_media, "")))


def file_id(session: Session, bot_id: int, sha256: str, *, now: datetime) -> str | None:
    known = session.get(SentFile, (bot_id, sha256))
    return known.file_id if known is not None else None


def keep_file_id(session: Session, bot_id: int, sha256: str, file_id: str | None, *, now: datetime) -> None:
    """None forgets an id that Telegram no longer takes."""
    known = session.get(SentFile, (bot_id, sha256))
    if known is not None:
        session.delete(known)
        session.flush()
    if file_id is not None:
        session.add(SentFile(bot_id=bot_id, sha256=sha256, file_id=file_id))


def _letter(row: Outbox, token: str) -> Letter:
    return Letter(
        row.id,
        row.delivery,
        row.notice,
        row.person_id,
        row.chat_id,
        row.ticket_id,
        row.data,
        row.priority,
        row.attempts,
        row.created_at,
        token,
    )


def _reason_to_drop(session: Session, row: Outbox, now: datetime) -> str:
    person = session.get_one(Person, row.person_id)
    if person.unreachable_at is not None:
        return "unreachable"
    if person.telegram_id is None:
        return "left"
    if burns_no_more := warning_letters.why_over(session, row, now=now):
        return burns_no_more
    is_offer = row.delivery is Delivery.NEW and row.notice == Notice.OFFER_MADE
    if row.ticket_id is None or not (is_offer or row.delivery is Delivery.EDIT):
        return ""
    return "superseded" if _is_superseded(session, row, now) else ""


def _is_superseded(session: Session, row: Outbox, now: datetime) -> bool:
    """A later redraw of the card says it all; so does a later offer of the job where its terms have changed."""
    newer = select(Outbox.id).where(
        text(f"outbox.{WAITING}"),
        Outbox.chat_id == row.chat_id,
        Outbox.id > row.id,
        Outbox.ticket_id == row.ticket_id,
        Outbox.person_id == row.person_id,
        Outbox.delivery == row.delivery,
        Outbox.not_before <= now,
    )
    if row.delivery is Delivery.NEW:
        newer = newer.where(Outbox.notice == row.notice)
    return session.scalar(newer.limit(1)) is not None


def _end(row: Outbox, status: OutboxStatus, reason: str) -> None:
    row.status, row.last_error, row.lease_token, row.lease_until = status, reason, None, None


def _finish(session: Session, letter: Letter, values: dict[str, Any]) -> bool:
    mine = session.scalar(
        update(Outbox)
        .where(Outbox.id == letter.id, Outbox.status == OutboxStatus.SENDING, Outbox.lease_token == letter.token)
        .values(lease_token=None, lease_until=None, **values)
        .returning(Outbox.id)
    )
    return mine is not None


def _show_card(session: Session, letter: Letter, shown: Shown, now: datetime) -> None:
    assert letter.ticket_id is not None
    old = session.get(Card, (letter.ticket_id, letter.person_id))
    if old is not None and (old.chat_id, old.message_id) != (letter.chat_id, shown.message_id):
        session.add(_strip(letter, old, now))
    card = _upsert(session, letter.ticket_id, letter.person_id, letter.chat_id, shown)
    if letter.delivery is Delivery.NEW:
        headings.rang(session, card, letter.id)
    elif headings.kept(session, letter.person_id, letter.ticket_id, letter.acted_at, now=now) is None:
        headings.end(card)


def _upsert(session: Session, ticket_id: int, person_id: int, chat_id: int, shown: Shown) -> Card:
    card = session.get(Card, (ticket_id, person_id))
    if card is None:
        card = Card(ticket_id=ticket_id, person_id=person_id)
        session.add(card)
    card.chat_id, card.message_id = chat_id, shown.message_id
    card.has_media, card.content_hash = shown.has_media, shown.content_hash
    return card


def _strip(letter: Letter, old: Card, now: datetime) -> Outbox:
    return Outbox(
        dedupe_key=f"strip:{letter.id}",
        delivery=Delivery.STRIP,
        notice=Notice.CARD,
        person_id=letter.person_id,
        chat_id=old.chat_id,
        ticket_id=letter.ticket_id,
        data={"message_id": old.message_id},
        priority=Priority.STATUS,
        created_at=now,
        not_before=now,
        status=OutboxStatus.NEW,
    )


def _task(session: Session, letter: Letter, cause: str, now: datetime) -> None:
    if letter.notice == Notice.MESSAGE:
        talk.missed(session, int(letter.data["talk"]), letter.person_id, now=now)
    tasks.open(
        session,
        TaskKind.UNDELIVERED,
        cause=cause,
        ticket_id=letter.ticket_id,
        person_id=letter.person_id,
        data={"notice": str(letter.notice)},
        now=now,
    )

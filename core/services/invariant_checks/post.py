"""Invariants of messages, updates, albums, secrets and the machine."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import Session

from core.domain.notice import Delivery, InboxStatus, Notice, OutboxStatus
from core.domain.proof import ProofStatus
from core.services import inbox, notices, numbers
from core.services.invariant_checks.found import Found, count
from core.services.invariant_checks.times import was_right
from storage.models.all import metadata
from storage.models.desk import Audit, Task
from storage.models.people import Dialog, Person
from storage.models.post import Inbox, Outbox
from storage.models.visit import Proof
from storage.types import UtcDateTime

STALE_AFTER = timedelta(hours=1)
#: PostgreSQL works on several units at a time, none of them longer: a letter may become visible after one with a higher
#: id, and neither is the earlier. SQLite has one at a time.
SIDE_BY_SIDE = timedelta(seconds=30)

_NEVER = datetime(9000, 1, 1, tzinfo=UTC)
_BOT_TOKEN = re.compile(r"(?<!\d)\d{6,}:[A-Za-z0-9_-]{30,}")
_PASSWORD = re.compile(r"\w+://[^/\s:@]+:[^/\s@]+@")


def one_message_per_key(session: Session, *, now: datetime) -> Found:
    rows = session.execute(select(Outbox.dedupe_key, func.count()).group_by(Outbox.dedupe_key).having(func.count() > 1))
    broken = [f"outbox key {key} stands {n} times" for key, n in rows]
    same = session.execute(
        select(Outbox.chat_id, Outbox.message_id, func.count())
        .where(Outbox.delivery == Delivery.NEW, Outbox.message_id.is_not(None))
        .group_by(Outbox.chat_id, Outbox.message_id)
        .having(func.count() > 1)
    )
    broken += [f"message {message} of chat {chat} is said to be {n} letters" for chat, message, n in same]
    return broken, count(session, Outbox)


def letters_end(session: Session, *, now: datetime) -> Found:
    """Every row ends sent, failed or cancelled, the last two with a reason and a task; none is left behind."""
    silent = session.execute(
        select(Outbox.id, Outbox.status).where(
            or_(
                and_(Outbox.status.in_((OutboxStatus.FAILED, OutboxStatus.CANCELLED)), Outbox.last_error == ""),
                and_(Outbox.status == OutboxStatus.SENT, Outbox.sent_at.is_(None)),
                and_(Outbox.status == OutboxStatus.SENDING, Outbox.lease_until < now - STALE_AFTER),
            )
        )
    )
    broken = [f"outbox {row} is {status} without a reason or time" for row, status in silent]
    cause = literal("undelivered:letter:") + cast(Outbox.id, Text)
    has_task = exists(select(Task.id).where(Task.cause == cause))
    failed = session.scalars(select(Outbox.id).where(Outbox.status == OutboxStatus.FAILED, ~has_task))
    broken += [f"outbox {row} failed and nobody was told" for row in failed]
    broken += [f"outbox {row} was left behind" for row in _left_behind(session)]
    return broken, count(session, Outbox)


def _left_behind(session: Session) -> Iterator[int]:
    """The first of its chat, never tried, while less urgent ones written an hour later have gone."""
    gone = session.execute(
        select(Outbox.priority, func.max(Outbox.created_at))
        .where(Outbox.status == OutboxStatus.SENT, was_right(session, Outbox.created_at))
        .group_by(Outbox.priority)
    ).all()
    waiting = session.execute(
        select(Outbox.id, Outbox.chat_id, Outbox.priority, Outbox.not_before, Outbox.status, Outbox.attempts)
        .join(Person, Person.id == Outbox.person_id)
        .where(text("outbox.status IN ('new', 'sending')"), Person.unreachable_at.is_(None))
        .order_by(Outbox.chat_id, Outbox.id)
    )
    chat = None
    for row in waiting:
        is_first, chat = row.chat_id != chat, row.chat_id
        if not is_first or row.attempts or row.status is not OutboxStatus.NEW:
            continue
        if any(at > row.not_before + STALE_AFTER for priority, at in gone if priority >= row.priority):
            yield row.id


def in_order(session: Session, *, now: datetime) -> Found:
    """Within one chat messages left in the order they were written; what quiet hours held joined the queue late."""
    on_time = case((or_(Outbox.not_before <= Outbox.created_at, Outbox.attempts > 0), Outbox.sent_at))
    latest_before = func.max(on_time).over(partition_by=Outbox.chat_id, order_by=Outbox.id, rows=(None, -1))
    sent = (
        select(Outbox.chat_id, Outbox.sent_at, latest_before.label("latest_before"))
        .where(Outbox.status == OutboxStatus.SENT, was_right(session, Outbox.sent_at))
        .subquery()
    )
    suspects = select(sent.c.chat_id).where(sent.c.sent_at < sent.c.latest_before).distinct().order_by(sent.c.chat_id)
    broken = [
        f"outbox {row} of chat {chat} left before an earlier one"
        for chat in session.scalars(suspects)
        for row in _overtakers(session, chat)
    ]
    return broken, session.scalar(select(func.count()).select_from(sent)) or 0


def _overtakers(session: Session, chat_id: int) -> Iterator[int]:
    """Letters that left before one which surely stood in the queue when they were written."""
    side_by_side = timedelta(0) if session.get_bind().dialect.name == "sqlite" else SIDE_BY_SIDE
    earlier: list[Any] = []
    latest = datetime.min.replace(tzinfo=UTC)
    for row in session.execute(
        select(Outbox.id, Outbox.notice, Outbox.created_at, Outbox.not_before, Outbox.attempts, Outbox.sent_at)
        .add_columns(Person.zone)
        .join(Person, Person.id == Outbox.person_id)
        .where(Outbox.chat_id == chat_id, Outbox.status == OutboxStatus.SENT, was_right(session, Outbox.sent_at))
        .order_by(Outbox.id)
    ):
        if row.sent_at < latest and any(
            row.sent_at < one.sent_at
            and (one.created_at == row.created_at or one.created_at + side_by_side <= row.created_at)
            for one in earlier
        ):
            yield row.id
        if not _was_held(session, row):
            earlier.append(row)
            latest = max(latest, row.sent_at)


def _was_held(session: Session, row: Any) -> bool:
    """Or may have been: a second attempt has its time where the end of the wait stood."""
    if not row.attempts:
        return bool(row.not_before > row.created_at)
    rules = numbers.of(session)
    morning = notices.quiet_until(row.created_at, row.zone, rules.quiet_from_hour, rules.quiet_to_hour)
    return morning > row.created_at or row.notice in (Notice.SLA, Notice.SLA_MANY)


def updates_end(session: Session, *, now: datetime) -> Found:
    """Handled once and in the order of its lane, or parked with its error, of which the desk has a task."""
    rows = session.execute(
        select(Inbox.update_id, Inbox.status).where(
            or_(
                and_(Inbox.status == InboxStatus.DEAD, Inbox.error == ""),
                and_(Inbox.status != InboxStatus.NEW, Inbox.done_at.is_(None)),
                and_(Inbox.status == InboxStatus.NEW, Inbox.received_at < now - STALE_AFTER),
            )
        )
    )
    broken = [f"update {update} is {status} and left alone" for update, status in rows]
    cause = literal("parked:update:") + cast(Inbox.update_id, Text)
    parked = session.scalars(
        select(Inbox.update_id).where(
            Inbox.status == InboxStatus.DEAD, ~exists(select(Task.id).where(Task.cause == cause))
        )
    )
    broken += [f"update {update} is parked and nobody was told" for update in parked]
    broken += _overtaken(session)
    return broken, count(session, Inbox)


def _overtaken(session: Session) -> list[str]:
    """Within a lane none is finished before the one that came first; what a flood put aside was never in it."""
    end = func.coalesce(Inbox.done_at, literal(_NEVER, UtcDateTime()))
    latest_before = func.max(end).over(partition_by=(Inbox.bot_id, Inbox.lane), order_by=Inbox.seq, rows=(None, -1))
    lanes = (
        select(Inbox.update_id, Inbox.lane, Inbox.done_at, latest_before.label("latest_before"))
        .where(or_(Inbox.status != InboxStatus.DONE, Inbox.error != "flood"), was_right(session, Inbox.done_at))
        .subquery()
    )
    rows = session.execute(
        select(lanes.c.update_id, lanes.c.lane).where(lanes.c.done_at < lanes.c.latest_before).limit(100)
    )
    return [f"update {update} of lane {lane} was finished before an earlier one" for update, lane in rows]


def albums_stay_together(session: Session, *, now: datetime) -> Found:
    """All items of an album are on one ticket; and none that came after the first is missing."""
    rows = session.execute(
        select(Proof.media_group_id, func.count(func.distinct(func.coalesce(Proof.ticket_id, -Proof.intake_id))))
        .where(Proof.media_group_id.is_not(None))
        .group_by(Proof.media_group_id, Proof.person_id)
        .having(func.count(func.distinct(func.coalesce(Proof.ticket_id, -Proof.intake_id))) > 1)
    )
    broken = [f"album {group} is spread over {n} tickets" for group, n in rows]
    kept: defaultdict[tuple[int, str], set[int]] = defaultdict(set)
    items = select(Proof.chat_id, Proof.media_group_id, Proof.message_id).where(Proof.media_group_id.is_not(None))
    for chat_id, group, message_id in session.execute(items):
        kept[chat_id, group or ""].add(message_id)
    for update_id, chat_id, group, message_id in _album_updates(session) if kept else ():
        known = kept.get((chat_id, group))
        if known and message_id > min(known) and message_id not in known:
            broken.append(f"update {update_id} of album {group} left nothing")
    return broken, count(session, Proof)


def _album_updates(session: Session) -> Iterator[tuple[int, int, str, int]]:
    handled = select(Inbox.update_id, Inbox.body).where(
        Inbox.status == InboxStatus.DONE, Inbox.error != "flood", Inbox.body.contains('"media_group_id"')
    )
    for update_id, body in session.execute(handled):
        message = json.loads(body).get("message")
        if isinstance(message, dict) and "media_group_id" in message:
            yield update_id, message["chat"]["id"], str(message["media_group_id"]), message["message_id"]


def stored_has_hash(session: Session, *, now: datetime) -> Found:
    rows = session.execute(
        select(Proof.id, Proof.status).where(
            or_(
                and_(Proof.status == ProofStatus.STORED, or_(Proof.sha256.is_(None), Proof.size.is_(None))),
                (Proof.status == ProofStatus.REFUSED) != Proof.refusal.is_not(None),
                (Proof.status == ProofStatus.PENDING) != Proof.fetch_at.is_not(None),
                and_(Proof.ticket_id.is_(None), Proof.intake_id.is_(None)),
            )
        )
    )
    return [f"proof {proof} is {status} without what that needs" for proof, status in rows], count(session, Proof)


def no_secrets(session: Session, *, now: datetime) -> Found:
    """No bot token and no password in what is kept of errors and facts, no invite token in what was received."""
    broken = [
        f"{name} {row} keeps a secret"
        for name, row, kept in session.execute(_KEPT)
        if _BOT_TOKEN.search(kept) or _PASSWORD.search(kept)
    ]
    told = select(Inbox.update_id, Inbox.body).where(Inbox.status != InboxStatus.NEW, Inbox.body.contains("/start"))
    for update_id, body in session.execute(told):
        if inbox.SECRET.search(body):
            broken.append(f"update {update_id} keeps an invite token")
    return broken, count(session, Outbox, Inbox, Audit, Task, Dialog)


#: The words in which a secret might be kept; it has a colon.
_KEPT = union_all(
    *(
        select(literal(name), key, words := cast(column, Text)).where(words.contains(":"), words != "{}")
        for name, key, column in (
            ("outbox", Outbox.id, Outbox.last_error),
            ("outbox", Outbox.id, Outbox.data),
            ("update", Inbox.update_id, Inbox.error),
            ("audit row", Audit.id, Audit.data),
            ("task", Task.id, Task.data),
            ("dialog of", Dialog.user_id, Dialog.data),
        )
    )
)


def database_is_whole(session: Session, *, now: datetime) -> Found:
    if session.get_bind().dialect.name != "sqlite":
        rows = session.execute(text("SELECT conname, convalidated FROM pg_constraint")).all()
        return [f"constraint {name} is not validated" for name, is_valid in rows if not is_valid], len(rows)
    broken = [f"integrity: {word}" for (word,) in session.execute(text("PRAGMA integrity_check")) if word != "ok"]
    broken += [f"foreign key of {row[0]} row {row[1]}" for row in session.execute(text("PRAGMA foreign_key_check"))]
    return broken, len(metadata.tables)


def finished_by_the_holder(session: Session, *, now: datetime) -> Found:
    """What is under way is under a lease, and nothing else is: whoever lost the lease could not finish it."""
    is_sending = Outbox.status == OutboxStatus.SENDING
    rows = session.execute(
        select(Outbox.id, Outbox.status).where(
            or_(is_sending != Outbox.lease_token.is_not(None), is_sending != Outbox.lease_until.is_not(None))
        )
    )
    broken = [f"outbox {row} is {status}, its lease says otherwise" for row, status in rows]
    updates = session.execute(
        select(Inbox.update_id, Inbox.status).where(
            or_(
                and_(Inbox.status != InboxStatus.NEW, Inbox.lease_token.is_not(None)),
                Inbox.lease_token.is_(None) != Inbox.lease_until.is_(None),
            )
        )
    )
    broken += [f"update {row} is {status}, its lease says otherwise" for row, status in updates]
    return broken, count(session, Outbox, Inbox)


CHECKS: dict[str, tuple[str, Callable[..., Found]]] = {
    "18": ("one message per cause and person", one_message_per_key),
    "19": ("every message ends, with a reason", letters_end),
    "21": ("messages of a chat leave in order", in_order),
    "22": ("every update ends", updates_end),
    "23": ("an album stays together", albums_stay_together),
    "24": ("stored proof has its bytes", stored_has_hash),
    "39": ("no secrets are kept", no_secrets),
    "41": ("the database is whole", database_is_whole),
    "43": ("work is finished by its holder", finished_by_the_holder),
}

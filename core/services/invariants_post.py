"""Invariants of messages, updates, files, access, time and the machine."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, func, or_, select, text
from sqlalchemy.orm import Session

from core.domain.notice import InboxStatus, OutboxStatus
from core.domain.proof import ProofStatus
from core.domain.task import TaskKind
from core.domain.ticket import Origin
from core.services import people, scope
from storage.models.desk import Audit, Task
from storage.models.people import Invite, Membership, Person
from storage.models.post import Inbox, Outbox
from storage.models.ticket import Ticket
from storage.models.visit import Proof

Found = tuple[list[str], int]

STALE_AFTER = timedelta(hours=1)
AHEAD = timedelta(minutes=5)


def times_are_not_ahead(session: Session, *, now: datetime) -> Found:
    rows = session.execute(select(Audit.id, Audit.at).where(Audit.at > now + AHEAD))
    broken = [f"audit row {row} is dated {at}" for row, at in rows]
    return broken, _count(session, Audit)


def told_in_the_same_stroke(session: Session, *, now: datetime) -> Found:
    """Every registration, assignment, report and acceptance told the client's people who are in Telegram."""
    events = {"register": "registered", "assign": "offer-taken", "report": "reported", "accept": "accepted"}
    rows = session.execute(
        select(Audit.id, Audit.event, Ticket.requester_id)
        .join(Ticket, Ticket.id == Audit.entity_id)
        .join(Person, Person.id == Ticket.requester_id)
        .where(
            Audit.entity == "ticket",
            Audit.event.in_(("register", "assign", "report")),
            Ticket.origin == Origin.BOT,
            Person.telegram_id.is_not(None),
            exists(
                select(Membership.id).where(Membership.person_id == Ticket.requester_id, Membership.ended_at.is_(None))
            ),
        )
    ).all()
    keys = {f"{events[event]}:{audit}:{person}": (audit, event, person) for audit, event, person in rows}
    known: set[str] = set()
    wanted = list(keys)
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        known |= set(session.scalars(select(Outbox.dedupe_key).where(Outbox.dedupe_key.in_(part))))
    broken = [f"audit {a} ({e}) told person {p} nothing" for key, (a, e, p) in keys.items() if key not in known]
    return broken, len(rows)


def one_message_per_key(session: Session, *, now: datetime) -> Found:
    rows = session.execute(select(Outbox.dedupe_key, func.count()).group_by(Outbox.dedupe_key).having(func.count() > 1))
    return [f"outbox key {key} stands {n} times" for key, n in rows], _count(session, Outbox)


def letters_end(session: Session, *, now: datetime) -> Found:
    """Every row ends sent, failed or cancelled, the last two with a reason; a failed one has a task."""
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
    failed = session.execute(
        select(Outbox.id).where(
            Outbox.status == OutboxStatus.FAILED,
            ~exists(select(Task.id).where(Task.kind == TaskKind.UNDELIVERED, Task.person_id == Outbox.person_id)),
        )
    )
    broken += [f"outbox {row} failed and nobody was told" for (row,) in failed]
    return broken, _count(session, Outbox)


def sent_to_who_may_see(session: Session, *, now: datetime) -> Found:
    """Nobody holds a card of a ticket that was never for these eyes: a message went out at a time it could be seen."""
    rows = session.execute(
        select(Outbox.person_id, Outbox.ticket_id)
        .where(Outbox.status == OutboxStatus.SENT, Outbox.ticket_id.is_not(None), Outbox.sent_at > now - STALE_AFTER)
        .distinct()
    ).all()
    broken = []
    for person_id, ticket_id in rows:
        actor = people.actor_of(session, person_id, now=now)
        seen = session.scalar(scope.visible_tickets(actor).with_only_columns(Ticket.id).where(Ticket.id == ticket_id))
        if seen is None and not _had_role(session, person_id):
            broken.append(f"person {person_id} was told of ticket {ticket_id} without any role")
    return broken, len(rows)


def _had_role(session: Session, person_id: int) -> bool:
    return session.scalar(select(Membership.id).where(Membership.person_id == person_id).limit(1)) is not None


def in_order(session: Session, *, now: datetime) -> Found:
    """Within one chat the messages of the same kind of urgency left in the order they were written."""
    later = Outbox.__table__.alias("later")
    rows = session.execute(
        select(Outbox.id, later.c.id)
        .join(
            later,
            and_(
                later.c.chat_id == Outbox.chat_id,
                later.c.id > Outbox.id,
                later.c.sent_at < Outbox.sent_at,
                later.c.not_before >= Outbox.not_before,
            ),
        )
        .where(Outbox.status == OutboxStatus.SENT, later.c.status == OutboxStatus.SENT, Outbox.attempts == 0)
        .where(Outbox.not_before == Outbox.created_at)
        .limit(20)
    )
    return [f"outbox {b} left before {a} of the same chat" for a, b in rows], _count(session, Outbox)


def updates_end(session: Session, *, now: datetime) -> Found:
    """Handled once or parked with its error, and a parked one stands in the queue of the desk."""
    rows = session.execute(
        select(Inbox.update_id, Inbox.status).where(
            or_(
                and_(Inbox.status == InboxStatus.DEAD, Inbox.error == ""),
                and_(Inbox.status == InboxStatus.DONE, Inbox.done_at.is_(None)),
                and_(Inbox.status == InboxStatus.NEW, Inbox.received_at < now - STALE_AFTER),
            )
        )
    )
    broken = [f"update {update} is {status} and left alone" for update, status in rows]
    return broken, _count(session, Inbox)


def albums_stay_together(session: Session, *, now: datetime) -> Found:
    rows = session.execute(
        select(Proof.media_group_id, func.count(func.distinct(func.coalesce(Proof.ticket_id, -Proof.intake_id))))
        .where(Proof.media_group_id.is_not(None))
        .group_by(Proof.media_group_id, Proof.person_id)
        .having(func.count(func.distinct(func.coalesce(Proof.ticket_id, -Proof.intake_id))) > 1)
    )
    return [f"album {group} is spread over {n} tickets" for group, n in rows], _count(session, Proof)


def stored_has_hash(session: Session, *, now: datetime) -> Found:
    rows = session.execute(
        select(Proof.id, Proof.status).where(
            or_(
                and_(Proof.status == ProofStatus.STORED, or_(Proof.sha256.is_(None), Proof.size.is_(None))),
                and_(Proof.status == ProofStatus.REFUSED, Proof.refusal.is_(None)),
                and_(Proof.status == ProofStatus.PENDING, Proof.fetch_at.is_(None)),
            )
        )
    )
    return [f"proof {proof} is {status} without what that needs" for proof, status in rows], _count(session, Proof)


def one_audit_row_per_change(session: Session, *, now: datetime) -> Found:
    rows = session.execute(select(Audit.id).where(or_(Audit.source == "", Audit.event == "")))
    return [f"audit row {row} does not say by whom or what" for (row,) in rows], _count(session, Audit)


def ended_roles_are_silent(session: Session, *, now: datetime) -> Found:
    """Nobody without any live role has a message waiting about somebody's ticket, the own request apart."""
    alive = exists(select(Membership.id).where(Membership.person_id == Outbox.person_id, Membership.ended_at.is_(None)))
    rows = session.execute(
        select(Outbox.id)
        .join(Ticket, Ticket.id == Outbox.ticket_id)
        .where(
            Outbox.status == OutboxStatus.SENT,
            Outbox.person_id != func.coalesce(Ticket.requester_id, 0),
            ~alive,
            Outbox.sent_at
            > select(func.max(Membership.ended_at)).where(Membership.person_id == Outbox.person_id).scalar_subquery(),
        )
    )
    return [f"outbox {row} went to somebody who had left" for (row,) in rows], _count(session, Membership)


def invites_used_once(session: Session, *, now: datetime) -> Found:
    rows = session.execute(
        select(Invite.id).where(
            or_(
                Invite.used_at > Invite.expires_at,
                Invite.used_at < Invite.created_at,
                func.length(Invite.token_hash) != 64,
            )
        )
    )
    return [f"invite {row} was used out of its time or keeps its token" for (row,) in rows], _count(session, Invite)


def no_secrets(session: Session, *, now: datetime) -> Found:
    """No bot token in what is kept of errors, and no invite token in what was received."""
    rows = session.execute(select(Outbox.id).where(Outbox.last_error.like("%/bot%:%")))
    broken = [f"outbox {row} keeps a token in its error" for (row,) in rows]
    kept = session.execute(
        select(Inbox.update_id).where(
            Inbox.status == InboxStatus.DONE, Inbox.body.like('%"/start i-______________________"%')
        )
    )
    broken += [f"update {row} keeps an invite token" for (row,) in kept]
    return broken, _count(session, Inbox)


def database_is_whole(session: Session, *, now: datetime) -> Found:
    if session.get_bind().dialect.name != "sqlite":
        rows = session.execute(text("SELECT conname FROM pg_constraint WHERE NOT convalidated"))
        return [f"constraint {name} is not validated" for (name,) in rows], 1
    broken = [f"integrity: {word}" for (word,) in session.execute(text("PRAGMA integrity_check")) if word != "ok"]
    broken += [f"foreign key of {row[0]} row {row[1]}" for row in session.execute(text("PRAGMA foreign_key_check"))]
    return broken, 1


def finished_by_the_holder(session: Session, *, now: datetime) -> Found:
    """What is under way is under a lease, and nothing finished is."""
    rows = session.execute(select(Outbox.id).where(Outbox.status == OutboxStatus.SENDING, Outbox.lease_token.is_(None)))
    return [f"outbox {row} is being sent by nobody" for (row,) in rows], _count(session, Outbox)


def _count(session: Session, table: Any) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


CHECKS: dict[str, tuple[str, Callable[..., Found]]] = {
    "16": ("no time lies ahead", times_are_not_ahead),
    "17": ("who must be told has a message", told_in_the_same_stroke),
    "18": ("one message per cause and person", one_message_per_key),
    "19": ("every message ends, with a reason", letters_end),
    "20": ("told only what may be seen", sent_to_who_may_see),
    "21": ("messages of a chat leave in order", in_order),
    "22": ("every update ends", updates_end),
    "23": ("an album stays together", albums_stay_together),
    "24": ("stored proof has its bytes", stored_has_hash),
    "36": ("every change says by whom", one_audit_row_per_change),
    "37": ("who left hears nothing", ended_roles_are_silent),
    "38": ("an invite is used once and in time", invites_used_once),
    "39": ("no secrets are kept", no_secrets),
    "41": ("the database is whole", database_is_whole),
    "43": ("work is finished by its holder", finished_by_the_holder),
}

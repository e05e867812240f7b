"""Updates as they came: stored before they are confirmed, handled one at a time per lane, parked when hopeless.

Only the holder of the current lease may finish a row. A repeated update is no second row; ids may jump back, so
nothing is ever compared with "the last id".
"""

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import bindparam, delete, exists, func, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session, aliased

from core.domain.errors import Changed
from core.domain.notice import InboxStatus, Notice
from core.domain.task import TaskKind
from core.logs import redact
from core.services import guard, notices, tasks
from storage.models.people import Person
from storage.models.post import Inbox

LEASE = timedelta(seconds=60)
#: Waits before the second, third and fourth try; after them the row is parked.
RETRIES = (timedelta(seconds=1), timedelta(seconds=2), timedelta(seconds=4))
#: More waiting updates of one lane than a person can make.
FLOOD = 60
KEPT = timedelta(days=30)
#: After a quiet week ids restart at random: an older one says nothing about where to go on.
OFFSET_VALID = timedelta(days=6)
SECRET = re.compile(r"(/start(?:@\w+)?\s+i-)[A-Za-z0-9_-]+")

_earlier = aliased(Inbox, name="earlier")
#: Built once: it is asked several times for every update.
_HEADS = (
    select(Inbox)
    .where(
        text("inbox.status = 'new'"),  # literally, or SQLite does not see the partial index
        Inbox.bot_id == bindparam("bot_id"),
        Inbox.not_before <= bindparam("now"),
        (Inbox.lease_until.is_(None)) | (Inbox.lease_until < bindparam("now")),
        Inbox.lane.not_in(bindparam("busy", expanding=True)),
        ~exists(
            select(_earlier.update_id).where(
                text("earlier.status = 'new'"),
                _earlier.bot_id == Inbox.bot_id,
                _earlier.lane == Inbox.lane,
                _earlier.seq < Inbox.seq,
            )
        ),
    )
    .order_by(Inbox.seq)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True, of=Inbox)
)


class LeaseLost(Exception):
    """The row was given to somebody else meanwhile: this work must leave no trace."""


class Fate(StrEnum):
    AGAIN = "again"
    PARKED = "parked"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Claim:
    bot_id: int
    update_id: int
    lane: int
    body: str
    tries: int
    token: str

    @property
    def source(self) -> str:
        """Named in the audit as what made the actor act."""
        return f"update:{self.update_id}"


@dataclass(frozen=True, slots=True)
class Stored:
    added: int
    #: Lanes whose updates were put aside in this call, because too many wait already.
    flooded: frozenset[int]


def store(session: Session, bot_id: int, updates: Sequence[dict[str, Any]], *, now: datetime) -> Stored:
    """Stores a batch as it was received; what is known already stays as it is."""
    if not updates:
        return Stored(0, frozenset())
    ordered = sorted(updates, key=lambda one: int(one["update_id"]))
    known = _known(session, bot_id, [int(one["update_id"]) for one in ordered])
    fresh = [one for one in ordered if int(one["update_id"]) not in known]
    waiting = _waiting(session, bot_id, {lane_of(one) for one in fresh})
    seq = session.scalar(select(func.max(Inbox.seq)).where(Inbox.bot_id == bot_id)) or 0
    rows, flooded = [], set()
    for number, one in enumerate(fresh, 1):
        lane = lane_of(one)
        waiting[lane] = waiting.get(lane, 0) + 1
        too_many = waiting[lane] > FLOOD
        if too_many:
            flooded.add(lane)
        rows.append(_row(bot_id, one, lane, seq + number, too_many, now))
    if rows:
        insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
        # Only a repeat is passed over; a collision of `seq` is another receiver, and must be heard.
        repeat = insert(Inbox).on_conflict_do_nothing(index_elements=[Inbox.bot_id, Inbox.update_id])
        session.execute(repeat, rows)
    return Stored(len(rows), frozenset(flooded))


def claim(session: Session, bot_id: int, limit: int, *, now: datetime, busy: Collection[int] = ()) -> list[Claim]:
    """The oldest unfinished update of each idle lane. `busy` lanes are at work in this very process."""
    given = {"bot_id": bot_id, "now": now, "busy": list(busy), "limit": limit}
    heads = session.scalars(_HEADS, given).all()
    token = uuid4().hex
    for row in heads:
        row.lease_token, row.lease_until = token, now + LEASE
    return [Claim(row.bot_id, row.update_id, row.lane, row.body, row.tries, token) for row in heads]


def done(session: Session, claim: Claim, *, now: datetime) -> None:
    """Raises LeaseLost, and with it undoes the effect, when the row is no longer ours."""
    values: dict[str, Any] = {"status": InboxStatus.DONE, "done_at": now, "lease_token": None, "lease_until": None}
    if SECRET.search(claim.body):
        values["body"] = masked(claim.body)
    if not _finish(session, claim, values):
        raise LeaseLost(claim.source)


def failed(session: Session, claim: Claim, error: str, *, now: datetime, hopeless: bool = False) -> Fate:
    """Tried again after 1, 2 and 4 seconds, then parked for the desk; the lane goes on. Hopeless: parked at once."""
    values: dict[str, Any] = {
        "tries": claim.tries + 1,
        "error": redact(masked(error))[:500],
        "lease_token": None,
        "lease_until": None,
    }
    if claim.tries < len(RETRIES) and not hopeless:
        values["not_before"] = now + RETRIES[claim.tries]
        return Fate.AGAIN if _finish(session, claim, values) else Fate.LOST
    values |= {"status": InboxStatus.DEAD, "done_at": now, "body": masked(claim.body)}
    if not _finish(session, claim, values):
        return Fate.LOST
    _tell_people(session, claim, now)
    return Fate.PARKED


def release(session: Session, claims: Sequence[Claim], *, now: datetime) -> None:
    """A process that goes away gives back what it could not finish."""
    for one in claims:
        _finish(session, one, {"lease_token": None, "lease_until": None})


def resume_offset(session: Session, bot_id: int, *, now: datetime) -> int | None:
    """Where to go on asking Telegram; None after a quiet week or on the first start."""
    last = session.execute(
        select(Inbox.update_id, Inbox.received_at).where(Inbox.bot_id == bot_id).order_by(Inbox.seq.desc()).limit(1)
    ).one_or_none()
    return last.update_id + 1 if last is not None and last.received_at > now - OFFSET_VALID else None


def waiting_taps(session: Session, bot_id: int, *, older_than: timedelta, now: datetime) -> list[str]:
    """Ids of the callback queries that have waited behind something long and must be answered early."""
    bodies = session.scalars(
        select(Inbox.body).where(
            text("inbox.status = 'new'"),
            Inbox.bot_id == bot_id,
            Inbox.received_at < now - older_than,
            Inbox.body.contains('"callback_query"'),
        )
    )
    queries = (json.loads(body).get("callback_query") for body in bodies)
    return [str(query["id"]) for query in queries if isinstance(query, dict) and "id" in query]


def forget(session: Session, limit: int, *, now: datetime, skip: int = 0) -> int:
    """Deletes what was finished long ago; parked rows stay until somebody looked, all while the time is in doubt."""
    if guard.is_held(session):
        return 0
    old = session.execute(
        select(Inbox.bot_id, Inbox.update_id)
        .where(Inbox.status == InboxStatus.DONE, Inbox.received_at < now - KEPT)
        .order_by(Inbox.bot_id, Inbox.update_id)
        .offset(skip)
        .limit(limit)
    ).all()
    if old:
        session.execute(delete(Inbox).where(tuple_(Inbox.bot_id, Inbox.update_id).in_([tuple(row) for row in old])))
    return len(old)


def lane_of(raw: dict[str, Any]) -> int:
    """The chat of an update, or its sender where there is no chat."""
    body = _content(raw)
    inner = body.get("message")
    message = inner if isinstance(inner, dict) else body
    for holder, name in ((message, "chat"), (body, "chat"), (body, "from"), (body, "user")):
        who = holder.get(name)
        if isinstance(who, dict) and isinstance(who.get("id"), int):
            return int(who["id"])
    return 0


def sender_of(raw: dict[str, Any]) -> int | None:
    who = _content(raw).get("from")
    return who["id"] if isinstance(who, dict) and isinstance(who.get("id"), int) else None


def masked(body: str) -> str:
    """Without invite tokens: once used they must not lie around."""
    return SECRET.sub(r"\1***", body)


def _content(raw: dict[str, Any]) -> dict[str, Any]:
    return next((value for key, value in raw.items() if key != "update_id" and isinstance(value, dict)), {})


def _row(bot_id: int, raw: dict[str, Any], lane: int, seq: int, too_many: bool, now: datetime) -> dict[str, Any]:
    body = json.dumps(raw, ensure_ascii=False, separators=(",", ":"))
    return {
        "bot_id": bot_id,
        "update_id": int(raw["update_id"]),
        "seq": seq,
        "lane": lane,
        "body": masked(body) if too_many else body,
        "received_at": now,
        "status": InboxStatus.DONE if too_many else InboxStatus.NEW,
        "tries": 0,
        "not_before": now,
        "done_at": now if too_many else None,
        "error": "flood" if too_many else "",
    }


def _known(session: Session, bot_id: int, ids: list[int]) -> set[int]:
    return set(session.scalars(select(Inbox.update_id).where(Inbox.bot_id == bot_id, Inbox.update_id.in_(ids))))


def _waiting(session: Session, bot_id: int, lanes: set[int]) -> dict[int, int]:
    rows = session.execute(
        select(Inbox.lane, func.count())
        .where(text("inbox.status = 'new'"), Inbox.bot_id == bot_id, Inbox.lane.in_(lanes))
        .group_by(Inbox.lane)
    )
    return {lane: count for lane, count in rows}


def _finish(session: Session, claim: Claim, values: dict[str, Any]) -> bool:
    mine = session.scalar(
        update(Inbox)
        .where(
            Inbox.bot_id == claim.bot_id,
            Inbox.update_id == claim.update_id,
            Inbox.status == InboxStatus.NEW,
            Inbox.lease_token == claim.token,
        )
        .values(**values)
        .returning(Inbox.update_id)
    )
    return mine is not None


def _tell_people(session: Session, claim: Claim, now: datetime) -> None:
    """The desk gets a task, the sender an apology with the number by which the log is searched."""
    sender = sender_of(json.loads(claim.body))
    person_id = session.scalar(select(Person.id).where(Person.telegram_id == sender)) if sender else None
    data = {"incident": incident(claim)}
    tasks.open(session, TaskKind.PARKED, cause=claim.source, person_id=person_id, data=data, now=now)
    if person_id is not None:
        notices.answer(session, person_id, Notice.PARKED, cause=claim.source, data=data, now=now)


def incident(claim: Claim) -> str:
    """Short enough to be read out over the phone."""
    return f"{claim.update_id % 1_000_000:06d}"


def words(session: Session, bot_id: int, update_id: int, lane: int, *, now: datetime) -> str:
    """What was written in this chat in a message that is kept yet. Raises Changed."""
    row = session.get(Inbox, (bot_id, update_id))
    said = json.loads(row.body).get("message", {}).get("text") if row is not None and row.lane == lane else None
    if said is None:
        raise Changed
    return str(said)

"""A time the desk writes down in the client's name: nobody before it.

His clocks stand until then, so it rests on words (who of the client said so, and how), his people are told at once, and
may say that it is not so (`core.services.searches.disown`).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain import hold as rules
from core.domain import typed
from core.domain.actor import Actor
from core.domain.errors import EvidenceMissing
from core.domain.notice import Delivery, Notice
from core.domain.role import CLIENT_ROLES, Role
from core.domain.ticket import SETTLED
from core.services import audit, client_waits, notices, scope
from storage.models.clock import ClientWord
from storage.models.desk import Audit
from storage.models.ticket import Ticket

#: What the audit of the ticket says.
NAMED, DISOWNED = "time_named", "time_disowned"
#: Of the client's side: who may name a time, and take back what was named for him.
SPEAKS = frozenset({Role.REQUESTER, Role.HEAD_OFFICE})


@dataclass(frozen=True, slots=True)
class Named:
    """For the card of the client and of the desk."""

    word_id: int
    until: datetime
    words: str
    may_disown: bool


def taken(words: str) -> str:
    """Raises EvidenceMissing, TextTooLong."""
    said = typed.words(words, rules.MOST_LETTERS, may_be_empty=True)
    if not rules.says_something(said):
        raise EvidenceMissing
    return said


def keep(
    session: Session, actor: Actor, ticket: Ticket, words: str, *, now: datetime, answer_with: Delivery | None
) -> Audit:
    """The client hears what was noted; returns what his pause rests on."""
    until = ticket.visit_from or now
    cause = audit.record(session, actor, "ticket", ticket.id, NAMED, now=now, data={"visit_from": until.isoformat()})
    row = ClientWord(ticket_id=ticket.id, person_id=actor.person_id, words=words, said_at=now, visit_from=until)
    row.audit_id = cause.id
    session.add(row)
    session.flush()
    notices.publish(session, Notice.TIME_NAMED, ticket, cause=cause, now=now, answer_with=answer_with)
    return cause


def end(session: Session, ticket: Ticket, *, now: datetime) -> None:
    """Another time was named, by whomever."""
    for row in session.scalars(
        select(ClientWord).where(ClientWord.ticket_id == ticket.id, ClientWord.ended_at.is_(None))
    ):
        row.ended_at = now
    session.flush()


def seen_by(session: Session, actor: Actor, ticket: Ticket, *, now: datetime) -> Named | None:
    """While it holds; for the desk and the client alone."""
    roles = scope.roles_on(session, actor, ticket)
    if ticket.status in SETTLED or not (actor.is_operator or roles & CLIENT_ROLES):
        return None
    row = client_waits.word(session, ticket.id, now)
    return Named(row.id, row.visit_from, row.words, may_disown(actor, roles)) if row is not None else None


def may_disown(actor: Actor, roles: frozenset[Role]) -> bool:
    return bool(roles & SPEAKS) and not actor.is_desk

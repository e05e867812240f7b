"""The client's yes, with a mark; or "wrong", with words, which becomes a task of the desk."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from core.domain import typed
from core.domain.actor import Actor
from core.domain.errors import Changed, NotAllowed, NumberInvalid
from core.domain.notice import Notice
from core.domain.proof import ProofStage, ProofStatus
from core.domain.role import Role
from core.domain.task import TaskKind
from core.domain.ticket import TicketEvent, TicketStatus
from core.services import (
    assignments,
    audit,
    lifecycle,
    notices,
    offers,
    quality,
    scope,
    skill_ends,
    skill_watch,
    steps,
    tasks,
)
from storage.models.desk import Audit
from storage.models.people import Membership, Person
from storage.models.ticket import Acceptance, Assignment, Ticket
from storage.models.visit import Proof

TEXT_LIMIT = 2000
BEST = 5
#: What the yes of the client ends.
ANSWERED = {TaskKind.DISPUTE, TaskKind.UNVERIFIED, TaskKind.NO_ACCEPTER, TaskKind.EXPIRED_JOB}


def accept(session: Session, actor: Actor, ticket_id: int, version: int, *, now: datetime) -> None:
    """The first answer counts, and a second tap of the same person is harmless."""
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    if ticket.status is TicketStatus.ACCEPTED and actor.person_id == _accepted_by(session, ticket):
        return
    if ticket.version != version or actor.person_id is None:
        raise Changed
    cause = lifecycle.advance(session, ticket, TicketEvent.ACCEPT, actor, now=now, accepted_at=now)
    session.add(
        Acceptance(
            ticket_id=ticket.id,
            person_id=actor.person_id,
            role=cause.actor_role,
            proof_hash=proof_hash(session, ticket.id),
            at=now,
        )
    )
    assignment = assignments.live(session, ticket.id)
    if assignment is not None:
        quality.first_time(session, assignment, ticket, cause=cause, now=now)
    assignments.end(session, ticket, skill_watch.ACCEPTED, now=now)
    skill_watch.accepted(session, ticket, now=now)
    tasks.end_for_ticket(session, actor, ticket.id, ANSWERED, "accepted", now=now)
    notices.publish(session, Notice.ACCEPTED, ticket, cause=cause, now=now)


def give_mark(session: Session, actor: Actor, ticket_id: int, mark: int, *, now: datetime) -> None:
    """1–5, by the one who accepted. Raises NumberInvalid."""
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    if not 1 <= mark <= BEST:
        raise NumberInvalid(str(mark))
    acceptance = session.scalars(select(Acceptance).where(Acceptance.ticket_id == ticket.id)).one_or_none()
    if acceptance is None:
        raise Changed
    if acceptance.person_id != actor.person_id:
        raise NotAllowed
    given = session.scalar(
        update(Acceptance)
        .where(Acceptance.id == acceptance.id, Acceptance.mark.is_(None))
        .values(mark=mark)
        .returning(Acceptance.id)
    )
    if given is None:
        return
    cause = audit.record(session, actor, "acceptance", acceptance.id, "mark", now=now, data={"mark": mark})
    quality.mark(session, ticket, mark, BEST, cause=cause, now=now)
    notices.answer(session, acceptance.person_id, Notice.CARD, ticket=ticket, cause=f"audit {cause.id}", now=now)
    for person_id in _crew(session, ticket):
        notices.answer(session, person_id, Notice.CARD, ticket=ticket, cause=f"audit {cause.id}", now=now)


def wrong(session: Session, actor: Actor, ticket_id: int, words: str, *, now: datetime) -> None:
    """What is wrong, in the client's words; the desk decides what follows. Raises TextEmpty, TextTooLong."""
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    words = typed.words(words, TEXT_LIMIT)
    visit = steps.current_visit(session, ticket.id)
    cause = lifecycle.advance(session, ticket, TicketEvent.WRONG, actor, now=now)
    if visit is not None:
        visit.note = words
    tasks.end_for_ticket(session, actor, ticket.id, {TaskKind.NO_ACCEPTER}, "wrong", now=now)
    tasks.open(session, TaskKind.DISPUTE, cause=f"audit {cause.id}", ticket_id=ticket.id, now=now)
    notices.publish(session, Notice.WRONG, ticket, cause=cause, now=now)


def order_rework(session: Session, actor: Actor, ticket_id: int, *, now: datetime) -> None:
    """The desk sends the same crew again, at the next window of the site."""
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    assignment = assignments.live(session, ticket.id)
    if assignment is None:
        raise Changed
    cause = lifecycle.advance(session, ticket, TicketEvent.REWORK, actor, now=now)
    quality.rework(session, assignment, ticket, cause=cause, now=now)
    visit = assignments.plan_visit(session, assignment, offers.next_slot(session, ticket, now=now), now=now)
    tasks.end_for_ticket(session, actor, ticket.id, {TaskKind.DISPUTE}, "rework", now=now)
    notices.publish(session, Notice.REWORK, ticket, cause=cause, now=now)
    skill_ends.look(session, actor, visit, now=now)


def ensure_somebody_accepts(session: Session, ticket: Ticket, cause: Audit, *, now: datetime) -> None:
    """No ticket waits for nobody: where the client cannot be asked, the desk calls and invites somebody."""
    may_answer = (
        select(Membership.id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.role == Role.REQUESTER,
            Membership.client_id == ticket.client_id,
            or_(Membership.site_id == ticket.site_id, Person.id == ticket.requester_id),
            Membership.ended_at.is_(None),
            Person.telegram_id.is_not(None),
            Person.unreachable_at.is_(None),
        )
    )
    if session.scalar(may_answer.limit(1)) is None:
        tasks.open(session, TaskKind.NO_ACCEPTER, cause=f"audit {cause.id}", ticket_id=ticket.id, now=now)


def proof_hash(session: Session, ticket_id: int) -> str:
    """Fixes which pictures were there at the yes: sha256 over the sorted hashes of counted shots."""
    return digest(
        session.scalars(
            select(Proof.sha256).where(
                Proof.ticket_id == ticket_id,
                Proof.stage.in_((ProofStage.BEFORE, ProofStage.AFTER)),
                Proof.status == ProofStatus.STORED,
                Proof.is_late.is_(False),
            )
        )
    )


def digest(hashes: Iterable[str | None]) -> str:
    """One fingerprint of many pictures, whatever their order."""
    return hashlib.sha256("".join(sorted(one or "" for one in hashes)).encode()).hexdigest()


def _accepted_by(session: Session, ticket: Ticket) -> int | None:
    return session.scalar(select(Acceptance.person_id).where(Acceptance.ticket_id == ticket.id))


def _crew(session: Session, ticket: Ticket) -> set[int]:
    ids = session.scalars(select(Assignment.engineer_id).where(Assignment.ticket_id == ticket.id))
    return {person_id for person_id in ids if person_id is not None}

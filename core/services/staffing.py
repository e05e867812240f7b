"""The desk assigns by hand: by phone, past the limit, past a refusal. What was passed over is written down."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.errors import Changed, NotFound, NotQualified
from core.domain.matching import Candidate
from core.domain.notice import Notice
from core.domain.offer import Exclusion, WaveReason
from core.domain.role import CONTRACTOR_ROLES
from core.domain.task import TaskKind
from core.domain.ticket import TicketEvent
from core.services import assignments, back_outs, lifecycle, matching, notices, offers, scope, tasks, waves
from storage.models.contractor import Contractor
from storage.models.people import Membership, Person
from storage.models.ticket import Ticket

#: A hand may pass these; skill, blocks and an inactive firm it may not.
PASSABLE = frozenset(
    {
        Exclusion.LIMIT,
        Exclusion.UNREACHABLE,
        Exclusion.ASKED,
        Exclusion.REFUSED,
        Exclusion.TOO_FAR,
        Exclusion.NIGHT,
        Exclusion.AWAY,
        Exclusion.ON_SITE,
    }
)


#: As many as anybody phones for one job.
MOST = 60


@dataclass(frozen=True, slots=True)
class Choice:
    contractor_id: int
    name: str
    contact: str
    phone: str
    distance_m: int
    passes: Exclusion | None


@dataclass(frozen=True, slots=True)
class Choices:
    ticket_id: int
    number: str
    version: int
    lines: tuple[Choice, ...]


def choices(session: Session, actor: Actor, ticket_id: int, *, now: datetime, limit: int = 8) -> Choices:
    """Whom the desk could send: the ranked first, then those a hand may pass a rule for, nearest first."""
    if not actor.is_desk:
        raise NotFound
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    found = matching.search(session, ticket, now=now)
    passable = sorted(
        ((c, reason) for c, reason in found.excluded if reason in PASSABLE), key=lambda pair: pair[0].distance_m
    )
    rows: list[tuple[Candidate, Exclusion | None]] = [(c, None) for c in found.ranked] + list(passable)
    lines = [_choice(session, candidate, reason) for candidate, reason in rows[:limit]]
    return Choices(ticket.id, ticket.number, ticket.version, tuple(lines))


def assign(session: Session, actor: Actor, ticket_id: int, contractor_id: int, *, now: datetime) -> None:
    """Raises NotFound, NotQualified, Changed. The firm's people get the job; without Telegram the desk phones."""
    if not actor.is_desk:
        raise NotFound
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    contractor = scope.find(session, scope.visible_contractors(actor), Contractor.id == contractor_id)
    slot = offers.next_slot(session, ticket, now=now)
    candidate, reason = matching.verdict(session, ticket, contractor.id, visit_at=slot.start, now=now)
    if candidate is None or (reason is not None and reason not in PASSABLE):
        raise NotQualified
    cause = lifecycle.advance(
        session,
        ticket,
        TicketEvent.ASSIGN,
        actor,
        now=now,
        contractor_id=contractor.id,
        data={"by_hand": True, "passed": reason},
    )
    goes, over_limit = who_goes(session, contractor.id), reason is Exclusion.LIMIT
    assignments.begin(session, ticket, contractor.id, goes, slot, now=now, over_limit=over_limit)
    if goes is None:
        tasks.open(session, TaskKind.NO_CREW, cause=f"audit {cause.id}", ticket_id=ticket.id, now=now)
    offers.lose_others(session, ticket, contractor.id, now=now)
    offers.close_own(session, ticket, contractor.id, now=now)
    tasks.end_for_ticket(session, actor, ticket.id, tasks.OF_SEARCH, "assigned", now=now)
    notices.publish(session, Notice.OFFER_TAKEN, ticket, cause=cause, now=now)


def take_back(session: Session, actor: Actor, ticket_id: int, version: int, *, now: datetime) -> None:
    """The crew cannot be waited for any longer: the search begins anew without it, and it is told.

    Raises NotFound, Changed.
    """
    if not actor.is_desk:
        raise NotFound
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    if ticket.version != version:
        raise Changed
    cause = lifecycle.advance(session, ticket, TicketEvent.GIVE_UP, actor, now=now, round=Ticket.round + 1)
    back_outs.tell(session, ticket, "taken_back", cause=cause, now=now)
    assignments.end(session, ticket, assignments.GAVE_UP, now=now)
    ticket.contractor_id = None
    session.flush()
    tasks.end_for_ticket(session, actor, ticket.id, tasks.OF_CREW, "taken back", now=now)
    waves.begin_again(session, actor, ticket, WaveReason.AGAIN, now=now)


def _choice(session: Session, candidate: Candidate, reason: Exclusion | None) -> Choice:
    contractor = session.get_one(Contractor, candidate.contractor_id)
    return Choice(
        contractor.id, contractor.name, contractor.contact_name, contractor.phone, candidate.distance_m, reason
    )


def who_goes(session: Session, contractor_id: int) -> int | None:
    """The first of the firm's people in Telegram, the owner before the others."""
    return session.scalar(
        select(Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.contractor_id == contractor_id,
            Membership.role.in_(CONTRACTOR_ROLES),
            Membership.ended_at.is_(None),
            Person.telegram_id.is_not(None),
        )
        .order_by(Membership.role.desc(), Person.id)
        .limit(1)
    )

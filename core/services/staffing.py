"""The desk assigns by hand: by phone, past the limit, past a refusal. What was passed over is written down."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.errors import Changed, NotFound, NotQualified
from core.domain.matching import Candidate, exclusion, is_full
from core.domain.notice import Notice
from core.domain.offer import Exclusion
from core.domain.role import CONTRACTOR_ROLES
from core.domain.task import TaskKind
from core.domain.ticket import TicketEvent
from core.services import (
    assignments,
    back_outs,
    blocks,
    duty,
    lifecycle,
    matching,
    notices,
    numbers,
    offers,
    scope,
    tasks,
)
from storage.models.contractor import Contractor
from storage.models.directory import Site
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
        Exclusion.UNDER_WATCH,
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
    #: The job would count towards the skill, which is not learnt yet.
    is_watched: bool


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
        ((c, reason) for c, reason in found.excluded if not _is_barred(session, ticket, c, now)),
        key=lambda pair: pair[0].distance_m,
    )
    rows: list[tuple[Candidate, Exclusion | None]] = [(c, None) for c in found.ranked] + list(passable)
    lines = [_choice(session, candidate, reason) for candidate, reason in rows[:limit]]
    return Choices(ticket.id, ticket.number, ticket.version, tuple(lines))


def assign(
    session: Session,
    actor: Actor,
    ticket_id: int,
    contractor_id: int,
    *,
    now: datetime,
    start: datetime | None = None,
    is_now: bool = False,
) -> None:
    """At one of the proposed times, `is_now` at once, otherwise in the next free window. The firm's people get the
    job; without Telegram the desk phones. Raises NotFound, NotQualified, SlotGone, Changed."""
    if not actor.is_desk:
        raise NotFound
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    contractor = scope.find(session, scope.visible_contractors(actor), Contractor.id == contractor_id)
    chosen = start is not None or is_now
    slot = offers.slot_at(session, ticket, start, now=now) if chosen else offers.next_slot(session, ticket, now=now)
    learning = frozenset({Exclusion.UNDER_WATCH})
    candidate, reason = matching.verdict(session, ticket, contractor.id, visit_at=slot.start, now=now, passing=learning)
    if candidate is None or _is_barred(session, ticket, candidate, slot.start):
        raise NotQualified
    event, data = TicketEvent.ASSIGN, {"by_hand": True, "passed": reason}
    if candidate.is_watched:
        data["under_watch"] = True
    cause = lifecycle.advance(session, ticket, event, actor, now=now, contractor_id=contractor.id, data=data)
    goes = who_goes(session, contractor.id, slot.start, ticket, now=now)
    # The reason is the first that speaks against him; that he is full may stand behind it.
    is_over = is_full(candidate.open_jobs, candidate.engineers, numbers.of(session).jobs_per_engineer)
    flags = {"over_limit": is_over, "under_watch": candidate.is_watched}
    assignments.begin(session, ticket, contractor.id, goes, slot, now=now, **flags)
    if goes is None:
        tasks.open(session, TaskKind.NO_CREW, cause=f"audit {cause.id}", ticket_id=ticket.id, now=now)
    offers.lose_others(session, ticket, contractor.id, now=now)
    offers.close_own(session, ticket, contractor.id, now=now)
    tasks.end_for_ticket(session, actor, ticket.id, tasks.OF_SEARCH, "assigned", now=now)
    notices.publish(session, Notice.OFFER_TAKEN, ticket, cause=cause, now=now)


def _is_barred(session: Session, ticket: Ticket, candidate: Candidate, visit_at: datetime) -> bool:
    """By something no hand may pass, also where what it may pass is named first: who is away may be blocked, too."""
    rules = numbers.of(session)
    job = matching.job_of(ticket, session.get_one(Site, ticket.site_id), visit_at, rules)
    return exclusion(candidate, job, jobs_per_engineer=rules.jobs_per_engineer, passing=PASSABLE) is not None


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
    back_outs.search_anew(session, actor, ticket, assignments.GAVE_UP, now=now)


def _choice(session: Session, candidate: Candidate, reason: Exclusion | None) -> Choice:
    contractor = session.get_one(Contractor, candidate.contractor_id)
    return Choice(
        contractor.id,
        contractor.name,
        contractor.contact_name,
        contractor.phone,
        candidate.distance_m,
        reason,
        candidate.is_watched,
    )


def who_goes(session: Session, contractor_id: int, at: datetime, ticket: Ticket, *, now: datetime) -> int | None:
    """Of the firm's people in Telegram the owner before the others; first who can be written to, is not blocked himself
    and is not on holiday on the day of the visit."""
    people = session.scalars(
        select(Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.contractor_id == contractor_id,
            Membership.role.in_(CONTRACTOR_ROLES),
            Membership.ended_at.is_(None),
            Person.telegram_id.is_not(None),
        )
        .order_by(Membership.role.desc(), Person.id)
    ).all()
    here = duty.present(session, contractor_id, now=at)
    free = [one for one in people if not blocks.keeps_person_away(session, one, ticket, now=now)]
    return min(free, key=lambda one: one not in here, default=None)

"""Invariants of work: who holds a ticket, who was asked, what was accepted, and that nothing is ever stuck."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from core.domain.block import STOPS_ALL
from core.domain.offer import OfferStatus
from core.domain.proof import COUNTED, ProofKind, ProofStage, ProofStatus
from core.domain.role import CLIENT_ROLES, CONTRACTOR_ROLES, Role
from core.domain.talk import ASKABLE, TalkKind
from core.domain.task import TaskKind
from core.domain.ticket import SETTLED, Origin, Priority, TicketStatus
from core.domain.visit import LIVE, VisitOutcome
from core.services import blocks, numbers, open_offers
from core.services.acceptances import digest
from core.services.invariant_checks.found import Found, count
from storage.models.clock import Hold
from storage.models.contractor import Block, Contractor
from storage.models.desk import Audit, Task
from storage.models.directory import Service, Site
from storage.models.offer import Offer, Wave, WaveCandidate
from storage.models.people import Membership, Person
from storage.models.talk import Talk
from storage.models.ticket import Acceptance, Assignment, Ticket
from storage.models.visit import Proof, Visit


def one_assignment(session: Session, *, now: datetime) -> Found:
    rows = session.execute(
        select(Assignment.ticket_id, func.count())
        .where(Assignment.ended_at.is_(None))
        .group_by(Assignment.ticket_id)
        .having(func.count() > 1)
    )
    return [f"ticket {ticket} has {n} live assignments" for ticket, n in rows], count(session, Assignment)


def accepted_offer_has_assignment(session: Session, *, now: datetime) -> Found:
    """Both ways, and the ticket itself names the firm that holds it."""
    same = and_(
        Assignment.offer_id == Offer.id,
        Assignment.contractor_id == Offer.contractor_id,
        Assignment.ticket_id == Offer.ticket_id,
    )
    counted = session.execute(
        select(Offer.id, func.count(Assignment.id))
        .outerjoin(Assignment, same)
        .where(Offer.status == OfferStatus.ACCEPTED)
        .group_by(Offer.id)
        .having(func.count(Assignment.id) != 1)
    )
    rows = [f"accepted offer {offer} has {n} assignments of its contractor" for offer, n in counted]
    unaccepted = session.execute(
        select(Assignment.id, Offer.status)
        .join(Offer, Offer.id == Assignment.offer_id)
        .where(Offer.status != OfferStatus.ACCEPTED)
    )
    rows += [f"assignment {assignment} rests on an offer that is {status}" for assignment, status in unaccepted]
    agreed = session.execute(
        select(Offer.id)
        .outerjoin(
            Assignment,
            and_(Assignment.contractor_id == Offer.contractor_id, Assignment.ticket_id == Offer.ticket_id),
        )
        .where(open_offers.are_agreed(), Assignment.id.is_(None))
    )
    rows += [f"agreed offer {offer} has no assignment of its contractor" for (offer,) in agreed]
    elsewhere = session.execute(
        select(Assignment.id, Ticket.id)
        .join(Ticket, Ticket.id == Assignment.ticket_id)
        .where(
            Assignment.ended_at.is_(None),
            or_(Ticket.contractor_id.is_(None), Ticket.contractor_id != Assignment.contractor_id),
        )
    )
    rows += [f"assignment {assignment} is live, its ticket {ticket} names another" for assignment, ticket in elsewhere]
    return rows, count(session, Offer)


def one_accepted_offer(session: Session, *, now: datetime) -> Found:
    rows = session.execute(
        select(Offer.ticket_id, Offer.round, func.count())
        .where(Offer.status == OfferStatus.ACCEPTED)
        .group_by(Offer.ticket_id, Offer.round)
        .having(func.count() > 1)
    )
    return [f"ticket {t} round {r} has {n} accepted offers" for t, r, n in rows], count(session, Offer)


def asked_only_the_qualified(session: Session, *, now: datetime) -> Found:
    """Judged by the wave as it was stored when the offer was sent: directories may have changed since.

    Blocks know from when to when they hold, so they are compared once more.
    """
    rows = session.execute(
        select(Offer.id, WaveCandidate.exclusion, Wave.id)
        .join(Wave, Wave.id == Offer.wave_id)
        .outerjoin(
            WaveCandidate,
            and_(WaveCandidate.wave_id == Wave.id, WaveCandidate.contractor_id == Offer.contractor_id),
        )
        .where(
            or_(
                WaveCandidate.rank.is_(None),
                WaveCandidate.exclusion.is_not(None),
                Wave.ticket_id != Offer.ticket_id,
                Wave.job_version != Offer.job_version,
                Wave.at > Offer.sent_at,
            )
        )
    )
    broken = [
        f"offer {offer} went to a contractor who was {exclusion or 'not ranked'} in wave {wave}"
        for offer, exclusion, wave in rows
    ]
    sent_after = select(Audit.id).where(
        Audit.entity == "offer", Audit.event == "send", Audit.entity_id == Offer.id, Audit.id > Block.audit_id
    )
    # In one instant the order is that of the audit.
    blocked = session.execute(
        _offers_under_blocks(Offer.sent_at).where(or_(Block.audit_id.is_(None), sent_after.exists()))
    )
    broken += [f"offer {offer} was sent under block {block}" for offer, block in blocked]
    return broken, count(session, Offer)


def nobody_blocked_is_asked(session: Session, *, now: datetime) -> Found:
    """Neither a firm by an offer that is open, nor a person who was rung while he was blocked himself."""
    rows = session.execute(_offers_under_blocks(now).where(open_offers.are_open()))
    broken = [f"open offer {offer} to a contractor under block {block}" for offer, block in rows]
    return broken + _rung_under_blocks(session), count(session, Offer)


def _rung_under_blocks(session: Session) -> list[str]:
    """From the people blocked apart from their firms to the offers of those firms: there are few of them."""
    of_crew = and_(Membership.person_id == Person.id, Membership.role.in_(CONTRACTOR_ROLES))
    rows = session.execute(
        select(Offer.id, Person.id, Block.id, Audit.data)
        .select_from(Block)
        .join(Person, blocks.of_person())
        .join(Membership, of_crew)
        .join(Offer, Offer.contractor_id == Membership.contractor_id)
        .join(Ticket, Ticket.id == Offer.ticket_id)
        .join(Audit, and_(Audit.entity == "offer", Audit.event == "send", Audit.entity_id == Offer.id))
        .where(
            Block.contractor_id.is_(None),
            blocks.live(Ticket.client_id, Offer.sent_at),
            or_(Block.level.in_(STOPS_ALL), Ticket.priority == Priority.EMERGENCY),
            # In one instant the order is that of the audit.
            or_(Audit.id > Block.audit_id, and_(Block.audit_id.is_(None), Offer.sent_at > Block.starts_at)),
        )
        .distinct()
        .order_by(Offer.id, Person.id, Block.id)
    )
    return [
        f"offer {offer} rang person {person} under block {block}"
        for offer, person, block, data in rows
        if person in data.get("people", ())
    ]


def _offers_under_blocks(moment: Any) -> Any:
    return (
        select(Offer.id, Block.id)
        .join(Ticket, Ticket.id == Offer.ticket_id)
        .join(Block, Block.contractor_id == Offer.contractor_id)
        .where(
            blocks.live(Ticket.client_id, moment),
            or_(Block.level.in_(STOPS_ALL), Ticket.priority == Priority.EMERGENCY),
        )
    )


def within_capacity(session: Session, *, now: datetime) -> Found:
    """A hand may pass the limit, and says so; nobody else may. A firm that became smaller since keeps its jobs."""
    per_engineer = numbers.of(session).jobs_per_engineer
    jobs = (
        select(
            Assignment.contractor_id,
            func.count().label("jobs"),
            func.max(Assignment.started_at).label("last"),
        )
        .where(Assignment.ended_at.is_(None), Assignment.over_limit.is_(False))
        .group_by(Assignment.contractor_id)
        .subquery()
    )
    edited = exists(
        select(Audit.id).where(
            Audit.entity == "contractor",
            Audit.entity_id == Contractor.id,
            Audit.event == "edit",
            Audit.at >= jobs.c.last,
        )
    )
    rows = session.execute(
        select(Contractor.id, jobs.c.jobs, Contractor.engineers)
        .join(jobs, jobs.c.contractor_id == Contractor.id)
        .where(~edited, ~_imported_since(jobs.c.last))
    ).all()
    broken = [
        f"contractor {contractor} has {n} open jobs, more than {limit}"
        for contractor, n, engineers in rows
        if n > (limit := max(1, engineers) * per_engineer)
    ]
    return broken, count(session, Assignment)


def _imported_since(moment: Any) -> ColumnElement[bool]:
    """A workbook may have changed what was demanded then."""
    return exists(
        select(Audit.id).where(
            Audit.entity == "workbook", Audit.entity_id == 0, Audit.event == "import", Audit.at >= moment
        )
    )


def accepted_with_proof(session: Session, *, now: datetime) -> Found:
    """By the client's people of that time, with the shots the service demanded, unchanged since."""
    rows = session.execute(
        select(
            Ticket.id,
            Service.shots_before,
            Service.shots_after,
            Acceptance,
            _was_requester(),
            _imported_since(Acceptance.at),
        )
        .join(Service, Service.id == Ticket.service_id)
        .outerjoin(Acceptance, Acceptance.ticket_id == Ticket.id)
        .where(Ticket.status.in_((TicketStatus.ACCEPTED, TicketStatus.CLOSED)), Ticket.origin == Origin.BOT)
    ).all()
    shown = _shots(session, [ticket_id for ticket_id, *_ in rows])
    broken = []
    for ticket_id, before, after, acceptance, was_requester, demands_changed in rows:
        if acceptance is None:
            broken.append(f"ticket {ticket_id} is accepted by nobody")
            continue
        if acceptance.role not in CLIENT_ROLES or not was_requester:
            broken.append(f"ticket {ticket_id} was accepted by person {acceptance.person_id} as {acceptance.role}")
        shots = shown.get(ticket_id, [])
        if acceptance.proof_hash != digest(shot.sha256 for shot in shots if not shot.is_late):
            broken.append(f"ticket {ticket_id}: the shots are not those that were accepted")
        for stage, needed in ((ProofStage.BEFORE, before), (ProofStage.AFTER, after)):
            have = sum(shot.stage is stage and shot.counts for shot in shots)
            if have < needed and not demands_changed:
                broken.append(f"ticket {ticket_id} is accepted with {have} of {needed} shots {stage}")
    return broken, len(rows)


def _was_requester() -> ColumnElement[bool]:
    """At the moment of the yes the person looked after this very site."""
    return exists(
        select(Membership.id)
        .join(Site, Site.id == Ticket.site_id)
        .where(
            Membership.person_id == Acceptance.person_id,
            Membership.role == Role.REQUESTER,
            Membership.client_id == Ticket.client_id,
            or_(Membership.site_id.is_(None), Membership.site_id == Site.id),
            or_(Membership.region.is_(None), Membership.region == Site.region),
            Membership.started_at <= Acceptance.at,
            or_(Membership.ended_at.is_(None), Membership.ended_at >= Acceptance.at),
        )
    )


def _shots(session: Session, ticket_ids: list[int]) -> dict[int, list[Any]]:
    """Stored shots by ticket; `counts` is true for pictures of a visit that ended with the work done."""
    counts = and_(
        Visit.outcome == VisitOutcome.DONE,
        Proof.is_forwarded.is_(False),
        or_(Proof.kind == ProofKind.PHOTO, and_(Proof.kind == ProofKind.DOCUMENT, Proof.width.is_not(None))),
    )
    found: dict[int, list[Any]] = {}
    for start in range(0, len(ticket_ids), 500):
        query = (
            select(Proof.ticket_id, Proof.stage, Proof.sha256, Proof.is_late, counts.label("counts"))
            .outerjoin(Visit, Visit.id == Proof.visit_id)
            .where(
                Proof.ticket_id.in_(ticket_ids[start : start + 500]),
                Proof.stage.in_(COUNTED),
                Proof.status == ProofStatus.STORED,
            )
            .order_by(Proof.sha256)
        )
        for row in session.execute(query):
            found.setdefault(row.ticket_id or 0, []).append(row)
    return found


def nothing_is_stuck(session: Session, *, now: datetime) -> Found:
    """Every ticket that is not settled has a next action: a wait, a live assignment, somebody asked, or a task."""
    broken = [f"ticket {ticket} is {state} and nobody has to do anything" for ticket, state in session.execute(_STUCK)]
    unknown = session.execute(_OPEN.where(Ticket.status.not_in(tuple(_NEXT))))
    broken += [f"ticket {ticket} is {state}, for which no next action is known" for ticket, state in unknown]
    waits = select(Ticket.id, Ticket.status).where(
        Ticket.search_due_at.is_not(None), Ticket.status != TicketStatus.SEARCHING
    )
    broken += [f"ticket {ticket} is {state} and still waits for an answer" for ticket, state in session.execute(waits)]
    broken += _counters_and_tasks(session) + _forgotten_questions(session)
    return broken, session.scalar(select(func.count()).select_from(_OPEN.subquery())) or 0


def _counters_and_tasks(session: Session) -> list[str]:
    """A price that waits for the desk stands in its queue, and nothing else of this kind does."""
    waiting = select(Offer.id).where(open_offers.are_countered())
    offers = {f"{TaskKind.COUNTER}:offer {offer}": offer for offer in session.scalars(waiting)}
    open_ = select(Task.cause).where(Task.kind == TaskKind.COUNTER, Task.ended_at.is_(None))
    asked = set(session.scalars(open_))
    broken = [
        f"offer {offer} waits with a price and nobody is asked" for key, offer in offers.items() if key not in asked
    ]
    return broken + [f"task {cause} asks about a price that does not wait" for cause in sorted(asked - set(offers))]


def _forgotten_questions(session: Session) -> list[str]:
    """Asked before a yes that has not come: answered, or in the queue of the desk."""
    answer = aliased(Talk)
    taken = exists(
        select(Assignment.id).where(Assignment.ticket_id == Talk.ticket_id, Assignment.started_at >= Talk.at)
    )
    in_queue = exists(
        select(Task.id).where(
            Task.kind == TaskKind.QUESTION,
            Task.ended_at.is_(None),
            Task.cause == literal("question:talk:") + cast(Talk.id, Text),
        )
    )
    rows = session.scalars(
        select(Talk.id)
        .join(Ticket, Ticket.id == Talk.ticket_id)
        .where(
            Talk.kind == TalkKind.QUESTION,
            Ticket.status.in_(ASKABLE),
            ~exists(select(answer.id).where(answer.answers_id == Talk.id)),
            ~taken,
            ~in_queue,
        )
    )
    return [f"question {question} waits for nobody" for question in rows]


def _has_task(kind: TaskKind | None = None) -> ColumnElement[bool]:
    query = select(Task.id).where(Task.ticket_id == Ticket.id, Task.ended_at.is_(None))
    return exists(query if kind is None else query.where(Task.kind == kind))


def _responsible_reads() -> ColumnElement[bool]:
    return exists(
        select(Membership.id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.role == Role.REQUESTER,
            Membership.site_id == Ticket.site_id,
            Membership.ended_at.is_(None),
            Person.telegram_id.is_not(None),
            Person.unreachable_at.is_(None),
        )
    )


_HAS_CREW = exists(select(Assignment.id).where(Assignment.ticket_id == Ticket.id, Assignment.ended_at.is_(None)))
_HAS_VISIT = exists(select(Visit.id).where(Visit.ticket_id == Ticket.id, Visit.status.in_(LIVE)))
#: What has to be there in each status, so that somebody has to do something.
_NEXT: dict[TicketStatus, ColumnElement[bool]] = {
    TicketStatus.DRAFT: or_(_has_task(), _responsible_reads()),
    TicketStatus.APPROVAL: _has_task(TaskKind.APPROVAL),
    TicketStatus.SEARCHING: Ticket.search_due_at.is_not(None),
    TicketStatus.UNSTAFFED: _has_task(TaskKind.UNSTAFFED),
    TicketStatus.ASSIGNED: and_(_HAS_CREW, _HAS_VISIT),
    TicketStatus.REWORK: and_(_HAS_CREW, _HAS_VISIT),
    TicketStatus.IN_WORK: and_(_HAS_CREW, _HAS_VISIT),
    TicketStatus.REPORTED: _HAS_CREW,
    TicketStatus.DISPUTED: _has_task(TaskKind.DISPUTE),
    TicketStatus.ON_HOLD: exists(select(Hold.id).where(Hold.ticket_id == Ticket.id, Hold.ended_at.is_(None))),
}
_OPEN = select(Ticket.id, Ticket.status).where(Ticket.origin == Origin.BOT, Ticket.status.not_in(SETTLED))
_STUCK = union_all(*(_OPEN.where(Ticket.status == status, ~condition) for status, condition in _NEXT.items()))

CHECKS: dict[str, tuple[str, Callable[..., Found]]] = {
    "1": ("one live assignment per ticket", one_assignment),
    "2": ("an accepted offer is an assignment", accepted_offer_has_assignment),
    "3": ("one accepted offer per round", one_accepted_offer),
    "5": ("only the qualified were asked", asked_only_the_qualified),
    "6": ("nobody blocked is asked", nobody_blocked_is_asked),
    "8": ("nobody has more jobs than the limit", within_capacity),
    "10": ("accepted means proof and the client's yes", accepted_with_proof),
    "11": ("nothing is stuck", nothing_is_stuck),
}

"""Invariants of work: assignments, offers, status edges, proof, and that nothing is ever stuck."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from core.domain.offer import TAKEABLE, OfferStatus
from core.domain.proof import ProofKind, ProofStage, ProofStatus
from core.domain.role import CLIENT_ROLES
from core.domain.ticket import RULES, SETTLED, Origin, TicketEvent, TicketStatus
from core.domain.visit import LIVE
from core.services import numbers
from core.services.acceptances import proof_hash
from storage.models.contractor import Block, Contractor, ContractorSkill
from storage.models.desk import Audit, Task
from storage.models.directory import Service
from storage.models.offer import Offer
from storage.models.ticket import Acceptance, Assignment, Ticket
from storage.models.visit import Proof, Visit

Found = tuple[list[str], int]


def one_assignment(session: Session, *, now: datetime) -> Found:
    rows = session.execute(
        select(Assignment.ticket_id, func.count())
        .where(Assignment.ended_at.is_(None))
        .group_by(Assignment.ticket_id)
        .having(func.count() > 1)
    )
    return [f"ticket {ticket} has {n} live assignments" for ticket, n in rows], _count(session, Assignment)


def accepted_offer_has_assignment(session: Session, *, now: datetime) -> Found:
    without = session.execute(
        select(Offer.id)
        .outerjoin(Assignment, and_(Assignment.offer_id == Offer.id, Assignment.contractor_id == Offer.contractor_id))
        .where(Offer.status == OfferStatus.ACCEPTED, Assignment.id.is_(None))
    )
    rows = [f"accepted offer {offer} has no assignment of its contractor" for (offer,) in without]
    unaccepted = session.execute(
        select(Assignment.id, Offer.status)
        .join(Offer, Offer.id == Assignment.offer_id)
        .where(Offer.status != OfferStatus.ACCEPTED)
    )
    rows += [f"assignment {assignment} rests on an offer that is {status}" for assignment, status in unaccepted]
    return rows, _count(session, Offer)


def one_accepted_offer(session: Session, *, now: datetime) -> Found:
    rows = session.execute(
        select(Offer.ticket_id, Offer.round, func.count())
        .where(Offer.status == OfferStatus.ACCEPTED)
        .group_by(Offer.ticket_id, Offer.round)
        .having(func.count() > 1)
    )
    return [f"ticket {t} round {r} has {n} accepted offers" for t, r, n in rows], _count(session, Offer)


def offers_leave_once(session: Session, *, now: datetime) -> Found:
    """A state that is final carries the time of the answer; an open one carries none."""
    rows = session.execute(
        select(Offer.id, Offer.status).where(
            or_(
                and_(Offer.status.in_(TAKEABLE), Offer.answered_at.is_not(None)),
                and_(Offer.status.not_in(TAKEABLE), Offer.answered_at.is_(None)),
                and_(Offer.status == OfferStatus.LAPSED, Offer.waits_until > now),
            )
        )
    )
    return [f"offer {offer} is {status} but its times say otherwise" for offer, status in rows], _count(session, Offer)


def asked_only_the_qualified(session: Session, *, now: datetime) -> Found:
    """When it was sent the skill was there, confirmed and valid; certificates are compared by day."""
    rows = session.execute(
        select(Offer.id, Offer.sent_at, ContractorSkill)
        .join(Ticket, Ticket.id == Offer.ticket_id)
        .join(Service, Service.id == Ticket.service_id)
        .outerjoin(
            ContractorSkill,
            and_(
                ContractorSkill.contractor_id == Offer.contractor_id,
                ContractorSkill.skill_id == Service.skill_id,
            ),
        )
    ).all()
    broken = [
        f"offer {offer} went to a contractor without the skill"
        for offer, sent_at, skill in rows
        if skill is None or (skill.valid_until is not None and (sent_at.date() - skill.valid_until).days > 1)
    ]
    return broken, len(rows)


def nobody_blocked_is_asked(session: Session, *, now: datetime) -> Found:
    rows = session.execute(
        select(Offer.id, Block.id)
        .join(Ticket, Ticket.id == Offer.ticket_id)
        .join(Block, Block.contractor_id == Offer.contractor_id)
        .where(
            Offer.status.in_(TAKEABLE),
            Block.starts_at <= now,
            or_(Block.ends_at.is_(None), Block.ends_at > now),
            or_(Block.client_id.is_(None), Block.client_id == Ticket.client_id),
        )
    )
    return [f"open offer {offer} to a contractor under block {block}" for offer, block in rows], _count(session, Offer)


def open_offers_of_open_tickets(session: Session, *, now: datetime) -> Found:
    rows = session.execute(
        select(Offer.id, Ticket.status)
        .join(Ticket, Ticket.id == Offer.ticket_id)
        .where(
            Offer.status.in_(TAKEABLE),
            or_(
                Ticket.status.not_in((TicketStatus.SEARCHING, TicketStatus.UNSTAFFED)),
                Offer.job_version != Ticket.job_version,
            ),
        )
    )
    return [f"offer {offer} is open, its ticket is {status}" for offer, status in rows], _count(session, Offer)


def within_capacity(session: Session, *, now: datetime) -> Found:
    """A hand may pass the limit, and says so; nobody else may."""
    per_engineer = numbers.of(session).jobs_per_engineer
    jobs = (
        select(Assignment.contractor_id, func.count().label("jobs"))
        .where(Assignment.ended_at.is_(None), Assignment.over_limit.is_(False))
        .group_by(Assignment.contractor_id)
        .subquery()
    )
    rows = session.execute(
        select(Contractor.id, jobs.c.jobs, Contractor.engineers).join(jobs, jobs.c.contractor_id == Contractor.id)
    ).all()
    return [
        f"contractor {contractor} has {n} open jobs, more than {limit}"
        for contractor, n, engineers in rows
        if n > (limit := max(1, engineers) * per_engineer)
    ], len(rows)


def edges_are_legal(session: Session, *, now: datetime) -> Found:
    """Every move of the audit stands in the table, the version counts them, the last one is the status."""
    legal = {
        (str(state or ""), str(event), str(target))
        for (state, event), rule in RULES.items()
        for target in (rule.target, rule.target_with_approval)
        if target is not None
    }
    moves = session.execute(
        select(Audit.entity_id, Audit.event, Audit.from_state, Audit.to_state)
        .join(Ticket, Ticket.id == Audit.entity_id)
        .where(Audit.entity == "ticket", Audit.to_state != "", Audit.event != TicketEvent.IMPORT)
        .order_by(Audit.id)
    ).all()
    broken = [f"ticket {t}: {a or '-'} –{e}→ {b} is not in the table" for t, e, a, b in moves if (a, e, b) not in legal]
    last: dict[int, tuple[str, int]] = {}
    for ticket_id, _, before, after in moves:
        state, count = last.get(ticket_id, (before, 0))
        if before and count and state != before:
            broken.append(f"ticket {ticket_id} jumps from {state} to {before}")
        last[ticket_id] = (after, count + 1)
    lived = session.execute(select(Ticket.id, Ticket.status, Ticket.version).where(Ticket.origin == Origin.BOT)).all()
    for ticket_id, status, version in lived:
        if last.get(ticket_id) != (status, version):
            broken.append(f"ticket {ticket_id} is {status} v{version}, its audit says {last.get(ticket_id)}")
    return broken, len(lived)


def accepted_with_proof(session: Session, *, now: datetime) -> Found:
    """By the client's people, with the shots the service demands, unchanged since."""
    rows = session.execute(
        select(Ticket.id, Service.shots_before, Service.shots_after, Acceptance)
        .join(Service, Service.id == Ticket.service_id)
        .outerjoin(Acceptance, Acceptance.ticket_id == Ticket.id)
        .where(Ticket.status == TicketStatus.ACCEPTED, Ticket.origin == Origin.BOT)
    ).all()
    broken = []
    for ticket_id, before, after, acceptance in rows:
        if acceptance is None:
            broken.append(f"ticket {ticket_id} is accepted by nobody")
            continue
        if acceptance.role not in CLIENT_ROLES:
            broken.append(f"ticket {ticket_id} was accepted by a {acceptance.role}")
        if acceptance.proof_hash != proof_hash(session, ticket_id):
            broken.append(f"ticket {ticket_id}: the shots are not those that were accepted")
        for stage, needed in ((ProofStage.BEFORE, before), (ProofStage.AFTER, after)):
            have = _stored(session, ticket_id, stage)
            if have < needed:
                broken.append(f"ticket {ticket_id} is accepted with {have} of {needed} shots {stage}")
    return broken, len(rows)


def nothing_is_stuck(session: Session, *, now: datetime) -> Found:
    """Every ticket that is not settled has a next action: a wait, a live assignment, a client asked, or a task."""
    has_task = exists(select(Task.id).where(Task.ticket_id == Ticket.id, Task.ended_at.is_(None)))
    has_crew = exists(select(Assignment.id).where(Assignment.ticket_id == Ticket.id, Assignment.ended_at.is_(None)))
    has_visit = exists(select(Visit.id).where(Visit.ticket_id == Ticket.id, Visit.status.in_(LIVE)))
    moves = {
        TicketStatus.DRAFT: None,  # the responsible person was asked, or a task stands
        TicketStatus.APPROVAL: has_task,
        TicketStatus.SEARCHING: Ticket.search_due_at.is_not(None),
        TicketStatus.UNSTAFFED: has_task,
        TicketStatus.ASSIGNED: and_(has_crew, has_visit),
        TicketStatus.REWORK: and_(has_crew, has_visit),
        TicketStatus.IN_WORK: and_(has_crew, has_visit),
        TicketStatus.REPORTED: has_crew,
        TicketStatus.DISPUTED: has_task,
    }
    open_ = select(Ticket.id, Ticket.status).where(Ticket.origin == Origin.BOT, Ticket.status.not_in(SETTLED))
    broken: list[str] = []
    for status, condition in moves.items():
        if condition is not None:
            query: Any = open_.where(Ticket.status == status, ~condition)
            broken += [
                f"ticket {ticket} is {state} and nobody has to do anything" for ticket, state in session.execute(query)
            ]
    return broken, len(session.execute(open_).all())


def _stored(session: Session, ticket_id: int, stage: ProofStage) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(Proof)
            .where(
                Proof.ticket_id == ticket_id,
                Proof.stage == stage,
                Proof.status == ProofStatus.STORED,
                Proof.kind.in_((ProofKind.PHOTO, ProofKind.DOCUMENT)),
            )
        )
        or 0
    )


def _count(session: Session, table: Any) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


CHECKS: dict[str, tuple[str, Callable[..., Found]]] = {
    "1": ("one live assignment per ticket", one_assignment),
    "2": ("an accepted offer is an assignment", accepted_offer_has_assignment),
    "3": ("one accepted offer per round", one_accepted_offer),
    "4": ("an offer leaves its state once", offers_leave_once),
    "5": ("only the qualified were asked", asked_only_the_qualified),
    "6": ("nobody blocked is asked", nobody_blocked_is_asked),
    "7": ("offers are open only while the ticket searches", open_offers_of_open_tickets),
    "8": ("nobody has more jobs than the limit", within_capacity),
    "9": ("every status edge is in the table", edges_are_legal),
    "10": ("accepted means proof and the client's yes", accepted_with_proof),
    "11": ("nothing is stuck", nothing_is_stuck),
}

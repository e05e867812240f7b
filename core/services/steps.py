"""Where a visit stands: the one step the engineer sees, and which shots are still missing. Derived, never stored."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.proof import ProofKind, ProofStage, ProofStatus
from core.domain.ticket import TicketStatus
from core.domain.visit import VisitStatus, VisitStep
from storage.models.directory import Service
from storage.models.ticket import Assignment, Ticket
from storage.models.visit import Proof, Visit


@dataclass(frozen=True, slots=True)
class Shots:
    before: int
    before_needed: int
    after: int
    after_needed: int
    #: Sent, but their bytes have not arrived yet.
    coming: int

    @property
    def before_missing(self) -> int:
        return max(0, self.before_needed - self.before)

    @property
    def after_missing(self) -> int:
        return max(0, self.after_needed - self.after)


def current_visit(session: Session, ticket_id: int) -> Visit | None:
    """The live visit, otherwise the last one that took place."""
    return session.scalars(
        select(Visit)
        .where(Visit.ticket_id == ticket_id, Visit.status != VisitStatus.DROPPED)
        .order_by(Visit.number.desc())
        .limit(1)
    ).one_or_none()


def walked_by(actor: Actor) -> Select[Visit]:
    """The visits this person walks: those of the own firms that name him; for an owner also those that name nobody."""
    of_firms = select(Assignment.id).where(Assignment.contractor_id.in_(actor.contractor_ids))
    of_firm = select(Assignment.id).where(Assignment.contractor_id.in_(actor.owned_contractor_ids))
    unnamed = and_(Visit.engineer_id.is_(None), Visit.assignment_id.in_(of_firm))
    named = and_(Visit.engineer_id == actor.person_id, Visit.assignment_id.in_(of_firms))
    return select(Visit).where(or_(named, unnamed))


def stepped_at(visit: Visit) -> datetime:
    """When he last did something on a visit he has set out for."""
    steps = (visit.en_route_at, visit.on_site_at, visit.work_started_at, visit.before_done_at, visit.after_done_at)
    return max((at for at in steps if at is not None), default=visit.starts_at)


def step(ticket: Ticket, visit: Visit | None) -> VisitStep | None:
    if visit is None or ticket.status not in (TicketStatus.ASSIGNED, TicketStatus.REWORK, TicketStatus.IN_WORK):
        return None
    match visit.status:
        case VisitStatus.PLANNED | VisitStatus.CONFIRMED:
            return VisitStep.GO
        case VisitStatus.EN_ROUTE:
            return VisitStep.ARRIVE
        case VisitStatus.ON_SITE:
            return _step_on_site(visit)
    return VisitStep.DONE


def _step_on_site(visit: Visit) -> VisitStep:
    if visit.work_started_at is None:
        return VisitStep.START
    if visit.before_done_at is None:
        return VisitStep.BEFORE
    if visit.after_done_at is None:
        return VisitStep.AFTER
    return VisitStep.REPORT


def shots(session: Session, ticket: Ticket, visit: Visit | None) -> Shots:
    """Counts pictures of this visit: photos, and pictures sent as files. A rework needs its own."""
    service = session.get_one(Service, ticket.service_id)
    counts: dict[tuple[ProofStage, ProofStatus], int] = {}
    if visit is not None:
        rows = session.execute(
            select(Proof.stage, Proof.status, func.count())
            .where(
                # A file that is no picture is kept, but it shows no work.
                or_(Proof.kind == ProofKind.PHOTO, Proof.width.is_not(None), Proof.status != ProofStatus.STORED),
                Proof.visit_id == visit.id,
                Proof.kind.in_((ProofKind.PHOTO, ProofKind.DOCUMENT)),
                Proof.is_forwarded.is_(False),
            )
            .group_by(Proof.stage, Proof.status)
        )
        counts = {(stage, status): count for stage, status, count in rows}
    return Shots(
        before=counts.get((ProofStage.BEFORE, ProofStatus.STORED), 0),
        before_needed=service.shots_before,
        after=counts.get((ProofStage.AFTER, ProofStatus.STORED), 0),
        after_needed=service.shots_after,
        coming=sum(count for (_, status), count in counts.items() if status is ProofStatus.PENDING),
    )

"""Lists of a contractor's person: what is to be done, and what can still be taken."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.block import BlockLevel
from core.domain.errors import NotAllowed
from core.domain.offer import TAKEABLE, OfferStatus
from core.domain.role import CONTRACTOR_ROLES
from core.domain.ticket import Priority, TicketStatus
from core.domain.visit import LIVE, VisitStatus
from core.services import blocks, steps
from storage.models.contractor import Block
from storage.models.directory import Service, Site
from storage.models.offer import Offer
from storage.models.people import Person
from storage.models.ticket import Assignment, Ticket
from storage.models.visit import Visit

MOST = 30


@dataclass(frozen=True, slots=True)
class JobLine:
    ticket_id: int
    number: str
    status: TicketStatus
    service: str
    site: str
    zone: str
    engineer: str
    is_mine: bool
    starts_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class OfferLine:
    ticket_id: int
    number: str
    status: OfferStatus
    priority: Priority
    service: str
    site: str
    pay_kop: int
    distance_m: int


@dataclass(frozen=True, slots=True)
class Jobs:
    lines: tuple[JobLine, ...]
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Offers:
    lines: tuple[OfferLine, ...]
    #: Everywhere the hardest block that keeps all his firms, or himself, from some or all offers.
    level: BlockLevel | None = None


def open_jobs(session: Session, actor: Actor, *, now: datetime) -> Jobs:
    """Own jobs, for an owner all of the firm; the nearest visit first, what waits for the client last."""
    _ensure_contractor(actor)
    mine = or_(
        Assignment.engineer_id == actor.person_id,
        Assignment.contractor_id.in_(actor.owned_contractor_ids),
    )
    rows = session.execute(
        select(Ticket, Service.name, Site, Visit, Person.name)
        .join(Assignment, and_(Assignment.ticket_id == Ticket.id, Assignment.ended_at.is_(None)))
        .join(Service, Service.id == Ticket.service_id)
        .join(Site, Site.id == Ticket.site_id)
        .outerjoin(Visit, and_(Visit.ticket_id == Ticket.id, Visit.status.in_(LIVE)))
        .outerjoin(Person, Person.id == Assignment.engineer_id)
        .where(mine, Assignment.contractor_id.in_(actor.contractor_ids))
        .order_by(Visit.starts_at.is_(None), Visit.starts_at, Ticket.id)
        .limit(MOST)
    )
    lines = tuple(
        JobLine(
            ticket_id=ticket.id,
            number=ticket.number,
            status=ticket.status,
            service=service,
            site=site.name,
            zone=site.zone,
            engineer=engineer or "",
            is_mine=visit is not None and visit.engineer_id == actor.person_id,
            starts_at=visit.starts_at if visit else None,
            ends_at=visit.ends_at if visit else None,
        )
        for ticket, service, site, visit, engineer in rows
    )
    return Jobs(lines, now)


def open_offers(session: Session, actor: Actor, *, now: datetime) -> Offers:
    """What can be taken now, the newest first; a lapsed one still can."""
    _ensure_contractor(actor)
    rows = session.execute(
        select(Offer, Ticket, Service.name, Site.name)
        .join(Ticket, Ticket.id == Offer.ticket_id)
        .join(Service, Service.id == Ticket.service_id)
        .join(Site, Site.id == Ticket.site_id)
        .where(Offer.contractor_id.in_(actor.contractor_ids), Offer.status.in_(TAKEABLE))
        .order_by(Offer.id.desc())
        .limit(MOST)
    )
    return Offers(
        tuple(
            OfferLine(
                ticket.id, ticket.number, offer.status, ticket.priority, service, site, offer.pay_kop, offer.distance_m
            )
            for offer, ticket, service, site in rows
        ),
        _stopped(session, actor, now=now),
    )


def _stopped(session: Session, actor: Actor, *, now: datetime) -> BlockLevel | None:
    everywhere = select(Block.contractor_id, Block.level).where(Block.client_id.is_(None), blocks.in_force(now))
    order = list(BlockLevel).index
    own = everywhere.join(Person, blocks.of_person()).where(Person.id == actor.person_id)
    himself = [level for _, level in session.execute(own)]
    of_firms: dict[int, list[BlockLevel]] = {firm: [] for firm in actor.contractor_ids}
    for firm, level in session.execute(everywhere.where(Block.contractor_id.in_(actor.contractor_ids))):
        of_firms[firm or 0].append(level)
    mildest = [max(levels, key=order) for levels in of_firms.values() if levels]
    shared = [min(mildest, key=order)] if len(mildest) == len(of_firms) else []
    return max([*himself, *shared], key=order, default=None)


@dataclass(frozen=True, slots=True)
class Arriving:
    visit_id: int
    ticket_id: int


def arriving(session: Session, actor: Actor, *, now: datetime) -> Arriving | None:
    """The visit this person is on the way to: a place that is sent now means "I am here"."""
    visit = session.scalars(
        steps.walked_by(actor).where(Visit.status == VisitStatus.EN_ROUTE).order_by(Visit.en_route_at.desc()).limit(1)
    ).one_or_none()
    return Arriving(visit.id, visit.ticket_id) if visit is not None else None


def _ensure_contractor(actor: Actor) -> None:
    if not actor.has(*CONTRACTOR_ROLES):
        raise NotAllowed

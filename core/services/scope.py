"""Whose eyes see which rows. Every list and every look-up by id starts here; what is not visible is not found."""

from collections.abc import Iterable
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.errors import NotFound
from core.domain.role import CONTRACTOR_ROLES, OPERATOR_ROLES, Role
from storage.models.contractor import Contractor
from storage.models.directory import Site
from storage.models.offer import Offer
from storage.models.quality import QualityEvent
from storage.models.ticket import Assignment, Ticket
from storage.models.visit import Visit

T = TypeVar("T")


def find(session: Session, query: Select[T], *conditions: ColumnElement[bool]) -> T:
    """The one visible row, or NotFound: foreign and missing are answered alike."""
    row = session.scalars(query.where(*conditions)).one_or_none()
    if row is None:
        raise NotFound
    return row


def visible_sites(actor: Actor) -> Select[Site]:
    if actor.is_operator:
        return select(Site)
    return select(Site).where(_any(_site_condition(grant) for grant in actor.client_grants))


def visible_contractors(actor: Actor) -> Select[Contractor]:
    if actor.is_operator:
        return select(Contractor)
    return select(Contractor).where(Contractor.id.in_(actor.contractor_ids))


def visible_tickets(actor: Actor) -> Select[Ticket]:
    if actor.is_operator:
        return select(Ticket)
    conditions: list[ColumnElement[bool]] = [
        Ticket.site_id.in_(select(Site.id).where(_site_condition(g))) for g in actor.client_grants
    ]
    if actor.person_id is not None:
        conditions.append(Ticket.requester_id == actor.person_id)
        conditions.append(Ticket.id.in_(_own_jobs(actor)))
    conditions.append(Ticket.id.in_(select(Offer.ticket_id).where(Offer.contractor_id.in_(actor.contractor_ids))))
    return select(Ticket).where(_any(conditions))


def sees_ticket(session: Session, actor: Actor, ticket_id: int) -> bool:
    return session.scalars(visible_tickets(actor).where(Ticket.id == ticket_id)).first() is not None


def client_tickets(actor: Actor) -> Select[Ticket]:
    """What a person looks after as a client or has asked for: without the jobs of other roles."""
    conditions: list[ColumnElement[bool]] = [
        Ticket.site_id.in_(select(Site.id).where(_site_condition(g))) for g in actor.client_grants
    ]
    if actor.person_id is not None:
        conditions.append(Ticket.requester_id == actor.person_id)
    return select(Ticket).where(_any(conditions))


def visible_offers(actor: Actor) -> Select[Offer]:
    if actor.is_operator:
        return select(Offer)
    return select(Offer).where(Offer.contractor_id.in_(actor.contractor_ids))


def visible_visits(actor: Actor) -> Select[Visit]:
    """An engineer sees the visits that name him while he is of the firm, an owner those of the whole firm."""
    if actor.is_operator:
        return select(Visit)
    of_firms = select(Assignment.id).where(Assignment.contractor_id.in_(actor.contractor_ids))
    owned = select(Assignment.id).where(Assignment.contractor_id.in_(actor.owned_contractor_ids))
    named = and_(Visit.engineer_id == actor.person_id, Visit.assignment_id.in_(of_firms))
    return select(Visit).where(or_(named, Visit.assignment_id.in_(owned)))


def visible_events(actor: Actor) -> Select[QualityEvent]:
    """Of the ledger: an owner sees those of the whole firm, an engineer of it his own."""
    if actor.is_desk:
        return select(QualityEvent)
    own = and_(QualityEvent.person_id == actor.person_id, QualityEvent.contractor_id.in_(actor.contractor_ids))
    return select(QualityEvent).where(or_(own, QualityEvent.contractor_id.in_(actor.owned_contractor_ids)))


def roles_on(session: Session, actor: Actor, ticket: Ticket) -> frozenset[Role]:
    """The roles the actor holds towards this very ticket; a role elsewhere gives no right here."""
    site = session.get_one(Site, ticket.site_id)
    return frozenset(grant.role for grant in actor.grants if _covers(grant, ticket, site))


def _covers(grant: Grant, ticket: Ticket, site: Site) -> bool:
    if grant.role in OPERATOR_ROLES or grant.role is Role.SYSTEM:
        return True
    if grant.role in CONTRACTOR_ROLES:
        return grant.contractor_id is not None and grant.contractor_id == ticket.contractor_id
    return covers_site(grant, site)


def covers_site(grant: Grant, site: Site) -> bool:
    return (
        grant.client_id == site.client_id and grant.site_id in (None, site.id) and grant.region in (None, site.region)
    )


def _site_condition(grant: Grant) -> ColumnElement[bool]:
    return and_(
        Site.client_id == grant.client_id,
        Site.id == grant.site_id if grant.site_id is not None else true(),
        Site.region == grant.region if grant.region is not None else true(),
    )


def _own_jobs(actor: Actor) -> Select[Any]:
    return select(Assignment.ticket_id).where(
        or_(
            and_(Assignment.engineer_id == actor.person_id, Assignment.contractor_id.in_(actor.contractor_ids)),
            Assignment.contractor_id.in_(actor.owned_contractor_ids),
        )
    )


def _any(conditions: Iterable[ColumnElement[bool]]) -> ColumnElement[bool]:
    return or_(false(), *conditions)

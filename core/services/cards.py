"""What each person may see of a ticket, as frozen read models: one query each, nothing loads later.

Engineers never get client prices here, clients never contractor rates, phones only on the day of the visit.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.errors import NotFound
from core.domain.money import line_sum
from core.domain.offer import TAKEABLE, OfferStatus
from core.domain.proof import ProofStage, ProofStatus
from core.domain.role import CLIENT_ROLES, CONTRACTOR_ROLES, Role
from core.domain.ticket import Priority, TicketStatus, allowed
from core.domain.visit import VisitStatus
from core.services import (
    breaches,
    cancellations,
    card_facts,
    client_words,
    clock_lines,
    clocks,
    confirmations,
    counter_prices,
    crew,
    history,
    holds,
    names,
    no_shows,
    offers,
    people,
    quality,
    reclassify,
    scope,
    searches,
    steps,
    talk_cards,
    tasks,
)
from core.services.card_views import Base, Card, ClientCard, DeskCard, JobCard, Line, OfferCard
from core.services.searches import MAY_PASS_FLOOR
from storage.models.contractor import Contractor
from storage.models.directory import Client, Contract, Service, Site
from storage.models.offer import Offer
from storage.models.ticket import ReportLine, Ticket
from storage.models.visit import Proof


def for_person(session: Session, person_id: int, ticket_id: int, *, now: datetime) -> Card | None:
    """The card as this person may see it now; None: no longer for these eyes."""
    actor = people.actor_of(session, person_id, source="card", now=now)
    try:
        return ticket(session, actor, ticket_id, now=now)
    except NotFound:
        return None


def ticket(session: Session, actor: Actor, ticket_id: int, *, now: datetime) -> Card:
    """Raises NotFound. Of several roles the nearest to the work decides: crew, invited, client, desk."""
    row = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    roles = scope.roles_on(session, actor, row)
    base = _base(session, actor, row, now)
    is_outsider = not actor.is_operator and not roles & CLIENT_ROLES
    # Who handed the job back reads on the card that it is no longer his.
    if (is_outsider or roles & CONTRACTOR_ROLES) and card_facts.holds_job(session, actor, row):
        return _job(session, actor, row, base, now=now)
    offer = card_facts.offer_of(session, actor, row)
    if offer is not None and is_outsider:
        return _offer(session, actor, row, base, offer, now=now)
    if actor.is_operator:
        return _desk(session, actor, row, base, roles)
    if is_outsider and row.requester_id != actor.person_id:
        raise NotFound  # a contractor without a part in it: the client's card is not for these eyes
    return _client(session, actor, row, base, roles)


def _base(session: Session, actor: Actor, row: Ticket, now: datetime) -> Base:
    site = session.get_one(Site, row.site_id)
    service = session.get_one(Service, row.service_id)
    media = session.scalar(
        select(func.count())
        .select_from(Proof)
        .where(Proof.ticket_id == row.id, Proof.stage == ProofStage.REQUEST, Proof.status != ProofStatus.REFUSED)
    )
    return Base(
        ticket_id=row.id,
        number=row.number,
        version=row.version,
        status=row.status,
        priority=row.priority,
        service=service.name,
        site=site.name,
        site_code=site.code,
        address=f"{site.city}, {site.address}",
        lat=site.lat,
        lon=site.lon,
        zone=site.zone,
        text=row.text,
        media=media or 0,
        registered_at=row.registered_at,
        read_at=now,
        talk=talk_cards.brief(session, actor, row),
        held=holds.held(session, actor, row),
        cancelled=cancellations.seen_by(session, actor, row),
        wanted_from=row.visit_from if row.status in searches.SEARCHES else None,
        named=client_words.seen_by(session, actor, row, now=now),
        clock=clock_lines.of(session, actor, row, now=now),
    )


def _offer(session: Session, actor: Actor, row: Ticket, base: Base, offer: Offer, *, now: datetime) -> OfferCard:
    hours = offers.hours_of(session.get_one(Site, row.site_id))
    team = crew.of_firm(session, offer.contractor_id) if offer.contractor_id in actor.owned_contractor_ids else ()
    return OfferCard(
        base=base,
        offer_id=offer.id,
        offer_status=offer.status,
        withdrawn=card_facts.why_withdrawn(session, offer),
        pay_kop=offer.pay_kop,
        distance_m=offer.distance_m,
        waits_until=offer.waits_until,
        come_by=next(iter(clocks.come_by(session, row, now=now)), None),
        slots=offers.proposed_slots(session, row, now=now),
        can_go_now=(row.priority is Priority.EMERGENCY or hours.is_open(now)) and not card_facts.is_too_soon(row, now),
        team=team if len(team) > 1 else (),
        decline_reason=offer.decline_reason,
        counter_kop=offer.counter_kop,
        counter_until=offer.counter_until,
        is_agreed=offer.status is OfferStatus.COUNTERED and offer.answered_at is not None,
        may_counter=offer.status in TAKEABLE and not counter_prices.has_countered(session, offer),
        asked=talk_cards.asked(session, row.id),
    )


def _job(session: Session, actor: Actor, row: Ticket, base: Base, *, now: datetime) -> JobCard:
    site = session.get_one(Site, row.site_id)
    visit = steps.current_visit(session, row.id)
    shots = steps.shots(session, row, visit)
    is_today = visit is not None and card_facts.same_day(visit, now, site.zone)
    lines = _lines(session, row, ReportLine.contractor_rate_kop)
    return JobCard(
        base=base,
        visit_id=visit.id if visit else None,
        step=steps.step(row, visit),
        buttons=holds.may(session, actor, row),
        engineer=names.of(session, visit.engineer_id if visit else None),
        starts_at=visit.starts_at if visit else None,
        ends_at=visit.ends_at if visit else None,
        pay_kop=sum(line.sum_kop for line in lines) or line_sum(row.contractor_rate_kop, row.quantity_milli),
        contact=site.responsible_name if is_today else "",
        phone=site.responsible_phone if is_today else "",
        shots=shots,
        lines=lines,
        mark=card_facts.mark(session, row.id),
        is_mine=visit is not None and visit.engineer_id == actor.person_id,
        note=card_facts.complaint(session, row),
        is_asked=visit is not None and confirmations.is_waited_for(row, visit),
        is_confirmed=visit is not None and visit.status is VisitStatus.CONFIRMED,
        back_out_milli=quality.back_out_now_milli(session, visit, now=now) if visit is not None else None,
        watched=no_shows.seen(session, row, visit),
        names_visit=card_facts.nameable(session, actor, row, visit, now=now),
    )


def _client(session: Session, actor: Actor, row: Ticket, base: Base, roles: frozenset[Role]) -> ClientCard:
    visit = steps.current_visit(session, row.id)
    contract = session.get_one(Contract, row.contract_id)
    lines = _lines(session, row, ReportLine.client_price_kop)
    price = sum(line.sum_kop for line in lines) or line_sum(row.client_price_kop, row.quantity_milli)
    return ClientCard(
        base=base,
        buttons=allowed(row.status, roles),
        engineer=names.of(session, visit.engineer_id if visit else None),
        starts_at=visit.starts_at if visit else None,
        ends_at=visit.ends_at if visit else None,
        lines=lines,
        price_kop=price if contract.requester_sees_prices else None,
        mark=card_facts.mark(session, row.id),
        is_accepter=card_facts.accepted_by(session, row.id) == actor.person_id,
        note=card_facts.complaint(session, row),
        moves_visit=card_facts.movable(session, actor, row, visit),
        watched=no_shows.seen(session, row, visit),
    )


def _desk(session: Session, actor: Actor, row: Ticket, base: Base, roles: frozenset[Role]) -> DeskCard:
    site = session.get_one(Site, row.site_id)
    visit = steps.current_visit(session, row.id)
    contractor = session.get(Contractor, row.contractor_id) if row.contractor_id else None
    open_offers = session.scalar(
        select(func.count())
        .select_from(Offer)
        .where(Offer.ticket_id == row.id, Offer.status.in_((OfferStatus.SENT, OfferStatus.LAPSED)))
    )
    return DeskCard(
        base=base,
        buttons=allowed(row.status, roles) - reclassify.too_late(session, row),
        client=session.get_one(Client, row.client_id).name,
        requester=names.of(session, row.requester_id),
        contact=site.responsible_name,
        phone=site.responsible_phone,
        contractor=contractor.name if contractor else "",
        contractor_phone=contractor.phone if contractor else "",
        engineer=names.of(session, visit.engineer_id if visit else None),
        starts_at=visit.starts_at if visit else None,
        ends_at=visit.ends_at if visit else None,
        price_kop=line_sum(row.client_price_kop, row.quantity_milli),
        rate_kop=line_sum(row.contractor_rate_kop, row.quantity_milli),
        offers_open=open_offers or 0,
        lines=_lines(session, row, ReportLine.client_price_kop),
        tasks=tasks.of_ticket(session, row.id),
        search=searches.state(session, row, now=base.read_at),
        counters=counter_prices.of_ticket(session, row, may_pass_floor=bool(roles & MAY_PASS_FLOOR)),
        refusals=history.refusals(session, row) if row.status is TicketStatus.UNSTAFFED else None,
        mark=card_facts.mark(session, row.id),
        note=card_facts.complaint(session, row),
        moves_visit=card_facts.movable(session, actor, row, visit),
        watched=no_shows.seen(session, row, visit),
        names_visit=card_facts.nameable(session, actor, row, visit, now=base.read_at),
        is_asked=visit is not None and confirmations.is_waited_for(row, visit),
        is_confirmed=visit is not None and visit.status is VisitStatus.CONFIRMED,
        broken=breaches.told(session, row.id),
    )


def _lines(session: Session, row: Ticket, price: object) -> tuple[Line, ...]:
    rows = session.execute(
        select(ReportLine, Service, price)  # type: ignore[call-overload]
        .join(Service, Service.id == ReportLine.service_id)
        .where(ReportLine.ticket_id == row.id)
        .order_by(ReportLine.id)
    )
    return tuple(
        Line(service.id, service.name, service.unit, line.quantity_milli, line_sum(kop, line.quantity_milli))
        for line, service, kop in rows
    )

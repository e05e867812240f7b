"""Answers to offers: the first yes becomes an assignment, a no lets the next be asked.

The first yes wins by compare-and-set; a partial unique index stands behind it. Who is asked when is `waves`.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.domain import slots
from core.domain.actor import Actor
from core.domain.errors import (
    CrewBlocked,
    LimitReached,
    NotAllowed,
    NotFound,
    NotQualified,
    OfferClosed,
    OfferTaken,
    SlotGone,
)
from core.domain.notice import Notice
from core.domain.offer import TAKEABLE, DeclineReason, Exclusion, OfferStatus, WaveReason
from core.domain.role import CONTRACTOR_ROLES
from core.domain.slots import Hours, Late, Slot
from core.domain.task import TaskKind
from core.domain.ticket import Priority, TicketEvent, TicketStatus
from core.domain.visit import VisitStatus
from core.services import (
    assignments,
    audit,
    blocks,
    clocks,
    lifecycle,
    matching,
    notices,
    numbers,
    open_offers,
    scope,
    tasks,
    waves,
)
from core.services.rows import moved
from storage.models.directory import Site
from storage.models.offer import Offer
from storage.models.people import Membership, Person
from storage.models.ticket import Ticket
from storage.models.visit import Visit

#: A yes does not care that the contractor has been asked, is hard to reach, was not asked at night, is on holiday or
#: at work: he is here and says yes to this very hour.
PASSED_AT_YES = frozenset(
    {
        Exclusion.ASKED,
        Exclusion.REFUSED,
        Exclusion.UNREACHABLE,
        Exclusion.TOO_FAR,
        Exclusion.NIGHT,
        Exclusion.AWAY,
        Exclusion.ON_SITE,
    }
)


MOST_DAYS_AHEAD = 60


def decline(session: Session, actor: Actor, offer_id: int, reason: DeclineReason, *, now: datetime) -> None:
    """Costs nothing; the next are asked at once unless somebody else is being waited for."""
    offer = scope.find(session, scope.visible_offers(actor), Offer.id == offer_id)
    if offer.contractor_id not in actor.contractor_ids:
        raise NotAllowed
    ticket = session.get_one(Ticket, offer.ticket_id)
    if offer.status is OfferStatus.DECLINED:
        return
    if not is_countered(offer):
        ensure_takeable(offer)
    waited_for = offer.status is OfferStatus.SENT
    _close(session, offer, OfferStatus.DECLINED, answered_at=now, answered_by=actor.person_id, decline_reason=reason)
    cause = audit.record(
        session, actor, "offer", offer.id, "decline", now=now, to_state=OfferStatus.DECLINED, data={"reason": reason}
    )
    tasks.end_for_cause(session, actor, TaskKind.COUNTER, f"offer {offer.id}", "declined", now=now)
    notices.reply(session, actor, Notice.CARD, ticket=ticket, cause=f"audit {cause.id}", now=now)
    if waited_for and ticket.status is TicketStatus.SEARCHING and not waves.is_waited_for(session, ticket):
        waves.ask_next(session, actor, ticket, now=now, reason=WaveReason.DECLINED)


def accept(
    session: Session, actor: Actor, offer_id: int, start: datetime | None, engineer_id: int | None, *, now: datetime
) -> None:
    """The yes: a named person and a time. `start` is a proposed window, None means "now".

    Raises OfferTaken, OfferClosed, SlotGone, CrewBlocked, LimitReached, NotQualified. A repeated yes of the winner is
    harmless.
    """
    offer = scope.find(session, scope.visible_offers(actor), Offer.id == offer_id)
    if offer.contractor_id not in actor.contractor_ids:
        raise NotAllowed
    if offer.status is OfferStatus.ACCEPTED:
        return
    ensure_takeable(offer)
    ticket = session.get_one(Ticket, offer.ticket_id)
    engineer = _engineer(session, actor, offer.contractor_id, engineer_id)
    slot = slot_at(session, ticket, start, now=now)
    _ensure_in_time(session, ticket, start, now=now)
    _ensure_not_blocked(session, actor, engineer, offer.contractor_id, ticket, now=now)
    _ensure_qualified(session, ticket, offer.contractor_id, slot, now=now)
    _close(session, offer, OfferStatus.ACCEPTED, answered_at=now, answered_by=actor.person_id)
    ticket.contractor_id = offer.contractor_id
    session.flush()
    cause = lifecycle.advance(session, ticket, TicketEvent.ASSIGN, actor, now=now, data={"offer": offer.id})
    assignments.begin(session, ticket, offer.contractor_id, engineer, slot, offer_id=offer.id, now=now)
    lose_others(session, ticket, offer.contractor_id, now=now)
    tasks.end_for_ticket(session, actor, ticket.id, tasks.OF_SEARCH, "taken", now=now)
    notices.publish(session, Notice.OFFER_TAKEN, ticket, cause=cause, now=now)


def stop_waiting_for(session: Session, person_id: int, *, now: datetime) -> None:
    """He cannot be written to. Where nobody else of his firm can, its waits end now and the sweep asks the next."""
    live = select(Membership.contractor_id).where(
        Membership.role.in_(CONTRACTOR_ROLES), Membership.ended_at.is_(None), Membership.contractor_id.is_not(None)
    )
    reached = live.join(Person, Person.id == Membership.person_id).where(
        Person.telegram_id.is_not(None), Person.unreachable_at.is_(None)
    )
    waiting = session.scalars(
        select(Offer).where(
            Offer.status == OfferStatus.SENT,
            Offer.contractor_id.in_(live.where(Membership.person_id == person_id)),
            Offer.contractor_id.not_in(reached),
        )
    ).all()
    for offer in waiting:
        offer.waits_until = min(offer.waits_until, now)
        session.execute(
            update(Ticket)
            .where(Ticket.id == offer.ticket_id, Ticket.status == TicketStatus.SEARCHING)
            .values(search_due_at=now)
        )


def lose_others(session: Session, ticket: Ticket, winner_id: int, *, now: datetime) -> None:
    """Everybody else's card is edited to "taken"."""
    session.execute(
        update(Offer)
        .where(Offer.ticket_id == ticket.id, open_offers.are_open(), Offer.contractor_id != winner_id)
        .values(status=OfferStatus.LOST, lost_to=winner_id, answered_at=now)
    )


def close_own(session: Session, ticket: Ticket, contractor_id: int, *, now: datetime) -> None:
    """The job came by hand: the firm's own open offer is no longer a question."""
    session.execute(
        update(Offer)
        .where(Offer.ticket_id == ticket.id, open_offers.are_open(), Offer.contractor_id == contractor_id)
        .values(status=OfferStatus.WITHDRAWN, answered_at=now)
    )


def withdraw_all(session: Session, ticket: Ticket, *, now: datetime) -> None:
    """Nothing is on offer any more; who was asked sees it on the card."""
    session.execute(
        update(Offer)
        .where(Offer.ticket_id == ticket.id, open_offers.are_open())
        .values(status=OfferStatus.WITHDRAWN, answered_at=now)
    )


def hours_of(site: Site) -> Hours:
    return Hours(site.zone, site.opens_min, site.closes_min)


def proposed_slots(session: Session, ticket: Ticket, *, now: datetime, late: Late | None = None) -> tuple[Slot, ...]:
    """In time for the plan, where that is possible; a time that stood before is offered first. To an emergency whose
    promise can still be kept one comes now, if no window is in time."""
    rules = numbers.of(session)
    return slots.propose(
        now,
        hours_of(session.get_one(Site, ticket.site_id)),
        length_hours=rules.slot_hours,
        count=rules.slots_offered,
        days_ahead=rules.slots_days_ahead,
        deadlines=clocks.come_by(session, ticket, now=now),
        late=late or (Late.NEVER if _is_for_now(ticket, now) else Late.INSTEAD),
        earliest=ticket.visit_from,
        agreed=_agreed_before(session, ticket),
    )


def _is_for_now(ticket: Ticket, now: datetime) -> bool:
    return ticket.priority is Priority.EMERGENCY and (ticket.visit_from is None or ticket.visit_from <= now)


def next_slot(session: Session, ticket: Ticket, *, now: datetime) -> Slot:
    """The first free window of the site; from now on where it has none."""
    proposed = proposed_slots(session, ticket, now=now)
    if proposed:
        return proposed[0]
    from_now = Slot(now, now + timedelta(hours=numbers.of(session).slot_hours))
    return slots.in_time(from_now, clocks.come_by(session, ticket, now=now), slots.RIGHT_NOW)


def ensure_open_at(session: Session, ticket: Ticket, start: datetime, *, now: datetime) -> Slot:
    """Raises SlotGone for a time that is over, too far ahead, or outside the hours of the site."""
    hours = hours_of(session.get_one(Site, ticket.site_id))
    slot = slots.window(start, hours, length_hours=numbers.of(session).slot_hours)
    if slot is None or not now < start <= now + timedelta(days=MOST_DAYS_AHEAD):
        raise SlotGone
    return slot


def _agreed_before(session: Session, ticket: Ticket) -> datetime | None:
    """The time of the visit a crew handed back: the client keeps it free."""
    if ticket.round == 1:
        return None
    return session.scalar(
        select(Visit.starts_at)
        .where(Visit.ticket_id == ticket.id, Visit.status == VisitStatus.DROPPED)
        .order_by(Visit.number.desc())
        .limit(1)
    )


def slot_at(session: Session, ticket: Ticket, start: datetime | None, *, now: datetime) -> Slot:
    """One of the times that may be said yes to; None means "now". Raises SlotGone."""
    rules = numbers.of(session)
    agreed = (_agreed_before(session, ticket), ticket.visit_from)
    slot = slots.chosen(
        start,
        now,
        hours_of(session.get_one(Site, ticket.site_id)),
        length_hours=rules.slot_hours,
        days_ahead=rules.slots_days_ahead,
        earliest=ticket.visit_from,
        agreed=[at for at in agreed if at is not None],
    )
    least = slots.SHORTEST if start is not None else slots.RIGHT_NOW
    return slots.in_time(slot, clocks.come_by(session, ticket, now=now), least)


def _ensure_in_time(session: Session, ticket: Ticket, start: datetime | None, *, now: datetime) -> None:
    """Of an old card, or forged: a late window nobody would propose now. Raises SlotGone."""
    if start is None or start == _agreed_before(session, ticket) or not _is_for_now(ticket, now):
        return
    come_by = clocks.come_by(session, ticket, now=now)
    if come_by and start >= come_by[0]:
        raise SlotGone


def is_countered(offer: Offer) -> bool:
    """His own price waits for the desk."""
    return offer.status is OfferStatus.COUNTERED and offer.answered_at is None


def ensure_takeable(offer: Offer) -> None:
    if offer.status is OfferStatus.LOST:
        raise OfferTaken
    if offer.status not in TAKEABLE:
        raise OfferClosed


def _ensure_not_blocked(
    session: Session, actor: Actor, engineer: int, contractor_id: int, ticket: Ticket, *, now: datetime
) -> None:
    """Said before anything else: the rules of matching would only say that he does not fit."""
    block = blocks.keeping(session, engineer, contractor_id, ticket, now=now)
    if block is None:
        return
    whom = "me" if engineer == actor.person_id else "other"
    zone = ZoneInfo(session.get_one(Person, _person(actor)).zone)
    raise CrewBlocked(
        whom="firm" if block.contractor_id is not None else whom,
        level=block.level,
        where="client" if block.client_id is not None else "all",
        until=block.ends_at.astimezone(zone).date() if block.ends_at is not None else None,
    )


def _ensure_qualified(session: Session, ticket: Ticket, contractor_id: int, slot: Slot, *, now: datetime) -> None:
    candidate, reason = matching.verdict(
        session, ticket, contractor_id, visit_at=slot.start, now=now, passing=PASSED_AT_YES
    )
    if candidate is None:
        raise NotQualified
    if reason is Exclusion.LIMIT:
        raise LimitReached(max(1, candidate.engineers) * numbers.of(session).jobs_per_engineer)
    if reason is not None:
        raise NotQualified


def _close(session: Session, offer: Offer, status: OfferStatus, **fields: object) -> None:
    """Compare-and-set: whoever comes second finds the offer closed."""
    still = (Offer.status == offer.status, Offer.answered_at.is_(None))
    if not moved(session, offer, *still, status=status, **fields):
        raise OfferTaken


def _engineer(session: Session, actor: Actor, contractor_id: int, engineer_id: int | None) -> int:
    """The one who goes: named by the owner, otherwise whoever says yes. Only people of this firm."""
    chosen = engineer_id if engineer_id is not None else _person(actor)
    if chosen != actor.person_id and contractor_id not in actor.owned_contractor_ids:
        raise NotAllowed
    works_here = session.scalar(
        select(Membership.id)
        .where(
            Membership.person_id == chosen,
            Membership.contractor_id == contractor_id,
            Membership.role.in_(CONTRACTOR_ROLES),
            Membership.ended_at.is_(None),
        )
        .limit(1)
    )
    if works_here is None:
        raise NotFound
    return chosen


def _person(actor: Actor) -> int:
    if actor.person_id is None:
        raise NotAllowed
    return actor.person_id

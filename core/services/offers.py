"""Asks contractors one by one and turns the first yes into an assignment.

A wait that ended only means that the next is asked too: the earlier offer lapses but can still be taken. The first
yes wins by compare-and-set; a partial unique index stands behind it.
"""

from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from core.domain import slots
from core.domain.actor import Actor
from core.domain.errors import LimitReached, NotAllowed, NotFound, NotQualified, OfferClosed, OfferTaken
from core.domain.matching import Candidate
from core.domain.money import line_sum
from core.domain.notice import Notice
from core.domain.offer import TAKEABLE, DeclineReason, Exclusion, OfferStatus, WaveReason
from core.domain.role import CONTRACTOR_ROLES
from core.domain.slots import Hours, Slot
from core.domain.task import TaskKind
from core.domain.ticket import Priority, TicketEvent, TicketStatus
from core.services import assignments, audit, lifecycle, matching, notices, numbers, scope, tasks
from core.services.rows import moved
from storage.models.directory import Site
from storage.models.offer import Offer, Wave, WaveCandidate
from storage.models.people import Membership, Person
from storage.models.ticket import Ticket

#: A yes does not care that the contractor has been asked, is hard to reach or was not asked at night: he is here
#: and says yes to this very hour.
PASSED_AT_YES = frozenset(
    {Exclusion.ASKED, Exclusion.REFUSED, Exclusion.UNREACHABLE, Exclusion.TOO_FAR, Exclusion.NIGHT}
)


def ask_next(session: Session, actor: Actor, ticket: Ticket, *, now: datetime) -> None:
    """Searches anew, stores what was seen, and asks the first; with nobody left the ticket is `unstaffed`."""
    night_ends = _rests_until(session, ticket, now)
    if night_ends is not None:
        ticket.search_due_at = night_ends
        return
    found = matching.search(session, ticket, now=now)
    wave = _store(session, ticket, found, now=now)
    if found.ranked:
        _send(session, actor, ticket, wave, found.ranked[0], now=now)
    else:
        _exhaust(session, ticket, actor, now=now)


def sweep(session: Session, limit: int, *, now: datetime, skip: int = 0) -> int:
    """Moves on every ticket whose wait is over. Returns how many were moved; the timetable repeats until none is.

    `skip` passes over the first ones, which have just failed.
    """
    actor = Actor.system("job:offers")
    due = session.scalars(
        select(Ticket)
        .where(Ticket.status == TicketStatus.SEARCHING, Ticket.search_due_at <= now)
        .order_by(Ticket.search_due_at, Ticket.id)
        .offset(skip)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for ticket in due:
        _lapse(session, actor, ticket, now=now)
        ask_next(session, actor, ticket, now=now)
    return len(due)


def decline(session: Session, actor: Actor, offer_id: int, reason: DeclineReason, *, now: datetime) -> None:
    """Costs nothing; the next is asked at once unless somebody else is being waited for."""
    offer = scope.find(session, scope.visible_offers(actor), Offer.id == offer_id)
    if offer.contractor_id not in actor.contractor_ids:
        raise NotAllowed
    ticket = session.get_one(Ticket, offer.ticket_id)
    if offer.status is OfferStatus.DECLINED:
        return
    _ensure_takeable(offer)
    waited_for = offer.status is OfferStatus.SENT
    _close(session, offer, OfferStatus.DECLINED, answered_at=now, answered_by=actor.person_id, decline_reason=reason)
    cause = audit.record(
        session, actor, "offer", offer.id, "decline", now=now, to_state=OfferStatus.DECLINED, data={"reason": reason}
    )
    notices.answer(session, _person(actor), Notice.CARD, ticket=ticket, cause=f"audit {cause.id}", now=now)
    if waited_for and ticket.status is TicketStatus.SEARCHING:
        ask_next(session, actor, ticket, now=now)


def accept(
    session: Session, actor: Actor, offer_id: int, start: datetime | None, engineer_id: int | None, *, now: datetime
) -> None:
    """The yes: a named person and a time. `start` is a proposed window, None means "now".

    Raises OfferTaken, OfferClosed, SlotGone, LimitReached, NotQualified. A repeated yes of the winner is harmless.
    """
    offer = scope.find(session, scope.visible_offers(actor), Offer.id == offer_id)
    if offer.contractor_id not in actor.contractor_ids:
        raise NotAllowed
    if offer.status is OfferStatus.ACCEPTED:
        return
    _ensure_takeable(offer)
    ticket = session.get_one(Ticket, offer.ticket_id)
    engineer = _engineer(session, actor, offer.contractor_id, engineer_id)
    slot = _slot(session, ticket, start, now=now)
    _ensure_qualified(session, ticket, offer.contractor_id, slot, now=now)
    if matching.is_person_blocked(session, engineer, ticket.client_id, now):
        raise NotQualified
    _close(session, offer, OfferStatus.ACCEPTED, answered_at=now, answered_by=actor.person_id)
    ticket.contractor_id = offer.contractor_id
    session.flush()
    cause = lifecycle.advance(session, ticket, TicketEvent.ASSIGN, actor, now=now, data={"offer": offer.id})
    assignments.begin(session, ticket, offer.contractor_id, engineer, slot, offer_id=offer.id, now=now)
    lose_others(session, ticket, offer.contractor_id, now=now)
    tasks.end_for_ticket(session, actor, ticket.id, {TaskKind.UNSTAFFED}, "taken", now=now)
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
        .where(Offer.ticket_id == ticket.id, Offer.status.in_(TAKEABLE), Offer.contractor_id != winner_id)
        .values(status=OfferStatus.LOST, lost_to=winner_id, answered_at=now)
    )


def close_own(session: Session, ticket: Ticket, contractor_id: int, *, now: datetime) -> None:
    """The job came by hand: the firm's own open offer is no longer a question."""
    session.execute(
        update(Offer)
        .where(Offer.ticket_id == ticket.id, Offer.status.in_(TAKEABLE), Offer.contractor_id == contractor_id)
        .values(status=OfferStatus.WITHDRAWN, answered_at=now)
    )


def withdraw_all(session: Session, ticket: Ticket, *, now: datetime) -> None:
    """Nothing is on offer any more; who was asked sees it on the card."""
    session.execute(
        update(Offer)
        .where(Offer.ticket_id == ticket.id, Offer.status.in_(TAKEABLE))
        .values(status=OfferStatus.WITHDRAWN, answered_at=now)
    )


def hours_of(site: Site) -> Hours:
    return Hours(site.zone, site.opens_min, site.closes_min)


def proposed_slots(session: Session, site: Site, *, now: datetime) -> tuple[Slot, ...]:
    rules = numbers.of(session)
    return slots.propose(
        now,
        hours_of(site),
        length_hours=rules.slot_hours,
        count=rules.slots_offered,
        days_ahead=rules.slots_days_ahead,
    )


def next_slot(session: Session, ticket: Ticket, *, now: datetime) -> Slot:
    """The first free window of the site; from now on where it has none."""
    proposed = proposed_slots(session, session.get_one(Site, ticket.site_id), now=now)
    return proposed[0] if proposed else Slot(now, now + timedelta(hours=numbers.of(session).slot_hours))


def _slot(session: Session, ticket: Ticket, start: datetime | None, *, now: datetime) -> Slot:
    rules = numbers.of(session)
    site = session.get_one(Site, ticket.site_id)
    return slots.chosen(start, now, hours_of(site), length_hours=rules.slot_hours, days_ahead=rules.slots_days_ahead)


def _rests_until(session: Session, ticket: Ticket, now: datetime) -> datetime | None:
    """At night only emergencies are offered; the rest waits for the morning of the site."""
    if ticket.priority is Priority.EMERGENCY:
        return None
    rules = numbers.of(session)
    zone = session.get_one(Site, ticket.site_id).zone
    if not slots.is_night(now, zone, from_hour=rules.night_from_hour, to_hour=rules.night_to_hour):
        return None
    return slots.night_ends(now, zone, to_hour=rules.night_to_hour)


def _store(session: Session, ticket: Ticket, found: matching.Search, *, now: datetime) -> Wave:
    last = session.scalar(select(Wave.number).where(Wave.ticket_id == ticket.id).order_by(Wave.number.desc()).limit(1))
    wave = Wave(
        ticket_id=ticket.id,
        number=(last or 0) + 1,
        job_version=ticket.job_version,
        at=now,
        reason=WaveReason.FIRST,
        size=1,
        used_pct=0,
        pay_kop=line_sum(ticket.contractor_rate_kop, ticket.quantity_milli),
        not_considered=found.not_considered,
    )
    session.add(wave)
    session.flush()
    rows = [_candidate_row(wave, c, rank=rank) for rank, c in enumerate(found.ranked, start=1)]
    rows += [_candidate_row(wave, c, exclusion=reason) for c, reason in found.excluded]
    if rows:
        session.execute(insert(WaveCandidate), rows)
    return wave


def _candidate_row(
    wave: Wave, candidate: Candidate, *, rank: int | None = None, exclusion: Exclusion | None = None
) -> dict[str, object]:
    return {
        "wave_id": wave.id,
        "contractor_id": candidate.contractor_id,
        "rank": rank,
        "exclusion": exclusion,
        "distance_m": candidate.distance_m,
        "radius_km": candidate.radius_km,
        "score": candidate.score,
        "accepted_jobs": candidate.accepted_jobs,
        "recent_jobs": candidate.recent_jobs,
    }


def _send(session: Session, actor: Actor, ticket: Ticket, wave: Wave, candidate: Candidate, *, now: datetime) -> None:
    rules = numbers.of(session)
    wait = slots.offer_wait(
        ticket.registered_at,
        timedelta(minutes=ticket.reaction_min or rules.reaction_minutes),
        now,
        share_pct=rules.offer_wait_share_pct,
        least=timedelta(minutes=rules.offer_wait_min_minutes),
        most=timedelta(minutes=rules.offer_wait_max_minutes),
    )
    offer = Offer(
        ticket_id=ticket.id,
        wave_id=wave.id,
        contractor_id=candidate.contractor_id,
        round=ticket.round,
        job_version=ticket.job_version,
        status=OfferStatus.SENT,
        pay_kop=line_sum(ticket.contractor_rate_kop, ticket.quantity_milli),
        distance_m=candidate.distance_m,
        sent_at=now,
        waits_until=now + wait,
    )
    session.add(offer)
    ticket.search_due_at = now + wait
    session.flush()
    cause = audit.record(
        session, Actor.system(actor.source), "offer", offer.id, "send", now=now, to_state=OfferStatus.SENT
    )
    notices.publish(session, Notice.OFFER_MADE, ticket, cause=cause, now=now, contractor_id=candidate.contractor_id)


def _lapse(session: Session, actor: Actor, ticket: Ticket, *, now: datetime) -> None:
    over = session.scalars(
        select(Offer).where(Offer.ticket_id == ticket.id, Offer.status == OfferStatus.SENT, Offer.waits_until <= now)
    ).all()
    for offer in over:
        _close(session, offer, OfferStatus.LAPSED)
        cause = audit.record(
            session,
            actor,
            "offer",
            offer.id,
            "lapse",
            now=now,
            from_state=OfferStatus.SENT,
            to_state=OfferStatus.LAPSED,
        )
        # Their cards say until when they are waited for, and that is over.
        for person in notices.contractor_people(session, [offer.contractor_id]):
            notices.answer(session, person.id, Notice.CARD, ticket=ticket, cause=f"audit {cause.id}", now=now)


def _exhaust(session: Session, ticket: Ticket, actor: Actor, *, now: datetime) -> None:
    cause = lifecycle.advance(session, ticket, TicketEvent.EXHAUST, Actor.system(actor.source), now=now)
    tasks.open(session, TaskKind.UNSTAFFED, cause=f"audit {cause.id}", ticket_id=ticket.id, now=now)
    notices.publish(session, Notice.NOBODY, ticket, cause=cause, now=now)


def _ensure_takeable(offer: Offer) -> None:
    if offer.status is OfferStatus.LOST:
        raise OfferTaken
    if offer.status not in TAKEABLE:
        raise OfferClosed


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
    if not moved(session, offer, Offer.status == offer.status, status=status, **fields):
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

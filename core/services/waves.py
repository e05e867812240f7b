"""Asks contractors in waves that grow as the reaction clock burns, and hands over to a person when nobody is left.

A wait that ended only means that others are asked too: the earlier offers lapse but can still be taken. What is on
offer is frozen: a raise or another time withdraws the offers and makes new ones.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from core.domain import rest, wave
from core.domain.actor import Actor
from core.domain.clock import Reading
from core.domain.matching import Candidate
from core.domain.money import line_sum
from core.domain.notice import Notice
from core.domain.offer import Exclusion, OfferStatus, WaveReason
from core.domain.task import TaskKind
from core.domain.ticket import Priority, TicketEvent, TicketStatus
from core.services import (
    audit,
    clocks,
    counters,
    duty,
    lifecycle,
    matching,
    notices,
    numbers,
    open_offers,
    refusals,
    tasks,
)
from core.services.matching import Search
from storage.models.directory import Site
from storage.models.offer import Offer, Wave, WaveCandidate
from storage.models.ticket import Ticket

#: Where a person has just changed the job, policy adds nothing in the same stroke.
_BY_MACHINE = frozenset({WaveReason.FIRST, WaveReason.SILENCE, WaveReason.DECLINED})


def begin_again(session: Session, actor: Actor, ticket: Ticket, reason: WaveReason, *, now: datetime) -> None:
    """A new search of a ticket that is `searching`: waves start small again, as the clock allows."""
    ticket.wave_size = 0
    ask_next(session, actor, ticket, now=now, reason=reason)


def ask_next(
    session: Session,
    actor: Actor,
    ticket: Ticket,
    *,
    now: datetime,
    reason: WaveReason = WaveReason.FIRST,
    again: frozenset[int] = frozenset(),
) -> None:
    """Stores the field as it looks now and asks the next wave; with nobody left the ticket is `unstaffed`.

    `again` are firms whose offers a new version has just withdrawn: they get the new one beside the wave.
    """
    clock = clocks.of_search(session, ticket, now=now)
    morning = _rests_until(session, ticket, now)
    if morning is not None:
        ticket.search_due_at = morning
        return
    reading = clocks.reading(session, clock, now=now)
    if wave.is_last(reading, last=ticket.wave_size, rules=numbers.of(session)):
        _exhaust(session, ticket, actor, now=now)
        return
    if reason in _BY_MACHINE and _raises_by_policy(session, ticket, reading, now=now):
        reason, again = WaveReason.RAISED, again | new_version(session, ticket, now=now)
    _ask(session, actor, ticket, reading, reason, again, now=now)


def new_version(session: Session, ticket: Ticket, *, now: datetime) -> frozenset[int]:
    """What is offered has changed: open offers are withdrawn. Returns the firms that had them."""
    held = session.scalars(
        update(Offer)
        .where(Offer.ticket_id == ticket.id, open_offers.are_open())
        .values(status=OfferStatus.WITHDRAWN, answered_at=now)
        .returning(Offer.contractor_id)
        .execution_options(synchronize_session=False)
    ).all()
    session.expire_all()
    tasks.end_for_ticket(session, Actor.system("new version"), ticket.id, {TaskKind.COUNTER}, "withdrawn", now=now)
    ticket.job_version += 1
    session.flush()
    return frozenset(held)


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
        ask_next(session, actor, ticket, now=now, reason=WaveReason.SILENCE)
    return len(due)


def is_waited_for(session: Session, ticket: Ticket) -> bool:
    """Somebody asked in the last wave may still answer in time."""
    open_ = select(Offer.id).where(Offer.ticket_id == ticket.id, Offer.status == OfferStatus.SENT)
    return session.scalar(open_.limit(1)) is not None


def _ask(
    session: Session,
    actor: Actor,
    ticket: Ticket,
    reading: Reading,
    reason: WaveReason,
    again: frozenset[int],
    *,
    now: datetime,
) -> None:
    rules = numbers.of(session)
    is_emergency = ticket.priority is Priority.EMERGENCY
    size = wave.size(reading, is_emergency=is_emergency, last=ticket.wave_size, rules=rules)
    found = matching.search(session, ticket, now=now, reason=reason, again=again)
    fresh = [one for one in found.ranked if one.contractor_id not in again]
    asked = [one for one in found.ranked if one.contractor_id in again] + fresh[:size]
    row = _store(session, ticket, found, reading, reason, size, asked, now=now)
    _tell_the_withdrawn(session, ticket, again - {one.contractor_id for one in asked}, cause=f"wave {row.id}", now=now)
    if not asked:
        _nobody(session, actor, ticket, found, reading, now=now)
        return
    ticket.wave_size = size
    ticket.search_due_at = now + wave.wait(reading, rules)
    counters.outside(session, counters.BLOCK)  # nobody is asked beside a block that begins in this moment
    for candidate in asked:
        _send(session, actor, ticket, row, candidate, now=now)


def _nobody(session: Session, actor: Actor, ticket: Ticket, found: Search, reading: Reading, *, now: datetime) -> None:
    """Those who sleep may be asked in the morning; an emergency cannot wait for it.

    Those at work may be free by the next look, until the clock has burnt so far that a person must see to it. While
    somebody asked before still has time to answer, nobody is called. He who wanted more gets policy's next raise
    sooner than the clock would bring it, and while it has hardly burnt the silent may still say yes.
    """
    morning, rules = _morning(session, ticket, now), numbers.of(session)
    reasons = {why for _, why in found.excluded}
    if Exclusion.NIGHT in reasons and morning is not None and ticket.priority is not Priority.EMERGENCY:
        ticket.search_due_at = morning
    elif Exclusion.ON_SITE in reasons and reading.used_pct < rules.third_wave_pct:
        ticket.search_due_at = now + wave.wait(reading, rules)
    elif (waits := _waits_until(session, ticket, now=now)) is not None:
        ticket.search_due_at = waits
    elif refusals.want_more(session, ticket) and _raises_by_policy(session, ticket, reading, sooner=1, now=now):
        _ask(session, actor, ticket, reading, WaveReason.RAISED, new_version(session, ticket, now=now), now=now)
    elif (until := _rests_for_the_silent(session, ticket, reading, now=now)) is not None:
        ticket.search_due_at = until
    else:
        _exhaust(session, ticket, actor, now=now)


def _rests_for_the_silent(session: Session, ticket: Ticket, reading: Reading, *, now: datetime) -> datetime | None:
    """Somebody who did not answer in time may still say yes: until waves would grow nobody is called for it."""
    pct = numbers.of(session).second_wave_pct
    if ticket.priority is Priority.EMERGENCY or reading.used_pct >= pct or not open_offers.has_silent(session, ticket):
        return None
    return clocks.reaches(session, clocks.of_search(session, ticket, now=now), pct)


def _waits_until(session: Session, ticket: Ticket, *, now: datetime) -> datetime | None:
    """When the first of the waits that still run ends."""
    still = (Offer.ticket_id == ticket.id, Offer.status == OfferStatus.SENT, Offer.waits_until > now)
    return session.scalar(select(func.min(Offer.waits_until)).where(*still))


def _rests_until(session: Session, ticket: Ticket, now: datetime) -> datetime | None:
    """At night emergencies and round-the-clock plans are offered; the rest waits for the morning of the site."""
    if ticket.priority is Priority.EMERGENCY or clocks.runs_round_the_clock(session, ticket, now=now):
        return None
    return _morning(session, ticket, now)


def _morning(session: Session, ticket: Ticket, now: datetime) -> datetime | None:
    """The end of the night at the site; None by day."""
    rules = numbers.of(session)
    zone = session.get_one(Site, ticket.site_id).zone
    return rest.ends(now, zone, rules.night_from_hour, rules.night_to_hour)


def _raises_by_policy(session: Session, ticket: Ticket, reading: Reading, *, now: datetime, sooner: int = 0) -> bool:
    """Each step once; one that would go below the margin floor is left to the desk. True if the rate went up."""
    rules = numbers.of(session)
    before = ticket.contractor_rate_kop
    due = max(wave.raises_due(reading, rules), min(ticket.raises + sooner, wave.RAISES))
    while ticket.raises < due:
        ticket.raises += 1
        rate = wave.raised(ticket.first_rate_kop, ticket.contractor_rate_kop, rules.raise_step_pct)
        fits = wave.margin_pct(ticket.client_price_kop, rate) >= rules.margin_floor_pct
        if fits:
            ticket.contractor_rate_kop = rate
        audit.record(
            session,
            Actor.system("policy"),
            "ticket",
            ticket.id,
            "raise" if fits else "no_raise",
            now=now,
            data={"rate_kop": ticket.contractor_rate_kop, "used_pct": reading.used_pct},
        )
    return ticket.contractor_rate_kop != before


def _store(
    session: Session,
    ticket: Ticket,
    found: Search,
    reading: Reading,
    reason: WaveReason,
    size: int,
    asked: list[Candidate],
    *,
    now: datetime,
) -> Wave:
    last = session.scalar(select(Wave.number).where(Wave.ticket_id == ticket.id).order_by(Wave.number.desc()).limit(1))
    row = Wave(
        ticket_id=ticket.id,
        number=(last or 0) + 1,
        job_version=ticket.job_version,
        at=now,
        reason=reason,
        size=size,
        used_pct=reading.used_pct,
        pay_kop=line_sum(ticket.contractor_rate_kop, ticket.quantity_milli),
        band_km=numbers.of(session).score_band_km,
        not_considered=found.not_considered,
    )
    session.add(row)
    session.flush()
    ids = {one.contractor_id for one in asked}
    rows = [_candidate_row(row, one, rank=n, asked=ids, found=found) for n, one in enumerate(found.ranked, start=1)]
    rows += [_candidate_row(row, one, exclusion=why, asked=ids, found=found) for one, why in found.excluded]
    if rows:
        session.execute(insert(WaveCandidate), rows)
    return row


def _candidate_row(
    row: Wave,
    candidate: Candidate,
    *,
    asked: set[int],
    found: Search,
    rank: int | None = None,
    exclusion: Exclusion | None = None,
) -> dict[str, object]:
    return {
        "wave_id": row.id,
        "contractor_id": candidate.contractor_id,
        "rank": rank,
        "exclusion": exclusion,
        "is_answered": candidate.contractor_id in found.answered,
        "is_asked": candidate.contractor_id in asked,
        "distance_m": candidate.distance_m,
        "radius_km": candidate.radius_km,
        "score": candidate.score,
        "accepted_jobs": candidate.accepted_jobs,
        "recent_jobs": candidate.recent_jobs,
    }


def _send(session: Session, actor: Actor, ticket: Ticket, row: Wave, candidate: Candidate, *, now: datetime) -> None:
    offer = Offer(
        ticket_id=ticket.id,
        wave_id=row.id,
        contractor_id=candidate.contractor_id,
        round=ticket.round,
        job_version=ticket.job_version,
        status=OfferStatus.SENT,
        pay_kop=row.pay_kop,
        distance_m=candidate.distance_m,
        sent_at=now,
        waits_until=ticket.search_due_at or now,
    )
    session.add(offer)
    session.flush()
    firm = candidate.contractor_id
    people = duty.on_duty(session, firm, ticket, now=now)
    system, rung = Actor.system(actor.source), {"people": people}
    cause = audit.record(session, system, "offer", offer.id, "send", now=now, to_state=OfferStatus.SENT, data=rung)
    notices.publish(
        session,
        Notice.OFFER_MADE,
        ticket,
        cause=cause,
        now=now,
        data={"reason": row.reason},
        contractor_id=firm,
        people=frozenset(people),
    )


def _tell_the_withdrawn(session: Session, ticket: Ticket, firms: Iterable[int], *, cause: str, now: datetime) -> None:
    """Their offer is gone and no new one came: the card says so."""
    for person in notices.contractor_people(session, firms):
        notices.answer(session, person.id, Notice.CARD, ticket=ticket, cause=cause, now=now)


def _lapse(session: Session, actor: Actor, ticket: Ticket, *, now: datetime) -> None:
    over = session.scalars(
        select(Offer).where(Offer.ticket_id == ticket.id, Offer.status == OfferStatus.SENT, Offer.waits_until <= now)
    ).all()
    for offer in over:
        offer.status, offer.lapsed_at = OfferStatus.LAPSED, now
        sent, lapsed = OfferStatus.SENT, OfferStatus.LAPSED
        cause = audit.record(session, actor, "offer", offer.id, "lapse", now=now, from_state=sent, to_state=lapsed)
        # Their cards say until when they are waited for, and that is over.
        for person in notices.contractor_people(session, [offer.contractor_id]):
            notices.answer(session, person.id, Notice.CARD, ticket=ticket, cause=f"audit {cause.id}", now=now)


def _exhaust(session: Session, ticket: Ticket, actor: Actor, *, now: datetime) -> None:
    cause = lifecycle.advance(session, ticket, TicketEvent.EXHAUST, Actor.system(actor.source), now=now)
    # One task says what is to be done: that its time burns too is on the card.
    burning = {TaskKind.REACTION, TaskKind.DEADLINE}
    tasks.end_for_ticket(session, actor, ticket.id, burning, "unstaffed", now=now)
    tasks.open(session, TaskKind.UNSTAFFED, cause=f"audit {cause.id}", ticket_id=ticket.id, now=now)
    notices.publish(session, Notice.NOBODY, ticket, cause=cause, now=now)

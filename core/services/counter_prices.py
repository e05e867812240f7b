"""A contractor answers an offer with his own price; the desk sees what would be left and says yes or no to it.

A yes is an assignment at that price, made by the desk; a no, or no answer in time, leaves him the first price. The
next are asked meanwhile as after a refusal: a price is no yes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain import wave
from core.domain.actor import Actor
from core.domain.errors import (
    Changed,
    ContractorFull,
    CounterExpired,
    CounterGiven,
    NotAllowed,
    NotFound,
    NotQualified,
    PriceInvalid,
)
from core.domain.money import line_sum, rate_for
from core.domain.notice import Delivery, Notice
from core.domain.offer import Exclusion, OfferStatus, WaveReason
from core.domain.role import CONTRACTOR_ROLES
from core.domain.slots import Slot
from core.domain.task import TaskKind
from core.domain.ticket import TicketEvent, TicketStatus
from core.services import (
    assignments,
    audit,
    blocks,
    clocks,
    lifecycle,
    matching,
    notices,
    numbers,
    offers,
    open_offers,
    scope,
    searches,
    staffing,
    tasks,
    waves,
)
from core.services.rows import moved
from storage.models.contractor import Contractor
from storage.models.desk import Audit
from storage.models.offer import Offer, WaveCandidate
from storage.models.people import Membership, Person
from storage.models.ticket import Ticket

#: A price of so many times what is offered, and more than this, is a slip of the finger.
MOST_TIMES = 10
MOST_ANYWAY_KOP = 10_000_000


@dataclass(frozen=True, slots=True)
class CounterLine:
    """A price that waits for the desk. `left_kop` and `left_pct` are what would be left of the client's price."""

    offer_id: int
    contractor: str
    offered_kop: int
    asked_kop: int
    left_kop: int
    left_pct: int
    floor_pct: int
    distance_m: int
    score: int
    until: datetime
    #: Below the floor a manager decides.
    may_agree: bool


def name_price(session: Session, actor: Actor, offer_id: int, price_kop: int, *, now: datetime) -> None:
    """Costs nothing; the next are asked at once unless somebody else is being waited for.

    Raises PriceInvalid, CounterGiven, OfferTaken, OfferClosed.
    """
    offer = scope.find(session, scope.visible_offers(actor), Offer.id == offer_id)
    if offer.contractor_id not in actor.contractor_ids or actor.person_id is None:
        raise NotAllowed
    if has_countered(session, offer):
        raise CounterGiven
    offers.ensure_takeable(offer)
    _ensure_sane(offer, price_kop)
    ticket = session.get_one(Ticket, offer.ticket_id)
    before = offer.status
    until = _until(session, ticket, now=now)
    named = {"counter_kop": price_kop, "counter_until": until, "answered_by": actor.person_id}
    if not moved(session, offer, Offer.status == before, status=OfferStatus.COUNTERED, **named):
        raise Changed
    _tell_the_desk(session, actor, offer, ticket, before, now=now)
    waited_for = before is OfferStatus.SENT and not waves.is_waited_for(session, ticket)
    if waited_for and ticket.status is TicketStatus.SEARCHING:
        waves.ask_next(session, actor, ticket, now=now, reason=WaveReason.DECLINED)


def decide(session: Session, actor: Actor, offer_id: int, yes: bool, *, now: datetime) -> None:
    """By the desk. A repeated tap is harmless.

    Raises CounterExpired, BelowFloor (for a dispatcher), ContractorFull, NotQualified, Changed.
    """
    if not actor.is_desk:
        raise NotFound
    offer = scope.find(session, scope.visible_offers(actor), Offer.id == offer_id)
    if _was_decided(offer, yes):
        return
    if offer.counter_kop is None or offer.counter_until is None or not offers.is_countered(offer):
        raise Changed
    ticket = session.get_one(Ticket, offer.ticket_id)
    if not yes:
        _give_back(session, actor, offer, ticket, "refuse", now=now)
    elif offer.counter_until <= now:
        raise CounterExpired
    else:
        _agree(session, actor, offer, ticket, offer.counter_kop, now=now)


def call_off(session: Session, actor: Actor, offer_id: int, *, now: datetime) -> None:
    """Taken back before the desk has answered: the first price is his again. Raises NotAllowed, Changed."""
    offer = scope.find(session, scope.visible_offers(actor), Offer.id == offer_id)
    if offer.contractor_id not in actor.contractor_ids or actor.person_id is None:
        raise NotAllowed
    cause = _lapse(session, actor, offer, "call_off", now=now)
    ticket = session.get_one(Ticket, offer.ticket_id)
    notices.reply(session, actor, Notice.CARD, ticket=ticket, cause=f"audit {cause.id}", now=now)


def sweep(session: Session, limit: int, *, now: datetime, skip: int = 0) -> int:
    """Prices the desk has not answered in time: who named one may still take the job at the first price."""
    actor = Actor.system("job:counter prices")
    over = session.scalars(
        select(Offer)
        .where(open_offers.are_countered(), Offer.counter_until <= now)
        .order_by(Offer.counter_until, Offer.id)
        .offset(skip)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for offer in over:
        _give_back(session, actor, offer, session.get_one(Ticket, offer.ticket_id), "expire", now=now)
    return len(over)


def has_countered(session: Session, offer: Offer) -> bool:
    """One price for each version of a job, also when the search began anew."""
    given = select(Offer.id).where(
        Offer.ticket_id == offer.ticket_id,
        Offer.contractor_id == offer.contractor_id,
        Offer.job_version == offer.job_version,
        Offer.counter_kop.is_not(None),
    )
    return session.scalar(given.limit(1)) is not None


def of_ticket(session: Session, ticket: Ticket, *, may_pass_floor: bool) -> tuple[CounterLine, ...]:
    """What waits for the desk's answer, the cheapest first."""
    rows = session.execute(
        select(Offer, Contractor.name, WaveCandidate.score)
        .join(Contractor, Contractor.id == Offer.contractor_id)
        .join(
            WaveCandidate,
            (WaveCandidate.wave_id == Offer.wave_id) & (WaveCandidate.contractor_id == Offer.contractor_id),
        )
        .where(Offer.ticket_id == ticket.id, open_offers.are_countered())
        .order_by(Offer.counter_kop, Offer.id)
    )
    floor = numbers.of(session).margin_floor_pct
    price = line_sum(ticket.client_price_kop, ticket.quantity_milli)
    lines = []
    for offer, contractor, score in rows:
        asked = offer.counter_kop or 0
        left = wave.margin_pct(ticket.client_price_kop, rate_for(asked, ticket.quantity_milli))
        lines.append(
            CounterLine(
                offer_id=offer.id,
                contractor=contractor,
                offered_kop=offer.pay_kop,
                asked_kop=asked,
                left_kop=price - asked,
                left_pct=left,
                floor_pct=floor,
                distance_m=offer.distance_m,
                score=score,
                until=offer.counter_until or offer.sent_at,
                may_agree=left >= floor or may_pass_floor,
            )
        )
    return tuple(lines)


def _ensure_sane(offer: Offer, price_kop: int) -> None:
    most = max(offer.pay_kop * MOST_TIMES, MOST_ANYWAY_KOP)
    if not offer.pay_kop < price_kop <= most:
        raise PriceInvalid(offer.pay_kop // 100, most // 100)


def _tell_the_desk(
    session: Session, actor: Actor, offer: Offer, ticket: Ticket, before: OfferStatus, *, now: datetime
) -> None:
    cause = audit.record(
        session,
        actor,
        "offer",
        offer.id,
        "counter",
        now=now,
        from_state=before,
        to_state=OfferStatus.COUNTERED,
        data={"price_kop": offer.counter_kop},
    )
    tasks.open(session, TaskKind.COUNTER, cause=f"offer {offer.id}", ticket_id=ticket.id, now=now)
    firm, loud = offer.contractor_id, Delivery.NEW
    notices.publish(session, Notice.COUNTERED, ticket, cause=cause, now=now, contractor_id=firm, answer_with=loud)


def _until(session: Session, ticket: Ticket, *, now: datetime) -> datetime:
    """A price does not outlive the promise to the client, but the desk always has the least wait to answer."""
    rules = numbers.of(session)
    until = now + timedelta(minutes=rules.counter_minutes)
    due = clocks.of_search(session, ticket, now=now).due_at
    least = now + timedelta(minutes=rules.offer_wait_min_minutes)
    return until if due is None else max(min(until, due), min(until, least))


def _was_decided(offer: Offer, yes: bool) -> bool:
    """The same answer was given before: by a first tap, or by a colleague."""
    if yes:
        return offer.status is OfferStatus.COUNTERED and offer.answered_at is not None
    return offer.status is OfferStatus.LAPSED and offer.counter_kop is not None


def _agree(session: Session, actor: Actor, offer: Offer, ticket: Ticket, price_kop: int, *, now: datetime) -> None:
    if ticket.status not in searches.SEARCHES:
        raise Changed
    slot = _slot(session, ticket, offer.contractor_id, now=now)
    rate = rate_for(price_kop, ticket.quantity_milli)
    searches.ensure_margin(session, actor, ticket, rate)
    goes = _who_goes(session, offer, ticket, slot, now=now)
    if not moved(session, offer, open_offers.are_countered(), answered_at=now):
        raise Changed
    # A job at another rate is another version; who was asked at the old one loses it with this move.
    cause = lifecycle.advance(
        session,
        ticket,
        TicketEvent.ASSIGN,
        actor,
        now=now,
        contractor_id=offer.contractor_id,
        contractor_rate_kop=rate,
        job_version=ticket.job_version + 1,
        data={"counter": offer.id, "pay_kop": line_sum(rate, ticket.quantity_milli)},
    )
    assignments.begin(session, ticket, offer.contractor_id, goes, slot, now=now)
    if goes is None:
        tasks.open(session, TaskKind.NO_CREW, cause=f"audit {cause.id}", ticket_id=ticket.id, now=now)
    offers.lose_others(session, ticket, offer.contractor_id, now=now)
    tasks.end_for_ticket(session, actor, ticket.id, tasks.OF_SEARCH, "agreed", now=now)
    notices.publish(session, Notice.OFFER_TAKEN, ticket, cause=cause, now=now, data={"counter": offer.id})


def _slot(session: Session, ticket: Ticket, contractor_id: int, *, now: datetime) -> Slot:
    """When he would come, if the rules still let him: he may move it later."""
    slot = offers.next_slot(session, ticket, now=now)
    candidate, reason = matching.verdict(
        session, ticket, contractor_id, visit_at=slot.start, now=now, passing=offers.PASSED_AT_YES
    )
    if candidate is not None and reason is Exclusion.LIMIT:
        raise ContractorFull(max(1, candidate.engineers) * numbers.of(session).jobs_per_engineer)
    if candidate is None or reason is not None:
        raise NotQualified
    return slot


def _who_goes(session: Session, offer: Offer, ticket: Ticket, slot: Slot, *, now: datetime) -> int | None:
    """Whoever named the price, if he still works for the firm and is not shut out himself."""
    named = session.scalar(
        select(Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Person.id == offer.answered_by,
            Person.telegram_id.is_not(None),
            Membership.contractor_id == offer.contractor_id,
            Membership.role.in_(CONTRACTOR_ROLES),
            Membership.ended_at.is_(None),
        )
        .limit(1)
    )
    if named is not None and not blocks.keeps_person_away(session, named, ticket, now=now):
        return named
    return staffing.who_goes(session, offer.contractor_id, slot.start, ticket, now=now)


def _give_back(session: Session, actor: Actor, offer: Offer, ticket: Ticket, event: str, *, now: datetime) -> None:
    """The desk does not agree, or has not answered in time: whoever was asked is told."""
    people = _rung(session, offer)
    cause = _lapse(session, actor, offer, event, people, now=now)
    notices.publish(
        session,
        Notice.COUNTER_DECIDED,
        ticket,
        cause=cause,
        now=now,
        contractor_id=offer.contractor_id,
        people=people,
        data={"event": event},
    )


def _lapse(
    session: Session, actor: Actor, offer: Offer, event: str, people: frozenset[int] | None = None, *, now: datetime
) -> Audit:
    """Nobody waits for him any more, and he can still say yes to the first price.

    `answered_by` stays: he did answer, which tells him from those who are silent.
    """
    waited = min(offer.waits_until, now)
    if not moved(session, offer, open_offers.are_countered(), status=OfferStatus.LAPSED, waits_until=waited):
        raise Changed
    tasks.end_for_cause(session, actor, TaskKind.COUNTER, f"offer {offer.id}", event, now=now)
    return audit.record(
        session,
        actor,
        "offer",
        offer.id,
        event,
        now=now,
        from_state=OfferStatus.COUNTERED,
        to_state=OfferStatus.LAPSED,
        data={} if people is None else {"people": sorted(people)},
    )


def _rung(session: Session, offer: Offer) -> frozenset[int] | None:
    """Whom the offer rang, and whoever named the price; None: everybody of the firm."""
    sent = select(Audit.data).where(Audit.entity == "offer", Audit.entity_id == offer.id, Audit.event == "send")
    people = (session.scalar(sent.limit(1)) or {}).get("people")
    return None if people is None else frozenset(people) | {offer.answered_by or 0}

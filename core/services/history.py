"""`/why`: what happened to a ticket and by which rule, and why these contractors were asked and not those.

Read from the audit and from the stored waves, never computed again: it stays true after radius or skills changed.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.offer import DeclineReason, Exclusion, OfferStatus, WaveReason
from core.domain.role import Role
from core.services import clock_lines, hold_evidence, objections, promise_ends, scope
from core.services.objections import Pause
from core.services.promise_ends import PromiseEnd
from storage.models.clock import Breach, Clock
from storage.models.contractor import Contractor
from storage.models.desk import Audit
from storage.models.directory import Site
from storage.models.offer import Offer, Wave, WaveCandidate
from storage.models.people import Person
from storage.models.ticket import Assignment, Ticket
from storage.models.visit import Visit

#: Steps of a visit that are told beside the moves of its ticket.
OF_VISITS = frozenset(
    {
        "move",
        "replan",
        "ask",
        "confirm",
        "silent",
        "where",
        "eta",
        "here",
        "came",
        "not_come",
        "name",
        "unreachable",
        "beyond_document",
    }
)

#: What a step says of a contractor's pay, or once said in words of a pause: for the desk alone.
_OF_DESK = frozenset({"counter", "pay_kop", "price_kop", "rate_kop", "answer"})


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the history. `who` is a name and `firm` whom an offer went to, for the desk only."""

    at: datetime
    event: str
    entity: str
    role: Role
    who: str
    from_state: str
    to_state: str
    firm: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    contractor: str
    distance_m: int
    score: int
    accepted_jobs: int
    recent_jobs: int
    status: OfferStatus | None
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a contractor stood in the wave that asked him, and what put him there."""

    reason: WaveReason
    #: Asked again because this version answers what he refused the last one for.
    is_answered: bool
    pay_kop: int
    rank: int
    ranked: int
    distance_m: int
    band_km: int
    score: int
    accepted_jobs: int
    recent_jobs: int


@dataclass(frozen=True, slots=True)
class History:
    ticket_id: int
    number: str
    zone: str
    read_at: datetime
    steps: tuple[Step, ...]
    #: The last wave in its order, with what each answered; empty for all but the desk.
    asked: tuple[Asked, ...]
    excluded: tuple[tuple[Exclusion, int], ...]
    not_considered: int
    #: How many waves there were, for the desk: each can be looked at by itself.
    waves: int
    #: For a contractor.
    place: Place | None
    pauses: tuple[Pause, ...] = ()
    promises: tuple[PromiseEnd, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusals:
    """Why nobody took it: what those asked said, and which rule kept the others from being asked."""

    declined: tuple[tuple[DeclineReason, int], ...]
    silent: int
    excluded: tuple[tuple[Exclusion, int], ...]


def refusals(session: Session, ticket: Ticket) -> Refusals:
    rows = session.execute(
        select(Offer.status, Offer.decline_reason).where(Offer.ticket_id == ticket.id, Offer.round == ticket.round)
    ).all()
    said = Counter(reason for _, reason in rows if reason is not None)
    silent = sum(status is OfferStatus.LAPSED for status, _ in rows)
    excluded = tuple(
        (reason, count)
        for reason, count in _field(session, ticket)[1]
        if reason not in (Exclusion.ASKED, Exclusion.REFUSED)
    )
    return Refusals(tuple((reason, said[reason]) for reason in DeclineReason if said[reason]), silent, excluded)


def why(session: Session, actor: Actor, ticket_id: int, *, now: datetime) -> History:
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    steps = _steps(session, actor, ticket)
    asked, excluded, not_considered = _field(session, ticket) if actor.is_operator else ((), (), 0)
    asked_often = session.scalar(select(func.count()).select_from(Wave).where(Wave.ticket_id == ticket.id)) or 0
    return History(
        ticket_id=ticket.id,
        number=ticket.number,
        zone=session.get_one(Site, ticket.site_id).zone,
        read_at=now,
        steps=steps,
        asked=asked,
        excluded=excluded,
        not_considered=not_considered,
        waves=asked_often if actor.is_operator else 0,
        place=_own_place(session, actor, ticket),
        pauses=objections.of_ticket(session, actor, ticket, now=now),
        promises=_promises(session, actor, ticket, now),
    )


def _promises(session: Session, actor: Actor, ticket: Ticket, now: datetime) -> tuple[PromiseEnd, ...]:
    """A firm that was only asked learns nothing of what became of them."""
    if not hold_evidence.may_see(session, actor, ticket):
        return ()
    return promise_ends.of_ticket(session, ticket, clock_lines.seen_by(session, actor, ticket), now=now)


def _steps(session: Session, actor: Actor, ticket: Ticket) -> tuple[Step, ...]:
    of_ticket = and_(Audit.entity == "ticket", Audit.entity_id == ticket.id)
    mine = select(Offer.id).where(Offer.ticket_id == ticket.id)
    if not actor.is_operator:
        mine = mine.where(Offer.contractor_id.in_(actor.contractor_ids))
    of_offers = and_(Audit.entity == "offer", Audit.entity_id.in_(mine))
    of_visits = and_(Audit.entity == "visit", Audit.event.in_(OF_VISITS), Audit.entity_id.in_(_visits(actor, ticket)))
    rows = session.execute(
        select(Audit, Person.name, Contractor.name)
        .outerjoin(Person, Person.id == Audit.actor_id)
        .outerjoin(Offer, and_(Audit.entity == "offer", Offer.id == Audit.entity_id))
        .outerjoin(Contractor, Contractor.id == Offer.contractor_id)
        .where(or_(of_ticket, of_offers, of_visits, _of_clocks(actor, ticket)))
        .order_by(Audit.id)
    )
    return tuple(
        Step(
            row.at,
            row.event,
            row.entity,
            row.actor_role,
            name if name and (actor.is_operator or row.actor_id == actor.person_id) else "",
            row.from_state,
            row.to_state,
            (firm or "") if actor.is_operator else "",
            row.data if actor.is_operator else {key: row.data[key] for key in row.data.keys() - _OF_DESK},
        )
        for row, name, firm in rows
    )


def _of_clocks(actor: Actor, ticket: Ticket) -> ColumnElement[bool]:
    """Warnings are of the desk; that a promise was broken, and whose it was, everybody may know whom it concerns."""
    told = frozenset({"breach", "annul", "shift"}) | (frozenset({"warn"}) if actor.is_operator else frozenset())
    clocks = select(Clock.id).where(Clock.ticket_id == ticket.id)
    if not actor.is_operator and actor.contractor_ids:
        own = Breach.contractor_id.in_(actor.contractor_ids)
        clocks = clocks.join(Breach, Breach.clock_id == Clock.id).where(own)
    return and_(Audit.entity == "clock", Audit.event.in_(told), Audit.entity_id.in_(clocks))


def _visits(actor: Actor, ticket: Ticket) -> Select[int]:
    """A contractor sees the visits of the own firm only."""
    visits = select(Visit.id).where(Visit.ticket_id == ticket.id)
    if actor.is_operator or not actor.contractor_ids:
        return visits
    own = Assignment.contractor_id.in_(actor.contractor_ids)
    return visits.join(Assignment, Assignment.id == Visit.assignment_id).where(own)


def _field(session: Session, ticket: Ticket) -> tuple[tuple[Asked, ...], tuple[tuple[Exclusion, int], ...], int]:
    wave = session.scalars(
        select(Wave).where(Wave.ticket_id == ticket.id).order_by(Wave.number.desc()).limit(1)
    ).one_or_none()
    if wave is None:
        return (), (), 0
    counts = Counter(
        session.scalars(
            select(WaveCandidate.exclusion).where(
                WaveCandidate.wave_id == wave.id, WaveCandidate.exclusion.is_not(None)
            )
        )
    )
    excluded = tuple((reason, counts[reason]) for reason in Exclusion if counts[reason])
    return _asked(session, ticket, wave), excluded, wave.not_considered


def _asked(session: Session, ticket: Ticket, wave: Wave) -> tuple[Asked, ...]:
    """Who was asked so far in the order of asking, then who comes next."""
    sent = session.execute(
        select(Offer, WaveCandidate, Contractor.name)
        .join(Contractor, Contractor.id == Offer.contractor_id)
        .join(
            WaveCandidate,
            and_(WaveCandidate.wave_id == Offer.wave_id, WaveCandidate.contractor_id == Offer.contractor_id),
        )
        .where(Offer.ticket_id == ticket.id)
        .order_by(Offer.id)
    ).all()
    known = {offer.contractor_id for offer, _, _ in sent}
    waiting = session.execute(
        select(WaveCandidate, Contractor.name)
        .join(Contractor, Contractor.id == WaveCandidate.contractor_id)
        .where(WaveCandidate.wave_id == wave.id, WaveCandidate.rank.is_not(None))
        .order_by(WaveCandidate.rank)
        .limit(10)
    )
    rows = [_line(candidate, name, offer) for offer, candidate, name in sent]
    rows += [_line(candidate, name, None) for candidate, name in waiting if candidate.contractor_id not in known]
    return tuple(rows)


def _line(candidate: WaveCandidate, name: str, offer: Offer | None) -> Asked:
    return Asked(
        name,
        candidate.distance_m,
        candidate.score,
        candidate.accepted_jobs,
        candidate.recent_jobs,
        offer.status if offer else None,
        offer.sent_at if offer else None,
    )


def _own_place(session: Session, actor: Actor, ticket: Ticket) -> Place | None:
    found = session.execute(
        select(WaveCandidate, Wave)
        .join(Offer, and_(Offer.wave_id == WaveCandidate.wave_id, Offer.contractor_id == WaveCandidate.contractor_id))
        .join(Wave, Wave.id == WaveCandidate.wave_id)
        .where(Offer.ticket_id == ticket.id, Offer.contractor_id.in_(actor.contractor_ids))
        .order_by(Offer.id.desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        return None
    row, wave = found
    return Place(
        reason=wave.reason,
        is_answered=row.is_answered,
        pay_kop=wave.pay_kop,
        rank=row.rank or 1,
        ranked=ranked_in(session, [wave.id])[wave.id],
        distance_m=row.distance_m,
        band_km=wave.band_km,
        score=row.score,
        accepted_jobs=row.accepted_jobs,
        recent_jobs=row.recent_jobs,
    )


def ranked_in(session: Session, wave_ids: Iterable[int]) -> Counter[int]:
    """How many could have been asked in each of these waves."""
    rows = session.execute(
        select(WaveCandidate.wave_id, func.count())
        .where(WaveCandidate.wave_id.in_(list(wave_ids)), WaveCandidate.rank.is_not(None))
        .group_by(WaveCandidate.wave_id)
    )
    return Counter({wave_id: number for wave_id, number in rows})

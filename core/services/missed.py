"""What a contractor missed this week and why: from the stored waves and offers of his own firm, one line per job.

What he declined, holds or can still take is not missed. Of the client he reads no more than an offer would show.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.errors import NotAllowed
from core.domain.missed import Miss, Why
from core.domain.offer import Exclusion, OfferStatus
from core.domain.role import CONTRACTOR_ROLES
from core.domain.ticket import OPEN, TicketStatus
from core.services.history import ranked_in
from storage.models.directory import Service, Site
from storage.models.offer import Offer, Wave, WaveCandidate
from storage.models.ticket import Assignment, Ticket

WEEK = timedelta(days=7)
#: He has an offer, and its own end tells more.
_HAS_OFFER = frozenset({Exclusion.ASKED, Exclusion.REFUSED})
#: Nobody earned anything by these.
_NEVER_DONE = frozenset({TicketStatus.CANCELLED, TicketStatus.REJECTED, TicketStatus.DRAFT})
#: Nobody has it yet: who is ranked may still be asked.
_STILL_FREE = OPEN - {
    TicketStatus.ASSIGNED,
    TicketStatus.IN_WORK,
    TicketStatus.REPORTED,
    TicketStatus.REWORK,
    TicketStatus.DISPUTED,
}


@dataclass(frozen=True, slots=True)
class MissedLine:
    """`rank` of `ranked` where others stood nearer."""

    at: datetime
    zone: str
    service: str
    city: str
    pay_kop: int
    why: Why
    distance_m: int
    radius_km: int
    rank: int
    ranked: int


@dataclass(frozen=True, slots=True)
class Missed:
    """`counts`: the commonest reason first."""

    lines: tuple[MissedLine, ...]
    counts: tuple[tuple[Why, int], ...]
    total: int
    offset: int
    read_at: datetime


@dataclass(frozen=True, slots=True)
class _Seen:
    """A firm's row in one wave."""

    ticket_id: int
    wave_id: int
    at: datetime
    pay_kop: int
    rank: int | None
    exclusion: Exclusion | None
    distance_m: int
    radius_km: int


def of_week(session: Session, actor: Actor, *, now: datetime, offset: int = 0, limit: int = 8) -> Missed:
    """The newest first. Raises NotAllowed for who is no contractor."""
    if not actor.has(*CONTRACTOR_ROLES):
        raise NotAllowed
    seen = _seen(session, actor, now - WEEK)
    offers = _last_offers(session, actor, seen)
    held = _held(session, actor, seen)
    status = _statuses(session, seen)
    found = []
    for ticket_id, rows in seen.items():
        if ticket_id not in held and status[ticket_id] not in _NEVER_DONE:
            told = _told(rows, offers.get(ticket_id), is_free=status[ticket_id] in _STILL_FREE)
            found += [told] if told is not None else []
    found.sort(key=lambda one: (one[0].at, one[0].wave_id), reverse=True)
    counts = Counter(why for _, why in found)
    order = [*Exclusion, *Miss]
    by_number = sorted(counts.items(), key=lambda one: (-one[1], order.index(one[0])))
    lines = _lines(session, found[offset : offset + limit])
    return Missed(lines, tuple(by_number), len(found), offset, now)


def _told(rows: list[_Seen], offer: Offer | None, *, is_free: bool) -> tuple[_Seen, Why] | None:
    """The last telling state of one job; None: it was not missed."""
    if offer is not None:
        asked = next((row for row in rows if row.wave_id == offer.wave_id), rows[-1])
        if offer.status is OfferStatus.LOST:
            silent = offer.lapsed_at is not None and offer.answered_by is None
            return asked, Miss.SILENT if silent else Miss.FASTER
        if offer.status is not OfferStatus.WITHDRAWN:
            return None
        rows = [row for row in rows if row.wave_id > offer.wave_id]
    telling = [row for row in rows if row.exclusion not in _HAS_OFFER]
    if not telling:
        return None
    last = telling[-1]
    if last.exclusion is not None:
        return last, last.exclusion
    return None if is_free else (last, Miss.NEARER)


def _seen(session: Session, actor: Actor, since: datetime) -> dict[int, list[_Seen]]:
    rows = session.execute(
        select(
            Wave.ticket_id,
            Wave.id,
            Wave.at,
            Wave.pay_kop,
            WaveCandidate.rank,
            WaveCandidate.exclusion,
            WaveCandidate.distance_m,
            WaveCandidate.radius_km,
        )
        .join(Wave, Wave.id == WaveCandidate.wave_id)
        .where(WaveCandidate.contractor_id.in_(actor.contractor_ids), Wave.at >= since)
        .order_by(Wave.id)
    )
    found: dict[int, list[_Seen]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(_Seen(*row))
    return found


def _last_offers(session: Session, actor: Actor, tickets: Iterable[int]) -> dict[int, Offer]:
    rows = session.scalars(
        select(Offer)
        .where(Offer.contractor_id.in_(actor.contractor_ids), Offer.ticket_id.in_(list(tickets)))
        .order_by(Offer.id)
    )
    return {offer.ticket_id: offer for offer in rows}


def _held(session: Session, actor: Actor, tickets: Iterable[int]) -> set[int]:
    rows = select(Assignment.ticket_id).where(
        Assignment.contractor_id.in_(actor.contractor_ids), Assignment.ticket_id.in_(list(tickets))
    )
    return set(session.scalars(rows))


def _statuses(session: Session, tickets: Iterable[int]) -> dict[int, TicketStatus]:
    rows = session.execute(select(Ticket.id, Ticket.status).where(Ticket.id.in_(list(tickets))))
    return {ticket_id: status for ticket_id, status in rows}


def _lines(session: Session, found: list[tuple[_Seen, Why]]) -> tuple[MissedLine, ...]:
    jobs = {
        ticket_id: (service, site)
        for ticket_id, service, site in session.execute(
            select(Ticket.id, Service.name, Site)
            .join(Service, Service.id == Ticket.service_id)
            .join(Site, Site.id == Ticket.site_id)
            .where(Ticket.id.in_([row.ticket_id for row, _ in found]))
        )
    }
    ranked = ranked_in(session, [row.wave_id for row, _ in found])
    return tuple(
        MissedLine(
            at=row.at,
            zone=jobs[row.ticket_id][1].zone,
            service=jobs[row.ticket_id][0],
            city=jobs[row.ticket_id][1].city,
            pay_kop=row.pay_kop,
            why=why,
            distance_m=row.distance_m,
            radius_km=row.radius_km,
            rank=row.rank or 0,
            ranked=ranked[row.wave_id],
        )
        for row, why in found
    )

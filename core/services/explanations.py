"""One wave as it was stored: why these were asked and why not those, contractor by contractor, for the desk.

Nothing is computed again: radius, skill or score may have changed since.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.errors import NotFound
from core.domain.offer import Exclusion, OfferStatus, WaveReason
from core.services import scope
from core.services.history import ranked_in
from storage.models.contractor import Contractor
from storage.models.directory import Site
from storage.models.offer import Offer, Wave, WaveCandidate
from storage.models.ticket import Ticket


@dataclass(frozen=True, slots=True)
class FieldLine:
    """Ranked, or excluded for a reason. `status` is the answer to the offer this wave made him."""

    contractor: str
    rank: int | None
    exclusion: Exclusion | None
    distance_m: int
    radius_km: int
    score: int
    accepted_jobs: int
    recent_jobs: int
    is_answered: bool
    status: OfferStatus | None


@dataclass(frozen=True, slots=True)
class WaveField:
    ticket_id: int
    ticket: str
    zone: str
    read_at: datetime
    number: int
    waves: int
    at: datetime
    reason: WaveReason
    size: int
    used_pct: int
    pay_kop: int
    band_km: int
    ranked: int
    not_considered: int
    #: The ranked in their order, then the excluded, nearest first.
    lines: tuple[FieldLine, ...]
    total: int
    offset: int


def wave(
    session: Session, actor: Actor, ticket_id: int, number: int, *, now: datetime, offset: int = 0, limit: int = 8
) -> WaveField:
    """Raises NotFound."""
    if not actor.is_operator:
        raise NotFound
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    row = session.scalars(select(Wave).where(Wave.ticket_id == ticket.id, Wave.number == number)).one_or_none()
    if row is None:
        raise NotFound
    of_wave = select(func.count()).select_from(WaveCandidate).where(WaveCandidate.wave_id == row.id)
    return WaveField(
        ticket_id=ticket.id,
        ticket=ticket.number,
        zone=session.get_one(Site, ticket.site_id).zone,
        read_at=now,
        number=row.number,
        waves=session.scalar(select(func.max(Wave.number)).where(Wave.ticket_id == ticket.id)) or row.number,
        at=row.at,
        reason=row.reason,
        size=row.size,
        used_pct=row.used_pct,
        pay_kop=row.pay_kop,
        band_km=row.band_km,
        ranked=ranked_in(session, [row.id])[row.id],
        not_considered=row.not_considered,
        lines=_lines(session, row, offset, limit),
        total=session.scalar(of_wave) or 0,
        offset=offset,
    )


def _lines(session: Session, row: Wave, offset: int, limit: int) -> tuple[FieldLine, ...]:
    own_offer = and_(Offer.wave_id == WaveCandidate.wave_id, Offer.contractor_id == WaveCandidate.contractor_id)
    rows = session.execute(
        select(WaveCandidate, Contractor.name, Offer.status)
        .join(Contractor, Contractor.id == WaveCandidate.contractor_id)
        .outerjoin(Offer, own_offer)
        .where(WaveCandidate.wave_id == row.id)
        .order_by(
            WaveCandidate.rank.is_(None), WaveCandidate.rank, WaveCandidate.distance_m, WaveCandidate.contractor_id
        )
        .offset(offset)
        .limit(limit)
    )
    return tuple(
        FieldLine(
            contractor=name,
            rank=one.rank,
            exclusion=one.exclusion,
            distance_m=one.distance_m,
            radius_km=one.radius_km,
            score=one.score,
            accepted_jobs=one.accepted_jobs,
            recent_jobs=one.recent_jobs,
            is_answered=one.is_answered,
            status=status,
        )
        for one, name, status in rows
    )

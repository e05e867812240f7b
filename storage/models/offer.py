"""Offers, and the waves that explain them: who was asked, in what order, and why the others were not."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.domain.offer import DeclineReason, Exclusion, OfferStatus, WaveReason
from storage.base import Base
from storage.types import Kopecks, StrEnumType, UtcDateTime


class Wave(Base):
    """One asking: the search as it looked at that moment."""

    __tablename__ = "wave"
    __table_args__ = (UniqueConstraint("ticket_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    number: Mapped[int] = mapped_column(Integer)
    job_version: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[WaveReason] = mapped_column(StrEnumType(WaveReason))
    #: How many could be asked at once, and how much of the clock had burnt, in percent.
    size: Mapped[int] = mapped_column(Integer)
    used_pct: Mapped[int] = mapped_column(Integer)
    #: What was offered.
    pay_kop: Mapped[int] = mapped_column(Kopecks)
    #: Within a band of this width the better score went first.
    band_km: Mapped[int] = mapped_column(Integer)
    #: Contractors of the directories without a row below: without the skill, or not come to. Counted up to
    #: `core.domain.wave.COUNTED_TO`.
    not_considered: Mapped[int] = mapped_column(Integer)


class WaveCandidate(Base):
    """One contractor with the skill to whom the search came: ranked, or excluded with a reason."""

    __tablename__ = "wave_candidate"
    __table_args__ = (Index("ix_wave_candidate_contractor", "contractor_id", "wave_id"),)

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    contractor_id: Mapped[int] = mapped_column(ForeignKey("contractor.id"), primary_key=True)
    rank: Mapped[int | None] = mapped_column(Integer)  # 1 is asked first; None: excluded
    exclusion: Mapped[Exclusion | None] = mapped_column(StrEnumType(Exclusion))
    #: Goes first because this version answers what he refused the last one for.
    is_answered: Mapped[bool] = mapped_column(Boolean, default=False)
    #: Got an offer in this wave.
    is_asked: Mapped[bool] = mapped_column(Boolean, default=False)
    distance_m: Mapped[int] = mapped_column(Integer)
    radius_km: Mapped[int] = mapped_column(Integer)
    score: Mapped[int] = mapped_column(Integer)
    accepted_jobs: Mapped[int] = mapped_column(Integer)
    recent_jobs: Mapped[int] = mapped_column(Integer)


class Offer(Base):
    """`pay_kop` and `distance_m` are what the contractor was told."""

    __tablename__ = "offer"
    __table_args__ = (
        UniqueConstraint("ticket_id", "round", "job_version", "contractor_id"),
        Index(
            "uq_offer_accepted",
            "ticket_id",
            "round",
            unique=True,
            sqlite_where=text("status = 'accepted'"),
            postgresql_where=text("status = 'accepted'"),
        ),
        Index("ix_offer_contractor_status", "contractor_id", "status"),
        # Silence: whoever answered nothing lately is asked whether he is still there.
        Index(
            "ix_offer_ignored",
            "lapsed_at",
            "contractor_id",
            sqlite_where=text("lapsed_at IS NOT NULL AND answered_by IS NULL"),
            postgresql_where=text("lapsed_at IS NOT NULL AND answered_by IS NULL"),
        ),
        Index(
            "ix_offer_counter_until",
            "counter_until",
            sqlite_where=text("status = 'countered'"),
            postgresql_where=text("status = 'countered'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    contractor_id: Mapped[int] = mapped_column(ForeignKey("contractor.id"))
    round: Mapped[int] = mapped_column(Integer)
    job_version: Mapped[int] = mapped_column(Integer)
    status: Mapped[OfferStatus] = mapped_column(StrEnumType(OfferStatus))
    pay_kop: Mapped[int] = mapped_column(Kopecks)
    distance_m: Mapped[int] = mapped_column(Integer)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Until then this contractor alone is waited for.
    waits_until: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decline_reason: Mapped[DeclineReason | None] = mapped_column(StrEnumType(DeclineReason))
    #: When its wait ended without an answer: stays true also after somebody else took the job.
    lapsed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: His own price for the whole job, and until when the desk may say yes to it.
    counter_kop: Mapped[int | None] = mapped_column(Kopecks)
    counter_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lost_to: Mapped[int | None] = mapped_column(ForeignKey("contractor.id"))
    note: Mapped[str] = mapped_column(String(300), default="")

"""Visits and the proof collected on them."""

from datetime import datetime

from sqlalchemy import (
    Boolean,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.domain.proof import ProofKind, ProofStage, ProofStatus, Refusal
from core.domain.visit import Side, VisitOutcome, VisitStatus
from storage.base import Base
from storage.types import StrEnumType, TelegramId, UtcDateTime


class Visit(Base):
    """One trip. At most one live visit per ticket."""

    __tablename__ = "visit"
    __table_args__ = (
        UniqueConstraint("ticket_id", "number"),
        Index(
            "uq_visit_live",
            "ticket_id",
            unique=True,
            sqlite_where=text("status IN ('planned', 'confirmed', 'en_route', 'on_site')"),
            postgresql_where=text("status IN ('planned', 'confirmed', 'en_route', 'on_site')"),
        ),
        Index(
            "ix_visit_ask",
            "ask_at",
            sqlite_where=text("ask_at IS NOT NULL"),
            postgresql_where=text("ask_at IS NOT NULL"),
        ),
        Index(
            "ix_visit_watch",
            "watch_at",
            sqlite_where=text("watch_at IS NOT NULL"),
            postgresql_where=text("watch_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    engineer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    status: Mapped[VisitStatus] = mapped_column(StrEnumType(VisitStatus))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)  # agreed window
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: "Still going?": when it is asked next, how often it was asked, and when the crew last said yes.
    ask_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked: Mapped[int] = mapped_column(Integer, default=0)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: When it is looked at whether somebody came; "where are you?" was asked then; when he said he would be there.
    watch_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    where_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    eta_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    en_route_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    on_site_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    work_started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    before_done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    after_done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[VisitOutcome | None] = mapped_column(StrEnumType(VisitOutcome))
    note: Mapped[str] = mapped_column(String(4000), default="")


class VisitMove(Base):
    """The time of a visit was changed: by whom, from when to when."""

    __tablename__ = "visit_move"
    __table_args__ = (Index("ix_visit_move_visit", "visit_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    side: Mapped[Side] = mapped_column(StrEnumType(Side))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    from_starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Of a move made before this was kept nobody knows it.
    from_ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    to_starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: It was planned anew because the ticket had waited: whose that time was, whose wish this was.
    hold_id: Mapped[int | None] = mapped_column(ForeignKey("hold.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Proof(Base):
    """A picture, video, voice or file on a ticket (or on an intake that is not a ticket yet).

    One row per Telegram message, written when the message comes; the bytes follow. The original is kept by its
    sha256 and never touched.
    """

    __tablename__ = "proof"
    __table_args__ = (
        UniqueConstraint("bot_id", "chat_id", "message_id"),
        Index("ix_proof_ticket", "ticket_id", "stage"),
        Index(
            "ix_proof_pending",
            "fetch_at",
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
        Index("ix_proof_sha256", "sha256"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    intake_id: Mapped[int | None] = mapped_column(ForeignKey("intake.id"), index=True)
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[ProofKind] = mapped_column(StrEnumType(ProofKind))
    stage: Mapped[ProofStage] = mapped_column(StrEnumType(ProofStage))
    status: Mapped[ProofStatus] = mapped_column(StrEnumType(ProofStatus))
    refusal: Mapped[Refusal | None] = mapped_column(StrEnumType(Refusal))
    #: Came after the visit had ended: kept and flagged.
    is_late: Mapped[bool] = mapped_column(Boolean, default=False)
    is_forwarded: Mapped[bool] = mapped_column(Boolean, default=False)
    caption: Mapped[str] = mapped_column(String(1024), default="")
    file_name: Mapped[str] = mapped_column(String(200), default="")
    bot_id: Mapped[int] = mapped_column(TelegramId)
    chat_id: Mapped[int] = mapped_column(TelegramId)
    message_id: Mapped[int] = mapped_column(TelegramId)
    media_group_id: Mapped[str | None] = mapped_column(String(64), index=True)
    file_id: Mapped[str] = mapped_column(String(200))
    file_unique_id: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int | None] = mapped_column(Integer)
    sha256: Mapped[str | None] = mapped_column(String(64))
    width: Mapped[int | None] = mapped_column(Integer)
    height: Mapped[int | None] = mapped_column(Integer)
    dhash: Mapped[str | None] = mapped_column(String(16))
    exif_taken_at: Mapped[str | None] = mapped_column(String(19))  # as written by the camera, no zone
    exif_lat: Mapped[float | None] = mapped_column(Float)
    exif_lon: Mapped[float | None] = mapped_column(Float)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)  # Telegram's date of the message
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: When to try to fetch the bytes (again).
    fetch_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fetch_tries: Mapped[int] = mapped_column(Integer, default=0)

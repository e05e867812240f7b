"""Contractors, what they can do, where they can be found, and the points the nearest search walks."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.domain.block import BlockLevel, BlockRule
from core.domain.certificate import CertificateStatus
from storage.base import Base
from storage.models.directory import Requisites
from storage.types import JsonText, StrEnumType, TelegramId, UtcDateTime


class Contractor(Requisites, Base):
    __tablename__ = "contractor"
    __table_args__ = (
        Index(
            "ix_contractor_asked",
            "asked_still_there_at",
            sqlite_where=text("asked_still_there_at IS NOT NULL"),
            postgresql_where=text("asked_still_there_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(300))
    form: Mapped[str] = mapped_column(String(10))  # ООО, ИП, НПД as in the workbook
    vat_percent: Mapped[int | None] = mapped_column(Integer)
    region: Mapped[str] = mapped_column(String(100))  # of his address; served regions are ContractorRegion
    city: Mapped[str] = mapped_column(String(100))
    lat: Mapped[float] = mapped_column(Float)
    lon: Mapped[float] = mapped_column(Float)
    radius_km: Mapped[int] = mapped_column(Integer, index=True)  # the widest bounds every search
    zone: Mapped[str] = mapped_column(String(40))
    contact_name: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str] = mapped_column(String(16), default="", index=True)
    contract_number: Mapped[str] = mapped_column(String(50), default="")
    contract_on: Mapped[date | None] = mapped_column(Date)
    own_entity_id: Mapped[int] = mapped_column(ForeignKey("own_entity.id"))
    engineers: Mapped[int] = mapped_column(Integer)
    night_jobs: Mapped[bool] = mapped_column(Boolean)
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    #: Wants offers now; switched by the firm itself, or off after "still with us?" without an answer.
    is_available: Mapped[bool] = mapped_column(Boolean, default=True)
    #: "Still with us?" was asked then and waits for an answer.
    asked_still_there_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    score: Mapped[int] = mapped_column(Integer, default=70)
    search: Mapped[str] = mapped_column(String(800))


class ContractorRegion(Base):
    """A region served beside the radius."""

    __tablename__ = "contractor_region"
    __table_args__ = (Index("ix_contractor_region_region", "region", "contractor_id"),)

    contractor_id: Mapped[int] = mapped_column(ForeignKey("contractor.id"), primary_key=True)
    region: Mapped[str] = mapped_column(String(100), primary_key=True)


class ContractorSkill(Base):
    __tablename__ = "contractor_skill"
    __table_args__ = (
        UniqueConstraint("contractor_id", "skill_id"),
        Index(
            "ix_contractor_skill_valid_until",
            "valid_until",
            sqlite_where=text("valid_until IS NOT NULL"),
            postgresql_where=text("valid_until IS NOT NULL"),
        ),
        # Not reminded of this end yet.
        Index(
            "ix_contractor_skill_untold",
            "valid_until",
            sqlite_where=text("reminded_of IS NOT valid_until"),
            postgresql_where=text("reminded_of IS DISTINCT FROM valid_until"),
        ),
        Index(
            "ix_contractor_skill_told",
            "reminded_days",
            "valid_until",
            sqlite_where=text("reminded_days IS NOT NULL"),
            postgresql_where=text("reminded_days IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contractor_id: Mapped[int] = mapped_column(ForeignKey("contractor.id"))
    skill_id: Mapped[int] = mapped_column(ForeignKey("skill.id"), index=True)
    document: Mapped[str] = mapped_column(String(300), default="")
    valid_until: Mapped[date | None] = mapped_column(Date)  # the last valid day; None: without end
    is_confirmed: Mapped[bool] = mapped_column(Boolean)
    #: The document was approved and the skill is not confirmed yet: jobs are done under watch since then.
    watched_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Of which end the firm was reminded, and how many days before it.
    reminded_of: Mapped[date | None] = mapped_column(Date)
    reminded_days: Mapped[int | None] = mapped_column(Integer)


class Absence(Base):
    """Days on which a person takes no jobs: holiday, illness. Both days belong to it."""

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("first_on <= last_on", name="order"),
        Index("ix_absence_person", "person_id", "last_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    first_on: Mapped[date] = mapped_column(Date)
    last_on: Mapped[date] = mapped_column(Date)


class Block(Base):
    """A firm or a person who is not asked, everywhere or by one client, from a moment to a moment.

    One that was lifted ended at that moment, so that what was in force when can always be told.
    """

    __tablename__ = "block"
    __table_args__ = (
        CheckConstraint("(contractor_id IS NULL) <> (person_id IS NULL)", name="one_subject"),
        Index(
            "ix_block_ends_at",
            "ends_at",
            sqlite_where=text("ends_at IS NOT NULL"),
            postgresql_where=text("ends_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contractor_id: Mapped[int | None] = mapped_column(ForeignKey("contractor.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    #: How the blocked person was known then: the same phone or account is the same person, also in another row.
    phone: Mapped[str | None] = mapped_column(String(16), index=True)
    telegram_id: Mapped[int | None] = mapped_column(TelegramId, index=True)
    client_id: Mapped[int | None] = mapped_column(ForeignKey("client.id"))
    reason: Mapped[str] = mapped_column(String(300))
    level: Mapped[BlockLevel] = mapped_column(StrEnumType(BlockLevel), default=BlockLevel.BLOCKED)
    rule: Mapped[BlockRule] = mapped_column(StrEnumType(BlockRule), default=BlockRule.BY_HAND)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: What it costs: sites by skill and region that were left without anybody, as counted before it began.
    cost: Mapped[dict[str, Any]] = mapped_column(JsonText, default=dict)
    #: Its audit row; of blocks older than the blacklist None.
    audit_id: Mapped[int | None] = mapped_column(ForeignKey("audit.id"))
    lifted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    lift_reason: Mapped[str] = mapped_column(String(300), default="")


class BlockRequest(Base):
    """A block that waits for a second person: asked for by hand, or by a rule where it would cost cover."""

    __tablename__ = "block_request"
    __table_args__ = (
        CheckConstraint("(contractor_id IS NULL) <> (person_id IS NULL)", name="one_subject"),
        Index(
            "ix_block_request_open",
            "contractor_id",
            "person_id",
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contractor_id: Mapped[int | None] = mapped_column(ForeignKey("contractor.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    client_id: Mapped[int | None] = mapped_column(ForeignKey("client.id"))
    level: Mapped[BlockLevel] = mapped_column(StrEnumType(BlockLevel))
    rule: Mapped[BlockRule] = mapped_column(StrEnumType(BlockRule))
    reason: Mapped[str] = mapped_column(String(300))
    #: None: without end.
    days: Mapped[int | None] = mapped_column(Integer)
    cost: Mapped[dict[str, Any]] = mapped_column(JsonText, default=dict)
    #: None: a rule of the machine.
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: None: refused, or not decided yet.
    block_id: Mapped[int | None] = mapped_column(ForeignKey("block.id"), unique=True)
    #: Why not, in words.
    refusal: Mapped[str] = mapped_column(String(300), default="")


class Appeal(Base):
    """What the blocked one says against it: once per block, and another person decides."""

    __tablename__ = "appeal"

    id: Mapped[int] = mapped_column(primary_key=True)
    block_id: Mapped[int] = mapped_column(ForeignKey("block.id"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    words: Mapped[str] = mapped_column(String(2000))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_upheld: Mapped[bool | None] = mapped_column(Boolean)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer: Mapped[str] = mapped_column(String(2000), default="")


class Certificate(Base):
    """A document for a skill as it was sent in the chat, and what the checker said."""

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("bot_id", "chat_id", "message_id"),
        Index("ix_certificate_skill", "contractor_id", "skill_id"),
        Index(
            "ix_certificate_waiting",
            "sent_at",
            sqlite_where=text("status = 'waiting'"),
            postgresql_where=text("status = 'waiting'"),
        ),
        Index(
            "ix_certificate_fetch",
            "fetch_at",
            sqlite_where=text("fetch_at IS NOT NULL"),
            postgresql_where=text("fetch_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contractor_id: Mapped[int] = mapped_column(ForeignKey("contractor.id"))
    skill_id: Mapped[int | None] = mapped_column(ForeignKey("skill.id"))  # None: its sender is asked
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    status: Mapped[CertificateStatus] = mapped_column(StrEnumType(CertificateStatus))
    is_photo: Mapped[bool] = mapped_column(Boolean)
    file_name: Mapped[str] = mapped_column(String(200), default="")
    bot_id: Mapped[int] = mapped_column(TelegramId)
    chat_id: Mapped[int] = mapped_column(TelegramId)
    message_id: Mapped[int] = mapped_column(TelegramId)
    media_group_id: Mapped[str | None] = mapped_column(String(64), index=True)
    #: Of a further page its first one: they share skill, status and verdict.
    first_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"), index=True)
    file_id: Mapped[str] = mapped_column(String(200))
    file_unique_id: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int | None] = mapped_column(Integer)
    #: The original, once its bytes are here.
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: When to try to fetch the bytes (again).
    fetch_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fetch_tries: Mapped[int] = mapped_column(Integer, default=0)
    #: The last valid day as the checker read it; None: without end.
    valid_until: Mapped[date | None] = mapped_column(Date)
    checked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refusal: Mapped[str] = mapped_column(String(500), default="")


class MatchPoint(Base):
    """One row per (skill, point): every base of a firm and every live position of its engineers.

    `x, y, z` is the unit vector of the point, so that distance can be ordered without functions of the database.
    Rows exist for every skill the contractor names; confirmation and validity are judged by the rule, because an
    exclusion must be explained.
    """

    __tablename__ = "match_point"
    __table_args__ = (
        Index(
            "ix_match_point_skill_lat",
            "skill_id",
            "lat",
            "lon",
            "x",
            "y",
            "z",
            "contractor_id",
            "seen_at",
            "score",
        ),
        Index("ix_match_point_contractor", "contractor_id", "skill_id"),
        Index(
            "uq_match_point_base",
            "contractor_id",
            "skill_id",
            unique=True,
            sqlite_where=text("person_id IS NULL"),
            postgresql_where=text("person_id IS NULL"),
        ),
        Index("uq_match_point_live", "person_id", "skill_id", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    skill_id: Mapped[int] = mapped_column(ForeignKey("skill.id"))
    contractor_id: Mapped[int] = mapped_column(ForeignKey("contractor.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # None: the firm's base
    lat: Mapped[float] = mapped_column(Float)
    lon: Mapped[float] = mapped_column(Float)
    x: Mapped[float] = mapped_column(Float)
    y: Mapped[float] = mapped_column(Float)
    z: Mapped[float] = mapped_column(Float)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # of a live position
    #: That of the firm: a crowd is put in order without looking up everybody in it.
    score: Mapped[int] = mapped_column(Integer)

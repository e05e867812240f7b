"""People, the roles they hold, how they came in and what they agreed to."""

from datetime import datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.domain.role import Role
from storage.base import Base
from storage.types import StrEnumType, TelegramId, UtcDateTime


class Person(Base):
    """`telegram_id` is also the private chat. A person without it left, changed the account or never came in."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    telegram_id: Mapped[int | None] = mapped_column(TelegramId, unique=True)
    name: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(16), unique=True)
    language: Mapped[str] = mapped_column(String(2), default="ru")
    zone: Mapped[str] = mapped_column(String(40), default="Europe/Moscow")
    unreachable_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Fingerprint of the command list the chat shows now.
    commands_hash: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Membership(Base):
    """A role of a person in an organisation, from a moment to a moment."""

    __tablename__ = "membership"
    __table_args__ = (Index("ix_membership_live", "role", "client_id", "contractor_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[Role] = mapped_column(StrEnumType(Role))
    client_id: Mapped[int | None] = mapped_column(ForeignKey("client.id"))
    contractor_id: Mapped[int | None] = mapped_column(ForeignKey("contractor.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"), index=True)
    region: Mapped[str | None] = mapped_column(String(100))
    #: How it came: the directories knew the phone, an invite, the settings.
    came_by: Mapped[str] = mapped_column(String(10))  # phone | invite | settings
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Invite(Base):
    """Single use; the token itself is never stored."""

    __tablename__ = "invite"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[Role] = mapped_column(StrEnumType(Role))
    client_id: Mapped[int | None] = mapped_column(ForeignKey("client.id"))
    contractor_id: Mapped[int | None] = mapped_column(ForeignKey("contractor.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    region: Mapped[str | None] = mapped_column(String(100))
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    used_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    __table_args__ = (CheckConstraint("(used_at IS NULL) = (used_by IS NULL)", name="used_by_somebody"),)


class InviteTry(Base):
    """A token that was not accepted: guessing is limited per person."""

    __tablename__ = "invite_try"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Consent(Base):
    __tablename__ = "consent"
    __table_args__ = (Index("uq_consent_once", "person_id", "kind", "version", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(20))  # personal_data | tap_signature | automatic_limits
    version: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Dialog(Base):
    """Which free text or media is awaited from somebody in a chat: the dialog memory of the bot."""

    __tablename__ = "dialog"

    bot_id: Mapped[int] = mapped_column(TelegramId, primary_key=True)
    chat_id: Mapped[int] = mapped_column(TelegramId, primary_key=True)
    user_id: Mapped[int] = mapped_column(TelegramId, primary_key=True)
    state: Mapped[str | None] = mapped_column(String(100))
    data: Mapped[str] = mapped_column(String(2000), default="{}", server_default=text("'{}'"))


class Position(Base):
    """Where an engineer's phone last was, while live location is shared."""

    __tablename__ = "position"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    lat: Mapped[float] = mapped_column()
    lon: Mapped[float] = mapped_column()
    accuracy_m: Mapped[int] = mapped_column(Integer, default=0)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_live: Mapped[bool] = mapped_column(Boolean, default=False)

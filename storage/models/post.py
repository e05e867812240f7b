"""In and out of Telegram: updates as they came, messages as they must go, and the cards that are shown."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from core.domain.notice import Delivery, InboxStatus, OutboxStatus
from core.domain.ticket import TicketStatus
from storage.base import Base
from storage.types import JsonText, StrEnumType, TelegramId, UtcDateTime


class Inbox(Base):
    """One raw update. `lane` is the chat: within it updates are handled one at a time, in order."""

    __tablename__ = "inbox"

    bot_id: Mapped[int] = mapped_column(TelegramId, primary_key=True)
    update_id: Mapped[int] = mapped_column(TelegramId, primary_key=True)
    #: Order of arrival; update ids may jump back.
    seq: Mapped[int] = mapped_column(BigInteger)
    lane: Mapped[int] = mapped_column(TelegramId)
    body: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[InboxStatus] = mapped_column(StrEnumType(InboxStatus), default=InboxStatus.NEW)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_token: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str] = mapped_column(String(500), default="")

    __table_args__ = (
        Index(
            "ix_inbox_new",
            "lane",
            "seq",
            sqlite_where=text("status = 'new'"),
            postgresql_where=text("status = 'new'"),
        ),
        Index("uq_inbox_seq", "bot_id", "seq", unique=True),
    )


class Outbox(Base):
    """One message that must go, written in the transaction that caused it and rendered when sent."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    dedupe_key: Mapped[str] = mapped_column(String(150), unique=True)
    delivery: Mapped[Delivery] = mapped_column(StrEnumType(Delivery))
    notice: Mapped[str] = mapped_column(String(40))  # core.domain.notice.Notice
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    chat_id: Mapped[int] = mapped_column(TelegramId)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    data: Mapped[dict[str, Any]] = mapped_column(JsonText, default=dict)
    priority: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[OutboxStatus] = mapped_column(StrEnumType(OutboxStatus), default=OutboxStatus.NEW)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    lease_token: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    message_id: Mapped[int | None] = mapped_column(TelegramId)
    last_error: Mapped[str] = mapped_column(String(300), default="")

    __table_args__ = (
        Index(
            "ix_outbox_waiting",
            "chat_id",
            "id",
            sqlite_where=text("status IN ('new', 'sending')"),
            postgresql_where=text("status IN ('new', 'sending')"),
        ),
    )


class Card(Base):
    """The one message in a person's chat that shows a ticket and is edited as it lives."""

    __tablename__ = "card"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    chat_id: Mapped[int] = mapped_column(TelegramId)
    message_id: Mapped[int] = mapped_column(TelegramId)
    has_media: Mapped[bool] = mapped_column()
    content_hash: Mapped[str] = mapped_column(String(64))
    #: The letter that rang with it and may have said why, and what the ticket was then: `core.services.headings`.
    rang_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"))
    rang_status: Mapped[TicketStatus | None] = mapped_column(StrEnumType(TicketStatus))


class SentFile(Base):
    """A file already at Telegram for this bot: sent again by its id, without an upload."""

    __tablename__ = "sent_file"

    bot_id: Mapped[int] = mapped_column(TelegramId, primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    file_id: Mapped[str] = mapped_column(String(200))

"""Clocks of tickets, the intervals they are made of, breaches, holds, words of clients, odd days."""

from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.domain.calendar import CalendarKind, DayKind
from core.domain.clock import ClockKind, ClockState, StopReason, Whose
from core.domain.ticket import TicketStatus
from storage.base import Base
from storage.types import StrEnumType, UtcDateTime


class Clock(Base):
    """One promise. Target and calendar are copies of the plan; `due_at` and `warn_at` are caches that
    `core.services.clock_rows` alone writes from the intervals, `judged_due_at` what `clock_verdicts` writes when the
    clock ends, or when something is said of its past."""

    __tablename__ = "clock"
    __table_args__ = (
        UniqueConstraint("ticket_id", "kind", "number"),
        Index(
            "ix_clock_warn",
            "warn_at",
            sqlite_where=text("warn_at IS NOT NULL"),
            postgresql_where=text("warn_at IS NOT NULL"),
        ),
        # Lists of deadlines are put in order and counted without a look at the table.
        Index(
            "ix_clock_due",
            "due_at",
            "id",
            "kind",
            "warned_pct",
            sqlite_where=text("due_at IS NOT NULL"),
            postgresql_where=text("due_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    kind: Mapped[ClockKind] = mapped_column(StrEnumType(ClockKind))
    #: Grows when the promise begins anew.
    number: Mapped[int] = mapped_column(Integer)
    state: Mapped[ClockState] = mapped_column(StrEnumType(ClockState))
    target_min: Mapped[int] = mapped_column(Integer)
    calendar: Mapped[CalendarKind] = mapped_column(StrEnumType(CalendarKind))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: The deadline it was judged by when it was over, had it run on; None before. Another calendar later is not his
    #: who kept it.
    judged_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: None while it stands.
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: The highest level somebody was warned of, in percent.
    warned_pct: Mapped[int] = mapped_column(Integer, default=0)
    #: When the next level is reached.
    warn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ClockInterval(Base):
    """A stretch in which the clock ran or stood, whose time it was, and which row of the audit proves it."""

    __tablename__ = "clock_interval"
    __table_args__ = (
        Index(
            "uq_clock_interval_open",
            "clock_id",
            unique=True,
            sqlite_where=text("to_at IS NULL"),
            postgresql_where=text("to_at IS NULL"),
        ),
        Index("ix_clock_interval_clock", "clock_id", "from_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    clock_id: Mapped[int] = mapped_column(ForeignKey("clock.id"))
    from_at: Mapped[datetime] = mapped_column(UtcDateTime)
    to_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    runs: Mapped[bool] = mapped_column(Boolean)
    #: What it is measured on: another plan changes only what comes after.
    calendar: Mapped[CalendarKind] = mapped_column(StrEnumType(CalendarKind))
    reason: Mapped[StopReason | None] = mapped_column(StrEnumType(StopReason))
    whose: Mapped[Whose] = mapped_column(StrEnumType(Whose))
    audit_id: Mapped[int | None] = mapped_column(ForeignKey("audit.id"))
    #: The other side does not agree: who said so, and why.
    objected_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    objection: Mapped[str] = mapped_column(String(500), default="")
    objected_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: The desk's answer to the objection: right or not, and why.
    is_upheld: Mapped[bool | None] = mapped_column(Boolean)
    answer: Mapped[str] = mapped_column(String(500), default="")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Breach(Base):
    """A promise that was not kept: once per clock, at the deadline, with who held the time."""

    __tablename__ = "breach"
    __table_args__ = (
        Index("ix_breach_ticket", "ticket_id"),
        Index("ix_breach_contractor", "contractor_id", "at"),
        Index("ix_breach_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    clock_id: Mapped[int] = mapped_column(ForeignKey("clock.id"), unique=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    kind: Mapped[ClockKind] = mapped_column(StrEnumType(ClockKind))
    #: The deadline itself; when it was noticed may be days later.
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    detected_at: Mapped[datetime] = mapped_column(UtcDateTime)
    whose: Mapped[Whose] = mapped_column(StrEnumType(Whose))
    contractor_id: Mapped[int | None] = mapped_column(ForeignKey("contractor.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    #: Of the time that ran: minutes before a contractor said yes, and after.
    ours_min: Mapped[int] = mapped_column(Integer)
    theirs_min: Mapped[int] = mapped_column(Integer)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id"))
    #: It was kept after all: the proof came late, or an objection was right.
    annulled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    annul_reason: Mapped[str] = mapped_column(String(40), default="")


class ClientWord(Base):
    """The client wants nobody before `visit_from`, as the desk wrote it down: who of the client said so, and how."""

    __tablename__ = "client_word"
    __table_args__ = (Index("ix_client_word_ticket", "ticket_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    #: Of the desk.
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    words: Mapped[str] = mapped_column(String(500))
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    visit_from: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Another time was named, or the client said that it is not so.
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id"))


class CalendarDay(Base):
    """What this operator says of a day against the production calendar."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    kind: Mapped[DayKind] = mapped_column(StrEnumType(DayKind))


class Hold(Base):
    """A ticket that waits: why, whose time it is, until when, and what it was before. At most one lasts."""

    __tablename__ = "hold"
    __table_args__ = (
        Index(
            "uq_hold_live",
            "ticket_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_hold_ticket", "ticket_id"),
        Index(
            "ix_hold_until",
            "until",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    before: Mapped[TicketStatus] = mapped_column(StrEnumType(TicketStatus))
    reason: Mapped[StopReason] = mapped_column(StrEnumType(StopReason))
    whose: Mapped[Whose] = mapped_column(StrEnumType(Whose))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: What it rests on, where it stops a promise to the client: words, a picture, or both.
    evidence: Mapped[str] = mapped_column(String(500), default="")
    proof_id: Mapped[int | None] = mapped_column(ForeignKey("proof.id"))

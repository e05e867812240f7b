"""Tickets, the drafts they grow from, who is to do them, and what was accepted."""

from datetime import datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlalchemy.engine import ExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from core.domain.clock import Whose
from core.domain.role import Role
from core.domain.ticket import Origin, Priority, TicketStatus
from storage.base import Base
from storage.types import Kopecks, Milli, StrEnumType, UtcDateTime


def _offered_rate(context: ExecutionContext) -> int:
    """A new ticket is offered at the rate of the price list."""
    rate: int = context.get_current_parameters()["contractor_rate_kop"]  # type: ignore[attr-defined]
    return rate


class Ticket(Base):
    """One job at one site. Prices are copies taken at registration; the status is written by `lifecycle` only."""

    __tablename__ = "ticket"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)  # З-000001
    origin: Mapped[Origin] = mapped_column(StrEnumType(Origin))
    status: Mapped[TicketStatus] = mapped_column(StrEnumType(TicketStatus))
    #: Grows with every status change; buttons carry it.
    version: Mapped[int] = mapped_column(Integer)
    #: Grows when what is offered changes: pay, time, service.
    job_version: Mapped[int] = mapped_column(Integer, default=1)
    #: Grows when the ticket is searched for anew after somebody had taken it.
    round: Mapped[int] = mapped_column(Integer, default=1)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), index=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entity.id"))
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    contractor_id: Mapped[int | None] = mapped_column(ForeignKey("contractor.id"))
    priority: Mapped[Priority] = mapped_column(StrEnumType(Priority))
    quantity_milli: Mapped[int] = mapped_column(Milli, default=1000)
    client_price_kop: Mapped[int] = mapped_column(Kopecks)
    #: What is offered now; raises change it.
    contractor_rate_kop: Mapped[int] = mapped_column(Kopecks)
    #: The rate as it was copied from the price list: raises are shares of it.
    first_rate_kop: Mapped[int] = mapped_column(Kopecks, default=_offered_rate)
    #: Raises made, or refused for the margin, by policy.
    raises: Mapped[int] = mapped_column(Integer, default=0)
    #: How many were asked at once the last time; waves grow and never shrink while one search lasts.
    wave_size: Mapped[int] = mapped_column(Integer, default=0)
    #: Added to every radius by the desk.
    widened_km: Mapped[int] = mapped_column(Integer, default=0)
    #: The client does not want anybody sooner.
    visit_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    text: Mapped[str] = mapped_column(String(4000), default="")
    requester_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: When the next contractor is asked; set exactly while `searching`.
    search_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: The client's mark of an imported ticket; of a ticket that was done here it stands in its acceptance.
    history_mark: Mapped[int | None] = mapped_column(Integer)

    __table_args__ = (
        Index(
            "ix_ticket_search_due",
            "search_due_at",
            sqlite_where=sql("search_due_at IS NOT NULL"),
            postgresql_where=sql("search_due_at IS NOT NULL"),
        ),
        Index("ix_ticket_status", "status", "id"),
        Index("ix_ticket_contractor_service", "contractor_id", "service_id", "status"),
        Index("ix_ticket_contractor_accepted", "contractor_id", "accepted_at"),
        Index("ix_ticket_site_service", "site_id", "service_id", "status"),
    )


class Cancellation(Base):
    """Why nothing more is done, whose fault it is, and what the trip in vain costs; kopecks without VAT."""

    __tablename__ = "cancellation"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    fault: Mapped[Whose] = mapped_column(StrEnumType(Whose))
    #: The contractor who was going then.
    contractor_id: Mapped[int | None] = mapped_column(ForeignKey("contractor.id"))
    client_fee_kop: Mapped[int] = mapped_column(Kopecks)
    contractor_fee_kop: Mapped[int] = mapped_column(Kopecks)
    note: Mapped[str] = mapped_column(String(500), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Intake(Base):
    """A request while it is being told: what was sent is a row at once, so nothing is lost half way."""

    __tablename__ = "intake"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"))
    priority: Mapped[Priority] = mapped_column(StrEnumType(Priority), default=Priority.NORMAL)
    text: Mapped[str] = mapped_column(String(4000), default="")
    by_sticker: Mapped[bool] = mapped_column(Boolean, default=False)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))

    __table_args__ = (
        Index(
            "uq_intake_open",
            "person_id",
            unique=True,
            sqlite_where=sql("closed_at IS NULL"),
            postgresql_where=sql("closed_at IS NULL"),
        ),
    )


class Assignment(Base):
    """Who is to do the ticket: at most one live row per ticket."""

    __tablename__ = "assignment"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    contractor_id: Mapped[int] = mapped_column(ForeignKey("contractor.id"))
    engineer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)  # None: by phone
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offer.id"), unique=True)  # None: by hand
    over_limit: Mapped[bool] = mapped_column(Boolean, default=False)
    #: The skill is declared and its document approved: this job counts towards its confirmation.
    under_watch: Mapped[bool] = mapped_column(Boolean, default=False)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str] = mapped_column(String(30), default="")

    __table_args__ = (
        Index(
            "uq_assignment_live",
            "ticket_id",
            unique=True,
            sqlite_where=sql("ended_at IS NULL"),
            postgresql_where=sql("ended_at IS NULL"),
        ),
        Index("ix_assignment_ticket", "ticket_id"),
        Index("ix_assignment_contractor", "contractor_id", "ended_at"),
    )


class ReportLine(Base):
    """What was done, from the price list, with the prices of that day."""

    __tablename__ = "report_line"
    __table_args__ = (UniqueConstraint("ticket_id", "service_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    quantity_milli: Mapped[int] = mapped_column(Milli)
    client_price_kop: Mapped[int] = mapped_column(Kopecks)
    contractor_rate_kop: Mapped[int] = mapped_column(Kopecks)


class Acceptance(Base):
    """The client's yes. `proof_hash` fixes which pictures were seen."""

    __tablename__ = "acceptance"
    __table_args__ = (CheckConstraint("mark BETWEEN 1 AND 5", name="mark"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role] = mapped_column(StrEnumType(Role))
    mark: Mapped[int | None] = mapped_column(Integer)
    proof_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Presence(Base):
    """How we know that the engineer was there."""

    __tablename__ = "presence"

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))  # core.domain.visit.PresenceKind
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)
    accuracy_m: Mapped[int | None] = mapped_column(Integer)
    distance_m: Mapped[int | None] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

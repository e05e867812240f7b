"""Directories of clients: own entities, clients, legal entities, contracts, sites, services, SLA, approvals.

Columns mirror the workbook; nothing of it is dropped, also what is used only later.
"""

from datetime import date

from sqlalchemy import (
    Boolean,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base
from storage.types import Kopecks


class Requisites:
    """Bank and tax details, alike for every kind of company."""

    inn: Mapped[str] = mapped_column(String(12))
    kpp: Mapped[str] = mapped_column(String(9), default="")
    ogrn: Mapped[str] = mapped_column(String(15), default="")
    account: Mapped[str] = mapped_column(String(20), default="")
    bic: Mapped[str] = mapped_column(String(9), default="")
    bank: Mapped[str] = mapped_column(String(200), default="")
    bank_city: Mapped[str] = mapped_column(String(100), default="")
    corr_account: Mapped[str] = mapped_column(String(20), default="")


class OwnEntity(Requisites, Base):
    __tablename__ = "own_entity"
    __table_args__ = (UniqueConstraint("inn"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(300))
    address: Mapped[str] = mapped_column(String(500), default="")
    vat_percent: Mapped[int | None] = mapped_column(Integer)  # None: without VAT
    director: Mapped[str] = mapped_column(String(200), default="")
    accountant: Mapped[str] = mapped_column(String(200), default="")


class Client(Base):
    __tablename__ = "client"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(300))
    contact_name: Mapped[str] = mapped_column(String(200), default="")
    contact_phone: Mapped[str] = mapped_column(String(16), default="", index=True)
    email: Mapped[str] = mapped_column(String(200), default="")


class LegalEntity(Requisites, Base):
    __tablename__ = "legal_entity"
    __table_args__ = (UniqueConstraint("inn"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), index=True)
    name: Mapped[str] = mapped_column(String(300))
    address: Mapped[str] = mapped_column(String(500), default="")


class Contract(Base):
    __tablename__ = "contract"
    __table_args__ = (UniqueConstraint("legal_entity_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(50))
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), index=True)
    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entity.id"))
    own_entity_id: Mapped[int] = mapped_column(ForeignKey("own_entity.id"))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    period: Mapped[str] = mapped_column(String(20))  # month | quarter | year
    documents: Mapped[str] = mapped_column(String(100))
    sla_plan: Mapped[str] = mapped_column(String(100))
    payment_days: Mapped[int] = mapped_column(Integer)
    silence_accepts: Mapped[bool] = mapped_column(Boolean, default=True)
    requester_sees_prices: Mapped[bool] = mapped_column(Boolean, default=False)
    containment_kop: Mapped[int] = mapped_column(Kopecks, default=0)
    #: The client is told as well when a deadline of his is broken.
    client_hears_breach: Mapped[bool] = mapped_column(Boolean, default=False)


class Site(Base):
    __tablename__ = "site"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    #: What the QR sticker carries; random, so that a lost sticker can be replaced.
    qr_token: Mapped[str] = mapped_column(String(24), unique=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), index=True)
    name: Mapped[str] = mapped_column(String(300))
    region: Mapped[str] = mapped_column(String(100), index=True)
    city: Mapped[str] = mapped_column(String(100))
    address: Mapped[str] = mapped_column(String(500))
    lat: Mapped[float] = mapped_column(Float)
    lon: Mapped[float] = mapped_column(Float)
    zone: Mapped[str] = mapped_column(String(40))  # IANA name
    opens_min: Mapped[int] = mapped_column(Integer)  # minutes after local midnight; 0 and 1440: round the clock
    closes_min: Mapped[int] = mapped_column(Integer)
    responsible_name: Mapped[str] = mapped_column(String(200), default="")
    responsible_phone: Mapped[str] = mapped_column(String(16), default="", index=True)
    kpp: Mapped[str] = mapped_column(String(9), default="")
    radius_m: Mapped[int] = mapped_column(Integer, default=200)
    #: Casefolded words of code, name, city, region and address (`core.domain.words.search_key`).
    search: Mapped[str] = mapped_column(String(1200))

    __table_args__ = (Index("ix_site_lat_lon", "lat", "lon"),)


class SiteEntity(Base):
    """Which legal entity pays for a site from a day on; no day means from the beginning."""

    __tablename__ = "site_entity"
    __table_args__ = (UniqueConstraint("site_id", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entity.id"))
    valid_from: Mapped[date | None] = mapped_column(Date)


class Skill(Base):
    __tablename__ = "skill"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)


class Service(Base):
    """A kind of work: also the price list, with the client's price and the contractor's rate, both net."""

    __tablename__ = "service"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(300))
    skill_id: Mapped[int] = mapped_column(ForeignKey("skill.id"), index=True)
    unit: Mapped[str] = mapped_column(String(20))
    client_price_kop: Mapped[int] = mapped_column(Kopecks)
    contractor_rate_kop: Mapped[int] = mapped_column(Kopecks)
    shots_before: Mapped[int] = mapped_column(Integer)
    shots_after: Mapped[int] = mapped_column(Integer)
    norm_minutes: Mapped[int] = mapped_column(Integer)
    search: Mapped[str] = mapped_column(String(600))


class SlaTarget(Base):
    __tablename__ = "sla_target"
    __table_args__ = (UniqueConstraint("plan", "priority"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan: Mapped[str] = mapped_column(String(100))
    priority: Mapped[str] = mapped_column(String(20))  # core.domain.ticket.Priority
    reaction_min: Mapped[int] = mapped_column(Integer)
    arrival_min: Mapped[int] = mapped_column(Integer)
    resolution_min: Mapped[int] = mapped_column(Integer)
    calendar: Mapped[str] = mapped_column(String(20))  # 24x7 | working


class ApprovalStep(Base):
    __tablename__ = "approval_step"
    __table_args__ = (UniqueConstraint("client_id", "step"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    step: Mapped[int] = mapped_column(Integer)
    role_name: Mapped[str] = mapped_column(String(100))
    person_name: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str] = mapped_column(String(16), index=True)
    from_kop: Mapped[int] = mapped_column(Kopecks)

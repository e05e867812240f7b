"""What a contractor's quality is judged by: events with a weight and a source. Rows are only added."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.domain.quality import QualityKind
from storage.base import Base
from storage.types import Milli, StrEnumType, UtcDateTime


class QualityEvent(Base):
    __tablename__ = "quality_event"
    __table_args__ = (Index("ix_quality_event_contractor", "contractor_id", "kind", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[QualityKind] = mapped_column(StrEnumType(QualityKind))
    contractor_id: Mapped[int] = mapped_column(ForeignKey("contractor.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    #: Of a back-out: 500 more than a day before, 1000 later, 3000 for not coming.
    weight_milli: Mapped[int] = mapped_column(Milli)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id"), unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

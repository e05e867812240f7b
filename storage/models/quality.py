"""What a contractor's quality is judged by: events with a weight and a source, and disputes about them."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.domain.quality import QualityKind
from storage.base import Base
from storage.types import Milli, StrEnumType, UtcDateTime


class QualityEvent(Base):
    __tablename__ = "quality_event"
    __table_args__ = (
        UniqueConstraint("audit_id", "kind"),
        Index("ix_quality_event_contractor", "contractor_id", "kind", "at"),
        Index("ix_quality_event_kind", "kind", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[QualityKind] = mapped_column(StrEnumType(QualityKind))
    contractor_id: Mapped[int] = mapped_column(ForeignKey("contractor.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    #: Of a back-out: 500 more than a day before, 1000 later, 3000 for not coming. Of what may be good or bad: how
    #: good, 0 to 1000; of a mark its share of the best.
    weight_milli: Mapped[int] = mapped_column(Milli)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id"))
    #: Of fraud: what was found, in the words of who decided.
    words: Mapped[str] = mapped_column(String(500), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Counts no more: a dispute was right, or the breach behind it was none.
    annulled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class QualityDispute(Base):
    """The contractor does not agree with an event: once per event, and another person decides."""

    __tablename__ = "quality_dispute"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("quality_event.id"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    words: Mapped[str] = mapped_column(String(2000))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_upheld: Mapped[bool | None] = mapped_column(Boolean)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer: Mapped[str] = mapped_column(String(2000), default="")


class LimitLine(Base):
    """A firm with a new event, which waits to be judged by its ledger."""

    __tablename__ = "limit_line"

    contractor_id: Mapped[int] = mapped_column(ForeignKey("contractor.id"), primary_key=True, autoincrement=False)
    since: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

"""What people write to each other about a ticket, and what was said on the phone to contractors."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.domain.talk import CallOutcome, TalkKind
from core.domain.visit import Side
from storage.base import Base
from storage.types import StrEnumType, UtcDateTime


class Talk(Base):
    """A message between client and crew, or a question of somebody invited and its answer."""

    __tablename__ = "talk"
    __table_args__ = (Index("ix_talk_ticket", "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    kind: Mapped[TalkKind] = mapped_column(StrEnumType(TalkKind))
    side: Mapped[Side] = mapped_column(StrEnumType(Side))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    #: Of a message: in whose hands the ticket was; another crew does not read it.
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"))
    #: Of a question: what was to be taken.
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offer.id"))
    #: Of an answer: the question.
    answers_id: Mapped[int | None] = mapped_column(ForeignKey("talk.id"))
    #: A picture or a voice sent instead of words, or with them.
    proof_id: Mapped[int | None] = mapped_column(ForeignKey("proof.id"))
    text: Mapped[str] = mapped_column(String(4000), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Call(Base):
    """A telephone call of the desk to a contractor about a ticket."""

    __tablename__ = "call"
    __table_args__ = (Index("ix_call_ticket", "ticket_id", "contractor_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    contractor_id: Mapped[int] = mapped_column(ForeignKey("contractor.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[CallOutcome] = mapped_column(StrEnumType(CallOutcome))
    note: Mapped[str] = mapped_column(String(500), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)

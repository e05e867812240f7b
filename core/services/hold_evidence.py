"""What a pause rests on: a picture or a few words of the crew, words of the desk, kept with the hold.

Asked only where the pause stops a promise to the client (`core.domain.hold.asks_evidence`). Who may disagree and who
decides sees it; a firm that was only asked does not.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from core.domain import hold as rules
from core.domain import typed
from core.domain.actor import Actor
from core.domain.clock import StopReason
from core.domain.errors import Changed, EvidenceMissing, EvidenceUsed, NotFound
from core.domain.proof import ProofStage, ProofStatus
from core.services import client_waits, proof_cards, proofs, scope
from core.services.proof_cards import Picture
from core.services.proofs import Incoming
from storage.models.clock import ClientWord, Hold
from storage.models.ticket import Ticket
from storage.models.visit import Proof


@dataclass(frozen=True, slots=True)
class Evidence:
    words: str = ""
    media: Incoming | None = None


NONE = Evidence()


@dataclass(frozen=True, slots=True)
class Shown:
    """For those who may see it. `is_refused`: the picture turned out to be unreadable or an old one. `hold_id` 0: no
    hold, words of the desk in the client's name."""

    hold_id: int
    words: str
    has_media: bool
    is_refused: bool


def take(
    session: Session, actor: Actor, ticket_id: int, reason: StopReason, given: Evidence, *, now: datetime
) -> tuple[str, int | None]:
    """The words and the picture a hold is to rest on. Raises EvidenceMissing, EvidenceUsed, TextTooLong."""
    if not rules.asks_evidence(reason):
        return "", None
    words = typed.words(given.words, rules.MOST_LETTERS, may_be_empty=True)
    is_picture_enough = given.media is not None and not actor.is_desk
    if not is_picture_enough and not rules.says_something(words):
        raise EvidenceMissing
    return words, _kept(session, actor, given.media, ticket_id, now=now) if given.media is not None else None


def shown(session: Session, actor: Actor, ticket: Ticket, hold: Hold) -> Shown | None:
    if not (hold.evidence or hold.proof_id) or not may_see(session, actor, ticket):
        return None
    proof = session.get(Proof, hold.proof_id) if hold.proof_id is not None else None
    is_refused = proof is not None and proof.status is ProofStatus.REFUSED
    return Shown(hold.id, hold.evidence, proof is not None and not is_refused, is_refused)


def of_pause(
    session: Session, actor: Actor, ticket: Ticket, begins: datetime, reason: StopReason | None
) -> Shown | None:
    """What the client did himself rests on that act."""
    row = hold_of(session, ticket, begins, reason)
    if row is not None:
        return shown(session, actor, ticket, row)
    word = word_of(session, ticket, begins, reason)
    return Shown(0, word.words, False, False) if word is not None and may_see(session, actor, ticket) else None


def word_of(session: Session, ticket: Ticket, begins: datetime, reason: StopReason | None) -> ClientWord | None:
    """What the desk wrote down in the client's name; None: this pause was laid by a hold, or by the client himself."""
    if reason is not StopReason.MOVED_BY_CLIENT or hold_of(session, ticket, begins, reason) is not None:
        return None
    return client_waits.word(session, ticket.id, begins)


def hold_of(session: Session, ticket: Ticket, begins: datetime, reason: StopReason | None) -> Hold | None:
    """The hold that laid this pause; None: no hold did."""
    return session.scalars(
        select(Hold)
        .where(
            Hold.ticket_id == ticket.id,
            Hold.reason == reason,
            Hold.started_at <= begins,
            or_(Hold.ended_at.is_(None), Hold.ended_at > begins),
        )
        .order_by(Hold.id.desc())
        .limit(1)
    ).one_or_none()


def pictures(session: Session, actor: Actor, bot_id: int, hold_id: int, *, now: datetime) -> tuple[Picture, ...]:
    """What was sent, with the rest of its album. File ids serve only the bot that got them. Raises NotFound."""
    hold = session.get(Hold, hold_id)
    if hold is None:
        raise NotFound
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == hold.ticket_id)
    if not may_see(session, actor, ticket):
        raise NotFound
    first = session.get(Proof, hold.proof_id) if hold.proof_id is not None else None
    if first is None:
        return ()
    same = Proof.id == first.id
    if first.media_group_id is not None:
        same = and_(Proof.media_group_id == first.media_group_id, Proof.person_id == first.person_id)
    rows = session.scalars(
        select(Proof)
        .where(same, Proof.bot_id == bot_id, Proof.status != ProofStatus.REFUSED)
        .order_by(Proof.sent_at, Proof.message_id)
    )
    return tuple(Picture(row.file_id, row.kind, row.stage) for row in rows)


def _kept(session: Session, actor: Actor, media: Incoming, ticket_id: int, *, now: datetime) -> int:
    was_sent = select(Proof.id).where(Proof.file_unique_id == media.file_unique_id, Proof.status != ProofStatus.REFUSED)
    is_borrowed = media.is_forwarded and not actor.is_desk  # the desk passes on what the client sent, and says so
    if is_borrowed or session.scalar(was_sent.limit(1)) is not None:
        raise EvidenceUsed
    proof = proofs.beside_words(session, actor, media, ticket_id, now=now)
    if proof is None:
        raise Changed
    proof.stage = ProofStage.HOLD
    session.flush()
    return proof.id


def may_see(session: Session, actor: Actor, ticket: Ticket) -> bool:
    """What was said of its pauses: the desk, the client's side, and a firm that had the job."""
    return ProofStage.HOLD in proof_cards.stages(session, actor, ticket)

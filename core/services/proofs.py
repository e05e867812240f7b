"""Pictures, videos and files on a ticket: a row as soon as the message comes, the bytes after it.

What came at an unexpected moment is kept and its sender asked what it is; nothing sent is ever thrown away.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.errors import Changed, NotAllowed, NotFound
from core.domain.notice import Delivery, Notice
from core.domain.proof import ProofKind, ProofStage, ProofStatus, Refusal
from core.domain.ticket import SETTLED, TicketStatus
from core.domain.visit import AHEAD, VisitStatus, VisitStep
from core.services import intakes, notices, steps
from storage.models.ticket import Intake, Ticket
from storage.models.visit import Proof, Visit

#: Telegram gives a bot files up to this size.
FETCH_LIMIT = 20 * 1024 * 1024
LATE_FOR = timedelta(days=3)
RETRY_AFTER = (2, 10, 60, 600)
#: Telegram may be out of reach for hours; a photo is not given up for that.
FETCH_FOR = timedelta(days=1)
#: Steps at which pictures are counted: what is none is kept and said not to count.
SHOTS = (ProofStage.BEFORE, ProofStage.AFTER)
#: Files of these names claim to be pictures.
PICTURE_NAMES = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".gif", ".bmp", ".tif", ".tiff")


@dataclass(frozen=True, slots=True)
class Incoming:
    """A media message as it came; ids are Telegram's."""

    kind: ProofKind
    bot_id: int
    chat_id: int
    message_id: int
    file_id: str
    file_unique_id: str
    size: int | None
    file_name: str
    caption: str
    media_group_id: str | None
    is_forwarded: bool
    sent_at: datetime


class Shelf(StrEnum):
    """Whose bytes they are."""

    PROOF = "proof"
    CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Bytes to be fetched."""

    row_id: int
    file_id: str
    kind: ProofKind
    tries: int
    shelf: Shelf = Shelf.PROOF

    @property
    def may_be_picture(self) -> bool:
        return self.kind in (ProofKind.PHOTO, ProofKind.DOCUMENT)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the child process read in a picture."""

    width: int | None = None
    height: int | None = None
    dhash: str | None = None
    exif_taken_at: str | None = None
    exif_lat: float | None = None
    exif_lon: float | None = None


def receive(session: Session, actor: Actor, incoming: Incoming, *, now: datetime) -> None:
    """Puts the media where it belongs: a request being told, the visit's step, or "what is it?"."""
    if actor.person_id is None:
        raise NotAllowed
    if _is_known(session, incoming):
        return
    mate = _album_mate(session, actor.person_id, incoming)
    if mate is not None:
        proof = _beside(session, incoming, mate, now=now)
    else:
        intake_id, visit = _target(session, actor, now)
        if intake_id is None and visit is None:
            raise NotAllowed
        proof = _row(actor.person_id, incoming, intake_id, visit, now=now)
        _place(session, proof, visit)
    session.add(proof)
    session.flush()
    _judge(session, proof)
    _tell(session, proof, now=now)


def beside_words(session: Session, actor: Actor, incoming: Incoming, ticket_id: int, *, now: datetime) -> Proof | None:
    """A part of the talk: kept with the ticket, never counted as a shot of the work. None: it is here already."""
    if actor.person_id is None:
        raise NotAllowed
    if _is_known(session, incoming):
        return None
    proof = _row(actor.person_id, incoming, None, None, now=now)
    proof.ticket_id, proof.stage = ticket_id, ProofStage.TALK
    session.add(proof)
    session.flush()
    return proof


def sort(session: Session, actor: Actor, proof_id: int, stage: ProofStage, *, now: datetime) -> None:
    """The sender says what an unexpected picture is; its whole album goes with it. UNSORTED: not of this job."""
    proof = session.get(Proof, proof_id)
    if proof is None or proof.person_id != actor.person_id or proof.ticket_id is None:
        raise NotFound
    if stage not in (ProofStage.BEFORE, ProofStage.AFTER, ProofStage.UNSORTED):
        raise NotAllowed
    if session.get_one(Ticket, proof.ticket_id).status not in (
        TicketStatus.IN_WORK,
        TicketStatus.ASSIGNED,
        TicketStatus.REWORK,
    ):
        raise Changed
    same = [Proof.id == proof.id]
    if proof.media_group_id:
        same = [Proof.media_group_id == proof.media_group_id, Proof.person_id == actor.person_id]
    session.execute(
        update(Proof)
        .where(*same, Proof.stage == ProofStage.UNSORTED)
        .values(stage=stage)
        .execution_options(synchronize_session="fetch")
    )
    ticket = session.get_one(Ticket, proof.ticket_id)
    notices.reply(session, actor, Notice.CARD, ticket=ticket, cause=f"{actor.source} sort", now=now)


def wanted(session: Session, bot_id: int, limit: int, *, now: datetime) -> tuple[Wanted, ...]:
    """What is still at Telegram and due to be fetched."""
    rows = session.scalars(
        select(Proof)
        .where(Proof.status == ProofStatus.PENDING, Proof.fetch_at <= now, Proof.bot_id == bot_id)
        .order_by(Proof.fetch_at, Proof.id)
        .limit(limit)
    )
    return tuple(Wanted(row.id, row.file_id, row.kind, row.fetch_tries) for row in rows)


def stored(session: Session, proof_id: int, sha256: str, size: int, facts: Facts | None, *, now: datetime) -> None:
    """The bytes are safe in the store. `facts` is None for a file that is no readable picture."""
    proof = session.get_one(Proof, proof_id)
    if proof.status is not ProofStatus.PENDING:
        return None
    proof.sha256, proof.size, proof.fetch_at = sha256, size, None
    if facts is None and _claims_to_be_picture(proof):
        return _refuse(session, proof, Refusal.UNREADABLE, now=now)
    if facts is not None:
        proof.width, proof.height, proof.dhash = facts.width, facts.height, facts.dhash
        proof.exif_taken_at, proof.exif_lat, proof.exif_lon = facts.exif_taken_at, facts.exif_lat, facts.exif_lon
    if _is_repeat(session, proof):
        return _refuse(session, proof, Refusal.REPEAT, now=now)
    proof.status = ProofStatus.STORED
    # The client said yes to the pictures that were there; what arrives after that is beside them.
    proof.is_late = proof.is_late or _is_settled(session, proof)
    session.flush()
    if facts is None and proof.stage in SHOTS:
        _say_kept(session, proof, now=now)
    _redraw(session, proof, now=now)
    return None


def fetch_failed(session: Session, proof_id: int, *, is_gone: bool, now: datetime) -> None:
    """Tried again with growing pauses; given up when Telegram says the file is gone."""
    proof = session.get_one(Proof, proof_id)
    if proof.status is not ProofStatus.PENDING:
        return
    if is_gone or now - proof.received_at > FETCH_FOR:
        _refuse(session, proof, Refusal.GONE, now=now)
        return
    proof.fetch_at = now + timedelta(seconds=RETRY_AFTER[min(proof.fetch_tries, len(RETRY_AFTER) - 1)])
    proof.fetch_tries += 1


def too_large(session: Session, proof_id: int, *, now: datetime) -> None:
    """More bytes than Telegram gives a bot, whatever size was declared: kept by reference, and said so."""
    proof = session.get_one(Proof, proof_id)
    if proof.status is not ProofStatus.PENDING:
        return
    proof.status, proof.fetch_at = ProofStatus.REFERENCE, None
    session.flush()
    _say_kept(session, proof, now=now)
    _redraw(session, proof, now=now)


def _is_known(session: Session, incoming: Incoming) -> bool:
    known = select(Proof.id).where(
        Proof.bot_id == incoming.bot_id,
        Proof.chat_id == incoming.chat_id,
        Proof.message_id == incoming.message_id,
    )
    return session.scalar(known) is not None


def _visit_of(session: Session, actor: Actor, now: datetime) -> Visit | None:
    """The visit of his last step: he may have forgotten to report the one before. Otherwise the next one, or one that
    ended lately: late photos are welcome."""
    own = steps.walked_by(actor)
    for status in (VisitStatus.ON_SITE, VisitStatus.EN_ROUTE):
        begun = session.scalars(own.where(Visit.status == status).order_by(Visit.id)).all()
        if begun:
            return max(begun, key=steps.stepped_at)
    ahead = session.scalars(own.where(Visit.status.in_(AHEAD)).order_by(Visit.starts_at).limit(1)).one_or_none()
    if ahead is not None:
        return ahead
    return session.scalars(
        own.where(Visit.status == VisitStatus.LEFT, Visit.left_at >= now - LATE_FOR)
        .order_by(Visit.left_at.desc())
        .limit(1)
    ).one_or_none()


def _target(session: Session, actor: Actor, now: datetime) -> tuple[int | None, Visit | None]:
    """A request being told comes first, unless it was left half way and work has begun since."""
    visit = _visit_of(session, actor, now)
    intake_id = intakes.current_id(session, actor, now=now)
    if intake_id is None or visit is None:
        return intake_id, None if intake_id is not None else visit
    begun_at = visit.work_started_at if visit.status is VisitStatus.ON_SITE else None
    if begun_at is not None and begun_at > session.get_one(Intake, intake_id).opened_at:
        return None, visit
    return intake_id, None


def _album_mate(session: Session, person_id: int, incoming: Incoming) -> Proof | None:
    """An album has no end: an item that comes much later still belongs where the others went."""
    if incoming.media_group_id is None:
        return None
    return session.scalars(
        select(Proof)
        .where(Proof.media_group_id == incoming.media_group_id, Proof.person_id == person_id)
        .order_by(Proof.id)
        .limit(1)
    ).one_or_none()


def _beside(session: Session, incoming: Incoming, mate: Proof, *, now: datetime) -> Proof:
    visit = session.get(Visit, mate.visit_id) if mate.visit_id is not None else None
    proof = _row(mate.person_id, incoming, mate.intake_id, visit, now=now)
    proof.ticket_id, proof.stage = mate.ticket_id, mate.stage
    proof.is_late = visit is not None and visit.status is VisitStatus.LEFT
    return proof


def _row(person_id: int, incoming: Incoming, intake_id: int | None, visit: Visit | None, *, now: datetime) -> Proof:
    too_large = incoming.size is not None and incoming.size > FETCH_LIMIT
    return Proof(
        intake_id=intake_id,
        ticket_id=visit.ticket_id if visit else None,
        visit_id=visit.id if visit else None,
        person_id=person_id,
        kind=incoming.kind,
        stage=ProofStage.REQUEST,
        status=ProofStatus.REFERENCE if too_large else ProofStatus.PENDING,
        is_forwarded=incoming.is_forwarded,
        caption=incoming.caption[:1024],
        file_name=incoming.file_name[:200],
        bot_id=incoming.bot_id,
        chat_id=incoming.chat_id,
        message_id=incoming.message_id,
        media_group_id=incoming.media_group_id,
        file_id=incoming.file_id,
        file_unique_id=incoming.file_unique_id,
        size=incoming.size,
        sent_at=incoming.sent_at,
        received_at=now,
        fetch_at=None if too_large else now,
    )


def _place(session: Session, proof: Proof, visit: Visit | None) -> None:
    """Which stage the picture belongs to, by the step of the visit."""
    if visit is None:
        proof.stage = ProofStage.REQUEST
        return
    ticket = session.get_one(Ticket, visit.ticket_id)
    if visit.status is VisitStatus.LEFT:
        proof.is_late, proof.stage = True, ProofStage.AFTER
        return
    match steps.step(ticket, visit):
        case VisitStep.BEFORE:
            proof.stage = ProofStage.BEFORE
        case VisitStep.AFTER | VisitStep.REPORT:
            proof.stage = ProofStage.AFTER
        case _:
            proof.stage = ProofStage.UNSORTED


def _judge(session: Session, proof: Proof) -> None:
    """What can be refused before the bytes are here."""
    if proof.is_forwarded and proof.visit_id is not None:
        proof.status, proof.refusal, proof.fetch_at = ProofStatus.REFUSED, Refusal.FORWARDED, None
    elif proof.visit_id is not None and _is_repeat(session, proof):
        proof.status, proof.refusal, proof.fetch_at = ProofStatus.REFUSED, Refusal.REPEAT, None
    session.flush()


def _is_repeat(session: Session, proof: Proof) -> bool:
    """The same Telegram file or the same bytes, on this ticket or on any other, of work or of a pause."""
    if proof.visit_id is None and proof.stage is not ProofStage.HOLD:
        return False
    same = [Proof.file_unique_id == proof.file_unique_id]
    if proof.sha256 is not None:
        same = [Proof.sha256 == proof.sha256]
    shows = or_(Proof.visit_id.is_not(None), Proof.stage == ProofStage.HOLD)
    other = select(Proof.id).where(*same, Proof.id != proof.id, shows, Proof.status != ProofStatus.REFUSED)
    return session.scalar(other.limit(1)) is not None


def _is_settled(session: Session, proof: Proof) -> bool:
    return proof.ticket_id is not None and session.get_one(Ticket, proof.ticket_id).status in SETTLED


def _claims_to_be_picture(proof: Proof) -> bool:
    named = proof.kind is ProofKind.DOCUMENT and proof.file_name.casefold().endswith(PICTURE_NAMES)
    return proof.kind is ProofKind.PHOTO or named


def _refuse(session: Session, proof: Proof, refusal: Refusal, *, now: datetime) -> None:
    proof.status, proof.refusal, proof.fetch_at = ProofStatus.REFUSED, refusal, None
    session.flush()
    notices.answer(
        session,
        proof.person_id,
        Notice.PROOF_REFUSED,
        cause=f"proof {proof.id}",
        now=now,
        data={"proof": proof.id, "reason": refusal},
    )
    _redraw(session, proof, now=now)


def _tell(session: Session, proof: Proof, *, now: datetime) -> None:
    person_id = proof.person_id
    data = {"proof": proof.id}
    if proof.refusal is not None:
        reason = {"reason": proof.refusal}
        notices.answer(session, person_id, Notice.PROOF_REFUSED, cause=f"proof {proof.id}", now=now, data=data | reason)
    elif proof.stage is ProofStage.UNSORTED:
        # One question for a whole album, however many pictures it has.
        cause = f"album {proof.media_group_id}" if proof.media_group_id else f"proof {proof.id}"
        notices.answer(session, person_id, Notice.SORT_PROOF, cause=cause, now=now, data=data)
    elif proof.status is ProofStatus.REFERENCE or proof.is_late:
        _say_kept(session, proof, now=now)
    elif proof.intake_id is not None:
        cause = f"album {proof.media_group_id}" if proof.media_group_id else f"proof {proof.id}"
        notices.answer(session, person_id, Notice.INTAKE, cause=cause, now=now, data={"intake": proof.intake_id})


def _say_kept(session: Session, proof: Proof, *, now: datetime) -> None:
    """Once for a proof, whatever the reason: it is safe, but it is not what the sender may think."""
    data = {"proof": proof.id}
    notices.answer(session, proof.person_id, Notice.PROOF, cause=f"proof {proof.id}", now=now, data=data)


def _redraw(session: Session, proof: Proof, *, now: datetime) -> None:
    """The card counts the shots in silence; the last one that was missing brings the card down to the thumb."""
    if proof.ticket_id is None or proof.visit_id is None:
        return
    ticket = session.get_one(Ticket, proof.ticket_id)
    is_last = proof.status is ProofStatus.STORED and _completes(session, ticket, proof)
    notices.answer(
        session,
        proof.person_id,
        Notice.CARD,
        ticket=ticket,
        cause=f"proof {proof.id} {proof.status}",
        now=now,
        delivery=Delivery.NEW if is_last else Delivery.EDIT,
    )


def _completes(session: Session, ticket: Ticket, proof: Proof) -> bool:
    shots = steps.shots(session, ticket, session.get(Visit, proof.visit_id))
    if proof.stage is ProofStage.BEFORE:
        return shots.before == shots.before_needed
    return proof.stage is ProofStage.AFTER and shots.after == shots.after_needed

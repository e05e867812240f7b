"""What is told about one picture, and which pictures of a ticket these eyes may look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.errors import NotFound
from core.domain.proof import ProofKind, ProofStage, ProofStatus, Refusal
from core.domain.role import CONTRACTOR_ROLES
from core.services import scope
from storage.models.directory import Service, Site
from storage.models.ticket import Assignment, Presence, Ticket
from storage.models.visit import Proof

#: What was shown when the work was ordered; who was only asked sees nothing else.
OF_REQUEST = (ProofStage.REQUEST,)
#: More rows than that cannot be read on a phone.
MOST_PAIRS = 4
OF_WORK = (ProofStage.REQUEST, ProofStage.BEFORE, ProofStage.AFTER, ProofStage.COMPLAINT, ProofStage.HOLD)


@dataclass(frozen=True, slots=True)
class ProofCard:
    """`number` counts the media of its step in the order they were sent: "photo 2 did not open"."""

    proof_id: int
    ticket_id: int | None
    ticket_number: str
    kind: ProofKind
    stage: ProofStage
    status: ProofStatus
    refusal: Refusal | None
    number: int
    is_late: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """One file to be shown by its Telegram id."""

    file_id: str
    kind: ProofKind
    stage: ProofStage


def card(session: Session, actor: Actor, proof_id: int, *, now: datetime) -> ProofCard:
    """For the one who sent it. Raises NotFound."""
    proof = session.get(Proof, proof_id)
    if proof is None or proof.person_id != actor.person_id:
        raise NotFound
    ticket = session.get_one(Ticket, proof.ticket_id) if proof.ticket_id is not None else None
    return ProofCard(
        proof_id=proof.id,
        ticket_id=proof.ticket_id,
        ticket_number=ticket.number if ticket is not None else "",
        kind=proof.kind,
        stage=proof.stage,
        status=proof.status,
        refusal=proof.refusal,
        number=_number(session, proof),
        is_late=proof.is_late,
    )


def album(session: Session, actor: Actor, bot_id: int, ticket_id: int, *, now: datetime) -> tuple[Picture, ...]:
    """Pictures and videos of a ticket in the order they were sent. File ids serve only the bot that got them."""
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    rows = session.scalars(
        select(Proof)
        .where(
            Proof.ticket_id == ticket.id,
            Proof.bot_id == bot_id,
            Proof.status != ProofStatus.REFUSED,
            Proof.stage.in_(stages(session, actor, ticket)),
        )
        .order_by(Proof.sent_at, Proof.message_id)
    )
    return tuple(Picture(row.file_id, row.kind, row.stage) for row in rows)


@dataclass(frozen=True, slots=True)
class PairShot:
    sha256: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Pairs:
    """The counted pictures of the last visit that has any, and what is written over them."""

    number: str
    service: str
    site: str
    address: str
    zone: str
    lat: float
    lon: float
    before: tuple[PairShot, ...]
    after: tuple[PairShot, ...]


def pairs(session: Session, ticket_id: int, *, now: datetime) -> Pairs | None:
    """None: nothing was pictured."""
    ticket = session.get_one(Ticket, ticket_id)
    counted = (
        Proof.ticket_id == ticket_id,
        Proof.stage.in_((ProofStage.BEFORE, ProofStage.AFTER)),
        Proof.status == ProofStatus.STORED,
        or_(Proof.kind == ProofKind.PHOTO, Proof.width.is_not(None)),
    )
    visit_id = session.scalar(select(func.max(Proof.visit_id)).where(*counted))
    if visit_id is None:
        return None
    rows = session.scalars(
        select(Proof).where(*counted, Proof.visit_id == visit_id).order_by(Proof.sent_at, Proof.message_id)
    ).all()
    site = session.get_one(Site, ticket.site_id)
    here = session.scalars(
        select(Presence)
        .where(Presence.visit_id == visit_id, Presence.lat.is_not(None))
        .order_by(Presence.id.desc())
        .limit(1)
    ).one_or_none()
    return Pairs(
        number=ticket.number,
        service=session.get_one(Service, ticket.service_id).name,
        site=site.name,
        address=f"{site.city}, {site.address}",
        zone=site.zone,
        lat=here.lat if here is not None and here.lat is not None else site.lat,
        lon=here.lon if here is not None and here.lon is not None else site.lon,
        before=_pair_shots(rows, ProofStage.BEFORE),
        after=_pair_shots(rows, ProofStage.AFTER),
    )


def _pair_shots(rows: Sequence[Proof], stage: ProofStage) -> tuple[PairShot, ...]:
    return tuple(PairShot(row.sha256 or "", row.sent_at) for row in rows if row.stage is stage)[:MOST_PAIRS]


def stages(session: Session, actor: Actor, ticket: Ticket) -> tuple[ProofStage, ...]:
    """Of which steps these eyes may see the pictures."""
    roles = scope.roles_on(session, actor, ticket)
    if actor.is_operator:
        return tuple(ProofStage)
    if roles - CONTRACTOR_ROLES or ticket.requester_id == actor.person_id:
        return OF_WORK
    holds = select(Assignment.id).where(
        Assignment.ticket_id == ticket.id, Assignment.contractor_id.in_(actor.contractor_ids)
    )
    return OF_WORK if session.scalar(holds.limit(1)) is not None else OF_REQUEST


def _number(session: Session, proof: Proof) -> int:
    earlier = select(func.count()).where(
        _beside(proof),
        Proof.stage == proof.stage,
        Proof.person_id == proof.person_id,
        Proof.message_id <= proof.message_id,
    )
    return session.scalar(earlier) or 1


def _beside(proof: Proof) -> ColumnElement[bool]:
    """What it is counted among: its visit, its request, the album a hold rests on, its ticket."""
    if proof.visit_id is not None:
        return Proof.visit_id == proof.visit_id
    if proof.intake_id is not None:
        return Proof.intake_id == proof.intake_id
    if proof.stage is not ProofStage.HOLD:
        return Proof.ticket_id == proof.ticket_id
    return Proof.media_group_id == proof.media_group_id if proof.media_group_id is not None else Proof.id == proof.id

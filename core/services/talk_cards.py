"""What each person may read of the talk about a ticket, and how far every word has come.

A crew reads what was said while the ticket was in its hands; those invited read questions and answers, never who asked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from core.domain.actor import Actor
from core.domain.errors import NotFound
from core.domain.notice import Delivery, Notice, OutboxStatus
from core.domain.proof import ProofKind
from core.domain.role import CLIENT_ROLES, Role
from core.domain.talk import ASKABLE, WRITABLE, Reach, TalkKind
from core.domain.visit import Side
from core.services import assignments, open_offers, scope
from core.services.proof_cards import Picture
from storage.models.desk import Audit
from storage.models.directory import Service, Site
from storage.models.offer import Offer
from storage.models.people import Membership, Person
from storage.models.post import Outbox
from storage.models.talk import Talk
from storage.models.ticket import Assignment, Ticket
from storage.models.visit import Proof

PAGE = 5
ON_OFFER = 3
#: Their messages may be replied to.
RELAYED = (Notice.MESSAGE, Notice.QUESTION, Notice.ANSWERED)
_SAID = {TalkKind.MESSAGE: Notice.MESSAGE, TalkKind.QUESTION: Notice.QUESTION, TalkKind.ANSWER: Notice.ANSWERED}


@dataclass(frozen=True, slots=True)
class Brief:
    """What a card needs to know: as whom its reader writes (None: not at all), and how much there is to read."""

    side: Side | None
    lines: int


NO_TALK = Brief(None, 0)


@dataclass(frozen=True, slots=True)
class TalkLine:
    talk_id: int
    kind: TalkKind
    side: Side
    at: datetime
    text: str
    media: ProofKind | None
    #: Of an answer: what was asked.
    question: str
    is_own: bool
    #: Who wrote it; for the desk only.
    author: str
    #: For the one who wrote it and the desk: how far it has come to each side that must hear it.
    reach: tuple[tuple[Side, Reach], ...]
    may_reply: bool
    is_answered: bool


@dataclass(frozen=True, slots=True)
class Thread:
    ticket_id: int
    number: str
    service: str
    site: str
    zone: str
    read_at: datetime
    lines: tuple[TalkLine, ...]
    total: int
    page: int
    #: Whether the reader is a contractor, whom a phone of the site is shown on the day of the visit.
    side: Side | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on the offer card, with its last answer."""

    question: str
    answer: str | None


def brief(session: Session, actor: Actor, ticket: Ticket) -> Brief:
    lines = session.scalar(
        select(func.count()).select_from(Talk).where(Talk.ticket_id == ticket.id, _readable(session, actor, ticket))
    )
    side = side_of(session, actor, ticket) if is_open(session, ticket) else None
    return Brief(side, lines or 0)


def is_open(session: Session, ticket: Ticket) -> bool:
    """From the yes until the ticket is settled: somebody has it."""
    return ticket.status in WRITABLE and assignments.live(session, ticket.id) is not None


def awaits_answers(session: Session, ticket: Ticket) -> bool:
    """Nobody has taken it yet."""
    return ticket.status in ASKABLE and assignments.live(session, ticket.id) is None


def side_of(session: Session, actor: Actor, ticket: Ticket) -> Side | None:
    """For whom this person speaks on the ticket: who goes and the owner, the client's side, the desk."""
    held = assignments.live(session, ticket.id)
    if held is not None and _holds(actor, held):
        return Side.CREW
    if Role.REQUESTER in scope.roles_on(session, actor, ticket):
        return Side.CLIENT
    if actor.is_desk:
        return Side.DESK
    return Side.CLIENT if ticket.requester_id == actor.person_id and actor.person_id is not None else None


def _holds(actor: Actor, held: Assignment) -> bool:
    """Who goes, while he is of the firm, and its owner."""
    is_his = held.engineer_id == actor.person_id and held.contractor_id in actor.contractor_ids
    return is_his or held.contractor_id in actor.owned_contractor_ids


def find(session: Session, actor: Actor, talk_id: int) -> tuple[Talk, Ticket]:
    """Raises NotFound, also for words that are not for these eyes."""
    row = session.get(Talk, talk_id)
    if row is None:
        raise NotFound
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == row.ticket_id)
    seen = select(Talk.id).where(Talk.id == talk_id, _readable(session, actor, ticket))
    if session.scalar(seen) is None:
        raise NotFound
    return row, ticket


def one(session: Session, actor: Actor, talk_id: int, *, now: datetime) -> Thread:
    """A single message with its ticket, as it is relayed."""
    row, ticket = find(session, actor, talk_id)
    return _thread(session, actor, ticket, [row], 1, 0, now=now)


def thread(session: Session, actor: Actor, ticket_id: int, *, page: int = 0, now: datetime) -> Thread:
    """The newest page is the first; on a page it is read from above."""
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    mine = (Talk.ticket_id == ticket.id, _readable(session, actor, ticket))
    total = session.scalar(select(func.count()).select_from(Talk).where(*mine)) or 0
    rows = session.scalars(select(Talk).where(*mine).order_by(Talk.id.desc()).offset(page * PAGE).limit(PAGE)).all()
    return _thread(session, actor, ticket, rows[::-1], total, page, now=now)


def media(session: Session, actor: Actor, bot_id: int, talk_id: int, *, now: datetime) -> Picture | None:
    """What was sent with the words; file ids serve only the bot that got them."""
    row, _ = find(session, actor, talk_id)
    proof = session.get(Proof, row.proof_id) if row.proof_id is not None else None
    return Picture(proof.file_id, proof.kind, proof.stage) if proof is not None and proof.bot_id == bot_id else None


def shown_in(session: Session, actor: Actor, message_id: int, *, now: datetime) -> int | None:
    """The words that this message of the person's chat relays: whoever replies to it answers them."""
    data = session.scalar(
        select(Outbox.data)
        .where(
            Outbox.person_id == actor.person_id,
            Outbox.message_id == message_id,
            Outbox.notice.in_(RELAYED),
            Outbox.delivery == Delivery.NEW,
        )
        .limit(1)
    )
    return int(data["talk"]) if data else None


def of_album(session: Session, actor: Actor, group: str, *, now: datetime) -> int | None:
    """The words an earlier picture of the same album was sent with."""
    return session.scalar(
        select(Talk.id)
        .join(Proof, Proof.id == Talk.proof_id)
        .where(Proof.media_group_id == group, Talk.author_id == actor.person_id)
        .order_by(Talk.id)
        .limit(1)
    )


def asked(session: Session, ticket_id: int) -> tuple[Asked, ...]:
    """The last questions on the ticket, for everybody invited; who asked is not told."""
    answers = _answers(session, ticket_id)
    questions = session.scalars(
        select(Talk)
        .where(Talk.ticket_id == ticket_id, Talk.kind == TalkKind.QUESTION)
        .order_by(Talk.id.desc())
        .limit(ON_OFFER)
    ).all()
    return tuple(Asked(row.text, answers.get(row.id)) for row in questions[::-1])


def reach(session: Session, row: Talk) -> tuple[tuple[Side, Reach], ...]:
    """How far a message has come to the sides that did not write it."""
    if row.kind is not TalkKind.MESSAGE:
        return ()
    return _reach(session, [row]).get(row.id, ())


def _readable(session: Session, actor: Actor, ticket: Ticket) -> ColumnElement[bool]:
    """Which rows of the ticket's talk are for these eyes."""
    if actor.is_operator or _is_client(session, actor, ticket):
        return true()
    own = select(Assignment.id).where(
        Assignment.ticket_id == ticket.id,
        or_(
            and_(Assignment.engineer_id == actor.person_id, Assignment.contractor_id.in_(actor.contractor_ids)),
            Assignment.contractor_id.in_(actor.owned_contractor_ids),
        ),
    )
    invited = select(Offer.id).where(Offer.ticket_id == ticket.id, Offer.contractor_id.in_(actor.contractor_ids))
    was_asked = session.scalar(invited.limit(1)) is not None
    before_the_yes = Talk.kind != TalkKind.MESSAGE if was_asked else false()
    return or_(Talk.assignment_id.in_(own), before_the_yes)


def _is_client(session: Session, actor: Actor, ticket: Ticket) -> bool:
    if scope.roles_on(session, actor, ticket) & CLIENT_ROLES:
        return True
    return ticket.requester_id == actor.person_id and actor.person_id is not None


def _thread(
    session: Session, actor: Actor, ticket: Ticket, rows: Sequence[Talk], total: int, page: int, *, now: datetime
) -> Thread:
    site, service = session.get_one(Site, ticket.site_id), session.get_one(Service, ticket.service_id)
    lines = _lines(session, actor, ticket, rows)
    return Thread(
        ticket_id=ticket.id,
        number=ticket.number,
        service=service.name,
        site=site.name,
        zone=site.zone,
        read_at=now,
        lines=lines,
        total=total,
        page=page,
        side=side_of(session, actor, ticket),
    )


def _lines(session: Session, actor: Actor, ticket: Ticket, rows: Sequence[Talk]) -> tuple[TalkLine, ...]:
    proofs = _kinds(session, rows)
    known = [row for row in rows if row.kind is TalkKind.MESSAGE and _may_see_reach(actor, row)]
    reached = _reach(session, known)
    answers = _answers(session, ticket.id) if any(row.kind is TalkKind.QUESTION for row in rows) else {}
    return tuple(
        TalkLine(
            talk_id=row.id,
            kind=row.kind,
            side=row.side,
            at=row.at,
            text=row.text,
            media=proofs.get(row.proof_id),
            question=session.get_one(Talk, row.answers_id).text if row.answers_id is not None else "",
            is_own=row.author_id == actor.person_id,
            author=session.get_one(Person, row.author_id).name if actor.is_operator else "",
            reach=reached.get(row.id, ()),
            may_reply=_may_reply(session, actor, ticket, row),
            is_answered=row.id in answers,
        )
        for row in rows
    )


def _may_see_reach(actor: Actor, row: Talk) -> bool:
    return actor.is_desk or row.author_id == actor.person_id


def _may_reply(session: Session, actor: Actor, ticket: Ticket, row: Talk) -> bool:
    side = side_of(session, actor, ticket)
    match row.kind:
        case TalkKind.MESSAGE:
            return side is not None and row.author_id != actor.person_id and is_open(session, ticket)
        case TalkKind.QUESTION:
            return side in (Side.CLIENT, Side.DESK) and awaits_answers(session, ticket)
        case TalkKind.ANSWER:
            return own_offer(session, actor, ticket) is not None


def own_offer(session: Session, actor: Actor, ticket: Ticket) -> int | None:
    """The offer of this ticket to the person's firm that is not over yet."""
    return session.scalar(
        select(Offer.id)
        .where(
            Offer.ticket_id == ticket.id,
            Offer.contractor_id.in_(actor.contractor_ids),
            open_offers.are_open(),
        )
        .order_by(Offer.id.desc())
        .limit(1)
    )


def _answers(session: Session, ticket_id: int) -> dict[int, str]:
    """Question → its last answer."""
    rows = session.execute(
        select(Talk.answers_id, Talk.text)
        .where(Talk.ticket_id == ticket_id, Talk.kind == TalkKind.ANSWER)
        .order_by(Talk.id)
    )
    return {question: text for question, text in rows if question is not None}


def _kinds(session: Session, rows: Iterable[Talk]) -> dict[int | None, ProofKind]:
    ids = [row.proof_id for row in rows if row.proof_id is not None]
    return {key: kind for key, kind in session.execute(select(Proof.id, Proof.kind).where(Proof.id.in_(ids)))}


def _reach(session: Session, rows: Sequence[Talk]) -> dict[int, tuple[tuple[Side, Reach], ...]]:
    found: dict[int, tuple[tuple[Side, Reach], ...]] = {}
    for row in rows:
        crew = _crew_ids(session, row)
        states: dict[Side, list[Reach]] = {side: [] for side in (Side.CREW, Side.CLIENT) if side is not row.side}
        for person_id, state in _letters(session, row):
            side = Side.CREW if person_id in crew else Side.CLIENT
            if side in states:
                states[side].append(state)
        found[row.id] = tuple((side, _best(letters)) for side, letters in states.items())
    return found


def _best(letters: list[Reach]) -> Reach:
    """One reader is enough."""
    return next((state for state in (Reach.DELIVERED, Reach.COMING, Reach.MISSED) if state in letters), Reach.NOBODY)


def _letters(session: Session, row: Talk) -> Iterable[tuple[int, Reach]]:
    """Whom it was written to, and what became of it."""
    cause = select(Audit.id).where(Audit.entity == "talk", Audit.entity_id == row.id).order_by(Audit.id).limit(1)
    prefix = f"{_SAID[row.kind]}:{session.scalar(cause)}:"
    reader = aliased(Person)
    letters = session.execute(
        select(Outbox.person_id, Outbox.status, reader.unreachable_at)
        .join(reader, reader.id == Outbox.person_id)
        .where(
            Outbox.ticket_id == row.ticket_id,
            Outbox.notice == _SAID[row.kind],
            Outbox.delivery == Delivery.NEW,
            Outbox.dedupe_key.startswith(prefix),
        )
    )
    for person_id, status, unreachable_at in letters:
        yield person_id, _state(status, is_reachable=unreachable_at is None)


def _state(status: OutboxStatus, *, is_reachable: bool) -> Reach:
    if status is OutboxStatus.SENT:
        return Reach.DELIVERED
    is_waiting = status in (OutboxStatus.NEW, OutboxStatus.SENDING)
    return Reach.COMING if is_waiting and is_reachable else Reach.MISSED


def _crew_ids(session: Session, row: Talk) -> set[int]:
    held = session.get(Assignment, row.assignment_id) if row.assignment_id is not None else None
    if held is None:
        return set()
    of_firm = select(Membership.person_id).where(Membership.contractor_id == held.contractor_id)
    return set(session.scalars(of_firm)) | ({held.engineer_id} if held.engineer_id is not None else set())

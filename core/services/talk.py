"""What people write to each other about a ticket through the bot: messages of client, crew and desk, and questions of
those invited before their yes. Who must hear them stands in the table of notices.

A message can be written while a contractor has the ticket, until it is settled; the desk writes to both sides at once.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from core.domain import typed
from core.domain.actor import Actor
from core.domain.errors import (
    NotAllowed,
    OfferClosed,
    OfferTaken,
    QuestionOver,
    TalkClosed,
)
from core.domain.notice import Delivery, Notice
from core.domain.offer import OPEN_STATES, OfferStatus
from core.domain.role import CONTRACTOR_ROLES, DESK_ROLES, Role
from core.domain.talk import SILENT, TalkKind
from core.domain.task import TaskKind
from core.domain.visit import Side, VisitStatus
from core.services import assignments, audit, notices, open_offers, proofs, scope, steps, talk_cards, tasks
from core.services.proofs import Incoming
from storage.models.desk import Audit
from storage.models.offer import Offer
from storage.models.talk import Talk
from storage.models.ticket import Assignment, Ticket
from storage.models.visit import Visit

TEXT_LIMIT = 4000
#: Somebody is on the way or at the door: what is said then rings at night too.
UNDER_WAY = frozenset({VisitStatus.EN_ROUTE, VisitStatus.ON_SITE})
_SPEAKS_AS = {Side.CREW: CONTRACTOR_ROLES, Side.CLIENT: frozenset({Role.REQUESTER}), Side.DESK: DESK_ROLES}


@dataclass(frozen=True, slots=True)
class Prompt:
    """What somebody is about to write, and for whom."""

    ticket_id: int
    number: str
    kind: TalkKind
    side: Side
    question: str = ""


def say(
    session: Session, actor: Actor, ticket_id: int, text: str, *, now: datetime, media: Incoming | None = None
) -> None:
    """To the other side, and by the desk to both. Raises TalkClosed, TextEmpty, TextTooLong."""
    ticket, side, held = _speaker(session, actor, ticket_id)
    row = _row(session, actor, ticket, TalkKind.MESSAGE, side, text, media, now=now)
    if row is None:
        return
    row.assignment_id = held.id
    cause = _recorded(session, actor, row, "say", now=now)
    visit = steps.current_visit(session, ticket.id)
    notices.publish(
        session,
        Notice.MESSAGE,
        ticket,
        cause=cause,
        now=now,
        answer_with=Delivery.NEW,
        data={"talk": row.id},
        burns=visit is not None and visit.status in UNDER_WAY,
    )
    _ensure_somebody_reads(session, row, now=now)


def ask(
    session: Session, actor: Actor, offer_id: int, text: str, *, now: datetime, media: Incoming | None = None
) -> None:
    """Before the yes: the desk and the client hear the question, not who asked. Raises OfferTaken, OfferClosed."""
    offer, ticket = _asker(session, actor, offer_id)
    row = _row(session, actor, ticket, TalkKind.QUESTION, Side.CREW, text, media, now=now)
    if row is None:
        return
    row.offer_id = offer.id
    cause = _recorded(session, actor, row, "ask", now=now, offer=offer.id)
    data = {"talk": row.id}
    tasks.open(session, TaskKind.QUESTION, cause=f"talk:{row.id}", ticket_id=ticket.id, data=data, now=now)
    notices.publish(session, Notice.QUESTION, ticket, cause=cause, now=now, answer_with=Delivery.NEW, data=data)


def answer(
    session: Session, actor: Actor, question_id: int, text: str, *, now: datetime, media: Incoming | None = None
) -> None:
    """By client or desk, to everybody invited; a second answer adds to the first. Raises QuestionOver."""
    question, ticket, side = _answerer(session, actor, question_id)
    row = _row(session, actor, ticket, TalkKind.ANSWER, side, text, media, now=now)
    if row is None:
        return
    row.answers_id = question.id
    cause = _recorded(session, actor, row, "answer", now=now, question=question.id)
    tasks.end_for_cause(session, actor, TaskKind.QUESTION, f"talk:{question.id}", "answered", now=now)
    data = {"talk": row.id}
    notices.publish(session, Notice.ANSWERED, ticket, cause=cause, now=now, answer_with=Delivery.NEW, data=data)
    # The answer stands on the card of everybody invited, above it in the chat.
    for person in notices.contractor_people(session, _invited(session, ticket)):
        notices.answer(session, person.id, Notice.CARD, ticket=ticket, cause=f"audit {cause.id}", now=now)


def reply(
    session: Session, actor: Actor, talk_id: int, text: str, *, now: datetime, media: Incoming | None = None
) -> None:
    """To words that were relayed: what it is follows from them and from who replies."""
    row, ticket = talk_cards.find(session, actor, talk_id)
    offer_id = talk_cards.own_offer(session, actor, ticket)
    if row.kind is TalkKind.MESSAGE or talk_cards.side_of(session, actor, ticket) is Side.CREW:
        say(session, actor, ticket.id, text, now=now, media=media)
    elif offer_id is not None:
        ask(session, actor, offer_id, text, now=now, media=media)
    else:
        answer(session, actor, row.answers_id or row.id, text, now=now, media=media)


def to_say(session: Session, actor: Actor, ticket_id: int, *, now: datetime) -> Prompt:
    ticket, side, _ = _speaker(session, actor, ticket_id)
    return Prompt(ticket.id, ticket.number, TalkKind.MESSAGE, side)


def to_ask(session: Session, actor: Actor, offer_id: int, *, now: datetime) -> Prompt:
    _, ticket = _asker(session, actor, offer_id)
    return Prompt(ticket.id, ticket.number, TalkKind.QUESTION, Side.CREW)


def to_reply(session: Session, actor: Actor, talk_id: int, *, now: datetime) -> Prompt:
    row, ticket = talk_cards.find(session, actor, talk_id)
    offer_id = talk_cards.own_offer(session, actor, ticket)
    if row.kind is TalkKind.MESSAGE or talk_cards.side_of(session, actor, ticket) is Side.CREW:
        return to_say(session, actor, ticket.id, now=now)
    if offer_id is not None:
        return to_ask(session, actor, offer_id, now=now)
    question, _, side = _answerer(session, actor, row.answers_id or row.id)
    return Prompt(ticket.id, ticket.number, TalkKind.ANSWER, side, question.text)


def is_shooting(session: Session, actor: Actor, *, now: datetime) -> bool:
    """A visit of this person is in work: his pictures are proof, unless they are a reply."""
    at_work = steps.walked_by(actor).where(Visit.status == VisitStatus.ON_SITE, Visit.work_started_at.is_not(None))
    return session.scalars(at_work.limit(1)).first() is not None


def missed(session: Session, talk_id: int, person_id: int, *, now: datetime) -> None:
    """A letter with these words cannot be delivered: who wrote them hears so, unless another of that side reads it."""
    row = session.get(Talk, talk_id)
    if row is None or row.author_id == person_id:
        return
    if any(state in SILENT for _, state in talk_cards.reach(session, row)):
        ticket = session.get_one(Ticket, row.ticket_id)
        data = {"talk": row.id}
        cause = f"talk {row.id} missed"
        notices.answer(session, row.author_id, Notice.MESSAGE, ticket=ticket, cause=cause, now=now, data=data)


def _speaker(session: Session, actor: Actor, ticket_id: int) -> tuple[Ticket, Side, Assignment]:
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    side = talk_cards.side_of(session, actor, ticket)
    held = assignments.live(session, ticket.id)
    if side is None and not actor.contractor_ids:
        raise NotAllowed
    if side is None or held is None or not talk_cards.is_open(session, ticket):
        raise TalkClosed
    return ticket, side, held


def _asker(session: Session, actor: Actor, offer_id: int) -> tuple[Offer, Ticket]:
    offer = scope.find(session, scope.visible_offers(actor), Offer.id == offer_id)
    if offer.contractor_id not in actor.contractor_ids:
        raise NotAllowed
    if offer.status is OfferStatus.LOST:
        raise OfferTaken
    if offer.status not in OPEN_STATES or offer.answered_at is not None:
        raise OfferClosed
    return offer, session.get_one(Ticket, offer.ticket_id)


def _answerer(session: Session, actor: Actor, question_id: int) -> tuple[Talk, Ticket, Side]:
    question, ticket = talk_cards.find(session, actor, question_id)
    side = talk_cards.side_of(session, actor, ticket)
    if question.kind is not TalkKind.QUESTION or side is None:
        raise NotAllowed
    if side is Side.CREW or not talk_cards.awaits_answers(session, ticket):
        raise QuestionOver
    return question, ticket, side


def _row(
    session: Session,
    actor: Actor,
    ticket: Ticket,
    kind: TalkKind,
    side: Side,
    text: str,
    media: Incoming | None,
    *,
    now: datetime,
) -> Talk | None:
    """The words as a row at once; None where this very update has made it already."""
    text = typed.words(text, TEXT_LIMIT, may_be_empty=media is not None)
    if actor.person_id is None:
        raise NotAllowed
    if _is_said(session, actor, ticket):
        return None
    proof = proofs.beside_words(session, actor, media, ticket.id, now=now) if media is not None else None
    if media is not None and proof is None:
        return None
    row = Talk(ticket_id=ticket.id, kind=kind, side=side, author_id=actor.person_id, text=text, at=now)
    row.proof_id = proof.id if proof is not None else None
    session.add(row)
    session.flush()
    return row


def _is_said(session: Session, actor: Actor, ticket: Ticket) -> bool:
    same = (
        select(Audit.id)
        .join(Talk, and_(Audit.entity == "talk", Talk.id == Audit.entity_id))
        .where(Talk.ticket_id == ticket.id, Talk.author_id == actor.person_id, Audit.source == actor.source)
    )
    return session.scalar(same.limit(1)) is not None


def _recorded(session: Session, actor: Actor, row: Talk, event: str, *, now: datetime, **ids: int) -> Audit:
    role = min(actor.roles & _SPEAKS_AS[row.side], default=Role.REQUESTER)
    data = {"ticket": row.ticket_id, **ids}
    return audit.record(session, actor, "talk", row.id, event, now=now, role=role, data=data)


def _ensure_somebody_reads(session: Session, row: Talk, *, now: datetime) -> None:
    """Where nobody of the other side can be written to, the desk phones; its own people are told so at once."""
    session.flush()
    silent = [side for side, state in talk_cards.reach(session, row) if state in SILENT]
    if silent and row.side is not Side.DESK:
        data = {"notice": str(Notice.MESSAGE), "talk": row.id}
        cause = f"talk:{row.id}"
        tasks.open(session, TaskKind.UNDELIVERED, cause=cause, ticket_id=row.ticket_id, data=data, now=now)


def _invited(session: Session, ticket: Ticket) -> list[int]:
    return list(
        session.scalars(
            select(Offer.contractor_id).where(
                Offer.ticket_id == ticket.id, Offer.round == ticket.round, open_offers.are_open()
            )
        )
    )

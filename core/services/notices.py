"""Writes what people are to be told, in the transaction that caused it; the table in `core.domain.notice` says whom.

A notice is unique by (notice, cause, person): the cause is the audit row, so a second rework is a new notice and
a repeated update is none.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from core.domain import rest
from core.domain.actor import Actor
from core.domain.notice import TOLD, Audience, Delivery, Notice, OutboxStatus
from core.domain.notice import Priority as Rank
from core.domain.offer import OfferStatus
from core.domain.role import CONTRACTOR_ROLES, DESK_ROLES, Role
from core.domain.ticket import Priority
from core.services import numbers, open_offers
from storage.models.desk import Audit
from storage.models.directory import Site
from storage.models.offer import Offer
from storage.models.people import Membership, Person
from storage.models.post import Card, Outbox
from storage.models.ticket import Assignment, Ticket

#: What is over before the morning comes rings at night too.
BURNS = frozenset(
    {
        Notice.OFFER_MADE,
        Notice.OFFER_TAKEN,
        Notice.ON_THE_WAY,
        Notice.CANCELLED,
        Notice.COUNTERED,
        Notice.COUNTER_DECIDED,
        Notice.QUESTION,
        Notice.ANSWERED,
        Notice.UNCONFIRMED,
    }
)

#: Their buttons are over: other firms, and the colleagues of the one who goes.
NO_LONGER_ASKED = or_(
    Offer.status.in_({OfferStatus.LOST, OfferStatus.ACCEPTED, OfferStatus.WITHDRAWN}), open_offers.are_agreed()
)


def publish(
    session: Session,
    notice: Notice,
    ticket: Ticket,
    *,
    cause: Audit,
    now: datetime,
    contractor_id: int | None = None,
    people: frozenset[int] | None = None,
    answer_with: Delivery | None = None,
    data: dict[str, Any] | None = None,
    told: Mapping[Audience, Delivery] | None = None,
    burns: bool = False,
) -> None:
    """Tells everybody the table names, or `told` where the audience depends on more than the notice; whoever acted
    and is not in it gets the fresh card in silence.

    `contractor_id` narrows INVITED to one firm, `people` to those of it who are on duty. `answer_with` is how the
    one who acted is answered where the table says less: after a sent place or picture the card has scrolled away. What
    `burns` rings at night too.
    """
    letter = _Letter(notice, ticket, str(cause.id), cause.actor_id, now, data or {}, burns)
    heard: set[int] = set()
    for audience, delivery in (TOLD[notice] if told is None else told).items():
        found = _audience(session, audience, ticket, contractor_id)
        if people is not None and audience is Audience.INVITED:
            found = [person for person in found if person.id in people]
        fresh = [person for person in found if person.id not in heard and not _answered(person, cause, answer_with)]
        for person in _with_card(session, ticket, fresh) if delivery is Delivery.EDIT else fresh:
            heard.add(person.id)
            _write(session, letter, person, delivery)
    if cause.actor_id is not None and cause.actor_id not in heard:
        about = Notice.CARD if answer_with is None else notice
        key = f"audit {cause.id}"
        answer(session, cause.actor_id, about, ticket=ticket, cause=key, now=now, delivery=answer_with, data=data)


def _answered(person: Person, cause: Audit, answer_with: Delivery | None) -> bool:
    """Left for the answer at the end, which is louder than the table."""
    return answer_with is not None and person.id == cause.actor_id


def answer(
    session: Session,
    person_id: int,
    notice: Notice,
    *,
    cause: str,
    now: datetime,
    ticket: Ticket | None = None,
    delivery: Delivery | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Answers one person. With a ticket and no `delivery` given the card that exists is redrawn in silence."""
    person = session.get_one(Person, person_id)
    if delivery is None:
        delivery = Delivery.EDIT if ticket is not None and notice is Notice.CARD else Delivery.NEW
    _write(session, _Letter(notice, ticket, cause, person_id, now, data or {}), person, delivery)


def reply(
    session: Session,
    actor: Actor,
    notice: Notice,
    *,
    cause: str,
    now: datetime,
    ticket: Ticket | None = None,
    delivery: Delivery | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Answers the one who acted. A machine is told nothing."""
    if actor.person_id is not None:
        answer(session, actor.person_id, notice, cause=cause, now=now, ticket=ticket, delivery=delivery, data=data)


def tell(
    session: Session,
    person_id: int,
    notice: Notice,
    *,
    cause: str,
    now: datetime,
    ticket: Ticket | None = None,
    data: dict[str, Any] | None = None,
    burns: bool = False,
) -> None:
    """Rings at one person about something that is no answer; quiet hours hold it unless it burns."""
    letter = _Letter(notice, ticket, cause, None, now, data or {}, burns)
    _write(session, letter, session.get_one(Person, person_id), Delivery.NEW)


@dataclass(frozen=True, slots=True)
class _Letter:
    """What is told, alike for everybody who is told."""

    notice: Notice
    ticket: Ticket | None
    cause: str
    actor_id: int | None
    now: datetime
    data: dict[str, Any]
    burns: bool = False


def key_of(notice: Notice, cause: str, person_id: int) -> str:
    """What makes a letter one."""
    return f"{notice}:{cause}:{person_id}"


def _write(session: Session, letter: _Letter, person: Person, delivery: Delivery) -> None:
    """One row, once; a person who has no chat with us is told nothing."""
    key = key_of(letter.notice, letter.cause, person.id)
    if person.telegram_id is None or session.scalar(select(Outbox.id).where(Outbox.dedupe_key == key)) is not None:
        return
    is_answer = person.id == letter.actor_id
    session.add(
        Outbox(
            dedupe_key=key,
            delivery=delivery,
            notice=letter.notice,
            person_id=person.id,
            chat_id=person.telegram_id,
            ticket_id=letter.ticket.id if letter.ticket is not None else None,
            data=letter.data,
            priority=_rank(letter.notice, is_answer),
            created_at=letter.now,
            not_before=letter.now if is_answer else _not_before(session, letter, person, delivery),
            status=OutboxStatus.NEW,
        )
    )
    session.flush()


def _rank(notice: Notice, is_answer: bool) -> Rank:
    if is_answer:
        return Rank.ANSWER
    return {Notice.OFFER_MADE: Rank.OFFER, Notice.DIGEST: Rank.DIGEST}.get(notice, Rank.STATUS)


def _not_before(session: Session, letter: _Letter, person: Person, delivery: Delivery) -> datetime:
    """Quiet hours of the reader hold what rings, unless it would be over before they end."""
    is_emergency = letter.ticket is not None and letter.ticket.priority is Priority.EMERGENCY
    if letter.burns or letter.notice in BURNS or is_emergency or delivery is not Delivery.NEW:
        return letter.now
    rules = numbers.of(session)
    return quiet_until(letter.now, person.zone, rules.quiet_from_hour, rules.quiet_to_hour)


def quiet_until(now: datetime, zone: str, from_hour: int, to_hour: int) -> datetime:
    """The end of the quiet hours `now` falls into, or `now` itself."""
    return rest.ends(now, zone, from_hour, to_hour) or now


def _audience(session: Session, audience: Audience, ticket: Ticket, contractor_id: int | None) -> list[Person]:
    match audience:
        case Audience.CREW:
            return _crew(session, ticket)
        case Audience.INVITED:
            return contractor_people(session, [contractor_id]) if contractor_id else _invited(session, ticket)
        case Audience.LOSERS:
            return contractor_people(session, _firms(session, ticket, NO_LONGER_ASKED))
        case Audience.DESK:
            return _holders(session, Membership.role == Role.DISPATCHER) or _holders(
                session, Membership.role.in_(DESK_ROLES)
            )
        case Audience.MANAGER:
            return managers(session)
        case Audience.CLIENT:
            return client_people(session, [ticket])[ticket.id]


def contractor_people(session: Session, contractor_ids: Iterable[int]) -> list[Person]:
    """Owner and engineers of these firms."""
    firms = list(contractor_ids)
    if not firms:  # the databases would look through everybody to find nobody
        return []
    return _holders(session, Membership.contractor_id.in_(firms), Membership.role.in_(CONTRACTOR_ROLES))


def _invited(session: Session, ticket: Ticket) -> list[Person]:
    """Of the firms that may still say yes those whom the offer rang, and those who looked at it by themselves."""
    rows = session.execute(
        select(Offer.contractor_id, Audit.data)
        .join(Audit, and_(Audit.entity == "offer", Audit.event == "send", Audit.entity_id == Offer.id))
        .where(Offer.ticket_id == ticket.id, Offer.round == ticket.round, open_offers.are_open())
    )
    called = {firm: data.get("people") for firm, data in rows}
    looked = set(session.scalars(select(Card.person_id).where(Card.ticket_id == ticket.id)))
    return [
        person
        for firm, people in called.items()
        for person in contractor_people(session, [firm])
        if people is None or person.id in people or person.id in looked
    ]


def _crew(session: Session, ticket: Ticket) -> list[Person]:
    """Who goes, and the owners of the firm; the colleagues are left in peace."""
    last = session.scalars(
        select(Assignment).where(Assignment.ticket_id == ticket.id).order_by(Assignment.id.desc()).limit(1)
    ).one_or_none()
    if last is None:
        return []
    return crew_of_firm(session, last.contractor_id, last.engineer_id)


def crew_of_firm(session: Session, contractor_id: int, engineer_id: int | None) -> list[Person]:
    """Who goes, where he reads Telegram, before the owners of the firm."""
    owners = _holders(session, Membership.contractor_id == contractor_id, Membership.role == Role.OWNER)
    engineer = session.get(Person, engineer_id) if engineer_id else None
    reachable = [engineer] if engineer is not None and engineer.telegram_id is not None else []
    return reachable + [owner for owner in owners if engineer is None or owner.id != engineer.id]


def managers(session: Session) -> list[Person]:
    return _holders(session, Membership.role == Role.MANAGER)


def client_people(session: Session, tickets: Collection[Ticket]) -> dict[int, list[Person]]:
    """Of each ticket the one who asked, and those responsible for this very site; head offices are not rung for a
    tap."""
    found: defaultdict[int | None, list[Person]] = defaultdict(list)
    rows = session.execute(
        select(Membership.site_id, Person)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.role == Role.REQUESTER,
            Membership.site_id.in_({ticket.site_id for ticket in tickets}),
            Membership.ended_at.is_(None),
            Person.telegram_id.is_not(None),
        )
        .order_by(Person.id)
    )
    for site_id, person in rows:
        found[site_id].append(person)
    asked = _askers(session, tickets)
    told = {}
    for ticket in tickets:
        responsible, asker = list(dict.fromkeys(found[ticket.site_id])), asked.get(ticket.id)
        told[ticket.id] = responsible if asker is None or asker in responsible else [asker, *responsible]
    return told


def _askers(session: Session, tickets: Collection[Ticket]) -> dict[int, Person]:
    """A requester who left hears no more; a stranger who scanned the sticker hears of the own request."""
    ids = {ticket.requester_id for ticket in tickets} - {None}
    if not ids:
        return {}
    roles: defaultdict[int, list[Membership]] = defaultdict(list)
    of_them = select(Membership).where(Membership.person_id.in_(ids), Membership.role == Role.REQUESTER)
    for role in session.scalars(of_them):
        roles[role.person_id].append(role)
    rows = session.execute(
        select(Ticket.id, Site.client_id, Person)
        .join(Site, Site.id == Ticket.site_id)
        .join(Person, Person.id == Ticket.requester_id)
        .where(Ticket.id.in_([ticket.id for ticket in tickets]), Person.telegram_id.is_not(None))
    )
    asked = {}
    for ticket_id, client_id, person in rows:
        of_client = [role for role in roles[person.id] if role.client_id == client_id]
        if not of_client or any(role.ended_at is None for role in of_client):
            asked[ticket_id] = person
    return asked


def _holders(session: Session, *conditions: Any) -> list[Person]:
    return list(
        session.scalars(
            select(Person)
            .join(Membership, and_(Membership.person_id == Person.id, Membership.ended_at.is_(None)))
            .where(Person.telegram_id.is_not(None), *conditions)
            .distinct()
            .order_by(Person.id)
        )
    )


def _firms(session: Session, ticket: Ticket, which: ColumnElement[bool]) -> list[int]:
    return list(
        session.scalars(
            select(Offer.contractor_id).where(Offer.ticket_id == ticket.id, Offer.round == ticket.round, which)
        )
    )


def _with_card(session: Session, ticket: Ticket, people: list[Person]) -> list[Person]:
    """Only who has the card, or will have it in a moment, can see it change."""
    ids = [person.id for person in people]
    shown = select(Card.person_id).where(Card.ticket_id == ticket.id, Card.person_id.in_(ids))
    coming = select(Outbox.person_id).where(
        Outbox.ticket_id == ticket.id,
        Outbox.person_id.in_(ids),
        or_(Outbox.status == OutboxStatus.SENDING, Outbox.status == OutboxStatus.NEW),
    )
    have = set(session.scalars(shown)) | set(session.scalars(coming))
    return [person for person in people if person.id in have]

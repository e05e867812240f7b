"""Invariant of notices: whoever must hear of a change has a message that was written in the same stroke.

The wanted messages are derived anew from the audit and the table of notices. Only what rings is asked for: a silent
redraw goes to those who have the card, which leaves no trace.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from core.domain import hold
from core.domain.no_show import Said
from core.domain.notice import TOLD, Audience, Delivery, Notice, sla_told
from core.domain.offer import OfferStatus
from core.domain.role import CONTRACTOR_ROLES, DESK_ROLES, Role
from core.domain.talk import TalkKind
from core.domain.ticket import Origin, TicketEvent, TicketStatus
from core.services import client_words, holds, priorities, skill_ends
from core.services.invariant_checks.found import Found
from core.services.invariant_checks.rights import Held, held
from core.services.substitutes import NAMED
from storage.models.clock import Clock
from storage.models.desk import Audit
from storage.models.offer import Offer
from storage.models.people import Person
from storage.models.post import Outbox
from storage.models.talk import Talk
from storage.models.ticket import Assignment, Ticket
from storage.models.visit import Visit

#: Older stories were asked about often enough.
LOOKED_AT = timedelta(days=30)
_CHUNK = 500

_BY_TICKET: dict[str, Notice] = {
    TicketEvent.REGISTER: Notice.REGISTERED,
    TicketEvent.CONFIRM: Notice.REGISTERED,
    TicketEvent.DRAFT: Notice.DRAFTED,
    TicketEvent.APPROVE: Notice.APPROVAL_DECIDED,
    TicketEvent.REJECT: Notice.APPROVAL_DECIDED,
    TicketEvent.ASSIGN: Notice.OFFER_TAKEN,
    TicketEvent.EXHAUST: Notice.NOBODY,
    TicketEvent.ARRIVE: Notice.ARRIVED,
    TicketEvent.LEAVE: Notice.LEFT,
    TicketEvent.GIVE_UP: Notice.BACKED_OUT,
    TicketEvent.NO_SHOW: Notice.NO_SHOW,
    TicketEvent.REDISPATCH: Notice.REDISPATCHED,
    TicketEvent.REPORT: Notice.REPORTED,
    TicketEvent.ACCEPT: Notice.ACCEPTED,
    TicketEvent.WRONG: Notice.WRONG,
    TicketEvent.REWORK: Notice.REWORK,
    TicketEvent.HOLD: Notice.HELD,
    holds.EXTENDED: Notice.HELD,
    TicketEvent.RESUME: Notice.RESUMED,
    TicketEvent.RECLASSIFY: Notice.RECLASSIFIED,
    TicketEvent.CANCEL: Notice.CANCELLED,
    TicketEvent.REFUSE: Notice.CANCELLED,
    "ask_move": Notice.ASK_MOVE,
    client_words.NAMED: Notice.TIME_NAMED,
    priorities.EVENT: Notice.PRIORITY,
}
_BY_VISIT: dict[str, Notice] = {
    "go": Notice.ON_THE_WAY,
    "move": Notice.MOVED,
    "silent": Notice.UNCONFIRMED,
    NAMED: Notice.CREW_CHANGED,
    Said.ETA: Notice.LATE,
    Said.NOT_COME: Notice.NOT_COME,
    skill_ends.BEYOND: Notice.EXPIRED_JOB,
}

_BY_OFFER: dict[str, Notice] = {
    "send": Notice.OFFER_MADE,
    "counter": Notice.COUNTERED,
    "refuse": Notice.COUNTER_DECIDED,
    "expire": Notice.COUNTER_DECIDED,
}

_BY_TALK = {
    TalkKind.MESSAGE: Notice.MESSAGE,
    TalkKind.QUESTION: Notice.QUESTION,
    TalkKind.ANSWER: Notice.ANSWERED,
}


#: Whom it concerns depends on what the ticket was.
_BY_WHAT_WAS = frozenset({Notice.HELD, Notice.RESUMED, Notice.RECLASSIFIED, Notice.PRIORITY})


@dataclass(frozen=True, slots=True)
class _Change:
    audit_id: int
    notice: Notice
    at: datetime
    ticket_id: int
    site_id: int
    client_id: int
    requester_id: int | None
    #: Of an offer: to whom it was made.
    contractor_id: int | None = None
    #: Of an offer: who was on duty; None: everybody.
    called: frozenset[int] | None = None
    #: Of a move of the ticket: what it was; of this and of a warning what the audit says of it.
    was: str = ""
    facts: dict[str, Any] | None = None
    #: Of words, and of a visit that was moved: who did it and is answered, not told.
    author_id: int | None = None


def told_in_the_same_stroke(session: Session, *, now: datetime) -> Found:
    world = _World.load(session)
    wanted = {
        f"{change.notice}:{change.audit_id}:{person_id}": (change.audit_id, change.notice, person_id)
        for change in _changes(session, now - LOOKED_AT)
        for person_id in world.must_hear(change)
    }
    wanted |= _asked(session, now - LOOKED_AT)
    keys, known = list(wanted), set()
    for start in range(0, len(keys), _CHUNK):
        part = keys[start : start + _CHUNK]
        known |= set(session.scalars(select(Outbox.dedupe_key).where(Outbox.dedupe_key.in_(part))))
    broken = [
        f"audit {audit_id} ({notice}) told person {person_id} nothing"
        for key, (audit_id, notice, person_id) in wanted.items()
        if key not in known
    ]
    return broken, len(keys)


def _asked(session: Session, since: datetime) -> dict[str, tuple[int, Notice, int]]:
    """The question to a silent firm rings everybody of it who was here, the one before a visit whoever goes."""
    questions = {
        "ask_still_there": Notice.STILL_THERE,
        "ask": Notice.STILL_GOING,
        Said.WHERE: Notice.WHERE_ARE_YOU,
    }
    asked = select(Audit.id, Audit.event, Audit.data).where(
        or_(
            and_(Audit.entity == "contractor", Audit.event == "ask_still_there"),
            and_(Audit.entity == "visit", Audit.event.in_(("ask", Said.WHERE))),
        ),
        Audit.at >= since,
    )
    return {
        f"{questions[event]}:audit {audit_id}:{person_id}": (audit_id, questions[event], person_id)
        for audit_id, event, data in session.execute(asked)
        for person_id in data["people"]
    }


def _changes(session: Session, since: datetime) -> Iterator[_Change]:
    place: tuple[Any, ...] = (Audit.at, Ticket.id, Ticket.site_id, Ticket.client_id, Ticket.requester_id)
    recent = and_(Audit.at >= since, Ticket.origin == Origin.BOT)
    moves = select(Audit.id, Audit, *place).join(Ticket, and_(Audit.entity == "ticket", Ticket.id == Audit.entity_id))
    for audit_id, row, *moved in session.execute(moves.where(recent)):
        if row.event in _BY_TICKET:
            change = _Change(audit_id, _BY_TICKET[row.event], *moved)
            yield replace(change, was=row.from_state, facts=row.data)
        if row.to_state == TicketStatus.APPROVAL and row.event != TicketEvent.RESUME:
            yield _Change(audit_id, Notice.APPROVAL_ASKED, *moved)
    sent = (
        select(Audit.id, Audit.event, Audit.data, *place, Offer.contractor_id)
        .join(Offer, and_(Audit.entity == "offer", Audit.event.in_(_BY_OFFER), Offer.id == Audit.entity_id))
        .join(Ticket, Ticket.id == Offer.ticket_id)
    )
    for row in session.execute(sent.where(recent)):
        yield replace(_Change(row[0], _BY_OFFER[row.event], *row[3:]), called=_called(row.data))
    warned = (
        select(Audit.id, *place, Audit.data)
        .join(Clock, and_(Audit.entity == "clock", Audit.event == "warn", Clock.id == Audit.entity_id))
        .join(Ticket, Ticket.id == Clock.ticket_id)
    )
    for audit_id, *burning, data in session.execute(warned.where(recent)):
        yield replace(_Change(audit_id, Notice.SLA, *burning), facts=data)
    yield from _of_visits(session, place, recent)
    written = (
        select(Audit.id, Talk.kind, *place, Talk.author_id)
        .join(Talk, and_(Audit.entity == "talk", Talk.id == Audit.entity_id))
        .join(Ticket, Ticket.id == Talk.ticket_id)
    )
    for audit_id, kind, *talked, author_id in session.execute(written.where(recent)):
        yield replace(_Change(audit_id, _BY_TALK[kind], *talked), author_id=author_id)


def _of_visits(session: Session, place: tuple[Any, ...], recent: ColumnElement[bool]) -> Iterator[_Change]:
    told = (
        select(Audit.id, *place, Audit.event, Audit.actor_id, Audit.data)
        .join(Visit, and_(Audit.entity == "visit", Audit.event.in_(_BY_VISIT), Visit.id == Audit.entity_id))
        .join(Ticket, Ticket.id == Visit.ticket_id)
    )
    for audit_id, *visited, event, actor_id, data in session.execute(told.where(recent)):
        # Who answers "where are you?" sets out too, and the client hears the answer; an owner is asked who goes.
        if data.get("told") or (event == NAMED and data["goes"] is None):
            continue
        answered = actor_id if event in ("move", NAMED) else None
        yield replace(_Change(audit_id, _BY_VISIT[event], *visited), author_id=answered)


@dataclass(frozen=True, slots=True)
class _Withdrawn:
    """An offer that was, of which version of the job, and whom it had rung."""

    contractor_id: int
    at: datetime
    job: tuple[int, int]
    is_of_last_round: bool
    called: frozenset[int] | None

    def ended_with(self, change: _Change) -> bool:
        if change.was not in hold.SEARCHED:
            return False
        if change.notice is Notice.HELD:
            facts = change.facts or {}
            return self.at == change.at and self.job == (facts["round"], facts["job_version"])
        return self.is_of_last_round and self.at >= change.at


@dataclass(frozen=True, slots=True)
class _World:
    """Who was who, and who had which job, at every row of the audit."""

    in_telegram: frozenset[int]
    desk: list[Held]
    of_firm: dict[int, list[Held]]
    of_site: dict[int, list[Held]]
    of_client: dict[tuple[int, int], list[Held]]
    crews: dict[int, list[tuple[int, int, int | None]]]
    withdrawn: dict[int, list[_Withdrawn]]
    #: Ticket → firms that could say yes: since which row of the audit, until when, and whom it had rung.
    invited: dict[int, list[tuple[int, int, datetime | None, frozenset[int] | None]]]

    @staticmethod
    def load(session: Session) -> "_World":
        desk: list[Held] = []
        of_firm: defaultdict[int, list[Held]] = defaultdict(list)
        of_site: defaultdict[int, list[Held]] = defaultdict(list)
        of_client: defaultdict[tuple[int, int], list[Held]] = defaultdict(list)
        for one in held(session):
            grant = one.grant
            if grant.role in DESK_ROLES:
                desk.append(one)
            elif grant.role in CONTRACTOR_ROLES and grant.contractor_id is not None:
                of_firm[grant.contractor_id].append(one)
            elif grant.role is Role.REQUESTER and grant.client_id is not None:
                of_client[one.person_id, grant.client_id].append(one)
                if grant.site_id is not None:
                    of_site[grant.site_id].append(one)
        readers = frozenset(session.scalars(select(Person.id).where(Person.telegram_id.is_not(None))))
        firms = _crews(session), _withdrawn(session), _invited(session)
        return _World(readers, desk, of_firm, of_site, of_client, *firms)

    def must_hear(self, change: _Change) -> set[int]:
        if change.notice is Notice.SLA:
            facts = change.facts or {}
            rings = list(sla_told(facts["was"], facts["pct"], has_contractor=facts["taken"]))
        else:
            rings = [audience for audience, how in _told(change).items() if how is Delivery.NEW]
        people = {person_id for audience in rings for person_id in self._audience(audience, change)}
        return (people - {change.author_id}) & self.in_telegram

    def _audience(self, audience: Audience, change: _Change) -> Iterator[int]:
        match audience:
            case Audience.CLIENT:
                yield from self._client(change)
            case Audience.CREW:
                yield from self._crew(change)
            case Audience.INVITED:
                for firm, called in self._invited(change):
                    holders = _holders(self.of_firm.get(firm, []), change.audit_id)
                    yield from (one for one in holders if called is None or one in called)
            case Audience.DESK:
                yield from self._desk(change.audit_id)
            case Audience.MANAGER:
                managers = [one for one in self.desk if one.grant.role is Role.MANAGER]
                yield from _holders(managers, change.audit_id)

    def _invited(self, change: _Change) -> Iterator[tuple[int, frozenset[int] | None]]:
        """Whom the offer was made to; of what was cancelled or held those whose offers ended then. Who was on duty."""
        if change.contractor_id is not None:
            yield change.contractor_id, change.called
            return
        if change.notice is Notice.ANSWERED:
            for firm, since, until, called in self.invited.get(change.ticket_id, []):
                if since < change.audit_id and (until is None or until > change.at):
                    yield firm, called
            return
        for offer in self.withdrawn.get(change.ticket_id, []):
            if offer.ended_with(change):
                yield offer.contractor_id, offer.called

    def _client(self, change: _Change) -> Iterator[int]:
        yield from _holders(self.of_site.get(change.site_id, []), change.audit_id)
        if change.requester_id is None:
            return
        roles = [
            one
            for one in self.of_client.get((change.requester_id, change.client_id), [])
            if one.since < change.audit_id
        ]
        if not roles or any(one.at(change.audit_id) for one in roles):
            yield change.requester_id

    def _crew(self, change: _Change) -> Iterator[int]:
        """The last crew begun before: who goes, and the owners of the firm."""
        begun = self.crews.get(change.ticket_id, [])
        number = bisect_right(begun, change.audit_id, key=lambda crew: crew[0])
        if not number:
            return
        _, contractor_id, engineer_id = begun[number - 1]
        if engineer_id is not None:
            yield engineer_id
        owners = [one for one in self.of_firm.get(contractor_id, []) if one.grant.role is Role.OWNER]
        yield from _holders(owners, change.audit_id)

    def _desk(self, audit_id: int) -> Iterator[int]:
        on_duty = [one for one in self.desk if one.at(audit_id) and one.person_id in self.in_telegram]
        dispatchers = [one.person_id for one in on_duty if one.grant.role is Role.DISPATCHER]
        yield from dispatchers or [one.person_id for one in on_duty]


def _told(change: _Change) -> dict[Audience, Delivery]:
    if change.notice in _BY_WHAT_WAS:
        return hold.told(change.notice, TicketStatus((change.facts or {})["before"]))
    return TOLD[change.notice]


def _holders(roles: list[Held], audit_id: int) -> Iterator[int]:
    return (one.person_id for one in roles if one.at(audit_id))


def _crews(session: Session) -> dict[int, list[tuple[int, int, int | None]]]:
    """Ticket → (the row of the audit that began it, firm, engineer): the n-th assignment belongs to the n-th such
    move, and changes with everybody who is named instead."""
    moves: defaultdict[int, list[int]] = defaultdict(list)
    assigned = select(Audit.entity_id, Audit.id).where(Audit.entity == "ticket", Audit.event == TicketEvent.ASSIGN)
    for ticket_id, audit_id in session.execute(assigned.order_by(Audit.id)):
        moves[ticket_id].append(audit_id)
    named: defaultdict[int, list[Any]] = defaultdict(list)
    changed = select(Visit.assignment_id, Audit.id, Audit.data).join(Audit, Audit.entity_id == Visit.id)
    for assignment_id, *row in session.execute(
        changed.where(Audit.entity == "visit", Audit.event == NAMED).order_by(Audit.id)
    ):
        named[assignment_id].append(row)
    found: defaultdict[int, list[tuple[int, int, int | None]]] = defaultdict(list)
    for crew in session.scalars(select(Assignment).order_by(Assignment.id)):
        later = named[crew.id]
        if not moves[crew.ticket_id]:
            continue
        first = later[0][1]["was"] if later else crew.engineer_id
        found[crew.ticket_id].append((moves[crew.ticket_id].pop(0), crew.contractor_id, first))
        found[crew.ticket_id] += [(audit_id, crew.contractor_id, data["goes"]) for audit_id, data in later]
    return dict(found)


def _withdrawn(session: Session) -> dict[int, list[_Withdrawn]]:
    found: defaultdict[int, list[_Withdrawn]] = defaultdict(list)
    offers = (
        select(Offer, Ticket.round, Audit.data)
        .join(Ticket, Ticket.id == Offer.ticket_id)
        .join(Audit, and_(Audit.entity == "offer", Audit.event == "send", Audit.entity_id == Offer.id))
        .where(Offer.status == OfferStatus.WITHDRAWN, Offer.answered_at.is_not(None))
    )
    for offer, last, data in session.execute(offers):
        job = (offer.round, offer.job_version)
        found[offer.ticket_id].append(
            _Withdrawn(offer.contractor_id, offer.answered_at, job, offer.round == last, _called(data))
        )
    return found


def _called(data: dict[str, Any]) -> frozenset[int] | None:
    """Offers made before people had days off rang everybody of the firm."""
    return frozenset(data["people"]) if "people" in data else None


def _invited(session: Session) -> dict[int, list[tuple[int, int, datetime | None, frozenset[int] | None]]]:
    """Of the tickets that were asked about."""
    found: defaultdict[int, list[tuple[int, int, datetime | None, frozenset[int] | None]]] = defaultdict(list)
    offers = (
        select(Offer, Audit.id, Audit.data)
        .join(Audit, and_(Audit.entity == "offer", Audit.event == "send", Audit.entity_id == Offer.id))
        .where(Offer.ticket_id.in_(select(Talk.ticket_id).where(Talk.kind == TalkKind.ANSWER)))
    )
    for offer, sent, data in session.execute(offers):
        found[offer.ticket_id].append((offer.contractor_id, sent, offer.answered_at, _called(data)))
    return found


CHECKS: dict[str, tuple[str, Callable[..., Found]]] = {
    "17": ("who must be told has a message", told_in_the_same_stroke),
}

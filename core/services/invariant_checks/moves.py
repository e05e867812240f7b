"""Invariants of moves: what the audit says a ticket and an offer went through is what they are now."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, or_, select
from sqlalchemy.orm import Session

from core.domain.offer import OPEN_STATES, TAKEABLE, OfferStatus
from core.domain.role import Role
from core.domain.ticket import RULES, Origin, TicketEvent, TicketStatus
from core.services import open_offers
from core.services.invariant_checks.found import Found
from storage.models.desk import Audit
from storage.models.offer import Offer
from storage.models.ticket import Ticket

#: What an offer went through, as its audit tells it, → what it may be now. A yes, a loss and a withdrawal are told
#: by the move of the ticket.
_ENDED = frozenset({OfferStatus.ACCEPTED, OfferStatus.LOST, OfferStatus.WITHDRAWN})
_ROADS: dict[tuple[str, ...], frozenset[OfferStatus]] = {
    ("send",): _ENDED | {OfferStatus.SENT},
    ("send", "lapse"): _ENDED | {OfferStatus.LAPSED},
    ("send", "decline"): frozenset({OfferStatus.DECLINED}),
    ("send", "lapse", "decline"): frozenset({OfferStatus.DECLINED}),
}
#: A price of his own, from either beginning; refused or expired it is an offer again that can be taken.
_LEFT_ALONE = frozenset({OfferStatus.LOST, OfferStatus.WITHDRAWN})
for _begun in (("send", "counter"), ("send", "lapse", "counter")):
    _ROADS[_begun] = _LEFT_ALONE | {OfferStatus.COUNTERED}
    _ROADS[*_begun, "decline"] = frozenset({OfferStatus.DECLINED})
    for _end in ("refuse", "expire", "call_off"):
        _ROADS[*_begun, _end] = _ENDED | {OfferStatus.LAPSED}
        _ROADS[*_begun, _end, "decline"] = frozenset({OfferStatus.DECLINED})
#: From wherever it was open: its firm may not be asked any more.
for _road in [road for road, states in _ROADS.items() if states & OPEN_STATES]:
    _ROADS[*_road, "withdraw"] = frozenset({OfferStatus.WITHDRAWN})


def offers_leave_once(session: Session, *, now: datetime) -> Found:
    """Every offer took one of the roads of `_ROADS`, and a final state carries the time of the answer."""
    rows = session.execute(
        select(Offer.id, Offer.status).where(
            or_(
                and_(Offer.status.in_(TAKEABLE), Offer.answered_at.is_not(None)),
                and_(Offer.status.not_in(OPEN_STATES), Offer.answered_at.is_(None)),
                and_(Offer.status == OfferStatus.COUNTERED, Offer.counter_kop.is_(None)),
                and_(Offer.counter_kop.is_not(None), or_(Offer.counter_until.is_(None), Offer.answered_by.is_(None))),
                and_(Offer.status == OfferStatus.LAPSED, Offer.waits_until > now),
                and_(Offer.status == OfferStatus.LOST, Offer.lost_to.is_(None)),
            )
        )
    )
    broken = [f"offer {offer} is {status} but its times say otherwise" for offer, status in rows]
    roads: defaultdict[int, list[str]] = defaultdict(list)
    events = select(Audit.entity_id, Audit.event).where(Audit.entity == "offer").order_by(Audit.id)
    for offer_id, event in session.execute(events):
        roads[offer_id].append(event)
    offers = session.execute(select(Offer.id, Offer.status)).all()
    for offer_id, status in offers:
        road = tuple(roads[offer_id])
        if status not in _ROADS.get(road, frozenset()):
            broken.append(f"offer {offer_id} is {status} after {', '.join(road) or 'nothing'}")
    return broken, len(offers)


def open_offers_of_open_tickets(session: Session, *, now: datetime) -> Found:
    """Open only while the ticket searches, and taken only so: every yes made one move, from a search.

    A yes is an accepted offer, or a price of his own that the desk has agreed to.
    """
    rows = session.execute(
        select(Offer.id, Ticket.status)
        .join(Ticket, Ticket.id == Offer.ticket_id)
        .where(
            open_offers.are_open(),
            or_(
                Ticket.status.not_in((TicketStatus.SEARCHING, TicketStatus.UNSTAFFED)),
                Offer.job_version != Ticket.job_version,
                Offer.round != Ticket.round,
            ),
        )
    )
    broken = [f"offer {offer} is open, its ticket is {status} by now" for offer, status in rows]
    taken: defaultdict[tuple[str, int], list[Any]] = defaultdict(list)
    assigned = select(Audit.id, Audit.entity_id, Audit.from_state, Audit.data).where(
        Audit.entity == "ticket", Audit.event == TicketEvent.ASSIGN
    )
    for row in session.execute(assigned):
        for way in ("offer", "counter"):
            if way in row.data:
                taken[way, row.data[way]].append(row)
    yes = case((Offer.status == OfferStatus.ACCEPTED, "offer"), (open_offers.are_agreed(), "counter"), else_="")
    offers = session.execute(select(Offer.id, Offer.ticket_id, Offer.status, yes)).all()
    for offer_id, ticket_id, status, way in offers:
        moves = taken["offer", offer_id] + taken["counter", offer_id]
        if len(moves) != bool(way) or len(taken[way, offer_id]) != bool(way):
            broken.append(f"offer {offer_id} is {status} and was taken {len(moves)} times")
        broken += [
            f"offer {offer_id} was taken by a move of ticket {move.entity_id} in {move.from_state}"
            for move in moves
            if move.entity_id != ticket_id or move.from_state not in (TicketStatus.SEARCHING, TicketStatus.UNSTAFFED)
        ]
    return broken, len(offers)


def edges_are_legal(session: Session, *, now: datetime) -> Found:
    """Every move of the audit stands in the table, the version counts them, the last one is the status."""
    legal = _legal_edges()
    moves = session.execute(
        select(Audit.entity_id, Audit.event, Audit.from_state, Audit.to_state, Audit.actor_role)
        .join(Ticket, Ticket.id == Audit.entity_id)
        .where(Audit.entity == "ticket", Audit.to_state != "", Ticket.origin == Origin.BOT)
        .order_by(Audit.id)
    ).all()
    broken = []
    last: dict[int, tuple[str, int]] = {}
    for ticket_id, event, before, after, role in moves:
        if role not in legal.get((before, event, after), frozenset()):
            broken.append(f"ticket {ticket_id}: {before or '-'} –{event}→ {after} by {role} is not in the table")
        state, count = last.get(ticket_id, ("", 0))
        if state != before:
            broken.append(f"ticket {ticket_id} jumps from {state or '-'} to {before or '-'}")
        last[ticket_id] = (after, count + 1)
    lived = session.execute(select(Ticket.id, Ticket.status, Ticket.version).where(Ticket.origin == Origin.BOT)).all()
    for ticket_id, status, version in lived:
        if last.get(ticket_id) != (status, version):
            broken.append(f"ticket {ticket_id} is {status} v{version}, its audit says {last.get(ticket_id)}")
    return broken + _unwritten_imports(session), len(lived)


def _legal_edges() -> dict[tuple[str, str, str], frozenset[Role]]:
    return {
        (str(state or ""), str(event), str(target)): rule.by
        for (state, event), rule in RULES.items()
        for target in rule.targets
    }


def _unwritten_imports(session: Session) -> list[str]:
    """An imported ticket has lived elsewhere: all that is asked of it is a row that says whence it came."""
    known = select(Audit.entity_id).where(Audit.entity == "ticket", Audit.event == TicketEvent.IMPORT)
    rows = session.scalars(select(Ticket.id).where(Ticket.origin == Origin.IMPORT, Ticket.id.not_in(known)))
    return [f"ticket {ticket} was imported without a row of the audit" for ticket in rows]


CHECKS: dict[str, tuple[str, Callable[..., Found]]] = {
    "4": ("an offer leaves its state once", offers_leave_once),
    "7": ("offers are open only while the ticket searches", open_offers_of_open_tickets),
    "9": ("every status edge is in the table", edges_are_legal),
}

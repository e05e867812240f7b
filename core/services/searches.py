"""What a person does when nobody takes a job: raises the pay, widens the radius, moves the time, begins anew.

Each is a new beginning of the search: what was on offer is withdrawn where it changes, and those whose refusal the
change answers are asked first.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain import slots, typed, wave
from core.domain.actor import Actor
from core.domain.clock import ClockKind
from core.domain.errors import BelowFloor, Changed, NotAllowed, NotFound, NumberInvalid
from core.domain.money import line_sum
from core.domain.notice import Delivery, Notice
from core.domain.offer import WaveReason
from core.domain.role import Role
from core.domain.slots import Slot
from core.domain.ticket import SETTLED, TicketEvent, TicketStatus
from core.services import (
    audit,
    client_waits,
    client_words,
    clocks,
    lifecycle,
    notices,
    numbers,
    objections,
    offers,
    scope,
    tasks,
    waves,
)
from core.services.rows import moved
from storage.models.clock import ClientWord
from storage.models.desk import Audit
from storage.models.directory import Site
from storage.models.ticket import Ticket

MOST_RAISE_PCT = 100
WIDEST_KM = 1000
OTHER_TIMES = 7
ASKED_LATELY = timedelta(minutes=30)
#: Who may go below the margin floor.
MAY_PASS_FLOOR = frozenset({Role.MANAGER, Role.ADMIN})
#: A job nobody has taken yet.
SEARCHES = frozenset({TicketStatus.SEARCHING, TicketStatus.UNSTAFFED})


@dataclass(frozen=True, slots=True)
class SearchState:
    """Where the search of a ticket stands, for the desk; sums in kopecks without VAT."""

    #: The promised reaction; after the first yes a clock of the search alone, which is nobody's promise.
    is_promised: bool
    left_min: int
    used_pct: int
    #: None while the clock stands.
    due_at: datetime | None
    wave_size: int
    pay_kop: int
    first_pay_kop: int
    price_kop: int
    widened_km: int
    widen_step_km: int
    floor_pct: int


def state(session: Session, ticket: Ticket, *, now: datetime) -> SearchState | None:
    """None for a ticket that is not searched for."""
    clock = clocks.live_of_search(session, ticket)
    if ticket.status not in SEARCHES or clock is None:
        return None
    reading, rules = clocks.reading(session, clock, now=now), numbers.of(session)
    return SearchState(
        is_promised=clock.kind is ClockKind.REACTION,
        left_min=int(reading.left.total_seconds() // 60),
        used_pct=reading.used_pct,
        due_at=reading.due_at,
        wave_size=ticket.wave_size,
        pay_kop=pay_of(ticket),
        first_pay_kop=line_sum(ticket.first_rate_kop, ticket.quantity_milli),
        price_kop=line_sum(ticket.client_price_kop, ticket.quantity_milli),
        widened_km=ticket.widened_km,
        widen_step_km=rules.widen_step_km,
        floor_pct=rules.margin_floor_pct,
    )


def pay_of(ticket: Ticket) -> int:
    """What the contractor is offered for the whole job now."""
    return line_sum(ticket.contractor_rate_kop, ticket.quantity_milli)


def raise_pay(session: Session, actor: Actor, ticket_id: int, version: int, percent: int, *, now: datetime) -> None:
    """By whole percent of the first rate. Raises NumberInvalid, BelowFloor (for a dispatcher), Changed."""
    ticket = _searching(session, actor, ticket_id, version)
    if not 1 <= percent <= MOST_RAISE_PCT:
        raise NumberInvalid(str(percent))
    rate = wave.raised(ticket.first_rate_kop, ticket.contractor_rate_kop, percent)
    ensure_margin(session, actor, ticket, rate)
    ticket.contractor_rate_kop = rate
    _restart(session, actor, ticket, WaveReason.RAISED, "raise", {"rate_kop": rate}, now=now)


def widen(session: Session, actor: Actor, ticket_id: int, version: int, *, now: datetime) -> None:
    """Everybody's radius grows by a step for this job; those asked already keep their offers. Raises Changed."""
    ticket = _searching(session, actor, ticket_id, version)
    if ticket.widened_km >= WIDEST_KM:
        raise NumberInvalid(str(ticket.widened_km))
    ticket.widened_km += numbers.of(session).widen_step_km
    _restart(session, actor, ticket, WaveReason.WIDENED, "widen", {"widened_km": ticket.widened_km}, now=now)


def again(session: Session, actor: Actor, ticket_id: int, *, now: datetime) -> None:
    """The desk changed the field (a radius, a skill, somebody joined): everybody not asked yet is asked."""
    if not actor.is_desk:
        raise NotFound
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    lifecycle.advance(session, ticket, TicketEvent.SEARCH_AGAIN, actor, now=now)
    tasks.end_for_ticket(session, actor, ticket.id, tasks.OF_NOBODY, "searched again", now=now)
    waves.begin_again(session, actor, ticket, WaveReason.AGAIN, now=now)


def ask_to_move(session: Session, actor: Actor, ticket_id: int, version: int, *, now: datetime) -> None:
    """The client is asked whether another time would do; a second tap does not ring again. Raises Changed."""
    ticket = _searching(session, actor, ticket_id, version)
    asked = (Audit.entity == "ticket", Audit.entity_id == ticket.id, Audit.event == "ask_move")
    if session.scalar(select(Audit.id).where(*asked, Audit.at > now - ASKED_LATELY).limit(1)) is not None:
        return
    cause = audit.record(session, actor, "ticket", ticket.id, "ask_move", now=now)
    notices.publish(session, Notice.ASK_MOVE, ticket, cause=cause, now=now)


def times(session: Session, actor: Actor, ticket_id: int, *, now: datetime) -> tuple[Slot, ...]:
    """Other times that could be asked for. Raises Changed for a ticket somebody has taken."""
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    _ensure_fresh(ticket, ticket.version)
    rules, site = numbers.of(session), session.get_one(Site, ticket.site_id)
    hours = offers.hours_of(site)
    return slots.propose(now, hours, length_hours=rules.slot_hours, count=OTHER_TIMES, days_ahead=OTHER_TIMES)


def move(
    session: Session,
    actor: Actor,
    ticket_id: int,
    version: int,
    start: datetime,
    said: str = "",
    *,
    now: datetime,
    answer_with: Delivery | None = None,
) -> None:
    """The client (or the desk for him) does not need anybody before `start`: another job to offer.

    `said`, asked of the desk alone: who of the client named the time, and how. Raises SlotGone where nobody could come
    then, Changed, NotAllowed for a contractor, EvidenceMissing, TextTooLong.
    """
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    if not actor.is_desk and not scope.roles_on(session, actor, ticket) & client_words.SPEAKS:
        raise NotAllowed
    words = client_words.taken(said) if actor.is_desk else ""
    _ensure_fresh(ticket, version)
    offers.ensure_open_at(session, ticket, start, now=now)
    ticket.visit_from = start
    cause = _restart(session, actor, ticket, WaveReason.MOVED, "move", {"visit_from": start.isoformat()}, now=now)
    client_words.end(session, ticket, now=now)
    if actor.is_desk:
        cause = client_words.keep(session, actor, ticket, words, now=now, answer_with=answer_with)
    clocks.client_moved(session, ticket, cause=cause, now=now)


def disown(session: Session, actor: Actor, ticket_id: int, word_id: int, words: str, *, now: datetime) -> None:
    """The client says that the time written down in his name is not his: it holds no more, and what it has stopped so
    far somebody else of the desk decides about. Raises NotFound, NotAllowed, Changed, TextEmpty, TextTooLong."""
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    if not client_words.may_disown(actor, scope.roles_on(session, actor, ticket)):
        raise NotAllowed
    objection, word = typed.words(words, objections.TEXT_LIMIT), client_waits.word(session, ticket.id, now)
    if word is None or word.id != word_id or ticket.status in SETTLED:
        raise Changed
    if not moved(session, word, ClientWord.ended_at.is_(None), ended_at=now):
        raise Changed
    ticket.visit_from = None
    event = client_words.DISOWNED
    data: dict[str, object] = {"word": word.id}
    if ticket.status in SEARCHES:
        cause = _restart(session, actor, ticket, WaveReason.MOVED, event, data, now=now)
    else:
        cause = audit.record(session, actor, "ticket", ticket.id, event, now=now, data=data)
    clocks.client_moved(session, ticket, cause=cause, now=now)
    pauses = _laid_by(session, actor, ticket, word, now=now)
    for number in pauses:
        objections.object_(session, actor, ticket.id, number, objection, now=now)
    if not pauses:
        key = f"word {word.id}"
        notices.reply(session, actor, Notice.CARD, ticket=ticket, cause=key, now=now, delivery=Delivery.NEW)


def _laid_by(session: Session, actor: Actor, ticket: Ticket, word: ClientWord, *, now: datetime) -> list[int]:
    """The numbers of the pauses that rest on it; a hold has words of its own."""
    return [
        pause.number
        for pause in objections.of_ticket(session, actor, ticket, now=now)
        if pause.may_object and pause.begins >= word.said_at and pause.shown is not None and not pause.shown.hold_id
    ]


def _restart(
    session: Session,
    actor: Actor,
    ticket: Ticket,
    reason: WaveReason,
    event: str,
    data: dict[str, object],
    *,
    now: datetime,
) -> Audit:
    """The change is written down, then the search begins anew from where the ticket stands."""
    data = {"reason": reason, **data}
    if ticket.status is TicketStatus.UNSTAFFED:
        cause = lifecycle.advance(session, ticket, TicketEvent.SEARCH_AGAIN, actor, now=now, data=data)
    else:
        cause = audit.record(session, actor, "ticket", ticket.id, event, now=now, data=data)
    tasks.end_for_ticket(session, actor, ticket.id, tasks.OF_NOBODY, str(reason), now=now)
    changes_job = reason is not WaveReason.WIDENED
    held = waves.new_version(session, ticket, now=now) if changes_job else frozenset[int]()
    ticket.wave_size = 0
    waves.ask_next(session, actor, ticket, now=now, reason=reason, again=held)
    notices.reply(session, actor, Notice.CARD, ticket=ticket, cause=f"audit {cause.id}", now=now)
    return cause


def _searching(session: Session, actor: Actor, ticket_id: int, version: int) -> Ticket:
    if not actor.is_desk:
        raise NotFound
    ticket = scope.find(session, scope.visible_tickets(actor), Ticket.id == ticket_id)
    _ensure_fresh(ticket, version)
    return ticket


def _ensure_fresh(ticket: Ticket, version: int) -> None:
    if ticket.version != version or ticket.status not in SEARCHES:
        raise Changed


def ensure_margin(session: Session, actor: Actor, ticket: Ticket, rate_kop: int) -> None:
    """Raises BelowFloor where so little would be left that a manager must decide, and this is none."""
    floor = numbers.of(session).margin_floor_pct
    margin = wave.margin_pct(ticket.client_price_kop, rate_kop)
    if margin < floor and not actor.has(*MAY_PASS_FLOOR):
        raise BelowFloor(margin, floor)

"""What stands on a card of a ticket, by who reads it: frozen, and nothing loads later."""

from dataclasses import dataclass
from datetime import datetime

from core.domain.offer import DeclineReason, Exclusion, OfferStatus
from core.domain.slots import Slot
from core.domain.ticket import Priority, TicketEvent, TicketStatus
from core.domain.visit import VisitStep
from core.services.breaches import Broken
from core.services.cancellations import Cancelled
from core.services.client_words import Named
from core.services.clock_lines import ClockLine
from core.services.counter_prices import CounterLine
from core.services.history import Refusals
from core.services.holds import Held
from core.services.no_shows import NOT_WATCHED, Watched
from core.services.searches import SearchState
from core.services.steps import Shots
from core.services.talk_cards import NO_TALK, Asked, Brief
from core.services.tasks import TaskLine


@dataclass(frozen=True, slots=True)
class Base:
    """What everybody sees: which job, where, and how far it is."""

    ticket_id: int
    number: str
    version: int
    status: TicketStatus
    priority: Priority
    service: str
    site: str
    site_code: str
    address: str
    lat: float
    lon: float
    zone: str
    text: str
    media: int
    registered_at: datetime
    #: The moment of reading: "today" and "tomorrow" on the card are meant from here.
    read_at: datetime
    talk: Brief = NO_TALK
    #: While it waits: why, and until when.
    held: Held | None = None
    cancelled: Cancelled | None = None
    #: The client asked that nobody come sooner; while somebody is looked for.
    wanted_from: datetime | None = None
    named: Named | None = None
    clock: ClockLine | None = None


@dataclass(frozen=True, slots=True)
class Line:
    service_id: int
    service: str
    unit: str
    quantity_milli: int
    sum_kop: int


@dataclass(frozen=True, slots=True)
class OfferCard:
    base: Base
    offer_id: int
    offer_status: OfferStatus
    withdrawn: Exclusion | None
    pay_kop: int
    distance_m: int
    waits_until: datetime
    #: Until when somebody must be on site; None where nothing is promised.
    come_by: datetime | None
    slots: tuple[Slot, ...]
    can_go_now: bool
    #: Whom an owner may send; empty: whoever taps goes himself.
    team: tuple[tuple[int, str], ...]
    decline_reason: DeclineReason | None
    #: His own price, and until when the desk may say yes to it.
    counter_kop: int | None
    counter_until: datetime | None
    #: The desk said yes to it.
    is_agreed: bool
    may_counter: bool
    #: Questions of those invited with their answers, the last ones.
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class JobCard:
    base: Base
    visit_id: int | None
    step: VisitStep | None
    #: Of hold and resume what this person may.
    buttons: frozenset[TicketEvent]
    engineer: str
    starts_at: datetime | None
    ends_at: datetime | None
    pay_kop: int
    #: Of the site; shown on the day of the visit, for a man at a locked door must call.
    contact: str
    phone: str
    shots: Shots
    lines: tuple[Line, ...]
    mark: int | None
    is_mine: bool
    note: str
    #: "Still going?" waits for an answer; or it was yes.
    is_asked: bool = False
    is_confirmed: bool = False
    #: What handing the job back now costs; None: nothing.
    back_out_milli: int | None = None
    watched: Watched = NOT_WATCHED
    #: The visit for which the reader may name another engineer now.
    names_visit: int | None = None


@dataclass(frozen=True, slots=True)
class ClientCard:
    base: Base
    buttons: frozenset[TicketEvent]
    engineer: str
    starts_at: datetime | None
    ends_at: datetime | None
    lines: tuple[Line, ...]
    price_kop: int | None
    mark: int | None
    is_accepter: bool
    note: str
    #: The visit whose time the reader may change now.
    moves_visit: int | None = None
    watched: Watched = NOT_WATCHED


@dataclass(frozen=True, slots=True)
class DeskCard:
    base: Base
    buttons: frozenset[TicketEvent]
    client: str
    requester: str
    contact: str
    phone: str
    contractor: str
    contractor_phone: str
    engineer: str
    starts_at: datetime | None
    ends_at: datetime | None
    price_kop: int
    rate_kop: int
    offers_open: int
    lines: tuple[Line, ...]
    tasks: tuple[TaskLine, ...]
    #: While somebody is looked for.
    search: SearchState | None
    #: Prices of contractors that wait for a yes or a no.
    counters: tuple[CounterLine, ...]
    #: While nobody is left to ask.
    refusals: Refusals | None
    mark: int | None
    note: str
    moves_visit: int | None = None
    is_asked: bool = False
    is_confirmed: bool = False
    watched: Watched = NOT_WATCHED
    names_visit: int | None = None
    broken: tuple[Broken, ...] = ()


Card = OfferCard | JobCard | ClientCard | DeskCard

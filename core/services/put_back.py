"""A clock that ran ahead is put right: what it has written of a time that has not come is taken back.

Facts stay: what was told and pressed, who was declared not to have come, what was over by then. But nothing is known
of the time to come, no promise is broken or burns before its hour, and nothing waits for a day far ahead: no letter,
update or picture, no offer, search or visit, no block and no end of one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, TextClause, and_, or_, select, text, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.domain import no_show
from core.domain.defaults import Defaults
from core.domain.offer import OfferStatus
from core.domain.proof import ProofStatus
from core.domain.ticket import TicketStatus
from core.services import breaches, clocks, downtime, notices, numbers, open_offers, warning_letters
from storage.models.contractor import Block, Certificate, Contractor
from storage.models.offer import Offer
from storage.models.people import Person
from storage.models.post import Inbox, Outbox
from storage.models.ticket import Ticket
from storage.models.visit import Proof, Visit

#: Nobody works longer on a letter or an update: whoever still does is not disturbed, whoever died is followed.
LEASE = timedelta(minutes=2)
# Written literally, or SQLite does not see the partial indexes.
_LETTER = text("outbox.status IN ('new', 'sending')")
_UPDATE = text("inbox.status = 'new'")
_WAS_TRIED = or_(Outbox.attempts > 0, Outbox.last_error != "")


@dataclass(frozen=True, slots=True)
class _Wait:
    """What says "not before": from now on it says so for no longer than `longest`."""

    column: InstrumentedAttribute[Any]
    of: ColumnElement[bool] | TextClause
    longest: timedelta = timedelta(0)


def take_back(session: Session, shown: datetime, *, now: datetime) -> None:
    """`shown`: the time the machine had before it was put right."""
    downtime.put_back(session, shown, now=now)
    clocks.put_back(session, now=now)
    breaches.put_back(session, now=now)
    _blocks(session, now=now)
    _look_for_crews(session, now=now)
    _held_letters(session, now=now)
    for wait in _waits(numbers.of(session)):
        until = now + wait.longest
        session.execute(update(wait.column.class_).where(wait.of, wait.column > until).values({wait.column: until}))
    _search_on(session, now=now)


def _waits(rules: Defaults) -> Iterator[_Wait]:
    """A letter nobody has tried yet is held by the hours of its reader: `_held_letters`."""
    offer = timedelta(minutes=rules.offer_wait_max_minutes)
    yield _Wait(Outbox.not_before, and_(_LETTER, _WAS_TRIED))
    yield _Wait(Outbox.lease_until, _LETTER, LEASE)
    yield _Wait(Inbox.not_before, _UPDATE)
    yield _Wait(Inbox.lease_until, _UPDATE, LEASE)
    yield _Wait(Proof.fetch_at, Proof.status == ProofStatus.PENDING)
    yield _Wait(Certificate.fetch_at, Certificate.fetch_at.is_not(None))
    yield _Wait(Offer.waits_until, Offer.status == OfferStatus.SENT, offer)
    yield _Wait(Offer.waits_until, Offer.status == OfferStatus.LAPSED)
    yield _Wait(Offer.counter_until, open_offers.are_countered(), max(offer, timedelta(minutes=rules.counter_minutes)))
    yield _Wait(Contractor.asked_still_there_at, Contractor.asked_still_there_at.is_not(None))


def _held_letters(session: Session, *, now: datetime) -> None:
    """What was written in a wrong hour and held until its morning is held until the true one, if it is night."""
    rules = numbers.of(session)
    held = select(Outbox, Person.zone).join(Person, Person.id == Outbox.person_id)
    held = held.where(_LETTER, ~_WAS_TRIED, Outbox.created_at > now, Outbox.not_before > Outbox.created_at)
    for letter, zone in session.execute(held).all():
        is_short = letter.not_before - letter.created_at <= warning_letters.SETTLES
        morning = notices.quiet_until(now, zone, rules.quiet_from_hour, rules.quiet_to_hour)
        # As if it was written now: what waits for no longer than since it was written may go at once.
        letter.created_at, letter.not_before = now, now if is_short else morning
    session.flush()


def _blocks(session: Session, *, now: datetime) -> None:
    """What began in a wrong hour is in force from now on, for as long as it was to be; what was lifted then is over."""
    wrong = or_(Block.starts_at > now, and_(Block.lift_reason != "", Block.ends_at > now))
    for block in session.scalars(select(Block).where(wrong)).all():
        ahead = max(block.starts_at - now, timedelta(0))
        block.starts_at -= ahead
        if block.ends_at is not None:
            block.ends_at = now if block.lift_reason else block.ends_at - ahead
    session.flush()


def _look_for_crews(session: Session, *, now: datetime) -> None:
    """Once the agreed time is over, as if nobody had been asked yet. What is rightly waited for, an answer, somebody
    who comes later or was seen, takes no longer than a window."""
    rules = numbers.of(session)
    latest = now + timedelta(hours=rules.slot_hours)
    wrong = and_(Visit.watch_at.is_not(None), or_(Visit.where_asked_at > now, Visit.watch_at > latest))
    for visit in session.scalars(select(Visit).where(wrong)).all():
        visit.watch_at, visit.where_asked_at = max(now, no_show.first_look(visit.ends_at, rules)), None
    session.flush()


def _search_on(session: Session, *, now: datetime) -> None:
    """Nobody is waited for longer; what rests at night finds its morning anew."""
    longest = timedelta(minutes=numbers.of(session).offer_wait_max_minutes)
    asleep = and_(Ticket.status == TicketStatus.SEARCHING, Ticket.search_due_at > now + longest)
    session.execute(update(Ticket).where(asleep).values(search_due_at=now))

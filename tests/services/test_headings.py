"""What a silent redraw leaves above a card: why it rang, until its reader has acted or the ticket has moved on."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from core.domain.notice import Delivery, Notice, Priority
from core.domain.ticket import TicketStatus
from core.services import headings, outbox
from core.services.headings import Rang
from core.services.outbox import Shown
from storage.models.people import Person
from storage.models.ticket import Ticket
from tests.services.test_outbox import _ticket, letter, one_letter, person

#: Letters of no cause, by hand.
pytestmark = pytest.mark.breaks_invariants


@pytest.fixture
def reader(session: Session, now: datetime) -> Person:
    return person(session, now)


@pytest.fixture
def ticket(session: Session, now: datetime, reader: Person) -> Ticket:
    """Its card has rung."""
    row = session.get_one(Ticket, _ticket(session, now))
    sent(session, row, reader, now, Delivery.NEW, notice=Notice.NO_SHOW, data={"outcome": "x"})
    return row


def sent(session: Session, ticket: Ticket, to: Person, now: datetime, how: Delivery, **fields: object) -> None:
    letter(session, to, now, delivery=how, ticket_id=ticket.id, **{"notice": Notice.CARD, **fields})
    assert outbox.sent(session, one_letter(session, now), now=now, message_id=10, shown=Shown(10, False, "h"))


def kept(session: Session, ticket: Ticket, reader: Person, now: datetime) -> Rang | None:
    return headings.kept(session, reader.id, ticket.id, None, now=now)


def test_a_redraw_of_any_cause_leaves_it(session: Session, now: datetime, ticket: Ticket, reader: Person) -> None:
    for notice in (Notice.OFFER_MADE, Notice.CARD):
        sent(session, ticket, reader, now, Delivery.EDIT, notice=notice)
        assert kept(session, ticket, reader, now) == Rang(Notice.NO_SHOW, {"outcome": "x"})


def test_what_the_reader_does_afterwards_ends_it(
    session: Session, now: datetime, ticket: Ticket, reader: Person
) -> None:
    sent(session, ticket, reader, now, Delivery.EDIT, priority=Priority.ANSWER)
    assert kept(session, ticket, reader, now) is not None  # in the stroke that rang
    sent(session, ticket, reader, now + timedelta(seconds=1), Delivery.EDIT, priority=Priority.ANSWER)
    assert kept(session, ticket, reader, now) is None


def test_a_tap_on_the_card_ends_it(session: Session, now: datetime, ticket: Ticket, reader: Person) -> None:
    outbox.adopt_card(session, reader.id, ticket.id, 7, 10, has_media=False)
    assert kept(session, ticket, reader, now) is None


def test_another_state_of_the_ticket_ends_it_for_good(
    session: Session, now: datetime, ticket: Ticket, reader: Person
) -> None:
    before = ticket.status
    for status in (TicketStatus.UNSTAFFED, before):
        session.execute(Ticket.__table__.update().values(status=status))
        session.refresh(ticket)
        sent(session, ticket, reader, now, Delivery.EDIT)
        assert kept(session, ticket, reader, now) is None

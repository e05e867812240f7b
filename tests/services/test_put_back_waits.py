"""What says "not before" waits for no hour of a clock that was wrong: letters, updates, pictures, offers, searches."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.domain.offer import OfferStatus
from core.domain.ticket import TicketStatus
from core.services import certificates, counter_prices, fetches, inbox, outbox, proofs, put_back, waves
from core.services.proofs import Shelf
from storage.models.offer import Offer
from storage.models.post import Inbox, Outbox
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make.papers import BOT, sends, skill_row
from tests.make.proofs import at_before, comes
from tests.make.tickets import make_world, send
from tests.services.test_counter_prices import name, second_firm
from tests.services.test_outbox import claimed, letter, person
from tests.services.test_put_back import DAY, HOUR, MINUTE, jumped, settled

FAR = [HOUR, 5 * HOUR, 365 * DAY]


def once(do: Callable[[datetime], Any]) -> Callable[[datetime], None]:
    """In the first of the wrong minutes alone."""
    done: list[datetime] = []

    def first(wrong: datetime) -> None:
        if not done:
            done.append(wrong)
            do(wrong)

    return first


@pytest.mark.parametrize("ahead", FAR)
@pytest.mark.parametrize("dies", [True, False])
def test_a_letter_that_was_tried_goes_before_those_after_it(
    session: Session, now: datetime, clock: HandClock, ahead: timedelta, dies: bool
) -> None:
    to = person(session, now)
    first = letter(session, to, now)

    def tried(wrong: datetime) -> None:
        (one,) = outbox.claim(session, 10, now=wrong).letters
        if not dies:
            outbox.postpone(session, one, timedelta(seconds=2), "network", now=wrong)

    jumped(session, clock, ahead, meanwhile=once(tried))
    later = clock.move(minutes=5)
    letter(session, to, later)
    assert claimed(session, later) == [first.id]


def test_whoever_is_sending_just_now_is_not_overtaken(session: Session, now: datetime, clock: HandClock) -> None:
    to = person(session, now)
    letter(session, to, now)
    jumped(session, clock, 365 * DAY, meanwhile=once(lambda wrong: outbox.claim(session, 10, now=wrong)))
    assert claimed(session, clock.now()) == []
    assert max(outbox.LEASE, inbox.LEASE) <= put_back.LEASE


@pytest.mark.parametrize("ahead", [7 * HOUR, 365 * DAY])
def test_a_letter_held_for_a_wrong_morning_waits_for_the_true_one(
    session: Session, now: datetime, clock: HandClock, ahead: timedelta
) -> None:
    """In the true hour it is evening in Vladivostok, or night."""
    clock.at = now = now.replace(hour=14)  # midnight there
    to = person(session, now)
    to.zone, morning = "Asia/Vladivostok", now.replace(hour=22)
    before = letter(session, to, now, not_before=morning)
    held: list[Outbox] = []

    def writes(wrong: datetime) -> None:
        held.append(letter(session, to, wrong, not_before=wrong + DAY))
        held.append(letter(session, to, wrong, not_before=wrong + MINUTE))

    jumped(session, clock, ahead, meanwhile=once(writes))
    long, short = held
    assert (before.not_before, long.not_before, short.not_before) == (morning, morning, clock.now())
    (ours,) = outbox.claim(session, 10, now=clock.now()).letters
    assert ours.id == short.id
    outbox.sent(session, ours, now=clock.now())
    assert claimed(session, morning - MINUTE) == []


def test_by_day_nothing_is_held(session: Session, now: datetime, clock: HandClock) -> None:
    to = person(session, now)
    held: list[Outbox] = []
    writes = once(lambda wrong: held.append(letter(session, to, wrong, not_before=wrong + 9 * HOUR)))
    jumped(session, clock, 14 * HOUR, meanwhile=writes)
    assert claimed(session, clock.now()) == [held[0].id]


def update(number: int) -> dict[str, Any]:
    chat, sender = {"id": 5, "type": "private"}, {"id": 5, "is_bot": False, "first_name": "x"}
    return {"update_id": number, "message": {"message_id": number, "date": 1, "chat": chat, "from": sender}}


@pytest.mark.parametrize("ahead", FAR)
@pytest.mark.parametrize("fate", ["waits", "dies", "failed"])
def test_an_update_of_a_wrong_hour_does_not_close_its_lane(
    session: Session, clock: HandClock, ahead: timedelta, fate: str
) -> None:
    def receives(wrong: datetime) -> None:
        inbox.store(session, 1, [update(1)], now=wrong)
        if fate == "waits":
            return
        (one,) = inbox.claim(session, 1, 10, now=wrong)
        session.flush()
        if fate == "failed":
            inbox.failed(session, one, "network", now=wrong)

    jumped(session, clock, ahead, meanwhile=once(receives))
    at = clock.move(minutes=30)
    inbox.store(session, 1, [update(2)], now=at)
    assert [one.update_id for one in inbox.claim(session, 1, 10, now=at)] == [1]
    assert session.scalar(select(func.count()).select_from(Inbox)) == 2


@pytest.mark.parametrize("ahead", [HOUR, 20 * HOUR])
def test_files_are_fetched_at_once(session: Session, now: datetime, clock: HandClock, ahead: timedelta) -> None:
    world = make_world(session, now=now)
    at_before(world)
    shot, paper = comes(world), sends(world, skill_row(world).id)

    def fails(wrong: datetime) -> None:
        proofs.fetch_failed(session, shot.id, is_gone=False, now=wrong)
        certificates.fetch_failed(session, paper.id, is_gone=False, now=wrong)

    jumped(session, clock, ahead, meanwhile=once(fails))
    wanted = fetches.wanted(session, BOT, 10, now=clock.now())
    assert {(one.shelf, one.row_id) for one in wanted} == {(Shelf.PROOF, shot.id), (Shelf.CERTIFICATE, paper.id)}


@pytest.mark.parametrize("ahead", [5 * HOUR, 20 * DAY, 300 * DAY])
def test_a_search_of_a_wrong_hour_goes_on(session: Session, now: datetime, clock: HandClock, ahead: timedelta) -> None:
    world = make_world(session, now=now)
    sent: list[Ticket] = []

    def asks(wrong: datetime) -> None:
        world.now = wrong
        sent.append(send(world))

    jumped(session, clock, ahead, meanwhile=once(asks))
    settled(session, clock.now())
    ticket, longest = sent[0], clock.now() + HOUR
    (offer,) = session.scalars(select(Offer)).all()
    assert (offer.status, offer.waits_until, ticket.search_due_at) == (OfferStatus.SENT, longest, clock.now())
    assert waves.sweep(session, 50, now=clock.now()) == 1
    assert ticket.search_due_at == longest  # nobody else is there, and he has his time
    assert waves.sweep(session, 50, now=clock.move(minutes=60)) == 1
    assert offer.status is OfferStatus.LAPSED


def test_who_was_passed_over_in_a_wrong_hour_is_waited_for_no_more(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    (offer,) = session.scalars(select(Offer)).all()
    jumped(session, clock, HOUR, meanwhile=once(lambda wrong: waves.sweep(session, 50, now=wrong)))
    assert (offer.status, offer.waits_until) == (OfferStatus.LAPSED, clock.now())
    assert ticket.status is TicketStatus.SEARCHING


@pytest.mark.parametrize("ahead", [5 * HOUR, 300 * DAY])
def test_a_price_named_in_a_wrong_hour_does_not_wait_for_it(
    session: Session, now: datetime, clock: HandClock, ahead: timedelta
) -> None:
    world = make_world(session, now=now)
    second_firm(world)  # asked next, so that nothing is raised
    named: list[Offer] = []

    def names(wrong: datetime) -> None:
        world.now = wrong
        named.append(name(world, send(world)))

    jumped(session, clock, ahead, meanwhile=once(names))
    (offer,) = named
    assert (offer.status, offer.counter_until) == (OfferStatus.COUNTERED, clock.now() + 2 * HOUR)
    settled(session, clock.now())
    assert counter_prices.sweep(session, 50, now=clock.move(hours=2)) == 1

"""A broken promise as the client hears of it: where the contract says so, once, in the hours of the reader."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.screens import notices as screens
from bot.texts import load
from core.domain.actor import Actor, Grant
from core.domain.clock import ClockKind
from core.domain.notice import Notice
from core.domain.role import Role
from core.services import breaches, clock_rows, moves, tickets
from storage.models.clock import Breach
from storage.models.directory import Contract
from storage.models.post import Outbox
from tests.clock import HandClock
from tests.make.people import add_person
from tests.make.promises import breach_of, clock_of, later, promise
from tests.make.tickets import World, arrive, card_of, report, send, take, tap, visit_of

K = ClockKind


def contract_of(world: World) -> Contract:
    return world.session.scalars(select(Contract).where(Contract.client_id == world.client.id)).one()


@pytest.fixture
def world(session: Session, clock: HandClock) -> World:
    world = promise(session, now=clock.now())
    contract_of(world).client_hears_breach = True
    return world


@pytest.fixture
def responsible(world: World) -> Actor:
    grant = Grant(Role.REQUESTER, client_id=world.client.id, site_id=world.site.id)
    return add_person(world.session, grant, now=world.now)


def letters(world: World) -> list[Outbox]:
    return list(world.session.scalars(select(Outbox).where(Outbox.notice == Notice.BREACH).order_by(Outbox.id)))


def heard(world: World, who: Actor) -> list[str]:
    return [row.data["clock"] for row in letters(world) if row.person_id == who.person_id]


def test_requester_and_responsible_hear_of_each_promise_once(
    world: World, clock: HandClock, responsible: Actor
) -> None:
    send(world)
    later(world, clock, minutes=59)
    assert letters(world) == []
    for minutes in (2, 60, 120, 600):
        later(world, clock, minutes=minutes)

    assert heard(world, world.requester) == heard(world, responsible) == [K.REACTION, K.ARRIVAL, K.RESOLUTION]
    assert {row.person_id for row in letters(world)} == {world.requester.person_id, responsible.person_id}


def test_of_what_nobody_saw_for_days_the_last_promise_is_told(world: World, clock: HandClock) -> None:
    send(world)
    later(world, clock, days=3)

    assert heard(world, world.requester) == [K.RESOLUTION]


def test_without_the_clause_the_client_hears_nothing(world: World, clock: HandClock) -> None:
    contract_of(world).client_hears_breach = False
    send(world)
    later(world, clock, days=1)

    assert world.session.scalar(select(func.count()).select_from(Breach)) == 3
    assert letters(world) == []


def test_who_was_late_before_anybody_looked_is_told_too(world: World, clock: HandClock) -> None:
    ticket = send(world)
    take(world, ticket)
    world.now = clock.move(minutes=121)
    arrive(world, ticket)  # no sweep came between

    assert heard(world, world.requester) == [K.ARRIVAL]


def test_a_ticket_that_is_over_needs_no_excuse(world: World, clock: HandClock) -> None:
    session, ticket = world.session, send(world)
    world.now = clock.move(minutes=61)
    tickets.cancel(session, tap(world.dispatcher), ticket.id, ticket.version, now=world.now)
    assert breach_of(world, ticket, K.REACTION) is not None
    assert letters(world) == []

    other = send(world)
    later(world, clock, minutes=61)
    (row,) = letters(world)
    assert breaches.stands(session, row.data["breach"], now=world.now)
    tickets.cancel(session, tap(world.dispatcher), other.id, other.version, now=world.now)
    assert not breaches.stands(session, row.data["breach"], now=world.now)


def test_what_was_kept_after_all_is_not_told_any_more(world: World, clock: HandClock) -> None:
    ticket = send(world)
    take(world, ticket)
    later(world, clock, minutes=121)
    (row,) = letters(world)
    late = clock_of(world, ticket, K.ARRIVAL)
    late.target_min += 60
    clock_rows.refresh(world.session, late)
    breaches.recheck(world.session, late, now=world.now)
    assert not breaches.stands(world.session, row.data["breach"], now=world.now)

    later(world, clock, minutes=60)
    assert breaches.stands(world.session, row.data["breach"], now=world.now)
    assert letters(world) == [row]  # broken again, told once


def test_quiet_hours_of_the_reader_hold_it(session: Session, clock: HandClock) -> None:
    clock.at = datetime(2026, 3, 16, 20, 0, tzinfo=UTC)  # 23:00 in Moscow
    world = promise(session, now=clock.at)
    contract_of(world).client_hears_breach = True
    send(world)
    later(world, clock, minutes=61)

    assert [row.not_before for row in letters(world)] == [datetime(2026, 3, 17, 5, 0, tzinfo=UTC)]


def test_the_words_say_what_was_missed_and_what_happens_now(world: World, clock: HandClock) -> None:
    ticket = send(world)

    def read(language: str = "ru") -> list[str]:
        card = card_of(world, world.requester, ticket)
        return [screens.headline(Notice.BREACH, card, row.data, load(language)) for row in letters(world)]

    later(world, clock, minutes=61)
    assert read() == [
        "⏰ <b>Мы обещали найти инженера не позже чем сегодня, 16 марта, в 11:00 и не успели.</b> Извините. "
        "Ищем инженера, диспетчер следит. Напишем, кто и когда приедет."
    ]
    visit, start = take(world, ticket), world.now + timedelta(minutes=70)
    moves.move(world.session, tap(world.engineer), visit.id, start, now=world.now)
    later(world, clock, minutes=60)
    assert read()[1].endswith("Диспетчер знает и следит. Когда ждать инженера, написано ниже.")
    world.now = clock.at = visit_of(world, ticket).ends_at
    assert read()[1].endswith("Выясняем, когда приедет инженер; если он не сможет, найдём другого.")
    arrive(world, ticket)
    later(world, clock, minutes=120)
    assert read("en")[2] == (
        "⏰ <b>We promised to finish the work no later than today, 16 March, at 14:00 and did not make it.</b> "
        "We are sorry. The engineer is at the site already."
    )
    report(world, ticket)
    assert "посмотрите и примите" in read()[2]
    firm = world.contractor.name
    assert not any(firm in one for one in read())

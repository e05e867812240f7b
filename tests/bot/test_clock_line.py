"""The line about time on each card: the next promise its reader may see, in his own zone, or why it stands."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bot.screens import cards as screens
from bot.texts import load
from core.domain.actor import Actor
from core.domain.clock import ClockKind, StopReason
from core.domain.ticket import TicketStatus
from core.services import holds, visits
from core.services.hold_evidence import Evidence
from storage.models.directory import SlaTarget
from storage.models.people import Person
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make.tickets import World, arrive, bring, card_of, make_world, report, send, take, tap, wait


@pytest.fixture
def world(session: Session, now: datetime) -> World:
    times = {"reaction_min": 60, "arrival_min": 120, "resolution_min": 60 * 24}
    session.add(SlaTarget(plan="План", priority="normal", calendar="24x7", **times))
    session.flush()
    return make_world(session, now=now, sla_plan="План")


def text_for(world: World, who: Actor, ticket: Ticket, language: str = "ru") -> str:
    return screens.draw(card_of(world, who, ticket), load(language)).text


def test_the_client_sees_the_next_promise_and_the_crew_its_own(world: World) -> None:
    ticket = send(world)  # 10:00 in Moscow
    assert "⏱ Реакция: до 11:00, 16 марта" in text_for(world, world.requester, ticket)
    take(world, ticket)
    for reader in (world.requester, world.dispatcher, world.engineer):
        assert "⏱ Приезд: до 12:00, 16 марта" in text_for(world, reader, ticket)
    arrive(world, ticket)
    assert "⏱ Resolution: until tomorrow, 17 March, 10:00" in text_for(world, world.engineer, ticket, "en")
    report(world, ticket)
    assert "⏱" not in text_for(world, world.requester, ticket)


def test_a_reader_in_another_zone_reads_both_clocks(world: World) -> None:
    world.session.get_one(Person, world.dispatcher.person_id).zone = "Asia/Omsk"
    ticket = bring(world, TicketStatus.ASSIGNED)

    assert "⏱ Приезд: до 15:00, 16 марта (на объекте 12:00)" in text_for(world, world.dispatcher, ticket)


def test_what_stands_says_why_and_what_is_over_says_so(world: World) -> None:
    ticket = bring(world, TicketStatus.ASSIGNED)
    wait(world, ticket)
    assert "⏱ Приезд: часы стоят — объект не готов" in text_for(world, world.requester, ticket)

    card = card_of(world, world.engineer, bring(world, TicketStatus.ASSIGNED))
    late = replace(card.base, read_at=world.now + timedelta(hours=3))
    assert "Приезд: срок вышел</b> — был до 12:00, 16 марта" in screens.draw(replace(card, base=late), load("ru")).text


def test_who_is_late_reads_what_can_still_be_broken_and_what_is(world: World, clock: HandClock) -> None:
    """The arrival was until noon; it is a quarter to one, and the resolution runs until the next morning."""
    ticket = bring(world, TicketStatus.ASSIGNED)
    world.now = clock.move(minutes=165)
    said = "⏱ Выполнение: до завтра, 17 марта, 10:00 · 🔴 <b>приезд: срок вышел</b>, был до 12:00, 16 марта"
    for reader in (world.engineer, world.requester, world.dispatcher):
        assert said in text_for(world, reader, ticket)
    english = (
        "⏱ Resolution: until tomorrow, 17 March, 10:00 · 🔴 <b>arrival: the time is over</b>, it was until 12:00, 16"
    )
    assert english in text_for(world, world.engineer, ticket, "en")
    arrive(world, ticket)
    assert "🔴" not in text_for(world, world.engineer, ticket).partition("⏱")[2].partition("\n")[0]


def test_where_everything_is_over_the_line_says_so_of_both(world: World, clock: HandClock) -> None:
    ticket = bring(world, TicketStatus.ASSIGNED)
    world.now = clock.move(hours=30)

    said = text_for(world, world.engineer, ticket)
    assert (
        "⏱ <b>Выполнение: срок вышел</b> — был до 10:00, 17 марта · 🔴 <b>приезд: срок вышел</b>, был до вчера" in said
    )


def test_what_stands_stands_beside_what_is_broken(world: World, clock: HandClock) -> None:
    """An answer of the client stops the resolution alone; the crew was to come at noon."""
    ticket = bring(world, TicketStatus.ASSIGNED)
    world.now = clock.move(minutes=165)
    until, why = world.now + timedelta(hours=2), StopReason.CLIENT_ANSWER
    said = Evidence("Ждём ответа, какой светильник")
    holds.hold(world.session, tap(world.dispatcher), ticket.id, ticket.version, why, until, said, now=world.now)

    line = text_for(world, world.requester, ticket)
    assert "⏱ Выполнение: часы стоят — ждём ответа клиента · 🔴 <b>приезд: срок вышел</b>" in line


def test_without_a_promise_the_card_says_nothing(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)

    assert card_of(world, world.engineer, ticket).base.clock is None
    assert "⏱" not in text_for(world, world.dispatcher, ticket)


def test_who_handed_the_job_back_reads_no_deadline(world: World) -> None:
    ticket = send(world)
    visit = take(world, ticket)
    visits.give_up(world.session, tap(world.engineer), visit.id, now=world.now)
    assert card_of(world, world.dispatcher, ticket).base.clock.kind is ClockKind.ARRIVAL
    assert "⏱" not in text_for(world, world.engineer, ticket)

"""Warnings on their way: what burns no more does not ring, many in a chat are one message, an emergency is its own."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.screens import deadlines as screens
from bot.screens.notices import headline
from bot.texts import load
from core.domain.actor import Actor
from core.domain.calendar import DayKind
from core.domain.clock import ClockKind, StopReason
from core.domain.notice import Notice, OutboxStatus
from core.domain.ticket import Priority
from core.services import acceptances, calendar_days, cards, deadlines, holds, outbox, priorities, warning_letters
from core.services.hold_evidence import Evidence
from core.services.outbox import Letter
from core.services.warning_letters import OVER, SUPERSEDED, TOGETHER
from storage.models.post import Outbox
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make.blocks import add_manager
from tests.make.letters import delivered
from tests.make.promises import later, promise, swept
from tests.make.tickets import World, arrive, report, send, take, tap

RU, EN = load("ru"), load("en")
MONDAY = datetime(2026, 3, 23, 5, 1, tzinfo=UTC)  # a minute after the quiet hours of Moscow


@pytest.fixture
def world(session: Session, clock: HandClock) -> World:
    return promise(session, now=clock.now())


@pytest.fixture
def calm(session: Session, clock: HandClock) -> World:
    """A long arrival: half of it is gone on a Sunday, when nobody is rung."""
    clock.at = datetime(2026, 3, 20, 15, tzinfo=UTC)
    return promise(session, now=clock.now(), arrival_min=4000, resolution_min=90_000)


def rows(world: World, who: Actor) -> list[Outbox]:
    world.session.expire_all()
    which = Outbox.dedupe_key.startswith(f"{Notice.SLA}:"), Outbox.person_id == who.person_id
    return list(world.session.scalars(select(Outbox).where(*which).order_by(Outbox.id)))


def rung(world: World) -> list[Letter]:
    """What leaves now, warnings only."""
    found = []
    while (batch := outbox.claim(world.session, 100, now=world.now)).letters or batch.cancelled:
        for letter in batch.letters:
            outbox.sent(world.session, letter, now=world.now, message_id=letter.id)
        found += [one for one in batch.letters if one.notice in (Notice.SLA, Notice.SLA_MANY)]
        world.session.flush()
    return found


def fate(world: World, who: Actor) -> list[tuple[OutboxStatus, str]]:
    return [(row.status, row.last_error) for row in rows(world, who)]


def held_over_sunday(world: World, clock: HandClock) -> Ticket:
    """Somebody has the job, and half of his time is gone by the night before Sunday; the letter waits for Monday."""
    ticket = send(world)
    take(world, ticket)
    delivered(world.session, now=world.now)
    world.now = clock.at = datetime(2026, 3, 22, 1, tzinfo=UTC)
    swept(world)
    (row,) = rows(world, world.engineer)
    assert (row.data["pct"], row.not_before) == (50, MONDAY - timedelta(minutes=1))
    return ticket


def on_monday(world: World, clock: HandClock) -> None:
    world.now = clock.at = MONDAY


def test_who_has_come_meanwhile_is_not_told_to_come(calm: World, clock: HandClock) -> None:
    ticket = held_over_sunday(calm, clock)
    calm.now = clock.move(hours=8)
    arrive(calm, ticket)
    report(calm, ticket)
    acceptances.accept(calm.session, tap(calm.requester), ticket.id, ticket.version, now=calm.now)
    on_monday(calm, clock)

    assert rung(calm) == []
    assert fate(calm, calm.engineer) == [(OutboxStatus.CANCELLED, OVER)]


def test_a_clock_that_stands_warns_of_nothing(calm: World, clock: HandClock) -> None:
    ticket = held_over_sunday(calm, clock)
    calm.now = clock.move(hours=8)
    until, why = calm.now + timedelta(days=2), StopReason.NOT_READY
    said = Evidence("Объект закрыт на ремонт")
    holds.hold(calm.session, tap(calm.dispatcher), ticket.id, ticket.version, why, until, said, now=calm.now)
    on_monday(calm, clock)

    assert [one for one in rung(calm) if one.person_id == calm.engineer.person_id] == []
    assert fate(calm, calm.engineer) == [(OutboxStatus.CANCELLED, OVER)]


def test_a_deadline_that_lies_ahead_again_is_not_told_as_over(session: Session, clock: HandClock) -> None:
    """Broken on Tuesday night and told in the morning; by then Tuesday is said to have been a day off."""
    world = promise(session, now=clock.now(), calendar="working", arrival_min=900, resolution_min=9000)
    ticket = send(world)
    take(world, ticket)
    delivered(session, now=world.now)
    world.now = clock.at = datetime(2026, 3, 17, 20, tzinfo=UTC)  # 23:00, five hours after it
    swept(world)
    told = [row for row in rows(world, world.dispatcher) if row.data["clock"] == ClockKind.ARRIVAL]
    assert [row.data["pct"] for row in told] == [100]
    calendar_days.say(session, tap(add_manager(world)), told[0].created_at.date(), DayKind.OFF, now=world.now)
    world.now = clock.at = datetime(2026, 3, 18, 5, 1, tzinfo=UTC)

    assert [one for one in rung(world) if one.data.get("clock") == ClockKind.ARRIVAL] == []
    assert OVER in {row.last_error for row in rows(world, world.dispatcher)}


def test_a_held_warning_says_what_is_true_when_it_rings(calm: World, clock: HandClock) -> None:
    ticket = held_over_sunday(calm, clock)
    on_monday(calm, clock)  # 62 of 66 hours are gone: 92 %
    swept(calm)
    (letter,) = [one for one in rung(calm) if one.person_id == calm.engineer.person_id]
    card = cards.for_person(calm.session, letter.person_id, ticket.id, now=calm.now)
    data = warning_letters.as_now(calm.session, letter.data, now=calm.now)

    assert card is not None
    assert data is not None
    said = headline(Notice.SLA, card, data, RU)
    assert "приезд, прошло 90 % времени" in said
    assert "Успейте до: сегодня, 23 марта, в 12:40" in said


def test_of_two_warnings_of_one_clock_the_later_rings(calm: World, clock: HandClock) -> None:
    held_over_sunday(calm, clock)
    calm.now = clock.at = datetime(2026, 3, 23, 9, 41, tzinfo=UTC)  # the arrival is over; nobody has rung since
    swept(calm)

    told = [one.data["pct"] for one in rung(calm) if one.person_id == calm.engineer.person_id]
    assert told == [100]
    assert fate(calm, calm.engineer)[0] == (OutboxStatus.CANCELLED, SUPERSEDED)


def test_two_are_told_one_by_one(world: World, clock: HandClock) -> None:
    send(world)
    later(world, clock, minutes=54)
    first = rung(world)
    later(world, clock, minutes=7)
    second = rung(world)

    assert [[(one.notice, one.data["pct"]) for one in told] for told in (first, second)] == [
        [(Notice.SLA, 90)],
        [(Notice.SLA, 100)],
    ]


def many(world: World, letter: Letter) -> screens.Screen:
    found = deadlines.named(world.session, world.dispatcher, letter.data["clocks"], letter.data["count"], now=world.now)
    return screens.many(found, is_desk=True, texts=RU)


def test_three_in_one_minute_are_named_with_a_button_for_each(world: World, clock: HandClock) -> None:
    tickets = [send(world) for _ in range(3)]
    delivered(world.session, now=world.now)
    later(world, clock, minutes=54)
    (letter,) = rung(world)

    assert letter.notice == Notice.SLA_MANY
    screen = many(world, letter)
    assert screen.text.startswith("⏳ <b>Горят сроки: 3</b>, ближайшие сверху\n\n1. <b>реакция</b>")
    for ticket in tickets:
        assert f"{ticket.number} · " in screen.text
    assert "осталось 6" in screen.text
    buttons = [button.text for row in screen.rows for button in row]
    assert buttons == [*(f"{n}. {ticket.number}" for n, ticket in enumerate(tickets, start=1)), "Сроки"]
    assert [error for _, error in fate(world, world.dispatcher)] == ["", TOGETHER, TOGETHER]


def test_an_emergency_rings_by_itself(world: World, clock: HandClock) -> None:
    for _ in range(4):
        send(world)
    urgent = send(world)
    who = tap(world.dispatcher)
    priorities.change(world.session, who, urgent.id, urgent.version, Priority.EMERGENCY, now=world.now)
    delivered(world.session, now=world.now)
    later(world, clock, minutes=54)

    told = [(one.notice, one.ticket_id) for one in rung(world) if one.person_id == world.dispatcher.person_id]
    assert sorted(told, key=str) == [(Notice.SLA, urgent.id), (Notice.SLA_MANY, None)]


def test_after_days_of_downtime_a_chat_hears_one_message(world: World, clock: HandClock) -> None:
    for _ in range(4):
        send(world)
    later(world, clock, days=3)
    world.now = clock.move(minutes=2)
    (letter,) = rung(world)

    assert letter.notice == Notice.SLA_MANY
    assert letter.data["count"] == 12
    text = many(world, letter).text
    assert text.startswith("⏳ <b>Горят сроки: 12</b>")
    assert text.endswith("… и ещё 4")
    assert "Пока никто не смотрел" not in text
    assert [status for status, _ in fate(world, world.dispatcher)] == [OutboxStatus.SENT] + [
        OutboxStatus.CANCELLED
    ] * 11


def test_what_is_over_is_no_part_of_a_crowd(world: World, clock: HandClock) -> None:
    tickets = [send(world) for _ in range(3)]
    delivered(world.session, now=world.now)
    later(world, clock, minutes=54)
    take(world, tickets[0])

    told = [(one.notice, one.ticket_id) for one in rung(world) if one.person_id == world.dispatcher.person_id]
    assert told == [(Notice.SLA, tickets[1].id), (Notice.SLA, tickets[2].id)]


def test_a_crew_reads_of_its_jobs_and_finds_them(session: Session, clock: HandClock) -> None:
    world = promise(session, now=clock.now())
    world.contractor.engineers = 4
    tickets = [send(world) for _ in range(3)]
    for ticket in tickets:
        take(world, ticket)
    delivered(session, now=world.now)
    later(world, clock, minutes=61)
    (letter,) = [one for one in rung(world) if one.person_id == world.engineer.person_id]
    found = deadlines.named(session, world.engineer, letter.data["clocks"], letter.data["count"], now=world.now)
    screen = screens.many(found, is_desk=False, texts=EN)

    assert screen.text.startswith("⏳ <b>Deadlines burn: 3</b>, the nearest first")
    assert world.contractor.name not in screen.text
    assert [row[-1].text for row in screen.rows][-1] == "My jobs"
    nobody = Actor(None, (), source="x")
    assert deadlines.named(session, nobody, letter.data["clocks"], 3, now=world.now).lines == ()

"""What people read about promises and limits: when it happened, what it is, whom it is about, what is to be done."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import texts
from bot.screens import blacklist, blocks, history, offers, score
from bot.screens import cards as card_screens
from bot.screens import contractors as contractor_screens
from bot.screens import tasks as task_screens
from bot.screens.notices import headline
from core.domain.actor import Actor
from core.domain.block import BlockLevel, BlockRule, Subject
from core.domain.clock import ClockKind
from core.domain.notice import Notice
from core.domain.quality import QualityKind
from core.services import block_cards, block_lists, cards, contractors, jobs, ledger, tasks, visits
from core.services import history as histories
from storage.models.clock import Breach
from storage.models.quality import QualityEvent
from tests.clock import HandClock
from tests.make.blocks import begin, block_of, propose, strike
from tests.make.promises import promise, swept
from tests.make.tickets import arrive, make_world, send, take, tap

RU, EN = texts.load("ru"), texts.load("en")


def test_a_deadline_is_missed_when_it_was_missed_not_when_it_was_noticed(session: Session, clock: HandClock) -> None:
    world = promise(session, now=clock.now())
    ticket = send(world)
    take(world, ticket)
    world.now = clock.move(hours=60)
    swept(world)
    event = session.scalars(select(QualityEvent).where(QualityEvent.kind == QualityKind.MISSED)).first()
    assert event is not None
    at = session.scalars(select(Breach.at).where(Breach.audit_id == event.audit_id)).one()
    assert world.now - at > timedelta(days=2)
    card = ledger.event(session, world.engineer, event.id, now=world.now)
    (line,) = block_cards.events(session, world.engineer, world.contractor.id, [event.id], now=world.now)
    assert card.line.at == line.at == at
    assert event.at == world.now  # the days of a dispute run from the letter
    drawn = history.why(histories.why(session, world.requester, ticket.id, now=world.now), RU).text
    broken = [row for row in drawn.splitlines() if "срок нарушен" in row]
    assert broken
    assert not any("18 марта" in row for row in broken), broken


def test_a_search_for_another_is_no_broken_reaction_and_the_next_promise_is_shown(
    session: Session, clock: HandClock
) -> None:
    world = promise(session, now=clock.now())
    ticket = send(world)

    def drawn() -> str:
        card = cards.for_person(session, world.dispatcher.person_id or 0, ticket.id, now=world.now)
        assert card is not None
        return card_screens.draw(card, RU).text

    assert "⏱ Реакция: осталось" in drawn()
    visit = take(world, ticket)
    visits.give_up(session, tap(world.engineer), visit.id, now=world.now)
    assert "⏱ Поиск замены: осталось" in drawn()
    assert "еакци" not in drawn()
    assert "Приезд" in drawn()
    world.now = clock.move(minutes=115)
    assert "⏱ Поиск замены затянулся" in drawn()
    assert "Срок реакции" not in drawn()


@pytest.mark.parametrize("is_there", [False, True])
def test_who_is_on_site_is_not_told_to_say_that_he_is_coming(
    session: Session, clock: HandClock, is_there: bool
) -> None:
    world = promise(session, now=clock.now())
    ticket = send(world)
    take(world, ticket)
    if is_there:
        arrive(world, ticket)
    card = cards.for_person(session, world.engineer.person_id or 0, ticket.id, now=world.now)
    assert card is not None
    data = {"pct": 100, "clock": ClockKind.RESOLUTION, "due": world.now.isoformat(), "taken": True}
    said = headline(Notice.SLA, card, data, RU)
    assert ("Закончите работу и отправьте отчёт" in said) is is_there
    assert ("Отметьте, что едете" in said) is not is_there
    of_arrival = headline(Notice.SLA, card, data | {"clock": ClockKind.ARRIVAL}, RU)
    assert "Отметьте, что едете" in of_arrival


def test_a_blocked_firm_is_not_told_that_its_jobs_are_limited_to_blocked(session: Session, clock: HandClock) -> None:
    world = make_world(session, now=clock.now())
    begin(world, BlockLevel.BLOCKED)
    card = block_cards.block(session, world.engineer, block_of(world).id, now=world.now)
    said = blocks.letter(card, "start", RU).text
    assert said.startswith("🚫 <b>Мы больше не предлагаем вам заявки.</b>")
    assert "no jobs any more" in blocks.letter(card, "start", EN).text


def test_the_queue_says_whom_a_block_is_asked_for(session: Session, clock: HandClock) -> None:
    world = make_world(session, now=clock.now())
    propose(world)
    propose(world, BlockLevel.LIMITED, person=world.engineer)
    found = tasks.queue(session, world.dispatcher, now=world.now)
    drawn = task_screens.queue(found, RU)
    for name in (world.contractor.name, world.engineer.name):
        assert f"внести ли в чёрный список</b> · {name}" in drawn.text or f"чёрный список · {name}" in drawn.text
    assert any(world.contractor.name in button.text for row in drawn.rows for button in row)


def test_the_desk_reads_of_a_firm_in_its_own_words(session: Session, clock: HandClock) -> None:
    world = make_world(session, now=clock.now())
    desk = score.ledger(ledger.page(session, world.dispatcher, world.contractor.id, now=world.now), RU).text
    assert "Новичок: пока 70 из 100" in desk
    for word in ("Вы ", "приезжайте", "вашей"):
        assert word not in desk
    own = score.ledger(ledger.mine(session, world.engineer, now=world.now), RU).text
    assert "Вы новичок" in own


def test_an_empty_list_of_offers_knows_of_the_block(session: Session, clock: HandClock) -> None:
    world = make_world(session, now=clock.now())

    def drawn() -> str:
        return offers.offers(jobs.open_offers(session, world.engineer, now=world.now), RU).text

    assert "пришлю сам" in drawn()
    begin(world, BlockLevel.SUSPENDED, client_id=world.client.id)
    assert "пришлю сам" in drawn()
    begin(world, BlockLevel.LIMITED)
    assert "не аварийная" in drawn()
    begin(world, whom=Subject(None, world.engineer.person_id))
    assert "новые заявки приостановлены" in drawn()
    begin(world, BlockLevel.BLOCKED)
    assert "больше не присылаем" in drawn()


def test_the_card_of_a_firm_says_what_it_is_kept_from_to_the_desk_alone(session: Session, clock: HandClock) -> None:
    world = make_world(session, now=clock.now())

    def drawn(actor: Actor) -> str:
        return contractor_screens.card(contractors.card(session, actor, world.contractor.id, now=world.now), RU).text

    assert "🚫" not in drawn(world.dispatcher)
    begin(world, BlockLevel.LIMITED)
    begin(world, BlockLevel.SUSPENDED, client_id=world.client.id)
    desk = drawn(world.dispatcher)
    assert "🚫 <b>без аварий</b>, до: " in desk
    assert f"🚫 <b>без новых заявок</b>, только у клиента {world.client.name}" in desk
    assert "🚫" not in drawn(world.engineer)


@pytest.mark.breaks_invariants
@pytest.mark.parametrize(("zone", "there"), [("Europe/Moscow", "02:30"), ("Asia/Vladivostok", "09:30")])
def test_days_and_hours_of_a_block_are_those_of_its_place(
    session: Session, clock: HandClock, zone: str, there: str
) -> None:
    world = make_world(session, now=clock.now())
    world.site.zone = world.contractor.zone = zone
    world.now = clock.move(hours=16, minutes=30)  # 23:30 in UTC: the 17th there
    event = strike(world, QualityKind.NO_SHOW, send(world))
    events = block_cards.events(session, world.engineer, world.contractor.id, [event.id], now=world.now)
    assert "17 марта" in blocks.near(BlockRule.NO_SHOWS, 1, 2, events, RU).text
    begin(world, BlockLevel.LIMITED, days=14)
    for found in (
        block_lists.page(session, world.dispatcher, now=world.now),
        block_lists.history(session, world.dispatcher, world.contractor.id, now=world.now),
    ):
        drawn = blacklist.page(found, RU) if found.counts else blacklist.history(found, RU)
        assert f"31 марта в {there}" in drawn.text

"""Why these, why you, and what went by: on the phones of the desk and of contractors."""

from collections.abc import AsyncIterator

import pytest

from bot.screens.explanations import WaveTap
from core.domain.offer import OfferStatus
from core.services import searches
from tests.bot.conftest import Edge, box, edge
from tests.bot.crew import Crew, founded
from tests.bot.phones import Phone
from tests.make.directories import add_contractor
from tests.make.tickets import SKILL, World, tap

__all__ = ["box", "edge"]


@pytest.fixture
async def crew(edge: Edge) -> AsyncIterator[Crew]:
    crew = await founded(edge)
    yield crew
    crew.pictures.close()


async def said(phone: Phone) -> str:
    return (await phone.last()).replace("\u00a0", " ")


def far_firms(world: World) -> None:
    for number in range(9):
        add_contractor(world.session, skills=[SKILL], name=f"Дальний {number}", lat=56.10 + number / 100, radius_km=10)


async def test_the_desk_turns_the_waves_and_their_pages(crew: Crew) -> None:
    await crew.does(far_firms)
    await crew.is_offered()
    await crew.silence()
    desk = crew.desk
    await desk.says("/why 1")
    assert "История З-000001" in await said(desk)
    await desk.taps("Кого и почему спросили (")
    waves = 2 if "опрос 2 из 2" in await said(desk) else 1
    if waves == 2:
        await desk.taps("Опрос 1")
    text = await said(desk)
    for words in ("опрос 1 из", "первый", "прошло 0 % времени", "оплата 2 600 ₽", "подходили 1"):
        assert words in text
    assert f"1. {crew.world.contractor.name}" in text
    assert "Дальний 0" in text
    assert "а ездит до 10 км" in text
    assert "Дальний 8" not in text
    await desk.taps("›")
    assert "Дальний 8" in await said(desk)
    await desk.taps("Назад")
    assert "История З-000001" in await said(desk)


async def test_a_contractor_reads_why_it_was_him_in_his_own_numbers(crew: Crew) -> None:
    await crew.second_firm()
    await crew.is_offered()
    await crew.engineer.taps("Почему мне?")
    text = await said(crew.engineer)
    for words in ("вы 1-й из 2", "До объекта", "0–5 км", "у вас 70"):
        assert words in text
    assert "Мастер" not in text.replace(crew.world.contractor.name, "")
    assert "Кого и почему" not in " ".join(await crew.engineer.buttons())


async def test_a_raise_and_an_agreed_price_are_steps_whose_money_only_the_desk_reads(crew: Crew) -> None:
    ticket = await crew.is_offered()

    def raised(world: World) -> None:
        searches.raise_pay(world.session, tap(world.dispatcher), ticket.id, ticket.version, 10, now=world.now)

    await crew.does(raised)
    await crew.engineer.taps("Своя цена")
    await crew.engineer.says("3000")
    await crew.desk.taps("Согласиться")
    await crew.desk.says("/why 1")
    text = await said(crew.desk)
    for words in ("ставка поднята: теперь 2 860 ₽", "назвал свою цену", "за 3 000 ₽, по цене подрядчика"):
        assert words in text
    for phone in (crew.client, crew.engineer):
        await phone.says("/why 1")
        text = await said(phone)
        assert "ставка поднята" in text
        assert "взята в работу" in text
        assert "2 860" not in text
        assert "3 000" not in text


async def test_a_wave_is_not_for_the_eyes_of_contractors(crew: Crew) -> None:
    ticket = await crew.is_offered()
    message = (await crew.engineer.shown())[-1]["message_id"]
    for data in (WaveTap(ticket_id=ticket.id, wave=1, page=0).pack(), f"wave:{ticket.id}:0:0"):
        answer = await crew.engineer.presses(message, data=data, forged=True)
        assert answer["alert"]
    assert (await crew.offer()).status is OfferStatus.SENT


async def test_what_went_by_is_reached_from_the_offers_and_says_what_to_do(crew: Crew) -> None:
    other = await crew.second_firm()
    engineer = crew.engineer
    await engineer.says("/missed")
    assert "мимо вас ничего не прошло" in await said(engineer)
    await crew.is_offered()
    await crew.silence()
    await other.taps("выезжаю сейчас")
    await engineer.says("/offers")
    await engineer.taps("Что я пропустил")
    text = await said(engineer)
    for words in (
        "Мимо вас за неделю прошло: 1",
        "вы не ответили — 1. Включите звук",
        "сегодня, 16 марта · Замена светильника, Москва · 2 600 ₽ — вы не ответили",
    ):
        assert words in text
    assert crew.world.client.name not in text
    assert crew.world.site.name not in text
    await crew.client.says("/missed")
    assert "не для вашей роли" in await said(crew.client)

"""The contractor on his phone: the straight visit from the offer to the client's yes, and every way beside it."""

from collections.abc import AsyncIterator

import pytest

from bot.screens.steps import Step, Walk
from core.domain.ticket import TicketStatus
from storage.models.ticket import ReportLine
from tests.bot.conftest import Edge, box, edge
from tests.bot.crew import Crew, founded
from tests.make.tickets import World, add_service

__all__ = ["box", "edge"]


@pytest.fixture
async def crew(edge: Edge) -> AsyncIterator[Crew]:
    crew = await founded(edge)
    crew.fetch()
    yield crew
    await crew.fetch_no_more()
    crew.pictures.close()


async def test_the_straight_visit_from_the_offer_to_the_report(crew: Crew) -> None:
    engineer = crew.engineer
    await crew.is_offered()
    offer = await engineer.last()
    assert "2 600 ₽" in offer.replace("\u00a0", " ")
    assert "Замена светильника" in offer
    assert "Не горит свет" in offer

    await engineer.taps("Беру: сегодня, 16 марта, 12:00–14:00")
    assert (await crew.ticket()).status is TicketStatus.ASSIGNED
    assert "+7\u00a0916\u00a0123-45-67" in await engineer.last()  # the site's phone on the day of the visit
    await engineer.taps("Выезжаю")
    assert "Счастливого пути" in await engineer.last()
    await crew.here()
    assert "Вы на месте" in await engineer.last()
    await engineer.taps("Начать работу")
    assert "0 из 1" in await engineer.last()
    assert "Дальше" not in " ".join(await engineer.buttons())
    await crew.sends()
    await engineer.taps("Дальше: фото ПОСЛЕ")
    await crew.sends()
    await engineer.taps("Дальше: отчёт")
    assert "Замена светильника, 1 шт" in (await engineer.last()).replace("\u00a0", " ")
    await engineer.taps("Отправить отчёт")

    assert (await crew.ticket()).status is TicketStatus.REPORTED
    assert "Ждём, когда клиент примет" in await engineer.last()
    told = (await crew.client.shown())[-1]
    assert told["photo"], "the client sees the pairs"
    assert len(await crew.edge.rows(ReportLine)) == 1


async def is_taken(crew: Crew) -> None:
    await crew.is_offered()
    await crew.engineer.taps("выезжаю сейчас")


async def is_at_work(crew: Crew) -> None:
    """On site, work begun."""
    await is_taken(crew)
    await crew.engineer.taps("Выезжаю")
    await crew.here()
    await crew.engineer.taps("Начать работу")


async def is_at_report(crew: Crew) -> None:
    await is_at_work(crew)
    await crew.sends()
    await crew.engineer.taps("Дальше: фото ПОСЛЕ")
    await crew.sends()
    await crew.engineer.taps("Дальше: отчёт")


async def keys(crew: Crew) -> list[str]:
    told = await crew.edge.box.sim("messages", chat=crew.engineer.chat)
    rows = (told["keyboard"] or {}).get("keyboard", [])
    return [key["text"] for row in rows for key in row]


async def test_a_visit_takes_eight_taps_at_most(crew: Crew) -> None:
    await is_at_report(crew)
    await crew.engineer.taps("Отправить отчёт")
    journal = await crew.edge.box.sim("journal", direction="control")
    taps = [one for one in journal if one.get("op") == "press" or one.get("method") == "press"]

    assert 0 < len(taps) <= 8


async def test_too_far_says_how_far_and_shows_both_ways_out(crew: Crew) -> None:
    engineer, site = crew.engineer, crew.world.site
    await is_taken(crew)
    await engineer.taps("Выезжаю")
    await engineer.place(site.lat + 0.01, site.lon)

    assert "ещё 1,1 км, а нужно не дальше 200 м" in await engineer.last()
    assert await keys(crew) == ["📍 Я на месте — отправить геопозицию", "Геопозиция не работает"]
    assert (await crew.ticket()).status is TicketStatus.ASSIGNED
    await engineer.says("Геопозиция не работает")
    assert "без геопозиции" in await engineer.last()
    await engineer.taps("Да, я на месте")
    assert (await crew.ticket()).status is TicketStatus.IN_WORK
    assert await keys(crew) == []
    await crew.desk.says("/queue")
    assert "Замена светильника" in " ".join(await crew.desk.buttons()) + await crew.desk.last()


async def test_the_key_that_sends_the_place_goes_away_with_the_place(crew: Crew) -> None:
    await is_taken(crew)
    await crew.engineer.taps("Выезжаю")
    assert len(await keys(crew)) == 2
    await crew.here(forwarded=True)
    assert "пересланная" in await crew.engineer.last()
    await crew.here()

    assert await keys(crew) == []
    assert "Начать работу" in " ".join(await crew.engineer.buttons())


async def test_a_place_that_nobody_waits_for_is_answered_kindly(crew: Crew) -> None:
    await crew.here()
    assert "геопозиция не нужна" in await crew.engineer.last()


async def test_handing_back_asks_once_more(crew: Crew) -> None:
    await is_taken(crew)
    await crew.engineer.taps("Отдать заявку")
    assert "вернуть её не получится" in await crew.engineer.last()
    await crew.engineer.taps("Назад")
    await crew.engineer.taps("Отдать заявку")
    await crew.engineer.taps("Да, отдать")

    assert (await crew.ticket()).status is TicketStatus.UNSTAFFED
    told = " ".join(one["text"] for one in (await crew.engineer.shown())[-2:])
    assert "больше не ваша" in told
    assert "Событие в вашей оценке" in told  # what it costs, and how to disagree
    assert "Выезжаю" not in " ".join(await crew.engineer.buttons())


async def test_work_that_cannot_be_finished_is_no_dead_end(crew: Crew) -> None:
    await is_at_work(crew)
    await crew.engineer.taps("Не получается закончить")
    await crew.engineer.taps("Нужны запчасти")

    assert (await crew.ticket()).status is TicketStatus.ASSIGNED
    assert "Выезжаю" in " ".join(await crew.engineer.buttons())


async def test_quantities_are_typed_or_tapped_and_work_is_found_by_words(crew: Crew) -> None:
    def add(world: World) -> int:
        return add_service(world.session, "Прокладка кабеля", unit="м", contractor_rate_kop=15_000).id

    await crew.does(add)
    engineer = crew.engineer
    await is_at_report(crew)
    await engineer.taps("Изменить количество")
    await engineer.taps("Замена светильника")
    await engineer.says("две штуки")
    assert "не подходит" in await engineer.last()
    await engineer.says("2,5")
    assert "2,5 шт — 6 500 ₽" in (await engineer.last()).replace("\u00a0", " ")

    await engineer.taps("Добавить работу")
    await engineer.says("трактор")
    assert "в прайсе нет" in await engineer.last()
    await engineer.says("кабел")
    await engineer.taps("Прокладка кабеля")
    await engineer.taps("3")
    said = (await engineer.last()).replace("\u00a0", " ")
    assert "Прокладка кабеля, 3 м — 450 ₽" in said or "Прокладка кабеля, 3 м — 450 ₽" in await card_text(crew)
    lines = [(line.quantity_milli, line.contractor_rate_kop) for line in await crew.edge.rows(ReportLine)]
    assert lines == [(2500, 260_000), (3000, 15_000)]


async def card_text(crew: Crew) -> str:
    """Of the message with the report."""
    shown = [one["text"] for one in await crew.engineer.shown() if "Проверьте отчёт" in one["text"]]
    return shown[-1].replace("\u00a0", " ") if shown else ""


async def test_choosing_the_quantity_that_stood_there_brings_the_report_back(crew: Crew) -> None:
    await is_at_report(crew)
    await crew.engineer.taps("Изменить количество")
    await crew.engineer.taps("Замена светильника")
    await crew.engineer.taps("1")

    assert "Отправить отчёт" in " ".join(await crew.engineer.buttons())


async def test_buttons_of_a_step_that_is_over_do_nothing_and_show_the_fresh_card(crew: Crew) -> None:
    await is_at_work(crew)
    visit, ticket = await crew.visit(), await crew.ticket()
    message = (await crew.engineer.shown())[-1]["message_id"]
    for walk in (Walk.SEND, Walk.AFTER, Walk.BEFORE, Walk.GO, Walk.WORD, Walk.START):
        data = Step(do=walk, visit=visit.id, ticket_id=ticket.id).pack()
        await crew.engineer.presses(message, data=data, forged=True)
    foreign = Step(do=Walk.GO, visit=visit.id, ticket_id=ticket.id).pack()
    await crew.client.says("/menu")
    theirs = (await crew.client.shown())[-1]["message_id"]
    answer = await crew.client.presses(theirs, data=foreign, forged=True)

    assert "Не нахожу" in answer["text"]
    assert (await crew.ticket()).version == ticket.version
    assert "0 из 1" in await crew.engineer.last()


async def test_the_owner_steps_in_for_a_dead_phone(crew: Crew) -> None:
    other = await crew.colleague()
    await crew.is_offered()
    await other.taps("выезжаю сейчас")
    assert "Сидоров Иван ещё не в пути" in await crew.engineer.last()
    await crew.engineer.taps("Выезжаю")
    assert "Сидоров Иван в пути" in " ".join(await crew.edge.texts(crew.engineer.chat))

    assert (await crew.visit()).en_route_at is not None
    assert "Вы в пути" in (await other.shown())[-1]["text"]

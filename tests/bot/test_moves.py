"""Another time on the phones: tapped, typed, refused, and the question before a visit with its three answers."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from bot.screens.moves import MoveTo
from bot.screens.steps import Days, Step, Walk
from core.domain.ticket import TicketStatus
from core.domain.visit import Side, VisitStatus
from core.services import confirmations, no_shows
from storage.models.quality import QualityEvent
from storage.models.visit import VisitMove
from tests.bot.conftest import Edge, box, edge
from tests.bot.crew import Crew, founded
from tests.bot.phones import settled

__all__ = ["box", "edge"]


@pytest.fixture
async def crew(edge: Edge) -> AsyncIterator[Crew]:
    crew = await founded(edge)
    yield crew
    crew.pictures.close()


async def is_agreed(crew: Crew) -> datetime:
    """The engineer comes tomorrow at ten."""
    await crew.is_offered()
    await crew.engineer.taps("завтра, 17 марта, 10:00–12:00")
    return (await crew.visit()).starts_at


async def at(crew: Crew, moment: datetime) -> None:
    await crew.edge.later(seconds=(moment - crew.edge.clock.now()).total_seconds())
    await crew.edge.db.write(confirmations.sweep, 50)
    await settled(crew.edge)


async def test_the_client_taps_another_window_and_the_engineer_hears_who_moved_it(crew: Crew) -> None:
    before = await is_agreed(crew)
    await crew.client.taps("Перенести выезд")
    said = await crew.client.last()
    assert "Сейчас: завтра, 17 марта, 10:00–12:00" in said
    assert "завтра 15:30" in said
    await crew.client.taps("›")
    await crew.client.taps("завтра, 17 марта, 14:00–16:00")

    assert (await crew.visit()).starts_at == before + timedelta(hours=4)
    assert "Клиент перенёс выезд" in await crew.engineer.last()
    assert "завтра, 17 марта, 14:00–16:00" in await crew.engineer.last()
    assert "завтра, 17 марта, 14:00–16:00" in await crew.client.last()
    await crew.client.says("/why")
    (row,) = await crew.edge.rows(VisitMove)
    assert row.side is Side.CLIENT


async def test_the_engineer_types_a_time_and_nonsense_is_asked_again(crew: Crew) -> None:
    before = await is_agreed(crew)
    await crew.engineer.taps("Перенести выезд")
    for nonsense, answer in (
        ("попозже", "Не разобрать время"),
        ("завтра 4:00", "уже не подходит"),
        ("вчера 10:00", "уже прошло"),
        ("сегодня 9:00", "уже прошло"),
        ("31.12 12:00", "уже не подходит"),
    ):
        await crew.engineer.says(nonsense)
        assert answer in await crew.engineer.last()
    assert (await crew.visit()).starts_at == before
    await crew.engineer.says("Завтра в 15:30")

    assert (await crew.visit()).starts_at == before + timedelta(hours=5, minutes=30)
    assert "завтра, 17 марта, 15:30–17:30" in await crew.engineer.last()
    assert "Инженер перенёс выезд" in await crew.client.last()
    await crew.engineer.says("завтра 12:00")  # words of no question any more
    assert (await crew.visit()).starts_at == before + timedelta(hours=5, minutes=30)


async def test_the_desk_moves_from_its_card_and_the_history_says_so(crew: Crew) -> None:
    await is_agreed(crew)
    ticket = await crew.ticket()
    await crew.desk.says(f"/ticket {ticket.number}")
    await crew.desk.taps("Перенести выезд")
    await crew.desk.taps("сегодня, 16 марта, 14:00–16:00")
    assert "Диспетчер перенёс выезд" in await crew.engineer.last()
    assert "Диспетчер перенёс выезд" in await crew.client.last()
    await crew.desk.says(f"/why {ticket.number}")

    said = await crew.desk.last()
    assert "выезд перенесён" in said
    assert "завтра, 17 марта, в 10:00 → сегодня, 16 марта, в 14:00" in said


async def test_two_who_move_at_once_and_the_second_sees_the_fresh_card(crew: Crew) -> None:
    before = await is_agreed(crew)
    await crew.client.taps("Перенести выезд")
    await crew.engineer.taps("Перенести выезд")
    await crew.client.taps("сегодня, 16 марта, 14:00–16:00")
    # His windows have lost their buttons; a tap that was on its way comes too late.
    visit, was = await crew.visit(), int(before.timestamp()) // 60
    late = MoveTo(visit=visit.id, ticket_id=visit.ticket_id, start=was - 16 * 60, was=was).pack()
    message = (await crew.engineer.shown())[-1]["message_id"]
    answer = await crew.engineer.presses(message, data=late, forged=True)

    assert "изменилось" in answer["text"]
    assert (await crew.visit()).starts_at == before - timedelta(hours=20)
    assert "сегодня, 16 марта, 14:00–16:00" in await crew.engineer.last()


async def test_the_question_has_three_answers(crew: Crew) -> None:
    start = await is_agreed(crew)
    await at(crew, start - timedelta(hours=2))
    assert "Выезд в силе?" in await crew.engineer.last()
    shown = await crew.engineer.buttons()
    assert [word for word in ("✅ Еду", "Не смогу", "🕒 Перенести выезд") if word in shown] == [
        "✅ Еду",
        "Не смогу",
        "🕒 Перенести выезд",
    ]
    answer = await crew.engineer.taps("Еду")

    assert "ждём вас" in answer["text"]
    assert (await crew.visit()).status is VisitStatus.CONFIRMED
    assert "Выезд подтверждён" in await crew.engineer.last()
    assert "✅ Еду" not in await crew.engineer.buttons()
    await crew.engineer.taps("Выезжаю")
    assert (await crew.visit()).status is VisitStatus.EN_ROUTE


async def test_silence_rings_at_the_desk(crew: Crew) -> None:
    start = await is_agreed(crew)
    await at(crew, start - timedelta(hours=2))
    await at(crew, start - timedelta(minutes=60))
    said = await crew.desk.last()
    assert "не подтвердил выезд" in said
    assert "ответа пока нет" in said


@pytest.mark.parametrize(
    ("after", "words"),
    [(timedelta(minutes=20), "время выезда уже наступило"), (timedelta(days=3), "время выезда уже прошло")],
)
async def test_a_desk_that_hears_of_the_silence_late_is_told_of_no_hour_that_is_left(
    crew: Crew, after: timedelta, words: str
) -> None:
    start = await is_agreed(crew)
    await at(crew, start + after)
    said = await crew.desk.last()
    assert words in said
    assert "меньше часа" not in said


async def test_once_the_time_is_over_nobody_asks_whether_the_visit_stands(crew: Crew) -> None:
    start = await is_agreed(crew)
    await at(crew, start - timedelta(hours=2))
    await at(crew, start + timedelta(hours=2, minutes=1))
    await crew.engineer.says("/ticket 1")
    assert "Выезд в силе?" not in await crew.engineer.last()
    assert "✅ Еду" not in await crew.engineer.buttons()
    await at(crew, start + timedelta(hours=2, minutes=16))
    await crew.edge.db.write(no_shows.sweep, 50)
    await settled(crew.edge)
    said = await crew.engineer.last()
    assert "Где вы?" in said
    assert "Выезд в силе?" not in said
    await crew.engineer.taps("Не приеду")
    assert "Время выезда уже наступило: в оценку пойдёт отказ целиком" in await crew.engineer.last()


async def test_who_set_out_a_day_early_reads_why_it_counts_whole(crew: Crew) -> None:
    await is_agreed(crew)
    await crew.engineer.taps("Перенести выезд")
    await crew.engineer.says("20.03 12:00")
    await crew.engineer.taps("Выезжаю")
    await crew.engineer.taps("Отдать заявку")
    said = await crew.edge.texts(crew.engineer.chat)
    assert any("Вы уже в пути: в оценку пойдёт отказ целиком" in one for one in said)


async def test_who_cannot_come_sees_what_it_costs_and_the_client_hears_it(crew: Crew) -> None:
    start = await is_agreed(crew)
    await at(crew, start - timedelta(hours=2))
    await crew.engineer.taps("Не смогу")
    assert "отказ целиком" in await crew.engineer.last()
    await crew.engineer.taps("Да, отдать")

    assert (await crew.ticket()).status is not TicketStatus.ASSIGNED
    assert [row.weight_milli for row in await crew.edge.rows(QualityEvent)] == [1000]
    assert "ищем другого" in " ".join(await crew.edge.texts(crew.client.chat))


async def test_the_cost_falls_by_half_a_day_before(crew: Crew) -> None:
    await is_agreed(crew)
    await crew.engineer.taps("Перенести выезд")
    await crew.engineer.says("20.03 12:00")
    await crew.engineer.taps("Отдать заявку")
    assert "половина отказа" in await crew.engineer.last()


async def test_buttons_of_a_visit_that_is_not_theirs_do_nothing(crew: Crew) -> None:
    start = await is_agreed(crew)
    visit, ticket = await crew.visit(), await crew.ticket()
    stranger = await crew.colleague()
    await stranger.says("/menu")
    message = (await stranger.shown())[-1]["message_id"]
    was = int(start.timestamp()) // 60
    for data in (
        Days(visit=visit.id, ticket_id=ticket.id).pack(),
        MoveTo(visit=visit.id, ticket_id=ticket.id, start=was + 120, was=was).pack(),
        Step(do=Walk.CONFIRM, visit=visit.id, ticket_id=ticket.id).pack(),
    ):
        answer = await stranger.presses(message, data=data, forged=True)
        assert answer["text"]
    assert (await crew.visit()).starts_at == start


def test_every_button_fits_into_what_telegram_allows() -> None:
    most = 2**53
    assert len(MoveTo(visit=most, ticket_id=most, start=10**8, was=10**8).pack()) <= 64
    assert len(Days(visit=most, ticket_id=most, page=100_000).pack()) <= 64

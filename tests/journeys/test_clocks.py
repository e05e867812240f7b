"""Clocks on the phones: a pause stops them, the client disagrees and is right, and the command says why."""

import pytest
from sqlalchemy import select

from core.domain.clock import ClockKind, ClockState
from core.domain.ticket import Priority, TicketStatus
from storage.models.clock import Clock, ClockInterval, Hold
from storage.models.ticket import Ticket
from tests.characters import MARINA, OLGA, PYOTR
from tests.journeys.acts import asks, comes, takes, works
from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey

HOUR_S = 60 * 60


async def test_a_pause_is_objected_to_and_the_time_counts_after_all(stage: Stage) -> None:
    olga, pyotr, marina = await stage.enter(OLGA, PYOTR, MARINA)
    await asks(olga, stage.facts.sticker)
    await takes(pyotr)
    await olga.sees("⏱ Приезд: до")
    before = await stage.rows(select(Clock.due_at).where(Clock.kind == ClockKind.RESOLUTION))
    await pyotr.taps("Поставить на паузу")
    await pyotr.taps("нет доступа")
    await pyotr.taps("До: сегодня")
    await pyotr.sees("Чем подтвердить паузу")
    await stage.quiet()
    assert await stage.rows(select(Hold)) == []
    await pyotr.sends_photo()
    await olga.sees("Пауза до: сегодня")
    await olga.sees("Подтверждение: фото или запись")
    await olga.can_tap("Подтверждение паузы")
    await olga.sees("часы стоят — нет доступа на объект")
    await stage.later(2 * HOUR_S + 1)
    await olga.sees("Продолжаем")
    assert (await stage.rows(select(Clock.due_at).where(Clock.kind == ClockKind.RESOLUTION))) > before

    await olga.taps("Почему так?")
    await olga.taps("Не согласен с паузой 1")
    await olga.taps("Не согласен$")
    await olga.sees("Почему вы не согласны")
    await olga.says("Дверь была открыта с девяти")
    await olga.sees("Решение ещё не принято")
    await marina.says("/queue")
    await marina.sees("не согласны с паузой")
    await marina.says("/ticket 1")
    await marina.taps("Посмотреть паузу")
    await marina.sees("Подтверждение: фото или запись")
    await marina.taps("Паузы не было")
    await olga.sees("Решено: паузы не было")
    assert (await stage.rows(select(Clock.due_at).where(Clock.kind == ClockKind.RESOLUTION))) == before
    assert True in await stage.rows(select(ClockInterval.is_upheld))


async def test_an_ordinary_job_becomes_an_emergency_of_which_the_plan_promises_nothing(stage: Stage) -> None:
    """The plan knows ordinary work only: the yes was in time, and no time is promised any more."""
    olga, pyotr, marina = await stage.enter(OLGA, PYOTR, MARINA)
    await asks(olga, stage.facts.sticker)
    await takes(pyotr)
    await marina.says("/ticket 1")
    await marina.taps("Изменить срочность")
    await marina.taps("Авария")
    for one in (pyotr, olga):
        await one.sees("Срочность теперь: авария")
    (ticket,) = await stage.rows(select(Ticket))
    assert (ticket.priority, ticket.status) == (Priority.EMERGENCY, TicketStatus.ASSIGNED)

    await comes(pyotr)
    await works(pyotr)
    await olga.taps("принять")
    await pyotr.sees("Работа принята")
    states = await stage.rows(select(Clock.state).order_by(Clock.id))
    assert states == [ClockState.MET, ClockState.ENDED, ClockState.ENDED]
    await stage.finish()

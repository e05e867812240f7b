"""A promise burns down and its crew does not come: who of the desk hears of which level, once, and what to tap then."""

import pytest
from sqlalchemy import select

from bot.sandbox.demo.phones import Phone
from core.domain.clock import ClockKind
from core.domain.task import TaskKind
from core.domain.ticket import TicketStatus
from storage.models.clock import Clock
from storage.models.desk import Audit, Task
from storage.models.people import Person
from storage.models.ticket import Ticket
from tests.characters import IVAN, MARINA, OLGA, PYOTR, VERA, Character
from tests.journeys.acts import asks, takes
from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey

BURNS, OVER = "Срок горит: приезд", "Срок прошёл: приезд"


async def until(stage: Stage, pct: int) -> None:
    """A moment after the clock of the arrival has burnt so far."""
    (clock,) = await stage.rows(select(Clock).where(Clock.kind == ClockKind.ARRIVAL))
    (ticket,) = await stage.rows(select(Ticket))
    whole = clock.due_at - ticket.registered_at
    await stage.later((ticket.registered_at + whole * pct / 100 - stage.db.clock.now()).total_seconds() + 30)
    await stage.quiet()


def heard(phone: Phone, words: str, after: int) -> int:
    return sum(words in (one["text"] or "") for one in phone.messages if one["message_id"] > after)


async def taken_by(stage: Stage, who: Character) -> bool:
    (task,) = await stage.rows(select(Task).where(Task.kind == TaskKind.DEADLINE, Task.ended_at.is_(None)))
    (person,) = await stage.rows(select(Person).where(Person.telegram_id == who.user))
    return bool(task.taken_by == person.id)


async def test_the_dispatcher_at_75_the_manager_at_90_and_both_at_100_each_once(stage: Stage) -> None:
    olga, pyotr, ivan, marina, vera = await stage.enter(OLGA, PYOTR, IVAN, MARINA, VERA)
    await asks(olga, stage.facts.sticker)
    await takes(pyotr)
    await pyotr.taps("Перенести выезд")
    await pyotr.says("сегодня 16:00")
    await olga.sees("Инженер перенёс выезд")
    await stage.quiet()
    desk = (marina, vera)
    begun = [phone.end for phone in desk]

    await until(stage, 75)
    assert [heard(phone, BURNS, 0) for phone in desk] == [0, 0]  # a task of the queue rings nowhere
    before = marina.end
    await marina.says("/queue")
    await marina.taps("срок горит", after=before)
    await marina.taps("Беру: срок горит", after=before)
    await stage.quiet()
    assert await taken_by(stage, MARINA)

    before = vera.end
    await until(stage, 90)
    assert [heard(phone, BURNS, end) for phone, end in zip(desk, begun, strict=True)] == [0, 1]
    # The task is Marina's; the manager writes to the crew himself.
    await vera.taps("Написать инженеру и клиенту", after=before)
    await vera.says("Пётр, успеваете до шести?")
    await pyotr.sees("успеваете до шести")

    before = [phone.end for phone in desk]
    await until(stage, 100)
    await stage.later(600)
    await stage.quiet()
    assert [heard(phone, OVER, end) for phone, end in zip(desk, begun, strict=True)] == [1, 1]
    assert [heard(phone, BURNS, end) for phone, end in zip(desk, begun, strict=True)] == [0, 1]
    levels = select(Audit.data).where(Audit.entity == "clock", Audit.event == "warn").order_by(Audit.id)
    burnt = [data["pct"] for data in await stage.rows(levels) if data["kind"] == ClockKind.ARRIVAL]
    assert burnt == [75, 90, 100]

    await vera.taps("Забрать у подрядчика", after=before[1])
    await vera.taps("Да, забрать", after=before[1])
    await ivan.can_tap("Беру: выезжаю сейчас")
    await olga.sees("приедет другой|Прежний инженер не приедет")
    await stage.quiet()
    (ticket,) = await stage.rows(select(Ticket))
    assert ticket.status is TicketStatus.SEARCHING
    await stage.finish()

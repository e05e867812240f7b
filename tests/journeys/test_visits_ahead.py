"""Between the yes and the visit, over HTTP with the clock: questions, moves, silence, and a job handed back."""

import re

import pytest
from sqlalchemy import select

from core.domain.task import TaskKind
from core.domain.ticket import TicketStatus
from core.domain.visit import Side, VisitStatus
from storage.models.desk import Task
from storage.models.quality import QualityEvent
from storage.models.ticket import Assignment, Ticket
from storage.models.visit import Visit, VisitMove
from tests.characters import IVAN, MARINA, OLGA, PYOTR
from tests.journeys.acts import agrees_on, asks
from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey

HOUR = 3600.0


async def until_before(stage: Stage, hours: float) -> None:
    """The clock stands so many hours before the visit, and a moment more."""
    (visit,) = await stage.rows(select(Visit).where(Visit.status != VisitStatus.DROPPED))
    left = (visit.starts_at - stage.db.clock.now()).total_seconds()
    await stage.later(left - hours * HOUR + 1)


async def test_a_visit_is_asked_about_moved_and_its_silent_crew_rings_at_the_desk(stage: Stage) -> None:
    olga, pyotr, marina = await stage.enter(OLGA, PYOTR, MARINA)
    await asks(olga, stage.facts.sticker)
    await pyotr.can_tap("Беру: ")
    # Later than the plan's arrival: he types the day after tomorrow.
    await agrees_on(pyotr, "сегодня")
    await pyotr.taps("Перенести выезд")
    await pyotr.says("послезавтра 10:00")
    await olga.sees("Инженер перенёс выезд")

    await until_before(stage, 24)
    await pyotr.sees("Выезд в силе")
    before = pyotr.end
    await pyotr.taps("Еду")
    await pyotr.sees("Выезд подтверждён")
    await stage.quiet()
    (visit,) = await stage.rows(select(Visit))
    assert visit.status is VisitStatus.CONFIRMED

    await olga.taps("Перенести выезд")
    await olga.says("послезавтра 12:00")
    await pyotr.sees("Клиент перенёс выезд", after=before)
    await stage.quiet()
    (visit,) = await stage.rows(select(Visit))
    assert (visit.status, visit.confirmed_at) == (VisitStatus.PLANNED, None)

    await until_before(stage, 2)
    before = pyotr.end - 1
    await pyotr.sees("Выезд в силе", after=before)
    await until_before(stage, 1)
    await marina.sees("не подтвердил выезд")
    await stage.quiet()
    tasks = await stage.rows(select(Task.kind).where(Task.ended_at.is_(None)))
    assert set(tasks) == {TaskKind.UNCONFIRMED, TaskKind.DEADLINE}  # he comes later than the plan has promised
    sides = await stage.rows(select(VisitMove.side).order_by(VisitMove.id))
    assert sides == [Side.CREW, Side.CLIENT]

    await pyotr.taps("Выезжаю$")
    await stage.quiet()
    assert await stage.rows(select(Task.kind).where(Task.ended_at.is_(None))) == [TaskKind.DEADLINE]
    results = await stage.finish()
    assert results["56"].examined == 1


async def test_a_job_handed_back_goes_to_the_second_at_the_time_the_client_keeps(stage: Stage) -> None:
    olga, pyotr, ivan = await stage.enter(OLGA, PYOTR, IVAN)
    await asks(olga, stage.facts.sticker)
    await agrees_on(pyotr, "сегодня")
    await pyotr.taps("Перенести выезд")
    await pyotr.says("послезавтра 13:30")
    await olga.sees("Инженер перенёс выезд")
    await pyotr.taps("Отдать заявку")
    await pyotr.sees("половина отказа")
    await pyotr.taps("Да, отдать")
    await olga.sees("Прежний инженер не приедет")

    await ivan.can_tap("Беру: ")
    message, _ = await ivan.can_tap("Беру: .*13:30")
    first = next(text for row in message["inline"] for text in (one["text"] for one in row) if "Беру" in text)
    assert re.search("13:30", first) or "выезжаю сейчас" in first
    await agrees_on(ivan, ".*13:30")
    await olga.sees(f"Инженер: {ivan.name}")
    await stage.quiet()

    (ticket,) = await stage.rows(select(Ticket))
    assert ticket.status is TicketStatus.ASSIGNED
    (event,) = await stage.rows(select(QualityEvent))
    assert event.weight_milli == 500
    assert len(await stage.rows(select(Assignment))) == 2
    (kept, now) = await stage.rows(select(Visit.starts_at).order_by(Visit.id))
    assert kept == now
    results = await stage.finish()
    assert results["57"].examined == 1

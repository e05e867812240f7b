"""A promise that burns, on the phones: a warning, a deadline missed, who is told, and what the desk reads of it."""

import pytest
from sqlalchemy import select

from core.domain.clock import ClockKind, Whose
from core.domain.task import TaskKind
from storage.models.clock import Breach
from storage.models.desk import Task
from tests.characters import MARINA, OLGA, PYOTR
from tests.journeys.acts import asks, takes
from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey

MINUTE = 60.0
#: The plan of the stage promises an arrival within so many minutes.
ARRIVAL_MIN = 480


async def test_who_said_yes_and_does_not_come_is_warned_and_a_missed_deadline_is_told_to_all(stage: Stage) -> None:
    olga, pyotr, marina = await stage.enter(OLGA, PYOTR, MARINA)
    await asks(olga, stage.facts.sticker)
    await takes(pyotr)
    await pyotr.taps("Перенести выезд")
    await pyotr.says("сегодня 16:00")
    await olga.sees("Инженер перенёс выезд")
    await stage.quiet()

    before = pyotr.end
    await stage.later(ARRIVAL_MIN * MINUTE / 2 + 30)
    await pyotr.sees("приезд, прошло 50 % времени", after=before)
    await stage.later(ARRIVAL_MIN * MINUTE / 4 + 30)
    await stage.quiet()
    burning = select(Task.data).where(Task.kind == TaskKind.DEADLINE, Task.ended_at.is_(None))
    assert [data["kind"] for data in await stage.rows(burning)] == [ClockKind.ARRIVAL]

    before, heard = pyotr.end, marina.end
    await stage.later(ARRIVAL_MIN * MINUTE / 4)
    await pyotr.sees("Срок прошёл: приезд", after=before)
    await marina.sees("Срок прошёл: приезд", after=heard)
    await stage.quiet()
    (row,) = await stage.rows(select(Breach))
    assert (row.kind, row.whose) == (ClockKind.ARRIVAL, Whose.CONTRACTOR)

    heard = marina.end
    await marina.says("/sla")
    await marina.sees("Сроки идут", after=heard)
    await marina.taps("Нарушенные сроки", after=heard)
    await marina.sees("вина подрядчика", after=heard)
    heard = marina.end
    await marina.says("/digest")
    await marina.sees("Сводка на", after=heard)

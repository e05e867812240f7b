"""Something is wrong: the dispatcher sends the same engineer again, and then it is accepted."""

import pytest
from sqlalchemy import select

from core.domain.ticket import TicketStatus
from storage.models.desk import Audit, Task
from storage.models.ticket import Ticket
from storage.models.visit import Visit
from tests.characters import MARINA, OLGA, PYOTR
from tests.journeys.acts import asks, comes, does_the_job, works
from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey


async def test_wrong_then_rework_then_accepted(stage: Stage) -> None:
    olga, pyotr, marina = await stage.enter(OLGA, PYOTR, MARINA)
    await asks(olga, stage.facts.sticker)
    await does_the_job(pyotr)
    await olga.taps("Что-то не так")
    await olga.sees("Что не так по")
    await olga.says("Лампа мигает")
    await olga.sees("есть замечание.*Лампа мигает")
    await marina.sees("Клиент не принял работу.*Лампа мигает")
    await pyotr.sees("не принял работу|не всё в порядке")
    await stage.quiet()
    (dispute,) = await stage.rows(select(Task).where(Task.ended_at.is_(None)))
    assert dispute.kind == "dispute"

    await marina.taps("Отправить исправить")
    await pyotr.sees("Заявка ваша.*Клиент пишет.*Лампа мигает|исправить.*Лампа мигает")
    await olga.sees("вернётся и исправит")
    await comes(pyotr)
    await works(pyotr)
    await olga.until(lambda: olga.button("принять"), "the question to accept again", 20)
    await olga.taps("принять")
    await olga.taps("4 ★")
    await olga.sees("Оценка: ★★★★☆")

    await stage.quiet()
    (ticket,) = await stage.rows(select(Ticket))
    assert ticket.status is TicketStatus.ACCEPTED
    assert len(await stage.rows(select(Visit))) == 2
    events = await stage.rows(select(Audit.event).where(Audit.entity == "ticket").order_by(Audit.id))
    assert events == ["register", "assign", "arrive", "report", "wrong", "rework", "arrive", "report", "accept"]
    assert await stage.rows(select(Task).where(Task.ended_at.is_(None))) == []

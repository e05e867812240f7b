"""A question before the yes, and what client, engineer and dispatcher write to each other afterwards."""

import pytest
from sqlalchemy import select

from core.domain.talk import TalkKind
from core.domain.ticket import TicketStatus
from storage.models.desk import Task
from storage.models.talk import Talk
from storage.models.ticket import Ticket
from tests.characters import IVAN, MARINA, OLGA, PYOTR
from tests.journeys.acts import asks, comes, takes, works
from tests.journeys.stage import LAPSE_S, Stage

pytestmark = pytest.mark.journey


async def test_asked_answered_and_written_about(stage: Stage) -> None:
    olga, pyotr, ivan, marina = await stage.enter(OLGA, PYOTR, IVAN, MARINA)
    await asks(olga, stage.facts.sticker)
    await pyotr.sees("Есть работа")
    await stage.later(LAPSE_S)
    await ivan.taps("Спросить")
    await ivan.says("Какая высота потолка?")
    await marina.sees("спрашивает, прежде чем взять.*Какая высота потолка")
    await olga.sees("спрашивает, прежде чем взять.*Какая высота потолка")
    assert olga.shows(IVAN.name) is None
    assert pyotr.shows(IVAN.name) is None
    await olga.taps("Ответить")
    await olga.says("Три метра")
    for asked in (pyotr, ivan):
        await asked.sees("Ответ на вопрос.*Три метра")
    await stage.quiet()
    assert await stage.rows(select(Task).where(Task.ended_at.is_(None))) == []

    await takes(pyotr)
    await pyotr.taps("Написать на объект")
    await pyotr.says("Буду через час, откройте двор")
    await olga.sees("Пишет инженер.*откройте двор")
    await olga.taps("^Ответить$")
    await olga.says("Открыли")
    await pyotr.sees("Пишет клиент.*Открыли")
    await olga.says("/my")
    await olga.taps("З-0")
    await olga.taps("Переписка")
    await olga.sees("Переписка по.*откройте двор.*доставлено: инженер")

    await comes(pyotr)
    await works(pyotr)
    await olga.taps("принять")
    await pyotr.sees("Работа принята")
    await stage.quiet()
    said = await stage.rows(select(Talk).order_by(Talk.id))
    assert [row.kind for row in said] == [TalkKind.QUESTION, TalkKind.ANSWER, TalkKind.MESSAGE, TalkKind.MESSAGE]
    (ticket,) = await stage.rows(select(Ticket))
    assert ticket.status is TicketStatus.ACCEPTED

"""The agreed time is over and nobody is there, over HTTP with the clock: silence, or another time."""

import pytest
from sqlalchemy import select

from core.domain.quality import QualityKind
from core.domain.ticket import TicketStatus
from core.domain.visit import VisitStatus
from storage.models.quality import QualityEvent
from storage.models.ticket import Assignment, Ticket
from storage.models.visit import Visit
from tests.characters import IVAN, OLGA, PYOTR
from tests.journeys.acts import asks, does_the_job, takes, works
from tests.journeys.stage import SHOP, Stage

pytestmark = pytest.mark.journey

MINUTE = 60.0
#: "Now" is a window of two hours; a quarter of an hour later somebody asks.
OVER = 135 * MINUTE


async def test_who_never_comes_is_asked_loses_the_job_and_another_does_it(stage: Stage) -> None:
    olga, pyotr, ivan = await stage.enter(OLGA, PYOTR, IVAN)
    await asks(olga, stage.facts.sticker)
    await takes(pyotr)
    await stage.later(OVER)
    await pyotr.sees("Вас ждут на объекте")
    await pyotr.can_tap("Еду, буду через 30 мин")
    await stage.later(15 * MINUTE)
    await pyotr.sees("Неявка")
    await olga.sees("Инженер не приехал и не отвечает")
    await stage.quiet()
    strikes = await stage.rows(select(QualityEvent).where(QualityEvent.kind == QualityKind.NO_SHOW))
    assert [one.weight_milli for one in strikes] == [3000]

    await does_the_job(ivan)
    await olga.taps("принять")
    await stage.quiet()
    (ticket,) = await stage.rows(select(Ticket))
    assert ticket.status is TicketStatus.ACCEPTED
    assert len(await stage.rows(select(Assignment))) == 2
    # The question is over, and with it its buttons.
    assert pyotr.button("Еду, буду через 30 мин") is None
    results = await stage.finish()
    assert results["77"].examined == 1


async def test_where_are_you_half_an_hour_and_there(stage: Stage) -> None:
    olga, pyotr, _ = await stage.enter(OLGA, PYOTR, IVAN)
    await asks(olga, stage.facts.sticker)
    await takes(pyotr)
    await stage.later(OVER)
    await pyotr.taps("Еду, буду через 30 мин")
    await olga.sees("Инженер задерживается")
    await olga.sees("Будет к")
    await stage.later(20 * MINUTE)
    await stage.quiet()
    (visit,) = await stage.rows(select(Visit))
    assert (visit.status, visit.where_asked_at) == (VisitStatus.EN_ROUTE, None)

    await stage.later(26 * MINUTE)
    await pyotr.taps("Я на объекте")
    await pyotr.until(lambda: pyotr.keys, "the key that sends the place", 20)
    await pyotr.is_at(*SHOP)
    await works(pyotr)
    await olga.taps("принять")
    await stage.quiet()
    (ticket,) = await stage.rows(select(Ticket))
    assert ticket.status is TicketStatus.ACCEPTED
    assert await stage.rows(select(QualityEvent).where(QualityEvent.kind == QualityKind.NO_SHOW)) == []
    await stage.finish()

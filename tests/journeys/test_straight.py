"""The straight story on the phones: a shop asks, the nearest engineer does it, the shop accepts."""

import pytest
from sqlalchemy import select

from core.domain.ticket import TicketStatus
from storage.models.desk import Audit
from storage.models.ticket import Acceptance, Ticket
from tests.characters import IVAN, MARINA, OLGA, PYOTR
from tests.journeys.acts import asks, does_the_job
from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey

#: Nobody is blocked here, struck or checked, nothing is left open, late, held or reclassified, nobody leaves, backs out
#: or fails to come and no album is sent; every other check has rows to see.
NOT_LIVED = {"6", "11", "13", "15", "23", "37", "45", "46", "47", "48", "57", "58", "73", "74", "77", "78", "86", "87"}
NOT_LIVED |= {"91", "92", "93", "94"}


async def test_a_shop_asks_and_the_nearest_engineer_does_it(stage: Stage) -> None:
    olga, pyotr, ivan, marina = await stage.enter(OLGA, PYOTR, IVAN, MARINA)
    await asks(olga, stage.facts.sticker)
    offer = await pyotr.sees("Есть работа")
    assert "2 600" in offer["text"].replace("\xa0", " ").replace("\u202f", " ")
    assert ivan.shows("Есть работа") is None

    await does_the_job(pyotr)
    await olga.sees("Инженер найден")
    await olga.sees("Работа сделана")
    await olga.taps("принять")
    await olga.taps("5 ★")
    await olga.sees("Оценка: ★★★★★")
    await pyotr.sees("Оценка клиента: ★★★★★")

    await stage.quiet()
    (ticket,) = await stage.rows(select(Ticket))
    assert ticket.status is TicketStatus.ACCEPTED
    (acceptance,) = await stage.rows(select(Acceptance))
    assert acceptance.mark == 5
    events = await stage.rows(select(Audit.event).where(Audit.entity == "ticket").order_by(Audit.id))
    assert events == ["register", "assign", "arrive", "report", "accept"]
    assert marina.shows("З-000001") is None
    results = await stage.finish()
    assert {number for number, one in results.items() if not one.examined} <= NOT_LIVED

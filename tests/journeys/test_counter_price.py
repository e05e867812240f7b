"""The engineer wants more than is offered: he names his price, and the dispatcher agrees or is too late."""

import pytest
from sqlalchemy import select

from core.domain.offer import OfferStatus
from core.domain.ticket import TicketStatus
from storage.models.offer import Offer
from storage.models.ticket import Assignment, Ticket
from tests.characters import IVAN, MARINA, OLGA, PYOTR
from tests.journeys.acts import asks, comes, takes, works
from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey

TWO_HOURS_S = 2 * 60 * 60 + 1


async def test_the_dispatcher_agrees_and_the_job_is_done_at_that_price(stage: Stage) -> None:
    olga, pyotr, ivan, marina = await stage.enter(OLGA, PYOTR, IVAN, MARINA)
    await asks(olga, stage.facts.sticker)
    await pyotr.taps("Своя цена")
    await pyotr.sees("За сколько возьмётесь")
    await pyotr.says("3 100 р")
    await pyotr.sees("у диспетчера")
    await ivan.sees("Есть работа")  # nobody waits for a price
    await marina.sees("назвал свою цену")
    await marina.sees("26 %")

    await marina.taps("Согласиться")
    await pyotr.sees("На вашу цену согласились")
    await pyotr.can_tap("Выезжаю$")
    await ivan.sees("взял другой подрядчик")
    await olga.sees(f"Инженер: {pyotr.name}")
    (ticket,) = await stage.rows(select(Ticket))
    assert (ticket.status, ticket.contractor_rate_kop) == (TicketStatus.ASSIGNED, 310_000)
    (assignment,) = await stage.rows(select(Assignment))
    assert assignment.offer_id is None

    await comes(pyotr)
    await works(pyotr)
    await olga.taps("принять")
    await pyotr.sees("Работа принята")
    await pyotr.sees("3.100.₽")
    assert await stage.rows(select(Offer.status).order_by(Offer.id)) == [OfferStatus.COUNTERED, OfferStatus.LOST]
    await stage.finish()


async def test_nobody_answers_the_price_and_he_takes_it_for_the_first(stage: Stage) -> None:
    olga, pyotr, marina = await stage.enter(OLGA, PYOTR, MARINA)
    await asks(olga, stage.facts.sticker)
    await pyotr.taps("Своя цена")
    await pyotr.sees("За сколько возьмётесь")
    await pyotr.says("3к")
    await pyotr.sees("у диспетчера")
    await marina.sees("назвал свою цену")
    await stage.later(TWO_HOURS_S)
    await pyotr.sees("не успели ответить")

    await takes(pyotr)
    await olga.sees(f"Инженер: {pyotr.name}")
    (ticket,) = await stage.rows(select(Ticket))
    assert ticket.contractor_rate_kop == 260_000
    assert await stage.rows(select(Offer.status)) == [OfferStatus.ACCEPTED]
    await stage.finish()

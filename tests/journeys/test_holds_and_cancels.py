"""What the desk and the shop stop, over HTTP with the clock: a hold that ends by itself, and what a no costs."""

import pytest
from sqlalchemy import select

from core.domain.clock import ClockState, StopReason, Whose
from core.domain.offer import OfferStatus
from core.domain.ticket import TicketStatus
from storage.models.clock import Clock, Hold
from storage.models.offer import Offer
from storage.models.ticket import Cancellation, Ticket
from tests.characters import MARINA, OLGA, PYOTR
from tests.journeys.acts import asks, comes, takes, works
from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey

HOUR_S = 3600


async def status(stage: Stage) -> TicketStatus:
    (ticket,) = await stage.rows(select(Ticket))
    return TicketStatus(ticket.status)


async def test_a_hold_of_the_desk_ends_with_its_time_and_everybody_is_asked_again(stage: Stage) -> None:
    olga, pyotr, marina = await stage.enter(OLGA, PYOTR, MARINA)
    await asks(olga, stage.facts.sticker)
    await pyotr.can_tap("Беру: выезжаю сейчас")
    await marina.says("/ticket 1")
    await marina.taps("Поставить на паузу")
    await marina.taps("объект не готов")
    before = pyotr.end
    await marina.taps("До: сегодня")
    await marina.says("Звонил директор: ремонт до обеда")
    await marina.sees("Пауза до: сегодня")
    await marina.sees("Подтверждение: Звонил директор")
    await olga.sees("Напишем, когда продолжим")
    await pyotr.sees("Пока не нужно", after=before)
    await stage.quiet()
    assert pyotr.button("Беру") is None
    assert await stage.rows(select(Clock.state)) == [ClockState.STOPPED] * 3

    before = pyotr.end
    await stage.later(HOUR_S)
    await stage.quiet()
    assert await status(stage) is TicketStatus.ON_HOLD
    await stage.later(HOUR_S + 1)
    await olga.sees("Продолжаем")
    await pyotr.sees("Есть работа", after=before)
    await stage.quiet()
    assert await status(stage) is TicketStatus.SEARCHING
    assert await stage.rows(select(Clock.state)) == [ClockState.RUNNING] * 3
    (hold,) = await stage.rows(select(Hold))
    assert (hold.reason, hold.ended_at is not None) == (StopReason.NOT_READY, True)
    assert await stage.rows(select(Offer.status).order_by(Offer.id)) == [OfferStatus.WITHDRAWN, OfferStatus.SENT]

    await takes(pyotr)
    await comes(pyotr)
    await works(pyotr)
    await olga.taps("принять")
    await pyotr.sees("Работа принята")
    results = await stage.finish()
    assert results["45"].examined == 1


async def test_the_shop_sees_the_fee_of_a_late_no_before_its_yes(stage: Stage) -> None:
    olga, pyotr, _ = await stage.enter(OLGA, PYOTR, MARINA)
    await asks(olga, stage.facts.sticker)
    await takes(pyotr)
    await olga.sees(f"Инженер: {pyotr.name}")
    await olga.taps("Отменить заявку")
    await olga.sees("вызов придётся оплатить: 1.500.₽ без НДС")
    await stage.quiet()
    assert await stage.rows(select(Cancellation)) == []

    await olga.taps("Назад")
    await olga.taps("Отменить заявку")
    await olga.taps("Да, отменить заявку")
    await olga.sees("За вызов впустую: 1.500.₽")
    await pyotr.sees("За вызов впустую вам: 1.000.₽")
    await stage.quiet()
    assert pyotr.button("Выезжаю") is None
    (row,) = await stage.rows(select(Cancellation))
    assert (row.fault, row.client_fee_kop, row.contractor_fee_kop) == (Whose.CLIENT, 150_000, 100_000)
    results = await stage.finish()
    assert results["46"].examined == 1


async def test_the_desk_cancels_by_fault_and_the_shop_pays_nothing_for_ours(stage: Stage) -> None:
    olga, pyotr, marina = await stage.enter(OLGA, PYOTR, MARINA)
    await asks(olga, stage.facts.sticker)
    await takes(pyotr)
    await marina.says("/ticket 1")
    await marina.taps("Отменить заявку")
    await marina.sees(f"Выезд подрядчика ИП {pyotr.name} окажется впустую")
    await marina.taps("По вине нашей: подрядчику 1.000.₽")
    await marina.sees("Отменена по вине: нашей")
    await pyotr.sees("За вызов впустую вам: 1.000.₽")
    await olga.sees("Заявка отменена")
    await stage.quiet()
    assert olga.shows("впустую") is None
    assert await status(stage) is TicketStatus.CANCELLED
    (row,) = await stage.rows(select(Cancellation))
    assert (row.fault, row.client_fee_kop, row.contractor_fee_kop) == (Whose.OURS, 0, 100_000)
    results = await stage.finish()
    assert results["46"].examined == 1

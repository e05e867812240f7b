"""Who gets the job when the first does not want it, does not answer, or is not alone."""

import asyncio

import pytest
from sqlalchemy import select

from core.domain.offer import DeclineReason, OfferStatus
from core.domain.ticket import TicketStatus
from storage.models.desk import Audit
from storage.models.offer import Offer
from storage.models.ticket import Assignment, Ticket
from tests.characters import ILDAR, IVAN, MARINA, OLGA, PYOTR
from tests.journeys.acts import asks, comes, takes, works
from tests.journeys.stage import LAPSE_S, Stage

pytestmark = pytest.mark.journey


async def statuses(stage: Stage) -> list[OfferStatus]:
    """In the order they were asked."""
    return await stage.rows(select(Offer.status).order_by(Offer.id))


async def test_after_a_refusal_and_a_silence_the_third_takes_it(stage: Stage) -> None:
    olga, pyotr, ivan, ildar = await stage.enter(OLGA, PYOTR, IVAN, ILDAR)
    await asks(olga, stage.facts.sticker)
    await pyotr.taps("Отказаться")
    await pyotr.taps("^Далеко$")
    await pyotr.sees("Вы отказались")

    await ivan.sees("Есть работа")
    assert ildar.shows("Есть работа") is None
    await stage.later(LAPSE_S)
    await ivan.sees("Ещё можно взять")

    await ildar.sees("Есть работа")
    await takes(ildar)
    await olga.sees(f"Инженер: {ildar.name}")
    await ivan.sees("взял другой подрядчик")
    await stage.quiet()
    assert await statuses(stage) == [OfferStatus.DECLINED, OfferStatus.LOST, OfferStatus.ACCEPTED]
    (declined,) = await stage.rows(select(Offer).where(Offer.status == OfferStatus.DECLINED))
    assert declined.decline_reason is DeclineReason.FAR
    assert pyotr.button("Беру") is None
    assert ivan.button("Беру") is None

    await comes(ildar)
    await works(ildar)
    await olga.taps("принять")
    await ildar.sees("Работа принята")
    results = await stage.finish()
    assert results["4"].examined == 3


async def test_a_lapsed_offer_is_taken_late(stage: Stage) -> None:
    olga, pyotr, ivan = await stage.enter(OLGA, PYOTR, IVAN)
    await asks(olga, stage.facts.sticker)
    await pyotr.sees("Ждём вашего ответа")
    await stage.later(LAPSE_S)
    await pyotr.sees("Ещё можно взять")
    await ivan.sees("Ждём вашего ответа")

    await takes(pyotr)
    await ivan.sees("взял другой подрядчик")
    await olga.sees(f"Инженер: {pyotr.name}")
    await stage.quiet()
    assert await statuses(stage) == [OfferStatus.ACCEPTED, OfferStatus.LOST]
    assert "lapse" in await stage.rows(select(Audit.event).where(Audit.entity == "offer"))


async def test_two_say_yes_at_once_and_one_is_told_that_it_is_taken(stage: Stage) -> None:
    olga, pyotr, ivan = await stage.enter(OLGA, PYOTR, IVAN)
    await asks(olga, stage.facts.sticker)
    await pyotr.sees("Ждём вашего ответа")
    await stage.later(LAPSE_S)
    await ivan.sees("Ждём вашего ответа")
    await pyotr.sees("Ещё можно взять")

    await asyncio.gather(pyotr.taps("Беру: выезжаю сейчас"), ivan.taps("Беру: выезжаю сейчас"))
    await stage.quiet()
    taken = await stage.rows(select(Assignment))
    assert len(taken) == 1
    winner, loser = (pyotr, ivan) if pyotr.button("Выезжаю$") else (ivan, pyotr)
    assert winner.button("Выезжаю$")
    await loser.sees("взял другой подрядчик")
    assert loser.button("Беру|Выезжаю") is None
    assert sorted(await statuses(stage)) == [OfferStatus.ACCEPTED, OfferStatus.LOST]
    # Both taps are answered; the loser's with an alert, unless the answer came early because the bot was busy.
    await loser.until(lambda: len([one for one in stage.sim.answers if one["user"] == loser.user]) == 2, "answer", 20)


async def test_when_nobody_takes_it_the_dispatcher_has_a_task_and_assigns_by_hand(stage: Stage) -> None:
    olga, pyotr, marina = await stage.enter(OLGA, PYOTR, MARINA)
    await asks(olga, stage.facts.sticker)
    await pyotr.taps("Отказаться")
    await pyotr.taps("^Занят$")
    await marina.sees("Некого отправить")
    await olga.sees("инженер пока не нашёлся|ищем инженера")
    (ticket,) = await stage.rows(select(Ticket))
    assert ticket.status is TicketStatus.UNSTAFFED

    await marina.taps("Назначить вручную")
    await marina.taps(pyotr.name)
    await marina.taps("Да, отправить")
    await pyotr.can_tap("Выезжаю$")
    await olga.sees(f"Инженер: {pyotr.name}")

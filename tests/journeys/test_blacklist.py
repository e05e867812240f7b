"""The blacklist over HTTP: a rule suspends and an appeal lifts; two people stop a firm that is just being asked."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.block import BlockLevel, BlockRule
from core.domain.offer import OfferStatus
from core.services import people, quality
from storage.models.contractor import Appeal, Block, BlockRequest
from storage.models.offer import Offer
from storage.models.people import Person
from storage.models.quality import QualityEvent
from tests.characters import IVAN, MARINA, OLGA, PYOTR, VERA
from tests.journeys.acts import asks, does_the_job
from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey

TICK_S = 25


async def is_accused(stage: Stage) -> None:
    """Vera has proof that the last job was a fraud."""

    def accuse(session: Session, *, now: object) -> None:
        vera = session.scalars(select(Person.id).where(Person.telegram_id == VERA.user)).one()
        event = session.scalars(select(QualityEvent.id).order_by(QualityEvent.id).limit(1)).one()
        actor = people.actor_of(session, vera, now=now, source="update:accuse")  # type: ignore[arg-type]
        quality.fraud(session, actor, event, "Фото с другого объекта", now=now)  # type: ignore[arg-type]

    await stage.db.write(accuse)


async def test_a_rule_suspends_the_firm_is_told_appeals_and_is_heard(stage: Stage) -> None:
    olga, pyotr, marina, vera = await stage.enter(OLGA, PYOTR, MARINA, VERA)
    await asks(olga, stage.facts.sticker)
    await does_the_job(pyotr)
    await olga.taps("принять")
    await pyotr.sees("Работа принята")
    await is_accused(stage)
    before = pyotr.end
    await stage.later(TICK_S)
    await pyotr.sees("Мы ограничили заявки: без новых заявок", after=before)
    await pyotr.sees("доказанный обман", after=before)
    await vera.sees("без новых заявок")
    (block,) = await stage.rows(select(Block))
    assert (block.level, block.rule) == (BlockLevel.SUSPENDED, BlockRule.FRAUD)

    await pyotr.taps("Обжаловать")
    await pyotr.sees("с чем вы не согласны")
    await pyotr.says("Объект тот самый, вот и охранник подтвердит")
    await pyotr.sees("Жалоба рассматривается")
    await marina.says("/queue")
    await marina.taps("жалоба на ограничение")
    await marina.taps("Прочитать и решить")
    await marina.sees("охранник подтвердит")
    before = pyotr.end
    await stage.later(60)
    await marina.taps("Согласиться и снять")
    await pyotr.sees("Ограничение снято", after=before)
    await stage.quiet()
    (appeal,) = await stage.rows(select(Appeal))
    assert appeal.is_upheld
    results = await stage.finish()
    assert results["91"].examined == results["94"].examined == 1


async def test_two_people_stop_a_firm_while_its_offer_is_out_and_the_next_is_asked(stage: Stage) -> None:
    olga, pyotr, ivan, marina, vera = await stage.enter(OLGA, PYOTR, IVAN, MARINA, VERA)
    await asks(olga, stage.facts.sticker)
    await pyotr.can_tap("Беру: выезжаю сейчас")
    await marina.says("/contractor Зябликов")
    await marina.taps("Зябликов")
    await marina.taps("🚫 Чёрный список")
    await marina.taps("Внести в чёрный список")
    await marina.taps("Всю фирму")
    await marina.taps("Везде")
    await marina.taps("без новых заявок: 30 дней")
    await marina.sees("Ни один объект не останется без подрядчика")
    await marina.says("Нагрубил управляющей")
    await marina.sees("Решить должен другой человек")
    assert await stage.rows(select(Block)) == []

    before = pyotr.end
    await vera.says("/queue")
    await vera.taps("внести ли в чёрный список")
    await vera.taps("Посмотреть и решить")
    await vera.sees("Нагрубил управляющей")
    await vera.taps("Подтвердить")
    await pyotr.sees("Мы ограничили заявки", after=before)
    await ivan.can_tap("Беру: выезжаю сейчас")
    await stage.quiet()
    assert pyotr.button("Беру") is None
    assert await stage.rows(select(Offer.status).order_by(Offer.id)) == [OfferStatus.WITHDRAWN, OfferStatus.SENT]
    (request,) = await stage.rows(select(BlockRequest))
    assert request.asked_by != request.decided_by
    await marina.says("/blacklist Зябликов")
    await marina.sees("Нагрубил управляющей")

    results = await stage.finish()
    assert results["92"].examined == 1

"""The blacklist over HTTP: a rule suspends and an appeal lifts; two people stop a firm that is just being asked."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.sandbox.demo.phones import Phone
from core.domain.block import BlockLevel, BlockRule
from core.domain.offer import OfferStatus
from core.domain.ticket import TicketStatus
from core.services import people, quality
from storage.models.contractor import Appeal, Block, BlockRequest
from storage.models.offer import Offer
from storage.models.people import Person
from storage.models.quality import QualityEvent
from storage.models.ticket import Ticket
from tests.characters import IVAN, MARINA, OLGA, PYOTR, VERA
from tests.journeys.acts import agrees_on, asks, asks_to_stop, comes, confirms_the_stop, does_the_job, works
from tests.journeys.stage import SOCKET, Stage

pytestmark = pytest.mark.journey

TICK_S = 25
RUDE = "Нагрубил управляющей"


async def is_accused(stage: Stage) -> None:
    """Vera has proof that the last job was a fraud."""

    def accuse(session: Session, *, now: object) -> None:
        vera = session.scalars(select(Person.id).where(Person.telegram_id == VERA.user)).one()
        event = session.scalars(select(QualityEvent.id).order_by(QualityEvent.id).limit(1)).one()
        actor = people.actor_of(session, vera, now=now, source="update:accuse")  # type: ignore[arg-type]
        quality.fraud(session, actor, event, "Фото с другого объекта", now=now)  # type: ignore[arg-type]

    await stage.db.write(accuse)


async def reads_at_the_desk(desk: Phone, number: str, card: str, why: str = "") -> None:
    before = desk.end
    await desk.says(f"/ticket {number}")
    await desk.sees(card, after=before)
    if why:
        await desk.taps("Почему так", after=before)
        await desk.sees(why, after=before)


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
    await pyotr.taps("Отправить жалобу")
    await pyotr.sees("Жалоба рассматривается")
    await marina.says("/queue")
    await marina.taps("жалоба на ограничение")
    await marina.taps("Прочитать и решить")
    await marina.sees("охранник подтвердит")
    before = pyotr.end
    await stage.later(60)
    await marina.taps("Согласиться и снять, события не считать")
    await marina.taps("Да, снять и не считать событий: 1")
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
    await asks_to_stop(marina, "Зябликов", RUDE)
    assert await stage.rows(select(Block)) == []

    before = pyotr.end
    await confirms_the_stop(vera, RUDE)
    await pyotr.sees("Мы ограничили заявки", after=before)
    await ivan.can_tap("Беру: выезжаю сейчас")
    await stage.quiet()
    assert pyotr.button("Беру") is None
    assert await stage.rows(select(Offer.status).order_by(Offer.id)) == [OfferStatus.WITHDRAWN, OfferStatus.SENT]
    (request,) = await stage.rows(select(BlockRequest))
    assert request.asked_by != request.decided_by
    await marina.says("/blacklist Зябликов")
    await marina.sees(RUDE)

    results = await stage.finish()
    assert results["92"].examined == 1


async def test_a_block_takes_the_job_of_tomorrow_and_leaves_the_visit_of_today(stage: Stage) -> None:
    olga, pyotr, marina, vera = await stage.enter(OLGA, PYOTR, MARINA, VERA)
    await asks(olga, stage.facts.sticker, SOCKET, "Искрит розетка")
    await agrees_on(pyotr, "сегодня")
    await pyotr.taps("Перенести выезд")
    await pyotr.says("завтра 12:00")
    await olga.sees("Инженер перенёс выезд")
    await stage.quiet()
    before = pyotr.end
    await asks(olga, stage.facts.sticker)
    await pyotr.taps("Беру: выезжаю сейчас", after=before)
    await pyotr.can_tap("Выезжаю$", after=before)
    await comes(pyotr)
    (ivan,) = await stage.enter(IVAN)

    firm, client = pyotr.end, olga.end
    await asks_to_stop(marina, "Зябликов", RUDE)
    await stage.later(60)
    await confirms_the_stop(vera, RUDE)
    await pyotr.sees("Заявку передаём другому.*Ехать не нужно.*Ремонт розетки", after=firm)
    await pyotr.sees("Начатое доделайте: принятое будет оплачено", after=firm)
    await olga.sees("Приедет другой инженер.*Ремонт розетки", after=client)
    await ivan.sees("Ремонт розетки")
    await stage.quiet()
    future, running = await stage.rows(select(Ticket).order_by(Ticket.id))
    assert (future.status, running.status) == (TicketStatus.SEARCHING, TicketStatus.IN_WORK)
    (block,) = await stage.rows(select(Block))
    (offer,) = await stage.rows(select(Offer).order_by(Offer.id.desc()).limit(1))
    assert (offer.ticket_id, offer.sent_at) == (future.id, block.starts_at)  # in the same stroke
    await reads_at_the_desk(marina, future.number, "ищем инженера", "подрядчик ограничен, ищем другого")
    await reads_at_the_desk(marina, running.number, f"инженер на объекте.*Подрядчик: ИП {PYOTR.name}")

    await agrees_on(ivan, "завтра.*12:00")
    await olga.sees(f"Инженер: {IVAN.name}")
    await works(pyotr)
    await olga.taps("принять")
    await pyotr.sees("Работа принята")
    await stage.quiet()
    assert await stage.rows(select(Ticket.status).order_by(Ticket.id)) == [TicketStatus.ASSIGNED, TicketStatus.ACCEPTED]
    assert await stage.rows(select(QualityEvent).where(QualityEvent.kind.in_(("back_out", "no_show")))) == []
    results = await stage.finish()
    assert results["78"].examined == 1

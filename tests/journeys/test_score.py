"""The client is not content, the engineer is sent again and does not agree; another dispatcher finds him right."""

import pytest
from sqlalchemy import select

from bot.sandbox.demo.entering import by_invite
from bot.sandbox.demo.phones import Phone
from core.domain.actor import Actor, Grant
from core.domain.role import Role
from core.services import invites
from storage.models.contractor import Contractor
from storage.models.quality import QualityEvent
from tests.characters import LEV, MARINA, OLGA, PYOTR
from tests.journeys.acts import asks, comes, does_the_job, works
from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey


async def test_a_bad_event_is_disputed_and_another_dispatcher_annuls_it(stage: Stage) -> None:
    olga, pyotr, marina = await stage.enter(OLGA, PYOTR, MARINA)
    lev = await second_dispatcher(stage)
    await asks(olga, stage.facts.sticker)
    await does_the_job(pyotr)
    await olga.taps("Что-то не так")
    await olga.sees("Что не так по")
    await olga.says("Лампа не того цвета")
    await marina.sees("Клиент не принял работу")
    await marina.taps("Отправить исправить")
    await pyotr.sees("Событие в вашей оценке.*Работу пришлось исправлять.*−1 к «с первого раза»")

    await pyotr.taps("Не согласен")
    await pyotr.sees("Напишите одним сообщением")
    await pyotr.says("Цвет лампы выбрал сам клиент")
    await pyotr.sees("Несогласие: .*Цвет лампы выбрал сам клиент")
    await marina.says("/queue")
    await marina.taps("подрядчик не согласен")
    await marina.taps("Посмотреть и решить")
    await marina.sees("Цвет лампы выбрал")
    assert marina.button("Прав: событие отменить") is None  # she ordered it herself
    await lev.says("/queue")
    await lev.taps("подрядчик не согласен")
    await lev.taps("Посмотреть и решить")
    await lev.taps("Прав: событие отменить")
    await pyotr.sees("Вы были правы: событие больше не считается")

    await comes(pyotr)
    await works(pyotr)
    await pyotr.says("/me")
    await pyotr.sees("Вы новичок: пока 70 из 100.*Работу пришлось исправлять.*не считается")
    await stage.quiet()
    annulled = await stage.rows(select(QualityEvent.kind).where(QualityEvent.annulled_at.is_not(None)))
    assert sorted(annulled) == ["first_time", "rework"]
    assert await stage.rows(select(Contractor.score).where(Contractor.phone == PYOTR.number)) == [70]


async def second_dispatcher(stage: Stage) -> Phone:
    admin = Actor(None, (Grant(Role.ADMIN),), source="cli")
    issued = await stage.db.write(invites.create, admin, Grant(Role.DISPATCHER), "second")
    lev = stage.phone(LEV)
    await by_invite(lev, f"{invites.PAYLOAD}{issued.token}")
    return lev

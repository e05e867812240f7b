"""A contractor's own price on the phones: typed in a message, shown to the desk with what would be left, answered."""

from collections.abc import AsyncIterator

import pytest

from bot.screens.counter_prices import Decide, NamePrice
from core.domain.offer import OfferStatus
from core.domain.ticket import TicketStatus
from core.services import counter_prices
from tests.bot.conftest import Edge, box, edge
from tests.bot.crew import Crew, founded
from tests.bot.phones import Phone, settled

__all__ = ["box", "edge"]


@pytest.fixture
async def crew(edge: Edge) -> AsyncIterator[Crew]:
    crew = await founded(edge)
    yield crew
    crew.pictures.close()


async def said(phone: Phone) -> str:
    return (await phone.last()).replace("\u00a0", " ")


async def names(crew: Crew, typed: str) -> None:
    await crew.is_offered()
    await crew.engineer.taps("Своя цена")
    assert "За сколько возьмётесь?" in await said(crew.engineer)
    await crew.engineer.says(typed)


async def test_a_typed_price_is_shown_to_the_desk_and_agreed_to(crew: Crew) -> None:
    await names(crew, "3 100 р")
    assert "Ваша цена 3 100 ₽ у диспетчера" in await said(crew.engineer)
    assert "Ответим до 12:00, 16 марта" in await said(crew.engineer)
    buttons = " ".join(await crew.engineer.buttons())
    assert "Отказаться" in buttons
    assert "Беру" not in buttons
    assert "Своя цена" not in buttons
    told = [one["text"].replace("\u00a0", " ") for one in await crew.desk.shown()]
    card = next(text for text in told if "назвал свою цену" in text)
    for words in ("просит 3 100 ₽ вместо 2 600 ₽", "Останется 1 100 ₽ — 26 %", "не меньше 20 %", "оценка 70", "12:00"):
        assert words in card
    answer = await crew.desk.taps("Согласиться: 3")

    assert answer["text"] == "Заявка назначена по этой цене"
    assert (await crew.ticket()).status is TicketStatus.ASSIGNED
    assert "На вашу цену согласились: 3 100 ₽" in await said(crew.engineer)
    assert "Выезжаю" in " ".join(await crew.engineer.buttons())
    assert "Инженер найден" in await said(crew.client)
    assert "3 100" not in await said(crew.client)
    assert "Согласиться" not in " ".join(await crew.desk.buttons())


async def test_a_refused_price_leaves_the_first_one_on_the_phone(crew: Crew) -> None:
    await names(crew, "3к")
    await crew.desk.taps("Отказать")

    assert "Вашу цену не приняли. Можно взять за 2 600 ₽" in await said(crew.engineer)
    assert "Своя цена" not in " ".join(await crew.engineer.buttons())
    await crew.engineer.taps("выезжаю сейчас")
    assert (await crew.ticket()).contractor_rate_kop == 260_000


async def test_a_price_nobody_answers_is_told_to_be_over(crew: Crew) -> None:
    await names(crew, "3000")
    await crew.edge.later(hours=2)
    await crew.edge.db.write(counter_prices.sweep, 50)
    await settled(crew.edge)
    assert "По вашей цене не успели ответить. Можно взять за 2 600 ₽" in await said(crew.engineer)

    desk = (await crew.desk.shown())[-1]
    offer = await crew.offer()
    for yes in (True, False):
        data = Decide(yes=yes, offer=offer.id, ticket_id=offer.ticket_id).pack()
        answer = await crew.desk.presses(desk["message_id"], data=data, forged=True)
        assert bool(answer["alert"]) is yes
    assert (await crew.offer()).status is OfferStatus.LAPSED


async def test_what_is_no_price_is_asked_for_again(crew: Crew) -> None:
    await names(crew, "дорого")
    assert "больше 2 600 и не больше 100 000 ₽" in await said(crew.engineer)
    await crew.engineer.says("2600")
    assert "больше 2 600" in await said(crew.engineer)
    await crew.engineer.says("2 601")
    assert "Ваша цена 2 601 ₽ у диспетчера" in await said(crew.engineer)
    await crew.engineer.says("5000")  # nothing is asked any more
    assert "никому не передано" in await said(crew.engineer)


async def test_a_price_typed_too_late_is_answered_and_nothing_more_is_awaited(crew: Crew) -> None:
    other = await crew.second_firm()
    await crew.is_offered()
    await crew.silence()
    await crew.engineer.taps("Своя цена")
    await other.taps("выезжаю сейчас")
    await crew.engineer.says("3000")
    assert "взял другой подрядчик" in " ".join([one["text"] for one in await crew.engineer.shown()][-2:])
    await crew.engineer.says("3000")
    assert "никому не передано" in await said(crew.engineer)


async def test_below_the_floor_only_a_manager_sees_the_yes(crew: Crew) -> None:
    await names(crew, "4000")
    text = (await crew.desk.shown())[-1]["text"]
    assert "согласиться может только менеджер" in text
    buttons = await crew.desk.buttons()
    assert not [one for one in buttons if "Согласиться" in one]
    offer = await crew.offer()
    message = (await crew.desk.shown())[-1]["message_id"]
    data = Decide(yes=True, offer=offer.id, ticket_id=offer.ticket_id).pack()
    answer = await crew.desk.presses(message, data=data, forged=True)
    assert answer["alert"]
    assert "останется 4 %" in answer["text"]


async def test_a_forged_or_old_button_of_a_price_is_refused(crew: Crew) -> None:
    await crew.is_offered()
    offer, message = await crew.offer(), (await crew.engineer.shown())[-1]["message_id"]
    for data in (
        Decide(yes=True, offer=offer.id, ticket_id=offer.ticket_id),
        Decide(yes=False, offer=offer.id, ticket_id=offer.ticket_id),
        NamePrice(offer=2**53, ticket_id=2**53),
    ):
        answer = await crew.engineer.presses(message, data=data.pack(), forged=True)
        assert "Не нахожу" in answer["text"]
    await crew.engineer.taps("выезжаю сейчас")
    data = NamePrice(offer=offer.id, ticket_id=offer.ticket_id).pack()
    answer = await crew.engineer.presses(message, data=data, forged=True)
    assert "уже изменилось" in answer["text"]


async def test_the_colleague_sees_the_price_and_who_goes(crew: Crew) -> None:
    colleague = await crew.colleague()
    await names(crew, "3000")
    assert "Ваша цена 3 000 ₽ у диспетчера" in await said(colleague)
    assert "Беру" not in " ".join(await colleague.buttons())
    await crew.desk.taps("Согласиться")
    assert "согласился на вашу цену 3 000 ₽. Поедет ваш коллега" in await said(colleague)


async def test_he_takes_his_price_back_and_goes_for_the_first_one(crew: Crew) -> None:
    await names(crew, "3к")
    desk = (await crew.desk.shown())[-1]
    answer = await crew.engineer.taps("Отозвать свою цену")
    assert answer["text"] == "Цена отозвана: можно взять за первую"
    assert "Ещё можно взять за 2 600 ₽" in (await said(crew.engineer)).replace("\u00a0", " ")
    assert "Своя цена" not in " ".join(await crew.engineer.buttons())

    offer = await crew.offer()
    late = Decide(yes=True, offer=offer.id, ticket_id=offer.ticket_id).pack()
    assert (await crew.desk.presses(desk["message_id"], data=late, forged=True))["alert"]
    await crew.engineer.taps("выезжаю сейчас")
    assert (await crew.ticket()).contractor_rate_kop == 260_000

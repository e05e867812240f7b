"""Offers on the phones of contractors: the yes with its person, the no with its reason, the late yes, the race."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.screens.offers import Decline, Take
from core.domain.offer import DeclineReason, OfferStatus
from core.domain.ticket import TicketStatus
from storage.models.offer import Offer
from storage.models.people import Person
from storage.models.visit import Visit
from tests.bot.conftest import Edge, box, edge
from tests.bot.crew import Crew, founded

__all__ = ["box", "edge"]


@pytest.fixture
async def crew(edge: Edge) -> AsyncIterator[Crew]:
    crew = await founded(edge)
    yield crew
    crew.pictures.close()


async def test_the_offer_shows_everything_before_the_yes(crew: Crew) -> None:
    await crew.is_offered()
    message = (await crew.engineer.shown())[-1]
    text, buttons = message["text"].replace("\u00a0", " "), [row[0] for row in message["inline"]]

    for words in ("2 600 ₽", "м от вас", "Замена светильника", crew.world.site.address, "Не горит свет", "11:00"):
        assert words in text
    assert "4 200" not in text  # what the client pays is nobody's business here
    assert "+7" not in text
    assert [button["text"] for button in buttons] == [
        "✅ Беру: выезжаю сейчас",
        "✅ Беру: сегодня, 16 марта, 12:00–14:00",
        "✅ Беру: сегодня, 16 марта, 14:00–16:00",
        "✅ Беру: завтра, 17 марта, 10:00–12:00",
        "💬 Своя цена",
        "🗺 На карте",
        "❓ Спросить",
        "Отказаться",
        "Почему мне?",
    ]
    assert all(len(row) == 1 for row in message["inline"])
    assert buttons[5]["url"].startswith("https://yandex.ru/maps/?pt=37.617300,55.755800")


async def test_the_owner_is_asked_who_goes(crew: Crew) -> None:
    other = await crew.colleague()
    await crew.is_offered()
    await crew.engineer.taps("выезжаю сейчас")
    assert "Кто поедет?" in await crew.engineer.last()
    await crew.engineer.taps("Назад")
    await crew.engineer.taps("Беру: сегодня, 16 марта, 12:00")
    await crew.engineer.taps("Сидоров Иван")

    assert (await crew.ticket()).status is TicketStatus.ASSIGNED
    assert "Выезжаю" in " ".join(await other.buttons())
    assert "Сидоров Иван ещё не в пути" in await crew.engineer.last()


async def test_an_engineer_takes_the_job_himself(crew: Crew) -> None:
    other = await crew.colleague()
    await crew.is_offered()
    await other.taps("выезжаю сейчас")

    person = next(one for one in await crew.edge.rows(Person) if one.name == "Сидоров Иван")
    assert (await crew.visit()).engineer_id == person.id


async def test_a_no_takes_two_taps_and_asks_the_next(crew: Crew) -> None:
    other = await crew.second_firm()
    await crew.is_offered()
    await crew.engineer.taps("Отказаться")
    assert len(await crew.engineer.buttons()) == len(DeclineReason) + 1
    answer = await crew.engineer.taps("Далеко")

    assert answer["text"] == "Принято"
    assert "Вы отказались" in await crew.engineer.last()
    assert "Беру" not in " ".join(await crew.engineer.buttons())
    assert "Есть работа" in await other.last()


async def test_silence_leaves_the_offer_on_the_phone_and_a_late_yes_wins(crew: Crew) -> None:
    other = await crew.second_firm()
    await crew.is_offered()
    await crew.silence()
    assert "Есть работа" in await other.last()

    await crew.engineer.taps("выезжаю сейчас")
    assert "Выезжаю" in " ".join(await crew.engineer.buttons())
    assert "взял другой подрядчик" in await other.last()
    assert "Беру" not in " ".join(await other.buttons())


async def test_who_is_slower_is_told_so_and_sees_the_fresh_card(crew: Crew) -> None:
    other = await crew.second_firm()
    await crew.is_offered()
    await crew.silence()
    offer = await crew.offer()
    data = Take(offer=offer.id, ticket_id=offer.ticket_id, start=0).pack()
    message = (await other.shown())[-1]["message_id"]
    await crew.engineer.taps("выезжаю сейчас")
    answer = await other.presses(message, data=data, forged=True)

    assert answer["alert"]
    assert "взял другой" in answer["text"]
    assert "взял другой" in await other.last()


async def test_a_forged_button_finds_nothing(crew: Crew) -> None:
    other = await crew.second_firm()
    await crew.is_offered()
    offer = await crew.offer()
    await other.says("/offers")
    message = (await other.shown())[-1]["message_id"]
    forged = (
        Take(offer=offer.id, ticket_id=offer.ticket_id, start=0),
        Take(offer=offer.id, ticket_id=offer.ticket_id, start=99_999_999, person=1),
        Decline(offer=offer.id, ticket_id=offer.ticket_id, reason=DeclineReason.FAR),
        Take(offer=2**53, ticket_id=2**53, start=0),
    )
    for data in forged:
        answer = await other.presses(message, data=data.pack(), forged=True)
        assert "Не нахожу" in answer["text"]
    for raw in ("take:-1:1:0:0", "take:99999999999999999999999:1:0:0", "no:1:1:nonsense", "take", "v:go:x:y"):
        assert (await other.presses(message, data=raw, forged=True))["alert"]

    assert (await crew.offer()).status is OfferStatus.SENT


async def test_a_time_that_has_passed_is_refused_and_new_times_are_drawn(crew: Crew) -> None:
    await crew.is_offered()
    await crew.edge.later(hours=5)
    answer = await crew.engineer.taps("Беру: сегодня, 16 марта, 12:00")

    assert "Выберите другое" in answer["text"]
    assert "сегодня, 16 марта, 16:00–18:00" in " ".join(await crew.engineer.buttons()) or "18:00" in " ".join(
        await crew.engineer.buttons()
    )


async def test_the_list_of_offers_opens_a_card_that_can_be_taken(crew: Crew) -> None:
    engineer = crew.engineer
    await engineer.says("/offers")
    assert "предложений нет" in await engineer.last()
    await crew.is_offered()
    await engineer.says("/offers")
    assert "Можно взять: 1" in await engineer.last()
    await engineer.taps("Замена светильника")
    await engineer.taps("выезжаю сейчас")
    await engineer.says("/jobs")

    assert "Ваши заявки: 1" in await engineer.last()
    await engineer.taps("Замена светильника")
    assert "Выезжаю" in " ".join(await engineer.buttons())


async def test_why_me_tells_the_own_place_and_nobody_elses(crew: Crew) -> None:
    other = await crew.second_firm()
    await crew.is_offered()
    await crew.engineer.taps("Почему мне?")

    said = await crew.engineer.last()
    assert "1" in said
    assert other.chat
    assert "Мастер" not in said


async def test_a_yes_tapped_twice_is_one_visit(crew: Crew) -> None:
    await crew.is_offered()
    message = (await crew.engineer.shown())[-1]["message_id"]
    offer = await crew.offer()
    data = Take(offer=offer.id, ticket_id=offer.ticket_id, start=0).pack()
    for _ in range(3):
        await crew.engineer.presses(message, data=data, forged=True)

    def visits(session: Session, *, now: Any) -> int:
        accepted = session.scalars(select(Offer).where(Offer.status == OfferStatus.ACCEPTED)).all()
        return len(session.scalars(select(Visit)).all()) + len(accepted)

    assert await crew.edge.db.read(visits) == 2

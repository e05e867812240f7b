"""Client and engineer write to each other on their phones, the desk looks on, those invited ask before their yes."""

import base64
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.screens.writing import Reply, ThreadTap, Write
from core.domain.proof import ProofStage
from core.domain.role import Role
from core.domain.ticket import TicketStatus
from storage.models.desk import Task
from storage.models.people import Person
from storage.models.talk import Talk
from storage.models.ticket import Ticket
from tests.bot.conftest import Edge, box, edge
from tests.bot.crew import Crew, founded, jpeg
from tests.bot.phones import Phone, settled
from tests.make import tickets as make
from tests.make.people import add_person
from tests.sandbox.conftest import TOKEN

__all__ = ["box", "edge"]


@pytest.fixture
async def crew(edge: Edge) -> AsyncIterator[Crew]:
    crew = await founded(edge)
    yield crew
    crew.pictures.close()


async def replies(phone: Phone, text: str, to: int) -> None:
    """As people do: straight under the message."""
    update = await phone.edge.box.sim("text", token=TOKEN, user=phone.chat, text=text, reply_to=to)
    await settled(phone.edge, update)


async def pictures(phone: Phone, number: int = 1, **more: Any) -> None:
    data = base64.b64encode(jpeg(number)).decode()
    update = await phone.edge.box.sim("media", token=TOKEN, user=phone.chat, kind="photo", data=data, **more)
    await settled(phone.edge, update)


async def said(crew: Crew) -> list[str]:
    return [row.text for row in await crew.edge.rows(Talk)]


async def speaks_english(crew: Crew, phone: Phone) -> None:
    def change(session: Session, *, now: datetime) -> None:
        session.query(Person).filter_by(telegram_id=phone.chat).one().language = "en"

    await crew.edge.db.write(change)


async def assigned(crew: Crew) -> Ticket:
    return await crew.does(make.bring, TicketStatus.ASSIGNED)


async def test_a_whole_exchange(crew: Crew) -> None:
    await assigned(crew)
    card = (await crew.engineer.shown())[-1]
    await crew.engineer.taps("Написать на объект")
    assert "Что передать на объект" in await crew.engineer.last()
    await crew.engineer.says("Где щит?")

    assert "передаём на объект" in await crew.engineer.last()
    assert "Где щит?" not in await crew.engineer.last()
    message = (await crew.client.shown())[-1]
    assert "Пишет инженер" in message["text"]
    assert message["text"].endswith("Где щит?")
    assert "+7" not in message["text"]

    await crew.client.taps("Ответить")
    await crew.client.says("За кассой, ключ у Марии")
    assert "передаём инженеру" in await crew.client.last()
    assert "Пишет клиент" in await crew.engineer.last()

    await replies(crew.engineer, "Спасибо", (await crew.engineer.shown())[-1]["message_id"])
    assert "Спасибо" in await crew.client.last()
    assert await said(crew) == ["Где щит?", "За кассой, ключ у Марии", "Спасибо"]
    # The card is still the card: no message has taken its place.
    assert "Выезжаю" in str([one for one in await crew.engineer.shown() if one["message_id"] == card["message_id"]])


async def test_the_thread_shows_who_wrote_and_what_arrived(crew: Crew) -> None:
    await assigned(crew)
    await crew.engineer.taps("Написать на объект")
    await crew.engineer.says("Где щит?")
    await crew.engineer.says("/jobs")
    await crew.engineer.taps("Магазин")
    await crew.engineer.taps("Переписка (1)")

    text = await crew.engineer.last()
    assert "вы" in text
    assert "✓ доставлено: клиент" in text
    await crew.client.says("/my")
    await crew.client.taps("З-")
    await crew.client.taps("Переписка (1)")
    assert "инженер" in await crew.client.last()
    assert "доставлено" not in await crew.client.last()


async def test_the_desk_writes_to_both_and_sees_names(crew: Crew) -> None:
    ticket = await assigned(crew)
    await crew.desk.says(f"/ticket {ticket.number}")
    await crew.desk.taps("Написать инженеру и клиенту")
    await crew.desk.says("Пропуск заказан")

    assert "передаём инженеру и клиенту" in await crew.desk.last()
    for phone in (crew.client, crew.engineer):
        assert "Пишет диспетчер" in await phone.last()
        assert "Пропуск заказан" in await phone.last()


async def test_words_are_shown_as_typed(crew: Crew) -> None:
    await assigned(crew)
    typed = "<b>Щит</b> & «ключ» 🔑 _под_ *ковриком* </i> +7 900 000-00-00 @masha"
    await crew.client.taps("Написать инженеру")
    await crew.client.says(typed)

    assert (await crew.engineer.last()).endswith(typed)


async def test_too_long_is_refused_and_the_question_stays(crew: Crew) -> None:
    await assigned(crew)
    await crew.client.taps("Написать инженеру")
    await crew.client.says("я" * 4096)
    assert "Слишком длинно" in await crew.client.last()
    await crew.client.says("я" * 4000)

    assert await said(crew) == ["я" * 4000]
    shown = "".join(str(one["text"]) for one in (await crew.engineer.shown())[-2:])
    assert shown.count("я" * 4000) == 1


async def test_a_second_thought_sends_nothing(crew: Crew) -> None:
    await assigned(crew)
    await crew.client.taps("Написать инженеру")
    await crew.client.taps("Не писать")
    assert "ничего не отправлено" in await crew.client.last()
    await crew.client.says("Просто так")
    await crew.client.taps("Написать инженеру")
    await crew.client.says("/my")
    await crew.client.says("И это в никуда")

    assert await said(crew) == []


async def test_a_picture_instead_of_words(crew: Crew) -> None:
    await assigned(crew)
    await crew.client.taps("Написать инженеру")
    await pictures(crew.client, caption="Вот щит")

    assert "📷 Фото" in await crew.engineer.last()
    assert "Вот щит" in await crew.engineer.last()
    await crew.engineer.taps("Посмотреть фото")
    assert (await crew.engineer.shown())[-1]["photo"]
    (proof,) = await crew.proofs()
    assert (proof.stage, proof.visit_id) == (ProofStage.TALK, None)


async def test_shots_of_a_visit_in_work_stay_proof_unless_they_are_a_reply(crew: Crew) -> None:
    ticket = await crew.does(make.bring, TicketStatus.IN_WORK)
    await crew.client.says(f"/ticket {ticket.number}")
    await crew.client.taps("Написать инженеру")
    await crew.client.says("Какая лампа нужна?")
    asked = (await crew.engineer.shown())[-1]["message_id"]
    await crew.engineer.says("/jobs")
    await crew.engineer.taps("Магазин")
    await crew.engineer.taps("Начать работу")
    await crew.engineer.taps("Написать на объект")
    await pictures(crew.engineer, 1)
    await pictures(crew.engineer, 2, reply_to=asked)

    assert [proof.stage for proof in await crew.proofs()] == [ProofStage.BEFORE, ProofStage.TALK]
    assert len(await said(crew)) == 2
    assert "📷 Фото" in await crew.client.last()


async def test_somebody_who_blocked_the_bot_is_missed_at_once(crew: Crew) -> None:
    await assigned(crew)
    await crew.edge.box.sim("block", chat=crew.engineer.chat, on=True)
    await crew.client.taps("Написать инженеру")
    await crew.client.says("Вы где?")

    told = " ".join(str(one["text"]) for one in (await crew.client.shown())[-2:])
    assert "Инженеру" in told
    assert "сейчас не передать" in told
    assert [task.kind for task in await crew.edge.rows(Task) if task.ended_at is None] == [
        "crew_unreachable",
        "undelivered",
    ]


async def test_english_readers_read_english(crew: Crew) -> None:
    await speaks_english(crew, crew.engineer)
    await assigned(crew)
    await crew.engineer.taps("Write to the site")
    assert "What shall I pass on" in await crew.engineer.last()
    await crew.engineer.says("Where is the fuse box?")
    assert "passing it on to the site" in await crew.engineer.last()
    await crew.client.taps("Ответить")
    await crew.client.says("За кассой")
    assert "The client writes" in await crew.engineer.last()


async def test_a_stranger_with_a_copied_button_gets_nothing(crew: Crew) -> None:
    ticket = await assigned(crew)
    await crew.client.taps("Написать инженеру")
    await crew.client.says("Ключ у Марии")
    (row,) = await crew.edge.rows(Talk)
    stranger = await crew.joins(lambda world, chat: add_person(world.session, now=world.now, telegram_id=chat))
    await stranger.says("/start")
    message = (await stranger.shown())[-1]["message_id"]
    for data in (Write(of=ticket.id), Reply(talk=row.id), ThreadTap(ticket_id=ticket.id, page=0)):
        answer = await stranger.presses(message, data=data.pack(), forged=True)
        assert answer["alert"]
    await stranger.says("Я всё равно напишу")

    assert await said(crew) == ["Ключ у Марии"]
    assert Role.REQUESTER not in {one.role for one in crew.world.engineer.grants}
    assert "Ключ" not in " ".join(str(one["text"]) for one in await stranger.shown())


async def test_a_question_before_the_yes_is_answered_to_all(crew: Crew) -> None:
    other = await crew.second_firm()
    ticket = await crew.is_offered()
    await crew.silence()
    await other.taps("Спросить")
    assert "не узнают, кто спросил" in await other.last()
    await other.says("Какая высота?")
    assert "у диспетчера и клиента" in await other.last()

    for phone in (crew.client, crew.desk):
        assert "спрашивает, прежде чем взять" in await phone.last()
        assert "Какая высота?" in await phone.last()
    assert "Новый" not in await crew.client.last()
    await replies(crew.client, "Три <метра> 🪜", (await crew.client.shown())[-1]["message_id"])
    assert "передаём всем" in await crew.client.last()
    for phone in (other, crew.engineer):
        assert "Ответ на вопрос" in await phone.last()
        assert "Три <метра> 🪜" in await phone.last()
    await crew.engineer.taps("К предложению")
    assert "Вопросы и ответы:" in await crew.engineer.last()
    assert "Три <метра> 🪜" in await crew.engineer.last()

    await crew.engineer.taps("выезжаю сейчас")
    answer = await crew.desk.taps("Ответить")
    assert answer["alert"]
    assert "Отвечать уже не нужно" in answer["text"]
    assert ticket.number in " ".join(str(one["text"]) for one in await crew.client.shown())


async def test_the_desk_answers_from_the_card(crew: Crew) -> None:
    ticket = await crew.is_offered()
    await crew.engineer.taps("Спросить")
    await crew.engineer.says("Нужен допуск?")
    await crew.desk.says(f"/ticket {ticket.number}")
    await crew.desk.taps("Ответить")
    assert "Нужен допуск?" in await crew.desk.last()
    await crew.desk.says("Допуск закажем")

    assert "Допуск закажем" in await crew.engineer.last()
    assert [task.kind for task in await crew.edge.rows(Task) if task.ended_at is None] == []

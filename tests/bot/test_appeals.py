"""An appeal from a phone: a way out, a look at one's own words before they are sent, and what upholding it says."""

import json

import pytest
from sqlalchemy import select

from core.domain.errors import Changed
from core.services import appeals, block_requests, inbox
from storage.models.contractor import Appeal, BlockRequest
from storage.models.post import Inbox
from tests.bot.conftest import Edge, box, edge
from tests.bot.crew import Crew
from tests.bot.test_block_letters import is_lifted, limited, strikes_again
from tests.make.blocks import add_manager, propose
from tests.make.tickets import World, tap

__all__ = ["box", "edge"]

#: Strikes written by hand come from nowhere, of which the auditor of the ledger would complain.
pytestmark = pytest.mark.breaks_invariants
ASKED = "Напишите, с чем вы не согласны"
WORDS = "Пробило колесо, телефон остался в машине"


async def given(crew: Crew) -> list[str]:
    def words(world: World) -> list[str]:
        return list(world.session.scalars(select(Appeal.words).order_by(Appeal.id)))

    found: list[str] = await crew.does(words)
    return found


async def test_not_now_leads_back_to_the_block_and_what_is_written_then_is_no_appeal(edge: Edge) -> None:
    crew = await limited(edge)
    await crew.engineer.taps("Обжаловать")
    assert ASKED in await crew.engineer.last()
    assert await crew.engineer.buttons() == ["Не сейчас"]
    await crew.engineer.taps("Не сейчас")
    assert "без аварий" in await crew.engineer.last()
    assert any("Обжаловать" in button for button in await crew.engineer.buttons())
    await crew.engineer.says("Буду через час")
    assert "Отправить эту жалобу" not in await crew.engineer.last()
    assert await given(crew) == []


async def test_he_reads_his_words_changes_them_and_sends_them(edge: Edge) -> None:
    crew = await limited(edge)
    await crew.engineer.taps("Обжаловать")
    await crew.engineer.says("ага <b>")
    assert "Отправить эту жалобу?" in await crew.engineer.last()
    assert "«ага <b>»" in await crew.engineer.last()
    assert await crew.engineer.buttons() == ["✋ Отправить жалобу", "Изменить", "Не сейчас"]
    assert await given(crew) == []
    await crew.engineer.taps("Изменить")
    assert ASKED in await crew.engineer.last()
    await crew.engineer.says("Второй раз не то")
    await crew.engineer.says(WORDS)
    assert WORDS in await crew.engineer.last()
    await crew.engineer.taps("Отправить жалобу")
    assert await given(crew) == [WORDS]
    assert "Жалоба рассматривается" in await crew.engineer.last()
    await crew.engineer.says("И ещё одно слово")
    assert await given(crew) == [WORDS]


async def test_a_button_sends_what_stands_above_it_as_long_as_it_is_kept(edge: Edge) -> None:
    crew = await limited(edge)
    await crew.engineer.taps("Обжаловать")
    drafts = []
    for words in (WORDS, "Не то"):
        await crew.engineer.says(words)
        drafts.append((await crew.engineer.shown())[-1]["message_id"])

    def forget(world: World) -> None:
        for row in world.session.scalars(select(Inbox)).all():
            if json.loads(row.body).get("message", {}).get("text") == "Не то":
                world.session.delete(row)

    await crew.does(forget)
    answer = await crew.engineer.presses(drafts[1], text="✋ Отправить жалобу")
    assert "изменилось" in answer["text"]
    assert await given(crew) == []
    await crew.engineer.presses(drafts[0], text="✋ Отправить жалобу")
    assert await given(crew) == [WORDS]


async def test_words_of_another_chat_are_nobodys_appeal(edge: Edge) -> None:
    crew = await limited(edge)
    await crew.client.says("Чужие слова")

    def updates(world: World) -> list[tuple[int, int, int]]:
        rows = world.session.execute(select(Inbox.bot_id, Inbox.update_id, Inbox.lane).order_by(Inbox.seq.desc()))
        return [(bot_id, update_id, lane) for bot_id, update_id, lane in rows]

    bot_id, update_id, lane = (await crew.does(updates))[0]
    assert await edge.db.read(inbox.words, bot_id, update_id, lane) == "Чужие слова"
    for wrong in ((update_id, lane + 1), (update_id + 1000, lane)):
        with pytest.raises(Changed):
            await edge.db.read(inbox.words, bot_id, *wrong)


async def test_words_that_are_too_long_are_asked_for_again(edge: Edge) -> None:
    crew = await limited(edge)
    await crew.engineer.taps("Обжаловать")
    await crew.engineer.says("а" * 2001)
    assert "Отправить эту жалобу" not in await crew.engineer.last()
    await crew.engineer.says("а" * 2000)
    assert "Отправить эту жалобу" in await crew.engineer.last()


async def test_a_refusal_can_be_left_without_a_word(edge: Edge) -> None:
    crew = await limited(edge)
    await crew.engineer.taps("Обжаловать")
    await crew.engineer.says(WORDS)
    await crew.engineer.taps("Отправить жалобу")
    await crew.desk.says("/queue")
    await crew.desk.taps("жалоба на ограничение")
    await crew.desk.taps("Прочитать и решить")
    await crew.desk.taps("Отказать")
    await crew.desk.taps("Назад")
    assert WORDS in await crew.desk.last()
    await crew.desk.says("Это уже не ответ")
    await crew.desk.says("/queue")
    assert "жалоба на ограничение" in await crew.desk.last()


async def test_who_upholds_it_says_that_the_events_count_no_more_and_they_do_not(edge: Edge) -> None:
    crew = await limited(edge)
    await crew.engineer.taps("Обжаловать")
    await crew.engineer.says(WORDS)
    await crew.engineer.taps("Отправить жалобу")
    await crew.desk.says("/queue")
    await crew.desk.taps("жалоба на ограничение")
    await crew.desk.taps("Прочитать и решить")
    await crew.desk.taps("Согласиться и снять, события не считать")
    assert "не считать событий: 2?" in await crew.desk.last()
    await crew.desk.taps("Назад")
    assert WORDS in await crew.desk.last()
    await crew.desk.taps("Согласиться и снять, события не считать")
    await crew.desk.taps("Да, снять и не считать событий: 2")
    letter = await crew.engineer.last()
    assert "Жалоба принята: ограничение снято, эти события больше не считаются" in letter
    assert letter.count("отменено") == 2
    await crew.engineer.says("/me")
    page = await crew.engineer.last()
    assert page.count("не считается") == 2
    assert "неявки" not in page
    await crew.engineer.taps("Не приехали")
    assert "Событие не считается: жалоба на ограничение принята." in await crew.engineer.last()


async def test_a_block_lifted_by_hand_says_what_its_events_still_are(edge: Edge) -> None:
    crew = await limited(edge)
    await crew.does(is_lifted, number=0)
    await crew.engineer.says("/me")
    page = await crew.engineer.last()
    assert page.count("для ограничений не считается") == 2
    assert "Считается сейчас" not in page
    await crew.engineer.taps("Не приехали")
    card = await crew.engineer.last()
    assert "Для ограничений событие не считается: то ограничение сняли. В оценке оно остаётся." in card
    await crew.does(strikes_again)
    await crew.engineer.says("/me")
    assert "Считается сейчас: неявки за 60 дней — 1." in await crew.engineer.last()


async def test_who_answers_too_late_sees_what_was_decided_and_is_asked_no_more(edge: Edge) -> None:
    crew = await limited(edge)
    await crew.engineer.taps("Обжаловать")
    assert "а если участвовали все — старший из них" in await crew.engineer.last()
    await crew.engineer.says(WORDS)
    await crew.engineer.taps("Отправить жалобу")
    await crew.desk.says("/queue")
    await crew.desk.taps("жалоба на ограничение")
    await crew.desk.taps("Прочитать и решить")
    await crew.desk.taps("Отказать")

    def upholds(world: World) -> None:
        appeal = world.session.scalars(select(Appeal.id)).one()
        appeals.decide(world.session, tap(add_manager(world)), appeal, True, "", now=world.now)

    await crew.does(upholds)
    await crew.desk.says("Всё равно нет")
    said = await crew.desk.last()
    assert "Всё уже изменилось" in said
    assert "Жалоба принята: ограничение снято" in said
    await crew.desk.says("А это уже не ответ")
    assert "Всё уже изменилось" not in await crew.desk.last()


async def test_who_gives_a_reason_too_late_sees_what_holds_now(edge: Edge) -> None:
    crew = await limited(edge)
    await crew.desk.says("/blacklist")
    await crew.desk.taps(f"1. {crew.world.contractor.name}")
    await crew.desk.taps("Снять раньше срока")
    await crew.does(is_lifted, number=0)
    await crew.desk.says("Разобрались и мы")
    said = await crew.desk.last()
    assert "Всё уже изменилось" in said
    assert "Снято" in said

    await crew.does(lambda world: propose(world, by=add_manager(world)))
    await crew.desk.says("/blacklist")
    await crew.desk.taps(f"1. {crew.world.contractor.name}")
    await crew.desk.taps("Отклонить")

    def confirms(world: World) -> None:
        asked = world.session.scalars(select(BlockRequest.id)).one()
        block_requests.confirm(world.session, tap(add_manager(world)), asked, now=world.now)

    await crew.does(confirms)
    await crew.desk.says("Не за что")
    said = await crew.desk.last()
    assert "Всё уже изменилось" in said
    assert "✅ Подтверждено" in said

"""/free on the phones of a firm, the question to a silent one, and what the desk sees of it."""

from collections.abc import AsyncIterator

import pytest

from core.domain.absence import AwayDays
from core.domain.defaults import Defaults
from core.domain.ticket import TicketStatus
from core.services import availability, numbers, silence
from storage.models.contractor import Absence, Contractor
from tests.bot.conftest import Edge, box, edge
from tests.bot.crew import Crew, founded
from tests.bot.phones import settled
from tests.make import tickets as make
from tests.make.tickets import World, tap

__all__ = ["box", "edge"]


@pytest.fixture
async def crew(edge: Edge) -> AsyncIterator[Crew]:
    crew = await founded(edge)
    yield crew
    crew.pictures.close()


async def firm(crew: Crew) -> Contractor:
    return (await crew.edge.rows(Contractor))[0]


async def days_off(crew: Crew) -> list[tuple[str, str]]:
    return [(f"{row.first_on:%d.%m}", f"{row.last_on:%d.%m}") for row in await crew.edge.rows(Absence)]


def asks_at_once(world: World) -> None:
    """This operator asks after one ignored offer."""
    world.session.info[numbers.KEY] = Defaults(ignored_offers=1, ignored_days=0)
    assert silence.ask(world.session, 50, now=world.now) == 1
    del world.session.info[numbers.KEY]


async def is_asked(crew: Crew) -> None:
    """An offer was left without an answer, and so the question comes."""
    await crew.is_offered()
    await crew.silence()
    await crew.does(asks_at_once)


async def test_the_owner_turns_offers_and_night_jobs_off_and_on(crew: Crew) -> None:
    owner = crew.engineer
    await owner.says("/free")
    assert "предложения приходят" in await owner.last()
    assert "Ночные выезды: не берём" in await owner.last()
    await owner.taps("Не получать предложений")
    assert "предложения не приходят" in await owner.last()
    await owner.taps("Брать ночные выезды")
    assert "Ночные выезды: берём" in await owner.last()
    row = await firm(crew)
    assert (row.is_available, row.night_jobs) == (False, True)

    ticket = await crew.is_offered()
    assert (await crew.ticket()).status is TicketStatus.UNSTAFFED
    assert ticket.number not in await owner.last()
    await owner.taps("Получать предложения")
    assert (await firm(crew)).is_available


async def test_days_off_come_by_a_tap_and_go_by_a_tap(crew: Crew) -> None:
    owner = crew.engineer
    await owner.says("/free")
    assert await owner.buttons() == [
        "⏸ Не получать предложений",
        "🌙 Брать ночные выезды",
        "Сегодня не работаю",
        "Завтра не работаю",
        "Неделю не работаю",
        "Другие дни",
        "В меню",
    ]
    await owner.taps("Завтра не работаю")
    assert "🏖 17 марта" in await owner.last()
    await owner.taps("Неделю не работаю")
    assert "🏖 16–22 марта" in await owner.last()
    assert await days_off(crew) == [("16.03", "22.03")]
    await owner.taps("Всё-таки работаю: 16–22 марта")
    assert "Отпуск и выходные не отмечены" in await owner.last()
    assert await days_off(crew) == []


async def test_days_off_are_typed_and_what_cannot_be_read_is_asked_again(crew: Crew) -> None:
    owner = crew.engineer
    await owner.says("/free")
    await owner.taps("Другие дни")
    assert "В какие дни вас не будет" in await owner.last()
    for words, why in (
        ("когда-нибудь", "Не разобрать дни"),
        ("10.03", "уже прошли"),
        ("14.04-01.04", "раньше начала"),
        ("01.04.2028", "не дальше года"),
    ):
        await owner.says(words)
        assert why in await owner.last()
    await owner.says("с 1 по 14 апреля")
    assert "🏖 1–14 апреля" in await owner.last()
    assert await days_off(crew) == [("01.04", "14.04")]
    await owner.says("с 20 по 21 апреля")  # the question is over
    assert await days_off(crew) == [("01.04", "14.04")]


async def test_another_command_ends_the_question_about_days(crew: Crew) -> None:
    owner = crew.engineer
    await owner.says("/free")
    await owner.taps("Другие дни")
    await owner.taps("Назад")
    await owner.says("завтра")
    assert await days_off(crew) == []


async def test_a_visit_on_a_day_off_is_named(crew: Crew) -> None:
    ticket = await crew.is_offered()
    await crew.engineer.taps("Беру: выезжаю сейчас")
    await crew.engineer.says("/free")
    await crew.engineer.taps("Сегодня не работаю")

    assert f"Заявка {ticket.number}: выезд сегодня" in await crew.engineer.last()
    assert "остаются за вами" in await crew.engineer.last()


async def test_an_engineer_marks_days_off_but_leaves_the_switch_to_the_owner(crew: Crew) -> None:
    engineer = await crew.colleague()
    await engineer.says("/free")
    assert "включает и выключает владелец" in await engineer.last()
    assert "⏸ Не получать предложений" not in await engineer.buttons()
    await engineer.taps("Сегодня не работаю")

    before = len(await engineer.shown())
    await crew.is_offered()
    assert len(await engineer.shown()) == before
    assert "Есть работа" in await crew.engineer.last()
    await engineer.says("/offers")  # who is curious may look
    assert "Можно взять: 1" in await engineer.last()


async def test_a_silent_firm_is_asked_and_says_yes(crew: Crew) -> None:
    owner = crew.engineer
    await is_asked(crew)
    assert "Вы ещё с нами?" in await owner.last()
    assert "до завтра, 17 марта, в" in await owner.last()
    answer = await owner.taps("Да, присылайте")
    assert answer["text"] == "Спасибо, присылаем дальше"
    assert "предложения приходят" in await owner.last()
    assert (await firm(crew)).asked_still_there_at is None
    asked = next(one for one in await owner.shown() if "Вы ещё с нами?" in one["text"])
    assert asked["inline"] == []  # what was answered asks no more


async def test_a_silent_firm_is_asked_and_says_no(crew: Crew) -> None:
    await is_asked(crew)
    answer = await crew.engineer.taps("Пока не присылайте")
    assert answer["text"] == "Хорошо, пока не присылаем"
    assert "предложения не приходят" in await crew.engineer.last()
    assert not (await firm(crew)).is_available


async def test_a_day_of_silence_is_told_with_the_way_back(crew: Crew) -> None:
    owner = crew.engineer
    await is_asked(crew)
    await crew.edge.later(hours=24)
    await crew.edge.db.write(silence.switch_off, 50)
    await settled(crew.edge)
    assert "Новых предложений пока не будет" in await owner.last()
    assert not (await firm(crew)).is_available
    await owner.taps("Получать предложения")
    assert (await firm(crew)).is_available

    # The button under the old question: everything is as he wants it already.
    await owner.taps("Да, присылайте")
    assert (await firm(crew)).is_available


async def test_an_engineer_is_asked_too_and_a_second_yes_is_harmless(crew: Crew) -> None:
    engineer = await crew.colleague()
    await is_asked(crew)
    assert await engineer.buttons() == ["Да, присылайте"]  # the no is the owner's
    await engineer.taps("Да, присылайте")
    await crew.engineer.taps("Да, присылайте")
    assert (await firm(crew)).is_available


async def test_a_second_tap_on_an_old_button_turns_nothing_back(crew: Crew) -> None:
    await crew.engineer.says("/free")
    message = (await crew.engineer.shown())[-1]["message_id"]
    await crew.engineer.presses(message, text="⏸ Не получать предложений")
    await crew.engineer.presses(message, text="⏸ Не получать предложений")
    assert not (await firm(crew)).is_available


async def test_who_has_no_firm_is_told_so(crew: Crew) -> None:
    await crew.client.says("/free")
    assert "не для вашей роли" in await crew.client.last()


def marks_a_week(world: World) -> None:
    availability.add_days(world.session, tap(world.engineer), AwayDays.WEEK, now=world.now)


async def test_the_desk_sees_who_is_away_and_turns_offers_off(crew: Crew) -> None:
    await crew.does(marks_a_week)
    desk = crew.desk
    await desk.says("/contractor")
    await desk.taps(crew.world.contractor.name)
    assert ": 16–22 марта" in await desk.last()
    await desk.taps("Изменить")
    await desk.taps("Выключить предложения")
    assert "Предложений не берёт" in await desk.last()
    assert "Диспетчер приостановил вам предложения" in await crew.engineer.last()
    await desk.taps("Изменить")
    await desk.taps("Включить предложения")
    assert "Диспетчер включил вам предложения" in await crew.engineer.last()


async def test_an_english_owner_reads_english(crew: Crew) -> None:
    await crew.engineer.says("/language")
    await crew.engineer.taps("English")
    await crew.engineer.says("/free")
    assert "gets offers" in await crew.engineer.last()
    await crew.engineer.taps("Other days")
    await crew.engineer.says("April 1 to April 14")
    assert "1–14 April" in await crew.engineer.last()


async def test_a_firm_away_for_the_day_is_asked_again_when_it_is_back(crew: Crew) -> None:
    await crew.does(marks_a_week)
    await crew.is_offered()
    assert (await crew.ticket()).status is TicketStatus.UNSTAFFED
    await crew.edge.later(days=7)
    await crew.does(make.send)
    assert "Есть работа" in await crew.engineer.last()

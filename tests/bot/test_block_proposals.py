"""How somebody is put on the blacklist from a phone: the question says whom it is about, and a draft goes out first."""

from bot.screens.blacklist import How, SendBlock
from core.domain.block import BlockLevel
from storage.models.contractor import BlockRequest
from tests.bot.conftest import Edge, box, edge
from tests.bot.crew import Crew, founded
from tests.make.blocks import propose
from tests.make.tickets import World

__all__ = ["box", "edge"]

ASKED = "Напишите причину одним сообщением"
WORDS = "Ольга, мастер уже едет к вам"


async def asked(crew: Crew, level: str = "без новых заявок: 30 дней") -> None:
    firm, desk = crew.world.contractor, crew.desk
    await desk.says(f"/contractor {firm.code}")
    await desk.taps(firm.name)
    await desk.taps("🚫 Чёрный список")
    await desk.taps("Внести в чёрный список")
    await desk.taps("Всю фирму")
    await desk.taps(f"Только у клиента: {crew.world.client.name}")
    await desk.taps(level)


async def test_words_for_somebody_else_become_a_draft_and_no_proposal(edge: Edge) -> None:
    crew = await founded(edge)
    await asked(crew)
    question = await crew.desk.last()
    for part in (ASKED, f"{crew.world.contractor.name}: без новых заявок", crew.world.client.name, "На 30 дней"):
        assert part in question
    assert await crew.desk.buttons() == ["Назад"]
    await edge.later(days=3)
    await crew.desk.says(WORDS)
    draft = await crew.desk.last()
    for part in ("Предложить второму человеку?", f"Причина: {WORDS}", crew.world.client.name, "На 30 дней"):
        assert part in draft
    assert await crew.desk.buttons() == ["🚫 Предложить", "Изменить", "Не сейчас"]
    assert await edge.rows(BlockRequest) == []
    await crew.desk.taps("Не сейчас")
    assert "ограничений не было" in await crew.desk.last()
    await crew.desk.says(WORDS)
    assert "Предложить второму" not in await crew.desk.last()
    assert await edge.rows(BlockRequest) == []


async def test_the_last_words_above_the_button_are_the_reason(edge: Edge) -> None:
    crew = await founded(edge)
    await asked(crew)
    await crew.desk.says(WORDS)
    await crew.desk.taps("Изменить")
    assert ASKED in await crew.desk.last()
    await crew.desk.says("Нагрубил <управляющей>")
    await crew.desk.taps("🚫 Предложить")
    (row,) = await edge.rows(BlockRequest)
    assert (row.reason, row.days, row.level) == ("Нагрубил <управляющей>", 30, BlockLevel.SUSPENDED)
    assert (row.contractor_id, row.person_id, row.client_id) == (crew.world.contractor.id, None, crew.world.client.id)
    assert "Предложено внести в чёрный список" in await crew.desk.last()
    await crew.desk.says(WORDS)
    assert len(await edge.rows(BlockRequest)) == 1


async def test_back_from_the_question_nothing_is_awaited(edge: Edge) -> None:
    crew = await founded(edge)
    await asked(crew)
    await crew.desk.taps("Назад")
    assert "Насколько строго и как долго" in await crew.desk.last()
    await crew.desk.says(WORDS)
    assert "Предложить второму" not in await crew.desk.last()


async def test_what_waits_already_is_said_before_anybody_writes(edge: Edge) -> None:
    crew = await founded(edge)

    def waits(world: World) -> None:
        propose(world, client_id=world.client.id)

    await crew.does(waits)
    firm, desk = crew.world.contractor, crew.desk
    await desk.says(f"/contractor {firm.code}")
    await desk.taps(firm.name)
    await desk.taps("🚫 Чёрный список")
    await desk.taps("Внести в чёрный список")
    await desk.taps("Всю фирму")
    await desk.taps(f"Только у клиента: {crew.world.client.name}")
    answer = await desk.taps("без новых заявок: 30 дней")
    assert "уже предложено" in answer["text"]


def test_the_button_of_a_draft_fits_whatever_it_names() -> None:
    most = 2**31
    button = SendBlock(contractor_id=most, person=most, client=most, how=How.BLOCKED, days=365, update=2**53)
    assert len(button.pack()) <= 64

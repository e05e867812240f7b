"""What asks the desk for a yes or a no: decided by one, it says so before everybody who has it open."""

from typing import Any

import pytest

from core.domain.actor import Actor, Grant
from core.domain.role import Role
from core.services import appeals, block_requests
from storage.models.contractor import Appeal, BlockRequest
from tests.bot.company import Company, company
from tests.bot.conftest import box, edge
from tests.bot.phones import Phone, phone_of, settled
from tests.make.blocks import begin, propose
from tests.make.people import add_person
from tests.make.tickets import World, tap

__all__ = ["box", "company", "edge"]

DECIDING = ("Согласиться", "Отказать", "Подтвердить", "Отклонить", "Отозвать")


async def joins(company: Company, role: Role) -> tuple[Actor, Phone]:
    actor = await company.does(lambda world: add_person(world.session, Grant(role), now=world.now))
    return actor, await phone_of(company.edge, actor)


async def message(phone: Phone, words: str) -> dict[str, Any]:
    """The newest one with these words."""
    found = [one for one in await phone.shown() if words in one["text"]]
    assert found, await phone.edge.texts(phone.chat)
    return found[-1]


def asks(message: dict[str, Any]) -> bool:
    """It has a button that decides."""
    return any(button["text"].startswith(DECIDING) for row in message["inline"] for button in row)


def appealed(world: World) -> None:
    appeals.give(world.session, tap(world.engineer), begin(world).id, "Объект был закрыт", now=world.now)


async def opens(phone: Phone, task: str, look: str) -> int:
    await phone.says("/queue")
    await phone.taps(task)
    await phone.taps(look)
    return int((await phone.shown())[-1]["message_id"])


async def at(phone: Phone, message_id: int) -> dict[str, Any]:
    return next(one for one in await phone.shown() if one["message_id"] == message_id)


async def test_an_appeal_decided_by_a_colleague_says_so_where_it_is_open(company: Company) -> None:
    edge = company.edge
    manager = (await joins(company, Role.MANAGER))[1]
    judge, other = await joins(company, Role.DISPATCHER)
    await company.does(appealed)
    await edge.later(days=9)
    await edge.db.write(appeals.sweep, 10)
    await settled(edge)
    late = int((await message(manager, "не ответили в срок"))["message_id"])
    theirs = [(company.desk, await opens(company.desk, "жалоба на", "Прочитать")), (manager, late)]
    mine = await opens(other, "жалоба на", "Прочитать")
    assert [asks(await at(phone, number)) for phone, number in [*theirs, (other, mine)]] == [True] * 3

    await other.taps("Отказать")
    await other.says("Сторож вас не видел")
    for phone, number in [*theirs, (other, mine)]:
        shown = await at(phone, number)
        assert "Жалоба отклонена. Ответ: Сторож вас не видел" in shown["text"]
        assert f"Решение: {judge.name}" in shown["text"]
        assert not asks(shown)
    assert "Решение" not in await company.engineer.last()  # who decided is for the desk
    (row,) = await edge.rows(Appeal)
    assert row.decided_by == judge.person_id


@pytest.mark.parametrize("is_refused", [True, False])
async def test_so_does_a_block_that_was_asked_for(company: Company, is_refused: bool) -> None:
    edge = company.edge
    manager = (await joins(company, Role.MANAGER))[1]
    judge, other = await joins(company, Role.DISPATCHER)
    await company.does(propose)
    await settled(edge)
    asked = await message(company.desk, "Предложено внести")
    told = await message(manager, "Предложено внести")
    mine = await opens(other, "внести ли", "Посмотреть")
    assert asks(asked)
    assert asks(told)

    if is_refused:
        (row,) = await edge.rows(BlockRequest)
        await edge.db.write(block_requests.refuse, tap(judge), row.id, "Не доказано")
        await settled(edge)
    else:
        await other.taps("Подтвердить")
    said = f"Отклонено ({judge.name}): Не доказано" if is_refused else f"Подтверждено: {judge.name}"
    for phone, number in ((company.desk, asked["message_id"]), (manager, told["message_id"]), (other, mine)):
        shown = await at(phone, number)
        assert said in shown["text"]
        assert not asks(shown)


async def test_an_answer_that_came_too_late_is_not_asked_for_again(company: Company) -> None:
    edge = company.edge
    other = (await joins(company, Role.DISPATCHER))[1]
    faster = (await joins(company, Role.MANAGER))[0]
    await company.does(appealed)
    await settled(edge)
    await opens(other, "жалоба на", "Прочитать")
    await other.taps("Отказать")
    await other.says("Сторож вас не видел " * 150)
    assert "Слишком длинно" in await other.last()
    (row,) = await edge.rows(Appeal)
    await edge.db.write(appeals.decide, tap(faster), row.id, True, "")
    await settled(edge)

    await other.says("Сторож вас не видел")
    assert "Всё уже изменилось" in await other.last()
    await other.says("Срочно перезвоните Ивану, он на объекте")
    assert "Всё уже изменилось" not in await other.last()

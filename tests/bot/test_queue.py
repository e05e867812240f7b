"""The queue on the phones of two dispatchers: filters with their numbers, a task given back, a task given on."""

from core.domain.actor import Actor
from core.domain.task import TaskKind
from core.domain.ticket import TicketStatus
from core.services import tasks
from storage.models.desk import Task
from tests.bot.company import Company, company
from tests.bot.conftest import box, edge
from tests.bot.phones import Phone, phone_of, settled
from tests.make import tickets as make
from tests.make.people import add_dispatcher
from tests.make.tickets import World

__all__ = ["box", "company", "edge"]

LETTER = "сообщение не дошло"
DISPUTE = "клиент не принял работу"


async def two_tasks(company: Company) -> None:
    """A dispute, and a letter that did not arrive."""

    def opens(world: World) -> None:
        make.bring(world, TicketStatus.DISPUTED)
        person = world.engineer.person_id
        tasks.open(world.session, TaskKind.UNDELIVERED, cause="letter 1", person_id=person, now=world.now)

    await company.does(opens)
    await settled(company.edge)


async def colleague(company: Company) -> tuple[Phone, Actor]:
    def hire(world: World) -> Actor:
        return add_dispatcher(world.session, now=world.now)

    actor = await company.does(hire)
    return await phone_of(company.edge, actor), actor


async def test_all_mine_free_and_by_kind(company: Company) -> None:
    desk = company.desk
    await two_tasks(company)
    await desk.says("/queue")
    assert {"• Все 2", "Мои 0", "Свободные 2", "По виду"} <= set(await desk.buttons())
    await desk.taps(LETTER)
    await desk.taps("Беру на себя")
    await desk.says("/queue")
    await desk.taps("Мои 1")
    assert LETTER in await desk.last()
    assert DISPUTE not in await desk.last()
    await desk.taps("Свободные 1")
    assert DISPUTE in await desk.last()
    assert LETTER not in await desk.last()

    await desk.taps("Все 2")
    await desk.taps("По виду")
    assert {f"{DISPUTE} · 1", f"{LETTER} · 1"} <= set(await desk.buttons())
    await desk.taps(f"{DISPUTE} · 1")
    assert f"Только: {DISPUTE}" in await desk.last()
    assert "Мои 0" in await desk.buttons()  # of this kind
    await desk.taps("Все виды")
    assert {"• Все 2", "Мои 1"} <= set(await desk.buttons())


async def test_what_was_taken_is_given_back(company: Company) -> None:
    desk = company.desk
    await two_tasks(company)
    await desk.says("/queue")
    await desk.taps(LETTER)
    await desk.taps("Беру на себя")
    assert "Мои 1" in await desk.buttons()
    await desk.taps(LETTER)
    await desk.taps("Вернуть в очередь")
    assert "Мои 0" in await desk.buttons()
    assert [row.taken_by for row in await company.edge.rows(Task)] == [None, None]


async def test_a_colleague_gets_the_task_with_its_card_and_nobody_takes_it_from_him(company: Company) -> None:
    desk = company.desk
    other, actor = await colleague(company)
    await two_tasks(company)
    await desk.says("/queue")
    await desk.taps(DISPUTE)
    await desk.taps("Беру на себя")
    await desk.taps("Передать коллеге")
    assert "Кому передать З-000001?" in await desk.last()
    old = (await desk.shown())[-1]["message_id"]
    await desk.taps(actor.name)
    assert "Вам передали задачу" in await other.last()
    assert f"занимается {actor.name}" in await other.last()
    (taken,) = {row.taken_by for row in await company.edge.rows(Task) if row.taken_by is not None}
    assert taken == actor.person_id

    await desk.says("/queue")
    await desk.taps(DISPUTE)
    refused = await desk.taps("Вернуть в очередь")
    assert f"уже занимается {actor.name}" in refused["text"]
    assert old
    await other.taps("Отправить исправить")
    assert (await company.ticket()).status is TicketStatus.REWORK
    await desk.says("/queue")
    assert DISPUTE not in await desk.last()


async def test_alone_at_the_desk_there_is_nobody_to_give_it_to(company: Company) -> None:
    await two_tasks(company)
    desk = company.desk
    await desk.says("/queue")
    await desk.taps(DISPUTE)
    await desk.taps("Беру на себя")
    await desk.taps("Передать коллеге")
    assert "Передать З-000001 некому" in await desk.last()

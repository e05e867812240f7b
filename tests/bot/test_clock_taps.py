"""Clocks on the phones: the desk changes how urgent a job is; a client does not agree with a pause."""

from typing import Any

from core.domain.clock import StopReason
from core.domain.ticket import Priority, TicketStatus
from core.services import holds
from core.services.hold_evidence import Evidence
from storage.models.directory import SlaTarget
from tests.bot.conftest import Edge, box, edge
from tests.bot.crew import Crew, founded
from tests.bot.phones import settled
from tests.make import tickets as make
from tests.make.tickets import World, tap

__all__ = ["box", "edge"]


async def promised(edge: Edge) -> Crew:
    """The plan of the contract knows ordinary work and emergencies."""
    crew = await founded(edge)

    def adds(world: World) -> None:
        for priority, share in (("normal", 4), ("emergency", 1)):
            minutes: dict[str, Any] = {"reaction_min": 60 * share, "arrival_min": 120 * share}
            row = SlaTarget(plan="Базовый", priority=priority, resolution_min=240 * share, calendar="24x7", **minutes)
            world.session.add(row)

    await crew.does(adds)
    return crew


async def test_the_desk_makes_a_job_an_emergency_and_everybody_reads_the_new_time(edge: Edge) -> None:
    crew = await promised(edge)
    await crew.does(make.bring, TicketStatus.ASSIGNED)
    desk = crew.desk
    await desk.says("/ticket 1")
    assert "⏱ Приезд: до 18:00, 16 марта" in await desk.last()
    await desk.taps("Изменить срочность")
    shown = await desk.last()
    assert "Сейчас: обычная" in shown
    assert "🔴 Авария\nПриезд: до 12:00, 16 марта\nВыполнение: до 14:00, 16 марта" in shown
    assert "Плановая\nПриезд: срока больше не будет" in shown
    assert await desk.buttons() == ["🔴 Авария", "Плановая", "Назад"]
    answered = await desk.taps("Авария")
    assert answered["text"] == "Срочность изменена"

    assert (await crew.ticket()).priority is Priority.EMERGENCY
    assert "⏱ Приезд: до 12:00, 16 марта" in await desk.last()
    assert "Теперь это авария" in await crew.engineer.last()
    assert "Ваша заявка теперь авария" in await crew.client.last()
    await desk.taps("Почему так?")
    assert "изменена срочность" in await desk.last()


async def test_a_tap_that_would_break_a_promise_says_so_first_and_nobody_is_promised_what_is_over(edge: Edge) -> None:
    crew = await promised(edge)
    await crew.does(make.bring, TicketStatus.ASSIGNED)
    await crew.edge.later(hours=3)
    desk = crew.desk
    await desk.says("/ticket 1")
    await desk.taps("Изменить срочность")
    assert "❗ Приезд: был бы до 12:00, 16 марта — срок будет нарушен сразу" in await desk.last()
    await desk.taps("Авария")

    for one in (crew.client, crew.engineer):
        said = await one.last()
        assert "Срочность теперь: авария" in said
        assert "уже вышел" in said
        assert "новый срок" not in said.casefold()
    await desk.says("/ticket 1")
    await desk.taps("Изменить срочность")
    await desk.taps("Плановая")
    said = await crew.client.last()
    assert "Срочность теперь: плановая" in said
    assert "Новый срок" not in said


async def test_the_end_of_a_pause_names_the_new_time_and_leads_to_the_objection(edge: Edge) -> None:
    crew = await promised(edge)
    ticket = await crew.does(make.bring, TicketStatus.ASSIGNED)
    await crew.does(make.wait, ticket, StopReason.NO_ACCESS, days=1)
    await crew.edge.later(days=1, minutes=1)
    await crew.edge.db.write(holds.sweep, 50)
    await settled(crew.edge)

    for phone in (crew.client, crew.engineer):
        assert "Новое время выезда: сегодня, 17 марта," in await phone.last()
        await phone.taps("Посмотреть паузу")
        assert "Пауза по заявке З-000001" in await phone.last()
        assert "Не согласен" in await phone.buttons()


async def test_a_pause_that_moved_nothing_names_no_new_time_and_one_that_stopped_nothing_is_not_looked_at(
    edge: Edge,
) -> None:
    crew = await promised(edge)
    ticket = await crew.does(make.bring, TicketStatus.ASSIGNED)
    await crew.does(make.wait, ticket, StopReason.OUR_PARTS, minutes=5)
    await crew.edge.later(minutes=6)
    await crew.edge.db.write(holds.sweep, 50)
    await settled(crew.edge)
    assert "Продолжаем" in await crew.client.last()
    assert "Новое время" not in await crew.client.last()
    assert "Посмотреть паузу" not in await crew.client.buttons()


async def test_a_client_objects_to_a_pause_and_the_desk_agrees(edge: Edge) -> None:
    crew = await promised(edge)
    ticket = await crew.does(make.bring, TicketStatus.ASSIGNED)

    def pauses(world: World) -> None:
        until = world.now.replace(hour=9)
        version, engineer = world.session.get_one(type(ticket), ticket.id).version, tap(world.engineer)
        why = Evidence("Сторож Пётр не пустил")
        holds.hold(world.session, engineer, ticket.id, version, StopReason.NO_ACCESS, until, why, now=world.now)

    await crew.does(pauses)
    await crew.edge.later(hours=3)
    await crew.edge.db.write(holds.sweep, 50)
    await settled(crew.edge)
    client, desk = crew.client, crew.desk
    assert "⏱ Приезд: до 20:00, 16 марта" in await client.last()  # the pause ended at noon, whenever it was seen
    await client.taps("Почему так?")
    assert "нет доступа на объект. Время не считалось (ждали клиента)" in await client.last()
    await client.taps("Не согласен с паузой 1")
    assert "Подтверждение: Сторож Пётр не пустил" in await client.last()
    await client.taps("Не согласен")
    assert "Почему вы не согласны?" in await client.last()
    await client.says("Дверь была открыта")
    assert "Решение ещё не принято" in await client.last()

    await desk.says("/queue")
    assert "не согласны с паузой" in await desk.last()
    await desk.says("/ticket 1")
    await desk.taps("Посмотреть паузу")
    assert "Дверь была открыта" in await desk.last()
    assert "Подтверждение: Сторож Пётр не пустил" in await desk.last()
    answered = await desk.taps("Паузы не было")
    assert answered["text"] == "Решение записано, сроки пересчитаны"
    assert "Решено: паузы не было" in await client.last()
    await desk.says("/ticket 1")
    assert "⏱ Приезд: до 18:00, 16 марта" in await desk.last()

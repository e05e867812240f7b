"""The score on the phones: a new firm, a seasoned one, an event with its dispute, and the desk's page."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.block import BlockLevel, Subject
from core.domain.quality import QualityKind
from core.domain.role import Role
from core.domain.ticket import TicketStatus
from core.services import quality_disputes, visits
from storage.models.directory import Contract, SlaTarget
from storage.models.quality import QualityEvent
from tests.bot.conftest import Edge, box, edge
from tests.bot.crew import founded
from tests.bot.phones import phone_of, settled
from tests.bot.test_block_letters import is_limited
from tests.make import tickets as make
from tests.make.blocks import begin, strike
from tests.make.people import add_dispatcher, add_person
from tests.make.promises import swept
from tests.make.tickets import World, tap

__all__ = ["box", "edge"]


def hands_back(world: World) -> None:
    ticket = make.bring(world, TicketStatus.ASSIGNED)
    visit = make.visit_of(world, ticket)
    visits.go(world.session, tap(world.engineer), visit.id, now=world.now)
    visits.give_up(world.session, tap(world.engineer), visit.id, now=world.now)


def seasoned(world: World) -> None:
    """Ten jobs done well, and one handed back."""
    world.session.get_one(type(world.contractor), world.contractor.id).engineers = 30
    for _ in range(10):
        make.bring(world, TicketStatus.ACCEPTED)
    hands_back(world)


async def test_a_new_firm_learns_how_the_score_comes_about(edge: Edge) -> None:
    crew = await founded(edge)
    await crew.engineer.says("/me")
    page = await crew.engineer.last()
    assert "Вы новичок: пока 70 из 100" in page
    assert "Принято работ: 0 из 10" in page
    assert "Пунктуальность: данных ещё нет (вес 30)" in page
    assert "Каждая принятая работа" in page
    await crew.client.says("/me")
    assert "Что дальше" not in await crew.client.last()


async def test_a_seasoned_firm_sees_its_parts_what_to_do_and_every_event_by_pages(edge: Edge) -> None:
    crew = await founded(edge)
    await crew.does(seasoned)
    await crew.engineer.says("/me")
    page = await crew.engineer.last()
    assert "Оценка: 98 из 100" in page
    assert "Пунктуальность: 10 из 10 (вес 30)" in page
    assert "Без отказов: 9 из 10 (вес 15)" in page
    assert "Больше всего баллов уносят отказы" in page
    assert "Считается сейчас: отказы за 90 дней — 1" in page
    assert "1. ⚠️ Отказ меньше чем за сутки · З-000011 · −1 к «без отказов»" in page
    assert "2. ✅ Принято с первого раза · З-000010 · +1 к «с первого раза»" in page
    await crew.engineer.taps("›")
    assert "9. ✅" in await crew.engineer.last()
    await crew.engineer.taps("На объекте вовремя")
    card = await crew.engineer.last()
    assert "Событие считается" in card
    assert "Не согласен" not in " ".join(await crew.engineer.buttons())
    await crew.engineer.taps("Оценка и события")
    assert "Оценка: 98 из 100" in await crew.engineer.last()


async def test_a_strike_rings_and_is_disputed_and_another_dispatcher_refuses_with_a_word(edge: Edge) -> None:
    crew = await founded(edge)
    other = await phone_of(edge, await edge.db.write(add_other))
    await crew.does(hands_back)
    letter = await crew.engineer.last()
    assert "Событие в вашей оценке" in letter
    assert "Отказ меньше чем за сутки" in letter
    await crew.engineer.taps("Не согласен")
    assert "Напишите одним сообщением" in await crew.engineer.last()
    await crew.engineer.says("Сломалась <b>машина</b>")
    card = await crew.engineer.last()
    assert "Сломалась" in card
    assert "решение ещё не принято" in card

    await other.says("/queue")
    assert "подрядчик не согласен с оценкой" in await other.last()
    await other.taps("подрядчик не согласен с оценкой")
    await other.taps("Посмотреть и решить")
    await other.taps("Не прав")
    assert "подрядчик прочтёт ваш ответ" in await other.last()
    await other.says("Машину можно было заменить")
    assert "событие остаётся" in await other.last()
    told = await crew.engineer.last()
    assert "Несогласие рассмотрено: событие остаётся" in told
    assert "Машину можно было заменить" in told


async def test_the_desk_reads_the_page_of_a_contractor_and_a_manager_reports_fraud(edge: Edge) -> None:
    crew = await founded(edge)
    manager = await phone_of(edge, await edge.db.write(add_manager))
    await crew.does(hands_back)
    assert "Замечание: " in await manager.last()
    await crew.desk.says("/contractor")
    await crew.desk.taps(crew.world.contractor.name)
    await crew.desk.taps("Оценка и события")
    page = await crew.desk.last()
    assert "Документы и компетенции" in page
    await crew.desk.taps("Отказ меньше чем за сутки")
    assert "Отметить подлог" not in " ".join(await crew.desk.buttons())

    await manager.taps("Отметить подлог")
    await manager.says("Отказ был после подмены фото")
    assert "Что найдено: Отказ был после подмены фото" in await manager.last()
    assert "Подлог" in await crew.engineer.last()
    kinds = [one.kind for one in await edge.rows(QualityEvent)]
    assert kinds == [QualityKind.BACK_OUT, QualityKind.FRAUD]


def add_other(session: Session, *, now: datetime) -> Actor:
    return add_dispatcher(session, now=now)


def add_manager(session: Session, *, now: datetime) -> Actor:
    return add_person(session, Grant(Role.MANAGER), now=now)


@pytest.mark.breaks_invariants  # strikes written by hand come from nowhere
async def test_a_new_firm_that_did_not_come_is_not_told_that_it_loses_nothing(edge: Edge) -> None:
    crew = await founded(edge)
    await crew.does(is_limited)
    await crew.engineer.says("/me")
    page = await crew.engineer.last()
    assert "Без отказов: −2, а принятых работ ещё нет (вес 15)" in page
    assert "Больше всего баллов уносят отказы и неявки" in page
    assert "Пока вы новичок, оценка не меняется" in page
    assert "Каждая принятая работа" not in page
    firm = crew.world.contractor
    await crew.desk.says(f"/contractor {firm.code}")
    await crew.desk.taps(firm.name)
    await crew.desk.taps("Оценка и события")
    page = await crew.desk.last()
    assert "Пока новичок, баллы не меняются; потом больше всего отнимет: Без отказов" in page
    assert "Баллов ни в чём не теряет" not in page
    await crew.desk.taps("К подрядчику")
    assert "Умеет:" in await crew.desk.last()
    await crew.desk.taps("🚫 Чёрный список")
    await crew.desk.taps("К подрядчику")
    assert "Умеет:" in await crew.desk.last()


@pytest.mark.breaks_invariants
async def test_strikes_that_cost_no_points_are_not_called_all_well(edge: Edge) -> None:
    crew = await founded(edge)

    def misses(world: World) -> None:
        strike(world, QualityKind.MISSED, make.send(world))

    await crew.does(misses)
    await crew.engineer.says("/me")
    page = await crew.engineer.last()
    assert "заявки с сорванным сроком" in page
    assert "Баллов вы не теряете, но от того, что ниже" in page
    assert "Каждая принятая работа" not in page
    await crew.desk.says(f"/contractor {crew.world.contractor.code}")
    await crew.desk.taps(crew.world.contractor.name)
    await crew.desk.taps("Оценка и события")
    assert "Баллов ни в чём не теряет; замечания и ограничения — ниже" in await crew.desk.last()


async def test_an_owner_reads_that_one_of_his_people_is_blocked_and_who_may_appeal(edge: Edge) -> None:
    crew = await founded(edge)

    def blocks_mate(world: World) -> None:
        mate = add_person(world.session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=world.now)
        begin(world, BlockLevel.SUSPENDED, whom=Subject(None, mate.person_id, None))

    await crew.does(blocks_mate)
    await crew.engineer.says("/me")
    page = await crew.engineer.last()
    assert "Ограничен человек из вашей команды" in page
    assert "возразить может только он сам" in page
    assert ", человек) до: " in page
    assert "Касается только этого человека. Новых предложений нет." in page
    assert "Не согласны" not in page
    await crew.engineer.taps("без новых заявок: подробнее")
    assert "обжаловать" not in await crew.engineer.last()


def is_promised(world: World) -> None:
    """Reaction in an hour, arrival in two, the work in four, round the clock."""
    given = {"calendar": "24x7", "reaction_min": 60, "arrival_min": 120, "resolution_min": 240}
    world.session.add(SlaTarget(plan="Сжатый", priority="normal", **given))
    world.session.scalars(select(Contract)).one().sla_plan = "Сжатый"


async def test_a_missed_deadline_says_which_and_whose_time_it_was_and_leads_to_the_ticket(edge: Edge) -> None:
    crew = await founded(edge)
    await crew.does(is_promised)
    ticket = await crew.does(make.send)
    await edge.later(minutes=20)
    await crew.does(lambda world: make.take(world, ticket))
    await edge.later(minutes=221)
    await crew.does(swept)
    await settled(edge)
    letters = await edge.texts(crew.engineer.chat)
    assert any("Событие в вашей оценке" in one and "Сорван срок клиента: приезд" in one for one in letters)
    await crew.engineer.says("/me")
    page = await crew.engineer.last()
    assert f"Сорван срок клиента: приезд · {ticket.number} · замечание" in page
    assert f"Сорван срок клиента: выполнение · {ticket.number} · замечание" in page
    await crew.engineer.taps("Сорван срок клиента: приезд")
    card = await crew.engineer.last()
    assert "Срок был: сегодня" in card
    assert "до вашего согласия прошло 20 мин, после — 1 ч 40 мин" in card
    await crew.engineer.taps(f"Заявка {ticket.number}")
    assert f"Замена светильника · {ticket.number}\n" in await crew.engineer.last()

    await crew.engineer.says("/me")
    await crew.engineer.taps("Сорван срок клиента: приезд")
    await crew.engineer.taps("Не согласен")
    await crew.engineer.says("Стоял у двери")
    await crew.desk.says("/queue")
    await crew.desk.taps("подрядчик не согласен с оценкой")
    await crew.desk.taps("Посмотреть и решить")
    dispute = await crew.desk.last()
    assert "наших 20 мин, подрядчика 1 ч 40 мин" in dispute
    await crew.desk.taps(f"Заявка {ticket.number}")
    assert (await crew.desk.last()).startswith(ticket.number)
    assert dispute in await edge.texts(crew.desk.chat)  # what he decides about stays where it was


async def test_who_refuses_a_dispute_too_late_reads_what_was_decided(edge: Edge) -> None:
    crew = await founded(edge)
    await crew.does(hands_back)
    await crew.engineer.taps("Не согласен")
    await crew.engineer.says("Сломалась машина")
    await crew.desk.says("/queue")
    await crew.desk.taps("подрядчик не согласен с оценкой")
    await crew.desk.taps("Посмотреть и решить")
    await crew.desk.taps("Не прав")

    def decides(world: World) -> None:
        event = world.session.scalars(select(QualityEvent.id)).one()
        other = add_dispatcher(world.session, now=world.now)
        quality_disputes.decide(world.session, tap(other), event, True, "", now=world.now)

    await crew.does(decides)
    await crew.desk.says("Машину можно было заменить")
    said = await crew.desk.last()
    assert "Всё уже изменилось" in said
    assert "подрядчик прав" in said
    await crew.desk.says("Второе слово")
    assert "Всё уже изменилось" not in await crew.desk.last()

"""/blacklist from a phone: a reason is found by the name people know it by, and a page of what was found turns."""

import pytest
from sqlalchemy import select

from core.domain.block import BlockRule, Subject
from core.domain.quality import QualityKind
from core.services import blacklist
from storage.models.contractor import Block, Contractor
from storage.models.people import Membership, Person
from tests.bot.conftest import Edge, box, edge
from tests.bot.crew import founded
from tests.bot.test_block_letters import is_limited, limited, strikes_again
from tests.make.blocks import add_manager, begin, judge, propose, strike
from tests.make.directories import add_contractor
from tests.make.tickets import World, send, tap

__all__ = ["box", "edge"]

#: Strikes written by hand come from nowhere, of which the auditor of the ledger would complain.
pytestmark = pytest.mark.breaks_invariants
EMPTY = "никого нет"


def is_a_fraud(world: World) -> None:
    strike(world, QualityKind.FRAUD, send(world))
    judge(world)


async def test_a_reason_of_the_rules_is_found_in_both_languages(edge: Edge) -> None:
    crew = await limited(edge)
    for words in ("неявк", "неявка", "Неявки", "no-shows", "no show"):
        await crew.desk.says(f"/blacklist {words}")
        assert EMPTY not in await crew.desk.last(), words
    for words in ("подлог", "fraud", "срыв", "%", "_", "100 %%"):
        await crew.desk.says(f"/blacklist {words}")
        assert EMPTY in await crew.desk.last(), words


async def test_a_repeated_limit_is_found_by_the_rule_behind_it(edge: Edge) -> None:
    crew = await limited(edge)
    await edge.later(days=15)
    await crew.does(strikes_again)
    for words in ("неявки", "повторно", "снова"):
        await crew.desk.says(f"/blacklist {words}")
        assert "записей: 1" in await crew.desk.last(), words


async def test_fraud_is_found_by_the_word_of_the_ledger_and_a_phone_as_it_is_spelt(edge: Edge) -> None:
    crew = await founded(edge)

    def alone(world: World) -> None:
        add_contractor(world.session, name="Уралмонтаж")
        world.session.get_one(Contractor, world.contractor.id).phone = "+79120001122"
        is_limited(world)
        is_a_fraud(world)

    await crew.does(alone)
    for words in ("подлог", "обман", "forgery", "8 (912) 000-11-22", "+7 912 000 11 22"):
        await crew.desk.says(f"/blacklist {words}")
        assert EMPTY not in await crew.desk.last(), words
    # The filters under it keep the question.
    await crew.desk.taps("Без заявок 1")
    assert "записей: 1" in await crew.desk.last()
    await crew.desk.taps("Все 2")
    assert "записей: 2" in await crew.desk.last()


def test_every_rule_has_its_words() -> None:
    from bot.screens.blacklist import rule_words

    assert set(rule_words()) == set(BlockRule)
    assert "подлог" in rule_words()[BlockRule.FRAUD]


async def test_a_blocked_person_is_seen_on_the_pages_of_the_firm_and_found_by_its_code(edge: Edge) -> None:
    crew = await founded(edge)
    man = await crew.colleague()

    def is_blocked(world: World) -> Block:
        himself = world.session.scalars(select(Person).where(Person.telegram_id == man.chat)).one()
        return begin(world, whom=Subject(None, himself.id), days=None)

    block = await crew.does(is_blocked)
    desk = crew.desk
    await desk.says(f"/contractor {crew.world.contractor.code}")
    await desk.taps(crew.world.contractor.name)
    assert "🚫 Сидоров Иван (человек): без новых заявок" in await desk.last()
    await desk.taps("Оценка и события")
    assert "Приостановка (Сидоров Иван, человек) без срока" in await desk.last()
    await desk.taps("без новых заявок: подробнее")
    assert "Снять раньше срока" in await desk.buttons()
    await desk.says(f"/contractor {crew.world.contractor.code}")
    await desk.taps(crew.world.contractor.name)
    await desk.taps("🚫 Чёрный список")
    assert "1. Сидоров Иван (человек) — без новых заявок" in await desk.last()
    for words in (crew.world.contractor.code, crew.world.contractor.name, "Сидоров", crew.world.contractor.inn):
        await desk.says(f"/blacklist {words}")
        assert "Сидоров Иван (человек)" in await desk.last(), words

    def leaves_and_is_let_go(world: World) -> None:
        gone = world.session.scalars(select(Membership).where(Membership.person_id == block.person_id)).one()
        gone.ended_at = world.now
        blacklist.lift(world.session, tap(add_manager(world)), block.id, "Разобрались", now=world.now)

    await edge.later(days=1)
    await crew.does(leaves_and_is_let_go)
    await desk.says(f"/contractor {crew.world.contractor.code}")
    await desk.taps(crew.world.contractor.name)
    assert "Сидоров" not in await desk.last()
    await desk.taps("🚫 Чёрный список")
    assert "Сидоров Иван (человек)" in await desk.last()  # he was of the firm when it began


async def test_a_request_about_a_person_stands_in_the_history_of_the_firm(edge: Edge) -> None:
    crew = await founded(edge)
    await crew.does(lambda world: propose(world, person=world.engineer))
    await crew.desk.says(f"/contractor {crew.world.contractor.code}")
    await crew.desk.taps(crew.world.contractor.name)
    await crew.desk.taps("🚫 Чёрный список")
    assert "ждёт решения второго человека" in await crew.desk.last()


async def test_who_finds_nobody_reads_his_words_and_comes_to_the_whole_list(edge: Edge) -> None:
    crew = await limited(edge)
    await crew.desk.says("/blacklist <Сидоров>")
    assert "По словам «<Сидоров>» никого нет." in await crew.desk.last()
    await crew.desk.taps("Весь список")
    assert "записей: 1" in await crew.desk.last()
    assert "Весь список" not in await crew.desk.buttons()

"""What the blocked firm reads: its owner may appeal, its engineer is told who can; of two limits one is not all."""

import pytest
from sqlalchemy import select

from bot import texts
from bot.screens import blocks as screens
from core.domain.block import BlockLevel
from core.domain.quality import QualityKind
from core.services import blacklist, block_cards, block_requests, limits
from storage.models.contractor import Block, BlockRequest
from tests.bot.conftest import Edge, box, edge
from tests.bot.crew import Crew, founded
from tests.make.blocks import add_manager, begin, judge, strike
from tests.make.directories import add_contractor
from tests.make.tickets import SKILL, World, add_engineer, send, tap

__all__ = ["box", "edge"]

#: Strikes written by hand come from nowhere, of which the auditor of the ledger would complain.
pytestmark = pytest.mark.breaks_invariants


def is_limited(world: World) -> None:
    """By two strikes; another firm is beside it, so that it costs nobody his last contractor."""
    add_engineer(world.session, add_contractor(world.session, skills=[SKILL], lat=55.9), now=world.now)
    ticket = send(world)
    for _ in range(2):
        strike(world, QualityKind.NO_SHOW, ticket)
    judge(world)


def strikes_again(world: World, *, times: int = 1) -> None:
    for _ in range(times):
        strike(world, QualityKind.NO_SHOW, send(world))
    judge(world)


def is_lifted(world: World, *, number: int) -> None:
    """The first, or the second there was."""
    blocks = world.session.scalars(select(Block).order_by(Block.id)).all()
    blacklist.lift(world.session, tap(add_manager(world)), blocks[number].id, "Разобрались", now=world.now)


def is_looked_at(world: World) -> None:
    limits.lift_annulled(world.session, 50, now=world.now)


def runs_out(world: World) -> None:
    blacklist.sweep(world.session, 50, now=world.now)


async def limited(edge: Edge) -> Crew:
    crew = await founded(edge)
    await crew.does(is_limited)
    return crew


async def test_an_engineer_reads_everything_and_that_the_owner_can_appeal(edge: Edge) -> None:
    crew = await founded(edge)
    man = await crew.colleague()
    await crew.does(is_limited)
    letter = await man.last()
    assert "Мы ограничили заявки: без аварий" in letter
    assert "До: " in letter
    assert "Обжаловать может владелец фирмы" in letter
    assert not any("Обжаловать" in button for button in await man.buttons())
    await man.says("/me")
    assert not any("обжаловать" in button for button in await man.buttons())
    await man.taps("без аварий: подробнее")
    assert "Обжаловать может владелец фирмы" in await man.last()

    letter = await crew.engineer.last()
    assert "Случится снова — приостановим все новые заявки" in letter
    assert "Обжаловать может владелец" not in letter
    assert any("Обжаловать" in button for button in await crew.engineer.buttons())
    await crew.engineer.says("/me")
    await crew.engineer.taps("без аварий: подробнее, обжаловать")


async def test_again_while_limited_says_so_and_which_one_counts(edge: Edge) -> None:
    crew = await limited(edge)
    await edge.later(days=3)
    await crew.does(strikes_again)
    letter = await crew.engineer.last()
    assert "Мы ограничили заявки: без новых заявок" in letter
    assert "Это повторно: случилось, пока действовало прошлое ограничение." in letter
    assert "закончилось" not in letter
    assert "действует и другое ограничение" in letter
    await edge.later(days=12)
    await crew.does(runs_out)
    letter = await crew.engineer.last()
    assert "Ограничение закончилось. Но действует и другое" in letter
    assert "снова можно" not in letter


async def test_again_after_the_limit_says_that_it_is_over(edge: Edge) -> None:
    crew = await limited(edge)
    await edge.later(days=15)
    await crew.does(strikes_again)
    assert "Это повторно: прошлое ограничение закончилось недавно." in await crew.engineer.last()


async def test_a_repetition_that_is_none_any_more_is_told_in_two_letters(edge: Edge) -> None:
    crew = await limited(edge)
    await edge.later(days=3)
    await crew.does(strikes_again, times=2)
    await crew.does(is_lifted, number=0)
    assert "Ограничение снято. Но действует и другое" in await crew.engineer.last()
    await crew.does(is_looked_at)
    lifted, begun = [str(one["text"]) for one in (await crew.engineer.shown())[-2:]]
    assert "Снято: прошлое ограничение снято, это больше не повторное" in lifted
    assert "Мы ограничили заявки: без аварий" in begun


async def test_the_last_that_is_lifted_says_that_he_is_called_again(edge: Edge) -> None:
    crew = await founded(edge)

    def is_blocked(world: World) -> None:
        begin(world, BlockLevel.SUSPENDED)

    await crew.does(is_blocked)
    letter = await crew.engineer.last()
    assert "Случится снова" not in letter
    await crew.does(is_lifted, number=0)
    assert "Ограничение снято, снова можно" in await crew.engineer.last()


async def test_whoever_spares_a_firm_reads_until_when(edge: Edge) -> None:
    crew = await founded(edge)
    said: list[str] = []

    def spares(world: World) -> None:
        ticket = send(world)
        for _ in range(2):
            strike(world, QualityKind.NO_SHOW, ticket)
        judge(world)
        row = world.session.scalars(select(BlockRequest)).one()
        block_requests.refuse(world.session, tap(world.dispatcher), row.id, "Больше некому", now=world.now)
        card = block_cards.request(world.session, tap(world.dispatcher), row.id, now=world.now)
        said.append(screens.request(card, texts.load("ru")).text)

    await crew.does(spares)
    assert "Больше некому" in said[0]
    assert "До: 30 марта в 10:00 — правила о них больше не спросят" in said[0]


async def test_an_offer_taken_back_because_of_a_block_says_so(edge: Edge) -> None:
    crew = await founded(edge)
    await crew.is_offered()

    def is_blocked(world: World) -> None:
        begin(world, BlockLevel.SUSPENDED)

    await crew.does(is_blocked)
    texts_of = await edge.texts(crew.engineer.chat)
    assert any("Предложение снято: вас временно не зовут. Срок и причина — в /me." in one for one in texts_of)
    assert not any("заявка изменилась или отменена" in one for one in texts_of)

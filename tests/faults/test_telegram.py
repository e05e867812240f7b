"""Telegram refuses, hangs, forgets and moves chats: nothing is lost, order is kept, somebody is told."""

import asyncio
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.media import Fetcher
from core.domain.notice import Notice, OutboxStatus
from core.domain.offer import OfferStatus
from core.domain.task import TaskKind
from core.domain.ticket import TicketStatus
from core.services import waves
from storage.models.desk import Task
from storage.models.offer import Offer
from storage.models.people import Person
from storage.models.post import Outbox
from tests.bot.conftest import Edge
from tests.bot.crew import Crew
from tests.bot.phones import settled
from tests.bot.test_pump import ended, failed_once, incidents, write
from tests.make.tickets import send
from tests.sandbox.conftest import DARYA

CHATS = (301, 302, 303)
EACH = 4


async def test_where_every_third_request_is_told_to_wait_nothing_is_lost_and_order_is_kept(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(edge.limits, "_clock", lambda: loop.time() * 100)  # a second of waiting is 10 ms
    wanted = [f"n{number}" for number in range(EACH)]
    for chat in CHATS:
        await write(edge, *wanted, chat=chat)
    await edge.box.sim("fault", method="sendMessage", code=429, retry_after=30, every=3, times=6)
    edge.start("pump")

    async def all_sent() -> bool:
        await edge.later(seconds=10)
        return all(row.status is OutboxStatus.SENT for row in await edge.outbox())

    await edge.until(all_sent, 30)
    assert [await incidents(edge, chat) for chat in CHATS] == [wanted] * len(CHATS)
    refused = len(await edge.box.requests("sendMessage")) - len(CHATS) * EACH
    assert refused == 5
    assert {row.attempts for row in await edge.outbox()} == {0}  # a refusal is no attempt


@pytest.mark.parametrize(
    ("fault", "copies"),
    [({"unreachable": True}, 1), ({"drop": True, "stage": "after"}, 2)],
    ids=["before it was heard", "after it was done"],
)
async def test_an_answer_that_does_not_come_is_given_up_and_the_letter_sent_again(
    edge: Edge, fault: dict[str, Any], copies: int
) -> None:
    edge.bot.session.timeout = 0.3
    await write(edge, "n1", "n2")
    await edge.box.sim("fault", method="sendMessage", delay=2, **fault)
    edge.start("pump")
    await failed_once(edge)
    assert "timeout" in (await edge.outbox())[0].last_error.lower()
    await edge.later(seconds=5)

    assert {state for state, _ in await ended(edge)} == {OutboxStatus.SENT}
    assert await incidents(edge) == ["n1"] * copies + ["n2"]


async def test_a_letter_given_to_another_sender_is_marked_by_that_one_only(edge: Edge) -> None:
    """The first sender was frozen longer than its lease; what it says when it wakes changes nothing."""

    async def shown_twice() -> bool:
        return len(await edge.shown(DARYA)) == 2

    await write(edge, "n1")
    await edge.box.sim("fault", method="sendMessage", hold=True, stage="after")
    edge.start("pump")
    await edge.until(lambda: edge.shown(DARYA))
    edge.clock.move(minutes=3)
    edge.fresh()
    edge.start("pump")
    await edge.until(shown_twice)
    await edge.box.sim("fault", method="sendMessage", release=True)

    assert [state for state, _ in await ended(edge)] == [OutboxStatus.SENT]
    await edge.stop()
    by_first, by_second = await edge.shown(DARYA)
    assert [row.message_id for row in await edge.outbox()] == [by_second["message_id"]]
    assert by_first["text"] == by_second["text"]  # at least once: a doubled line, never a lost one


async def test_who_shuts_the_bot_out_in_mid_story_is_passed_over_at_once(crew: Crew) -> None:
    """The desk has a task, the engineer's other letters end, the next firm is asked without waiting."""
    edge = crew.edge
    second = await crew.second_firm()
    await edge.box.sim("block", chat=crew.engineer.chat, on=True)
    ticket = await crew.is_offered()
    await edge.db.write(waves.sweep, 50)
    await settled(edge)

    tasks = [task for task in await edge.rows(Task) if task.kind is TaskKind.UNDELIVERED]
    assert [task.ticket_id for task in tasks] == [ticket.id]
    assert [offer.status for offer in await edge.rows(Offer)] == [OfferStatus.LAPSED, OfferStatus.SENT]
    assert "Есть работа" in await second.last()
    mine = [row for row in await edge.outbox() if row.chat_id == crew.engineer.chat and row.ticket_id is not None]
    assert {row.status for row in mine} <= {OutboxStatus.FAILED, OutboxStatus.CANCELLED}
    assert all(row.last_error for row in mine)
    await crew.desk.says("/queue")
    assert "не дошло" in (await crew.desk.last() + " ".join(await crew.desk.buttons())).lower()


async def test_a_firm_with_somebody_left_who_reads_is_still_waited_for(crew: Crew) -> None:
    colleague = await crew.colleague()
    await crew.second_firm()
    await crew.edge.box.sim("block", chat=crew.engineer.chat, on=True)
    await crew.is_offered()

    assert await crew.edge.db.write(waves.sweep, 50) == 0
    assert [offer.status for offer in await crew.edge.rows(Offer)] == [OfferStatus.SENT]
    assert "Есть работа" in await colleague.last()


async def test_who_comes_back_is_written_to_again_and_may_take_what_was_offered(crew: Crew) -> None:
    chat = crew.engineer.chat
    await crew.edge.box.sim("block", chat=chat, on=True)
    await crew.is_offered()
    await crew.edge.box.sim("block", chat=chat, on=False)
    await crew.engineer.says("/offers")
    await crew.engineer.taps("Замена светильника")
    await crew.engineer.taps("выезжаю сейчас")

    assert (await crew.ticket()).status is TicketStatus.ASSIGNED
    (person,) = [one for one in await crew.edge.rows(Person) if one.telegram_id == chat]
    assert person.unreachable_at is None


async def test_a_chat_that_moved_gets_its_letters_at_the_new_place(edge: Edge) -> None:
    """Today only private chats are written to; the rule holds for the row, whatever its chat is."""
    old, new = -4001, -1_001_000_004_001
    await edge.box.sim("group", id=old, title="Бригада", members=[101])
    await write(edge, "n1")

    def to_the_group(session: Session, *, now: datetime) -> None:
        session.scalars(select(Outbox)).one().chat_id = old

    await edge.db.write(to_the_group)
    edge.box.world.room(edge.box.world.chosen_bot(edge.bot.token), old)
    await edge.box.sim("migrate", **{"from": old, "to": new})
    edge.start("pump")

    assert [state for state, _ in await ended(edge)] == [OutboxStatus.SENT]
    assert [row.chat_id for row in await edge.outbox()] == [new]


async def test_a_telegram_that_is_away_for_hours_costs_nothing_and_old_offers_are_not_told(crew: Crew) -> None:
    edge, world = crew.edge, crew.world
    second = await crew.second_firm()
    await edge.box.sim("fault", method="sendMessage", unreachable=True, times=None)

    def send_it(session: Session, *, now: datetime) -> Any:
        world.session, world.now = session, now
        return send(world)

    ticket = await edge.db.write(send_it)
    for _ in range(6):
        await edge.later(hours=1)
        await edge.db.write(waves.sweep, 50)
    await edge.box.sim("fault", clear=True)

    async def nothing_on_its_way() -> bool:
        await edge.later(minutes=1)  # what failed last waits a little longer than the others
        waiting = (OutboxStatus.NEW, OutboxStatus.SENDING)
        return not [row for row in await edge.outbox() if row.status in waiting and row.attempts > 0]

    await edge.until(nothing_on_its_way, 30)
    await settled(edge)

    assert "ещё можно взять" in (await second.last()).lower()
    heard = [row for row in await edge.outbox() if row.ticket_id == ticket.id]
    assert {row.status for row in heard} <= {OutboxStatus.SENT, OutboxStatus.CANCELLED}
    assert all(row.last_error for row in heard if row.status is OutboxStatus.CANCELLED)
    assert Notice.NOBODY in {row.notice for row in heard if row.status is OutboxStatus.SENT}


async def test_a_busy_telegram_gives_the_file_later(crew: Crew) -> None:
    """429 and 5xx on the way to a picture are no fault of the picture."""
    await crew.is_offered()
    await crew.engineer.taps("выезжаю сейчас")
    await crew.engineer.taps("Выезжаю")
    await crew.here()
    await crew.engineer.taps("Начать работу")
    await crew.fetch_no_more()
    await crew.edge.box.sim("fault", method="getFile", code=502)
    await crew.edge.box.sim("fault", method="getFile", code=429, retry_after=1)
    await crew.sends(wait=False)
    fetcher = Fetcher(crew.edge.bot, crew.edge.db, crew.blobs, crew.pictures)
    await fetcher.fetch_all()
    for _ in range(3):
        await crew.edge.later(seconds=10)
        await fetcher.fetch_all()
    await settled(crew.edge)

    assert "1 из 1" in await crew.engineer.last()

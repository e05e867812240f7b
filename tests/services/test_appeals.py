"""Whoever is blocked may say so once and in time; a person who had no part in it answers, or the manager hears."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.block import BlockLevel, Subject
from core.domain.errors import AppealGiven, AppealOver, Changed, NeedsAnother, NotFound, TextEmpty, TextTooLong
from core.domain.notice import Notice
from core.domain.role import Role
from core.domain.task import TaskKind
from core.services import appeals, blacklist, block_cards, block_requests
from storage.db import Database
from storage.models.contractor import Appeal, Block
from storage.models.desk import Task
from storage.models.post import Outbox
from tests.clock import HandClock
from tests.make.blocks import add_manager, begin, block_of, propose
from tests.make.directories import add_contractor
from tests.make.people import add_dispatcher, add_person
from tests.make.tickets import World, add_engineer, make_world, tap

DAY = timedelta(days=1)
L = BlockLevel


def heard(session: Session, actor: Actor, notice: Notice) -> int:
    rows = select(Outbox.id).where(Outbox.person_id == actor.person_id, Outbox.notice == notice)
    return len(session.scalars(rows).all())


def appeal(world: World, block: Block, who: Actor | None = None) -> Appeal:
    appeals.give(world.session, tap(who or world.engineer), block.id, "Объект был закрыт", now=world.now)
    return world.session.scalars(select(Appeal).where(Appeal.block_id == block.id)).one()


def open_tasks(session: Session) -> list[Task]:
    return list(session.scalars(select(Task).where(Task.kind == TaskKind.APPEAL, Task.ended_at.is_(None))))


def test_an_appeal_stands_in_the_queue_and_upheld_it_lifts_the_block(session: Session, clock: HandClock) -> None:
    world = make_world(session, now=clock.now())
    block = begin(world)
    row = appeal(world, block)
    # Monday at ten in Moscow: three working days later is Thursday at ten.
    assert row.due_at == world.now + 3 * DAY
    assert [task.data for task in open_tasks(session)] == [{"appeal": row.id}]
    world.now = clock.move(days=1)
    appeals.decide(session, tap(world.dispatcher), row.id, True, "", now=world.now)
    assert (row.is_upheld, row.decided_by) == (True, world.dispatcher.person_id)
    assert (block.ends_at, block.lift_reason) == (world.now, "upheld")
    assert open_tasks(session) == []
    assert heard(session, world.engineer, Notice.BLOCK) == 2
    with pytest.raises(Changed):
        appeals.decide(session, tap(world.dispatcher), row.id, False, "Нет", now=world.now)


def test_a_refusal_says_a_word_and_the_block_stays(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    block = begin(world)
    ends, row = block.ends_at, appeal(world, block)
    with pytest.raises(TextEmpty):
        appeals.decide(session, tap(world.dispatcher), row.id, False, " ", now=now)
    appeals.decide(session, tap(world.dispatcher), row.id, False, "Охрана подтвердила", now=now)
    assert (row.is_upheld, row.answer, block.ends_at) == (False, "Охрана подтвердила", ends)
    assert heard(session, world.engineer, Notice.APPEAL) == 2
    with pytest.raises(AppealGiven):
        appeal(world, block)


@pytest.mark.parametrize(
    ("days", "after", "heard_"),
    [(14, 13, True), (1, 13, True), (1, 15, False), (60, 59, True), (60, 61, False), (None, 300, True)],
)
def test_an_appeal_has_a_term(session: Session, clock: HandClock, days: int | None, after: int, heard_: bool) -> None:
    world = make_world(session, now=clock.now())
    block = begin(world, days=days)
    world.now = clock.move(days=after)
    shown = block_cards.block(session, world.engineer, block.id, now=world.now)
    assert shown.may_appeal is heard_
    if heard_:
        appeal(world, block)
        return
    with pytest.raises(AppealOver) as refused:
        appeal(world, block)
    assert refused.value.days == 14
    assert session.scalars(select(Appeal)).all() == []


def test_what_was_lifted_is_not_appealed_against(session: Session, clock: HandClock) -> None:
    world = make_world(session, now=clock.now())
    block, manager = begin(world), add_manager(world)
    world.now = clock.move(minutes=1)
    blacklist.lift(session, tap(manager), block.id, "Ошибка", now=world.now)
    with pytest.raises(AppealOver):
        appeal(world, block)


def test_words_are_bounded(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    block = begin(world)
    for words, error in (("  ", TextEmpty), ("а" * 2001, TextTooLong)):
        with pytest.raises(error):
            appeals.give(session, tap(world.engineer), block.id, words, now=now)
    appeals.give(session, tap(world.engineer), block.id, "а" * 2000, now=now)


def test_only_the_one_it_is_about_appeals(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    of_firm = begin(world)
    stranger = add_engineer(session, add_contractor(session), now=now)
    for who in (stranger, world.requester, world.dispatcher):
        with pytest.raises(NotFound):
            appeal(world, of_firm, who)
    colleague = add_engineer(session, world.contractor, now=now)
    of_man = begin(world, whom=Subject(None, world.engineer.person_id))
    with pytest.raises(NotFound):
        appeal(world, of_man, colleague)
    appeal(world, of_man)
    appeal(world, of_firm, colleague)


def test_who_took_part_in_the_block_does_not_decide(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    second, third = (add_dispatcher(session, now=now) for _ in range(2))
    request = propose(world)
    block_requests.confirm(session, tap(second), request.id, now=now)
    row = appeal(world, block_of(world))
    for who in (world.dispatcher, second):
        with pytest.raises(NeedsAnother):
            appeals.decide(session, tap(who), row.id, True, "", now=now)
        assert not block_cards.appeal(session, tap(who), row.id, now=now).may_decide
    for who in (world.engineer, world.requester):
        with pytest.raises(NotFound):
            appeals.decide(session, tap(who), row.id, True, "", now=now)
    appeals.decide(session, tap(third), row.id, True, "", now=now)


def test_who_is_of_the_desk_and_of_the_firm_judges_no_block_of_it(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    both = add_person(session, Grant(Role.DISPATCHER), Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=now)
    block = begin(world)
    row = appeal(world, block)
    with pytest.raises(NeedsAnother):
        appeals.decide(session, tap(both), row.id, True, "", now=now)
    with pytest.raises(NeedsAnother):
        blacklist.lift(session, tap(both), block.id, "Свои", now=now)
    assert not block_cards.appeal(session, tap(both), row.id, now=now).may_decide
    assert not block_cards.block(session, both, block.id, now=now).may_lift


def test_an_appeal_nobody_answers_is_told_to_the_managers_once(session: Session, clock: HandClock) -> None:
    world = make_world(session, now=clock.now())
    manager = add_manager(world)
    row = appeal(world, begin(world))
    assert appeals.sweep(session, 50, now=row.due_at - timedelta(seconds=1)) == 0
    clock.at = row.due_at + 3 * DAY
    assert appeals.sweep(session, 50, now=clock.now()) == 1
    assert appeals.sweep(session, 50, now=clock.now()) == 0
    assert heard(session, manager, Notice.APPEAL_LATE) == 1


async def test_of_two_who_decide_at_once_one_wins(db: Database, clock: HandClock) -> None:
    def prepare(session: Session, *, now: datetime) -> tuple[int, Actor, Actor]:
        world = make_world(session, now=now)
        return appeal(world, begin(world)).id, world.dispatcher, add_dispatcher(session, now=now)

    async def decide(actor: Actor, appeal_id: int, is_upheld: bool) -> str:
        try:
            await db.write(appeals.decide, tap(actor), appeal_id, is_upheld, "Слово")
        except Changed:
            return "late"
        return "won"

    for _ in range(6):
        appeal_id, one, two = await db.write(prepare)
        clock.move(minutes=1)
        ends = await asyncio.gather(decide(one, appeal_id, True), decide(two, appeal_id, False))
        assert sorted(ends) == ["late", "won"]

        def state(session: Session, *, now: datetime, appeal_id: int = appeal_id) -> tuple[bool, bool]:
            row = session.get_one(Appeal, appeal_id)
            return bool(row.is_upheld), bool(session.get_one(Block, row.block_id).lift_reason)

        upheld, lifted = await db.read(state)
        assert upheld is lifted

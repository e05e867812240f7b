"""By hand a block takes two people: one asks and sees what it costs, another says yes or no."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.block import BlockLevel
from core.domain.errors import (
    BlockAsked,
    BlockHolds,
    Changed,
    FieldInvalid,
    NeedsAnother,
    NotAllowed,
    NotFound,
    TextTooLong,
)
from core.domain.notice import Notice
from core.domain.role import Role
from core.domain.task import TaskKind
from core.services import blacklist, block_cards, block_lists, block_requests, memberships
from core.services.block_lists import List
from storage.db import Database
from storage.models.contractor import Block, BlockRequest
from storage.models.desk import Audit, Task
from storage.models.people import Membership
from storage.models.post import Outbox
from tests.clock import HandClock
from tests.make.blocks import add_manager, begin, block_of, propose
from tests.make.directories import add_client, add_contractor
from tests.make.people import add_dispatcher, add_person
from tests.make.tickets import SKILL, World, make_world, tap

L = BlockLevel


def heard(session: Session, actor: Actor, notice: Notice) -> int:
    rows = select(Outbox.id).where(Outbox.person_id == actor.person_id, Outbox.notice == notice)
    return len(session.scalars(rows).all())


def test_one_proposes_and_another_confirms(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    second, manager = add_dispatcher(session, now=now), add_manager(world)
    row = propose(world, L.BLOCKED, days=None)
    assert session.scalars(select(Block)).all() == []
    assert row.cost == {"sites": 1, "lost": [[SKILL, "Москва", 1]]}
    assert (heard(session, manager, Notice.BLOCK_ASKED), heard(session, world.dispatcher, Notice.BLOCK_ASKED)) == (1, 1)
    with pytest.raises(NeedsAnother):
        block_requests.confirm(session, tap(world.dispatcher), row.id, now=now)
    block_requests.confirm(session, tap(second), row.id, now=now)
    block = block_of(world)
    assert (block.level, block.ends_at, block.reason, block.cost) == (L.BLOCKED, None, row.reason, row.cost)
    assert (row.decided_by, row.block_id) == (second.person_id, block.id)
    assert session.get_one(Audit, block.audit_id).data["asked_by"] == world.dispatcher.person_id
    assert session.scalars(select(Task).where(Task.kind == TaskKind.BLOCK_ASKED)).one().ended_at == now
    with pytest.raises(Changed):
        block_requests.confirm(session, tap(manager), row.id, now=now)
    with pytest.raises(Changed):
        block_requests.refuse(session, tap(manager), row.id, "Нет", now=now)


def test_a_refusal_says_why_and_the_one_who_asked_hears_it(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    second, row = add_dispatcher(session, now=now), propose(world)
    block_requests.refuse(session, tap(second), row.id, "Мало оснований", now=now)
    assert (row.decided_by, row.block_id, row.refusal) == (second.person_id, None, "Мало оснований")
    assert session.scalars(select(Block)).all() == []
    assert heard(session, world.dispatcher, Notice.BLOCK_ASKED) == 2


def test_who_asked_may_take_it_back(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    row = propose(world)
    block_requests.refuse(session, tap(world.dispatcher), row.id, "Ошибся", now=now)
    assert row.block_id is None
    propose(world)


def test_who_is_of_the_firm_has_no_say_in_its_block(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    both = add_person(session, Grant(Role.DISPATCHER), Grant(Role.OWNER, contractor_id=world.contractor.id), now=now)
    row = propose(world)
    with pytest.raises(NeedsAnother):
        block_requests.refuse(session, tap(both), row.id, "Свои", now=now)
    with pytest.raises(NeedsAnother):
        block_requests.confirm(session, tap(both), row.id, now=now)
    assert row.decided_at is None


def test_an_admin_who_is_alone_decides_alone_and_the_audit_says_so(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    admin = add_person(session, Grant(Role.ADMIN), now=now)
    row = propose(world, by=admin)
    with pytest.raises(NeedsAnother):
        block_requests.confirm(session, tap(admin), row.id, now=now)
    for held in session.scalars(select(Membership).where(Membership.person_id == world.dispatcher.person_id)):
        memberships.end(session, Actor.system("test"), held, why="left", now=now)
    block_requests.confirm(session, tap(admin), row.id, now=now)
    assert session.get_one(Audit, block_of(world).audit_id).data["fallback"] == "admin alone"


def test_the_same_block_is_asked_for_once(session: Session, now: datetime) -> None:
    world, other = make_world(session, now=now), add_client(session)
    propose(world)
    with pytest.raises(BlockAsked):
        propose(world)
    propose(world, client_id=other.id)
    propose(world, person=world.engineer)
    begin(world, L.LIMITED)
    with pytest.raises(BlockHolds):
        propose(world, L.LIMITED)


def test_the_second_yes_begins_nothing_that_is_in_force_already(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    second, row = add_dispatcher(session, now=now), propose(world)
    holding = begin(world)
    with pytest.raises(BlockHolds), session.begin_nested():
        block_requests.confirm(session, tap(second), row.id, now=now)
    session.refresh(row)
    assert (row.decided_at, session.scalars(select(Block.id)).all()) == (None, [holding.id])

    blacklist.lift(session, tap(add_manager(world)), holding.id, "Разобрались", now=now)
    block_requests.confirm(session, tap(second), row.id, now=now)
    assert row.block_id == block_of(world).id != holding.id


def test_what_does_not_fit_is_refused_in_words(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    with pytest.raises(TextTooLong):
        propose(world, reason="а" * 301)
    with pytest.raises(FieldInvalid):
        propose(world, days=366)
    with pytest.raises(NotFound):
        propose(world, client_id=99_999)
    with pytest.raises(NotFound):
        propose(world, person=world.requester)


@pytest.mark.parametrize("role", ["requester", "engineer", "accountant"])
def test_only_the_desk_has_a_blacklist(session: Session, now: datetime, role: str) -> None:
    world = make_world(session, now=now)
    row, block = propose(world), begin(world)
    who = {"requester": world.requester, "engineer": world.engineer}.get(role) or add_person(
        session, Grant(Role.ACCOUNTANT), now=now
    )
    with pytest.raises((NotFound, NotAllowed)):
        propose(world, L.BLOCKED, by=who)
    for act in (block_requests.confirm, block_cards.request):
        with pytest.raises(NotFound):
            act(session, tap(who), row.id, now=now)
    with pytest.raises(NotFound):
        block_requests.refuse(session, tap(who), row.id, "Нет", now=now)
    with pytest.raises(NotAllowed):
        block_lists.page(session, tap(who), now=now)
    with pytest.raises((NotFound, NotAllowed)):
        block_lists.history(session, tap(who), world.contractor.id, now=now)
    if role != "engineer":
        with pytest.raises(NotFound):
            block_cards.block(session, tap(who), block.id, now=now)


def test_the_blocked_firm_reads_its_block_without_names(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    second, row = add_dispatcher(session, now=now, name="Семён"), propose(world)
    block_requests.confirm(session, tap(second), row.id, now=now)
    own = block_cards.block(session, world.engineer, block_of(world).id, now=now)
    assert (own.asked_by, own.confirmed_by, own.for_desk, own.may_lift, own.may_appeal) == ("", "", False, False, True)
    desk = block_cards.block(session, tap(world.dispatcher), block_of(world).id, now=now)
    assert (desk.confirmed_by, desk.for_desk, desk.may_lift, desk.may_appeal) == ("Семён", True, False, False)


def test_the_list_finds_by_words_inn_phone_and_code_and_filters_by_level(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    other = add_contractor(session, name="Уралмонтаж", inn="6670123456", phone="+79120001122", code="П-0777")
    begin(world, L.LIMITED)
    begin(world, L.BLOCKED, firm=other, days=None)
    begin(world, whom=None, days=10)
    propose(world, person=world.engineer)

    def found(words: str = "", show: List = List.ALL) -> list[str]:
        return [line.name for line in block_lists.page(session, world.dispatcher, words, show, now=now).lines]

    spelt = ("+7 912 000-11-22", "8 (912) 000 11 22", "8912 0001122", "Уралмонтаж 912 000-11-22")
    for words in ("уралмонтаж", "667012", "6670123456", "79120001122", "П-777", "Урал", *spelt):
        assert found(words) == ["Уралмонтаж"], words
    for words in ("нет такого", "%", "_", "Урал%мон", "8 912 000-11-23"):
        assert found(words) == [], words
    assert found(show=List.BLOCKED) == ["Уралмонтаж"]
    assert len(found(show=List.LIMITED)) == 1
    assert len(found(show=List.ASKED)) == 1
    page = block_lists.page(session, world.dispatcher, limit=2, offset=2, now=now)
    assert (page.total, len(page.lines)) == (4, 2)
    assert page.counts == {List.ALL: 4, List.LIMITED: 1, List.SUSPENDED: 1, List.BLOCKED: 1, List.ASKED: 1}


def test_the_history_of_a_firm_keeps_what_is_over(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    begin(world, L.LIMITED, days=1)
    world.now = clock.move(days=2)
    begin(world)
    found = block_lists.history(session, world.dispatcher, world.contractor.id, now=world.now)
    assert [(line.level, line.is_live) for line in found.lines] == [(L.SUSPENDED, True), (L.LIMITED, False)]


async def test_of_two_who_confirm_at_once_one_wins(db: Database, clock: HandClock) -> None:
    def prepare(session: Session, *, now: datetime) -> tuple[World, Actor, Actor]:
        world = make_world(session, now=now)
        return world, add_dispatcher(session, now=now), add_manager(world)

    def ask(session: Session, world: World, *, now: datetime) -> int:
        world.session, world.now = session, now
        return propose(world).id

    async def say_yes(actor: Actor, request_id: int) -> str:
        try:
            await db.write(block_requests.confirm, tap(actor), request_id)
        except Changed:
            return "late"
        return "won"

    def blocks(session: Session, *, now: datetime) -> int:
        rows = session.scalars(select(Block)).all()
        for row in rows:
            row.ends_at = now
        return len(rows)

    world, one, two = await db.write(prepare)
    for number in range(1, 9):
        request_id = await db.write(ask, world)
        assert sorted(await asyncio.gather(say_yes(one, request_id), say_yes(two, request_id))) == ["late", "won"]
        assert await db.write(blocks) == number
        clock.move(seconds=timedelta(minutes=1).total_seconds())

    def confirmed(session: Session, *, now: datetime) -> int:
        return len(session.scalars(select(BlockRequest).where(BlockRequest.block_id.is_not(None))).all())

    assert await db.read(confirmed) == 8

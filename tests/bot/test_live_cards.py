"""Cards on phones: one per ticket and person, edited in silence, replaced when something must be noticed."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.notice import Delivery, Notice, OutboxStatus
from core.services import acceptances, memberships, notices, tickets, visits
from storage.models.people import Membership, Person
from storage.models.post import Card, Outbox
from storage.models.ticket import Ticket
from tests.bot.conftest import Edge
from tests.make.tickets import World, arrive, make_world, report, send, take, tap, visit_of
from tests.sandbox.conftest import jpeg


class Story:
    """A small company whose people have phones; `act` is a unit of work of somebody."""

    def __init__(self, edge: Edge) -> None:
        self.edge = edge
        self.world: World

    async def begin(self) -> None:
        def build(session: Session, *, now: datetime) -> World:
            return make_world(session, now=now)

        self.world = await self.edge.db.write(build)
        for who in (self.world.requester, self.world.engineer, self.world.dispatcher):
            await self.edge.box.meet(await self.phone(who), who.name)
        await self.act(send)

    async def phone(self, actor: Any) -> int:
        def read(session: Session, *, now: datetime) -> int:
            number = session.get_one(Person, actor.person_id).telegram_id
            assert number is not None
            return number

        return await self.edge.db.read(read)

    async def act(self, step: Callable[..., Any]) -> None:
        def unit(session: Session, *, now: datetime) -> None:
            world = replace(self.world, session=session, now=now)
            ticket = session.scalars(select(Ticket)).one_or_none()
            step(world) if ticket is None else step(world, ticket)

        await self.edge.db.write(unit)

    async def client_sees(self) -> list[dict[str, Any]]:
        return await self.edge.shown(await self.phone(self.world.requester))

    async def settled(self) -> None:
        async def check() -> bool:
            waiting = (OutboxStatus.NEW, OutboxStatus.SENDING)
            return not any(row.status in waiting for row in await self.edge.outbox())

        await self.edge.until(check)


@pytest.fixture
async def story(edge: Edge) -> Story:
    story = Story(edge)
    await story.begin()
    edge.start("pump")
    await story.settled()
    return story


def refresh(world: World, ticket: Ticket) -> None:
    """Nothing has happened, but the client's card is to be drawn again."""
    assert world.requester.person_id is not None
    cause = f"test:{world.session.query(Outbox).count()}"
    notices.answer(world.session, world.requester.person_id, Notice.CARD, ticket=ticket, cause=cause, now=world.now)


def cancel(world: World, ticket: Ticket) -> None:
    tickets.cancel(world.session, tap(world.dispatcher), ticket.id, ticket.version, now=world.now)


def go(world: World, ticket: Ticket) -> None:
    visits.go(world.session, tap(world.engineer), visit_of(world, ticket).id, now=world.now)


def arrive_there(world: World, ticket: Ticket) -> None:
    here = {"accuracy_m": 10, "sent_at": world.now, "forwarded": False}
    visit = visit_of(world, ticket)
    site = world.site
    visits.arrive_by_location(world.session, tap(world.engineer), visit.id, site.lat, site.lon, **here, now=world.now)


def dismiss_engineer(world: World, ticket: Ticket) -> None:
    """His card is to be drawn again, and before it is he has left the firm."""
    person_id = world.engineer.person_id
    assert person_id is not None
    notices.answer(world.session, person_id, Notice.CARD, ticket=ticket, cause="test:left", now=world.now)
    for row in world.session.scalars(select(Membership).where(Membership.person_id == person_id)):
        memberships.end(world.session, world.dispatcher, row, why="test", now=world.now)


async def test_what_must_be_noticed_is_a_new_message_and_the_old_card_loses_its_buttons(story: Story) -> None:
    before = await story.client_sees()
    await story.act(take)
    await story.settled()

    after = await story.client_sees()
    assert len(after) == len(before) + 1
    assert [bool(message["inline"]) for message in after if message["message_id"] in _ids(before[-1:])] == [False]
    assert after[-1]["inline"]
    cards = [card for card in await story.edge.rows(Card) if card.person_id == story.world.requester.person_id]
    assert [card.message_id for card in cards] == [after[-1]["message_id"]]


async def test_progress_changes_the_card_in_silence(story: Story) -> None:
    await story.act(take)
    await story.act(go)
    await story.settled()
    before = await story.client_sees()
    await story.act(arrive_there)
    await story.settled()

    after = await story.client_sees()
    assert _ids(after) == _ids(before)
    assert after[-1]["text"] != before[-1]["text"]


async def test_an_edit_that_changes_nothing_is_not_sent(story: Story) -> None:
    await story.act(refresh)
    await story.settled()
    sent = len(await story.edge.box.requests("editMessageText"))
    await story.act(refresh)
    await story.settled()

    assert len(await story.edge.box.requests("editMessageText")) == sent
    assert (await story.edge.outbox())[-1].status is OutboxStatus.SENT


async def test_a_card_whose_message_is_gone_is_sent_anew(story: Story) -> None:
    before = await story.client_sees()
    await story.edge.box.sim(
        "fault", method="editMessageText", code=400, description="Bad Request: message to edit not found", times=3
    )
    await story.act(cancel)
    await story.act(refresh)
    await story.settled()

    assert len(await story.client_sees()) > len(before)
    assert {row.status for row in await story.edge.outbox()} <= {OutboxStatus.SENT, OutboxStatus.CANCELLED}


async def test_not_modified_is_as_good_as_sent(story: Story) -> None:
    def forget_content(world: World, ticket: Ticket) -> None:
        card = world.session.get_one(Card, (ticket.id, world.requester.person_id))
        card.content_hash = ""
        refresh(world, ticket)

    await story.act(refresh)
    await story.settled()
    await story.act(forget_content)
    await story.settled()

    (last,) = (await story.edge.outbox())[-1:]
    assert (last.delivery, last.status) == (Delivery.EDIT, OutboxStatus.SENT)


async def test_several_waiting_edits_are_one_edit_on_the_phone(story: Story) -> None:
    await story.edge.stop()
    asked = len(await story.edge.box.requests("editMessageText"))
    for _ in range(4):
        await story.act(refresh)
    story.edge.start("pump")
    await story.settled()

    assert len(await story.edge.box.requests("editMessageText")) <= asked + 1
    states = [(row.status, row.last_error) for row in (await story.edge.outbox())[-4:]]
    assert states[:3] == [(OutboxStatus.CANCELLED, "superseded")] * 3


async def test_who_lost_the_right_meanwhile_is_told_nothing_and_the_buttons_go(story: Story) -> None:
    await story.edge.stop()
    engineer = await story.phone(story.world.engineer)
    seen = await story.edge.shown(engineer)
    await story.act(dismiss_engineer)
    story.edge.start("pump")
    await story.settled()

    after = (await story.edge.shown(engineer))[: len(seen)]
    assert [message["text"] for message in after] == [message["text"] for message in seen]
    assert (any(message["inline"] for message in seen), any(message["inline"] for message in after)) == (True, False)
    mine = [row for row in await story.edge.outbox() if row.notice == Notice.CARD and row.delivery is Delivery.EDIT]
    assert mine[-1].status is OutboxStatus.CANCELLED


async def test_an_offer_that_is_over_before_it_was_sent_is_not_sent(edge: Edge) -> None:
    story = Story(edge)
    await story.begin()
    await story.act(cancel)
    edge.start("pump")
    await story.settled()

    made = [row for row in await edge.outbox() if row.notice == Notice.OFFER_MADE]
    assert [(row.status, bool(row.last_error)) for row in made] == [(OutboxStatus.CANCELLED, True)]


async def test_the_whole_story_leaves_each_phone_with_one_live_card(story: Story) -> None:
    for step in (take, arrive, report):
        await story.act(step)
        await story.settled()

    for who in (story.world.requester, story.world.engineer):
        shown = await story.edge.shown(await story.phone(who))
        tickets_shown = [message for message in shown if message["inline"] and "З-" in message["text"]]
        assert len(tickets_shown) <= 1


async def test_a_picture_is_uploaded_once_and_stays_when_the_card_changes(story: Story, tmp_path: Path) -> None:
    story.edge.picture = tmp_path / "pairs.jpg"
    await asyncio.to_thread(story.edge.picture.write_bytes, jpeg(800, 600))
    for step in (take, arrive, report):
        await story.act(step)
        await story.settled()
    await story.act(say_reported_again)
    await story.settled()
    await story.act(accept)
    await story.settled()

    uploads = [bool(sent["files"]) for sent in await story.edge.box.requests("sendPhoto")]
    assert uploads == [True, False]
    last = (await story.client_sees())[-1]
    assert last["photo"]
    assert last["edited"]


async def test_a_file_id_telegram_no_longer_takes_is_uploaded_anew(story: Story, tmp_path: Path) -> None:
    story.edge.picture = tmp_path / "pairs.jpg"
    await asyncio.to_thread(story.edge.picture.write_bytes, jpeg(800, 600))
    for step in (take, arrive, report):
        await story.act(step)
        await story.settled()
    words = "Bad Request: wrong file_id or the file is temporarily unavailable"
    await story.edge.box.sim("fault", method="sendPhoto", code=400, description=words)
    await story.act(say_reported_again)
    await story.settled()

    assert [bool(sent["files"]) for sent in await story.edge.box.requests("sendPhoto")] == [True, False, True]


def say_reported_again(world: World, ticket: Ticket) -> None:
    assert world.requester.person_id is not None
    notices.answer(
        world.session,
        world.requester.person_id,
        Notice.REPORTED,
        ticket=ticket,
        cause="test:again",
        delivery=Delivery.NEW,
        now=world.now,
    )


def accept(world: World, ticket: Ticket) -> None:
    acceptances.accept(world.session, tap(world.requester), ticket.id, ticket.version, now=world.now)


def _ids(messages: list[dict[str, Any]]) -> set[int]:
    return {message["message_id"] for message in messages}

"""Every button that was ever shown, pressed later: refused politely, and nothing moves."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.notice import InboxStatus, OutboxStatus
from core.domain.offer import DeclineReason, OfferStatus
from core.domain.ticket import TicketStatus
from core.services import memberships, offers, tickets, waves
from storage.models.desk import Audit
from storage.models.offer import Offer
from storage.models.people import Membership
from storage.models.ticket import Ticket
from storage.models.visit import Visit
from tests.bot.crew import Crew
from tests.bot.phones import Phone
from tests.make.tickets import World, tap
from tests.sandbox.conftest import TOKEN

#: (who, message, data) as they stood on a phone at some time.
Seen = dict[tuple[int, str], tuple[Phone, int, str]]


def on_phones(crew: Crew, *phones: Phone) -> Seen:
    """What can be tapped now; the page shows words only, so the sandbox's own world is asked for the data."""
    world = crew.edge.box.world
    bot = world.chosen_bot(TOKEN)
    seen: Seen = {}
    for phone in phones:
        for post in world.room(bot, phone.chat).posts.values():
            for row in (post.inline or {}).get("inline_keyboard", []):
                for button in row:
                    if "callback_data" in button:
                        data = button["callback_data"]
                        seen[phone.chat, data] = (phone, post.id, data)
    return seen


async def state(crew: Crew) -> tuple[Any, ...]:
    """Whatever a button could move."""
    tickets_ = [(row.status, row.version, row.contractor_id) for row in await crew.edge.rows(Ticket)]
    offers_ = [(row.status, row.answered_at) for row in await crew.edge.rows(Offer)]
    visits = [(row.status, row.en_route_at, row.left_at) for row in await crew.edge.rows(Visit)]
    return tickets_, offers_, visits


async def press_all(buttons: Seen) -> list[str]:
    answers = []
    for phone, message, data in buttons.values():
        answer = await phone.presses(message, data=data, forged=True)
        assert answer["answered"], data
        answers.append(answer["text"] or "")
    return answers


async def test_every_button_of_a_day_pressed_in_later_states_moves_nothing(crew: Crew) -> None:
    engineer, client = crew.engineer, crew.client
    phones = (engineer, client, crew.desk)
    ever: Seen = {}

    async def shown_then_over(*steps: Any) -> None:
        """The buttons of before, once these steps have made them old."""
        before = on_phones(crew, *phones)
        for step in steps:
            await step
        now_live = on_phones(crew, *phones)
        ever.update(before)
        ever.update(now_live)
        old = {key: one for key, one in ever.items() if key not in now_live and key in before}
        was = await state(crew)
        await press_all(old)
        assert await state(crew) == was

    await crew.is_offered()
    await shown_then_over(engineer.taps("выезжаю сейчас"))
    await shown_then_over(engineer.taps("Выезжаю"))
    await shown_then_over(crew.here())
    await shown_then_over(engineer.taps("Начать работу"))
    await shown_then_over(crew.sends(), engineer.taps("Дальше: фото ПОСЛЕ"))
    await shown_then_over(crew.sends(), engineer.taps("Дальше: отчёт"))
    await shown_then_over(engineer.taps("Отправить отчёт"))
    await shown_then_over(client.taps("принять"))
    await shown_then_over(client.taps("К заявке"), client.taps("5 ★"))

    assert (await crew.ticket()).status is TicketStatus.ACCEPTED
    was = await state(crew)
    assert len(ever) > 20
    await press_all(ever)
    assert await state(crew) == was
    assert {row.status for row in await crew.edge.inbox()} == {InboxStatus.DONE}
    events = [row.event for row in await crew.edge.rows(Audit) if row.entity == "ticket"]
    assert events == ["register", "assign", "arrive", "report", "accept"]


def lapse(world: World, ticket: Ticket) -> None:
    world.now = ticket.search_due_at or world.now
    waves.sweep(world.session, 50, now=world.now)


def decline(world: World, ticket: Ticket) -> None:
    offer = world.session.scalars(select(Offer).where(Offer.ticket_id == ticket.id)).one()
    offers.decline(world.session, tap(world.engineer), offer.id, DeclineReason.BUSY, now=world.now)


def cancel(world: World, ticket: Ticket) -> None:
    tickets.cancel(world.session, tap(world.dispatcher), ticket.id, ticket.version, now=world.now)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (decline, "закрыто"),
        (cancel, "закрыто"),
    ],
    ids=["declined", "withdrawn"],
)
async def test_the_button_of_an_offer_that_is_over_answers_politely_and_does_nothing(
    crew: Crew, how: Any, words: str
) -> None:
    await crew.is_offered()
    offered = on_phones(crew, crew.engineer)
    yes = {key: one for key, one in offered.items() if key[1].startswith("take:")}
    assert len(yes) >= 3

    def over(world: World) -> None:
        how(world, world.session.scalars(select(Ticket)).one())

    await crew.does(over)
    was = await state(crew)
    answers = await press_all(yes)

    assert await state(crew) == was
    assert all(words in answer for answer in answers), answers
    assert await crew.edge.rows(Visit) == []


async def test_the_button_of_a_lost_offer_says_that_another_was_faster(crew: Crew) -> None:
    second = await crew.second_firm()
    await crew.is_offered()
    await crew.silence()
    mine = on_phones(crew, crew.engineer)
    await second.taps("выезжаю сейчас")
    was = await state(crew)
    answers = await press_all(mine)

    assert await state(crew) == was
    assert sorted(row.status for row in await crew.edge.rows(Offer)) == [OfferStatus.ACCEPTED, OfferStatus.LOST]
    assert any("друг" in answer.lower() for answer in answers), answers


async def test_an_engineer_who_was_let_go_gets_nothing_more_and_his_buttons_do_nothing(crew: Crew) -> None:
    edge, man = crew.edge, crew.engineer
    await crew.is_offered()
    old = on_phones(crew, man)
    await edge.box.sim("fault", method="*", chat=man.chat, unreachable=True, times=None)

    def told_again_and_let_go(world: World) -> None:
        lapse(world, world.session.scalars(select(Ticket)).one())
        for row in world.session.scalars(
            select(Membership).where(Membership.person_id == world.engineer.person_id, Membership.ended_at.is_(None))
        ).all():
            memberships.end(world.session, tap(world.dispatcher), row, why="test", now=world.now)

    def unit(session: Session, *, now: datetime) -> None:
        crew.world.session, crew.world.now = session, now
        told_again_and_let_go(crew.world)

    edge.clock.move(hours=2)
    await edge.db.write(unit)
    await edge.box.sim("fault", clear=True)
    await edge.later(seconds=10)
    was = await state(crew)
    answers = await press_all(old)

    assert await state(crew) == was
    assert any("Не нахожу" in answer for answer in answers), answers
    about = [row for row in await edge.outbox() if row.chat_id == man.chat and row.ticket_id is not None]
    assert OutboxStatus.CANCELLED in {row.status for row in about}
    assert all(row.last_error for row in about if row.status is OutboxStatus.CANCELLED)


async def test_a_dispatcher_who_was_demoted_has_no_desk_any_more(crew: Crew) -> None:
    ticket = await crew.is_offered()
    await crew.does(lambda world: decline(world, world.session.get_one(Ticket, ticket.id)))
    await crew.desk.says("/queue")
    await crew.desk.taps("некого отправить")
    old = on_phones(crew, crew.desk)
    assert old

    def demote(world: World) -> None:
        row = world.session.scalars(select(Membership).where(Membership.person_id == world.dispatcher.person_id)).one()
        memberships.end(world.session, tap(world.dispatcher), row, why="test", now=world.now)

    await crew.does(demote)
    was = await state(crew)
    await press_all(old)
    await crew.desk.says("/queue")

    assert await state(crew) == was
    assert "Замена светильника" not in await crew.desk.last()
    assert "Замена светильника" not in " ".join(await crew.desk.buttons())

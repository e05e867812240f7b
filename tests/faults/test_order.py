"""Updates that come twice, in any order, or before what they speak of: an edge that is allowed, or a polite refusal."""

import random
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.errors import DomainError
from core.domain.notice import InboxStatus
from core.domain.ticket import TicketStatus
from core.services import acceptances, invariants, reports, visits
from storage.models.desk import Audit
from storage.models.offer import Offer
from storage.models.post import Outbox
from storage.models.ticket import Acceptance, Ticket
from storage.models.visit import Proof, Visit
from tests.bot.crew import Crew
from tests.bot.phones import settled
from tests.make.tickets import World, make_world, send, shoot, take, tap, visit_of
from tests.sandbox.conftest import TOKEN

SEEDS = range(6)
IN_ORDER = ["register", "assign", "arrive", "report", "accept"]


def day_of(world: World, ticket: Ticket) -> list[Callable[[], Any]]:
    """What the engineer and the client do, one after the other, each with the buttons of that moment."""
    session, now, man = world.session, world.now, world.engineer
    visit = visit_of(world, ticket)
    here = {"accuracy_m": 10, "sent_at": now, "forwarded": False}
    return [
        lambda: visits.go(session, tap(man), visit.id, now=now),
        lambda: visits.arrive_by_location(session, tap(man), visit.id, world.site.lat, world.site.lon, **here, now=now),
        lambda: visits.begin_work(session, tap(man), visit.id, now=now),
        lambda: shoot(world),
        lambda: visits.before_done(session, tap(man), visit.id, now=now),
        lambda: shoot(world),
        lambda: visits.after_done(session, tap(man), visit.id, now=now),
        lambda: reports.send(session, tap(man), visit.id, now=now),
        lambda: acceptances.accept(session, tap(world.requester), ticket.id, 4, now=now),
    ]


def attempted(session: Session, deed: Callable[[], Any]) -> bool:
    """Done, or refused without a trace."""
    try:
        with session.begin_nested():
            deed()
            session.flush()
    except DomainError:
        session.expire_all()
        return False
    return True


@pytest.mark.parametrize("seed", SEEDS)
def test_a_day_in_any_order_ends_as_the_day_in_order_or_is_refused(session: Session, now: datetime, seed: int) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    take(world, ticket)
    day = day_of(world, ticket)
    shuffled = list(day)
    random.Random(seed).shuffle(shuffled)

    refused = sum(not attempted(session, deed) for deed in shuffled)
    assert refused > 0, seed
    assert invariants.violations(session, now=now) == []
    for deed in day:  # people tap again what was refused
        attempted(session, deed)

    assert ticket.status is TicketStatus.ACCEPTED, seed
    events = select(Audit.event).where(Audit.entity == "ticket", Audit.entity_id == ticket.id).order_by(Audit.id)
    assert list(session.scalars(events)) == IN_ORDER


def button_of(message: dict[str, Any], words: str) -> str:
    """The whole text of the button with these words."""
    return next(str(one["text"]) for row in message["inline"] for one in row if words in one["text"])


async def play(crew: Crew) -> None:
    """The straight story on the phones."""
    await crew.is_offered()
    engineer = crew.engineer
    await engineer.taps("выезжаю сейчас")
    await engineer.taps("Выезжаю")
    await crew.here()
    await engineer.taps("Начать работу")
    await crew.sends()
    await engineer.taps("Дальше: фото ПОСЛЕ")
    await crew.sends()
    await engineer.taps("Дальше: отчёт")
    await engineer.taps("Отправить отчёт")
    await crew.client.taps("принять")
    await crew.client.taps("5 ★")


TABLES = (Ticket, Offer, Visit, Proof, Acceptance, Audit, Outbox)


async def effects(crew: Crew) -> dict[str, list[dict[str, Any]]]:
    """Every row of everything that has an effect."""
    found = {}
    for table in TABLES:
        rows = await crew.edge.rows(table)
        found[table.__name__] = [
            {column.key: getattr(row, column.key) for column in table.__mapper__.column_attrs} for row in rows
        ]
    return found


async def test_a_day_whose_every_update_comes_thrice_has_one_effect(crew: Crew) -> None:
    await play(crew)
    before, shown = await effects(crew), len(await crew.engineer.shown())
    ids = [row.update_id for row in await crew.edge.inbox()] * 2
    random.Random(5).shuffle(ids)
    assert len(ids) > 20
    for number in ids:
        await crew.edge.box.sim("repeat", update_id=number)
    last = await crew.edge.box.sim("text", token=TOKEN, user=crew.desk.chat, text="/help")
    await settled(crew.edge, last)

    assert await effects(crew) == before
    assert len(await crew.engineer.shown()) == shown
    assert {row.status for row in await crew.edge.inbox()} == {InboxStatus.DONE}


async def test_an_edit_of_a_message_never_seen_and_a_tap_on_one_are_answered_or_passed_over(crew: Crew) -> None:
    chat = crew.engineer.chat
    where = {"chat": {"id": chat, "type": "private"}, "from": {"id": chat, "is_bot": False, "first_name": "П"}}
    edited = {"message_id": 9_000_001, "date": 1_700_000_000, "edit_date": 1_700_000_001, **where}
    await crew.edge.box.sim("raw", token=TOKEN, update={"edited_message": edited | {"text": "исправлено"}})
    photo = [{"file_id": "x", "file_unique_id": "y", "width": 9, "height": 9}]
    await crew.edge.box.sim("raw", token=TOKEN, update={"edited_message": edited | {"photo": photo}})
    await crew.is_offered()
    offered = (await crew.engineer.shown())[-1]
    text = button_of(offered, "выезжаю сейчас")
    answer = await crew.engineer.presses(offered["message_id"], text=text, inaccessible=True)

    assert answer["answered"]
    assert {row.status for row in await crew.edge.inbox()} == {InboxStatus.DONE}
    assert await crew.proofs() == []
    assert (await crew.ticket()).status is TicketStatus.ASSIGNED


async def test_a_tap_that_overtakes_the_mark_of_its_card_counts(crew: Crew) -> None:
    """The message is on the phone already, that it was sent is not written yet."""
    edge, chat = crew.edge, crew.engineer.chat
    await edge.box.sim("fault", method="sendMessage", chat=chat, hold=True, stage="after", times=1)

    def send_it(session: Session, *, now: datetime) -> None:
        crew.world.session, crew.world.now = session, now
        send(crew.world)

    await edge.db.write(send_it)
    await edge.until(lambda: edge.shown(chat))
    (offer,) = await edge.shown(chat)
    text = button_of(offer, "выезжаю сейчас")
    await edge.box.sim("press", token=TOKEN, user=chat, message_id=offer["message_id"], text=text)

    async def taken() -> bool:
        return (await crew.ticket()).status is TicketStatus.ASSIGNED

    await edge.until(taken)
    await edge.box.sim("fault", method="sendMessage", release=True)
    await settled(edge)
    live = [one for one in await edge.shown(chat) if one["inline"]]
    assert len(live) == 1
    assert "Выезжаю" in " ".join(await crew.engineer.buttons())

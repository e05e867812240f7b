"""Between the offer and the yes a firm is blocked, closed or loses the skill: rows and phones."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.errors import Conflict, NotQualified, OfferClosed
from core.domain.notice import Notice, OutboxStatus
from core.domain.offer import Exclusion, OfferStatus, WaveReason
from core.domain.task import TaskKind
from core.domain.ticket import TicketStatus
from core.services import counter_prices, offers, unfit, waves
from storage.db import Database
from storage.models.contractor import Block, Contractor, ContractorSkill
from storage.models.desk import Audit
from storage.models.offer import Offer, Wave
from storage.models.ticket import Ticket
from tests.bot.crew import Crew
from tests.bot.phones import settled
from tests.clock import START, HandClock
from tests.make.directories import add_contractor
from tests.make.tickets import SKILL, World, add_engineer, card_of, make_world, open_tasks, send, take, tap

TODAY = START.date()
Loss = Callable[[World], None]


def is_blocked(world: World) -> None:
    world.session.add(Block(contractor_id=world.contractor.id, reason="Проверка", starts_at=world.now))
    world.session.flush()


def is_blocked_by_the_client(world: World) -> None:
    block = Block(contractor_id=world.contractor.id, client_id=world.client.id, reason="Проверка", starts_at=world.now)
    world.session.add(block)
    world.session.flush()


def is_closed(world: World) -> None:
    world.session.get_one(Contractor, world.contractor.id).is_active = False
    world.session.flush()


def skill_of(world: World) -> ContractorSkill:
    mine = select(ContractorSkill).where(ContractorSkill.contractor_id == world.contractor.id)
    return world.session.scalars(mine).one()


def loses_confirmation(world: World) -> None:
    skill_of(world).is_confirmed = False
    world.session.flush()


def certificate_ended_yesterday(world: World) -> None:
    skill_of(world).valid_until = TODAY - timedelta(days=1)
    world.session.flush()


def names_the_skill_no_more(world: World) -> None:
    world.session.execute(delete(ContractorSkill).where(ContractorSkill.contractor_id == world.contractor.id))
    world.session.expire_all()


LOSSES: dict[str, tuple[Loss, Exclusion]] = {
    "blocked": (is_blocked, Exclusion.BLOCKED),
    "blocked by the client": (is_blocked_by_the_client, Exclusion.BLOCKED),
    "closed": (is_closed, Exclusion.INACTIVE),
    "not confirmed": (loses_confirmation, Exclusion.SKILL_UNCONFIRMED),
    "not valid": (certificate_ended_yesterday, Exclusion.SKILL_EXPIRED),
    "no skill": (names_the_skill_no_more, Exclusion.SKILL_UNCONFIRMED),
}
every_loss = pytest.mark.parametrize("loss", LOSSES)


def a_minute_later(world: World, clock: HandClock) -> None:
    world.now = clock.move(minutes=1)


def swept(world: World) -> int:
    """As the timetable does: until nothing is left."""
    total = 0
    while taken := unfit.sweep(world.session, 1, now=world.now):
        total += taken
    world.session.flush()
    return total


def second_firm(world: World, **fields: Any) -> Actor:
    firm = add_contractor(world.session, skills=[SKILL], **{"lat": 55.80, **fields})
    return add_engineer(world.session, firm, now=world.now)


def states(session: Session, ticket: Ticket) -> list[OfferStatus]:
    return list(session.scalars(select(Offer.status).where(Offer.ticket_id == ticket.id).order_by(Offer.id)))


@every_loss
def test_who_may_not_be_asked_any_more_loses_his_offer_and_the_next_is_asked(
    session: Session, now: datetime, clock: HandClock, loss: str
) -> None:
    world = make_world(session, now=now)
    second_firm(world)
    ticket = send(world)
    lose, why = LOSSES[loss]
    a_minute_later(world, clock)
    lose(world)

    assert (swept(world), swept(world)) == (1, 0)

    assert states(session, ticket) == [OfferStatus.WITHDRAWN, OfferStatus.SENT]
    wave = session.scalars(select(Wave).order_by(Wave.number.desc()).limit(1)).one()
    assert (wave.reason, ticket.status) == (WaveReason.DECLINED, TicketStatus.SEARCHING)
    row = session.scalars(select(Audit).where(Audit.event == "withdraw")).one()
    assert (row.from_state, row.to_state, row.data) == (OfferStatus.SENT, OfferStatus.WITHDRAWN, {"reason": why})
    assert card_of(world, world.engineer, ticket).offer_status is OfferStatus.WITHDRAWN
    with pytest.raises(OfferClosed):
        take(world, ticket)


@pytest.mark.breaks_invariants  # an open offer of a blocked firm is what the test makes
@every_loss
def test_a_yes_that_comes_before_the_sweep_is_refused_all_the_same(
    session: Session, now: datetime, clock: HandClock, loss: str
) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    a_minute_later(world, clock)
    LOSSES[loss][0](world)

    with pytest.raises(NotQualified):
        take(world, ticket)
    assert ticket.status is TicketStatus.SEARCHING


def test_with_nobody_else_the_desk_has_the_ticket_at_once(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    a_minute_later(world, clock)
    is_blocked(world)
    swept(world)

    assert (ticket.status, ticket.search_due_at) == (TicketStatus.UNSTAFFED, None)
    assert [task.kind for task in open_tasks(session, ticket)] == [TaskKind.UNSTAFFED]


def test_an_offer_he_had_let_lapse_is_withdrawn_and_hurries_nobody(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    other = second_firm(world)
    third = second_firm(world, lat=55.9)
    ticket = send(world)
    world.now = clock.move(minutes=60)
    waves.sweep(session, 50, now=world.now)
    due = ticket.search_due_at
    is_blocked(world)

    assert swept(world) == 1
    assert states(session, ticket) == [OfferStatus.WITHDRAWN, OfferStatus.SENT]
    assert ticket.search_due_at == due
    take(world, ticket, other)
    assert ticket.status is TicketStatus.ASSIGNED
    assert third.contractor_ids.isdisjoint(session.scalars(select(Offer.contractor_id)))


def test_his_own_price_leaves_the_queue_of_the_desk(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    second_firm(world)
    ticket = send(world)
    offer = session.scalars(select(Offer)).one()
    counter_prices.name_price(session, tap(world.engineer), offer.id, 300_000, now=now)
    a_minute_later(world, clock)
    is_blocked(world)
    swept(world)

    assert states(session, ticket) == [OfferStatus.WITHDRAWN, OfferStatus.SENT]
    assert open_tasks(session, ticket) == []


def test_a_block_elsewhere_an_ended_one_and_a_longer_certificate_change_nothing(
    session: Session, now: datetime
) -> None:
    world, elsewhere = make_world(session, now=now), make_world(session, now=now)
    ticket = send(world)
    firm = world.contractor.id
    session.add(Block(contractor_id=firm, client_id=elsewhere.client.id, reason="Проверка", starts_at=now))
    ended = {"starts_at": now - timedelta(days=2), "ends_at": now - timedelta(days=1)}
    session.add(Block(contractor_id=firm, reason="Проверка", **ended))
    skill_of(world).valid_until = TODAY  # the last valid day
    session.flush()

    assert swept(world) == 0
    assert states(session, ticket) == [OfferStatus.SENT]


def test_who_moved_away_keeps_his_offer_at_the_distance_he_was_told(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    told = session.scalars(select(Offer.distance_m)).one()
    base = session.get_one(Contractor, world.contractor.id)
    base.lat, base.radius_km = 59.9, 1
    session.flush()

    assert swept(world) == 0
    take(world, ticket)
    assert ticket.status is TicketStatus.ASSIGNED
    assert session.scalars(select(Offer.distance_m)).one() == told


def test_the_last_day_of_a_certificate_is_that_of_the_site(session: Session, clock: HandClock) -> None:
    """Noon of UTC is midnight in Kamchatka, where the site is."""
    world = make_world(session, now=clock.now())
    world.site.zone = "Asia/Kamchatka"
    ticket = send(world)
    skill_of(world).valid_until = TODAY
    session.flush()
    world.now = clock.at = START.replace(hour=11, minute=59)
    assert swept(world) == 0
    world.now = clock.at = START.replace(hour=12)
    assert swept(world) == 1
    assert states(session, ticket) == [OfferStatus.WITHDRAWN]


async def in_the_world(crew: Crew, work: Callable[[World], Any]) -> Any:
    """While the bot is down: nobody waits for letters."""

    def unit(session: Session, *, now: datetime) -> Any:
        crew.world.session, crew.world.now = session, now
        return work(crew.world)

    return await crew.edge.db.write(unit)


@every_loss
async def test_between_claim_and_send_the_letter_ends_with_a_reason_and_the_next_phone_rings(
    crew: Crew, loss: str
) -> None:
    edge = crew.edge
    second = await crew.second_firm()
    await edge.stop()
    ticket = await in_the_world(crew, send)
    edge.clock.move(minutes=1)
    await in_the_world(crew, LOSSES[loss][0])
    before = len(await crew.engineer.shown())
    edge.start()
    await settled(edge)

    (letter,) = [row for row in await edge.outbox() if row.notice == Notice.OFFER_MADE]
    assert (letter.chat_id, letter.status) == (crew.engineer.chat, OutboxStatus.CANCELLED)
    assert letter.last_error
    assert len(await crew.engineer.shown()) == before

    assert await edge.db.write(unfit.sweep, 50) == 1
    await settled(edge)
    assert [offer.status for offer in await edge.rows(Offer)] == [OfferStatus.WITHDRAWN, OfferStatus.SENT]
    assert "Есть работа" in await second.last()
    assert len(await crew.engineer.shown()) == before
    await second.taps("выезжаю сейчас")
    assert (await edge.db.read(lambda session, *, now: session.get_one(Ticket, ticket.id).status)) == "assigned"


async def test_a_blocked_man_of_a_good_firm_hears_nothing_and_his_colleague_does(crew: Crew) -> None:
    edge = crew.edge
    colleague = await crew.colleague()
    await edge.stop()
    await in_the_world(crew, send)
    edge.clock.move(minutes=1)

    def block(world: World) -> None:
        block = Block(person_id=world.engineer.person_id, reason="Проверка", starts_at=world.now)
        world.session.add(block)

    await in_the_world(crew, block)
    edge.start()
    await settled(edge)

    letters = {row.chat_id: row.status for row in await edge.outbox() if row.notice == Notice.OFFER_MADE}
    assert letters == {crew.engineer.chat: OutboxStatus.CANCELLED, colleague.chat: OutboxStatus.SENT}
    assert await edge.db.write(unfit.sweep, 50) == 0  # the firm itself may still take it


async def test_the_card_of_a_blocked_firm_says_that_its_offer_is_gone(crew: Crew) -> None:
    await crew.second_firm()
    await crew.is_offered()
    assert "выезжаю сейчас" in " ".join(await crew.engineer.buttons())
    shown = len(await crew.engineer.shown())
    crew.edge.clock.move(minutes=1)
    await in_the_world(crew, is_blocked)
    answer = await crew.engineer.taps("выезжаю сейчас")  # before the sweep has come round
    assert answer["text"]
    assert [offer.status for offer in await crew.edge.rows(Offer)] == [OfferStatus.SENT]

    await crew.edge.db.write(unfit.sweep, 50)
    await settled(crew.edge)
    assert "выезжаю сейчас" not in " ".join(await crew.engineer.buttons())
    assert len(await crew.engineer.shown()) == shown  # the card was redrawn, nothing rang


async def test_a_block_and_a_yes_in_one_second_leave_one_of_them_and_two_sweeps_ask_the_next_once(
    db: Database, database_url: str, clock: HandClock
) -> None:
    def prepare(session: Session, *, now: datetime) -> tuple[World, int]:
        world = make_world(session, now=now)
        second_firm(world)
        send(world)
        return world, session.scalars(select(Offer.id).order_by(Offer.id.desc()).limit(1)).one()

    def block(session: Session, firm: int, *, now: datetime) -> None:
        session.add(Block(contractor_id=firm, reason="Проверка", starts_at=now))
        unfit.sweep(session, 50, now=now)

    async def yes(actor: Actor, offer: int) -> str:
        try:
            await db.write(offers.accept, actor, offer, None, None)
        except (Conflict, NotQualified):
            return "late"
        return "taken"

    def seen(session: Session, offer: int, *, now: datetime) -> tuple[TicketStatus, list[OfferStatus]]:
        ticket = session.get_one(Ticket, session.get_one(Offer, offer).ticket_id)
        return ticket.status, states(session, ticket)

    other = Database.open(database_url, clock)
    for _ in range(6):
        world, offer = await db.write(prepare)
        clock.move(minutes=1)
        told, *_ = await asyncio.gather(
            yes(tap(world.engineer), offer),
            other.write(block, world.contractor.id),
            other.write(unfit.sweep, 50),
            db.write(unfit.sweep, 50),
        )
        await db.write(unfit.sweep, 50)
        found = await db.read(seen, offer)
        if told == "taken":
            assert found == (TicketStatus.ASSIGNED, [OfferStatus.ACCEPTED])
        else:
            assert found == (TicketStatus.SEARCHING, [OfferStatus.WITHDRAWN, OfferStatus.SENT])
    await other.close()

"""Offers of firms that may have lost what they need: looked at a few at a time, and nobody waits for ever."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.block import BlockLevel
from core.domain.offer import Exclusion, OfferStatus
from core.domain.ticket import TicketStatus
from core.services import guard, unfit
from scheduler.runner import Runner
from scheduler.timetable import timetable
from storage.db import Database
from storage.models.contractor import Block, Contractor, ContractorSkill
from storage.models.directory import Site
from storage.models.offer import Offer
from storage.models.people import Person
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.databases import counted
from tests.make.directories import add_client, add_contractor
from tests.make.tickets import SKILL, add_engineer, make_world, send

#: Open offers of a closed firm are what is made here.
pytestmark = pytest.mark.breaks_invariants
UNFIT = next(job for job in timetable("Europe/Moscow") if job.sweep is unfit.sweep)
#: The document ends today: in the farthest zone it is tomorrow, in Moscow it is not.
TODAY = date(2026, 3, 16)


def offers(session: Session, plan: str, *, now: datetime) -> list[int]:
    """An open offer for each letter: `s` of a firm that is suspected and fit, `x` of one that is closed."""
    world = make_world(session, now=now)
    world.contractor.engineers = 50
    for _ in plan:
        send(world)
    session.scalars(select(ContractorSkill)).one().valid_until = TODAY
    closed = add_contractor(session, skills=[SKILL])
    closed.is_active = False
    found = session.scalars(select(Offer).order_by(Offer.id)).all()
    for offer, letter in zip(found, plan, strict=True):
        offer.contractor_id = world.contractor.id if letter == "s" else closed.id
    session.flush()
    return [offer.id for offer in found]


def withdrawn(session: Session, *, now: datetime) -> list[int]:
    return list(session.scalars(select(Offer.id).where(Offer.status == OfferStatus.WITHDRAWN).order_by(Offer.id)))


def test_those_behind_many_who_are_fit_come_to_their_turn(
    session: Session, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unfit, "LOOK_AT", 2)
    now = clock.move(hours=5)
    found = offers(session, "ssssxsx", now=now)
    taken = [unfit.sweep(session, 50, now=now) for _ in range(4)]
    assert taken == [0, 0, 1, 1]
    assert withdrawn(session, now=now) == [found[4], found[6]]
    assert [unfit.sweep(session, 50, now=now) for _ in range(5)] == [0] * 5


def test_those_in_front_of_the_last_one_judged_come_to_their_turn_again(
    session: Session, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unfit, "LOOK_AT", 2)
    now = clock.move(hours=5)
    found = offers(session, "sssss", now=now)
    assert [unfit.sweep(session, 50, now=now) for _ in range(2)] == [0, 0]
    closed = session.scalars(select(Contractor.id).where(Contractor.is_active.is_(False))).one()
    session.get_one(Offer, found[0]).contractor_id = closed
    session.flush()
    assert [unfit.sweep(session, 50, now=now) for _ in range(2)] == [1, 0]
    assert withdrawn(session, now=now) == [found[0]]


def test_only_some_are_judged_at_once_and_none_of_those_who_are_fit_is_locked(
    session: Session, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.move(hours=5)
    offers(session, "ssssss", now=now)

    def costs(look_at: int) -> int:
        monkeypatch.setattr(unfit, "LOOK_AT", look_at)
        with counted(session) as statements:
            assert unfit.sweep(session, 50, now=now) == 0
        assert not [one for one in statements if "FOR UPDATE" in one]
        return len(statements)

    costs(2)
    assert costs(2) < costs(6)


def test_many_are_withdrawn_in_several_transactions(session: Session, clock: HandClock) -> None:
    now = clock.move(hours=5)
    found = offers(session, "x" * (unfit.WITHDRAW + 2), now=now)
    assert [unfit.sweep(session, 50, now=now) for _ in range(3)] == [unfit.WITHDRAW, 2, 0]
    assert withdrawn(session, now=now) == found


def test_by_a_time_that_is_in_doubt_no_document_is_over(session: Session, clock: HandClock) -> None:
    found = offers(session, "sx", now=clock.now())
    year = timedelta(days=365)
    now = clock.move(days=365)
    guard.doubt(session, year, now=now)

    assert [unfit.sweep(session, 50, now=now) for _ in range(2)] == [1, 0]
    assert withdrawn(session, now=now) == [found[1]]


def prepare(session: Session, plan: str, *, now: datetime) -> list[int]:
    return offers(session, plan, now=now)


async def test_one_offer_that_cannot_be_withdrawn_stops_no_other(
    db: Database, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unfit, "LOOK_AT", 2)
    clock.move(hours=5)
    found = await db.write(prepare, "sxxsxsx")
    withdraw = unfit.withdraw

    def fail_once(
        session: Session, actor: Actor, offer: Offer, ticket: Ticket, why: Exclusion, *, now: datetime
    ) -> int:
        if offer.id == found[1]:
            raise RuntimeError("a bad row")
        return withdraw(session, actor, offer, ticket, why, now=now)

    monkeypatch.setattr(unfit, "withdraw", fail_once)
    runner = Runner(db, [UNFIT])
    for _ in range(4):
        await runner.run_job(UNFIT)
    assert await db.read(withdrawn) == [found[2], found[4], found[6]]
    monkeypatch.setattr(unfit, "withdraw", withdraw)
    for _ in range(4):
        await runner.run_job(UNFIT)
    assert await db.read(withdrawn) == [found[1], found[2], found[4], found[6]]


@pytest.mark.parametrize(
    ("zone", "visit", "valid_until", "is_suspected", "is_fit"),
    [
        ("Europe/Moscow", datetime(2026, 4, 1, 9, tzinfo=UTC), date(2026, 4, 2), False, True),
        ("Europe/Moscow", datetime(2026, 4, 1, 9, tzinfo=UTC), date(2026, 4, 1), True, True),
        ("Europe/Moscow", datetime(2026, 4, 1, 9, tzinfo=UTC), date(2026, 3, 31), True, False),
        ("Asia/Kamchatka", datetime(2026, 4, 1, 23, tzinfo=UTC), date(2026, 4, 2), False, True),
        ("Asia/Kamchatka", datetime(2026, 4, 1, 23, tzinfo=UTC), date(2026, 4, 1), True, False),
        ("Europe/Moscow", datetime(2026, 3, 1, 9, tzinfo=UTC), date(2026, 3, 16), True, True),
    ],
)
def test_a_visit_far_ahead_makes_no_suspect_of_a_document_that_lasts_longer(
    session: Session,
    clock: HandClock,
    zone: str,
    visit: datetime,
    valid_until: date,
    is_suspected: bool,
    is_fit: bool,
) -> None:
    now = clock.move(hours=5)
    offers(session, "s", now=now)
    ticket = session.scalars(select(Ticket)).one()
    ticket.visit_from = visit
    session.get_one(Site, ticket.site_id).zone = zone
    session.scalars(select(ContractorSkill).order_by(ContractorSkill.id).limit(1)).one().valid_until = valid_until
    session.flush()
    assert len(unfit._suspects(session, now)) == is_suspected
    assert unfit.sweep(session, 50, now=now) == (not is_fit)


def stopped(session: Session, actor: Actor, *, now: datetime, client_id: int | None = None) -> None:
    """A block of which the offers that are out know nothing."""
    block = {"person_id": actor.person_id, "client_id": client_id, "reason": "Грубость", "level": BlockLevel.SUSPENDED}
    session.add(Block(**block, starts_at=now))
    session.flush()


@pytest.mark.parametrize(("blocked", "taken"), [("", 0), ("o", 0), ("t", 0), ("ot", 1)])
def test_who_has_nobody_left_but_blocked_people_is_not_waited_for(
    session: Session, now: datetime, blocked: str, taken: int
) -> None:
    """`o` is the owner, `t` the other one."""
    world = make_world(session, now=now)
    crew = {"o": world.engineer, "t": add_engineer(session, world.contractor, now=now)}
    ticket = send(world)
    for letter in blocked:
        stopped(session, crew[letter], now=now)
    assert unfit.sweep(session, 50, now=now) == taken
    assert len(withdrawn(session, now=now)) == taken
    assert (ticket.status is TicketStatus.UNSTAFFED) is bool(taken)
    assert unfit.sweep(session, 50, now=now) == 0


def test_a_man_another_client_does_not_want_and_one_who_cannot_be_reached_keep_their_offer(
    session: Session, now: datetime
) -> None:
    world = make_world(session, now=now)
    send(world)
    stopped(session, world.engineer, now=now, client_id=add_client(session).id)
    assert unfit.sweep(session, 50, now=now) == 0
    session.get_one(Person, world.engineer.person_id).unreachable_at = now
    session.flush()
    assert unfit.sweep(session, 50, now=now) == 0

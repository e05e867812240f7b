"""What a contractor missed this week and why: one line per job, of his own firm, from what was stored."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.errors import NotAllowed
from core.domain.missed import Miss, Why
from core.domain.offer import DeclineReason, Exclusion
from core.services import counter_prices, missed, offers, staffing, tickets, waves
from storage.models.contractor import Contractor
from storage.models.offer import Offer
from tests.clock import HandClock
from tests.make.directories import add_contractor
from tests.make.tickets import SKILL, World, add_engineer, make_world, send, take, tap


def firm(world: World, **fields: object) -> tuple[Contractor, Actor]:
    """A firm a band farther than the first."""
    one = add_contractor(world.session, skills=[SKILL], **{"lat": 55.85, "lon": 37.62, **fields})
    return one, add_engineer(world.session, one, now=world.now)


def whys(world: World, actor: Actor) -> list[Why]:
    found = missed.of_week(world.session, tap(actor), now=world.now)
    assert found.total == len(found.lines)
    return [line.why for line in found.lines]


def wait_out(world: World, clock: HandClock) -> None:
    world.now = clock.at = world.now + timedelta(minutes=61)
    waves.sweep(world.session, 50, now=world.now)


def test_what_is_out_of_reach_says_how_far_it_was(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    _, other = firm(world, lat=56.10, radius_km=30)
    take(world, send(world))
    found = missed.of_week(session, tap(other), now=now)

    (line,) = found.lines
    assert (line.why, line.radius_km, line.pay_kop, line.city) == (Exclusion.TOO_FAR, 30, 260_000, "Москва")
    assert 35_000 < line.distance_m < 45_000
    assert (found.counts, found.total) == (((Exclusion.TOO_FAR, 1),), 1)
    assert not {world.client.name, world.site.name, world.site.address} & set(map(str, vars_of(line)))


def vars_of(line: missed.MissedLine) -> list[object]:
    return [getattr(line, name) for name in line.__dataclass_fields__]


def test_who_was_ranked_and_not_reached_reads_his_place(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    _, other = firm(world)
    ticket = send(world)
    assert whys(world, other) == []  # it may still come to him
    take(world, ticket)

    (line,) = missed.of_week(session, tap(other), now=now).lines
    assert (line.why, line.rank, line.ranked) == (Miss.NEARER, 2, 2)


def test_silence_and_being_slower_are_told_apart(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    _, other = firm(world)
    ticket = send(world)
    wait_out(world, clock)
    assert whys(world, world.engineer) == []  # a lapsed offer can still be taken
    take(world, ticket, other)
    assert whys(world, world.engineer) == [Miss.SILENT]

    second = send(world)
    wait_out(world, clock)
    take(world, second)
    assert whys(world, other) == [Miss.FASTER]


def test_what_he_declined_took_or_named_a_price_for_is_not_missed(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    _, other = firm(world)

    def offer() -> Offer:
        send(world)
        return session.scalars(select(Offer).order_by(Offer.id.desc()).limit(1)).one()

    declined = offer()
    offers.decline(session, tap(world.engineer), declined.id, DeclineReason.BUSY, now=now)
    take(world, send(world))
    named = offer()
    counter_prices.name_price(session, tap(world.engineer), named.id, 300_000, now=now)
    assert whys(world, world.engineer) == []
    asked = session.scalars(select(Offer).where(Offer.ticket_id == named.ticket_id, Offer.id != named.id)).one()
    offers.accept(session, tap(other), asked.id, None, None, now=now)
    assert whys(world, world.engineer) == [Miss.FASTER]


def test_a_job_that_was_cancelled_was_missed_by_nobody(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    _, other = firm(world, lat=56.10, radius_km=30)
    ticket = send(world)
    assert whys(world, other) == [Exclusion.TOO_FAR]
    tickets.cancel(session, tap(world.requester), ticket.id, ticket.version, now=now)
    assert whys(world, other) == []


def test_the_last_telling_state_of_a_job_counts_once(session: Session, now: datetime, clock: HandClock) -> None:
    """Away in the first wave, at the limit in the second: the second is what kept him."""
    world = make_world(session, now=now)
    middle, _ = firm(world)
    late, man = firm(world, lat=55.95, is_available=False)
    ticket = send(world)
    late.is_available, late.is_active = True, False
    session.flush()
    wait_out(world, clock)
    staffing.assign(session, tap(world.dispatcher), ticket.id, middle.id, now=world.now)

    assert whys(world, man) == [Exclusion.INACTIVE]


def test_only_the_own_firm_and_only_this_week(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    _, far = firm(world, lat=56.10, radius_km=30)
    _, near = firm(world, is_available=False)
    for _ in range(3):
        take(world, send(world))
    assert whys(world, far) == [Exclusion.TOO_FAR] * 3
    assert whys(world, near) == [Exclusion.AWAY] * 3
    page = missed.of_week(session, tap(far), now=now, offset=2, limit=2)
    assert (len(page.lines), page.total, page.counts) == (1, 3, ((Exclusion.TOO_FAR, 3),))
    assert missed.of_week(session, tap(far), now=now + timedelta(days=8)).total == 0
    with pytest.raises(NotAllowed):
        missed.of_week(session, tap(world.requester), now=now)


def test_what_was_missed_stays_so_after_radius_and_skills_have_changed(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    other, man = firm(world, lat=56.10, radius_km=30)
    take(world, send(world))
    before = missed.of_week(session, tap(man), now=now)
    other.radius_km, other.lat, other.night_jobs = 500, 55.75, True
    session.flush()

    assert missed.of_week(session, tap(man), now=now) == before

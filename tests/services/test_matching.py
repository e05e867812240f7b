"""Who is found: near by base or by phone, far by region, every exclusion with its reason; checked by a plain search."""

import random
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain import geo
from core.domain.errors import NotAllowed, NumberInvalid
from core.domain.offer import Exclusion
from core.domain.ticket import TicketStatus
from core.services import matching, positions
from storage.models.contractor import Block, Contractor, ContractorRegion, ContractorSkill, MatchPoint
from storage.models.people import Position
from storage.models.ticket import Ticket
from tests.make.directories import add_client, add_contractor
from tests.make.tickets import SKILL, World, add_engineer, bring, make_world, send, take, tap, visit_of

MOSCOW = (55.7558, 37.6173)
VLADIVOSTOK = (43.1155, 131.8855)


def firm(world: World, **fields: Any) -> Contractor:
    row = add_contractor(world.session, skills=[SKILL], **fields)
    add_engineer(world.session, row, now=world.now)
    return row


def found(world: World, ticket: Ticket) -> tuple[list[int], dict[int, Exclusion]]:
    search = matching.search(world.session, ticket, now=world.now)
    return (
        [candidate.contractor_id for candidate in search.ranked],
        {candidate.contractor_id: reason for candidate, reason in search.excluded},
    )


@pytest.fixture
def world(session: Session, now: datetime) -> World:
    return make_world(session, now=now)


@pytest.fixture
def ticket(world: World) -> Ticket:
    """On its way already: the first firm is asked, the others are looked for."""
    return send(world)


def test_a_certificate_that_has_ended_is_a_reason(world: World, ticket: Ticket) -> None:
    session = world.session
    ended, last_day, unconfirmed = firm(world), firm(world), firm(world)
    for row, change in (
        (ended, {"valid_until": date(2026, 3, 15)}),
        (last_day, {"valid_until": date(2026, 3, 16)}),
        (unconfirmed, {"is_confirmed": False}),
    ):
        skill = session.scalars(select(ContractorSkill).where(ContractorSkill.contractor_id == row.id)).one()
        for name, value in change.items():
            setattr(skill, name, value)
    session.flush()
    ranked, excluded = found(world, ticket)

    assert ranked == [last_day.id]
    assert excluded[ended.id] is Exclusion.SKILL_EXPIRED
    assert excluded[unconfirmed.id] is Exclusion.SKILL_UNCONFIRMED
    assert excluded[world.contractor.id] is Exclusion.ASKED


def test_a_region_is_served_from_any_distance(world: World, ticket: Ticket) -> None:
    lat, lon = VLADIVOSTOK
    far = firm(world, lat=lat, lon=lon, radius_km=30)
    world.session.add(ContractorRegion(contractor_id=far.id, region="Москва"))
    world.session.flush()

    assert found(world, ticket)[0] == [far.id]


@pytest.mark.parametrize(
    ("fields", "blocked"),
    [
        ({}, True),
        ({"starts_at": timedelta(hours=1)}, False),
        ({"ends_at": timedelta(0)}, False),
        ({"ends_at": timedelta(hours=1)}, True),
    ],
)
def test_a_block_counts_while_it_lasts(
    world: World, ticket: Ticket, fields: dict[str, timedelta], blocked: bool
) -> None:
    row = firm(world)
    times = {"starts_at": world.now, **{name: world.now + offset for name, offset in fields.items()}}
    world.session.add(Block(contractor_id=row.id, reason="подлог", **times))
    world.session.flush()
    ranked, excluded = found(world, ticket)

    assert (excluded.get(row.id) is Exclusion.BLOCKED) is blocked
    assert (row.id in ranked) is not blocked


def test_a_block_by_one_client_is_no_block_elsewhere(world: World, ticket: Ticket) -> None:
    here, elsewhere = firm(world), firm(world)
    other = add_client(world.session)
    world.session.add(Block(contractor_id=here.id, client_id=world.client.id, reason="-", starts_at=world.now))
    world.session.add(Block(contractor_id=elsewhere.id, client_id=other.id, reason="-", starts_at=world.now))
    world.session.flush()
    ranked, excluded = found(world, ticket)

    assert ranked == [elsewhere.id]
    assert excluded[here.id] is Exclusion.BLOCKED


def test_within_a_band_the_score_and_the_experience_decide(world: World, ticket: Ticket) -> None:
    poor = firm(world, lat=55.760, score=60)
    good = firm(world, lat=55.780, score=90)
    far = firm(world, lat=55.850, score=100)

    assert found(world, ticket)[0] == [good.id, poor.id, far.id]


def test_accepted_jobs_of_this_service_break_a_tie(world: World) -> None:
    second = firm(world)
    bring(world, TicketStatus.ACCEPTED)
    ranked, _ = found(world, send(world))
    search = matching.search(world.session, send(world), now=world.now)

    assert second.id in ranked
    both = {one.contractor_id: one for one, _ in search.excluded} | {one.contractor_id: one for one in search.ranked}
    assert both[world.contractor.id].accepted_jobs == 1
    assert both[second.id].accepted_jobs == 0


def test_who_handed_this_ticket_back_is_not_asked_again(world: World) -> None:
    from core.services import visits

    second = firm(world)
    ticket = send(world)
    take(world, ticket)
    visits.give_up(world.session, tap(world.engineer), visit_of(world, ticket).id, now=world.now)

    assert found(world, ticket)[1] == {
        world.contractor.id: Exclusion.REFUSED,
        second.id: Exclusion.ASKED,
    }


def test_a_live_phone_brings_its_firm_nearer_while_it_is_fresh(world: World, ticket: Ticket) -> None:
    lat, lon = 55.40, 37.62
    far = add_contractor(world.session, skills=[SKILL], lat=lat, lon=lon, radius_km=20)
    engineer = add_engineer(world.session, far, now=world.now)
    assert found(world, ticket)[1][far.id] is Exclusion.TOO_FAR

    where = {"accuracy_m": 20, "sent_at": world.now}
    positions.seen(world.session, tap(engineer), *MOSCOW, **where, now=world.now)
    assert found(world, ticket)[0] == [far.id]

    world.now += timedelta(minutes=121)
    assert found(world, ticket)[1][far.id] is Exclusion.TOO_FAR


def test_an_overtaken_place_does_not_turn_the_phone_back(world: World) -> None:
    session, engineer, now = world.session, world.engineer, world.now
    positions.seen(session, tap(engineer), *MOSCOW, accuracy_m=5, sent_at=now, now=now)
    old = now - timedelta(minutes=1)
    positions.seen(session, tap(engineer), *VLADIVOSTOK, accuracy_m=5, sent_at=old, now=now)

    assert session.get_one(Position, engineer.person_id).lat == MOSCOW[0]
    assert session.scalars(select(MatchPoint.lat).where(MatchPoint.person_id == engineer.person_id)).one() == MOSCOW[0]


def test_the_place_is_forgotten_when_sharing_ends(world: World) -> None:
    session, engineer, now = world.session, world.engineer, world.now
    positions.seen(session, tap(engineer), *MOSCOW, accuracy_m=None, sent_at=now, now=now)
    positions.ended(session, tap(engineer), now=now)
    positions.ended(session, tap(engineer), now=now)

    assert session.scalars(select(Position)).all() == []
    assert session.scalars(select(MatchPoint).where(MatchPoint.person_id.is_not(None))).all() == []
    assert len(session.scalars(select(MatchPoint)).all()) == 1  # the base stays


def test_only_a_contractor_is_followed_and_only_to_places(world: World) -> None:
    with pytest.raises(NotAllowed):
        positions.seen(world.session, tap(world.requester), *MOSCOW, accuracy_m=1, sent_at=world.now, now=world.now)
    with pytest.raises(NumberInvalid):
        positions.seen(world.session, tap(world.engineer), 91, 0, accuracy_m=1, sent_at=world.now, now=world.now)


@pytest.mark.parametrize("seed", range(4))
def test_the_search_finds_whom_a_plain_look_at_everybody_finds(world: World, seed: int) -> None:
    """Random firms around the world's largest city of the book, some across the date line."""
    luck = random.Random(seed)
    session, site = world.session, world.site
    if seed % 2:
        site.lat, site.lon = 66.0, 179.9  # Chukotka: the circle crosses 180°
    firms = []
    for _ in range(40):
        lat, lon = site.lat + luck.uniform(-2, 2), site.lon + luck.uniform(-4, 4)
        lon = lon - 360 if lon > 180 else lon
        firms.append(firm(world, lat=lat, lon=lon, radius_km=luck.choice((5, 40, 120)), score=luck.randint(0, 100)))
    session.flush()
    ticket = send(world)
    ranked, excluded = found(world, ticket)

    asked = {reason for reason in excluded.values()} - {Exclusion.TOO_FAR, Exclusion.ASKED}
    assert asked == set()
    may = {
        row.id: round(geo.metres(site.lat, site.lon, row.lat, row.lon))
        for row in [*firms, world.contractor]
        if round(geo.metres(site.lat, site.lon, row.lat, row.lon)) <= row.radius_km * 1000
    }
    score = {row.id: row.score for row in firms}
    was_asked = {one for one, reason in excluded.items() if reason is Exclusion.ASKED}
    if len(may) < matching.ENOUGH:
        assert set(ranked) == set(may) - was_asked
    assert set(ranked) <= set(may)
    expected = sorted(ranked, key=lambda one: (may[one] // 5000, -score[one], may[one], one))
    assert ranked == expected
    nearest = sorted(set(may) - was_asked, key=lambda one: may[one])[: matching.ENOUGH // 2]
    assert set(nearest) <= set(ranked)

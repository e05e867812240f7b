"""The walk to the nearest gives what a plain look at everybody gives, on random firms in every kind of country."""

import random
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain import geo
from core.domain.offer import Exclusion
from core.services import matching, nearest, positions
from storage.models.contractor import Contractor, ContractorRegion, ContractorSkill, MatchPoint
from storage.models.directory import Site
from storage.models.offer import Offer
from storage.models.people import Person
from storage.models.ticket import Ticket
from tests.make.directories import add_contractor
from tests.make.tickets import SKILL, World, add_engineer, make_world, send, tap

BAND_M = 5_000
Found = tuple[list[int], list[tuple[int, Exclusion]]]


@pytest.fixture
def world(session: Session, now: datetime) -> World:
    return make_world(session, now=now)


def plain_look(world: World, ticket: Ticket) -> Found:
    """Everybody with the skill in the order of asking, until enough may be asked."""
    session, site = world.session, world.session.get_one(Site, ticket.site_id)
    distances = _distances(world, site)
    firms = {row.id: row for row in session.scalars(select(Contractor))}
    end = -(-(max(row.radius_km for row in firms.values()) + ticket.widened_km) * 1000 // BAND_M) * BAND_M
    serving = set(session.scalars(select(ContractorRegion.contractor_id).where(ContractorRegion.region == site.region)))
    ranked: list[int] = []
    excluded: list[tuple[int, Exclusion]] = []
    out_of_reach = 0
    for one in sorted(distances, key=lambda one: (distances[one] // BAND_M, -firms[one].score, distances[one], one)):
        if len(ranked) == matching.ENOUGH or (distances[one] >= end and one not in serving):
            continue
        reaches = one in serving or distances[one] <= (firms[one].radius_km + ticket.widened_km) * 1000
        out_of_reach += not reaches
        reason = _reason(world, ticket, firms[one], reaches)
        if reason is None:
            ranked.append(one)
        elif reaches or out_of_reach <= matching.OUT_OF_REACH_KEPT:
            excluded.append((one, reason))
    return ranked, excluded


def _distances(world: World, site: Site) -> dict[int, int]:
    distances: dict[int, int] = {}
    for point in world.session.scalars(select(MatchPoint)):
        if point.seen_at is None or point.seen_at >= world.now - timedelta(minutes=120):
            metres = round(geo.metres(site.lat, site.lon, point.lat, point.lon))
            distances[point.contractor_id] = min(metres, distances.get(point.contractor_id, metres))
    return distances


def _reason(world: World, ticket: Ticket, firm: Contractor, reaches: bool) -> Exclusion | None:
    session = world.session
    confirmed = session.scalar(select(ContractorSkill.is_confirmed).where(ContractorSkill.contractor_id == firm.id))
    asked = session.scalar(select(Offer.id).where(Offer.contractor_id == firm.id, Offer.ticket_id == ticket.id))
    verdicts = {
        Exclusion.INACTIVE: not firm.is_active,
        Exclusion.SKILL_UNCONFIRMED: not confirmed,
        Exclusion.TOO_FAR: not reaches,
        Exclusion.ASKED: asked is not None,
    }
    return next((reason for reason, holds in verdicts.items() if holds), None)


def looked(world: World, ticket: Ticket) -> Found:
    found = matching.search(world.session, ticket, now=world.now)
    return (
        [one.contractor_id for one in found.ranked],
        [(one.contractor_id, reason) for one, reason in found.excluded],
    )


def settle(world: World, luck: random.Random, *, count: int, spread: float, radii: tuple[int, ...]) -> None:
    """Firms around the site, some on the same spot, some with a phone on its way, some serving the region from afar."""
    session, site = world.session, world.site
    for number in range(count):
        lat = max(-89.0, min(89.0, site.lat + luck.gauss(0, spread)))
        lon = (site.lon + luck.gauss(0, spread * 2) + 180) % 360 - 180
        if number % 9 == 8:
            lat, lon = site.lat, site.lon
        fields = {"radius_km": luck.choice(radii), "score": luck.choice((70, 70, 80, luck.randint(0, 100)))}
        firm = add_contractor(session, skills=[SKILL], lat=lat, lon=lon, is_active=luck.random() > 0.1, **fields)
        engineer = add_engineer(session, firm, now=world.now)
        if luck.random() < 0.1:
            skill = session.scalars(select(ContractorSkill).where(ContractorSkill.contractor_id == firm.id)).one()
            skill.is_confirmed = False
        if luck.random() < 0.15:
            session.add(ContractorRegion(contractor_id=firm.id, region=site.region))
        if luck.random() < 0.2:
            age = timedelta(minutes=luck.choice((5, 119, 121)))
            place = (max(-89.0, min(89.0, site.lat + luck.gauss(0, spread))), lon)
            positions.seen(session, tap(engineer), *place, accuracy_m=9, sent_at=world.now - age, now=world.now)
    session.flush()


COUNTRIES = {
    "a city": (55.75, 37.62, 0.03, (5, 30)),
    "towns": (55.75, 37.62, 0.4, (10, 50, 100)),
    "the steppe": (52.0, 80.0, 3.0, (50, 300)),
    "one who goes anywhere": (60.0, 100.0, 8.0, (20, 50, 9_000)),
    "across the date line": (66.0, 179.95, 0.8, (50, 300)),
    "at the pole": (88.9, 20.0, 1.0, (50, 300)),
}


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_walk_finds_whom_a_look_at_everybody_finds(
    world: World, country: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lat, lon, spread, radii = COUNTRIES[country]
    luck = random.Random(country)
    world.site.lat, world.site.lon = lat, lon
    settle(world, luck, count=60, spread=spread, radii=radii)
    ticket = send(world)
    for page, few, kept, widened in ((48, 1000, 100, 0), (3, 1000, 5, 0), (4, -1, 3, 0), (7, 2, 0, 50), (5, -1, 60, 0)):
        monkeypatch.setattr(nearest, "PAGE", page)
        monkeypatch.setattr(nearest, "AHEAD", page)
        monkeypatch.setattr(nearest, "FEW", few)
        monkeypatch.setattr(matching, "OUT_OF_REACH_KEPT", kept)
        ticket.widened_km = widened
        world.session.flush()

        assert looked(world, ticket) == plain_look(world, ticket), (page, few, kept, widened)


def test_the_whole_band_of_the_last_is_looked_at(world: World) -> None:
    """Ten are near, but a better one stands at the end of the same band; one step farther is another band."""
    for number in range(matching.ENOUGH):
        add_engineer(world.session, add_contractor(world.session, skills=[SKILL], score=50 + number), now=world.now)
    north = [world.site.lat + metres / geo.EARTH_M * 57.29577951308232 for metres in (4_999, 5_001)]
    better = [add_contractor(world.session, skills=[SKILL], lat=lat, lon=world.site.lon, score=100) for lat in north]
    for firm in better:
        add_engineer(world.session, firm, now=world.now)
    ticket = send(world)
    ranked, excluded = looked(world, ticket)

    assert dict(excluded) == {better[0].id: Exclusion.ASKED}
    assert better[1].id not in ranked
    assert len(ranked) == matching.ENOUGH


def test_nobody_behind_the_last_who_is_needed_is_stored(world: World) -> None:
    for _ in range(2 * matching.ENOUGH):
        add_engineer(world.session, add_contractor(world.session, skills=[SKILL]), now=world.now)
    behind = add_contractor(world.session, skills=[SKILL], lat=55.9, is_active=False)
    found = matching.search(world.session, send(world), now=world.now)

    assert len(found.ranked) == matching.ENOUGH
    assert behind.id not in {one.contractor_id for one, _ in found.excluded}
    assert found.not_considered == 22 - len(found.ranked) - len(found.excluded)


def test_a_firm_that_is_to_be_asked_again_is_judged_wherever_it_stands(world: World) -> None:
    for _ in range(2 * matching.ENOUGH):
        add_engineer(world.session, add_contractor(world.session, skills=[SKILL]), now=world.now)
    far = add_contractor(world.session, skills=[SKILL], lat=55.9, radius_km=300)
    too_far = add_contractor(world.session, skills=[SKILL], lat=58.0, radius_km=30)
    for firm in (far, too_far):
        add_engineer(world.session, firm, now=world.now)
    ticket = send(world)
    found = matching.search(world.session, ticket, now=world.now, again=frozenset({far.id, too_far.id}))

    assert [one.contractor_id for one in found.ranked][-1] == far.id
    assert len(found.ranked) == matching.ENOUGH + 1
    assert (too_far.id, Exclusion.TOO_FAR) in [(one.contractor_id, reason) for one, reason in found.excluded]


def test_a_wider_radius_by_the_desk_reaches_farther(world: World) -> None:
    far = add_contractor(world.session, skills=[SKILL], lat=56.4, radius_km=60)
    add_engineer(world.session, far, now=world.now)
    ticket = send(world)
    assert (far.id, Exclusion.TOO_FAR) not in looked(world, ticket)[1], "beyond the widest radius nobody is looked for"

    ticket.widened_km = 50
    assert looked(world, ticket)[0] == [far.id]


def test_a_skill_of_nobody_finds_nobody(world: World) -> None:
    ticket = send(world)
    for point in world.session.scalars(select(MatchPoint)):
        world.session.delete(point)
    world.session.flush()
    found = matching.search(world.session, ticket, now=world.now)

    assert (found.ranked, found.excluded, found.not_considered) == ((), (), 1)


def test_very_many_are_not_counted_to_the_last(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "COUNTED_TO", 3)
    for _ in range(8):
        add_contractor(world.session, skills=["Сантехника"])

    assert matching.search(world.session, send(world), now=world.now).not_considered == 3


def test_who_cannot_be_written_to_does_not_hide_those_behind(world: World) -> None:
    """A crowded band is read page by page until enough are found."""
    for number in range(70):
        firm = add_contractor(world.session, skills=[SKILL], score=100 - number)
        if number >= 60:
            add_engineer(world.session, firm, now=world.now)
    ticket = send(world)
    ranked, excluded = looked(world, ticket)

    assert len(ranked) == matching.ENOUGH
    assert sum(reason is Exclusion.UNREACHABLE for _, reason in excluded) == 60
    scores = [world.session.get_one(Contractor, one).score for one in ranked]
    assert all(one >= other for one, other in pairwise(scores))
    assert world.session.scalars(select(Person.id)).first() is not None

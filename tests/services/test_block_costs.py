"""What a block costs is what a plain count of everybody, with and without the firm, says, however it is looked up."""

import random
from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.domain import cover as rules
from core.domain.block import STOPS_ALL, BlockLevel, Subject
from core.services import block_costs, cover
from core.services.block_costs import Cost, Loss
from storage.models.contractor import Block, Contractor, ContractorRegion
from storage.models.directory import Client, Skill
from storage.models.people import Person
from tests.databases import counted
from tests.make.blocks import begin
from tests.make.crowd import LATE, SKILLS, block, fill, skill_of
from tests.make.directories import add_client, add_contractor, add_site
from tests.make.tickets import SKILL, add_engineer, make_world

L = BlockLevel
LEVELS = (L.LIMITED, *STOPS_ALL)


def plain(session: Session, firms: list[int], level: BlockLevel, client_id: int | None) -> Cost:
    """Everybody is counted at every site, once with the firms and once without: for emergencies, and for what else the
    level takes away."""
    by_it = or_(Block.client_id.is_(None), Block.client_id == client_id)
    blocked = session.execute(select(Block.contractor_id, Block.level).where(by_it)).all()
    spots = cover.spots(session, LATE, client_id=client_id)
    skills = {number: name for number, name in session.execute(select(Skill.id, Skill.name))}
    lost = set()
    for stops in {tuple(BlockLevel), tuple(BlockLevel) if level is L.LIMITED else STOPS_ALL}:
        stopped = {firm for firm, its in blocked if its in stops}
        asked = cover.bases(session, None, stopped, (LATE - timedelta(days=1)).date())
        before = rules.in_reach(spots, asked, skills)
        after = rules.in_reach(spots, [base for base in asked if base.contractor_id not in firms], skills)
        for skill, name in skills.items():
            counts = zip(spots, before[skill], after[skill], strict=True)
            lost |= {(name, spot) for spot, had, has in counts if had and not has}
    lines = Counter((skill, spot.region) for skill, spot in lost)
    losses = sorted((Loss(*of, sites) for of, sites in lines.items()), key=lambda o: (-o.sites, o.skill, o.region))
    return Cost(len({spot.site_id for _, spot in lost}), tuple(losses))


@pytest.mark.parametrize(("few", "some", "around_m"), [(60, 8, 60_000), (0, 8, 60_000), (0, 1, 5_000)])
def test_random_directories_cost_what_a_plain_count_says(
    session: Session, monkeypatch: pytest.MonkeyPatch, few: int, some: int, around_m: int
) -> None:
    for name, value in (("FEW", few), ("SOME", some), ("AROUND_M", around_m)):
        monkeypatch.setattr(block_costs, name, value)
    costly = 0
    for seed in range(5):
        chance = random.Random(seed)
        fill(session, chance)
        everybody = list(session.scalars(select(Contractor)))
        for firm in chance.sample(everybody, 3):
            block(session, firm, level=chance.choice(LEVELS))
        clients = [None, *session.scalars(select(Client.id))]
        for _ in range(12):
            level, client_id = chance.choice(LEVELS), chance.choice(clients)
            firms = [firm.id for firm in chance.sample(everybody, chance.choice((1, 1, 2, 8)))]
            found = block_costs.without(session, firms, level, now=LATE, client_id=client_id)
            assert found == plain(session, firms, level, client_id)
            costly += found.sites > 0
    assert costly > 10


def test_who_stands_a_metre_too_far_hides_nobody_behind_him(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """The statement knows the chord only: over 300 km it takes some in who do not reach, more than one page of them."""
    for name, value in (("FEW", 0), ("SOME", 1)):
        monkeypatch.setattr(block_costs, name, value)
    site = add_site(session, lat=60.0, lon=37.0)
    firm = add_contractor(session, skills=SKILLS[:1], lat=60.0, lon=37.0)
    for _ in range(3):  # 300.02 km to the south: the chord is shorter than 300
        add_contractor(session, skills=SKILLS[:1], lat=60.0 - 300.02 / 111.195, lon=37.0, radius_km=300)
    lost = Cost(1, (Loss(SKILLS[0], site.region, 1),))
    assert block_costs.without(session, [firm.id], L.BLOCKED, now=LATE) == lost
    add_contractor(session, skills=SKILLS[:1], lat=60.0 + 299.9 / 111.195, lon=37.0, radius_km=300)
    assert block_costs.without(session, [firm.id], L.BLOCKED, now=LATE) == Cost(0, ())


@pytest.mark.parametrize("few", [0, 60])
def test_a_region_served_from_afar_is_not_lost_while_the_skill_lasts_there(
    session: Session, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(block_costs, "FEW", few)
    add_site(session, region="Омская область", lat=54.9885, lon=73.3242, zone="Asia/Omsk")
    firm = add_contractor(session, skills=SKILLS[:1], lat=54.9, lon=73.3)
    other = add_contractor(session, skills=SKILLS[:1])
    session.add(ContractorRegion(contractor_id=other.id, region="Омская область"))
    session.flush()
    assert block_costs.without(session, [firm.id], L.BLOCKED, now=LATE).sites == 0
    skill_of(session, other).valid_until = LATE.date()  # in Omsk it is the day after
    session.flush()
    assert block_costs.without(session, [firm.id], L.BLOCKED, now=LATE).sites == 1


def test_only_what_lies_in_reach_is_read(session: Session) -> None:
    client = add_client(session)
    near = [add_site(session, client) for _ in range(3)]
    for _ in range(3):
        add_site(session, client, region="Приморский край", lat=43.1, lon=131.9)
    firm = add_contractor(session, skills=SKILLS[:1])
    theirs = cover.bases(session, None, (), LATE.date(), only=[firm.id])
    assert [base.contractor_id for base in theirs] == [firm.id]
    assert [spot.site_id for spot in cover.spots(session, LATE, near=theirs)] == [site.id for site in near]


@pytest.mark.parametrize("why", ["blocked", "blocked by the client", "limited", "unreachable"])
def test_the_last_one_of_a_firm_who_hears_of_a_job_costs_what_the_firm_costs(
    session: Session, now: datetime, why: str
) -> None:
    world = make_world(session, now=now)
    second = add_engineer(session, world.contractor, now=now)
    client_id, level = None, L.SUSPENDED
    if why == "unreachable":
        session.get_one(Person, second.person_id).unreachable_at = now
    else:
        level = L.LIMITED if why == "limited" else level
        client_id = world.client.id if why == "blocked by the client" else None
        begin(world, level, whom=Subject(None, second.person_id, client_id))
    session.flush()

    firm, man = (world.contractor.id, None), (None, world.engineer.person_id)
    lost = block_costs.of(session, Subject(*firm, client_id), level, now=now)
    with counted(session) as statements:
        assert block_costs.of(session, Subject(*man, client_id), level, now=now) == lost
    assert sum("membership" in one for one in statements) == len({L.LIMITED, level})
    assert lost == Cost(1, (Loss(SKILL, world.site.region, 1),))


@pytest.mark.parametrize("why", ["another", "another client does not want him", "he is blocked himself"])
def test_a_person_costs_nothing_where_another_hears_of_it_or_he_does_not_himself(
    session: Session, now: datetime, why: str
) -> None:
    world = make_world(session, now=now)
    if why == "he is blocked himself":
        begin(world, whom=Subject(None, world.engineer.person_id))
    else:
        second = add_engineer(session, world.contractor, now=now)
        if why != "another":
            begin(world, whom=Subject(None, second.person_id, add_client(session).id))
    cost = block_costs.of(session, Subject(None, world.engineer.person_id), L.SUSPENDED, now=now)
    assert cost == Cost(0, ())


def test_who_is_suspended_beside_a_man_who_is_limited_costs_the_emergencies_alone(
    session: Session, now: datetime
) -> None:
    """Ordinary work is left to the other: it is his only that has nobody behind it."""
    world = make_world(session, now=now)
    second = add_engineer(session, world.contractor, now=now)
    begin(world, L.LIMITED, whom=Subject(None, second.person_id))
    other = add_contractor(session, skills=[SKILL])
    add_engineer(session, other, now=now)
    of = Subject(None, world.engineer.person_id)
    assert block_costs.of(session, of, L.SUSPENDED, now=now) == Cost(0, ())
    begin(world, L.SUSPENDED, firm=other)
    assert block_costs.of(session, of, L.SUSPENDED, now=now).sites == 1

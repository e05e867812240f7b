"""Who could be asked where, counted from the directories: equal to brute force, and shown to the desk only."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain import geo
from core.domain.actor import Grant
from core.domain.cover import Level, Tally
from core.domain.defaults import Defaults
from core.domain.errors import NotAllowed, NotFound
from core.domain.role import CLIENT_ROLES, CONTRACTOR_ROLES, DESK_ROLES, Role
from core.services import cover, numbers
from core.services.cover import Cover, SkillCover
from storage.models.contractor import Block, Contractor, ContractorRegion, ContractorSkill
from storage.models.directory import Site, Skill
from tests.make.crowd import LATE, MOSCOW, OMSK, block, fill, skill_of
from tests.make.directories import add_client, add_contractor, add_site
from tests.make.people import add_dispatcher, add_person


def of_skill(found: Cover, name: str) -> SkillCover:
    return next(one for one in found.skills if one.skill == name)


def test_random_directories_are_counted_as_by_brute_force(session: Session) -> None:
    desk = add_dispatcher(session, now=LATE)
    for seed in range(4):
        chance = random.Random(seed)
        fill(session, chance)

        found = cover.of(session, desk, now=LATE)

        expected = _brute_force(session)
        told = {
            (skill.skill, region.region, city.city): city.tally
            for skill in found.skills
            for region in skill.regions
            for city in region.cities
        }
        assert told == expected
        for skill in found.skills:
            assert skill.tally == _sum(region.tally for region in skill.regions)
            for region in skill.regions:
                assert region.tally == _sum(city.tally for city in region.cities)


def test_everything_is_worst_first(session: Session) -> None:
    desk = add_dispatcher(session, now=LATE)
    fill(session, random.Random(7))
    found = cover.of(session, desk, now=LATE)

    for ranked in (found.skills, *(skill.regions for skill in found.skills)):
        order = [one.tally.worst_first for one in ranked]
        assert order == sorted(order)
    chart = cover.chart(found)
    assert [bar.name for bar in chart.bars] == [skill.skill for skill in found.skills]
    sums = [sum(row.nobody) for row in chart.rows]
    assert sums == sorted(sums, reverse=True)
    assert all(sums)


def test_only_who_could_be_asked_is_counted(session: Session) -> None:
    desk = add_dispatcher(session, now=LATE)
    site = add_site(session)
    firms = [add_contractor(session, skills=["Электрика"]) for _ in range(9)]
    firms[0].is_active = False
    skill_of(session, firms[1]).is_confirmed = False
    skill_of(session, firms[2]).valid_until = date(2026, 3, 14)
    skill_of(session, firms[3]).valid_until = date(2026, 3, 15)  # today is its last day
    firms[4].lat, firms[4].lon = 54.9885, 73.3242  # from Omsk, 50 km
    block(session, firms[5])
    block(session, firms[6], client_id=site.client_id)  # by one client only
    block(session, firms[7], ends_at=LATE)  # over
    block(session, firms[8], starts_at=LATE + timedelta(minutes=1))  # to come
    session.flush()

    (line,) = cover.cell(session, desk, skill_of(session, firms[0]).skill_id, site.region, now=LATE).lines

    assert (line.site_id, line.in_reach, line.level) == (site.id, 4, Level.ENOUGH)


def test_a_skill_ends_with_the_day_of_the_site(session: Session) -> None:
    desk = add_dispatcher(session, now=LATE)
    add_site(session, region="Москва", zone=MOSCOW)
    add_site(session, region="Омская область", lat=54.9885, lon=73.3242, zone=OMSK)
    firm = add_contractor(session, skills=["Электрика"], radius_km=10_000)
    skill_of(session, firm).valid_until = date(2026, 3, 15)
    session.flush()

    (skill,) = cover.of(session, desk, now=LATE).skills

    assert [(one.region, one.tally) for one in skill.regions] == [
        ("Омская область", Tally(nobody=1)),
        ("Москва", Tally(one=1)),
    ]


def test_a_served_region_is_in_reach_however_far(session: Session) -> None:
    desk = add_dispatcher(session, now=LATE)
    add_site(session, region="Омская область", city="Омск", lat=54.9885, lon=73.3242)
    firm = add_contractor(session, skills=["Электрика"])
    assert of_skill(cover.of(session, desk, now=LATE), "Электрика").tally == Tally(nobody=1)

    session.add(ContractorRegion(contractor_id=firm.id, region="Омская область"))
    session.flush()

    assert of_skill(cover.of(session, desk, now=LATE), "Электрика").tally == Tally(one=1)


def test_a_site_in_radius_and_region_is_reached_once(session: Session) -> None:
    desk = add_dispatcher(session, now=LATE)
    site = add_site(session)
    firm = add_contractor(session, skills=["Электрика"])
    session.add(ContractorRegion(contractor_id=firm.id, region=site.region))
    session.flush()

    assert of_skill(cover.of(session, desk, now=LATE), "Электрика").tally == Tally(one=1)


def test_what_is_enough_is_the_operators_number(session: Session) -> None:
    desk = add_dispatcher(session, now=LATE)
    add_site(session)
    for _ in range(3):
        add_contractor(session, skills=["Электрика"])
    assert of_skill(cover.of(session, desk, now=LATE), "Электрика").tally == Tally(enough=1)

    session.info[numbers.KEY] = Defaults(cover_enough=4)

    found = cover.of(session, desk, now=LATE)
    assert (found.enough, of_skill(found, "Электрика").tally) == (4, Tally(few=1))


def test_the_sites_of_a_cell_are_paged_the_worst_first(session: Session) -> None:
    desk = add_dispatcher(session, now=LATE)
    client = add_client(session)
    near = [add_site(session, client) for _ in range(5)]
    far = [add_site(session, client, city="Коломна", lat=55.08, lon=38.78) for _ in range(6)]
    firm = add_contractor(session, skills=["Электрика"])
    skill_id = skill_of(session, firm).skill_id

    pages = [
        cover.cell(session, desk, skill_id, "Москва", now=LATE, offset=offset, limit=4).lines for offset in (0, 4, 8)
    ]

    lines = [line for page in pages for line in page]
    assert [len(page) for page in pages] == [4, 4, 3]
    assert {line.site_id for line in lines[:6]} == {site.id for site in far}
    assert {line.site_id for line in lines[6:]} == {site.id for site in near}
    assert [line.level for line in lines] == [Level.NOBODY] * 6 + [Level.ONE] * 5


def test_empty_directories_have_an_empty_cover(session: Session) -> None:
    desk = add_dispatcher(session, now=LATE)

    assert cover.of(session, desk, now=LATE) == Cover((), 0, 0, 3)
    assert cover.chart(cover.of(session, desk, now=LATE)).bars == ()

    add_contractor(session, skills=["Электрика"])
    assert of_skill(cover.of(session, desk, now=LATE), "Электрика").tally == Tally()
    session.query(ContractorSkill).delete()
    add_site(session)
    assert of_skill(cover.of(session, desk, now=LATE), "Электрика").tally == Tally(nobody=1)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM])
def test_only_the_desk_sees_the_cover(session: Session, role: Role) -> None:
    site = add_site(session)
    firm = add_contractor(session, skills=["Электрика"])
    client_id = site.client_id if role in CLIENT_ROLES else None
    firm_id = firm.id if role in CONTRACTOR_ROLES else None
    actor = add_person(session, Grant(role, client_id=client_id, contractor_id=firm_id), now=LATE)
    skill_id = skill_of(session, firm).skill_id
    asked = (
        lambda: cover.of(session, actor, now=LATE),
        lambda: cover.regions(session, actor, now=LATE),
        lambda: cover.cell(session, actor, skill_id, site.region, now=LATE),
        lambda: cover.cell(session, actor, 987_654, "Нигде", now=LATE),
    )
    for ask in asked[:3] if role in DESK_ROLES else ():
        ask()
    for ask in asked if role not in DESK_ROLES else ():
        with pytest.raises(NotAllowed):
            ask()


def test_an_unknown_skill_or_region_is_not_found(session: Session) -> None:
    desk = add_dispatcher(session, now=LATE)
    site = add_site(session)
    skill_id = skill_of(session, add_contractor(session, skills=["Электрика"])).skill_id
    for number, region in ((987_654, site.region), (skill_id, "Нигде")):
        with pytest.raises(NotFound):
            cover.cell(session, desk, number, region, now=LATE)
    with pytest.raises(NotFound):
        cover.field(session, desk, now=LATE, skill_id=987_654)


def _brute_force(session: Session) -> dict[tuple[str, str, str], Tally]:
    """Every firm asked about every site, one by one."""
    firms = session.scalars(select(Contractor)).all()
    known = _Known(
        {(one.contractor_id, one.skill_id): one for one in session.scalars(select(ContractorSkill))},
        set(session.scalars(select(Block.contractor_id).where(Block.client_id.is_(None)))),
        {(one.contractor_id, one.region) for one in session.scalars(select(ContractorRegion))},
    )
    sites = session.scalars(select(Site)).all()
    counts: dict[tuple[str, str, str], list[int]] = {}
    for skill in session.scalars(select(Skill)):
        for site in sites:
            count = sum(known.could_be_asked(site, firm, skill) for firm in firms)
            counts.setdefault((skill.name, site.region, site.city), []).append(count)
    return {
        place: Tally(found.count(0), found.count(1), found.count(2), sum(one > 2 for one in found))
        for place, found in counts.items()
    }


@dataclass
class _Known:
    held: dict[tuple[int, int], ContractorSkill]
    blocked: set[int | None]
    served: set[tuple[int, str]]

    def could_be_asked(self, site: Site, firm: Contractor, skill: Skill) -> bool:
        held = self.held.get((firm.id, skill.id))
        if held is None or not held.is_confirmed or not firm.is_active or firm.id in self.blocked:
            return False
        if held.valid_until is not None and held.valid_until < LATE.astimezone(ZoneInfo(site.zone)).date():
            return False
        if (firm.id, site.region) in self.served:
            return True
        return round(geo.metres(site.lat, site.lon, firm.lat, firm.lon)) <= firm.radius_km * 1000


def _sum(tallies: Iterable[Tally]) -> Tally:
    parts = list(tallies)
    return Tally(*(sum(one.of(level) for one in parts) for level in Level))

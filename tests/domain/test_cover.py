"""The count of who could be asked at a site equals asking every contractor about every site."""

import random
import time
from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.domain import cover, geo
from core.domain.cover import Base, Level, Spot, Tally

TODAY = date(2026, 3, 16)
REGIONS = ("Москва", "Чукотка")
SKILLS = (1, 2)
NAN = float("nan")

#: Mostly close together, so that somebody is in reach; also the poles, both sides of 180° and no place at all.
LATS = st.one_of(st.floats(54, 58), st.sampled_from((-90.0, -89.9, 89.5, 90.0, 66.0, NAN)))
LONS = st.one_of(st.floats(36, 40), st.sampled_from((-180.0, -179.9, 179.9, 180.0, 0.0)))
SPOTS = st.builds(
    Spot,
    st.integers(1, 99),
    st.sampled_from(REGIONS),
    st.just(""),
    LATS,
    LONS,
    st.sampled_from((TODAY, TODAY + timedelta(1))),
)
UNTIL = st.one_of(st.none(), st.integers(-2, 2).map(lambda days: TODAY + timedelta(days)))
BASES = st.builds(
    Base,
    st.integers(1, 99),
    LATS,
    LONS,
    st.one_of(st.integers(0, 300), st.just(30_000)),
    st.frozensets(st.sampled_from(REGIONS), max_size=1),
    st.dictionaries(st.sampled_from((*SKILLS, 3)), UNTIL),
)


def spot(lat: float, lon: float) -> Spot:
    return Spot(1, "Чукотка", "Анадырь", lat, lon, TODAY)


def base(lat: float, lon: float, radius_km: int = 50) -> Base:
    return Base(1, lat, lon, radius_km, frozenset(), dict.fromkeys(SKILLS))


def could_be_asked(one: Spot, firm: Base, skill: int) -> bool:
    if skill not in firm.skills or (firm.skills[skill] or date.max) < one.today:
        return False
    if one.region in firm.regions:
        return True
    is_placed = geo.is_place(one.lat, one.lon) and geo.is_place(firm.lat, firm.lon)
    return is_placed and round(geo.metres(one.lat, one.lon, firm.lat, firm.lon)) <= firm.radius_km * 1000


@given(st.lists(SPOTS, max_size=12), st.lists(BASES, max_size=8))
@example([spot(66, 179.9)], [base(66, -179.9)])
@example([spot(89.9, 0.0)], [base(89.9, 180.0)])
@example([spot(NAN, 0.0), spot(55, 37)], [base(55, 37), base(NAN, 0)])
def test_the_count_is_that_of_brute_force(spots: list[Spot], bases: list[Base]) -> None:
    counts = cover.in_reach(spots, bases, SKILLS)

    assert counts == {
        skill: [sum(could_be_asked(one, firm, skill) for firm in bases) for one in spots] for skill in SKILLS
    }


def test_the_neighbour_behind_the_date_line_and_behind_the_pole_is_near() -> None:
    assert cover.in_reach([spot(66, 179.9)], [base(66, -179.9)], SKILLS) == {1: [1], 2: [1]}
    assert cover.in_reach([spot(89.9, 0.0)], [base(89.9, 180.0)], SKILLS) == {1: [1], 2: [1]}


def test_directories_of_the_reference_size_are_counted_in_a_second() -> None:
    """3,500 sites, 800 contractors with radii up to 300 km, 12 skills; in cities as close as the real ones."""
    chance = random.Random(3)
    cities = [(chance.uniform(43, 68), chance.uniform(28, 150)) for _ in range(600)]
    spots = [spot(*chance.choice(cities)) for _ in range(3_500)]
    skills = range(12)
    bases = [
        Base(n, *chance.choice(cities), chance.randint(30, 300), frozenset(), dict.fromkeys(chance.sample(skills, 3)))
        for n in range(800)
    ]

    began = time.process_time()
    counts = cover.in_reach(spots, bases, skills)
    assert time.process_time() - began < 1
    assert sum(map(sum, counts.values())) > 0


@pytest.mark.parametrize(
    ("in_reach", "enough", "level"),
    [
        (0, 3, Level.NOBODY),
        (1, 3, Level.ONE),
        (2, 3, Level.FEW),
        (3, 3, Level.ENOUGH),
        (9, 10, Level.FEW),
        (0, 1, Level.NOBODY),
        (1, 1, Level.ENOUGH),
        (1, 2, Level.ONE),
    ],
)
def test_levels_from_nobody_to_enough(in_reach: int, enough: int, level: Level) -> None:
    assert cover.level(in_reach, enough) is level


@given(st.lists(st.integers(0, 6)), st.integers(1, 5))
def test_a_tally_loses_no_site(counts: list[int], enough: int) -> None:
    tally = cover.tally(counts, enough)

    assert tally.sites == len(counts)
    assert tally.nobody == counts.count(0)
    assert tally.is_thin is any(count < enough for count in counts)
    assert [tally.of(level) for level in Level] == [tally.nobody, tally.one, tally.few, tally.enough]


def test_nobody_is_worse_than_any_number_of_ones() -> None:
    best_last = sorted([Tally(one=90), Tally(nobody=1), Tally(few=5), Tally()], key=lambda one: one.worst_first)

    assert best_last == [Tally(nobody=1), Tally(one=90), Tally(few=5), Tally()]

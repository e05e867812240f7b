"""Who may be asked and in what order: each rule alone, the order by hand, and both against a plain model."""

import itertools
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.matching import Candidate, Job, exclusion, in_order, is_full
from core.domain.offer import Exclusion

DAY = date(2026, 3, 16)
GOOD = Candidate(
    contractor_id=1,
    distance_m=3_000,
    radius_km=20,
    serves_region=False,
    is_active=True,
    is_blocked=False,
    is_reachable=True,
    is_available=True,
    is_on_site=False,
    skill_confirmed=True,
    skill_valid_until=None,
    night_jobs=False,
    has_refused=False,
    was_asked=False,
    open_jobs=0,
    engineers=1,
    score=70,
    accepted_jobs=0,
    recent_jobs=0,
)
BY_DAY, BY_NIGHT, URGENT = Job(DAY, False, False), Job(DAY, True, False), Job(DAY, False, True)


def test_who_fits_is_not_excluded() -> None:
    assert exclusion(GOOD, BY_DAY, jobs_per_engineer=5) is None


@pytest.mark.parametrize(
    ("change", "job", "reason"),
    [
        ({"is_active": False}, BY_DAY, Exclusion.INACTIVE),
        ({"is_blocked": True}, BY_DAY, Exclusion.BLOCKED),
        ({"skill_confirmed": False}, BY_DAY, Exclusion.SKILL_UNCONFIRMED),
        ({"skill_valid_until": date(2026, 3, 15)}, BY_DAY, Exclusion.SKILL_EXPIRED),
        ({"skill_valid_until": date(2026, 3, 16)}, BY_DAY, None),  # the last day counts
        ({"distance_m": 20_000}, BY_DAY, None),  # the very edge of the radius is inside
        ({"distance_m": 20_001}, BY_DAY, Exclusion.TOO_FAR),
        ({"distance_m": 900_000, "serves_region": True}, BY_DAY, None),
        ({}, BY_NIGHT, Exclusion.NIGHT),
        ({"night_jobs": True}, BY_NIGHT, None),
        ({"has_refused": True}, BY_DAY, Exclusion.REFUSED),
        ({"was_asked": True}, BY_DAY, Exclusion.ASKED),
        ({"open_jobs": 4}, BY_DAY, None),
        ({"open_jobs": 5}, BY_DAY, Exclusion.LIMIT),
        ({"open_jobs": 9, "engineers": 2}, BY_DAY, None),
        ({"open_jobs": 10, "engineers": 2}, BY_DAY, Exclusion.LIMIT),
        ({"is_reachable": False}, BY_DAY, Exclusion.UNREACHABLE),
        ({"is_available": False}, BY_DAY, Exclusion.AWAY),
        ({"is_on_site": True}, BY_DAY, Exclusion.ON_SITE),
        ({"is_on_site": True}, URGENT, None),  # an emergency disturbs
    ],
)
def test_each_rule_excludes_with_its_own_reason(change: dict[str, object], job: Job, reason: Exclusion | None) -> None:
    assert exclusion(replace(GOOD, **change), job, jobs_per_engineer=5) is reason


def test_the_first_rule_that_speaks_is_the_reason_told() -> None:
    worst = replace(GOOD, is_blocked=True, is_active=False, open_jobs=99, was_asked=True)

    assert exclusion(worst, BY_NIGHT, jobs_per_engineer=5) is Exclusion.INACTIVE


def test_rules_are_tried_in_the_order_of_the_reasons() -> None:
    """Everything that can stand together speaks against this one; rule after rule is passed over."""
    worst = replace(
        GOOD,
        **{"is_active": False, "is_available": False, "is_blocked": True, "is_limited": True, "is_on_site": True},
        **{"skill_confirmed": False, "skill_valid_until": date(2020, 1, 1), "distance_m": 10**7, "night_jobs": False},
        **{"has_refused": True, "was_asked": True, "open_jobs": 99, "is_reachable": False},
    )
    passing: list[Exclusion] = []
    while (reason := exclusion(worst, BY_NIGHT, jobs_per_engineer=5, passing=frozenset(passing))) is not None:
        passing.append(reason)

    speechless = {Exclusion.LIMITED, Exclusion.UNDER_WATCH}  # only in an emergency; only with a good document
    assert passing == [reason for reason in Exclusion if reason not in speechless]


def test_a_passed_rule_does_not_hide_a_later_one() -> None:
    asked_and_full = replace(GOOD, was_asked=True, open_jobs=5)

    assert exclusion(asked_and_full, BY_DAY, jobs_per_engineer=5) is Exclusion.ASKED
    passing = frozenset({Exclusion.ASKED})
    assert exclusion(asked_and_full, BY_DAY, jobs_per_engineer=5, passing=passing) is Exclusion.LIMIT


def test_a_firm_without_engineers_may_hold_as_much_as_one() -> None:
    assert not is_full(4, 0, 5)
    assert is_full(5, 0, 5)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"distance_m": 4_999, "score": 10}, {"distance_m": 5_000, "score": 99}),  # the nearer band before the score
        ({"distance_m": 4_900, "score": 80}, {"distance_m": 100, "score": 79}),  # inside a band the score
        ({"accepted_jobs": 3, "recent_jobs": 9}, {"accepted_jobs": 2, "recent_jobs": 0}),
        ({"recent_jobs": 1, "distance_m": 4_000}, {"recent_jobs": 2, "distance_m": 1_000}),
        ({"distance_m": 1_000}, {"distance_m": 1_001}),
        ({"contractor_id": 1}, {"contractor_id": 2}),
    ],
)
def test_the_order_of_two(first: dict[str, object], second: dict[str, object]) -> None:
    one, two = replace(GOOD, **{"contractor_id": 9, **first}), replace(GOOD, **{"contractor_id": 10, **second})

    assert in_order([two, one], band_km=5) == [one, two]


candidates = st.builds(
    Candidate,
    contractor_id=st.integers(1, 10_000),
    distance_m=st.integers(0, 60_000),
    radius_km=st.integers(1, 60),
    serves_region=st.booleans(),
    is_active=st.booleans(),
    is_blocked=st.booleans(),
    is_reachable=st.booleans(),
    is_available=st.booleans(),
    is_on_site=st.booleans(),
    skill_confirmed=st.booleans(),
    skill_valid_until=st.none() | st.dates(date(2026, 3, 10), date(2026, 3, 20)),
    night_jobs=st.booleans(),
    has_refused=st.booleans(),
    was_asked=st.booleans(),
    open_jobs=st.integers(0, 12),
    engineers=st.integers(0, 3),
    score=st.integers(0, 100),
    accepted_jobs=st.integers(0, 5),
    recent_jobs=st.integers(0, 5),
)


@given(candidates, st.booleans())
@settings(max_examples=300)
def test_who_may_be_asked_agrees_with_a_plain_model(one: Candidate, is_night: bool) -> None:
    valid = one.skill_valid_until is None or one.skill_valid_until >= DAY
    near = one.serves_region or one.distance_m <= one.radius_km * 1000
    awake = one.night_jobs or not is_night
    free = one.open_jobs < 5 * max(1, one.engineers)
    may = (
        one.is_active
        and one.is_available
        and not one.is_on_site
        and not one.is_blocked
        and one.skill_confirmed
        and valid
        and near
        and awake
        and not (one.has_refused or one.was_asked)
        and free
        and one.is_reachable
    )

    assert (exclusion(one, Job(DAY, is_night, False), jobs_per_engineer=5) is None) == may


def goes_before(one: Candidate, two: Candidate) -> bool:
    """The rule as it is told to people, one sentence after the other."""
    if one.distance_m // 5_000 != two.distance_m // 5_000:
        return one.distance_m < two.distance_m
    if one.score != two.score:
        return one.score > two.score
    if one.accepted_jobs != two.accepted_jobs:
        return one.accepted_jobs > two.accepted_jobs
    if one.recent_jobs != two.recent_jobs:
        return one.recent_jobs < two.recent_jobs
    if one.distance_m != two.distance_m:
        return one.distance_m < two.distance_m
    return one.contractor_id < two.contractor_id


@given(st.lists(candidates, max_size=12, unique_by=lambda one: one.contractor_id))
@settings(max_examples=200)
def test_the_order_agrees_with_a_plain_model(several: list[Candidate]) -> None:
    ordered = in_order(several, band_km=5)

    assert sorted(one.contractor_id for one in ordered) == sorted(one.contractor_id for one in several)
    assert all(goes_before(one, two) for one, two in itertools.pairwise(ordered))
    assert in_order(reversed(several), band_km=5) == ordered

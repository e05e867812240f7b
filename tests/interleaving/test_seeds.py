"""What can happen to one offer in one instant, in five hundred orders and with a kill before every call."""

import os
from collections.abc import Iterator

import pytest

from tests.databases import SqliteFiles
from tests.interleaving.plays import Theatre, everybody, says_yes_carelessly
from tests.interleaving.scheduler import FAILED, Scheduler

SEEDS = 500
PARTS = 10
#: A planted bug must be seen within so many.
SEEN_WITHIN = 50
MOST_CALLS = 400

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def theatre(sqlite_files: SqliteFiles) -> Iterator[Theatre]:
    opened = Theatre(sqlite_files)
    yield opened
    opened.close()


def faults(theatre: Theatre, played: Scheduler) -> list[str]:
    """Nobody may see a winner beside himself, whatever else happened."""
    won = [one.name for one in played.actors if one.name in ("first", "second") and one.answer == "done"]
    failed = [f"{one.name} {one.answer}" for one in played.actors if one.answer.startswith(FAILED)]
    return failed + theatre.broken() + ([f"both are told yes: {won}"] if len(won) > 1 else [])


@pytest.mark.parametrize("part", range(PARTS))
def test_every_order_leaves_one_consistent_job(theatre: Theatre, part: int) -> None:
    for seed in range(part, SEEDS, PARTS):
        played = theatre.play(seed, everybody(theatre.cast))
        assert faults(theatre, played) == [], f"seed {seed}"


@pytest.mark.parametrize("name", ["first", "second", "sweep", "raise", "block", "cancel"])
def test_killed_before_any_call_it_is_done_once_after_all(theatre: Theatre, name: str) -> None:
    act = {name: everybody(theatre.cast)[name]}
    theatre.play(0, act)
    whole = theatre.rows()
    for call in range(1, MOST_CALLS):
        played = theatre.play(0, act, crash={name: call})
        if not played.actors[0].crashes:
            assert call > 2, "nothing was killed"
            break
        assert not played.actors[0].answer.startswith(FAILED), played.actors[0].answer
        assert theatre.rows() == whole, f"call {call} of {name}"
        assert theatre.broken() == [], f"call {call} of {name}"
    else:
        raise AssertionError(f"{name} makes more than {MOST_CALLS} calls")


@pytest.mark.parametrize("part", range(2))
def test_a_kill_among_the_others_changes_nothing_either(theatre: Theatre, part: int) -> None:
    """One of them is killed somewhere while the others go on."""
    acts = everybody(theatre.cast)
    names = sorted(acts)
    for seed in range(part, 60, 2):
        crash = {names[seed % len(names)]: 1 + seed * 7 % 60}
        played = theatre.play(seed, acts, crash=crash)
        assert faults(theatre, played) == [], f"seed {seed}, {crash}"


def test_a_seed_is_one_story(theatre: Theatre) -> None:
    """The same seed the same calls in the same order, another seed another order."""
    runs = [theatre.play(seed, everybody(theatre.cast)).trace for seed in (7, 7, 8)]
    assert runs[0] == runs[1] != runs[2]


def test_a_planted_bug_is_found(theatre: Theatre) -> None:
    """A yes that looks in one transaction and writes in another is seen within a few seeds."""
    acts = everybody(theatre.cast) | {"first": says_yes_carelessly(theatre.cast, theatre.cast.first_id)}
    found = []
    for seed in range(SEEN_WITHIN):
        found = faults(theatre, theatre.play(seed, acts))
        if found:
            break
    assert found, f"not one of {SEEN_WITHIN} seeds shows it"


@pytest.mark.soak
@pytest.mark.timeout(36_000)
def test_many_more_orders(theatre: Theatre) -> None:
    for seed in range(SEEDS, int(os.environ.get("NARYAD_SEEDS", "10000"))):
        assert faults(theatre, theatre.play(seed, everybody(theatre.cast))) == [], f"seed {seed}"

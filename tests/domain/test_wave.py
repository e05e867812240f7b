"""How many are asked, how long they are waited for, when the rate goes up."""

from datetime import timedelta

import pytest

from core.domain import wave
from core.domain.clock import ClockKind, ClockState, Reading
from core.domain.defaults import Defaults

RULES = Defaults()


def burnt(pct: float, target_min: int = 240) -> Reading:
    target = timedelta(minutes=target_min)
    return Reading(ClockKind.REACTION, ClockState.RUNNING, target, target * pct / 100, None)


@pytest.mark.parametrize(
    ("pct", "is_emergency", "last", "size"),
    [
        (0, False, 0, 1),
        (39.9, False, 1, 1),
        (40, False, 1, 3),
        (69.9, False, 3, 3),
        (70, False, 3, 10),
        (180, False, 10, 10),
        (0, True, 0, 5),
        (50, True, 5, 5),
        (70, True, 5, 10),
        (0, False, 10, 10),  # never smaller than the last
        (45, False, 5, 5),
    ],
)
def test_waves_grow_as_the_clock_burns_and_never_shrink(pct: float, is_emergency: bool, last: int, size: int) -> None:
    assert wave.size(burnt(pct), is_emergency=is_emergency, last=last, rules=RULES) == size


@pytest.mark.parametrize(
    ("left_min", "wait_min"), [(0, 3), (10, 3), (20, 3), (60, 9), (240, 36), (400, 60), (2880, 60)]
)
def test_the_wait_is_a_share_of_what_is_left_within_its_bounds(left_min: int, wait_min: int) -> None:
    target = timedelta(minutes=3000)
    reading = Reading(ClockKind.REACTION, ClockState.RUNNING, target, target - timedelta(minutes=left_min), None)

    assert wave.wait(reading, RULES) == timedelta(minutes=wait_min)


@pytest.mark.parametrize(
    ("pct", "last", "is_last"), [(69, 10, False), (70, 3, False), (70, 10, True), (300, 10, True), (90, 0, False)]
)
def test_after_the_largest_wave_of_a_burning_clock_a_person_must_look(pct: int, last: int, is_last: bool) -> None:
    assert wave.is_last(burnt(pct), last=last, rules=RULES) is is_last


@pytest.mark.parametrize(("pct", "steps"), [(0, 0), (49.9, 0), (50, 1), (69.9, 1), (70, 2), (400, 2)])
def test_policy_raises_at_half_and_at_seventy_percent(pct: float, steps: int) -> None:
    assert wave.raises_due(burnt(pct), RULES) == steps


def test_a_raise_is_a_share_of_the_first_rate_half_up() -> None:
    assert wave.raised(260_000, 286_000, 10) == 312_000
    assert wave.raised(105, 105, 10) == 116  # 10.5 kopecks
    assert wave.raised(104, 104, 10) == 114


def test_the_margin_is_what_is_left_of_the_clients_price() -> None:
    assert wave.margin_pct(420_000, 260_000) == 38
    assert wave.margin_pct(100, 100) == 0
    assert wave.margin_pct(0, 100) == 0
    assert wave.margin_pct(100, 150) == -50

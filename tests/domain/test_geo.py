"""Distances agree with known ones, and the order of chords with the order of metres."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.geo import bounding_box, chord_metres, chord_squared, is_place, metres, unit_vector

MOSCOW = (55.7558, 37.6173)
places = st.tuples(st.floats(-89, 89), st.floats(-180, 180))


@pytest.mark.parametrize(
    ("there", "kilometres"),
    [((59.9311, 30.3609), 633), ((43.1155, 131.8855), 6417), ((56.8389, 60.6057), 1416), (MOSCOW, 0)],
)
def test_distances_from_moscow_are_those_of_the_atlas(there: tuple[float, float], kilometres: int) -> None:
    assert metres(*MOSCOW, *there) / 1000 == pytest.approx(kilometres, abs=3)


def test_two_hundred_metres_are_two_hundred_metres() -> None:
    north = MOSCOW[0] + math.degrees(200 / 6_371_008.8)
    assert metres(*MOSCOW, north, MOSCOW[1]) == pytest.approx(200, abs=0.01)


def test_the_line_of_dates_does_not_make_neighbours_far() -> None:
    assert metres(66, 179.99, 66, -179.99) < 1000


@given(places, places)
def test_a_chord_stands_for_the_same_metres(one: tuple[float, float], two: tuple[float, float]) -> None:
    a, b = unit_vector(*one), unit_vector(*two)
    squared = sum((p - q) ** 2 for p, q in zip(a, b, strict=True))
    assert chord_metres(squared) == pytest.approx(metres(*one, *two), abs=1)


@given(st.floats(0, 20_000_000))
def test_metres_become_a_chord_and_come_back(distance: float) -> None:
    assert chord_metres(chord_squared(distance)) == pytest.approx(distance, abs=1)


@given(places, places, st.floats(1, 2_000_000))
def test_the_box_holds_everybody_within_the_radius(
    centre: tuple[float, float], other: tuple[float, float], radius: float
) -> None:
    box = bounding_box(*centre, radius)
    if metres(*centre, *other) < radius * 0.999_999:
        assert box.south <= other[0] <= box.north
        assert any(west <= other[1] <= east for west, east in box.longitudes)


def test_the_box_is_not_the_whole_world() -> None:
    box = bounding_box(*MOSCOW, 50_000)
    assert box.north - box.south < 1
    assert box.longitudes[0][1] - box.longitudes[0][0] < 2


@pytest.mark.parametrize("place", [(91, 0), (0, 181), (math.nan, 0), (0, math.nan)])
def test_what_is_no_place_is_told(place: tuple[float, float]) -> None:
    assert not is_place(*place)
    assert is_place(*MOSCOW)

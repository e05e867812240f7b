"""Distances on the Earth taken as a ball: metres, unit vectors, boxes.

A database orders by squared chord of unit vectors and needs no functions of its own: the order is that of metres.
"""

from math import asin, cos, degrees, radians, sin, sqrt
from typing import NamedTuple

EARTH_M = 6_371_008.8
_WHOLE_CIRCLE = ((-180.0, 180.0),)


class Vector(NamedTuple):
    x: float
    y: float
    z: float


class Box(NamedTuple):
    """Holds every point within a distance. Two ranges of longitude where it crosses 180°, as in Chukotka."""

    south: float
    north: float
    longitudes: tuple[tuple[float, float], ...]

    @property
    def edges(self) -> dict[str, float]:
        """For a statement that is built once: always two ranges of longitude, the same twice where one is enough."""
        (west, east), (west_2, east_2) = self.longitudes[0], self.longitudes[-1]
        return {
            "south": self.south,
            "north": self.north,
            "west": west,
            "east": east,
            "west_2": west_2,
            "east_2": east_2,
        }


def is_place(lat: float, lon: float) -> bool:
    """NaN is no place: every comparison with it is false."""
    return -90 <= lat <= 90 and -180 <= lon <= 180


def unit_vector(lat: float, lon: float) -> Vector:
    phi, lam = radians(lat), radians(lon)
    return Vector(cos(phi) * cos(lam), cos(phi) * sin(lam), sin(phi))


def metres(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance by haversines, exact for small distances too."""
    phi1, phi2 = radians(lat1), radians(lat2)
    half = sin((phi2 - phi1) / 2) ** 2
    half += cos(phi1) * cos(phi2) * sin(radians(lon2 - lon1) / 2) ** 2
    return 2 * EARTH_M * asin(min(1.0, sqrt(half)))


def chord_squared(distance_m: float) -> float:
    """The squared chord of the unit ball which stands for this many metres on the ground."""
    return 4 * sin(min(distance_m / (2 * EARTH_M), radians(90))) ** 2


def chord_metres(squared: float) -> float:
    """Metres on the ground for a squared chord of the unit ball."""
    return 2 * EARTH_M * asin(min(1.0, sqrt(max(0.0, squared)) / 2))


def bounding_box(lat: float, lon: float, radius_m: float) -> Box:
    angle = radius_m / EARTH_M
    south, north = lat - degrees(angle), lat + degrees(angle)
    if south <= -90 or north >= 90:
        return Box(max(south, -90.0), min(north, 90.0), _WHOLE_CIRCLE)
    # The circle is widest a little towards the pole from its centre, hence not degrees(angle) / cos(lat).
    reach = degrees(asin(min(1.0, sin(min(angle, radians(90))) / cos(radians(lat)))))
    west, east = lon - reach, lon + reach
    if west < -180:
        return Box(south, north, ((west + 360, 180.0), (-180.0, east)))
    if east > 180:
        return Box(south, north, ((west, 180.0), (-180.0, east - 360)))
    return Box(south, north, ((west, east),))

"""How many contractors could be asked at each site, skill by skill, and how bad that is. Pure: facts in, counts out.

The reach is that of matching: the site lies inside the contractor's radius or in a region he serves.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.domain import geo


class Level(StrEnum):
    """From the worst to the best; also the fields of `Tally`."""

    NOBODY = "nobody"
    ONE = "one"
    FEW = "few"
    ENOUGH = "enough"


def level(in_reach: int, enough: int) -> Level:
    if in_reach <= 0:
        return Level.NOBODY
    if in_reach >= enough:
        return Level.ENOUGH
    return Level.ONE if in_reach == 1 else Level.FEW


@dataclass(frozen=True, slots=True)
class Tally:
    """How many sites have which level of one skill."""

    nobody: int = 0
    one: int = 0
    few: int = 0
    enough: int = 0

    @property
    def sites(self) -> int:
        return self.nobody + self.one + self.few + self.enough

    @property
    def is_thin(self) -> bool:
        """Somewhere there are fewer than enough."""
        return bool(self.nobody or self.one or self.few)

    @property
    def worst_first(self) -> tuple[int, int, int]:
        return (-self.nobody, -self.one, -self.few)

    def of(self, level: Level) -> int:
        count: int = getattr(self, level.value)
        return count


def tally(counts: Iterable[int], enough: int) -> Tally:
    sites = dict.fromkeys(Level, 0)
    for in_reach in counts:
        sites[level(in_reach, enough)] += 1
    return Tally(*(sites[one] for one in Level))


@dataclass(frozen=True, slots=True)
class Spot:
    """A site; `today` is the day on its own clock, which a skill must outlive."""

    site_id: int
    region: str
    city: str
    lat: float
    lon: float
    today: date


@dataclass(frozen=True, slots=True)
class Base:
    """A contractor who may be asked at all. `skills`: id → the last valid day, None: without end."""

    contractor_id: int
    lat: float
    lon: float
    radius_km: int
    regions: frozenset[str]
    skills: dict[int, date | None]


def in_reach(spots: Sequence[Spot], bases: Iterable[Base], skills: Iterable[int]) -> dict[int, list[int]]:
    """Skill → how many could be asked at each spot, in the order of the spots."""
    field = _Field(spots)
    counts = {skill: [0] * len(spots) for skill in skills}
    for base in bases:
        reached = field.reached(base)
        for skill, valid_until in base.skills.items():
            row = counts.get(skill, ())
            if not row:
                continue
            for index in reached:
                if valid_until is None or valid_until >= spots[index].today:
                    row[index] += 1
    return counts


class _Field:
    """The spots by latitude, so that only those in the band of a base are measured."""

    def __init__(self, spots: Sequence[Spot]) -> None:
        placed = ((spot.lat, spot.lon, index) for index, spot in enumerate(spots) if geo.is_place(spot.lat, spot.lon))
        self._placed = sorted(placed)
        self._lats = [lat for lat, _, _ in self._placed]
        self._of_region: dict[str, list[int]] = {}
        for index, spot in enumerate(spots):
            self._of_region.setdefault(spot.region, []).append(index)

    def reached(self, base: Base) -> set[int]:
        found = set(self._near(base)) if geo.is_place(base.lat, base.lon) else set()
        for region in base.regions:
            found.update(self._of_region.get(region, ()))
        return found

    def _near(self, base: Base) -> Iterable[int]:
        radius_m = base.radius_km * 1000
        # Matching rounds to whole metres, so the box is a metre wider than the circle.
        box = geo.bounding_box(base.lat, base.lon, radius_m + 1)
        band = self._placed[bisect_left(self._lats, box.south) : bisect_right(self._lats, box.north)]
        for west, east in box.longitudes:
            for lat, lon, index in band:
                if west <= lon <= east and round(geo.metres(lat, lon, base.lat, base.lon)) <= radius_m:
                    yield index

"""What a block costs: the sites that are left without anybody behind a skill, by skill and region.

Only the sites in reach of those who are to be blocked are counted, and only their skills: it costs what lies there, not
the size of the directories, for a block that begins is counted where it is written. Where a skill has few people
they are all looked at; where it has many, somebody near each site is looked for, and takes all sites he reaches off the
list.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from core.domain import cover, geo
from core.domain.block import STOPS_ALL, BlockLevel, Subject
from core.domain.cover import Base, Spot
from core.domain.role import CONTRACTOR_ROLES
from core.services import blocks
from core.services import cover as directories
from storage.models.contractor import Block, Contractor, ContractorRegion, ContractorSkill, MatchPoint
from storage.models.directory import Skill
from storage.models.people import Membership, Person

#: As many lines as anybody reads; the sum is of all.
MOST_LINES = 40
#: So few with a skill are all looked at.
FEW = 60
#: Where there are more, somebody is looked for so many metres around a site first, then as far as the widest radius.
AROUND_M = 60_000
#: Of those who reach a site so many are read, and the widest of them taken.
SOME = 8
#: Somewhere it is still yesterday.
_BEHIND = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Loss:
    skill: str
    region: str
    sites: int


@dataclass(frozen=True, slots=True)
class Cost:
    """`sites` lose the last contractor of one skill or more; `losses` say which, most sites first."""

    sites: int
    losses: tuple[Loss, ...]

    @property
    def as_json(self) -> dict[str, Any]:
        return {"sites": self.sites, "lost": [[one.skill, one.region, one.sites] for one in self.losses]}


def read(stored: dict[str, Any]) -> Cost:
    lost = (Loss(str(skill), str(region), int(sites)) for skill, region, sites in stored.get("lost", ()))
    return Cost(int(stored.get("sites", 0)), tuple(lost))


def of(session: Session, whom: Subject, level: BlockLevel, *, now: datetime) -> Cost:
    """Of a firm; of a person, if some firm has nobody else who could be asked."""
    if whom.contractor_id is not None:
        return without(session, [whom.contractor_id], level, now=now, client_id=whom.client_id)
    firms = {taken: _firms_of_one(session, whom, taken, now=now) for taken in _taken(level)}
    return _without(session, firms, whom.client_id, now=now)


def without(
    session: Session, firms: Collection[int], level: BlockLevel, *, now: datetime, client_id: int | None = None
) -> Cost:
    """Without these firms at this level, for one client or for all: a limit takes emergencies away, everything above it
    other work too. Each is counted among those who still do it, so who is suspended may be the last one of others who
    are limited."""
    return _without(session, dict.fromkeys(_taken(level), firms), client_id, now=now)


def _taken(level: BlockLevel) -> set[BlockLevel]:
    return {BlockLevel.LIMITED, level}


def _without(
    session: Session, firms: Mapping[BlockLevel, Collection[int]], client_id: int | None, *, now: datetime
) -> Cost:
    lost: defaultdict[int, set[Spot]] = defaultdict(set)
    for taken, those in firms.items():
        for skill, spots in _Others(session, those, taken, client_id, now).leave().items() if those else ():
            lost[skill].update(spots)
    if not lost:
        return Cost(0, ())
    names = session.execute(select(Skill.id, Skill.name).where(Skill.id.in_(lost)))
    return _cost({name: lost[number] for number, name in names})


def _firms_of_one(session: Session, whom: Subject, level: BlockLevel, *, now: datetime) -> list[int]:
    """Firms where he alone hears of what this level takes away: others are blocked themselves, or cannot be reached.
    Where he hears of it no more himself there is nothing to lose."""
    his = select(Membership.contractor_id).where(
        Membership.person_id == whom.person_id, Membership.role.in_(CONTRACTOR_ROLES), Membership.ended_at.is_(None)
    )
    by_whom = or_(Block.client_id.is_(None), Block.client_id == whom.client_id)
    stops = and_(blocks.of_person(), blocks.in_force(now, _stopping(level)), by_whom)
    rows = session.execute(
        select(Membership.contractor_id, Person.id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.contractor_id.in_(his),
            Membership.role.in_(CONTRACTOR_ROLES),
            Membership.ended_at.is_(None),
            Person.telegram_id.is_not(None),
            or_(Person.unreachable_at.is_(None), Person.id == whom.person_id),
            ~select(Block.id).where(Block.contractor_id.is_(None), stops).exists(),
        )
    ).all()
    mine = {firm for firm, person in rows if person == whom.person_id}
    others = {firm for firm, person in rows if person != whom.person_id}
    return sorted(firm for firm in mine - others if firm is not None)


class _Others:
    """Who could still be asked for what this level takes away, when some firms are blocked."""

    def __init__(
        self, session: Session, firms: Collection[int], level: BlockLevel, client_id: int | None, now: datetime
    ) -> None:
        self._session = session
        self._level = level
        self._given: dict[str, Any] = {"firms": list(firms), "client_id": client_id, "now": now}

    def leave(self) -> dict[int, Sequence[Spot]]:
        """Skill → the spots that these firms reach, as far as they are asked, and none of the others does."""
        firms, client_id, now = (self._given[name] for name in ("firms", "client_id", "now"))
        stopping = select(Block.contractor_id).where(Block.contractor_id.in_(firms), _is_stopping(self._level))
        found = self._session.scalars(stopping, {"client_id": client_id, "now": now})
        stopped = {firm for firm in found if firm is not None}
        theirs = directories.bases(self._session, None, stopped, (now - _BEHIND).date(), only=firms)
        if not theirs:
            return {}
        spots = directories.spots(self._session, now, client_id=client_id, near=theirs)
        mine = cover.in_reach(spots, theirs, {skill for base in theirs for skill in base.skills})
        return {
            skill: self._lost(skill, [spot for spot, count in zip(spots, counts, strict=True) if count])
            for skill, counts in mine.items()
        }

    def _lost(self, skill_id: int, spots: Sequence[Spot]) -> Sequence[Spot]:
        """The spots where nobody of them has this skill."""
        if not spots:
            return ()
        skill = {**self._given, "skill_id": skill_id, "day": min(spot.today for spot in spots)}
        ids = self._session.scalars(_WITH_SKILL[self._level], {**skill, "most": FEW + 1}).all()
        if len(ids) <= FEW:
            return _out_of_reach(
                spots, skill_id, directories.bases(self._session, skill_id, (), skill["day"], only=ids)
            )
        widest_m = (self._session.scalar(_WIDEST) or 0) * 1000 + 1
        for metres in (AROUND_M, widest_m):
            spots = self._without_neighbours(skill_id, spots, metres)
        return self._unserved(skill, spots)

    def _without_neighbours(self, skill_id: int, spots: Sequence[Spot], metres: int) -> list[Spot]:
        """Reached by nobody from within so many metres. Who is found takes all spots off the list that he reaches."""
        left, alone = list(spots), []
        while left:
            found = self._reaching(skill_id, left[-1], metres)
            if found:
                left = _out_of_reach(left, skill_id, [max(found, key=lambda one: one.radius_km)])
            else:
                alone.append(left.pop())
        return alone

    def _reaching(self, skill_id: int, spot: Spot, metres: int) -> list[Base]:
        """Some of those around the spot who reach it; none only if there is none."""
        if not geo.is_place(spot.lat, spot.lon):
            return []
        x, y, z = geo.unit_vector(spot.lat, spot.lon)
        box = geo.bounding_box(spot.lat, spot.lon, metres).edges
        given = {**self._given, **box, "skill_id": skill_id, "day": spot.today, "x": x, "y": y, "z": z}
        most = SOME
        while True:
            rows = self._session.execute(_REACHING[self._level], {**given, "most": most}).all()
            bases = [Base(*row[:4], frozenset(), {skill_id: row.valid_until}) for row in rows]
            found = [base for base in bases if not _out_of_reach([spot], skill_id, [base])]
            if found or len(rows) < most:
                return found
            most *= 100

    def _unserved(self, skill: dict[str, Any], spots: Sequence[Spot]) -> list[Spot]:
        """In nobody's region either."""
        found: dict[tuple[str, date], bool] = {}
        for spot in spots:
            key = (spot.region, spot.today)
            if key not in found:
                given = {**skill, "region": spot.region, "day": spot.today}
                found[key] = self._session.scalar(_SERVING[self._level], given) is not None
        return [spot for spot in spots if not found[spot.region, spot.today]]


def _cost(lost: Mapping[str, Collection[Spot]]) -> Cost:
    lines = [
        Loss(skill, region, sites)
        for skill, spots in lost.items()
        for region, sites in Counter(spot.region for spot in spots).items()
    ]
    lines.sort(key=lambda one: (-one.sites, one.skill, one.region))
    return Cost(len({spot.site_id for spots in lost.values() for spot in spots}), tuple(lines[:MOST_LINES]))


def _out_of_reach(spots: Sequence[Spot], skill_id: int, bases: Iterable[Base]) -> list[Spot]:
    counts = cover.in_reach(spots, bases, [skill_id])[skill_id]
    return [spot for spot, count in zip(spots, counts, strict=True) if not count]


def _is_stopping(level: BlockLevel) -> ColumnElement[bool]:
    """Which blocks of others take them out of the count."""
    return blocks.live(bindparam("client_id"), bindparam("now"), _stopping(level))


def _stopping(level: BlockLevel) -> Collection[BlockLevel]:
    return tuple(BlockLevel) if level is BlockLevel.LIMITED else STOPS_ALL


# The statements are built once: building one takes as long as running it.
def _of_others(level: BlockLevel) -> tuple[Any, ...]:
    """Has the skill on that day, and is asked."""
    return (
        ContractorSkill.skill_id == bindparam("skill_id"),
        ContractorSkill.is_confirmed,
        or_(ContractorSkill.valid_until.is_(None), ContractorSkill.valid_until >= bindparam("day")),
        Contractor.is_active,
        Contractor.id.not_in(bindparam("firms", expanding=True)),
        ~select(Block.id).where(Block.contractor_id == Contractor.id, _is_stopping(level)).exists(),
    )


_HAS_SKILL = ContractorSkill.contractor_id == Contractor.id
_LEVELS = (BlockLevel.LIMITED, *STOPS_ALL)
_WIDEST = select(func.max(Contractor.radius_km))
_WITH_SKILL = {
    level: select(Contractor.id).join(ContractorSkill, _HAS_SKILL).where(*_of_others(level)).limit(bindparam("most"))
    for level in _LEVELS
}
_SERVING = {
    level: select(Contractor.id)
    .join(ContractorRegion, ContractorRegion.contractor_id == Contractor.id)
    .join(ContractorSkill, _HAS_SKILL)
    .where(ContractorRegion.region == bindparam("region"), *_of_others(level))
    .limit(1)
    for level in _LEVELS
}
_step = [getattr(MatchPoint, name) - bindparam(name) for name in "xyz"]
#: A chord is shorter than its arc: nobody is lost, and who does not reach after all is found out by the metres.
_arc = (Contractor.radius_km * 1000 + 1) / geo.EARTH_M
_REACHING = {
    level: select(Contractor.id, Contractor.lat, Contractor.lon, Contractor.radius_km, ContractorSkill.valid_until)
    .join(MatchPoint, MatchPoint.contractor_id == Contractor.id)
    .join(ContractorSkill, _HAS_SKILL)
    .where(
        MatchPoint.skill_id == bindparam("skill_id"),
        MatchPoint.seen_at.is_(None),
        MatchPoint.lat.between(bindparam("south"), bindparam("north")),
        or_(
            MatchPoint.lon.between(bindparam("west"), bindparam("east")),
            MatchPoint.lon.between(bindparam("west_2"), bindparam("east_2")),
        ),
        sum((one * one for one in _step[1:]), _step[0] * _step[0]) <= _arc * _arc,
        *_of_others(level),
    )
    .limit(bindparam("most"))
    for level in _LEVELS
}

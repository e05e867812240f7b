"""What a block costs: the sites that are left without anybody behind a skill, by skill and region.

Only the sites in reach of those who are to be blocked are counted, and only their skills. `Ground` reads the
directories once for many questions, so a sweep over many firms asks them once.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.domain import cover
from core.domain.block import STOPS_ALL, BlockLevel, Subject
from core.domain.cover import Base, Spot
from core.domain.role import CONTRACTOR_ROLES
from core.services import blocks
from core.services import cover as directories
from storage.models.contractor import Block
from storage.models.directory import Skill
from storage.models.people import Membership, Person

#: As many lines as anybody reads; the sum is of all.
MOST_LINES = 40


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


class Ground:
    """The directories as one moment saw them, for one client or for all."""

    def __init__(self, session: Session, *, now: datetime, client_id: int | None = None) -> None:
        self.spots: tuple[Spot, ...] = directories.spots(session, now, client_id=client_id)
        first = min((spot.today for spot in self.spots), default=now.date())
        self.bases: tuple[Base, ...] = directories.bases(session, None, (), first)
        self.skills = {number: name for number, name in session.execute(select(Skill.id, Skill.name))}
        self._stopped = {
            level: _stopped(session, client_id, _levels(level), now) for level in (BlockLevel.LIMITED, *STOPS_ALL)
        }

    def cost(self, firms: Collection[int], level: BlockLevel) -> Cost:
        """Without these firms at this level: a limit takes emergencies away, everything above it other work too. Each
        is counted among those who still do it, so who is suspended may be the last one of others who are limited."""
        lost: defaultdict[int, set[int]] = defaultdict(set)
        for taken in {BlockLevel.LIMITED, level}:
            for skill, indexes in self._lost(firms, self._stopped[taken]).items():
                lost[skill].update(indexes)
        return self._cost(lost)

    def _lost(self, firms: Collection[int], stopped: Collection[int]) -> dict[int, list[int]]:
        theirs = [base for base in self.bases if base.contractor_id in firms and base.contractor_id not in stopped]
        skills = {skill for base in theirs for skill in base.skills}
        mine = cover.in_reach(self.spots, theirs, skills)
        near = [index for index in range(len(self.spots)) if any(row[index] for row in mine.values())]
        others = (b for b in self.bases if b.contractor_id not in firms and b.contractor_id not in stopped)
        rest = cover.in_reach([self.spots[index] for index in near], others, skills)
        return {skill: _only(near, mine[skill], rest[skill]) for skill in skills}

    def _cost(self, lost: Mapping[int, Collection[int]]) -> Cost:
        lines = [
            Loss(self.skills[skill], region, sites)
            for skill, indexes in lost.items()
            for region, sites in Counter(self.spots[index].region for index in indexes).items()
        ]
        lines.sort(key=lambda one: (-one.sites, one.skill, one.region))
        return Cost(len({index for indexes in lost.values() for index in indexes}), tuple(lines[:MOST_LINES]))


def of(session: Session, whom: Subject, level: BlockLevel, *, now: datetime) -> Cost:
    """Of a firm; of a person, if some firm has nobody else who could be asked."""
    firms = [whom.contractor_id] if whom.contractor_id is not None else firms_of_one(session, whom.person_id or 0)
    if not firms:
        return Cost(0, ())
    return Ground(session, now=now, client_id=whom.client_id).cost(firms, level)


def firms_of_one(session: Session, person_id: int) -> list[int]:
    """Firms that have this person alone."""
    people: dict[int, set[int]] = {}
    mine = select(Membership.contractor_id).where(
        Membership.person_id == person_id, Membership.role.in_(CONTRACTOR_ROLES), Membership.ended_at.is_(None)
    )
    rows = session.execute(
        select(Membership.contractor_id, Membership.person_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.contractor_id.in_(mine),
            Membership.role.in_(CONTRACTOR_ROLES),
            Membership.ended_at.is_(None),
            Person.telegram_id.is_not(None),
        )
    )
    for firm, person in rows:
        if firm is not None:
            people.setdefault(firm, set()).add(person)
    return sorted(firm for firm, crew in people.items() if crew <= {person_id})


def _levels(level: BlockLevel) -> Collection[BlockLevel]:
    """Which blocks of others take them out of the count."""
    return tuple(BlockLevel) if level is BlockLevel.LIMITED else STOPS_ALL


def _stopped(session: Session, client_id: int | None, levels: Collection[BlockLevel], now: datetime) -> frozenset[int]:
    of_client = or_(Block.client_id.is_(None), Block.client_id == client_id)
    query = select(Block.contractor_id).where(blocks.in_force(now, levels), of_client)
    return frozenset(number for number in session.scalars(query) if number is not None)


def _only(near: Iterable[int], mine: list[int], rest: list[int]) -> list[int]:
    return [index for place, index in enumerate(near) if mine[index] and not rest[place]]

"""Who of a firm can be disturbed now: not on holiday, not blocked, not at work on a site.

Everything is asked for many firms at once, in few statements: the search judges whole areas with it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, and_, bindparam, select
from sqlalchemy.orm import Session

from core.domain.absence import Days
from core.domain.block import STOPS_ALL, BlockLevel
from core.domain.role import CONTRACTOR_ROLES, Role
from core.domain.ticket import Priority
from core.domain.visit import VisitStatus
from core.services import blocks, numbers
from core.services.rows import columns
from storage.models.contractor import Absence, Block, Contractor
from storage.models.people import Membership, Person
from storage.models.ticket import Ticket
from storage.models.visit import Visit

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """Firms that are not asked: everybody on holiday on the day of the visit, everybody at work now. And those of
    which at least one person can be written to and is not blocked himself."""

    away: frozenset[int]
    on_site: frozenset[int]
    reachable: frozenset[int]


@dataclass(slots=True)
class _Firm:
    """Its people who can be written to, with the days they are away around the moments asked for."""

    zone: str
    people: dict[int, None] = field(default_factory=dict)
    owners: set[int] = field(default_factory=set)
    at_work: set[int] = field(default_factory=set)
    away: list[tuple[int, Days]] = field(default_factory=list)

    def take(self, person_id: int, role: Role, *, is_at_work: bool, off: Days | None) -> None:
        self.people[person_id] = None
        if off is not None:
            self.away.append((person_id, off))
        if role is Role.OWNER:
            self.owners.add(person_id)
        if is_at_work:
            self.at_work.add(person_id)

    def here(self, at: datetime) -> list[int]:
        """Days are those of the firm's zone."""
        if not self.away:
            return list(self.people)
        day = at.astimezone(ZoneInfo(self.zone)).date()
        gone = {person for person, days in self.away if days.first <= day <= days.last}
        return [person for person in self.people if person not in gone]


def standing(
    session: Session,
    contractor_ids: Iterable[int],
    client_id: int,
    *,
    visit_at: datetime,
    now: datetime,
    levels: Collection[BlockLevel] = STOPS_ALL,
) -> Standing:
    """Firms of which nobody can be written to stand in no set: that is another reason. `levels` of a block of a
    person keep him away from this job."""
    firms = _firms(session, contractor_ids, client_id, (visit_at, now), now=now, levels=levels)
    away = (number for number, firm in firms.items() if not firm.here(visit_at))
    busy = (number for number, firm in firms.items() if (here := firm.here(now)) and firm.at_work.issuperset(here))
    return Standing(frozenset(away), frozenset(busy), frozenset(firms))


def on_duty(session: Session, contractor_id: int, ticket: Ticket, *, now: datetime) -> list[int]:
    """Whom an offer rings: the owner and the engineers who are here and free; an emergency also those at work.

    A firm that may be asked is never asked in vain: where everybody is off today, those who are back on the day of
    the visit hear of it.
    """
    visit_at = max(now, ticket.visit_from or now)
    levels, moments = blocks.levels(ticket.priority), (visit_at, now)
    found = _firms(session, [contractor_id], ticket.client_id, moments, now=now, levels=levels)
    firm = found.get(contractor_id)
    if firm is None:
        return []
    at_work: set[int] = set() if ticket.priority is Priority.EMERGENCY else firm.at_work
    called = _free(firm.here(now), at_work) or _free(firm.here(visit_at), at_work) or list(firm.people)
    owners = [person for person in called if person in firm.owners]
    return called if numbers.of(session).offers_to_engineers else owners or called


def present(session: Session, contractor_id: int, *, now: datetime) -> list[int]:
    """People of the firm who can be written to and are not on holiday today, whatever a client thinks of them."""
    firm = _firms(session, [contractor_id], None, (now,), now=now).get(contractor_id)
    return firm.here(now) if firm is not None else []


def _free(people: list[int], at_work: set[int]) -> list[int]:
    return [person for person in people if person not in at_work]


def _firms(
    session: Session,
    contractor_ids: Iterable[int],
    client_id: int | None,
    moments: tuple[datetime, ...],
    *,
    now: datetime,
    levels: Collection[BlockLevel] = STOPS_ALL,
) -> dict[int, _Firm]:
    first, last = min(moments).date() - _DAY, max(moments).date() + _DAY  # what day it is depends on the zone
    given = {"ids": list(contractor_ids), "now": now, "first": first, "last": last}
    if client_id is None:
        rows = columns(session, _CREW, given)
    else:
        rows = columns(session, _WELCOME, {**given, "client_id": client_id, "levels": list(levels)})
    found: dict[int, _Firm] = {}
    for contractor_id, zone, person_id, role, is_at_work, first_on, last_on in rows:
        if role in CONTRACTOR_ROLES:
            firm = found.setdefault(contractor_id, _Firm(zone))
            firm.take(person_id, role, is_at_work=is_at_work, off=Days(first_on, last_on) if first_on else None)
    return found


# The statements are built once: building one takes as long as running it.
_AT_WORK = select(Visit.id).where(Visit.engineer_id == Person.id, Visit.status == VisitStatus.ON_SITE)
_CREW = (
    select(
        Contractor.id,
        Contractor.zone,
        Person.id,
        Membership.role,
        _AT_WORK.exists(),
        Absence.first_on,
        Absence.last_on,
    )
    .select_from(Membership)
    .join(Contractor, Contractor.id == Membership.contractor_id)
    .join(Person, Person.id == Membership.person_id)
    .outerjoin(
        Absence,
        and_(
            Absence.person_id == Person.id,
            Absence.last_on >= bindparam("first"),
            Absence.first_on <= bindparam("last"),
        ),
    )
    .where(
        # Only the firm leads the way: with the role as well SQLite would go through all owners of the country.
        Membership.contractor_id.in_(bindparam("ids", expanding=True)),
        Membership.ended_at.is_(None),
        Person.telegram_id.is_not(None),
        Person.unreachable_at.is_(None),
    )
    .order_by(Person.id)
)
_LEVELS: BindParameter[Any] = bindparam("levels", expanding=True)
_BLOCKED = select(Block.id).where(
    Block.contractor_id.is_(None),
    blocks.of_person(),
    blocks.live(bindparam("client_id"), bindparam("now")),
    Block.level.in_(_LEVELS),
)
#: Whom the client lets in.
_WELCOME = _CREW.where(~_BLOCKED.exists())

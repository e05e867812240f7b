"""What is to be known of clocks that burn, of many at once: a sweep looks at each table once, not once for each row."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain import breach, quality
from core.domain.calendar import Calendar, CalendarKind, RoundTheClock
from core.domain.clock import ClockKind, Interval, Whose
from core.domain.slots import Slot
from core.services import calendars, windows
from storage.models.clock import Clock, ClockInterval, Hold
from storage.models.directory import Service, Site
from storage.models.ticket import Assignment, Ticket
from storage.models.visit import Visit

#: Before the first yes nobody but us has the time in hand.
OURS_ALONE = frozenset({ClockKind.REACTION, ClockKind.SEARCH})


@dataclass(frozen=True, slots=True)
class Holding:
    """Who had the job, and when he had agreed to come."""

    assignment: Assignment
    engineer_id: int | None
    agreed: Slot | None


@dataclass(frozen=True, slots=True)
class Burning:
    clock: Clock
    ticket: Ticket
    norm: timedelta
    intervals: tuple[ClockInterval, ...]
    assignments: tuple[Assignment, ...]
    visits: tuple[Visit, ...]
    moves: dict[int, list[breach.Move]]
    #: When the ticket waited, by no wish of the crew.
    waits: tuple[tuple[datetime, datetime | None], ...]
    #: The working time of the zone.
    working: Calendar

    @property
    def ledger(self) -> tuple[Interval, ...]:
        """Each interval with the calendar it is measured on."""
        return tuple(Interval(one.from_at, one.to_at, one.runs, self._calendar(one.calendar)) for one in self.intervals)

    def ran(self, since: datetime, until: datetime) -> timedelta:
        """How long the clock ran in this stretch, each interval measured on its own calendar."""
        spans = (
            self._calendar(one.calendar).between(max(one.from_at, since), min(one.to_at or until, until))
            for one in self.intervals
            if one.runs and one.from_at < until and (one.to_at is None or one.to_at > since)
        )
        return sum(spans, timedelta(0))

    def holding(self, at: datetime) -> Holding | None:
        """Who had the job at this moment; nobody where the promise is one of ours alone."""
        if self.clock.kind in OURS_ALONE:
            return None
        held = [one for one in self.assignments if one.started_at <= at and (one.ended_at is None or one.ended_at > at)]
        if not held:
            return None
        last = held[-1]
        trips = [one for one in self.visits if one.assignment_id == last.id]
        visit = next((one for one in trips if one.left_at is None or one.left_at >= at), None)
        if visit is None:
            return Holding(last, last.engineer_id, None)
        agreed = breach.agreed(Slot(visit.starts_at, visit.ends_at), self.moves.get(visit.id, ()))
        return Holding(last, visit.engineer_id, agreed)

    def _calendar(self, kind: CalendarKind) -> Calendar:
        return RoundTheClock() if kind is CalendarKind.ROUND_THE_CLOCK else self.working


class _Place(NamedTuple):
    ticket: Ticket
    zone: str
    norm: timedelta


def look(session: Session, clocks: Sequence[Clock]) -> list[Burning]:
    """In the order of the clocks."""
    places = _places(session, {clock.ticket_id for clock in clocks})
    intervals: defaultdict[int, list[ClockInterval]] = defaultdict(list)
    rows = select(ClockInterval).where(ClockInterval.clock_id.in_([clock.id for clock in clocks]))
    for row in session.scalars(rows.order_by(ClockInterval.from_at, ClockInterval.id)):
        intervals[row.clock_id].append(row)
    held = {clock.ticket_id for clock in clocks if clock.kind not in OURS_ALONE}
    assignments, visits, moves = _crews(session, held)
    waiting, working = waits(session, held), calendars.by_zone(session)
    return [
        Burning(
            clock,
            (place := places[clock.ticket_id]).ticket,
            place.norm,
            tuple(intervals[clock.id]),
            tuple(assignments.get(clock.ticket_id, ())),
            tuple(visits.get(clock.ticket_id, ())),
            moves,
            tuple(waiting.get(clock.ticket_id, ())),
            working(place.zone),
        )
        for clock in clocks
    ]


def waits(session: Session, ticket_ids: Collection[int]) -> dict[int, list[tuple[datetime, datetime | None]]]:
    """When tickets waited by no wish of their crew, from when to when; an end of None: they still do."""
    found: defaultdict[int, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    if not ticket_ids:
        return found
    held = select(Hold).where(Hold.ticket_id.in_(ticket_ids), Hold.whose != Whose.CONTRACTOR).order_by(Hold.id)
    for row in session.scalars(held):
        found[row.ticket_id].append((row.started_at, row.ended_at))
    return found


def _places(session: Session, ticket_ids: Collection[int]) -> dict[int, _Place]:
    rows = session.execute(
        select(Ticket, Site.zone, Service.norm_minutes)
        .join(Site, Site.id == Ticket.site_id)
        .join(Service, Service.id == Ticket.service_id)
        .where(Ticket.id.in_(ticket_ids))
    )
    return {ticket.id: _Place(ticket, zone, quality.work(norm, ticket.quantity_milli)) for ticket, zone, norm in rows}


def _crews(
    session: Session, ticket_ids: Collection[int]
) -> tuple[dict[int, list[Assignment]], dict[int, list[Visit]], dict[int, list[breach.Move]]]:
    assignments: defaultdict[int, list[Assignment]] = defaultdict(list)
    visits: defaultdict[int, list[Visit]] = defaultdict(list)
    moves: defaultdict[int, list[breach.Move]] = defaultdict(list)
    if not ticket_ids:
        return assignments, visits, moves
    of_tickets = select(Assignment).where(Assignment.ticket_id.in_(ticket_ids)).order_by(Assignment.id)
    for assignment in session.scalars(of_tickets):
        assignments[assignment.ticket_id].append(assignment)
    for visit in session.scalars(select(Visit).where(Visit.ticket_id.in_(assignments)).order_by(Visit.number)):
        visits[visit.ticket_id].append(visit)
    trips = [visit.id for of_ticket in visits.values() for visit in of_ticket]
    for change in windows.changes(session, trips):
        moves[change.visit_id].append(breach.Move(change.by, change.before))
    return assignments, visits, moves

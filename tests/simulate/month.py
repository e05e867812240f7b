"""A month of requests through the real use cases, from event to event on a clock that jumps.

What people see is what stands in the rows: new offers, tasks, visits and reports are looked for after every
transaction. The timetable's sweeps run at the moment they fall due, and every few minutes beside that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import Engine, func, select

from core.domain.ticket import Origin, TicketStatus
from core.services import acceptances, intakes, invariants, tickets
from scheduler.timetable import timetable
from storage.models.clock import Clock
from storage.models.desk import Task
from storage.models.directory import Site
from storage.models.offer import Offer
from storage.models.ticket import Assignment, Ticket
from storage.models.visit import Visit
from tests.simulate import crews, directories
from tests.simulate.crews import Crews
from tests.simulate.desk import Desk
from tests.simulate.people import Keeps, People, Request
from tests.simulate.stage import Stage

#: How often sweeps run that nothing here knows the due time of.
GRID = timedelta(hours=1)
#: After the last request: long enough for the last late answer, visit and yes.
TAIL = timedelta(days=21)


@dataclass(frozen=True, slots=True)
class Told:
    """A registered request, and how many qualified were in reach of it then."""

    ticket_id: int
    number: str
    reach: int
    never_answers: bool


class Month:
    def __init__(self, engine: Engine, seed: int, requests: list[Request], start: datetime) -> None:
        self.stage = Stage(engine, start)
        self.people = People(seed)
        self.told: list[Told] = []
        with self.stage.reading() as session:
            self.reach = directories.Reach(session)
            self.crews = Crews(self.stage, self.people, directories.firms(session))
            self.desk = Desk(self.stage, self.people, directories.dispatcher(session))
            self._zones = dict(directories.sites(session))
            self._last = {table: session.scalar(select(func.max(table.id))) or 0 for table in (Offer, Task, Visit)}
        self._requesters: dict[int, int] = {}
        self._asked: dict[int, datetime] = {}
        self._reported: set[int] = set()
        self._sweeps = [job.sweep for job in timetable("Europe/Moscow") if isinstance(job.trigger, IntervalTrigger)]
        for number, request in enumerate(requests):
            self.stage.at(request.at, partial(self._request, number, request))
        self._over = (requests[-1].at if requests else start) + TAIL
        self._grid = start

    def run(self) -> list[str]:
        """To the end of the month; returns what is broken then."""
        while True:
            person_at, due_at = self.stage.next_at(), self._due_at()
            if person_at is None and due_at is None:
                break
            moment = min(at for at in (person_at, due_at, self._grid) if at is not None)
            if moment > self._over:
                break
            if person_at is not None and person_at <= moment:
                self.stage.pop()()
            else:
                self._sweep(moment)
            self._look()
        self.stage.deliver()
        with self.stage.reading() as session:
            return invariants.violations(session, now=self.stage.now)

    def _due_at(self) -> datetime | None:
        """When the search or a warning of the clock falls due."""
        with self.stage.reading() as session:
            searching = Ticket.status == TicketStatus.SEARCHING
            search = session.scalar(select(func.min(Ticket.search_due_at)).where(searching))
            warn = session.scalar(select(func.min(Clock.warn_at)).where(Clock.warn_at.is_not(None)))
        due = [at for at in (search, warn) if at is not None]
        return max(min(due), self.stage.now) if due else None

    def _sweep(self, moment: datetime) -> None:
        self.stage.now = max(moment, self.stage.now)
        is_grid = self._grid <= self.stage.now
        taken = 0
        for sweep in self._sweeps if is_grid else self._sweeps[:2]:
            while done := self.stage.do(sweep, 50):
                taken += done
        if is_grid:
            self._grid = self.stage.now + GRID
            self.stage.deliver()
            for contractor_id in crews.still_there(self.stage, self._asked):
                self.crews.is_asked_whether_there(contractor_id)
        elif taken == 0:
            raise AssertionError(f"what is due at {self.stage.now} is not taken by any sweep")

    def _look(self) -> None:
        """Everybody sees what is new for them."""
        with self.stage.reading() as session:
            fresh = {
                table: session.scalars(select(table).where(table.id > last).order_by(table.id)).all()
                for table, last in self._last.items()
            }
            about = {row.ticket_id for rows in fresh.values() for row in rows} - {None}
            jobs = {one: session.get_one(Ticket, one) for one in sorted(about)}
            goes = {row.id: session.get_one(Assignment, row.assignment_id).contractor_id for row in fresh[Visit]}
            reported = session.scalars(
                select(Ticket).where(Ticket.status == TicketStatus.REPORTED, Ticket.origin == Origin.BOT)
            ).all()
        for table, rows in fresh.items():
            self._last[table] = max((row.id for row in rows), default=self._last[table])
        for offer in fresh[Offer]:
            self.crews.is_offered(offer, jobs[offer.ticket_id])
        for task in fresh[Task]:
            self.desk.has(task)
        for visit in fresh[Visit]:
            self._is_planned(visit, jobs[visit.ticket_id], goes[visit.id])
        for ticket in reported:
            self._is_reported(ticket)

    def _is_planned(self, visit: Visit, ticket: Ticket, contractor_id: int) -> None:
        self.crews.is_planned(visit, ticket, contractor_id)
        if visit.number == 1 and self.people.keeps(contractor_id, ticket.number) is Keeps.NEVER:
            self.desk.misses(visit)

    def _is_reported(self, ticket: Ticket) -> None:
        if ticket.id in self._reported:
            return
        self._reported.add(ticket.id)
        requester_id = ticket.requester_id or 0
        delay = self.people.accepts_after(requester_id, ticket.number)
        if delay is not None:
            event = partial(self.stage.tap, requester_id, acceptances.accept, ticket.id, ticket.version)
            self.stage.at(self.stage.now + delay, event)

    def _request(self, number: int, request: Request) -> None:
        """Told and sent by the responsible person of the site."""
        if request.site_id not in self._requesters:
            self._requesters[request.site_id] = self.stage.do(directories.requester, request.site_id)
        person_id = self._requesters[request.site_id]
        tap: Callable[..., Any] = partial(self.stage.tap, person_id)
        tap(intakes.start, site_id=request.site_id)
        intake_id = self.stage.do(intakes.current_id, self.stage.actor(person_id))
        tap(intakes.choose_service, intake_id, request.service_id)
        tap(intakes.set_priority, intake_id, request.priority)
        tap(intakes.say, f"Просьба {number}")
        ticket_id = self.stage.do(tickets.register, self.stage.actor(person_id), intake_id)
        day = self.stage.now.astimezone(ZoneInfo(self._zones[request.site_id])).date()
        reach = self.reach.count(request.site_id, request.service_id, day)
        with self.stage.reading() as session:
            ticket = session.get_one(Ticket, ticket_id)
            assert session.get_one(Site, ticket.site_id).id == request.site_id
        never = self.people.accepts_after(person_id, ticket.number) is None
        self.told.append(Told(ticket_id, ticket.number, reach, never))
        self.stage.note("request", ticket.number, request.site_id, request.service_id, request.priority, reach)

"""A month of requests through the real use cases, from event to event on a clock that jumps.

What people see is what stands in the rows: new offers, tasks, visits and reports are looked for after every
transaction. The timetable's sweeps run at the moment they fall due, and every few minutes beside that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import Engine, select

from core.domain.ticket import Origin, TicketStatus
from core.domain.visit import VisitStatus
from core.services import intakes, invariants, tickets
from core.services.no_shows import WATCHED
from scheduler.timetable import timetable
from storage.models.desk import Task
from storage.models.directory import Site
from storage.models.offer import Offer
from storage.models.ticket import Assignment, Ticket
from storage.models.visit import Visit
from tests.simulate import crews, directories, trust
from tests.simulate.clients import Clients
from tests.simulate.crews import Crews
from tests.simulate.desk import Desk
from tests.simulate.people import People, Request
from tests.simulate.stage import Stage
from tests.simulate.trust import Trust

#: How often sweeps run that nothing here knows the due time of.
GRID = timedelta(hours=1)
#: What the timetable does more often than this is done at the very moment.
PROMPT = timedelta(seconds=10)
#: After the last request: long enough for the last late answer, visit and yes.
TAIL = timedelta(days=21)


@dataclass(frozen=True, slots=True)
class Told:
    """A registered request, and which qualified were in reach of it then."""

    ticket_id: int
    number: str
    within: tuple[int, ...]
    never_answers: bool

    @property
    def reach(self) -> int:
        return len(self.within)


#: One statement, because it is asked after every event.
_SEEN = """
SELECT (SELECT max(id) FROM offer), (SELECT max(id) FROM task), (SELECT max(id) FROM visit),
    (SELECT max(id) FROM audit WHERE entity = 'ticket' AND event = 'report'),
    (SELECT max(id) FROM audit WHERE entity = 'visit' AND event IN ('ask', 'where')),
    (SELECT min(search_due_at) FROM ticket WHERE status = 'searching' AND search_due_at IS NOT NULL),
    (SELECT min(warn_at) FROM clock WHERE warn_at IS NOT NULL),
    (SELECT min(v.ask_at) FROM visit v JOIN ticket t ON t.id = v.ticket_id
        WHERE v.ask_at IS NOT NULL AND v.status IN ('planned', 'confirmed') AND t.status IN ('assigned', 'rework')),
    (SELECT min(v.watch_at) FROM visit v JOIN ticket t ON t.id = v.ticket_id
        WHERE v.watch_at IS NOT NULL AND v.status IN ('planned', 'confirmed', 'en_route')
        AND t.status IN ('assigned', 'rework'))
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest rows there are, and when the next sweep has something to do."""

    offer: int
    task: int
    visit: int
    reported: int
    asked: int
    due_at: datetime | None

    @staticmethod
    def of(stage: Stage) -> "Seen":
        with stage.engine.connect() as connection:
            *ids, search, warn, ask, watch = connection.exec_driver_sql(_SEEN).one()
        due = [_aware(at) for at in (search, warn, ask, watch) if at is not None]
        return Seen(*(one or 0 for one in ids), min(due, default=None))


def _aware(at: datetime | str) -> datetime:
    return datetime.fromisoformat(at).replace(tzinfo=UTC) if isinstance(at, str) else at


class Month:
    def __init__(self, engine: Engine, people: People, requests: list[Request], start: datetime) -> None:
        self.stage = Stage(engine, start)
        self.people = people
        self.began = start
        self.sites = {one.site_id for one in requests}
        self.told: list[Told] = []
        with self.stage.reading() as session:
            self.reach = directories.Reach(session)
            self.crews = Crews(self.stage, self.people, directories.firms(session))
            self.desk = Desk(self.stage, self.people, directories.dispatcher(session))
            judges = (directories.manager(session), directories.dispatcher(session))
            self.trust = Trust(self.stage, self.people, judges, self.crews.firms)
            self.clients = Clients(self.stage, self.people)
            self._zones = dict(directories.sites(session))
        self._seen = Seen.of(self.stage)
        self._requesters: dict[int, int] = {}
        self._asked: dict[int, datetime] = {}
        jobs = [job for job in timetable("Europe/Moscow") if isinstance(job.trigger, IntervalTrigger)]
        self._prompt = [job.sweep for job in jobs if job.trigger.interval <= PROMPT]
        self._slow = [job.sweep for job in jobs if job.trigger.interval > PROMPT]
        for number, request in enumerate(requests):
            self.stage.at(request.at, partial(self._request, number, request))
        self._over = (requests[-1].at if requests else start) + TAIL
        self._grid = start

    def run(self) -> list[str]:
        """To the end of the month; returns what is broken then."""
        seen = self._look()
        while True:
            person_at = self.stage.next_at()
            if person_at is None and seen.due_at is None:
                break
            due_at = max(seen.due_at, self.stage.now) if seen.due_at is not None else None
            moment = min(at for at in (person_at, due_at, self._grid) if at is not None)
            if moment > self._over:
                break
            if person_at is not None and person_at <= moment:
                self.stage.pop()()
            else:
                self._sweep(moment)
            seen = self._look()
        self.stage.deliver()
        with self.stage.reading() as session:
            return invariants.violations(session, now=self.stage.now)

    def _sweep(self, moment: datetime) -> None:
        self.stage.now = max(moment, self.stage.now)
        is_grid = self._grid <= self.stage.now
        taken = 0
        for sweep in [*self._prompt, *(self._slow if is_grid else ())]:
            while done := self.stage.do(sweep, 50):
                taken += done
        self.stage.deliver()
        if is_grid:
            self._grid = self.stage.now + GRID
            self.trust.look()
            for contractor_id in crews.still_there(self.stage, self._asked):
                self.crews.is_asked_whether_there(contractor_id)
        elif taken == 0:
            raise AssertionError(f"what is due at {self.stage.now} is not taken by any sweep")

    def _look(self) -> Seen:
        """Everybody sees what is new for them."""
        seen, before = Seen.of(self.stage), self._seen
        self._seen = seen
        if (seen.offer, seen.task, seen.visit, seen.reported, seen.asked) == (
            before.offer,
            before.task,
            before.visit,
            before.reported,
            before.asked,
        ):
            return seen
        with self.stage.reading() as session:
            fresh = {
                table: session.scalars(select(table).where(table.id > last).order_by(table.id)).all()
                for table, last in ((Offer, before.offer), (Task, before.task), (Visit, before.visit))
            }
            asked = session.scalars(select(Visit).where(Visit.asked > 0, Visit.status == VisitStatus.PLANNED)).all()
            sought = session.scalars(
                select(Visit).where(Visit.where_asked_at.is_not(None), Visit.status.in_(WATCHED))
            ).all()
            # Those who never answer are many in the end: they are read only with a new report.
            of_bot = select(Ticket).where(Ticket.status == TicketStatus.REPORTED, Ticket.origin == Origin.BOT)
            reported = session.scalars(of_bot).all() if seen.reported != before.reported else ()
            about = {row.ticket_id for rows in (*fresh.values(), asked, sought) for row in rows} - {None}
            jobs = {one: session.get_one(Ticket, one) for one in sorted(about)}
            seen_visits = [*asked, *sought, *fresh[Visit]]
            goes = {row.id: session.get_one(Assignment, row.assignment_id).contractor_id for row in seen_visits}
        for offer in fresh[Offer]:
            self.crews.is_offered(offer, jobs[offer.ticket_id])
        for task in fresh[Task]:
            if task.kind in trust.KINDS:
                self.trust.has(task)
            else:
                self.desk.has(task, jobs.get(task.ticket_id))
        for visit in fresh[Visit]:
            self.crews.is_planned(visit, jobs[visit.ticket_id], goes[visit.id])
        for visit in asked:
            self.crews.is_asked(visit, jobs[visit.ticket_id], goes[visit.id])
        for visit in sought:
            self.crews.is_sought(visit, jobs[visit.ticket_id], goes[visit.id])
        for ticket in reported:
            self.clients.is_reported(ticket)
        return seen

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
        within = self.reach.within(request.site_id, request.service_id, day)
        with self.stage.reading() as session:
            ticket = session.get_one(Ticket, ticket_id)
            assert session.get_one(Site, ticket.site_id).id == request.site_id
        never = self.people.accepts_after(person_id, ticket.number) is None
        self.told.append(Told(ticket_id, ticket.number, within, never))
        self.stage.note("request", ticket.number, request.site_id, request.service_id, request.priority, len(within))

"""The dispatcher of the simulated month: acts only on tasks that stand in the queue, and every act is counted.

Nobody has taken a job: the message counts the refusals and the card who stands just outside, and the desk tries what
they suggest, a wider radius or a raise inside the margin floor; the second time it takes the telephone. A crew that
never came loses the job by itself; where nobody can be asked, the telephone tells whether it comes. A warning that the
clock burns is read while the waves still run, and nothing is done. The tap for the client's chain is the client's
answer, and who says what is wrong with finished work has been there: both are counted apart from the touches.
"""

from collections import Counter
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import func, select

from core.domain import wave
from core.domain.clock import Whose
from core.domain.defaults import Defaults
from core.domain.no_show import ETAS_MIN
from core.domain.offer import DeclineReason, Exclusion, OfferStatus
from core.domain.task import TaskKind
from core.domain.ticket import Priority, TicketStatus
from core.services import acceptances, no_shows, searches, staffing, tasks, tickets
from storage.models.desk import Task
from storage.models.offer import Offer, Wave, WaveCandidate
from storage.models.ticket import Assignment, Ticket
from tests.simulate.clients import last_visit
from tests.simulate.people import GIVES_UP_DAYS, LOOKS_AGAIN_HOURS, Keeps, People
from tests.simulate.stage import Stage

RAISES_PCT = (20, 10)
#: So far a job is looked for before the client is told that nobody can be sent.
WIDEST_KM = 150
#: So many more people who could be asked are worth a wider radius.
WORTH_WIDENING = 3


class Desk:
    def __init__(self, stage: Stage, people: People, person_id: int) -> None:
        self.stage = stage
        self.people = people
        self.person_id = person_id
        #: Ticket id → acts of the desk on it, and what they were.
        self.touches: Counter[int] = Counter()
        self.acts: Counter[tuple[int, str]] = Counter()
        self.first_at: dict[int, datetime] = {}
        self.approvals = 0
        #: Ticket id → how often the desk has settled a quarrel about its work.
        self.quarrels: Counter[int] = Counter()
        self.warnings = 0
        self.given_up: set[int] = set()

    def has(self, task: Task, ticket: Ticket | None) -> None:
        """A new task stands in the queue."""
        priority = ticket.priority if ticket is not None else Priority.NORMAL
        at = self.stage.now + self.people.desk_after(task.id, priority)
        if task.kind is TaskKind.APPROVAL:
            self.stage.at(self.stage.now + self.people.approved_after(task.id), partial(self._approve, task.id))
        elif task.kind is TaskKind.UNSTAFFED:
            self.stage.at(at, partial(self._help, task.id))
        elif task.kind is TaskKind.UNCONFIRMED:
            self.stage.at(at, partial(self._phone, task.id))
        elif task.kind is TaskKind.NOT_COME:
            self.stage.at(at, partial(self._phone_late, task.id))
        elif task.kind is TaskKind.DISPUTE:
            self.stage.at(at, partial(self._settle, task.id))
        elif task.kind in (TaskKind.REACTION, TaskKind.DEADLINE):
            self.warnings += 1
        else:
            self.stage.at(at, partial(self._end, task.id))

    def _approve(self, task_id: int) -> None:
        ticket = self._ticket(task_id)
        if ticket is not None and self.stage.tap(self.person_id, tickets.approve, ticket.id):
            self.approvals += 1

    def _settle(self, task_id: int) -> None:
        """Faulty work is done again by whoever did it; of the rest the client is talked to."""
        ticket = self._ticket(task_id)
        if ticket is None or ticket.status is not TicketStatus.DISPUTED:
            return
        with self.stage.reading() as session:
            visit_id = last_visit(session, ticket.id).id
        self.quarrels[ticket.id] += 1
        if self.people.is_faulty(ticket.contractor_id or 0, visit_id):
            done = self.stage.tap(self.person_id, acceptances.order_rework, ticket.id)
            self.stage.note("rework" if done else "cannot order rework", ticket.number)

    def _help(self, task_id: int) -> None:
        """One look at a job that nobody has taken."""
        ticket = self._ticket(task_id)
        if ticket is None or ticket.status is not TicketStatus.UNSTAFFED:
            return
        if self.stage.now - ticket.registered_at > timedelta(days=GIVES_UP_DAYS):
            self._act("tell the client", ticket, tickets.cancel, ticket.id, ticket.version, Whose.OURS)
            return
        self.stage.at(self.stage.now + timedelta(hours=LOOKS_AGAIN_HOURS), partial(self._help, task_id))
        refused, outside = self._counted(ticket)
        percent, is_first = self._may_raise(ticket), not self.touches[ticket.id]
        if is_first and outside >= WORTH_WIDENING:
            self._act("widen", ticket, searches.widen, ticket.id, ticket.version)
        elif is_first and percent and DeclineReason.PRICE in refused:
            self._act("raise", ticket, searches.raise_pay, ticket.id, ticket.version, percent)
        elif not self._give(ticket) and ticket.widened_km < WIDEST_KM:
            self._act("widen", ticket, searches.widen, ticket.id, ticket.version)

    def _counted(self, ticket: Ticket) -> tuple[set[DeclineReason | None], int]:
        """What the message says: why those asked said no, and how many stand just outside the reach."""
        said_no = select(Offer.decline_reason).where(
            Offer.ticket_id == ticket.id, Offer.status == OfferStatus.DECLINED, Offer.job_version == ticket.job_version
        )
        last = select(func.max(Wave.id)).where(Wave.ticket_id == ticket.id).scalar_subquery()
        step_m = Defaults().widen_step_km * 1000
        outside = select(func.count()).where(
            WaveCandidate.wave_id == last,
            WaveCandidate.exclusion == Exclusion.TOO_FAR,
            WaveCandidate.distance_m <= WaveCandidate.radius_km * 1000 + step_m,
        )
        with self.stage.reading() as session:
            return set(session.scalars(said_no)), session.scalar(outside) or 0

    def _give(self, ticket: Ticket) -> bool:
        """The telephone: the first on the list who can be sent and has not failed here before."""
        found = self.stage.do(staffing.choices, self.stage.actor(self.person_id), ticket.id)
        with self.stage.reading() as session:
            had = set(session.scalars(select(Assignment.contractor_id).where(Assignment.ticket_id == ticket.id)))
        line = next((line for line in found.lines if line.contractor_id not in had), None)
        if line is None:
            self.given_up.add(ticket.id)
            return False
        return self._act("assign", ticket, staffing.assign, ticket.id, line.contractor_id)

    def _phone_late(self, task_id: int) -> None:
        """The agreed time is over: the telephone tells when they come, or that they do not."""
        ticket = self._ticket(task_id)
        if ticket is None or ticket.contractor_id is None:
            return
        with self.stage.reading() as session:
            visit_id = session.get_one(Task, task_id).data["visit"]
        if self.people.keeps(ticket.contractor_id, ticket.number) is Keeps.NEVER:
            self._act("no-show", ticket, no_shows.not_coming, visit_id)
        else:
            self._act("will come", ticket, no_shows.will_come, visit_id, ETAS_MIN[-1])

    def _phone(self, task_id: int) -> None:
        """The visit is near and the crew is silent: the telephone tells whether it will come."""
        ticket = self._ticket(task_id)
        if ticket is None or ticket.contractor_id is None:
            return
        if self.people.keeps(ticket.contractor_id, ticket.number) is Keeps.NEVER:
            self._act("take back", ticket, staffing.take_back, ticket.id, ticket.version)
        else:
            self._end(task_id)

    def _end(self, task_id: int) -> None:
        """Whatever else stands there is looked at and ended by a word."""
        with self.stage.reading() as session:
            task = session.get_one(Task, task_id)
        if task.ended_at is None and self.stage.tap(self.person_id, tasks.end, task_id, "seen"):
            self._count(task.ticket_id or 0, f"end {task.kind}")

    def _act(self, name, ticket, fn, *args) -> bool:  # type: ignore[no-untyped-def]
        done = self.stage.tap(self.person_id, fn, *args)
        if done:
            self._count(ticket.id, name)
        self.stage.note("desk", name if done else f"cannot {name}", ticket.number)
        return done

    def _count(self, ticket_id: int, name: str) -> None:
        self.touches[ticket_id] += 1
        self.first_at.setdefault(ticket_id, self.stage.now)
        self.acts[ticket_id, name] += 1

    def _may_raise(self, ticket: Ticket) -> int:
        """The largest of the usual raises that leaves the margin; 0: none does."""
        for percent in RAISES_PCT:
            rate = wave.raised(ticket.first_rate_kop, ticket.contractor_rate_kop, percent)
            if wave.margin_pct(ticket.client_price_kop, rate) >= Defaults().margin_floor_pct:
                return percent
        return 0

    def _ticket(self, task_id: int) -> Ticket | None:
        """None when somebody was faster."""
        with self.stage.reading() as session:
            task = session.get_one(Task, task_id)
            return session.get_one(Ticket, task.ticket_id) if task.ended_at is None else None

"""Random people of a small company on one real file: anybody may do anything at any time, in or out of turn.

Ids are drawn from all rows there are, so most taps come too late or from the wrong hands; the product answers those
with an error of its own. Whatever happens, every invariant holds after every step.
"""

from typing import Any, ClassVar

from apscheduler.triggers.interval import IntervalTrigger
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from core.domain.absence import AwayDays
from core.domain.actor import Grant
from core.domain.block import BlockLevel
from core.domain.offer import DeclineReason
from core.domain.role import Role
from core.domain.talk import CallOutcome
from core.domain.ticket import Priority
from core.services import (
    acceptances,
    availability,
    blacklist,
    block_requests,
    calls,
    counter_prices,
    intakes,
    invariants,
    offers,
    reports,
    searches,
    staffing,
    tasks,
    tickets,
    visits,
)
from core.services.visits import NOT_DONE
from scheduler.timetable import timetable
from storage.models.contractor import Block, BlockRequest
from storage.models.desk import Task
from storage.models.directory import Service, Site
from storage.models.offer import Offer
from storage.models.people import Membership
from storage.models.ticket import Ticket
from storage.models.visit import Visit
from tests.clock import START, HandClock
from tests.make.directories import add_contractor
from tests.make.people import add_dispatcher, add_person
from tests.make.promises import promise
from tests.make.tickets import SKILL, add_engineer, add_step, make_world
from tests.simulate.crews import shoot
from tests.simulate.stage import Stage
from tests.stateful.trust import NUMBERS, TrustRules

BLOCKS = [(BlockLevel.LIMITED, 14), (BlockLevel.SUSPENDED, 1), (BlockLevel.BLOCKED, None)]
MINUTES = st.sampled_from([1, 5, 20, 60, 180, 480, 1440, 4320])
#: Firms, from the nearest: one with two people, one for nights, one that is soon full.
FIRMS = ({"lat": 55.76}, {"lat": 55.80, "night_jobs": True}, {"lat": 55.90, "engineers": 1}, {"lat": 57.9})


def set_out(session: Session) -> None:
    """Before the first step: a client with promises, one with a chain of approvals, three of the desk, five firms."""
    world = promise(session, now=START, calendar="working")
    add_person(session, Grant(Role.MANAGER), now=START)
    add_engineer(session, world.contractor, now=START)
    for fields in FIRMS:
        add_engineer(session, add_contractor(session, skills=[SKILL], **fields), now=START)
    add_dispatcher(session, now=START)
    second = make_world(session, now=START)
    add_step(session, second.client)


class Company(TrustRules, RuleBasedStateMachine):
    """`fresh` makes an engine on a new copy of the file; set by the test."""

    fresh: ClassVar[Any]

    @initialize(first=st.sampled_from(Priority))
    def begin(self, first: Priority) -> None:
        self.engine: Engine = type(self).fresh()
        self.clock = HandClock()
        self._restart()
        self.registers(0, first)

    @rule(number=NUMBERS, priority=st.sampled_from(Priority))
    def registers(self, number: int, priority: Priority) -> None:
        person_id, site_id = _of(self.requesters, number)
        self.stage.tap(person_id, intakes.start, site_id=site_id)
        intake_id = self.stage.do(intakes.current_id, self.stage.actor(person_id))
        self.stage.tap(person_id, intakes.choose_service, intake_id, self.service_id)
        self.stage.tap(person_id, intakes.set_priority, intake_id, priority)
        self.stage.tap(person_id, intakes.say, "Не горит свет")
        self.stage.tap(person_id, tickets.register, intake_id)

    @rule(number=NUMBERS, who=NUMBERS, slot=st.integers(0, 3))
    def takes(self, number: int, who: int, slot: int) -> None:
        offer = self._row(Offer, number)
        if offer is not None:
            start = self._slot(offer.ticket_id, slot)
            self.stage.tap(self._of_firm(offer.contractor_id, who), offers.accept, offer.id, start, None)

    @rule(number=NUMBERS, who=NUMBERS, reason=st.sampled_from(DeclineReason))
    def refuses(self, number: int, who: int, reason: DeclineReason) -> None:
        offer = self._row(Offer, number)
        if offer is not None:
            self.stage.tap(self._of_firm(offer.contractor_id, who), offers.decline, offer.id, reason)

    @rule(number=NUMBERS, who=NUMBERS, more_pct=st.sampled_from([-5, 5, 30, 90]))
    def names_a_price(self, number: int, who: int, more_pct: int) -> None:
        offer = self._row(Offer, number)
        if offer is not None:
            price = offer.pay_kop * (100 + more_pct) // 100
            self.stage.tap(self._of_firm(offer.contractor_id, who), counter_prices.name_price, offer.id, price)

    @rule(number=NUMBERS, who=NUMBERS, yes=st.booleans())
    def decides_a_price(self, number: int, who: int, yes: bool) -> None:
        offer = self._row(Offer, number)
        if offer is not None:
            self.stage.tap(_of(self.desk, who), counter_prices.decide, offer.id, yes)

    @rule(number=NUMBERS, act=st.sampled_from([visits.go, visits.give_up, visits.arrive_by_word]))
    def walks(self, number: int, act: Any) -> None:
        visit = self._row(Visit, number)
        if visit is not None:
            self.stage.tap(self._walker(visit), act, visit.id)

    @rule(number=NUMBERS)
    def arrives(self, number: int) -> None:
        visit = self._row(Visit, number)
        if visit is not None:
            site = self._site(visit.ticket_id)
            phone = {"accuracy_m": 10, "sent_at": self.clock.now(), "forwarded": False}
            self.stage.tap(self._walker(visit), visits.arrive_by_location, visit.id, site.lat, site.lon, **phone)

    @rule(number=NUMBERS, pictures=st.integers(0, 2), after=st.integers(0, 2))
    def works(self, number: int, pictures: int, after: int) -> None:
        """As far as the pictures carry."""
        visit = self._row(Visit, number)
        if visit is None:
            return
        who = self._walker(visit)
        self.stage.tap(who, visits.begin_work, visit.id)
        shoot(self.stage, who, pictures)
        self.stage.tap(who, visits.before_done, visit.id)
        shoot(self.stage, who, after)
        self.stage.tap(who, visits.after_done, visit.id)
        self.stage.tap(who, reports.send, visit.id)

    @rule(number=NUMBERS, outcome=st.sampled_from(sorted(NOT_DONE)))
    def leaves(self, number: int, outcome: Any) -> None:
        visit = self._row(Visit, number)
        if visit is not None:
            self.stage.tap(self._walker(visit), visits.leave, visit.id, outcome)

    @rule(number=NUMBERS, is_right=st.booleans(), who=NUMBERS)
    def answers_the_report(self, number: int, is_right: bool, who: int) -> None:
        ticket = self._row(Ticket, number)
        if ticket is None:
            return
        person_id = _of(self.requesters, who)[0]
        if is_right:
            self.stage.tap(person_id, acceptances.accept, ticket.id, ticket.version)
        else:
            self.stage.tap(person_id, acceptances.wrong, ticket.id, "Мигает")

    @rule(number=NUMBERS, who=NUMBERS, stale=st.booleans())
    def cancels(self, number: int, who: int, stale: bool) -> None:
        ticket = self._row(Ticket, number)
        if ticket is not None:
            people = [*self.desk, *(person_id for person_id, _ in self.requesters)]
            self.stage.tap(_of(people, who), tickets.cancel, ticket.id, ticket.version - stale)

    @rule(number=NUMBERS, act=st.sampled_from(["approve", "reject", "order_rework", "again"]), who=NUMBERS)
    def desk_says(self, number: int, act: str, who: int) -> None:
        ticket = self._row(Ticket, number)
        acts = {"approve": tickets.approve, "reject": tickets.reject}
        acts |= {"order_rework": acceptances.order_rework, "again": searches.again}
        if ticket is not None:
            self.stage.tap(_of(self.desk, who), acts[act], ticket.id)

    @rule(number=NUMBERS, who=NUMBERS, percent=st.sampled_from([0, 10, 40, 100]))
    def raises(self, number: int, who: int, percent: int) -> None:
        ticket = self._row(Ticket, number)
        if ticket is not None:
            self.stage.tap(_of(self.desk, who), searches.raise_pay, ticket.id, ticket.version, percent)

    @rule(number=NUMBERS, who=NUMBERS, act=st.sampled_from([searches.widen, searches.ask_to_move, staffing.take_back]))
    def desk_moves_on(self, number: int, who: int, act: Any) -> None:
        ticket = self._row(Ticket, number)
        if ticket is not None:
            self.stage.tap(_of(self.desk, who), act, ticket.id, ticket.version)

    @rule(number=NUMBERS, who=NUMBERS, slot=st.integers(1, 3))
    def moves(self, number: int, who: int, slot: int) -> None:
        ticket = self._row(Ticket, number)
        start = self._slot(ticket.id, slot) if ticket is not None else None
        if ticket is not None and start is not None:
            person_id = _of([*self.desk, self.requesters[0][0]], who)
            self.stage.tap(person_id, searches.move, ticket.id, ticket.version, start, "Звонила Ирина")

    @rule(number=NUMBERS, firm=NUMBERS, said=st.sampled_from([*CallOutcome, None]))
    def phones(self, number: int, firm: int, said: CallOutcome | None) -> None:
        """`None`: assigned without a call."""
        ticket, contractor_id = self._row(Ticket, number), _of(sorted(self.of_firm), firm)
        if ticket is None:
            return
        if said is None:
            self.stage.tap(self.desk[0], staffing.assign, ticket.id, contractor_id)
        elif said is CallOutcome.ACCEPTED:
            self.stage.tap(self.desk[0], calls.accepted, ticket.id, contractor_id)
        else:
            self.stage.tap(self.desk[0], calls.note, ticket.id, contractor_id, said)

    @rule(number=NUMBERS, who=NUMBERS, is_taken=st.booleans())
    def task(self, number: int, who: int, is_taken: bool) -> None:
        row = self._row(Task, number)
        if row is not None and is_taken:
            self.stage.tap(_of(self.desk, who), tasks.take, row.id)
        elif row is not None:
            self.stage.tap(_of(self.desk, who), tasks.end, row.id, "done")

    @rule(
        firm=NUMBERS, who=NUMBERS, whom=st.sampled_from(["firm", "at a client", "a man"]), how=st.sampled_from(BLOCKS)
    )
    def is_blocked(self, firm: int, who: int, whom: str, how: tuple[BlockLevel, int | None]) -> None:
        """One of the desk asks for it, another says yes."""
        contractor_id = _of(sorted(self.of_firm), firm)
        person_id = self._of_firm(contractor_id, who) if whom == "a man" else None
        client_id = self.client_id if whom == "at a client" else None
        about = (contractor_id, person_id, client_id, *how, "Проверка")
        if self.stage.tap(_of(self.desk, who), block_requests.propose, *about):
            asked = self._row(BlockRequest, 0)
            self.stage.tap(_of(self.desk, who + 1), block_requests.confirm, asked.id)

    @rule(number=NUMBERS, who=NUMBERS)
    def is_unblocked(self, number: int, who: int) -> None:
        block = self._row(Block, number)
        if block is not None:
            self.stage.tap(_of(self.desk, who), blacklist.lift, block.id, "Разобрались")

    @rule(firm=NUMBERS, who=NUMBERS, days=st.sampled_from([*AwayDays, None]), on=st.booleans())
    def is_away(self, firm: int, who: int, days: AwayDays | None, on: bool) -> None:
        contractor_id = _of(sorted(self.of_firm), firm)
        person_id = self._of_firm(contractor_id, who)
        if days is not None:
            self.stage.tap(person_id, availability.add_days, days)
        elif on:
            self.stage.tap(person_id, availability.still_there, contractor_id, True)
        else:
            self.stage.tap(person_id, availability.switch, contractor_id, on)

    @rule(minutes=MINUTES, is_swept=st.booleans())
    def time_goes(self, minutes: int, is_swept: bool) -> None:
        """Without sweeps: the scheduler is down."""
        self.stage.now = self.clock.move(minutes=minutes)
        for job in timetable("Europe/Moscow") if is_swept else ():
            while isinstance(job.trigger, IntervalTrigger) and self.stage.do(job.sweep, 50):
                pass

    @rule()
    def restarts(self) -> None:
        """Nothing but the file is left."""
        self.engine.dispose()
        self._restart()

    @invariant()
    def holds(self) -> None:
        """Between two steps time goes on: of two moments that are one nobody could say which came first."""
        with Session(self.engine) as session:
            broken = invariants.violations(session, now=self.clock.now())
        assert not broken, broken
        self.stage.now = self.clock.move(seconds=1)

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            self.engine.dispose()

    def _restart(self) -> None:
        said = self.stage.next_number() if hasattr(self, "stage") else 0
        self.stage = Stage(self.engine, self.clock.now(), first_number=said + 1)
        with Session(self.engine) as session:
            live = session.scalars(
                select(Membership).where(Membership.ended_at.is_(None)).order_by(Membership.id)
            ).all()
            sites = dict(session.execute(select(Site.id, Site.client_id)).tuples().all())
            self.service_id = session.scalars(select(Service.id).order_by(Service.id)).first() or 0
        self.clients = sorted(set(sites.values()))
        self.client_id = self.clients[0]
        self.desk = [row.person_id for row in live if row.role == "dispatcher"]
        self.manager = next(row.person_id for row in live if row.role == "manager")
        self.requesters = [(row.person_id, row.site_id) for row in live if row.role == "requester" and row.site_id]
        self.of_firm: dict[int, list[int]] = {}
        for row in live:
            if row.contractor_id is not None and row.role == "engineer":
                self.of_firm.setdefault(row.contractor_id, []).append(row.person_id)

    def _row(self, table: Any, number: int) -> Any:
        """Any row there is, the newest for 0."""
        with Session(self.engine, expire_on_commit=False) as session:
            ids = session.scalars(select(table.id).order_by(table.id.desc())).all()
            return session.get_one(table, ids[number % len(ids)]) if ids else None

    def _of_firm(self, contractor_id: int, who: int) -> int:
        """Mostly one of the firm, sometimes of another."""
        everybody = [one for firm in sorted(self.of_firm) for one in self.of_firm[firm]]
        return _of(self.of_firm[contractor_id] if who < 90 else everybody, who)

    def _anybody(self, who: int) -> int:
        """Of the desk, of the firms, of the clients."""
        of_firms = [one for firm in sorted(self.of_firm) for one in self.of_firm[firm]]
        return _of([*self.desk, self.manager, *of_firms, *(person for person, _ in self.requesters)], who)

    def _walker(self, visit: Visit) -> int:
        return visit.engineer_id or self.desk[0]

    def _site(self, ticket_id: int) -> Site:
        with Session(self.engine, expire_on_commit=False) as session:
            return session.get_one(Site, session.get_one(Ticket, ticket_id).site_id)

    def _slot(self, ticket_id: int, number: int) -> Any:
        """0: now."""
        with Session(self.engine, expire_on_commit=False) as session:
            proposed = offers.proposed_slots(session, session.get_one(Ticket, ticket_id), now=self.clock.now())
        return proposed[number % len(proposed)].start if number and proposed else None


def _of(rows: Any, number: int) -> Any:
    return rows[number % len(rows)]

"""Pause, resume, reopen, another priority, plan, time or calendar, in any order: the ledger stays one story."""

import random
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from core.domain.actor import Grant
from core.domain.calendar import DayKind
from core.domain.clock import ClockState, StopReason, Whose, elapsed
from core.domain.errors import DomainError
from core.domain.hold import DESK_REASONS
from core.domain.role import Role
from core.domain.ticket import Priority, TicketStatus
from core.services import (
    acceptances,
    calendar_days,
    clock_changes,
    clock_rows,
    clocks,
    holds,
    invariants,
    moves,
    objections,
    priorities,
    tickets,
)
from core.services.clock_forecasts import Forecast
from core.services.objections import Verdict
from storage.models.clock import Clock
from storage.models.directory import Contract, SlaTarget
from storage.models.ticket import Ticket
from tests.clock import START, HandClock
from tests.make.people import add_dispatcher, add_person
from tests.make.promises import swept
from tests.make.tickets import World, arrive, bring, make_world, report, tap, visit_of, wait

PLANS = ("План", "Другой")


@pytest.fixture
def world(session: Session, now: datetime) -> World:
    chance = random.Random(8)
    for plan in PLANS:
        for priority in Priority:
            if (plan, priority) != ("Другой", Priority.PLANNED):  # a plan without a row
                times = {name: chance.randint(60, 6000) for name in ("reaction_min", "arrival_min", "resolution_min")}
                kind = chance.choice(["24x7", "working"])
                session.add(SlaTarget(plan=plan, priority=priority, calendar=kind, **times))
    session.flush()
    return make_world(session, now=now, sla_plan="План")


#: What happens, so many minutes after what happened before, and which of several it is.
STEPS = st.tuples(
    st.sampled_from(
        [
            "hold",
            "resume",
            "priority",
            "plan",
            "move",
            "arrive",
            "report",
            "wrong",
            "rework",
            "object",
            "decide",
            "day",
            "sweep",
            "short",
            "holds",
            "no_plan",
            "cancel",
        ]
    ),
    st.integers(1, 900),
    st.integers(0, 99),
)


class Story:
    """One ticket to which things happen; what cannot happen now is refused and changes nothing."""

    def __init__(self, world: World, clock: HandClock) -> None:
        self.world, self.clock = world, clock
        self.session: Session = world.session
        self.world.now = clock.now()
        self.judge = add_dispatcher(self.session, now=world.now)
        self.admin = add_person(self.session, Grant(Role.ADMIN), now=world.now)
        self.ticket: Ticket = bring(world, TicketStatus.ASSIGNED)
        self.done: list[str] = []

    def step(self, name: str, minutes: int, number: int) -> None:
        self.world.now = self.clock.move(minutes=minutes)
        try:
            with self.session.begin_nested():
                getattr(self, name)(number)
        except DomainError:
            return
        self.session.refresh(self.ticket)
        self.done.append(name)

    def hold(self, number: int) -> None:
        reasons = [one for one in DESK_REASONS if one is not StopReason.MOVED_BY_CONTRACTOR]
        wait(self.world, self.ticket, reasons[number % len(reasons)], days=30)

    def short(self, number: int) -> None:
        """A wait that is over before anybody looks, perhaps."""
        wait(self.world, self.ticket, StopReason.NO_ACCESS, minutes=1 + number)

    def holds(self, number: int) -> None:
        holds.sweep(self.session, 50, now=self.world.now)

    def cancel(self, number: int) -> None:
        """Seldom, so that other things have happened before."""
        if number > 60:
            desk = tap(self.world.dispatcher)
            tickets.cancel(
                self.session, desk, self.ticket.id, self.ticket.version, Whose.NOBODY, now=self.world.now, waive=True
            )

    def no_plan(self, number: int) -> None:
        """Nothing is promised any more, or not yet."""
        self._plan("")

    def resume(self, number: int) -> None:
        desk = tap(self.world.dispatcher)
        holds.resume(self.session, desk, self.ticket.id, self.ticket.version, now=self.world.now)

    def priority(self, number: int) -> None:
        desk, chosen = tap(self.world.dispatcher), list(Priority)[number % len(Priority)]
        told = dict(priorities.choices(self.session, desk, self.ticket.id, now=self.world.now).forecasts)
        priorities.change(self.session, desk, self.ticket.id, self.ticket.version, chosen, now=self.world.now)
        for one in told.get(chosen, ()):
            self._came_true(one)

    def _came_true(self, one: Forecast) -> None:
        """What the dialog showed before the tap."""
        clock = clock_rows.last(self.session, self.ticket.id, one.kind)
        assert clock is not None
        assert one.ends is (clock.state is ClockState.ENDED), (self.done, one)
        assert one.ends or one.due_at == clocks.passed(self.session, clock), (self.done, one)

    def plan(self, number: int) -> None:
        self._plan(PLANS[number % len(PLANS)])

    def _plan(self, name: str) -> None:
        contract = self.session.get_one(Contract, self.ticket.contract_id)
        contract.sla_plan = name
        self.session.flush()
        desk = tap(self.world.dispatcher)
        clock_changes.contracts_changed(self.session, desk, [contract.id], [], now=self.world.now)

    def move(self, number: int) -> None:
        who = [self.world.requester, self.world.engineer, self.world.dispatcher][number % 3]
        start = (self.world.now + timedelta(days=1 + number % 6)).replace(hour=8, minute=0)
        moves.move(self.session, tap(who), visit_of(self.world, self.ticket).id, start, now=self.world.now)

    def arrive(self, number: int) -> None:
        arrive(self.world, self.ticket)

    def report(self, number: int) -> None:
        report(self.world, self.ticket)

    def wrong(self, number: int) -> None:
        acceptances.wrong(self.session, tap(self.world.requester), self.ticket.id, "Мигает", now=self.world.now)

    def rework(self, number: int) -> None:
        acceptances.order_rework(self.session, tap(self.world.dispatcher), self.ticket.id, now=self.world.now)

    def object(self, number: int) -> None:
        """Against one of the first pauses, by the other side."""
        who, words = [self.world.requester, self.world.engineer][number % 2], "Было открыто"
        objections.object_(self.session, tap(who), self.ticket.id, 1 + number % 3, words, now=self.world.now)

    def decide(self, number: int) -> None:
        verdict, desk = list(Verdict)[number % len(Verdict)], tap(self.judge)
        objections.decide(self.session, desk, self.ticket.id, 1 + number % 3, verdict, "Так", now=self.world.now)

    def day(self, number: int) -> None:
        """Said of a day of these weeks, or taken back."""
        day = START.date() + timedelta(days=number // 4)
        kind = [*DayKind, None][number % (len(DayKind) + 1)]
        calendar_days.say(self.session, tap(self.admin), day, kind, now=self.world.now)

    def sweep(self, number: int) -> None:
        swept(self.world)

    def check(self) -> None:
        for clock in clocks.live(self.session, self.ticket.id):
            self._is_one_story(clock)

    def _is_one_story(self, clock: Clock) -> None:
        reading = clocks.reading(self.session, clock, now=self.world.now)
        ledger, target = clock_rows.intervals(self.session, clock), timedelta(minutes=clock.target_min)
        assert reading.elapsed == elapsed(ledger, self.world.now), self.done
        assert [one.end for one in ledger[:-1]] == [one.start for one in ledger[1:]], self.done
        if clock.state is ClockState.STOPPED:
            assert clock.due_at is None
            assert self.ticket.status is TicketStatus.ON_HOLD, self.done
            return
        assert clock.due_at is not None
        assert elapsed(ledger, clock.due_at) == target, (self.done, clock.kind)
        if clock.due_at > self.world.now:
            assert reading.elapsed + reading.left == target, self.done


@given(st.lists(STEPS, min_size=10, max_size=30))
@settings(
    max_examples=25,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@pytest.mark.timeout(300)
def test_whatever_happens_elapsed_and_left_make_the_target(
    world: World, session: Session, steps: list[tuple[str, int, int]]
) -> None:
    """Pause, resume, reopen, another plan or priority, an objection, another calendar: in any order."""
    stage = session.begin_nested()
    clock = HandClock()
    try:
        story = Story(world, clock)
        for name, minutes, number in steps:
            story.step(name, minutes, number)
            story.check()
        assert invariants.violations(session, now=clock.now()) == [], story.done
    finally:
        stage.rollback()
        session.expire_all()


def test_most_of_what_is_tried_really_happens(world: World, clock: HandClock) -> None:
    """Of every kind something, in one story that people might live through."""
    story = Story(world, clock)
    for name in ("hold", "object", "resume", "decide", "day", "priority", "plan", "move", "arrive", "report", "wrong"):
        story.step(name, 30, 0)
        story.check()
    story.step("rework", 30, 0)
    assert len(set(story.done)) > 9, story.done

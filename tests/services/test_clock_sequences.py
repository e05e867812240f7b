"""Pause, resume, reopen, another priority, another plan, another time, in any order: the ledger stays one story."""

import random
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from core.domain.clock import ClockState, StopReason, elapsed
from core.domain.errors import DomainError
from core.domain.hold import DESK_REASONS
from core.domain.ticket import Priority, TicketStatus
from core.services import acceptances, clock_changes, clock_rows, clocks, holds, moves, priorities
from storage.models.clock import Clock
from storage.models.directory import Contract, SlaTarget
from storage.models.ticket import Ticket
from tests.clock import HandClock
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


class Story:
    """One ticket to which things happen; what cannot happen now is refused and changes nothing."""

    def __init__(self, world: World, clock: HandClock, seed: int) -> None:
        self.world, self.clock, self.chance = world, clock, random.Random(seed)
        self.session: Session = world.session
        self.ticket: Ticket = bring(world, TicketStatus.ASSIGNED)
        self.done: list[str] = []

    def step(self) -> None:
        self.world.now = self.clock.move(minutes=self.chance.randint(1, 900))
        name = self.chance.choice(
            ["hold", "hold", "resume", "priority", "plan", "move", "arrive", "report", "wrong", "rework"]
        )
        try:
            with self.session.begin_nested():
                getattr(self, name)()
        except DomainError:
            return
        self.session.refresh(self.ticket)
        self.done.append(name)

    def hold(self) -> None:
        reasons = [one for one in DESK_REASONS if one is not StopReason.MOVED_BY_CONTRACTOR]
        wait(self.world, self.ticket, self.chance.choice(reasons), days=30)

    def resume(self) -> None:
        desk = tap(self.world.dispatcher)
        holds.resume(self.session, desk, self.ticket.id, self.ticket.version, now=self.world.now)

    def priority(self) -> None:
        desk, chosen = tap(self.world.dispatcher), self.chance.choice(list(Priority))
        priorities.change(self.session, desk, self.ticket.id, self.ticket.version, chosen, now=self.world.now)

    def plan(self) -> None:
        contract = self.session.get_one(Contract, self.ticket.contract_id)
        contract.sla_plan = self.chance.choice(PLANS)
        self.session.flush()
        desk = tap(self.world.dispatcher)
        clock_changes.contracts_changed(self.session, desk, [contract.id], [], now=self.world.now)

    def move(self) -> None:
        who = self.chance.choice([self.world.requester, self.world.engineer, self.world.dispatcher])
        start = (self.world.now + timedelta(days=self.chance.randint(1, 6))).replace(hour=8, minute=0)
        moves.move(self.session, tap(who), visit_of(self.world, self.ticket).id, start, now=self.world.now)

    def arrive(self) -> None:
        arrive(self.world, self.ticket)

    def report(self) -> None:
        report(self.world, self.ticket)

    def wrong(self) -> None:
        acceptances.wrong(self.session, tap(self.world.requester), self.ticket.id, "Мигает", now=self.world.now)

    def rework(self) -> None:
        acceptances.order_rework(self.session, tap(self.world.dispatcher), self.ticket.id, now=self.world.now)

    def check(self) -> None:
        for clock in clocks.live(self.session, self.ticket.id):
            self._is_one_story(clock)

    def _is_one_story(self, clock: Clock) -> None:
        reading = clocks.reading(self.session, clock, now=self.world.now)
        ledger, target = clock_rows.intervals(self.session, clock), timedelta(minutes=clock.target_min)
        assert reading.elapsed == elapsed(ledger, self.world.now), self.done
        if clock.state is ClockState.STOPPED:
            assert clock.due_at is None
            assert self.ticket.status is TicketStatus.ON_HOLD, self.done
            return
        assert clock.due_at is not None
        at_due = elapsed(ledger, clock.due_at)
        assert at_due == target, (self.done, clock.kind)
        if clock.due_at > self.world.now:
            assert reading.elapsed + (at_due - reading.elapsed) == target
            assert reading.left == at_due - reading.elapsed


@pytest.mark.parametrize("seed", range(8))
def test_whatever_happens_elapsed_and_left_make_the_target(world: World, clock: HandClock, seed: int) -> None:
    """The invariants look at the whole database once more after the test."""
    story = Story(world, clock, seed)
    for _ in range(40):
        story.step()
        story.check()
    assert len(story.done) > 8
    assert len(set(story.done)) > 3

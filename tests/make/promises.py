"""A company with a plan whose promises are short, and clocks that are burnt down on purpose."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.clock import ClockKind
from core.services import warnings
from storage.models.clock import Breach, Clock
from storage.models.directory import SlaTarget
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make.tickets import World, make_world

PLAN = "План"


def promise(session: Session, *, now: datetime, calendar: str = "24x7", **minutes: int) -> World:
    """Reaction 60 minutes, arrival 120, resolution 240, round the clock, where nothing else is said."""
    given = {"reaction_min": 60, "arrival_min": 120, "resolution_min": 240} | minutes
    for priority in ("normal", "emergency"):
        session.add(SlaTarget(plan=PLAN, priority=priority, calendar=calendar, **given))
    session.flush()
    return make_world(session, now=now, sla_plan=PLAN)


def clock_of(world: World, ticket: Ticket, kind: ClockKind) -> Clock:
    last = select(Clock).where(Clock.ticket_id == ticket.id, Clock.kind == kind).order_by(Clock.number.desc()).limit(1)
    return world.session.scalars(last).one()


def later(world: World, clock: HandClock, **by: Any) -> datetime:
    """Time goes by and the sweep comes once to its end."""
    world.now = clock.move(**by)
    swept(world)
    return world.now


def swept(world: World) -> None:
    while warnings.sweep(world.session, 50, now=world.now):
        pass


def breach_of(world: World, ticket: Ticket, kind: ClockKind) -> Breach | None:
    return world.session.scalar(select(Breach).where(Breach.clock_id == clock_of(world, ticket, kind).id))


def minutes(span: int) -> timedelta:
    return timedelta(minutes=span)

"""Invariants of time: a clock is its intervals, its deadline follows from them, and every search has one."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from core.domain import clock as rules
from core.domain.clock import LEVELS, ClockKind, ClockState, Interval, StopReason
from core.domain.hold import CREW_REASONS, asks_evidence, says_something
from core.domain.proof import ProofStage
from core.domain.ticket import SETTLED, Origin, TicketStatus
from core.services import calendars
from core.services.client_words import NAMED
from core.services.invariant_checks.found import Found, count
from storage.models.clock import ClientWord, Clock, ClockInterval, Hold
from storage.models.desk import Audit
from storage.models.directory import Site
from storage.models.ticket import Ticket
from storage.models.visit import Proof


def clocks_are_their_intervals(session: Session, *, now: datetime) -> Found:
    """No gaps, no overlaps, the last one open exactly while the clock lives; the cached deadline is computed anew."""
    intervals: defaultdict[int, list[ClockInterval]] = defaultdict(list)
    for row in session.scalars(select(ClockInterval).order_by(ClockInterval.clock_id, ClockInterval.id)):
        intervals[row.clock_id].append(row)
    clocks = session.execute(
        select(Clock, Site.zone).join(Ticket, Ticket.id == Clock.ticket_id).join(Site, Site.id == Ticket.site_id)
    ).all()
    found = ((clock.id, _wrong(session, clock, zone, intervals[clock.id])) for clock, zone in clocks)
    return [f"clock {clock} {wrong}" for clock, wrong in found if wrong], len(clocks)


def _wrong(session: Session, clock: Clock, zone: str, rows: list[ClockInterval]) -> str:
    """The first thing that is wrong with it; empty is good."""
    lives = clock.state in (ClockState.RUNNING, ClockState.STOPPED)
    if not rows or rows[0].from_at != clock.started_at:
        return "does not begin with an interval"
    if any(one.to_at != following.from_at for one, following in pairwise(rows)):
        return "has a gap or an overlap"
    if lives != (rows[-1].to_at is None) or lives == (clock.ended_at is not None):
        return f"is {clock.state}, its last interval says otherwise"
    if lives and rows[-1].runs != (clock.state is ClockState.RUNNING):
        return f"is {clock.state}, but its last interval {'runs' if rows[-1].runs else 'stands'}"
    if clock.due_at != _due(session, clock, zone, rows):
        return "has a deadline that its intervals do not give"
    return _wrong_stretch(clock, rows)


def _wrong_stretch(clock: Clock, rows: list[ClockInterval]) -> str:
    if any(not row.runs and row.reason is None for row in rows):
        return "stood without a reason"
    if clock.state is ClockState.RUNNING and rows[-1].calendar is not clock.calendar:
        return "runs on another calendar than its plan says"
    return ""


def _due(session: Session, clock: Clock, zone: str, rows: list[ClockInterval]) -> datetime | None:
    if clock.state is not ClockState.RUNNING:
        return None
    spans = [Interval(row.from_at, row.to_at, row.runs, calendars.of(session, row.calendar, zone)) for row in rows]
    return rules.reaches(spans, timedelta(minutes=clock.target_min))


def searches_are_timed(session: Session, *, now: datetime) -> Found:
    """Who searches has a living clock of the search; a level that was reached has been warned of."""
    timed = exists(
        select(Clock.id).where(
            Clock.ticket_id == Ticket.id,
            Clock.kind.in_((ClockKind.REACTION, ClockKind.SEARCH)),
            Clock.state.in_((ClockState.RUNNING, ClockState.STOPPED)),
        )
    )
    searching = select(Ticket.id).where(
        Ticket.origin == Origin.BOT, Ticket.status.in_((TicketStatus.SEARCHING, TicketStatus.UNSTAFFED))
    )
    broken = [f"ticket {ticket} searches without a clock" for ticket in session.scalars(searching.where(~timed))]
    over = (
        select(Clock.id, Ticket.status)
        .join(Ticket, Ticket.id == Clock.ticket_id)
        .where(Ticket.status.in_(SETTLED), Clock.ended_at.is_(None))
    )
    broken += [f"clock {clock} lives, its ticket is {status}" for clock, status in session.execute(over)]
    silent = or_(
        and_(Clock.state == ClockState.RUNNING, Clock.warn_at.is_(None), Clock.warned_pct < LEVELS[-1]),
        and_(Clock.state != ClockState.RUNNING, Clock.warn_at.is_not(None)),
    )
    broken += [f"clock {clock} warns at a wrong time" for clock in session.scalars(select(Clock.id).where(silent))]
    return broken, count(session, Clock)


def pauses_rest_on_something(session: Session, *, now: datetime) -> Found:
    """A hold that stops a promise to the client has evidence, and what it stopped belongs to a hold."""
    asked = [reason for reason in StopReason if asks_evidence(reason)]
    bare = select(Hold.id).where(Hold.reason.in_(asked), Hold.evidence == "", Hold.proof_id.is_(None))
    broken = [f"hold {hold} stops a promise and rests on nothing" for hold in session.scalars(bare)]
    foreign = (
        select(Hold.id)
        .join(Proof, Proof.id == Hold.proof_id)
        .where(or_(Proof.ticket_id != Hold.ticket_id, Proof.stage != ProofStage.HOLD))
    )
    broken += [f"hold {hold} rests on a picture of something else" for hold in session.scalars(foreign)]
    lasted = and_(
        Hold.ticket_id == Clock.ticket_id,
        Hold.reason == ClockInterval.reason,
        Hold.started_at <= ClockInterval.from_at,
        or_(Hold.ended_at.is_(None), Hold.ended_at >= ClockInterval.from_at),
    )
    laid = (
        select(ClockInterval.id)
        .join(Clock, Clock.id == ClockInterval.clock_id)
        .where(ClockInterval.reason.in_(CREW_REASONS), ~exists(select(Hold.id).where(lasted)))
    )
    broken += [f"interval {row} stands without a hold" for row in session.scalars(laid)]
    broken += _words_of_clients(session)
    return broken, count(session, Hold)


def _words_of_clients(session: Session) -> list[str]:
    """What the desk says in the client's name it has written down, and whose word it is."""
    bare = [row for row, words in session.execute(select(ClientWord.id, ClientWord.words)) if not says_something(words)]
    kept = exists(select(ClientWord.id).where(ClientWord.audit_id == Audit.id))
    silent = (
        select(ClockInterval.id)
        .join(Audit, Audit.id == ClockInterval.audit_id)
        .where(ClockInterval.reason == StopReason.MOVED_BY_CLIENT, Audit.event == NAMED, ~kept)
    )
    broken = [f"word {row} of a client says nothing" for row in bare]
    return broken + [f"interval {row} stands by a word nobody wrote down" for row in session.scalars(silent)]


CHECKS: dict[str, tuple[str, Callable[..., Any]]] = {
    "14": ("clocks are their intervals", clocks_are_their_intervals),
    "48": ("a pause that stops a promise rests on something", pauses_rest_on_something),
}

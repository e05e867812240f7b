"""A visit nobody came to, at the edges: a phone at the site, holds and moves, downtime, windows nobody agreed to."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.screens import no_shows as screens
from bot.texts import load
from core.domain.actor import Actor
from core.domain.errors import Changed
from core.domain.notice import Notice
from core.domain.quality import QualityKind
from core.domain.task import TaskKind
from core.domain.ticket import TicketStatus
from core.domain.visit import VisitOutcome
from core.services import confirmations, guard, holds, moves, no_shows, positions, staffing, tasks, tickets, visits
from storage.models.post import Outbox
from storage.models.ticket import Ticket
from storage.models.visit import Visit
from tests.clock import HandClock
from tests.make.tickets import World, arrive, bring, card_of, make_world, send, tap, visit_of, wait
from tests.services.test_moves import agreed
from tests.services.test_no_shows import MINUTE, QUARTER, Watch, asked, begun, kinds, rung, sound, strikes


def test_a_phone_at_the_site_is_reminded_and_then_the_desk_is_called(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world, watch, ticket, _visit = asked(session, now, clock)
    for expected in ([], [TaskKind.NOT_COME]):
        moment = world.now + QUARTER
        place = {"accuracy_m": 10, "sent_at": moment - MINUTE}
        positions.seen(session, tap(world.engineer), world.site.lat, world.site.lon, **place, now=moment)
        assert watch.goes_to(moment) == 1
        assert kinds(session, ticket) == expected
    near = [row.data for row in session.scalars(select(Outbox).where(Outbox.notice == Notice.WHERE_ARE_YOU))]
    assert near == [{}, {"outcome": "near"}]
    assert (ticket.status, strikes(session)) == (TicketStatus.ASSIGNED, [])
    sound(session, world)


@pytest.mark.parametrize(("lat", "old"), [(0.5, MINUTE), (0.0, timedelta(minutes=16))], ids=["far", "old"])
def test_a_phone_elsewhere_or_long_ago_excuses_nobody(
    session: Session, now: datetime, clock: HandClock, lat: float, old: timedelta
) -> None:
    world, watch, _ticket, _visit = asked(session, now, clock)
    moment = world.now + QUARTER
    place = {"accuracy_m": 10, "sent_at": moment - old}
    positions.seen(session, tap(world.engineer), world.site.lat + lat, world.site.lon, **place, now=moment)
    watch.goes_to(moment)
    assert strikes(session) == [(QualityKind.NO_SHOW, 3000)]


def test_what_waits_is_moved_cancelled_or_begun_is_not_asked_about(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    world.contractor.engineers = 5
    watch = Watch(world, clock)
    held, held_visit = agreed(world)
    wait(world, held, days=3)
    cancelled, cancelled_visit = agreed(world)
    tickets.cancel(session, tap(world.requester), cancelled.id, cancelled.version, now=now)
    _, moved = agreed(world)
    moves.move(session, tap(world.requester), moved.id, now + timedelta(days=5), now=now)
    there, there_visit = agreed(world)
    arrive(world, there)
    assert (cancelled_visit.watch_at, there_visit.watch_at) == (None, None)
    watch.goes_to(held_visit.ends_at + QUARTER)
    assert rung(session, world.engineer, Notice.WHERE_ARE_YOU) == 0
    sound(session, world)


def test_a_hold_between_question_and_silence_is_no_no_show(session: Session, now: datetime, clock: HandClock) -> None:
    world, watch, ticket, visit = asked(session, now, clock)
    wait(world, ticket, days=2)
    assert watch.later(QUARTER) == 0
    world.now = clock.at = world.now + timedelta(days=2)
    holds.sweep(session, 50, now=world.now)
    assert (visit.where_asked_at, visit.watch_at) == (None, visit.ends_at + QUARTER)
    assert visit.starts_at >= world.now
    assert strikes(session) == []
    sound(session, world)


def test_a_moved_visit_is_watched_anew(session: Session, now: datetime, clock: HandClock) -> None:
    world, _watch, _ticket, visit = asked(session, now, clock)
    moves.move(session, tap(world.dispatcher), visit.id, world.now + timedelta(days=1), now=world.now)
    assert (visit.where_asked_at, visit.watch_at) == (None, visit.ends_at + QUARTER)
    with pytest.raises(Changed):
        no_shows.eta(session, tap(world.engineer), visit.id, 15, now=world.now)


def test_after_three_days_without_the_machine_he_is_asked_and_not_condemned(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world, watch, _ticket, visit = begun(session, now, clock)
    assert watch.goes_to(visit.ends_at + timedelta(days=3)) == 1
    assert (strikes(session), rung(session, world.engineer, Notice.WHERE_ARE_YOU)) == ([], 1)
    assert visit.watch_at == world.now + QUARTER


def test_a_silence_the_machine_slept_through_gets_its_time_once_more(
    session: Session, now: datetime, clock: HandClock
) -> None:
    """His answer may still be at Telegram when the machine wakes."""
    world, watch, ticket, visit = asked(session, now, clock)
    watch.goes_to(world.now + timedelta(hours=2))
    assert (ticket.status, strikes(session)) == (TicketStatus.ASSIGNED, [])
    assert visit.watch_at == world.now + QUARTER
    watch.goes_to(world.now + QUARTER)
    assert strikes(session) == [(QualityKind.NO_SHOW, 3000)]


def test_while_the_time_is_in_doubt_a_silence_is_the_desks_to_settle(
    session: Session, now: datetime, clock: HandClock
) -> None:
    _world, watch, ticket, visit = begun(session, now, clock)
    guard.alive(session, 1, now=now)
    late = visit.ends_at + timedelta(days=3)
    guard.look_at_start(session, now=late)
    assert guard.is_held(session)
    watch.goes_to(late)
    watch.goes_to(late + QUARTER)
    assert (ticket.status, strikes(session)) == (TicketStatus.ASSIGNED, [])
    assert kinds(session, ticket) == [TaskKind.NOT_COME]


def test_what_was_missed_for_long_is_asked_in_the_morning(session: Session, now: datetime, clock: HandClock) -> None:
    world, watch, _ticket, visit = begun(session, now, clock)
    night = (visit.ends_at + timedelta(days=3)).replace(hour=22)  # 01:00 in Moscow
    assert watch.goes_to(night) == 1
    assert rung(session, world.engineer, Notice.WHERE_ARE_YOU) == 0
    assert visit.watch_at == night + timedelta(hours=7)
    watch.goes_to(night + timedelta(hours=7))
    assert rung(session, world.engineer, Notice.WHERE_ARE_YOU) == 1


def only_planned(session: Session, now: datetime, clock: HandClock, why: str) -> tuple[World, Watch, Ticket, Visit]:
    """A window that nobody of the firm has said yes to, tomorrow at the earliest."""
    world = make_world(session, now=now)
    match why:
        case "rework":
            ticket = bring(world, TicketStatus.REWORK)
        case "left":
            ticket = bring(world, TicketStatus.IN_WORK)
            visit = visit_of(world, ticket)
            visits.leave(session, tap(world.engineer), visit.id, VisitOutcome.NEEDS_PARTS, now=now)
            system = Actor.system("test")
            tasks.end_for_ticket(session, system, ticket.id, {TaskKind.LEFT}, "arranged", now=now)
        case "by hand":
            ticket = send(world)
            staffing.assign(session, tap(world.dispatcher), ticket.id, world.contractor.id, now=now)
        case "held":
            ticket, visit = agreed(world)
            wait(world, ticket, days=2)
            world.now = clock.move(days=2)
            holds.sweep(session, 50, now=world.now)
            session.refresh(ticket)
        case _:
            ticket, visit = agreed(world)
            moves.move(session, tap(world.requester), visit.id, visit.starts_at + timedelta(days=1), now=now)
    return world, Watch(world, clock), ticket, visit_of(world, ticket)


PLANNED = ["rework", "left", "by hand", "held", "moved"]


@pytest.mark.parametrize("why", PLANNED)
def test_a_window_the_firm_has_not_agreed_to_is_the_desks_to_settle(
    session: Session, now: datetime, clock: HandClock, why: str
) -> None:
    world, watch, ticket, visit = only_planned(session, now, clock, why)
    watch.goes_to(visit.ends_at + QUARTER)
    question = "\n".join(screens.question(card_of(world, world.engineer, ticket), load("ru")))
    assert "иначе позвонит диспетчер" in question
    watch.later(QUARTER)
    assert strikes(session) == []
    assert ticket.status in moves.EXPECTED
    assert TaskKind.NOT_COME in kinds(session, ticket)


@pytest.mark.parametrize("yes", ["confirms", "moves", "sets out"])
def test_the_firms_own_yes_to_it_counts(session: Session, now: datetime, clock: HandClock, yes: str) -> None:
    world, watch, ticket, visit = only_planned(session, now, clock, "left")
    me = tap(world.engineer)
    match yes:
        case "confirms":
            confirmations.confirm(session, me, visit.id, now=now)
        case "moves":
            moves.move(session, me, visit.id, visit.starts_at + timedelta(days=1), now=now)
        case "sets out":
            visits.go(session, me, visit.id, now=now)
    watch.goes_to(visit.ends_at + QUARTER)
    watch.later(QUARTER)
    assert (ticket.status, strikes(session)) == (TicketStatus.UNSTAFFED, [(QualityKind.NO_SHOW, 3000)])


def test_a_yes_to_a_window_that_was_moved_since_is_none(session: Session, now: datetime, clock: HandClock) -> None:
    world, watch, ticket, visit = begun(session, now, clock)
    confirmations.confirm(session, tap(world.engineer), visit.id, now=now)
    moves.move(session, tap(world.dispatcher), visit.id, visit.starts_at + timedelta(days=1), now=now)
    watch.goes_to(visit.ends_at + QUARTER)
    watch.later(QUARTER)
    assert (ticket.status, strikes(session)) == (TicketStatus.ASSIGNED, [])


def test_a_confirmed_visit_is_watched_too(session: Session, now: datetime, clock: HandClock) -> None:
    world, watch, _ticket, visit = begun(session, now, clock)
    world.now = clock.at = visit.starts_at - timedelta(hours=2)
    confirmations.sweep(session, 50, now=world.now)
    confirmations.confirm(session, tap(world.engineer), visit.id, now=world.now)
    watch.goes_to(visit.ends_at + QUARTER)
    watch.later(QUARTER)
    assert strikes(session) == [(QualityKind.NO_SHOW, 3000)]
    sound(session, world)


def test_a_job_taken_back_by_the_desk_meanwhile_is_no_no_show(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world, watch, ticket, _visit = asked(session, now, clock)
    staffing.take_back(session, tap(world.dispatcher), ticket.id, ticket.version, now=world.now)
    assert watch.later(QUARTER) == 0
    assert strikes(session) == []
    sound(session, world)

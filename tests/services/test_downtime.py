"""Minutes in which nobody could tell us anything: known from the notes of whoever receives, and nobody's fault."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.clock import ClockKind, Whose
from core.domain.notice import Notice, OutboxStatus
from core.domain.quality import QualityKind
from core.domain.task import TaskKind
from core.domain.ticket import TicketStatus
from core.domain.visit import VisitStatus
from core.services import downtime, guard, no_shows
from storage.models.desk import JobRun
from storage.models.post import Outbox
from storage.models.quality import QualityEvent
from storage.models.ticket import Ticket
from storage.models.visit import Visit
from tests.clock import HandClock
from tests.make.letters import delivered
from tests.make.promises import breach_of, later, promise, swept
from tests.make.tickets import World, send, take, tap
from tests.services.test_no_shows import MINUTE, QUARTER, Watch, asked, begun, kinds, rung, sound, strikes

HOUR = timedelta(hours=1)


def gaps(session: Session) -> list[tuple[str, datetime]]:
    rows = session.scalars(select(JobRun).where(JobRun.job == downtime.UNWATCHED).order_by(JobRun.scheduled_for))
    return [(row.scheduled_for, row.at) for row in rows]


def test_nothing_is_known_where_nobody_has_ever_received(session: Session, now: datetime) -> None:
    assert downtime.is_unwatched(session, [now - HOUR, now], now=now) == frozenset()
    assert downtime.back_at(session, now - HOUR, now=now) is None
    guard.heard(session, now=now, is_back=True)  # the very first time
    assert gaps(session) == []


@pytest.mark.parametrize("minutes", [2, 5])
def test_a_short_silence_of_telegram_is_none(session: Session, clock: HandClock, minutes: int) -> None:
    guard.heard(session, now=clock.now())
    since = clock.now()
    clock.move(minutes=minutes)
    assert downtime.is_unwatched(session, [since + MINUTE], now=clock.now()) == frozenset()
    guard.heard(session, now=clock.now(), is_back=True)
    assert gaps(session) == []


def test_a_long_one_is_seen_while_it_lasts_and_written_down_when_it_is_over(session: Session, clock: HandClock) -> None:
    before = clock.now()
    guard.heard(session, now=before)
    end = clock.move(minutes=30)
    moments = [before - MINUTE, before + MINUTE, end - MINUTE]
    assert downtime.is_unwatched(session, moments, now=end) == frozenset(moments[1:])
    assert downtime.back_at(session, before, now=end) == end

    guard.heard(session, now=end, is_back=True)
    assert gaps(session) == [(f"{before:%Y%m%dT%H%M%SZ}", end)]
    clock.move(hours=1)
    guard.heard(session, now=clock.now(), is_back=False)
    late = [end + 10 * MINUTE, end + 11 * MINUTE]  # a short grace: what was pressed meanwhile is on its way still
    assert downtime.is_unwatched(session, [*moments, *late], now=clock.now()) == frozenset([*moments[1:], late[0]])
    assert downtime.back_at(session, before, now=clock.now()) == end
    assert downtime.back_at(session, end + MINUTE, now=clock.now()) is None
    assert not guard.is_held(session)


def test_the_clock_of_a_sandbox_may_be_moved(session: Session, clock: HandClock) -> None:
    guard.heard(session, now=clock.now())
    guard.heard(session, now=clock.move(hours=3))
    assert gaps(session) == []


def test_the_note_is_one_row_a_day(session: Session, now: datetime) -> None:
    for minutes in (0, 1, 2, -30):
        guard.heard(session, now=now + minutes * MINUTE)
    rows = session.scalars(select(JobRun).where(JobRun.job == downtime.HEARD)).all()
    assert [(row.scheduled_for, row.at) for row in rows] == [("2026-03-16", now + 2 * MINUTE)]


def taken(session: Session, clock: HandClock) -> tuple[World, Ticket]:
    """Somebody is to be there within two hours, and people are heard."""
    world = promise(session, now=clock.now())
    ticket = send(world)
    later(world, clock, minutes=30)
    take(world, ticket)
    return world, ticket


def missed(session: Session) -> list[datetime | None]:
    rows = session.scalars(select(QualityEvent).where(QualityEvent.kind == QualityKind.MISSED))
    return [row.annulled_at for row in rows]


def test_a_sweep_in_the_middle_of_an_outage_blames_nobody(session: Session, clock: HandClock) -> None:
    world, ticket = taken(session, clock)
    later(world, clock, minutes=80)
    guard.heard(session, now=world.now)
    later(world, clock, minutes=20)

    row = breach_of(world, ticket, ClockKind.ARRIVAL)
    assert row is not None
    assert (row.whose, row.contractor_id, missed(session)) == (Whose.OURS, world.contractor.id, [])
    world.now = clock.move(minutes=30)
    guard.heard(session, now=world.now, is_back=True)
    swept(world)
    assert row.whose is Whose.OURS
    sound(session, world)


def test_whoever_was_blamed_before_the_outage_was_known_is_blamed_no_more(session: Session, clock: HandClock) -> None:
    """Two minutes after the last sign of Telegram the deadline passes: that may be all there is to it."""
    world, ticket = taken(session, clock)
    later(world, clock, minutes=88)
    guard.heard(session, now=world.now)
    later(world, clock, minutes=2)
    row = breach_of(world, ticket, ClockKind.ARRIVAL)
    assert row is not None
    assert (row.whose, missed(session)) == (Whose.CONTRACTOR, [None])

    guard.heard(session, now=clock.move(minutes=40), is_back=True)
    assert (row.whose, missed(session)) == (Whose.OURS, [clock.now()])
    world.now = clock.now()
    swept(world)
    sound(session, world)


def test_what_was_missed_before_the_outage_stays_his(session: Session, clock: HandClock) -> None:
    world, ticket = taken(session, clock)
    later(world, clock, minutes=91)
    guard.heard(session, now=clock.move(minutes=1))
    guard.heard(session, now=clock.move(hours=1), is_back=True)
    row = breach_of(world, ticket, ClockKind.ARRIVAL)
    assert row is not None
    assert (row.whose, missed(session)) == (Whose.CONTRACTOR, [None])


def question(session: Session) -> Outbox:
    rows = select(Outbox).where(Outbox.notice == Notice.WHERE_ARE_YOU).order_by(Outbox.id.desc())
    return session.scalars(rows.limit(1)).one()


def unsent(session: Session, now: datetime, clock: HandClock) -> tuple[World, Watch, Ticket, Visit]:
    """ "Where are you?" is written, and nothing leaves."""
    world, watch, ticket, visit = begun(session, now, clock)
    watch.is_delivered = False
    assert watch.goes_to(visit.ends_at + QUARTER) == 1
    assert question(session).status is OutboxStatus.NEW
    return world, watch, ticket, visit


def test_silence_begins_when_the_question_has_arrived(session: Session, now: datetime, clock: HandClock) -> None:
    world, watch, ticket, visit = unsent(session, now, clock)
    delivered(session, now=world.now + 10 * MINUTE)
    watch.later(QUARTER)
    assert (strikes(session), visit.watch_at) == ([], world.now + 10 * MINUTE)
    watch.later(10 * MINUTE)
    assert (strikes(session), ticket.status) == ([(QualityKind.NO_SHOW, 3000)], TicketStatus.SEARCHING)
    sound(session, world)


@pytest.mark.parametrize("status", [OutboxStatus.NEW, OutboxStatus.CANCELLED])
def test_what_never_arrived_is_the_desks_to_ask(
    session: Session, now: datetime, clock: HandClock, status: OutboxStatus
) -> None:
    world, watch, ticket, visit = unsent(session, now, clock)
    question(session).status, question(session).last_error = status, "unreachable"
    session.flush()
    watch.later(QUARTER)
    assert (strikes(session), ticket.status) == ([], TicketStatus.ASSIGNED)
    assert (kinds(session, ticket), rung(session, world.dispatcher, Notice.NOT_COME)) == ([TaskKind.NOT_COME], 1)
    assert watch.later(HOUR) == 0
    sound(session, world)

    question(session).status = OutboxStatus.NEW
    delivered(session, now=world.now)  # late, and he answers: nobody need phone any more
    no_shows.eta(session, tap(world.engineer), visit.id, 30, now=world.now)
    assert (visit.status, kinds(session, ticket)) == (VisitStatus.EN_ROUTE, [])
    sound(session, world)


def test_an_answer_that_could_not_be_heard_is_waited_for(session: Session, now: datetime, clock: HandClock) -> None:
    world, watch, ticket, visit = asked(session, now, clock)
    guard.heard(session, now=world.now)
    for _ in range(3):  # Telegram is out of reach, the timetable runs
        watch.later(QUARTER)
        assert visit.watch_at == world.now + QUARTER
    guard.heard(session, now=clock.move(minutes=1), is_back=True)
    back = clock.now()
    guard.heard(session, now=back + 14 * MINUTE)
    watch.later(QUARTER)
    assert visit.watch_at == back + QUARTER
    assert (strikes(session), kinds(session, ticket)) == ([], [])

    guard.heard(session, now=back + QUARTER)
    watch.goes_to(back + QUARTER)
    assert strikes(session) == [(QualityKind.NO_SHOW, 3000)]
    sound(session, world)


def test_silence_counts_only_once_it_was_listened_to(session: Session, now: datetime, clock: HandClock) -> None:
    """Three minutes without a sign of Telegram are no outage yet; an answer may be there all the same."""
    world, watch, _, visit = asked(session, now, clock)
    guard.heard(session, now=world.now + 12 * MINUTE)
    watch.later(QUARTER)
    assert (strikes(session), visit.watch_at) == ([], world.now + MINUTE)
    guard.heard(session, now=world.now + MINUTE)
    watch.later(MINUTE)
    assert strikes(session) == [(QualityKind.NO_SHOW, 3000)]
    sound(session, world)


def test_a_question_held_up_by_an_outage_is_no_work_for_the_desk(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world, watch, ticket, visit = begun(session, now, clock)
    watch.is_delivered = False
    guard.heard(session, now=visit.ends_at)
    watch.goes_to(visit.ends_at + QUARTER)
    watch.later(QUARTER)
    watch.later(QUARTER)
    assert (strikes(session), kinds(session, ticket)) == ([], [])
    guard.heard(session, now=world.now, is_back=True)
    delivered(session, now=world.now)
    back = world.now
    for minutes in (5, 10, 15):
        guard.heard(session, now=back + minutes * MINUTE)
    watch.later(QUARTER)
    assert strikes(session) == [(QualityKind.NO_SHOW, 3000)]
    sound(session, world)

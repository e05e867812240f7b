"""What the auditor makes of times that a wrong clock has told: they were true for it, and no others are."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from core.domain.clock import ClockKind, StopReason
from core.services import downtime, holds, inbox, invariants, outbox
from tests.clock import HandClock
from tests.make.promises import breach_of, promise, swept
from tests.make.tickets import make_world, send
from tests.services.test_holds import hold
from tests.services.test_outbox import letter, person
from tests.services.test_put_back import DAY, HOUR, MINUTE, jumped
from tests.services.test_put_back_waits import once, update


def ahead_of(session: Session, now: datetime) -> list[str]:
    return [line for line in invariants.violations(session, now=now) if "lies ahead in registered_at" in line]


@pytest.mark.breaks_invariants
@pytest.mark.parametrize("at", [1, 100 * 24 * 60])
def test_times_beyond_what_a_wrong_clock_has_shown_are_nobodys(session: Session, clock: HandClock, at: int) -> None:
    """Also long after. It was seen to be right two minutes before it was put right."""
    ticket, wrong = send(make_world(session, now=clock.now())), 365 * DAY + clock.now()
    jumped(session, clock, 365 * DAY)
    later = clock.move(minutes=at)
    for registered, is_right in (
        (wrong + 7 * MINUTE, True),
        (wrong + 9 * MINUTE, False),
        (wrong - 4 * MINUTE, True),
        (wrong - 6 * MINUTE, False),
        (later + 30 * DAY, False),
        (later + 4 * MINUTE, True),
    ):
        ticket.registered_at = registered
        session.flush()
        assert (ahead_of(session, later) == []) is is_right, registered


@pytest.mark.breaks_invariants
def test_where_it_is_not_known_since_when_all_of_it_is_believed(session: Session, clock: HandClock) -> None:
    ticket, now = send(make_world(session, now=clock.now())), clock.now()
    downtime.put_back(session, now + 300 * DAY, now=now)
    for days, is_right in ((1, True), (299, True), (301, False)):
        ticket.registered_at = now + days * DAY
        session.flush()
        assert (ahead_of(session, now) == []) is is_right


@pytest.mark.parametrize("ahead", [5 * HOUR, 300 * DAY])
@pytest.mark.parametrize("after", [MINUTE, 6 * HOUR])
def test_what_left_in_a_wrong_hour_says_nothing_of_the_order(
    session: Session, now: datetime, clock: HandClock, ahead: timedelta, after: timedelta
) -> None:
    to = person(session, now)
    letter(session, to, now)
    inbox.store(session, 1, [update(1)], now=now)
    letter(session, to, now, not_before=now + 15 * HOUR)

    def works(at: datetime) -> None:
        for one in outbox.claim(session, 10, now=at).letters:
            outbox.sent(session, one, now=at, message_id=one.id)
        for update_ in inbox.claim(session, 1, 10, now=at):
            session.flush()
            inbox.done(session, update_, now=at)

    def in_a_wrong_hour(wrong: datetime) -> None:
        letter(session, to, wrong)
        works(wrong)
        works(wrong)
        inbox.store(session, 1, [update(2)], now=wrong)

    jumped(session, clock, ahead, meanwhile=once(in_a_wrong_hour))
    for number in (3, 4):
        at = clock.move(minutes=1)
        inbox.store(session, 1, [update(number)], now=at)
        letter(session, to, at)
        works(at)
    works(clock.move(minutes=1))
    clock.move(seconds=after.total_seconds())
    assert invariants.violations(session, now=clock.now()) == []


@pytest.mark.parametrize("ahead", [5 * HOUR, 10 * DAY, 300 * DAY])
def test_what_is_told_at_its_own_moment_may_lie_ahead(
    session: Session, now: datetime, clock: HandClock, ahead: timedelta
) -> None:
    """A hold that a wrong clock has ended, and a deadline it has seen broken."""
    world = promise(session, now=now)
    ticket, held = send(world), send(world)
    hold(world, held, world.dispatcher, StopReason.NOT_READY, now + 3 * HOUR)

    def sweeps(wrong: datetime) -> None:
        assert holds.sweep(session, 50, now=wrong) == 1
        world.now = wrong
        swept(world)

    jumped(session, clock, ahead, meanwhile=once(sweeps))
    assert breach_of(world, ticket, ClockKind.ARRIVAL) is not None
    assert invariants.violations(session, now=clock.now()) == []
    assert invariants.violations(session, now=clock.move(minutes=30)) == []

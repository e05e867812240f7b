"""What people do while nobody can hear them reaches us late: their score does not suffer for it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.quality import QualityKind
from core.domain.ticket import TicketStatus
from core.services import downtime, guard, visits
from storage.models.quality import QualityEvent
from tests.clock import HandClock
from tests.make.tickets import arrive, bring, card_of, make_world, report, tap
from tests.services.test_moves import agreed
from tests.services.test_no_shows import MINUTE, sound

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def weights(session: Session, kind: QualityKind) -> list[int]:
    return list(session.scalars(select(QualityEvent.weight_milli).where(QualityEvent.kind == kind)))


def silence(session: Session, clock: HandClock, begins: datetime, ends: datetime, *, is_over: bool) -> None:
    """Nobody is heard; `is_over`: that is written down before the first of what was pressed is handled."""
    guard.heard(session, now=begins)
    clock.at = ends
    if is_over:
        guard.heard(session, now=ends, is_back=True)


@pytest.mark.parametrize("is_over", [True, False])
@pytest.mark.parametrize(
    ("begins", "lasts", "after", "good"),
    [
        (-10, 60, 5, True),
        (-10, 60, 10, True),  # the grace
        (-10, 60, 12, False),
        (20, 60, 5, False),  # late already when it began
        (-90, 60, 60, False),  # over before he was late
        (0, 4, 12, False),  # no outage at all
    ],
)
def test_an_arrival_nobody_could_hear_is_not_late(
    session: Session, now: datetime, clock: HandClock, begins: int, lasts: int, after: int, good: bool, is_over: bool
) -> None:
    world = make_world(session, now=now)
    ticket, visit = agreed(world)
    began = visit.ends_at + begins * MINUTE
    silence(session, clock, began, began + lasts * MINUTE, is_over=is_over or after > 5)
    world.now = clock.move(minutes=after)
    if after > 5:
        guard.heard(session, now=world.now)
    arrive(world, ticket)

    assert weights(session, QualityKind.ARRIVAL) == [1000 if good else 0]
    sound(session, world)


@pytest.mark.parametrize(("gap", "good"), [((12.5, 13.5), True), ((13.1, 13.5), False), (None, False)])
def test_a_report_nobody_could_receive_is_not_late(
    session: Session, now: datetime, clock: HandClock, gap: tuple[float, float] | None, good: bool
) -> None:
    """Due thirteen hours after the arrival."""
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.IN_WORK)
    if gap is not None:
        silence(session, clock, now + gap[0] * HOUR, now + gap[1] * HOUR, is_over=True)
    world.now = clock.at = now + 13.6 * HOUR
    report(world, ticket)

    assert weights(session, QualityKind.PROOF) == [1000 if good else 0]
    sound(session, world)


@pytest.mark.parametrize("is_over", [True, False])
@pytest.mark.parametrize(("begins", "weight"), [(-1, 500), (1, 1000)])
def test_a_days_notice_nobody_could_hear_is_a_days_notice(
    session: Session, now: datetime, clock: HandClock, begins: int, weight: int, is_over: bool
) -> None:
    world = make_world(session, now=now)
    ticket, visit = agreed(world, now + 3 * DAY)
    began = visit.starts_at - DAY + begins * MINUTE
    silence(session, clock, began, began + HOUR, is_over=is_over)
    world.now = clock.move(minutes=3)

    assert card_of(world, world.engineer, ticket).back_out_milli == weight
    visits.give_up(session, tap(world.engineer), visit.id, now=world.now)
    assert weights(session, QualityKind.BACK_OUT) == [weight]
    guard.heard(session, now=world.now, is_back=True)
    sound(session, world)


def test_what_is_lost_is_counted_once(session: Session, now: datetime, clock: HandClock) -> None:
    at = [now + minutes * MINUTE for minutes in range(121)]
    clock.at = at[120]
    downtime.note_unwatched(session, at[10], at[20])
    downtime.note_unwatched(session, at[15], at[25])
    downtime.note_unwatched(session, at[60], at[70])

    assert downtime.lost(session, at[0], now=at[120]) == (25 + 20) * MINUTE  # ten minutes of grace after each
    assert downtime.lost(session, at[30], now=at[65]) == (5 + 5) * MINUTE
    assert downtime.lost(session, at[90], now=at[120]) == 0 * MINUTE

"""Whose a broken promise is: the contractor's only if coming when he himself agreed to would have kept it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.breach import Move, agreed, whose
from core.domain.clock import ClockKind, Whose
from core.domain.notice import Audience, sla_told
from core.domain.slots import Slot
from core.domain.visit import Side

DUE = datetime(2026, 3, 16, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
K, W = ClockKind, Whose


@pytest.mark.parametrize(
    ("kind", "starts", "expected"),
    [
        (K.ARRIVAL, DUE - HOUR, W.CONTRACTOR),  # the window of an hour ends with the promise
        (K.ARRIVAL, DUE - timedelta(minutes=59), W.OURS),  # within his window he might have come after it
        (K.ARRIVAL, DUE + timedelta(minutes=1), W.OURS),  # he never promised to come in time
        (K.ARRIVAL, None, W.OURS),  # nobody had it
        (K.RESOLUTION, DUE - 3 * HOUR, W.CONTRACTOR),
        (K.RESOLUTION, DUE - 2.9 * HOUR, W.OURS),  # come in time, the work takes longer than was left
        (K.REACTION, DUE - 5 * HOUR, W.OURS),
        (K.SEARCH, DUE - 5 * HOUR, W.OURS),
    ],
)
def test_it_is_the_contractors_only_if_his_own_time_would_have_kept_it(
    kind: ClockKind, starts: datetime | None, expected: Whose
) -> None:
    assert whose(kind, DUE, starts and Slot(starts, starts + HOUR), 2 * HOUR) is expected


@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [
        (4 * HOUR, 3 * HOUR, W.CONTRACTOR),  # over before he was to come
        (4 * HOUR, HOUR / 2, W.OURS),
        (HOUR, None, W.CONTRACTOR),  # he would have been ready just then
        (1.5 * HOUR, None, W.OURS),
        (-HOUR, None, W.CONTRACTOR),  # begun after the deadline
    ],
)
def test_what_waited_by_others_is_taken_off_his_time(
    begins: timedelta, ends: timedelta | None, expected: Whose
) -> None:
    waits = [(DUE - begins, DUE - ends if ends is not None else None)]
    assert whose(K.RESOLUTION, DUE, Slot(DUE - 3 * HOUR, DUE - 2 * HOUR), HOUR, waits) is expected


def window(hour: float) -> Slot:
    return Slot(DUE + hour * HOUR, DUE + (hour + 2) * HOUR)


@pytest.mark.parametrize(
    ("moves", "now", "expected"),
    [
        ([], 0, 0),
        ([(Side.CREW, -2)], 3, -2),  # his own later time does not free him
        ([(Side.CLIENT, -2)], 3, 3),
        ([(Side.DESK, -2)], 3, 3),
        ([(Side.CREW, -2), (Side.CLIENT, 3)], 5, 5),
        ([(Side.CLIENT, -2), (Side.CREW, 3)], 5, 3),
        ([(Side.CREW, -2), (Side.CREW, 3)], 5, -2),
        ([(Side.CREW, 3)], -2, -2),  # who comes sooner has agreed to come sooner
    ],
)
def test_when_he_had_agreed_to_come(moves: list[tuple[Side, int]], now: int, expected: int) -> None:
    assert agreed(window(now), [Move(side, window(before)) for side, before in moves]) == window(expected)


LEVELS = st.sampled_from([0, 50, 75, 90, 100])


@given(first=LEVELS, second=LEVELS, third=LEVELS, taken=st.booleans())
def test_one_message_over_several_levels_reaches_whom_the_steps_would_have_reached(
    first: int, second: int, third: int, taken: bool
) -> None:
    was, between, level = sorted((first, second, third))
    stepwise = sla_told(was, between, has_contractor=taken) | sla_told(between, level, has_contractor=taken)
    assert sla_told(was, level, has_contractor=taken) == stepwise


def test_before_a_contractor_has_said_yes_no_crew_hears_of_it() -> None:
    assert Audience.CREW not in sla_told(0, 100, has_contractor=False)
    assert sla_told(0, 100, has_contractor=True) == {Audience.CREW, Audience.DESK, Audience.MANAGER}

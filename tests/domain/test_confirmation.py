"""When a crew is asked before a visit, and what handing a job back weighs."""

from datetime import UTC, datetime, timedelta

import pytest

from core.domain.confirmation import Due, plan
from core.domain.defaults import Defaults
from core.domain.quality import back_out_weight_milli

START = datetime(2026, 3, 17, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours_before", "next_question", "due"),
    [
        (72, 24, Due.NOTHING),
        (24.01, 24, Due.NOTHING),
        (24, 2, Due.FIRST),  # agreed a day before: only the last question
        (3, 2, Due.FIRST),
        (2, None, Due.LAST),
        (1.5, None, Due.LAST),
        (1, None, Due.SILENCE),
        (0, None, Due.SILENCE),
        (-5, None, Due.SILENCE),
    ],
)
def test_questions_are_asked_that_are_still_ahead(hours_before: float, next_question: float | None, due: Due) -> None:
    now = START - timedelta(hours=hours_before)
    found = plan(START, Defaults())
    expected = START - timedelta(hours=next_question) if next_question is not None else None

    assert found.next_question(now) == expected
    assert found.due(now) is due


@pytest.mark.parametrize(
    ("notice", "weight"),
    [
        (timedelta(days=3), 500),
        (timedelta(hours=24, seconds=1), 500),
        (timedelta(hours=24), 1000),
        (timedelta(minutes=5), 1000),
        (timedelta(0), 1000),
        (timedelta(hours=-3), 1000),
    ],
)
def test_a_back_out_costs_by_its_notice(notice: timedelta, weight: int) -> None:
    assert back_out_weight_milli(notice) == weight

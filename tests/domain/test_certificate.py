"""When a document runs out, what is due to be told of it, and what a skill is on a day."""

from datetime import date, timedelta

import pytest

from core.domain.certificate import (
    EXPIRED,
    SkillState,
    Standing,
    is_document,
    is_over,
    level,
)

TODAY = date(2026, 11, 24)


def ahead(days: int) -> date:
    return TODAY + timedelta(days=days)


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (46, None),
        (45, 45),
        (31, 45),
        (30, 30),
        (15, 30),
        (14, 14),
        (8, 14),
        (7, 7),
        (2, 7),
        (1, 1),
        (0, 1),
        (-1, EXPIRED),
        (-400, EXPIRED),
    ],
)
def test_the_level_is_the_latest_that_is_due(left: int, expected: int | None) -> None:
    assert level(ahead(left), TODAY) == expected


def test_without_an_end_nothing_is_due() -> None:
    assert level(None, TODAY) is None
    assert not is_over(None, TODAY)


@pytest.mark.parametrize(
    ("is_confirmed", "until", "is_watched", "expected"),
    [
        (True, None, False, SkillState.CONFIRMED),
        (True, 46, False, SkillState.CONFIRMED),
        (True, 45, False, SkillState.ENDING),
        (True, -1, False, SkillState.EXPIRED),
        (False, None, False, SkillState.DECLARED),
        (False, -1, False, SkillState.DECLARED),
        (False, 5, True, SkillState.WATCHED),
        (False, -1, True, SkillState.EXPIRED),
    ],
)
def test_what_a_skill_is(is_confirmed: bool, until: int | None, is_watched: bool, expected: SkillState) -> None:
    end = ahead(until) if until is not None else None
    assert Standing(is_confirmed, end, is_watched).state(TODAY) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.pdf", True),
        ("A.JPG", True),
        ("a.heic", True),
        ("", True),
        ("без имени", True),
        ("a.svg", False),
        ("a.b.c", False),
    ],
)
def test_what_may_be_a_document_by_its_name(name: str, expected: bool) -> None:
    assert is_document(name) is expected

"""When strikes limit a firm: by number and share, once for the same strikes, harder when it comes to it again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.block import BlockLevel, BlockRule
from core.domain.defaults import Defaults
from core.domain.limits import Record, Strike, near, still_holds, verdict
from core.domain.quality import QualityKind

NOW = datetime(2026, 3, 16, 7, tzinfo=UTC)
DAY = timedelta(days=1)
RULES = Defaults()
K, L, R = QualityKind, BlockLevel, BlockRule


def record(*kinds: QualityKind, jobs: int = 10, **fields: object) -> Record:
    """The strikes came one a day, the last today, each for a job of its own. A `level` is in force, if nothing else is
    said."""
    fields = {"in_force": fields.get("level"), **fields}
    strikes = tuple(
        Strike(number, kind, number, NOW - (len(kinds) - number) * DAY) for number, kind in enumerate(kinds, 1)
    )
    return Record(strikes, frozenset(range(1, jobs + 1)), **{"done": 0, "score": 70, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kinds", "jobs", "rule"),
    [
        ([K.MISSED] * 2, 10, None),
        ([K.MISSED] * 3, 10, R.MISSED),
        ([K.MISSED] * 3, 29, R.MISSED),
        ([K.MISSED] * 3, 30, None),  # a tenth is not more than a tenth
        ([K.MISSED] * 4, 30, R.MISSED),
        ([K.NO_SHOW], 10, None),
        ([K.NO_SHOW] * 2, 10, R.NO_SHOWS),
        ([K.REWORK] * 2, 10, None),
        ([K.REWORK] * 3, 10, R.REWORKS),
        ([K.NO_SHOW, K.REWORK, K.REWORK, K.MISSED, K.MISSED], 10, None),
        ([K.ARRIVAL, K.MARK, K.PROOF, K.FIRST_TIME, K.BACK_OUT] * 9, 10, None),
    ],
)
def test_the_rules_limit_at_their_numbers_and_not_before(
    kinds: list[QualityKind], jobs: int, rule: BlockRule | None
) -> None:
    found = verdict(record(*kinds, jobs=jobs), now=NOW, rules=RULES)
    assert (found and found.rule) == rule
    if found is not None:
        assert (found.level, found.events, found.jobs) == (L.LIMITED, tuple(range(1, len(kinds) + 1)), jobs)


def test_one_job_that_missed_its_arrival_and_its_end_speaks_once() -> None:
    """Two late jobs of two miss four deadlines, and are two; a third late job limits."""
    twice = tuple(Strike(number, K.MISSED, (number + 1) // 2, NOW - DAY) for number in range(1, 5))
    two = Record(twice, frozenset({1, 2}), done=0, score=70)
    assert verdict(two, now=NOW, rules=RULES) is None
    three = replace(two, strikes=(*twice, Strike(5, K.MISSED, 3, NOW)), jobs=frozenset({1, 2, 3}))
    found = verdict(three, now=NOW, rules=RULES)
    assert found is not None
    assert (found.rule, found.events) == (R.MISSED, (1, 3, 5))


@pytest.mark.parametrize(("score", "done", "limited"), [(59, 10, True), (60, 10, False), (59, 9, False)])
def test_a_low_score_limits_only_once_there_are_enough_jobs(score: int, done: int, limited: bool) -> None:
    found = verdict(record(K.ARRIVAL, score=score, done=done, bad=(1,)), now=NOW, rules=RULES)
    assert (found is not None) is limited
    assert found is None or (found.rule, found.events) == (R.SCORE, (1,))


@pytest.mark.parametrize(("kind", "days"), [(K.NO_SHOW, RULES.no_show_days), (K.REWORK, RULES.rework_days)])
def test_a_strike_is_forgotten_after_its_days(kind: QualityKind, days: int) -> None:
    found = record(*[kind] * 3)
    late = NOW + timedelta(days=days) - 2 * DAY
    assert verdict(found, now=late - timedelta(seconds=1), rules=RULES) is not None
    assert verdict(found, now=late + 2 * DAY, rules=RULES) is None


def test_a_missed_deadline_of_a_job_long_ago_is_forgotten() -> None:
    found = record(*[K.MISSED] * 3)
    assert verdict(replace(found, jobs=frozenset(range(2, 30))), now=NOW, rules=RULES) is None


def test_fraud_suspends_at_once_also_who_is_limited() -> None:
    for level in (None, L.LIMITED):
        found = verdict(record(K.FRAUD, level=level), now=NOW, rules=RULES)
        assert found is not None
        assert (found.level, found.rule) == (L.SUSPENDED, R.FRAUD)
    for level in (L.SUSPENDED, L.BLOCKED):
        assert verdict(record(K.FRAUD, level=level), now=NOW, rules=RULES) is None
    assert verdict(record(K.FRAUD, judged=1), now=NOW, rules=RULES) is None


def test_the_same_strikes_lead_to_one_limit_and_a_new_one_to_the_next() -> None:
    assert verdict(record(K.NO_SHOW, K.NO_SHOW, judged=2), now=NOW, rules=RULES) is None
    found = verdict(record(K.NO_SHOW, K.NO_SHOW, K.NO_SHOW, judged=2), now=NOW, rules=RULES)
    assert found is not None
    assert (found.level, found.events) == (L.LIMITED, (1, 2, 3))


@pytest.mark.parametrize(("days", "level"), [(1, L.SUSPENDED), (90, L.SUSPENDED), (91, L.LIMITED)])
def test_limited_again_soon_after_the_end_is_suspended(days: int, level: BlockLevel) -> None:
    found = verdict(record(K.NO_SHOW, K.NO_SHOW, ended_at=NOW - days * DAY), now=NOW, rules=RULES)
    assert found is not None
    assert (found.level, found.because) == (level, R.NO_SHOWS)
    assert found.rule is (R.REPEATED if level is L.SUSPENDED else R.NO_SHOWS)


def test_who_is_limited_by_hand_is_not_limited_once_more() -> None:
    assert verdict(record(*[K.NO_SHOW] * 5, level=L.LIMITED), now=NOW, rules=RULES) is None


@pytest.mark.parametrize("ended_at", [NOW + 10 * DAY, NOW - DAY])
def test_again_since_the_limit_began_suspends_also_while_it_lasts(ended_at: datetime) -> None:
    is_during = ended_at > NOW
    level = L.LIMITED if is_during else None
    found = verdict(record(*[K.NO_SHOW] * 3, judged=2, level=level, ended_at=ended_at), now=NOW, rules=RULES)
    assert found is not None
    assert (found.level, found.rule, found.events) == (L.SUSPENDED, R.REPEATED, (1, 2, 3))
    assert found.is_during is is_during


def test_what_happened_before_the_limit_and_was_written_later_repeats_nothing() -> None:
    late = record(*[K.NO_SHOW] * 3, judged=2, before=frozenset({3}), ended_at=NOW + DAY, level=L.LIMITED)
    assert verdict(late, now=NOW, rules=RULES) is None
    afterwards = verdict(replace(late, level=None, ended_at=NOW - DAY), now=NOW, rules=RULES)
    assert afterwards is not None
    assert (afterwards.level, afterwards.rule) == (L.LIMITED, R.NO_SHOWS)


def test_the_hardest_of_two_rules_that_hold_counts() -> None:
    """Missed deadlines of before, which are tried first, and no-shows of afterwards."""
    both = record(*[K.MISSED] * 3, *[K.NO_SHOW] * 2, before=frozenset({1, 2, 3}), ended_at=NOW - DAY)
    found = verdict(both, now=NOW, rules=RULES)
    assert found is not None
    assert (found.rule, found.because) == (R.REPEATED, R.NO_SHOWS)


def test_who_waits_for_a_word_is_judged_for_fraud_alone() -> None:
    waits = record(*[K.NO_SHOW] * 3, judged=2, level=L.LIMITED, is_asked=True, ended_at=NOW - DAY)
    assert verdict(waits, now=NOW, rules=RULES) is None
    assert verdict(replace(waits, strikes=record(*[K.FRAUD] * 3).strikes), now=NOW, rules=RULES) is not None


def test_a_suspension_that_is_only_asked_for_holds_no_fraud_up() -> None:
    asked = record(K.FRAUD, level=L.SUSPENDED, in_force=None, is_asked=True)
    found = verdict(asked, now=NOW, rules=RULES)
    assert found is not None
    assert (found.level, found.rule) == (L.SUSPENDED, R.FRAUD)
    assert verdict(replace(asked, in_force=L.SUSPENDED), now=NOW, rules=RULES) is None


@pytest.mark.parametrize(
    ("kinds", "rule"),
    [
        ([K.MISSED], None),
        ([K.MISSED] * 2, R.MISSED),
        ([K.NO_SHOW], R.NO_SHOWS),
        ([K.REWORK], None),
        ([K.REWORK] * 2, R.REWORKS),
        ([K.REWORK] * 3, None),
    ],
)
def test_half_of_a_rule_warns(kinds: list[QualityKind], rule: BlockRule | None) -> None:
    found = near(record(*kinds), now=NOW, rules=RULES)
    assert (found and found.rule) == rule
    assert near(record(*kinds, judged=len(kinds)), now=NOW, rules=RULES) is None
    assert near(record(*kinds, level=L.LIMITED), now=NOW, rules=RULES) is None


def test_two_missed_of_many_jobs_are_no_reason_to_warn() -> None:
    assert near(record(K.MISSED, K.MISSED, jobs=30), now=NOW, rules=RULES) is not None
    assert near(record(K.MISSED, K.MISSED, jobs=40), now=NOW, rules=RULES) is None


KINDS = st.lists(st.sampled_from(QualityKind), max_size=12)


ENDS = st.sampled_from([None, NOW - DAY, NOW + DAY])


@given(KINDS, st.integers(0, 30), st.sampled_from([None, *BlockLevel]), st.integers(0, 12), st.integers(0, 100), ENDS)
def test_a_verdict_rests_on_something_new_and_is_never_milder_than_what_holds(
    kinds: list[QualityKind],
    jobs: int,
    level: BlockLevel | None,
    judged: int,
    score: int,
    ended_at: datetime | None,
) -> None:
    bad = tuple(range(1, len(kinds) + 1))
    given_ = record(*kinds, jobs=jobs, level=level, judged=judged, score=score, done=20, bad=bad, ended_at=ended_at)
    found, warned = verdict(given_, now=NOW, rules=RULES), near(given_, now=NOW, rules=RULES)
    if found is not None:
        assert max(found.events) > judged
        assert set(found.events) <= set(bad)
        assert list(BlockLevel).index(found.level) > (list(BlockLevel).index(level) if level else -1)
        assert found.level is not L.BLOCKED
        assert still_holds(found.because, len(found.events), found.jobs, RULES)
    if warned is not None:
        assert max(warned.events) > judged
        assert 0 < len(warned.events) < warned.needed


@given(KINDS, st.integers(0, 11))
def test_fewer_strikes_never_speak_louder(kinds: list[QualityKind], gone: int) -> None:
    """Annulled: without one event no rule begins to hold."""
    whole = record(*kinds)
    less = replace(whole, strikes=tuple(s for s in whole.strikes if s.event_id != gone))
    if verdict(whole, now=NOW, rules=RULES) is None:
        assert verdict(less, now=NOW, rules=RULES) is None


@given(KINDS)
def test_after_a_verdict_the_same_events_give_none(kinds: list[QualityKind]) -> None:
    whole = record(*kinds)
    again = replace(whole, judged=len(kinds), ended_at=NOW)
    assert verdict(again, now=NOW, rules=RULES) is None

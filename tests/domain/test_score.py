"""The score as an algebra: bounded, and a good event never lowers it, a bad one never raises it."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.domain import score
from core.domain.quality import QualityKind
from core.domain.score import PART_OF, WEIGHTS, WINDOWS, Entry, Part

START = datetime(2026, 3, 16, 9, tzinfo=UTC)
BY_SHARE = [kind for kind, part in PART_OF.items() if part is not Part.BACK_OUTS]
HANDED_BACK = [kind for kind, part in PART_OF.items() if part is Part.BACK_OUTS]


def at(hours: int) -> datetime:
    return START + timedelta(hours=hours)


def entry(number: int, kind: QualityKind, weight_milli: int, hours: int = 0) -> Entry:
    return Entry(number, kind, weight_milli, at(hours))


def judged(entries: list[Entry], accepted: list[datetime]) -> score.Score:
    return score.of(entries, accepted, new_score=70, new_below=10)


def many(kind: QualityKind, good: int, bad: int, first: int = 1) -> list[Entry]:
    return [entry(first + n, kind, 1000 if n < good else 0, n) for n in range(good + bad)]


TEN = [at(n) for n in range(10)]

_shares = st.builds(
    entry,
    st.integers(1, 10**6),
    st.sampled_from(BY_SHARE),
    st.integers(0, 5).map(lambda n: n * 200),
    st.integers(0, 99),
)
_costs = st.builds(
    entry, st.integers(1, 10**6), st.sampled_from(HANDED_BACK), st.sampled_from([500, 1000, 3000]), st.integers(0, 99)
)
ledgers = st.lists(st.one_of(_shares, _costs), max_size=60, unique_by=lambda one: one.id)
jobs = st.lists(st.integers(0, 99).map(at), min_size=10, max_size=45)


def test_the_weights_make_a_hundred() -> None:
    assert sum(WEIGHTS.values()) == score.BEST
    assert set(WINDOWS) == set(WEIGHTS) == set(PART_OF.values()) == set(Part)
    assert [WINDOWS[part] for part in Part] == [30, 30, 30, 30, 100]


def test_below_ten_jobs_a_firm_is_new_whatever_happened() -> None:
    late = many(QualityKind.ARRIVAL, 0, 9)
    nine, ten = judged(late, TEN[:9]), judged(late, TEN)
    assert (nine.value, nine.is_new, nine.accepted) == (70, True, 9)
    assert not ten.is_new
    # Punctuality 0 of 30, nothing handed back 15 of 15, the rest is not known.
    assert ten.value == 33


def test_all_five_parts_by_hand() -> None:
    entries = [
        *many(QualityKind.ARRIVAL, 8, 2, 1),  # 24 of 30
        *many(QualityKind.FIRST_TIME, 9, 1, 101),  # 27 of 30
        *many(QualityKind.PROOF, 10, 0, 201),  # 15 of 15
        entry(301, QualityKind.BACK_OUT, 500),  # 10 jobs, a half handed back: 14.25 of 15
        entry(401, QualityKind.MARK, 800),  # 8 of 10
    ]
    found = judged(entries, TEN)
    assert found.value == 88  # 88.25
    assert [(one.good_milli, one.n) for one in found.parts] == [
        (8000, 10),
        (9000, 10),
        (10000, 10),
        (9500, 10),
        (800, 1),
    ]
    assert found.weakest is not None
    assert found.weakest.part is Part.ON_TIME


def test_more_handed_back_than_done_is_nothing_and_not_less() -> None:
    found = judged([entry(n, QualityKind.NO_SHOW, 3000) for n in range(1, 9)], TEN)
    assert found.value == 0


def test_a_no_show_before_the_first_accepted_job_waits_for_it() -> None:
    found = judged([entry(1, QualityKind.NO_SHOW, 3000)], [])
    assert (found.value, found.is_new) == (70, True)
    assert found.weakest is not None
    assert (found.weakest.part, found.weakest.n, found.weakest.lost_milli) == (Part.BACK_OUTS, 0, 3000)
    assert judged([], []).weakest is None
    assert judged([entry(1, QualityKind.NO_SHOW, 3000)], TEN).parts[3].lost_milli == 0


def test_what_is_older_than_the_window_is_forgotten() -> None:
    assert (
        judged(
            many(QualityKind.ARRIVAL, 0, 5) + [entry(100 + n, QualityKind.ARRIVAL, 1000, 50 + n) for n in range(30)],
            TEN,
        ).value
        == 100
    )
    jobs_since = [at(100 + n) for n in range(31)]
    assert judged([entry(1, QualityKind.NO_SHOW, 3000, 100)], jobs_since).value == 100
    assert judged([entry(1, QualityKind.NO_SHOW, 3000, 101)], jobs_since).value == 90


def test_strikes_are_no_part_of_the_score() -> None:
    strikes = [entry(n, kind, 1000) for n, kind in enumerate((QualityKind.MISSED, QualityKind.FRAUD), 1)]
    assert judged(strikes, TEN).value == judged([], TEN).value == 100


@given(ledgers, jobs)
def test_the_score_is_between_nothing_and_a_hundred(entries: list[Entry], accepted: list[datetime]) -> None:
    assert 0 <= judged(entries, accepted).value <= score.BEST


@given(ledgers, jobs, st.sampled_from(BY_SHARE))
def test_a_good_event_never_lowers_and_a_bad_one_never_raises(
    entries: list[Entry], accepted: list[datetime], kind: QualityKind
) -> None:
    """Added as the newest, inside windows that hold as many as they did before, or one more."""
    before = judged(entries, accepted).value
    good, bad = entry(10**7, kind, 1000, 100), entry(10**7, kind, 0, 100)
    assert judged([*entries, good], accepted).value >= before >= judged([*entries, bad], accepted).value


@given(ledgers, jobs, st.sampled_from([500, 1000, 3000]))
def test_a_job_handed_back_never_raises_and_a_job_done_never_lowers(
    entries: list[Entry], accepted: list[datetime], weight: int
) -> None:
    before = judged(entries, accepted)
    more = judged([*entries, entry(10**7, QualityKind.BACK_OUT, weight, 100)], accepted)
    assert more.value <= before.value
    done = {one.part: one for one in judged(entries, [*accepted, at(100)]).parts}[Part.BACK_OUTS]
    assert done.share >= {one.part: one for one in before.parts}[Part.BACK_OUTS].share


@given(ledgers, jobs, st.randoms())
def test_the_order_in_which_rows_are_read_changes_nothing(
    entries: list[Entry], accepted: list[datetime], order: object
) -> None:
    """Also of rows of one moment: the greater id is the newer one."""
    mixed = list(entries)
    order.shuffle(mixed)  # type: ignore[attr-defined]
    assert judged(mixed, list(reversed(accepted))) == judged(entries, accepted)


@given(ledgers, jobs, st.data())
def test_an_annulled_bad_event_never_lowers(
    entries: list[Entry], accepted: list[datetime], data: st.DataObject
) -> None:
    """Where all events of the part are in the window: an older one would come back into it otherwise."""
    bad = [one for one in entries if one.weight_milli == 0 or one.kind in HANDED_BACK]
    if not bad:
        return
    gone = data.draw(st.sampled_from(bad))
    if sum(PART_OF[one.kind] is PART_OF[gone.kind] for one in entries) > WINDOWS[PART_OF[gone.kind]]:
        return
    left = judged([one for one in entries if one is not gone], accepted).value
    assert left >= judged(entries, accepted).value

"""The table of people: given shares hold for all firms together, whatever the careless ones do."""

from collections import Counter

import pytest

from tests.simulate import people
from tests.simulate.people import CARELESS, Keeps, People, Says, Share

FIRMS = range(1, 4001)


@pytest.mark.parametrize("share", [people.BACKS_OUT, people.NEVER_COMES, people.COMES_LATE, people.FAULTY])
def test_careless_firms_do_not_change_the_mean(share: Share) -> None:
    together = CARELESS * share.of(True) + (100 - CARELESS) * share.of(False)

    assert together / 100 == pytest.approx(share.mean)
    assert 0 < share.of(False) < share.mean < share.of(True)


def test_what_is_drawn_is_what_the_table_says() -> None:
    someone = People(1)
    keeps = Counter(someone.keeps(firm, f"З-{number}") for firm in FIRMS for number in range(5))
    faulty = sum(someone.is_faulty(firm, 10 * firm + number) for firm in FIRMS for number in range(5))

    every = len(FIRMS) * 5 / 100
    assert keeps[Keeps.BACKS_OUT] / every == pytest.approx(people.BACKS_OUT.mean, abs=0.5)
    assert keeps[Keeps.NEVER] / every == pytest.approx(people.NEVER_COMES.mean, abs=0.3)
    assert faulty / every == pytest.approx(people.FAULTY.mean, abs=0.6)


def test_few_are_careless_and_they_say_yes_like_the_others() -> None:
    someone = People(2)
    careless = [firm for firm in FIRMS if someone.is_careless(firm)]
    yes = sum(someone.answer(firm, f"З-{number}").says is Says.YES for firm in careless for number in range(30))

    assert len(careless) / len(FIRMS) == pytest.approx(CARELESS / 100, abs=0.01)
    assert yes / len(careless) / 30 == pytest.approx(people.TAKES / 100, abs=0.03)
    assert {firm for firm in FIRMS if People(3).is_careless(firm)} != set(careless)

"""The table of people: given shares hold for all firms together, whatever the careless ones do."""

from collections import Counter

import pytest

from tests.simulate import people
from tests.simulate.people import CARELESS, Fault, Keeps, People, Says, Share

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


@pytest.mark.parametrize("fault", Fault)
def test_a_firm_with_a_fault_of_its_own_does_that_far_more_often_and_all_else_like_the_others(fault: Fault) -> None:
    someone = People(4, 100, with_own_faults=True)
    firms = [firm for firm in FIRMS if someone.fault(firm) is fault][:400]
    visits = [(firm, 10 * firm + number) for firm in firms for number in range(5)]
    often = {
        Fault.ABSENT: sum(someone.keeps(firm, f"З-{visit}") is Keeps.NEVER for firm, visit in visits),
        Fault.FAULTY: sum(someone.is_faulty(firm, visit) for firm, visit in visits),
        Fault.LATE: sum(someone.late_by(firm, visit) is not None for firm, visit in visits),
        Fault.PUTS_OFF: sum(someone.puts_off_by(firm, visit) is not None for firm, visit in visits),
    }

    assert len(firms) == 400
    assert 100 * often[fault] / len(visits) == pytest.approx(people.OWN[fault], abs=4)
    assert all(100 * often[other] / len(visits) < 6 for other in Fault if other is not fault)
    late = [someone.reports_after(firm, visit) for firm, visit in visits]
    assert any(late) is (fault is Fault.LATE)

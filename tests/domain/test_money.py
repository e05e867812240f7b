"""Money as people type it, and the rate whose sum comes nearest to a price."""

import pytest

from core.domain.money import kopecks, line_sum, rate_for


@pytest.mark.parametrize(
    ("typed", "kop"),
    [
        ("5000", 500_000),
        (" 5 000 р ", 500_000),
        ("5\u00a0000 ₽", 500_000),
        ("5 000 руб.", 500_000),
        ("5к", 500_000),
        ("5K", 500_000),
        ("3,5 тыс. руб.", 350_000),
        ("3.5т.р.", 350_000),
        ("4500,50", 450_050),
        ("4500.5", 450_050),
        ("3.500", None),  # three thousand five hundred, or three and a half?
        ("", None),
        ("дорого", None),
        ("-5000", None),
        ("1e6", None),
        ("٣٣٣", None),
        ("5000 или 6000", None),
        ("9" * 50, None),
    ],
)
def test_roubles_are_read_as_people_type_them(typed: str, kop: int | None) -> None:
    assert kopecks(typed) == kop


@pytest.mark.parametrize(("total", "milli"), [(310_000, 1000), (310_001, 2500), (99_999, 333), (1, 1000)])
def test_the_rate_gives_the_price_as_near_as_it_can(total: int, milli: int) -> None:
    got = line_sum(rate_for(total, milli), milli)
    assert abs(got - total) <= max(1, milli // 2000 + 1)

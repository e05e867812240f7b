"""Money, times, distances and quantities as they are read, in both languages and in the zone of the site."""

from datetime import UTC, datetime, timedelta

import pytest

from bot import formats

NOW = datetime(2026, 3, 16, 7, 0, tzinfo=UTC)  # 10:00 in Moscow, 17:00 in Vladivostok


@pytest.mark.parametrize(
    ("kop", "ru", "en"),
    [
        (420_000, "4 200 ₽", "₽4,200"),
        (123_456_789, "1 234 567,89 ₽", "₽1,234,567.89"),
        (5, "0,05 ₽", "₽0.05"),
        (-100, "−1 ₽", "−₽1"),
        (0, "0 ₽", "₽0"),
    ],
)
def test_money(kop: int, ru: str, en: str) -> None:
    assert formats.money(kop, "ru").replace("\u00a0", " ") == ru
    assert formats.money(kop, "en") == en


@pytest.mark.parametrize(
    ("at", "zone", "ru"),
    [
        (NOW, "Europe/Moscow", "сегодня, 16 марта, в 10:00"),
        (NOW + timedelta(days=1), "Europe/Moscow", "завтра, 17 марта, в 10:00"),
        (NOW - timedelta(days=1), "Europe/Moscow", "вчера, 15 марта, в 10:00"),
        (NOW + timedelta(hours=8), "Asia/Vladivostok", "завтра, 17 марта, в 01:00"),
        (NOW + timedelta(days=30), "Europe/Moscow", "15 апреля в 10:00"),
        (NOW + timedelta(days=365), "Europe/Moscow", "16 марта 2027 в 10:00"),
    ],
)
def test_a_moment_is_of_the_day_at_the_site(at: datetime, zone: str, ru: str) -> None:
    assert formats.moment(at, zone, "ru", NOW).replace(" г.", "") == ru


def test_a_window_names_the_day_once_unless_it_ends_on_another() -> None:
    day, night = NOW + timedelta(hours=4), NOW + timedelta(hours=12)
    two = timedelta(hours=2)
    assert formats.window(day, day + two, "Europe/Moscow", "ru", NOW) == "сегодня, 16 марта, 14:00–16:00"
    over = formats.window(night, night + 2 * two, "Europe/Moscow", "en", NOW)
    assert over == "today, 16 March, at 22:00 – tomorrow, 17 March, at 02:00"


@pytest.mark.parametrize(("metres", "ru"), [(0, "0 м"), (999, "999 м"), (1_249, "1,2 км"), (14_600, "15 км")])
def test_a_distance_is_as_exact_as_it_is_near(metres: int, ru: str) -> None:
    assert formats.distance(metres, "ru").replace("\u00a0", " ") == ru


@pytest.mark.parametrize(("milli", "ru"), [(1_000, "1 шт"), (2_500, "2,5 шт"), (333, "0,333 шт")])
def test_a_quantity_has_no_needless_zeros(milli: int, ru: str) -> None:
    assert formats.quantity(milli, "шт", "ru").replace("\u00a0", " ") == ru

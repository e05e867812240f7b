"""One number has one spelling, however it was written."""

import pytest

from core.domain.phone import e164, joined, spaced


@pytest.mark.parametrize(
    "written",
    [
        "+7 900 123-45-67",
        "8 (900) 123-45-67",
        "79001234567",
        "9001234567",
        "+7\u00a0900\u00a0123\u201145\u201167",
        "8.900.123.45.67",
    ],
)
def test_every_spelling_of_a_russian_number_is_one(written: str) -> None:
    assert e164(written) == "+79001234567"


@pytest.mark.parametrize(
    "written", ["", "нет", "12345", "+", "7900123456", "790012345678", "+0123456789", "9001234567 доб. 3", "٩٠٠١٢٣٤٥٦٧"]
)
def test_what_is_not_one_whole_number_is_refused(written: str) -> None:
    assert e164(written) is None


def test_foreign_number_keeps_its_country() -> None:
    assert e164("+375 29 123-45-67") == "+375291234567"


def test_number_written_for_people_reads_back_as_itself() -> None:
    for number in ("+79001234567", "+375291234567"):
        assert e164(spaced(number)) == number


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("8 (912) 345-67-89", "+79123456789"),
        ("Уралмонтаж +7 912 345 67 89", "Уралмонтаж +79123456789"),
        ("912 345-67-89", "+79123456789"),
        ("П-0777", "П-0777"),
        ("6670123456", "6670123456"),
        ("770 123", "770 123"),
        ("", ""),
    ],
)
def test_a_number_in_a_question_becomes_one_word(typed: str, asked: str) -> None:
    assert joined(typed) == asked

"""What a dispatcher types finds what stands in the directory."""

import pytest

from core.domain.words import search_key, search_patterns, search_terms


def found(question: str, *parts: str) -> bool:
    key = search_key(*parts)
    return all(pattern.strip("%") in key for pattern in search_patterns(question))


@pytest.mark.parametrize(
    "question",
    [
        "О-00123",
        "O-123",  # Latin O
        "o123",
        "о 123",
        "123",
        "00123",
        "№123",
        "о–123",
        "магнолия тверская",
        "ТВЕРСКАЯ магн",
        "елка",
        "ёлка",
        "санкт-петербург",
        "петербург",
    ],
)
def test_a_site_is_found_however_its_code_or_name_is_typed(question: str) -> None:
    assert found(question, "О-00123", "Магнолия «Ёлка»", "Санкт-Петербург, ул. Тверская, д. 5")


@pytest.mark.parametrize("question", ["О-1234", "О-12 тула", "O-0012", "223", "агнолия"])
def test_another_site_is_not_found(question: str) -> None:
    hit = found(question, "О-00123", "Магнолия", "Москва")
    # A code is found by its beginning, as a name is.
    assert hit == (question == "O-0012")


@pytest.mark.parametrize("question", ["", "   ", "%", "_", "%%%", "№", "'; --"])
def test_a_question_without_words_asks_for_nothing(question: str) -> None:
    assert search_terms(question) == ()


def test_wildcards_never_reach_a_pattern() -> None:
    assert search_patterns("100%_\\ум") == ("% 100%", "% ум%")


def test_latin_and_russian_letters_of_a_code_are_one() -> None:
    assert search_terms("ABCEHKMOPTXY-7") == search_terms("авсенкмортху-7")
    assert search_terms("P-0007") == search_terms("Р7") == ("р7",)


def test_a_long_question_is_cut() -> None:
    assert len(search_terms(" ".join(f"слово{n}" for n in range(1000)))) == 8


def test_zero_itself_stays() -> None:
    assert search_terms("0 000") == ("0",)

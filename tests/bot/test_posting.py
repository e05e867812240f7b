"""Texts that are too long, names that look like markup, and what fits into which message."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import posting
from bot.texts import Html, escape, load
from bot.ui import Button, Key, Screen, column, page_rows

LINES = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=12_000)


@given(LINES)
def test_a_text_of_any_length_is_sent_in_parts_that_fit_and_loses_no_word(text: str) -> None:
    safe = escape(text)
    parts = posting.parts(safe)

    assert all(0 < posting.units(part) <= posting.TEXT_LIMIT for part in parts if part.strip())
    assert "".join("".join(parts).split()) == "".join(safe.split())


def test_parts_are_cut_between_lines() -> None:
    text = "\n".join(f"строка {number} " + "я" * 90 for number in range(100))
    parts = posting.parts(text)

    assert len(parts) > 1
    assert "\n".join(parts) == text
    assert all(part.startswith("строка") for part in parts)


def test_length_is_counted_as_telegram_counts() -> None:
    assert posting.units("👷🏽‍♂️") == 7
    assert posting.units("<b>да</b> &lt;") == 4


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("<b>Иван</b>", "&lt;b&gt;Иван&lt;/b&gt;"),
        ("A & B", "A &amp; B"),
        ("\u202eфайл\u200b\x00", "файл"),
        ("👷🏽‍♂️", "👷🏽‍♂️"),
        ("_*[`", "_*[`"),
    ],
)
def test_what_people_typed_can_neither_be_markup_nor_hide(typed: str, shown: str) -> None:
    assert shown in load("ru")("menu-help-line", command="x", about=typed)


def test_own_html_passes_and_a_missing_word_is_an_error() -> None:
    texts = load("ru")
    assert "<i>да</i>" in texts("menu-help-line", command="x", about=Html("<i>да</i>"))
    with pytest.raises(KeyError):
        texts("menu-help-line", command="x")
    with pytest.raises((KeyError, LookupError)):
        texts("no-such-text")


def test_a_button_shows_what_was_typed_and_not_its_html() -> None:
    screen = Screen("т", column(Button(escape("Магазин «A & B»"), "x")))
    keyboard = posting.inline(screen)

    assert keyboard is not None
    assert keyboard.inline_keyboard[0][0].text == "Магазин «A & B»"


def test_a_picture_message_is_redrawn_with_its_picture_and_a_text_message_gets_none() -> None:
    words, long, picture = Screen("да"), Screen("я" * 1025), Screen("да", photo=Path("x.jpg"))

    assert posting.fits(words, has_media=True)
    assert posting.fits(picture, has_media=True)
    assert not posting.fits(long, has_media=True)
    assert posting.fits(long, has_media=False)
    assert not posting.fits(picture, has_media=False)
    assert not posting.fits(Screen("да", keys=((Key("Я здесь", "location"),),)), has_media=False)


def test_a_screen_has_buttons_or_keys_not_both() -> None:
    with pytest.raises(ValueError, match="not both"):
        Screen("т", column(Button("да", "x")), keys=())


def test_a_single_page_has_no_arrows_and_the_ends_of_many_have_one() -> None:
    assert page_rows(0, 1, "p", "n") == ()
    assert [b.text for b in page_rows(0, 3, "p", "n")[0]] == ["1/3", "›"]
    assert [b.text for b in page_rows(1, 3, "p", "n")[0]] == ["‹", "2/3", "›"]
    assert [b.text for b in page_rows(2, 3, "p", "n")[0]] == ["‹", "3/3"]

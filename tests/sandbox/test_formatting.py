"""Telegram's HTML, entities and lengths, and how the page draws them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.drawing import safe_html
from bot.sandbox.errors import ApiError
from bot.sandbox.formatting import Entity, parse_html, units
from bot.sandbox.texts import formatted

FAMILY = "👷🏽‍♂️"


@pytest.mark.parametrize(
    ("html", "plain", "entities"),
    [
        ("<b>Раз</b>", "Раз", [("bold", 0, 3)]),
        ("<b>a<i>b</i></b>", "ab", [("italic", 1, 1), ("bold", 0, 2)]),
        (f"{FAMILY}<b>x</b>", f"{FAMILY}x", [("bold", 7, 1)]),
        ("&lt;b&gt; &amp; &quot;&#1071;&#x42f; &nbsp;", '<b> & "ЯЯ &nbsp;', []),
        ('<a href="https://ya.ru?a=1&amp;b=2">сюда</a>', "сюда", [("text_link", 0, 4)]),
        ("<tg-spoiler>x</tg-spoiler>", "x", [("spoiler", 0, 1)]),
        ('<span class="tg-spoiler">x</span>', "x", [("spoiler", 0, 1)]),
        ("<blockquote expandable>x</blockquote>", "x", [("expandable_blockquote", 0, 1)]),
        ('<pre><code class="language-sql">x</code></pre>', "x", [("pre", 0, 1)]),
        ('<tg-time unix="1795448880" format="dt">скоро</tg-time>', "скоро", [("date_time", 0, 5)]),
        ("<b></b>x", "x", []),
        ("<B>x</B>", "x", [("bold", 0, 1)]),
    ],
)
def test_html_becomes_text_and_entities(html: str, plain: str, entities: list[tuple[str, int, int]]) -> None:
    text, found = parse_html(html)
    assert text == plain
    assert [(one["type"], one["offset"], one["length"]) for one in found] == entities


def test_blanks_around_a_message_go_and_its_entities_move_along() -> None:
    text, entities = formatted("\n  <b>Раз</b> два \n", "HTML")
    assert (text, entities) == ("Раз два", [{"type": "bold", "offset": 0, "length": 3}])


def test_commands_links_and_addresses_are_found_but_not_inside_code() -> None:
    text = "/start или /help@naryad_bot, https://ya.ru/x. пишите a@b.ru #срочно 1/2 @daria_k"
    _, entities = formatted(text, None)
    raw = text.encode("utf-16-le")
    seen = [(e["type"], raw[e["offset"] * 2 : (e["offset"] + e["length"]) * 2].decode("utf-16-le")) for e in entities]
    assert seen == [
        ("bot_command", "/start"),
        ("bot_command", "/help@naryad_bot"),
        ("url", "https://ya.ru/x"),
        ("email", "a@b.ru"),
        ("hashtag", "#срочно"),
        ("mention", "@daria_k"),
    ]
    assert formatted("<code>/start</code>", "HTML")[1] == [{"type": "code", "offset": 0, "length": 6}]


def test_lengths_are_counted_in_utf16_units_after_parsing() -> None:
    assert formatted("<b>" + "я" * 4096 + "</b>", "HTML")[0] == "я" * 4096
    with pytest.raises(ApiError, match="message is too long"):
        formatted("👍" * 2049, None)
    with pytest.raises(ApiError, match="caption is too long"):
        formatted("я" * 1025, None, limit=1024)


def test_direction_overrides_and_control_characters_do_not_reach_a_screen() -> None:
    assert formatted("a\u202etxt.exe\x00b\r", None)[0] == "atxt.exe b"


def test_the_page_gets_harmless_html() -> None:
    text, entities = formatted('<b>&lt;img onerror=1&gt;</b> <a href="https://ya.ru/&quot;&gt;">x</a> /go', "HTML")
    drawn = safe_html(text, entities)
    assert drawn == (
        "<b>&lt;img onerror=1&gt;</b> "
        '<a href="https://ya.ru/&quot;&gt;" target="_blank" rel="noopener noreferrer">x</a> '
        '<a class="command" data-command="/go">/go</a>'
    )
    entity = {"type": "text_link", "offset": 0, "length": 1, "url": "javascript:alert(1)"}
    assert safe_html("x", [entity]) == "<span>x</span>"


@given(st.text(alphabet=st.sampled_from("<>&b/i \"'=aя👍;#x1"), max_size=40))
def test_any_html_is_parsed_or_refused_with_a_reason(text: str) -> None:
    try:
        plain, entities = formatted(text, "HTML")
    except ApiError as error:
        refusal = error
    else:
        assert_sound(plain, entities)
        return
    assert (refusal.code, "can't parse entities" in refusal.description) == (400, True)


def assert_sound(plain: str, entities: list[Entity]) -> None:
    end = units(plain)
    assert all(one["offset"] >= 0 and one["length"] > 0 and one["offset"] + one["length"] <= end for one in entities)
    assert "<script" not in safe_html(plain, entities)

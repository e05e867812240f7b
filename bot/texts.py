"""Every human word of the bot: Fluent files, one per noun and language, read once.

Whatever came from people is HTML-escaped on its way in, so a name like `<b>` can never break a message; only `Html`
passes as it is. A missing text or argument is a mistake of ours and is raised, never shown.
"""

import functools
import html
import unicodedata
from pathlib import Path
from typing import Any

from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax import FluentParser
from fluent.syntax.ast import Junk

LANGUAGES = ("ru", "en")
FOLDER = Path(__file__).parent / "texts"
#: Line breaks and the joiners that emoji of several people need.
KEPT_CONTROLS = frozenset("\n\u200d")


class Html(str):
    """Text that is already HTML of ours: passed as it is."""

    __slots__ = ()


def escape(text: str) -> Html:
    """Safe inside a message: markup is shown as typed; control and direction-turning characters are gone."""
    return Html(html.escape(visible(text), quote=False))


def visible(text: str) -> str:
    """Without characters that hide or turn the text around them; for buttons, which are no HTML."""
    return "".join(c for c in text if c in KEPT_CONTROLS or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))


class Texts:
    """`texts("offer-headline", number="З-000017")`. Numbers of things go in as strings, amounts as numbers."""

    def __init__(self, language: str, bundle: FluentBundle) -> None:
        self.language = language
        self._bundle = bundle

    def __call__(self, key: str, **args: Any) -> Html:
        message = self._bundle.get_message(key)
        if message.value is None:
            raise KeyError(key)
        given = {name: _safe(value) for name, value in args.items()}
        value, errors = self._bundle.format_pattern(message.value, given)
        if errors:
            raise KeyError(f"{self.language}/{key}: {errors[0]}")
        return Html(value)

    def plain(self, key: str, **args: Any) -> str:
        """For buttons, keys and callback answers, where HTML is shown as it stands."""
        return html.unescape(self(key, **args))

    def has(self, key: str) -> bool:
        return self._bundle.has_message(key)


@functools.cache
def load(language: str) -> Texts:
    """Texts of a language; of Russian for a language the bot does not speak."""
    known = language if language in LANGUAGES else LANGUAGES[0]
    bundle = FluentBundle([known], use_isolating=False)
    for path in sorted((FOLDER / known).glob("*.ftl")):
        source = path.read_text(encoding="utf-8")
        junk = [entry for entry in FluentParser().parse(source).body if isinstance(entry, Junk)]
        if junk:
            raise ValueError(f"{path.name}: {junk[0].content!r} is not Fluent")
        bundle.add_resource(FluentResource(source))
    return Texts(known, bundle)


def _safe(value: Any) -> Any:
    return escape(value) if isinstance(value, str) and not isinstance(value, Html) else value

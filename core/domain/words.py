"""Words a person types against words of the directories.

Both sides are folded alike, so `O-123` typed in Latin without zeros finds the site `О-00123`. A folded word
holds letters and digits only: no wildcard of LIKE can get into a pattern.
"""

import re
import unicodedata

MOST_WORDS = 8
_LONGEST_QUESTION = 200
_NUMBER_SIGN = re.compile(r"[№#]")
#: Latin letters which look like Russian ones, in either case: people type codes with whatever layout is on.
_LOOK_ALIKE = str.maketrans("abcehkmoptxyё", "авсенкмортхуе")
#: `о-00123`, `о00123` and `о-123` are one code.
_CODE = re.compile(r"(?<![^\W_])([^\W\d_]{1,4})[-‐‑‒–—]?0*(?=\d)")
_WORD = re.compile(r"[^\W_]+")
#: The ending of a Russian word of five letters or more.
_ENDING = re.compile(r"(?<=\w{4})[аеийоуыьюя]{1,2}$")
_GLUED = re.compile(r"[^\W\d_]{1,4}(\d+)")


def search_key(*parts: str) -> str:
    """The folded words of a row, each between spaces: what a `search` column holds."""
    found: dict[str, None] = {}
    for word in _fold(" ".join(parts)):
        found[word] = None
        if glued := _GLUED.fullmatch(word):
            found[glued[1]] = None  # a bare number finds the code too
    return f" {' '.join(found)} "


def search_terms(question: str) -> tuple[str, ...]:
    """The words which must all stand in the row; empty when the question holds none."""
    return tuple(dict.fromkeys(_fold(question[:_LONGEST_QUESTION])))[:MOST_WORDS]


def search_stems(question: str) -> tuple[str, ...]:
    """The words without their endings: `кабель` finds "Прокладка кабеля", `двери` finds "дверь"."""
    return tuple(dict.fromkeys(_ENDING.sub("", term) for term in search_terms(question)))


def search_patterns(question: str) -> tuple[str, ...]:
    """LIKE patterns for a `search` column: every word of the question begins some word of the row."""
    return tuple(f"% {term}%" for term in search_terms(question))


def whole_word_patterns(question: str) -> tuple[str, ...]:
    """Patterns of rows where the words stand whole: `О-1` means that code before `О-17`."""
    return tuple(f"% {term} %" for term in search_terms(question))


def _fold(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", _NUMBER_SIGN.sub(" ", text)).casefold().translate(_LOOK_ALIKE)
    words = _WORD.findall(_CODE.sub(r"\1", plain))
    return [(word.lstrip("0") or "0") if word.isdigit() else word for word in words]

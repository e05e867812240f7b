"""Which letters can be set in the type we ship (PT Sans), and where its files are.

Names come from people: emoji, bidirectional controls and zero-width marks in them would print as boxes or
turn a line round, so they are left out of pictures and stickers.
"""

import re
import unicodedata
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
REGULAR = FONTS / "PTSans-Regular.ttf"
BOLD = FONTS / "PTSans-Bold.ttf"

_UNKNOWN = re.compile("[^ -~\u00a1-\u00ac\u00ae-\u017fЀ-ӿ№₽€™−–—…«»“”„‘’•‰‑]")
_SPACES = re.compile(r"\s+")


def printable(text: str) -> str:
    """One line of text with every letter that PT Sans has; composed, spaces single."""
    composed = _SPACES.sub(" ", unicodedata.normalize("NFC", text))
    return _SPACES.sub(" ", _UNKNOWN.sub("", composed)).strip()

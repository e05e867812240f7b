"""Sheets of QR stickers for the doors of a client's sites: scan, and a request to us is half written.

Sizes are those of common label paper, so the sheets print onto labels or are cut along the pale lines. Words
reach the template as data only, so no name can become markup.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from core.documents.lettering import printable
from core.documents.typesetting import typeset, typeset_apart

_TEMPLATE = Path(__file__).with_name("stickers.typ")
_BOT = re.compile(r"[A-Za-z0-9_]{3,64}")
_PAYLOAD = re.compile(r"s_[A-Za-z0-9_-]{1,62}")
_QUIET_ZONE = 2  # modules; the sticker's own white edge is the rest
_LONGEST = 150
_ABBREVIATION = re.compile(r"(?<!\w)(\w{1,5}\.|№) ")  # «д. 5» stays in one line
_MASK = 2  # choosing the best of eight costs three times the work and reads no better


class StickerSheet(StrEnum):
    SMALL = "3x7"
    LARGE = "2x5"


@dataclass(frozen=True)
class _Paper:
    """Millimetres of one sheet of labels on A4."""

    columns: int
    rows: int
    width: float
    height: float
    gutter: float
    margin_x: float
    margin_y: float


_PAPERS = {
    StickerSheet.SMALL: _Paper(3, 7, 63.5, 38.1, 2.5, 7.25, 15.15),
    StickerSheet.LARGE: _Paper(2, 5, 99.1, 57.0, 2.5, 4.65, 6.0),
}


@dataclass(frozen=True)
class Sticker:
    """`token` is what the bot reads after the scan; `code` is what a person reads out on the phone."""

    token: str
    site: str
    address: str
    code: str


@dataclass(frozen=True)
class StickerTexts:
    """Words common to all stickers, in the reader's language (`lang` is an ISO code, for hyphens)."""

    title: str
    instruction: str
    operator: str
    lang: str = "ru"


def site_link(bot: str, token: str) -> str:
    """The deep link of a site: a scan opens the bot with `/start s_<token>`."""
    payload = f"s_{token}"
    if not _BOT.fullmatch(bot) or not _PAYLOAD.fullmatch(payload):
        raise ValueError(f"not a deep link: {bot!r} {payload!r}")
    return f"https://t.me/{bot}?start={payload}"


def sticker_sheets(
    stickers: Sequence[Sticker], texts: StickerTexts, *, bot: str, sheet: StickerSheet = StickerSheet.SMALL
) -> bytes:
    """One PDF of A4 pages with all the stickers in their order. Seconds for thousands: call it off the loop."""
    return typeset_apart(_TEMPLATE, _data(stickers, texts, bot, sheet))


def sticker_preview(
    stickers: Sequence[Sticker], texts: StickerTexts, *, bot: str, sheet: StickerSheet = StickerSheet.SMALL
) -> bytes:
    """The first page as PNG: its codes can be read without a printer."""
    paper = _PAPERS[sheet]
    return typeset(_TEMPLATE, _data(stickers[: paper.columns * paper.rows], texts, bot, sheet), form="png")[0]


def _data(stickers: Sequence[Sticker], texts: StickerTexts, bot: str, sheet: StickerSheet) -> dict[str, Any]:
    return {
        "sheet": asdict(_PAPERS[sheet]),
        "title": printable(texts.title),
        "instruction": printable(texts.instruction),
        "operator": printable(texts.operator),
        "lang": texts.lang,
        "stickers": [
            {
                "qr": _qr_svg(site_link(bot, sticker.token)),
                "site": _short(sticker.site),
                "address": _short(sticker.address),
                "code": printable(sticker.code),
            }
            for sticker in stickers
        ],
    }


def _short(text: str) -> str:
    line = printable(text)
    if len(line) > _LONGEST:
        line = line[: _LONGEST - 1].rstrip() + "…"
    return _ABBREVIATION.sub("\\1\u00a0", line)


def _qr_svg(link: str) -> str:
    """One filled path: drawn as separate squares or strokes, a QR shows hairlines between its rows."""
    import segno

    matrix = segno.make_qr(link, error="m", mask=_MASK).matrix
    side = len(matrix) + 2 * _QUIET_ZONE
    path = "".join(
        f"M{run.start() + _QUIET_ZONE} {row + _QUIET_ZONE}h{len(run[0])}v1h-{len(run[0])}z"
        for row, modules in enumerate(matrix)
        for run in re.finditer("1+", "".join(map(str, modules)))
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"><path d="{path}"/></svg>'

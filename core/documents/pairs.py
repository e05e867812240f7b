"""The proof as the client sees it: photos stamped with ticket, site, time and point, in pairs before | after.

Runs in the image child. Photos are never cropped: a corner cut off may be the evidence. The result is
re-encoded, so metadata and anything appended to the original stay behind.
"""

import base64
import io
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from core.documents.decoding import open_picture, read_limited, upright
from core.documents.lettering import BOLD, REGULAR, printable

MAX_SIDE = 2560
MAX_BYTES = 2_000_000
_COLUMN = 1216  # two of them, the gap and the margins make 2,560
_GAP = 32
_MARGIN = 48
_TALLEST_SHEET = 6_000
_TALLEST_CELL = 4 / 3  # an upright phone photo fills the column, a taller one is fitted in
_EMPTY_CELL = 9 / 16
_LONGEST_TEXT = 400  # far more than two lines hold; fitting an endless name would eat the processor time
_RADIUS = 20
_PAPER, _CELL, _INK, _PALE_INK = "#FFFFFF", "#E9ECF1", "#14213D", "#5B6478"
_BEFORE, _AFTER = "#B45309", "#15803D"

Font = ImageFont.FreeTypeFont


def watermark(shot: dict[str, Any]) -> str:
    return base64.b64encode(_jpeg(_stamped(shot, (MAX_SIDE, MAX_SIDE)))).decode()


def pairs(before: list[dict[str, Any]], after: list[dict[str, Any]], labels: dict[str, str]) -> str:
    rows = list(zip_longest(before, after)) or [(None, None)]
    # Many rows make narrower columns, so that the sheet stays within what the messenger shows as one photo.
    column = min(_COLUMN, int(_TALLEST_SHEET / len(rows) / _TALLEST_CELL))
    drawn = [_row(pair, column, labels["missing"]) for pair in rows]
    width = 2 * column + _GAP + 2 * _MARGIN
    head = _head(width, column, labels)
    height = head.height + sum(row.height + _GAP for row in drawn) - _GAP + _MARGIN
    sheet = Image.new("RGB", (width, height), _PAPER)
    sheet.paste(head, (0, 0))
    top = head.height
    for row in drawn:
        sheet.paste(row, (_MARGIN, top))
        top += row.height + _GAP
    return base64.b64encode(_jpeg(sheet)).decode()


def _row(pair: tuple[dict[str, Any] | None, dict[str, Any] | None], column: int, missing: str) -> Image.Image:
    box = (column, int(column * _TALLEST_CELL))
    pictures = [shot and _stamped(shot, box, letters=column // 28) for shot in pair]
    height = max((picture.height for picture in pictures if picture), default=int(column * _EMPTY_CELL))
    row = Image.new("RGB", (2 * column + _GAP, height), _PAPER)
    for index, picture in enumerate(pictures):
        cell = Image.new("RGB", (column, height), _CELL)
        if picture:
            cell.paste(picture, ((column - picture.width) // 2, (height - picture.height) // 2))
        else:
            font = _font(REGULAR, column // 24)
            ImageDraw.Draw(cell).text((column / 2, height / 2), printable(missing)[:40], _PALE_INK, font, anchor="mm")
        row.paste(cell, (index * (column + _GAP), 0), _rounded(cell.size))
    return row


def _head(width: int, column: int, labels: dict[str, str]) -> Image.Image:
    title, subtitle, label = _font(BOLD, width // 44), _font(REGULAR, width // 64), _font(BOLD, width // 64)
    lines = [(line, title, _INK) for line in _wrapped(labels["title"], title, width - 2 * _MARGIN)]
    lines += [(line, subtitle, _PALE_INK) for line in _wrapped(labels["subtitle"], subtitle, width - 2 * _MARGIN)]
    pill = int(label.size * 1.7)
    text_height = sum(_line_height(font) for _, font, _ in lines)
    head = Image.new("RGB", (width, _MARGIN + text_height + _GAP // 2 + pill + _GAP // 2), _PAPER)
    draw = ImageDraw.Draw(head)
    top = _MARGIN - 8
    for line, font, ink in lines:
        draw.text((_MARGIN, top), line, ink, font)
        top += _line_height(font)
    top += _GAP // 2 + 8
    for index, (name, colour) in enumerate(((labels["before"], _BEFORE), (labels["after"], _AFTER))):
        left = _MARGIN + index * (column + _GAP)
        text = printable(name)[:40]
        right = left + label.getlength(text) + pill
        draw.rounded_rectangle((left, top, right, top + pill), pill // 2, colour)
        draw.text(((left + right) / 2, top + pill / 2), text, "white", label, anchor="mm")
    return head


def _stamped(shot: dict[str, Any], box: tuple[int, int], *, letters: int = 0) -> Image.Image:
    """Fitted into the box; in a pair (`letters` given) also enlarged to it, so that all stamps read alike."""
    picture, _ = open_picture(read_limited(Path(shot["path"])), near=box)
    picture = upright(picture).convert("RGB")
    scale = min(box[0] / picture.width, box[1] / picture.height)
    if scale < 1 or letters:
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        picture = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    _stamp(picture, shot["stamp"], letters or min(picture.size) // 26)
    return picture


def _stamp(picture: Image.Image, stamp: Sequence[str], letters: int) -> None:
    """White letters on a darkened lower edge: readable on snow and at night, and the photo shows through."""
    fonts = [_font(BOLD if index == 0 else REGULAR, letters) for index in range(len(stamp))]
    padding = max(12, letters) * 3 // 4
    lines = [
        (line, font)
        for text, font in zip(stamp, fonts, strict=True)
        for line in _wrapped(text, font, picture.width - 2 * padding)
    ]
    if not lines:
        return
    step = _line_height(fonts[0])
    text_height = step * len(lines) + padding
    height = min(picture.height, text_height + step)
    band = Image.linear_gradient("L").resize((picture.width, height))
    band = band.point([min(170, level * 2) for level in range(256)])
    picture.paste(Image.new("RGB", band.size, "#0B1220"), (0, picture.height - height), band)
    draw = ImageDraw.Draw(picture)
    for index, (line, font) in enumerate(lines):
        draw.text((padding, picture.height - text_height + index * step), line, "white", font)


def _wrapped(text: str, font: Font, width: float, *, most: int = 2) -> list[str]:
    """At most two lines; what still does not fit ends in an ellipsis."""
    lines: list[str] = []
    words = printable(text)[:_LONGEST_TEXT].split()
    while words and len(lines) < most:
        line = words.pop(0)
        while words and font.getlength(f"{line} {words[0]}") <= width:
            line += " " + words.pop(0)
        if len(lines) == most - 1 and words:
            line = " ".join([line, *words])
        lines.append(_shortened(line, font, width))
        if lines[-1] != line:
            break
    return lines


def _shortened(line: str, font: Font, width: float) -> str:
    if font.getlength(line) <= width:
        return line
    while line and font.getlength(line + "…") > width:
        line = line[:-1]
    return line.rstrip() + "…"


def _font(file: Path, size: int) -> Font:
    # The basic engine needs no shaping library and never fails on an odd mark; Cyrillic needs no shaping.
    return ImageFont.truetype(file, max(12, size), layout_engine=ImageFont.Layout.BASIC)


def _line_height(font: Font) -> int:
    return int(font.size * 1.3)


def _rounded(size: tuple[int, int]) -> Image.Image:
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), _RADIUS, 255)
    return mask


def _jpeg(picture: Image.Image) -> bytes:
    """The best quality that stays under the limit; a busy sheet is made smaller before it is made ugly."""
    while True:
        for quality in (88, 80, 72, 64):
            stream = io.BytesIO()
            picture.save(stream, "JPEG", quality=quality, optimize=True, progressive=True)
            if stream.tell() <= MAX_BYTES:
                return stream.getvalue()
        picture = picture.resize((picture.width * 4 // 5, picture.height * 4 // 5), Image.Resampling.LANCZOS)

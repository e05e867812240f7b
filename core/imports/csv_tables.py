"""A CSV file as a sheet. Encoding and separator are found out, never assumed: mojibake must not be stored."""

import codecs
import csv
import io
from pathlib import Path
from typing import Any

from core.domain.errors import WorkbookUnreadable
from core.imports.book import RawSheet
from core.imports.headers import known_words

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SEPARATORS = ";,\t"
_MAX_COLUMNS = 500
_HEAD_ROWS = 20


def csv_sheet(path: Path) -> RawSheet:
    text = decoded(path.read_bytes()).replace("\0", "")
    separator = max(_SEPARATORS, key=lambda one: _known_in_head(text, one))
    rows: list[tuple[int, list[Any]]] = []
    try:
        # Numbered by records, as a table program shows them: a cell may hold line breaks.
        for number, cells in enumerate(_records(text, separator), 1):
            if len(cells) > _MAX_COLUMNS:
                raise WorkbookUnreadable("too_big")
            if any(cells):
                rows.append((number, cells))
    except csv.Error as error:
        raise WorkbookUnreadable("broken") from error
    return RawSheet(path.stem, rows)


def decoded(data: bytes) -> str:
    """The text, in the one encoding in which it reads."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _decode(data.removeprefix(bom), encoding)
    candidates = ["utf-8", "cp1251"]
    if b"\0" in data:
        candidates += ["utf-16-le", "utf-16-be"]
    texts = []
    for encoding in candidates:
        try:
            texts.append(data.decode(encoding))
        except UnicodeDecodeError:
            continue
    if not texts:
        raise WorkbookUnreadable("encoding")
    return max(texts, key=_known_words_in_head)


def _decode(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise WorkbookUnreadable("encoding") from error


def _known_words_in_head(text: str) -> int:
    head = text.replace("\0", "")
    return max(_known_in_head(head, separator) for separator in _SEPARATORS)


def _known_in_head(text: str, separator: str) -> int:
    """How many names of columns stand in one of the first rows, if this is the separator."""
    best = 0
    try:
        for cells, _ in zip(_records(text, separator), range(_HEAD_ROWS), strict=False):
            best = max(best, known_words(cells[:_MAX_COLUMNS]))
    except csv.Error:
        return 0
    return best


def _records(text: str, separator: str) -> Any:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator)

"""Which sheet is which, and which column is which: by Russian names, whatever their order, case and spaces."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from core.imports.book import Ignored, RawBook, RawSheet, Reason, Workbook, Wrong
from core.imports.cells import clean, folded
from core.imports.sheets import SHEETS, Column, Sheet

#: A title, a date, a line of the author may stand above the header.
_HEADER_WITHIN = 20


@dataclass(frozen=True, slots=True)
class Header:
    """`columns` are pairs (place in the row, what it means)."""

    row: int
    columns: tuple[tuple[int, Column], ...]
    unknown: tuple[str, ...]
    twice: tuple[str, ...]

    def lacks(self, sheet: Sheet) -> list[Column]:
        found = {column.title for _, column in self.columns}
        return [column for column in sheet.columns if column.must_stand and column.title not in found]


@dataclass(frozen=True, slots=True)
class FoundSheet:
    sheet: Sheet
    header: Header
    raw: RawSheet


def find_sheets(raw: RawBook, book: Workbook) -> list[FoundSheet]:
    """Sheets in the order of loading; what is unknown or doubled is told to the book."""
    found: dict[str, FoundSheet] = {}
    nameless: list[RawSheet] = []
    for raw_sheet in raw.sheets:
        sheet = _by_name(raw_sheet.title)
        if sheet is None:
            nameless.append(raw_sheet)
        elif sheet.title in found:
            book.wrong.append(Wrong(sheet.title, 0, "", Reason.SHEET_TWICE, raw_sheet.title))
        else:
            found[sheet.title] = FoundSheet(sheet, _header(sheet, raw_sheet), raw_sheet)
    for raw_sheet in nameless:
        candidate = _by_header(raw_sheet)
        if candidate is None or (raw.is_whole and candidate.sheet.title in found):
            # A copy of a sheet kept in the same book, a cover, a list of words: not ours.
            book.ignored.append(Ignored(raw_sheet.title, ""))
        elif candidate.sheet.title in found:
            book.wrong.append(Wrong(candidate.sheet.title, 0, "", Reason.SHEET_TWICE, raw_sheet.title))
        else:
            found[candidate.sheet.title] = candidate
    return [found[title] for title in SHEETS if title in found]


def _by_name(title: str) -> Sheet | None:
    return next((sheet for sheet in SHEETS.values() if _word(sheet.title) == _word(title)), None)


def _by_header(raw: RawSheet) -> FoundSheet | None:
    """The sheet whose header this is: all it must have stands here, and the most of it is known."""
    candidates = [FoundSheet(sheet, _header(sheet, raw), raw) for sheet in SHEETS.values()]
    whole = [candidate for candidate in candidates if not candidate.header.lacks(candidate.sheet)]
    if whole:
        return max(whole, key=lambda one: (len(one.header.columns), -len(one.header.unknown)))
    # A header that lacks a column is still known by the rest of it, and then told what it lacks.
    best = max(candidates, key=lambda one: (len(one.header.columns), -len(one.header.lacks(one.sheet))))
    known = len(best.header.columns)
    return best if known >= 3 and known * 2 > len(best.sheet.columns) else None


def _header(sheet: Sheet, raw: RawSheet) -> Header:
    by_word = {_word(column.title): column for column in sheet.columns}
    best_row, best_cells = raw.rows[0] if raw.rows else (1, [])
    best_known = 0
    for number, cells in raw.rows[:_HEADER_WITHIN]:
        known = len({_word(cell) for cell in cells} & by_word.keys())
        if known > best_known:
            best_row, best_cells, best_known = number, cells, known
    return _columns(best_row, best_cells, by_word)


def _columns(row: int, cells: Iterable[Any], by_word: dict[str, Column]) -> Header:
    columns: dict[str, tuple[int, Column]] = {}
    unknown, twice = [], []
    for place, cell in enumerate(cells):
        column = by_word.get(_word(cell))
        if column is None:
            if clean(cell):
                unknown.append(clean(cell))
        elif column.title in columns:
            twice.append(column.title)
        else:
            columns[column.title] = (place, column)
    return Header(row, tuple(columns.values()), tuple(unknown), tuple(twice))


def _word(cell: Any) -> str:
    return "".join(folded(clean(cell)).split())


_WORDS = frozenset(_word(column.title) for sheet in SHEETS.values() for column in sheet.columns)


def known_words(cells: Iterable[Any]) -> int:
    """How many cells are names of columns: tells a header from any other row, and a right encoding from a wrong one."""
    return len({_word(cell) for cell in cells} & _WORDS)

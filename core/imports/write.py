"""Writes the workbook back: the same sheets and columns, every text as text, so that no name becomes a formula."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from core.imports.sheets import SHEETS, Column, Sheet

Rows = Iterable[Mapping[str, Any]]
_WIDEST = 60


def write(path: Path, sheets: Mapping[str, Rows]) -> None:
    """`sheets` are rows of values by the name of the sheet; a sheet without rows has its header."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        head = book.add_format({"bold": True, "bottom": 1})
        for title, sheet in SHEETS.items():
            _write_sheet(book.add_worksheet(title), sheet, list(sheets.get(title, ())), head)


def cell(column: Column, values: Mapping[str, Any]) -> str | int | float:
    several = tuple(values[name] for name in column.fields)
    if len(several) > 1:
        return column.kind.show(several)
    (value,) = several
    # No rate of VAT is a word of the workbook; every other absence is an empty cell.
    if value is None and column.fields != ("vat_percent",):
        return ""
    return column.kind.show(value) if value != "" else ""


def _write_sheet(page: Any, sheet: Sheet, rows: list[Mapping[str, Any]], head: Any) -> None:
    page.freeze_panes(1, 0)
    for place, column in enumerate(sheet.columns):
        page.write_string(0, place, column.title, head)
        longest = len(column.title)
        for number, values in enumerate(rows, 1):
            shown = cell(column, values)
            if isinstance(shown, str):
                page.write_string(number, place, shown)
            else:
                page.write_number(number, place, shown)
            longest = max(longest, len(str(shown)))
        page.set_column(place, place, min(longest + 2, _WIDEST))

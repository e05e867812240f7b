"""From what was read to rows that mean something, and the list of everything that is wrong.

Nothing here knows the database: references to it are resolved with the names it gives out (`Known`).
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.imports.book import CheckedSheet, Ignored, RawBook, Reason, Row, Workbook, Wrong
from core.imports.cells import CellFault, clean
from core.imports.headers import FoundSheet, Header, find_sheets
from core.imports.sheets import SHEETS, Column, Sheet

Key = tuple[Any, ...]


@dataclass(slots=True)
class Known:
    """What the database already has: names by kind, and whose each legal entity is."""

    names: Mapping[str, set[str]] = field(default_factory=dict)
    entity_clients: Mapping[str, str] = field(default_factory=dict)
    is_empty: bool = True


def check(raw: RawBook) -> Workbook:
    """All that can be said about the file alone."""
    book = Workbook(raw.is_whole)
    found = find_sheets(raw, book)
    if not found:
        book.wrong.append(Wrong("", 0, "", Reason.UNREADABLE, "нет ни одного известного листа"))
    for one in found:
        _check_sheet(one, book)
    return book


def check_references(book: Workbook, known: Known) -> list[Wrong]:
    """What is wrong with the file against the database: whole sheets it needs, names nobody has."""
    wrong = [] if not (book.is_whole and known.is_empty) else _missing_sheets(book)
    # With a sheet missing every reference to it would be wrong too, and hide the one thing to mend.
    missing = {fault.sheet for fault in wrong}
    lost = {column.names for title in missing for column in SHEETS[title].columns if column.names}
    for title, checked in book.sheets.items():
        for column in SHEETS[title].columns:
            if column.refers and column.refers not in lost | book.lost_names:
                wrong += _unknown(book, checked, column, known, title)
    return wrong + _of_other_clients(book, known)


def _missing_sheets(book: Workbook) -> list[Wrong]:
    """The first book of an empty database must be whole; later files may bring any part."""
    there = set(book.sheets) | {fault.sheet for fault in book.wrong}
    return [Wrong(title, 0, "", Reason.MISSING_SHEET) for title in SHEETS if title not in there and there != {""}]


def _unknown(book: Workbook, checked: CheckedSheet, column: Column, known: Known, title: str) -> list[Wrong]:
    names = book.names.get(column.refers, set()) | known.names.get(column.refers, set())
    (name,) = column.fields
    if name not in checked.fields:
        return []
    return [
        Wrong(title, row.number, column.title, Reason.UNKNOWN_REFERENCE, row.values[name])
        for row in checked.rows.values()
        if row.values[name] and row.values[name] not in names
    ]


def _of_other_clients(book: Workbook, known: Known) -> list[Wrong]:
    """A site or a contract of one client with the legal entity of another would send the bill to a stranger."""
    owners = dict(known.entity_clients)
    clients = book.names.get("client", set()) | known.names.get("client", set())
    for row in book.rows("Юрлица"):
        owners[row.values["inn"]] = row.values["client_key"]
    # An entity of a client nobody has is wrong itself; whoever names it is not.
    owners = {inn: client for inn, client in owners.items() if client in clients}
    return [
        Wrong(title, row.number, "ИНН юрлица", Reason.OTHER_CLIENT, row.values["entity_key"])
        for title in ("Договоры", "Объекты")
        for row in book.rows(title)
        if owners.get(row.values["entity_key"], row.values["client_key"]) != row.values["client_key"]
    ]


def _check_sheet(found: FoundSheet, book: Workbook) -> None:
    sheet, header = found.sheet, found.header
    book.ignored += [Ignored(sheet.title, title) for title in header.unknown]
    book.wrong += [Wrong(sheet.title, header.row, title, Reason.COLUMN_TWICE) for title in header.twice]
    lacking = header.lacks(sheet)
    if lacking or header.twice:
        book.wrong += [Wrong(sheet.title, header.row, column.title, Reason.MISSING_COLUMN) for column in lacking]
        book.lost_names |= {column.names for column in sheet.columns if column.names}
        return
    checked = CheckedSheet(frozenset(name for _, column in header.columns for name in column.fields))
    book.sheets[sheet.title] = checked
    keyed: dict[Key, list[Row]] = defaultdict(list)
    faulty: set[int] = set()
    for number, cells in found.raw.rows:
        if number > header.row and not all(map(_is_blank, cells)):
            row, faults = _row(sheet, header, number, cells, book)
            if faults:
                book.wrong += faults
                faulty.add(number)
            if all(row.values.get(name) is not None for name in sheet.key):
                keyed[tuple(row.values[name] for name in sheet.key)].append(row)
    _keep_single(sheet, checked, keyed, faulty, book)


def _keep_single(
    sheet: Sheet, checked: CheckedSheet, keyed: Mapping[Key, list[Row]], faulty: set[int], book: Workbook
) -> None:
    """Of a key that stands twice nobody knows which row is meant: all of them are wrong."""
    title = sheet.column_of(sheet.key[-1]).title
    for key, rows in keyed.items():
        if len(rows) > 1:
            words = " / ".join(str(part) for part in key)
            book.wrong += [Wrong(sheet.title, row.number, title, Reason.DUPLICATE, words) for row in rows]
        elif rows[0].number not in faulty:
            checked.rows[key] = rows[0]


def _row(sheet: Sheet, header: Header, number: int, cells: list[Any], book: Workbook) -> tuple[Row, list[Wrong]]:
    values: dict[str, Any] = {}
    faults: list[Wrong] = []
    for place, column in header.columns:
        cell = cells[place] if place < len(cells) else ""
        try:
            value = _value(column, cell)
        except CellFault as fault:
            faults.append(Wrong(sheet.title, number, column.title, fault.reason, fault.detail))
            value = clean(cell)
        else:
            several = value if len(column.fields) > 1 else (value,)
            values.update(zip(column.fields, several, strict=True))
        if column.names and value:
            book.names.setdefault(column.names, set()).add(str(value))
    if sheet.rules is not None:
        for name, reason, detail in sheet.rules(values):
            faults.append(Wrong(sheet.title, number, sheet.column_of(name).title, reason, detail))
    return Row(number, values), faults


def _value(column: Column, cell: Any) -> Any:
    if not _is_blank(cell):
        return column.kind.parse(cell)
    if column.is_required:
        raise CellFault(Reason.EMPTY)
    return column.blank


def _is_blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and (not cell or not clean(cell)))

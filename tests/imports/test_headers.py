"""Sheets and columns are found by their names, however the author of the file arranged them."""

import random
from pathlib import Path

import pytest

from core.imports.book import Ignored, Reason, Workbook, Wrong
from core.imports.check import check
from core.imports.read import read
from tests.make.workbooks import Sheets, drop_column, small_book, write_xlsx


def checked(folder: Path, sheets: Sheets) -> Workbook:
    return check(read(write_xlsx(folder / "book.xlsx", sheets)))


def values(book: Workbook) -> dict[str, dict[tuple[object, ...], dict[str, object]]]:
    return {title: {key: row.values for key, row in sheet.rows.items()} for title, sheet in book.sheets.items()}


@pytest.fixture
def plain(tmp_path: Path) -> Workbook:
    return checked(tmp_path, small_book())


def test_small_book_is_right_as_it_stands(plain: Workbook) -> None:
    assert plain.wrong == []
    assert plain.ignored == []
    assert {title: len(sheet.rows) for title, sheet in plain.sheets.items()} == {
        title: len(rows) - 1 for title, rows in small_book().items()
    }


def test_order_of_sheets_rows_and_columns_makes_no_difference(tmp_path: Path, plain: Workbook) -> None:
    chance = random.Random(7)
    shuffled: Sheets = {}
    for title, rows in chance.sample(list(small_book().items()), k=11):
        order = chance.sample(range(len(rows[0])), k=len(rows[0]))
        body = [rows[0], *chance.sample(rows[1:], k=len(rows) - 1)]
        shuffled[title] = [[row[at] for at in order] for row in body]
    assert values(checked(tmp_path, shuffled)) == values(plain)


def test_case_spaces_and_yo_make_no_difference(tmp_path: Path, plain: Workbook) -> None:
    dressed = {
        f" {title.upper()}\u00a0": [[f"\u00a0 {name.upper().replace('Ё', 'Е')} " for name in rows[0]], *rows[1:]]
        for title, rows in small_book().items()
    }
    assert values(checked(tmp_path, dressed)) == values(plain)


def test_lines_above_the_header_are_allowed_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    sheets = small_book()
    sheets["Объекты"] = [["Объекты нашей сети на 1 марта"], ["Код", "см. ниже"], [], *sheets["Объекты"]]
    sheets["Объекты"][4][7] = "север"
    book = checked(tmp_path, sheets)
    assert book.wrong == [Wrong("Объекты", 5, "Широта", Reason.NOT_A_NUMBER, "север")]


def test_sheet_that_begins_lower_and_to_the_right_is_read(tmp_path: Path, plain: Workbook) -> None:
    moved = {title: [[], [], *[["", "", *row] for row in rows]] for title, rows in small_book().items()}
    assert values(checked(tmp_path, moved)) == values(plain)


def test_unknown_columns_and_sheets_are_named_and_ignored(tmp_path: Path, plain: Workbook) -> None:
    sheets = small_book()
    for row, cell in zip(sheets["Клиенты"], ["Любимый цвет", "красный", ""], strict=True):
        row.insert(1, cell)
    sheets["Заметки"] = [["позвонить"], ["завтра"]]
    book = checked(tmp_path, sheets)
    assert book.wrong == []
    assert set(book.ignored) == {Ignored("Клиенты", "Любимый цвет"), Ignored("Заметки", "")}
    assert values(book) == values(plain)


def test_sheet_under_another_name_is_known_by_its_header(tmp_path: Path, plain: Workbook) -> None:
    sheets = small_book()
    renamed = {f"Лист{number}": rows for number, rows in enumerate(sheets.values(), 1)}
    assert values(checked(tmp_path, renamed)) == values(plain)


def test_column_that_may_be_absent_leaves_its_field_out(tmp_path: Path) -> None:
    sheets = small_book()
    drop_column(sheets, "Объекты", "Ответственный")
    book = checked(tmp_path, sheets)
    assert book.wrong == []
    assert "responsible_name" not in book.sheets["Объекты"].fields


def test_column_that_must_stand_is_asked_for_once(tmp_path: Path) -> None:
    sheets = small_book()
    drop_column(sheets, "Подрядчики", "ИНН")
    assert checked(tmp_path, sheets).wrong == [Wrong("Подрядчики", 1, "ИНН", Reason.MISSING_COLUMN)]


def test_column_given_twice_is_wrong(tmp_path: Path) -> None:
    sheets = small_book()
    for row in sheets["Клиенты"]:
        row.append(row[0])
    assert checked(tmp_path, sheets).wrong == [Wrong("Клиенты", 1, "Код", Reason.COLUMN_TWICE)]

"""CSV comes in any encoding and with any separator; what is stored is what was meant, or nothing."""

import codecs
from pathlib import Path

import pytest

from core.domain.errors import WorkbookUnreadable
from core.imports.check import check
from core.imports.csv_tables import decoded
from core.imports.read import read
from tests.make.workbooks import small_book, write_csv, write_xlsx


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("encoding", "bom"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("cp1251", b""),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
    ],
)
def test_folder_of_csv_means_what_the_workbook_means(tmp_path: Path, encoding: str, bom: bytes, separator: str) -> None:
    folder = write_csv(tmp_path / "csv", small_book(), encoding=encoding, separator=separator, bom=bom)
    from_csv = check(read(folder))
    from_xlsx = check(read(write_xlsx(tmp_path / "book.xlsx", small_book())))
    assert from_csv.wrong == []
    assert from_csv.sheets == from_xlsx.sheets
    name = next(from_csv.rows("Клиенты")).values["name"]
    assert name == "Сеть «Ёлочка» № 1 — север"


def test_zero_bytes_are_dropped_and_the_rest_is_kept(tmp_path: Path) -> None:
    path = write_csv(tmp_path, {"Клиенты": small_book()["Клиенты"]}) / "part1.csv"
    path.write_bytes(path.read_bytes().replace("Банк".encode(), "Ба\0нк".encode()))
    assert [row.values["name"] for row in check(read(path)).rows("Клиенты")][1] == "Банк «Берег»"


def test_cell_with_line_breaks_counts_as_one_row(tmp_path: Path) -> None:
    sheets = {"Клиенты": small_book()["Клиенты"]}
    sheets["Клиенты"][1][1] = "Сеть\nв две строки"
    sheets["Клиенты"][2][3] = "нет телефона"
    book = check(read(write_csv(tmp_path, sheets)))
    assert [(fault.row, fault.column) for fault in book.wrong] == [(3, "Телефон")]


def test_text_in_no_known_encoding_is_refused() -> None:
    with pytest.raises(WorkbookUnreadable):
        decoded("Код".encode() + b"\x98\xff")


def test_mojibake_is_never_taken_for_names(tmp_path: Path) -> None:
    """KOI8-R reads as cp1251 without an error: only the header tells that it is not."""
    folder = write_csv(tmp_path, {"SLA": small_book()["SLA"]}, encoding="koi8-r")
    book = check(read(folder))
    assert book.sheets == {}
    assert book.wrong


def test_million_columns_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Код;Название" + ";" * 1_000_000 + "\n", encoding="utf-8")
    with pytest.raises(WorkbookUnreadable):
        read(tmp_path)


def test_folder_without_csv_is_refused(tmp_path: Path) -> None:
    (tmp_path / "readme.md").write_text("Код;Название", encoding="utf-8")
    with pytest.raises(WorkbookUnreadable):
        read(tmp_path)

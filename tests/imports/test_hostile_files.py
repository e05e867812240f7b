"""Files made to hurt: refused soon, in few bytes of ours, with a reason."""

import time
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from core.domain.errors import WorkbookUnreadable
from core.imports.read import ReadLimits, read
from core.imports.reasons import UNREADABLE
from tests.make.workbooks import small_book, write_xlsx

SHEET = "xl/worksheets/sheet1.xml"


def refused(path: Path, limits: ReadLimits | None = None) -> str:
    """The reason, which must have words for the reader."""
    started = time.monotonic()
    with pytest.raises(WorkbookUnreadable) as refusal:
        read(path, limits or ReadLimits())
    assert time.monotonic() - started < 10
    assert UNREADABLE[refusal.value.reason]
    return refusal.value.reason


def with_part(source: Path, target: Path, name: str, content: bytes) -> Path:
    """The workbook with one part of its archive replaced or added."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, content)
    return target


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return write_xlsx(tmp_path / "good.xlsx", small_book())


def test_zip_bomb_is_refused_by_its_directory(good: Path, tmp_path: Path) -> None:
    bomb = with_part(good, tmp_path / "bomb.xlsx", "xl/media/zeros.bin", b"\0" * 300 * 1024 * 1024)
    assert bomb.stat().st_size < 1024 * 1024
    assert refused(bomb) == "bomb"


def test_one_part_pressed_two_hundredfold_is_refused_though_the_whole_is_small(good: Path, tmp_path: Path) -> None:
    bomb = with_part(good, tmp_path / "bomb.xlsx", "xl/media/zeros.bin", b"\0" * 20 * 1024 * 1024)
    assert refused(bomb) == "bomb"


def test_archive_of_thousands_of_parts_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "many.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "")
        for number in range(3000):
            archive.writestr(f"part{number}", "")
    assert refused(path) == "bomb"


def test_archive_that_lies_about_its_sizes_ends_with_the_child(good: Path, tmp_path: Path) -> None:
    """The directory says ten bytes, the stream unpacks to hundreds of megabytes of cells."""
    row = '<row r="1"><c r="A1" t="inlineStr"><is><t>' + "x" * 1000 + "</t></is></c></row>"
    head = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    liar = with_part(good, tmp_path / "liar.xlsx", SHEET, f"{head}{row * 300_000}</sheetData></worksheet>".encode())
    data = bytearray(liar.read_bytes())
    entry = data.rindex(b"PK\x01\x02", 0, data.rindex(SHEET.encode()))
    data[entry + 24 : entry + 28] = (10).to_bytes(4, "little")
    liar.write_bytes(data)
    assert refused(liar, ReadLimits(memory_mb=400, seconds=5)) in ("broken", "too_hard")


def test_two_far_cells_do_not_make_a_sheet_of_billions(good: Path, tmp_path: Path) -> None:
    content = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
        "</sheetData></worksheet>"
    )
    far = with_part(good, tmp_path / "far.xlsx", SHEET, content.encode())
    assert refused(far) in ("broken", "too_hard")


def test_entities_are_not_unfolded(good: Path, tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ха" * 50}">' for n in range(9))
    content = (
        f'<?xml version="1.0"?><!DOCTYPE x [{entities}<!ENTITY far SYSTEM "file:///etc/passwd">]>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
        '<c r="A1" t="inlineStr"><is><t>&e8;&far;</t></is></c></row></sheetData></worksheet>'
    )
    path = with_part(good, tmp_path / "entities.xlsx", SHEET, content.encode())
    try:
        cells = [cell for sheet in read(path).sheets for _, row in sheet.rows for cell in row]
    except WorkbookUnreadable:
        return
    assert not any("root:" in str(cell) or len(str(cell)) > 10_000 for cell in cells)


@pytest.mark.parametrize(
    ("name", "content"),
    [("text.xlsx", b"just text"), ("empty.xlsx", b""), ("cut.xlsx", b"PK\x03\x04" + b"\0" * 100)],
)
def test_what_is_no_workbook_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert refused(path) == "not_xlsx"


def test_zip_of_something_else_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "photos.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("photo.jpg", "")
    assert refused(path) == "not_xlsx"


def test_workbook_cut_in_the_middle_is_refused(good: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes(good.read_bytes()[:-500])
    assert refused(cut) == "not_xlsx"


def test_part_that_is_not_xml_is_refused(good: Path, tmp_path: Path) -> None:
    assert refused(with_part(good, tmp_path / "bad.xlsx", SHEET, escape("<<<").encode())) == "broken"


def test_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "nothing.xlsx") == "no_file"

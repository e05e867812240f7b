"""Whatever a name holds, the exported book holds it as text and brings it back unchanged."""

from pathlib import Path

import python_calamine
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.imports.cells import clean
from core.imports.check import check
from core.imports.read import read
from core.imports.write import write

SPITEFUL = ["=1+1", "+7", "-5", "@SUM(A1)", "'=1", "''", "_x0041_", "http://a.b", "{=1}", "1e5", "007", "TRUE", "<b>&"]
texts = st.one_of(st.sampled_from(SPITEFUL), st.text(max_size=60), st.text("=+-@\t\r\0'", min_size=1, max_size=8))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(SPITEFUL)
@given(st.lists(texts, min_size=30, max_size=60))
def test_any_name_survives_the_way_out_and_back(tmp_path: Path, written: list[str]) -> None:
    names = [name for name in map(clean, written) if name]
    blank = {"contact_name": "", "contact_phone": "", "email": ""}
    rows = [{"code": f"К-{number}", "name": name, **blank} for number, name in enumerate(names)]

    write(tmp_path / "out.xlsx", {"Клиенты": rows})

    book = check(read(tmp_path / "out.xlsx"))
    assert book.wrong == []
    assert [row.values["name"] for row in book.rows("Клиенты")] == names


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


def test_formula_is_written_as_text(tmp_path: Path) -> None:
    row = {"code": "К-1", "name": "=1+1", "contact_name": "", "contact_phone": "", "email": ""}
    write(tmp_path / "out.xlsx", {"Клиенты": [row]})
    sheet = python_calamine.CalamineWorkbook.from_path(tmp_path / "out.xlsx").get_sheet_by_name("Клиенты")
    assert sheet.to_python()[1][1] == "=1+1"

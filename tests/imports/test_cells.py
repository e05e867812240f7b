"""A cell is a value or a reason why not, whatever a table program made of it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from core.imports import cells
from core.imports.book import Reason
from core.imports.cells import CellFault, Parse, clean
from tests.make.workbooks import inn10


@pytest.mark.parametrize(
    ("parse", "cell", "value"),
    [
        (cells.kopecks, 6500.0, 650_000),
        (cells.kopecks, 0.1 + 0.2, 30),
        (cells.kopecks, "6\u00a0500,50 руб.", 650_050),
        (cells.kopecks, "1 234.5 ₽", 123_450),
        (cells.milli, 17.805, 17_805),
        (cells.milli, "0,001", 1),
        (cells.whole(0, 100), 30.0, 30),
        (cells.whole(0, 100), "30", 30),
        (cells.day, "01.03.2025", date(2025, 3, 1)),
        (cells.day, "2025-03-01", date(2025, 3, 1)),
        (cells.day, datetime(2025, 3, 1, 12, 0), date(2025, 3, 1)),  # noqa: DTZ001 - as a table gives it
        (cells.moscow_moment, "31.01.2026 23:32", datetime(2026, 1, 31, 20, 32, tzinfo=UTC)),
        (cells.moscow_moment, datetime(2026, 2, 1, 1, 0), datetime(2026, 1, 31, 22, 0, tzinfo=UTC)),  # noqa: DTZ001
        (cells.yes_no, "Да", True),
        (cells.yes_no, False, False),
        (cells.vat, "22", 22),
        (cells.vat, 5.0, 5),
        (cells.vat, 0.22, 22),
        (cells.vat, "22 %", 22),
        (cells.vat, "Без НДС", None),
        (cells.zone, "UTC+3", "Europe/Moscow"),
        (cells.zone, "utc +7", "Asia/Krasnoyarsk"),
        (cells.zone, "МСК+2", "Asia/Yekaterinburg"),
        (cells.zone, "UTC+12:00", "Asia/Kamchatka"),
        (cells.zone, "Asia/Novosibirsk", "Asia/Novosibirsk"),
        (cells.hours, "10:00-20:00", (600, 1200)),
        (cells.hours, "9 – 21", (540, 1260)),
        (cells.hours, "Круглосуточно", (0, 1440)),
        (cells.hours, "22:00-06:00", (1320, 360)),
        (cells.calendar, "24х7", "24x7"),
        (cells.calendar, "Рабочее время", "working"),
        (cells.documents, "счет; упд", "invoice; upd"),
        (cells.documents, "счёт-фактура, акт, счёт", "invoice; act; vat_invoice"),
        (cells.phone, 79001234567.0, "+79001234567"),
        (cells.text(10), 123.0, "123"),
        (cells.bic, 44525225.0, "044525225"),
    ],
)
def test_cell_is_understood(parse: Parse, cell: Any, value: Any) -> None:
    assert parse(cell) == value


@pytest.mark.parametrize(
    ("parse", "cell", "reason"),
    [
        (cells.kopecks, "много", Reason.NOT_A_NUMBER),
        (cells.kopecks, True, Reason.NOT_A_NUMBER),
        (cells.kopecks, "nan", Reason.NOT_A_NUMBER),
        (cells.kopecks, float("inf"), Reason.NOT_A_NUMBER),
        (cells.kopecks, "1_000", Reason.NOT_A_NUMBER),
        (cells.kopecks, date(2026, 1, 1), Reason.NOT_A_NUMBER),
        (cells.kopecks, "1.005", Reason.TOO_EXACT),
        (cells.kopecks, -1, Reason.OUT_OF_BOUNDS),
        (cells.kopecks, "9" * 30, Reason.OUT_OF_BOUNDS),
        (cells.milli, 0, Reason.OUT_OF_BOUNDS),
        (cells.milli, 1.0005, Reason.TOO_EXACT),
        (cells.whole(1, 5), 2.5, Reason.NOT_WHOLE),
        (cells.whole(1, 5), 6, Reason.OUT_OF_BOUNDS),
        (cells.degrees(90), 91, Reason.OUT_OF_BOUNDS),
        (cells.day, "31.02.2026", Reason.NOT_A_DATE),
        (cells.day, 46000.0, Reason.NOT_A_DATE),
        (cells.day, "01.01.1900", Reason.OUT_OF_BOUNDS),
        (cells.moscow_moment, "31.01.2026", Reason.NOT_A_TIME),
        (cells.yes_no, "может быть", Reason.NOT_YES_NO),
        (cells.vat, "18", Reason.NOT_OF_LIST),
        (cells.zone, "UTC+1", Reason.NOT_ZONE),
        (cells.zone, "Mars/Olympus", Reason.NOT_ZONE),
        (cells.zone, "../../etc/passwd", Reason.NOT_ZONE),
        (cells.hours, "25:00-26:00", Reason.NOT_HOURS),
        (cells.hours, "утром", Reason.NOT_HOURS),
        (cells.documents, "счёт; накладная", Reason.NOT_OF_LIST),
        (cells.documents, "счёт; акт; УПД", Reason.NOT_OF_LIST),
        (cells.documents, ";", Reason.NOT_OF_LIST),
        (cells.phone, "позвонить Ивану", Reason.NOT_PHONE),
        (cells.email, "почта", Reason.NOT_EMAIL),
        (cells.text(3), "абвг", Reason.TOO_LONG),
        (cells.inn, 4.0702810600000743e19, Reason.NOT_INN),
    ],
)
def test_cell_is_refused_with_its_reason(parse: Parse, cell: Any, reason: Reason) -> None:
    with pytest.raises(CellFault) as refused:
        parse(cell)
    assert refused.value.reason is reason


def test_inn_gets_back_the_zero_a_table_program_ate() -> None:
    right = inn10("010400001")
    assert cells.inn(float(right)) == right
    with pytest.raises(CellFault):
        cells.inn(right[1:])


@pytest.mark.parametrize(
    ("cell", "line"),
    [
        ("  Сеть\u00a0«Ёж»\t№ 1 — юг \n", "Сеть «Ёж» № 1 — юг"),
        ("и\u0306", "й"),
        ("A\x00\x0b\x1fB", "AB"),
        ("\u202eдог\u200b\ufeff", "дог"),
        ("👷🏽\u200d♂️", "👷🏽\u200d♂️"),
        ("'=1+1", "=1+1"),
        ("'цитата'", "'цитата'"),
        ("\ud800x", "x"),
    ],
)
def test_text_is_one_clean_line(cell: str, line: str) -> None:
    assert clean(cell) == line

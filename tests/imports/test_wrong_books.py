"""Each mistake of a workbook is named with its sheet, row and column, once, and blames nobody else."""

from pathlib import Path

import pytest

from core.imports.book import Reason, Wrong
from core.imports.check import Known, check, check_references
from core.imports.read import read
from core.imports.reasons import SENTENCES, sentence
from tests.make.workbooks import (
    ENTITY_INN,
    FIRM_INN,
    OTHER_ENTITY_INN,
    SECOND_CLIENT_INN,
    Sheets,
    account,
    put,
    small_book,
    write_csv,
    write_xlsx,
)


def faults(path: Path) -> list[Wrong]:
    """All that is wrong with a file brought to an empty database."""
    book = check(read(path))
    return [*book.wrong, *check_references(book, Known())]


def faults_of(folder: Path, sheets: Sheets) -> list[Wrong]:
    return faults(write_xlsx(folder / "book.xlsx", sheets))


WRONG_INN = ENTITY_INN[:-1] + str((int(ENTITY_INN[-1]) + 1) % 10)


@pytest.mark.parametrize(
    ("sheet", "row", "column", "cell", "reason"),
    [
        ("Подрядчики", 2, "ИНН", FIRM_INN[:-1] + "x", Reason.NOT_INN),
        ("Исполнители", 2, "КПП", "77", Reason.NOT_KPP),
        ("Исполнители", 2, "Расчётный счёт", account("1")[:-1] + "2", Reason.NOT_ACCOUNT),
        ("Исполнители", 2, "Корр. счёт", "30101810000000000000", Reason.NOT_CORR_ACCOUNT),
        ("Исполнители", 2, "БИК", "12", Reason.NOT_BIC),
        ("Исполнители", 2, "БИК", "", Reason.EMPTY),
        ("Исполнители", 2, "ОГРН", "1027700000000", Reason.NOT_OGRN),
        ("Исполнители", 2, "НДС, %", "", Reason.EMPTY),
        ("Клиенты", 3, "Название", "", Reason.EMPTY),
        ("Клиенты", 3, "Телефон", "нет", Reason.NOT_PHONE),
        ("Клиенты", 2, "Эл. почта", "почта", Reason.NOT_EMAIL),
        ("Юрлица", 2, "Код клиента", "К-999", Reason.UNKNOWN_REFERENCE),
        ("Договоры", 2, "ИНН исполнителя", "1234567890", Reason.UNKNOWN_REFERENCE),
        ("Договоры", 2, "План SLA", "Золотой", Reason.UNKNOWN_REFERENCE),
        ("Договоры", 3, "ИНН юрлица", SECOND_CLIENT_INN, Reason.OTHER_CLIENT),
        ("Договоры", 2, "Действует по", "01.01.2025", Reason.ENDS_BEFORE_START),
        ("Договоры", 2, "Период", "неделя", Reason.NOT_OF_LIST),
        ("Договоры", 2, "Документы", "счёт; накладная", Reason.NOT_OF_LIST),
        ("Объекты", 2, "Широта", "55,х", Reason.NOT_A_NUMBER),
        ("Объекты", 2, "Долгота", 182.0, Reason.OUT_OF_BOUNDS),
        ("Объекты", 2, "Часовой пояс", "Марс", Reason.NOT_ZONE),
        ("Объекты", 2, "Режим работы", "как повезёт", Reason.NOT_HOURS),
        ("Объекты", 3, "ИНН юрлица", OTHER_ENTITY_INN, Reason.OTHER_CLIENT),
        ("Виды работ", 2, "Цена клиента без НДС, руб.", "дорого", Reason.NOT_A_NUMBER),
        ("Виды работ", 2, "Норма, мин", 1.5, Reason.NOT_WHOLE),
        ("SLA", 2, "Календарь", "лунный", Reason.NOT_OF_LIST),
        ("Подрядчики", 2, "Форма", "ИП", Reason.WRONG_FORM),
        ("Подрядчики", 3, "КПП", "770501001", Reason.WRONG_FORM),
        ("Подрядчики", 2, "Ночные выезды", "иногда", Reason.NOT_YES_NO),
        ("Подрядчики", 2, "Дата договора", "вчера", Reason.NOT_A_DATE),
        ("Компетенции", 2, "Компетенция", "Магия", Reason.UNKNOWN_REFERENCE),
        ("Компетенции", 2, "Код подрядчика", "П-9999", Reason.UNKNOWN_REFERENCE),
        ("Согласования", 2, "От суммы, руб.", -1, Reason.OUT_OF_BOUNDS),
        ("История заявок", 2, "Код объекта", "О-99999", Reason.UNKNOWN_REFERENCE),
        ("История заявок", 2, "Принята (МСК)", "", Reason.NEEDED_BY_STATUS),
        ("История заявок", 3, "Принята (МСК)", "05.02.2026 10:00", Reason.ODD_FOR_STATUS),
        ("История заявок", 3, "Код подрядчика", "", Reason.NEEDED_BY_STATUS),
        ("История заявок", 2, "Выполнена (МСК)", "01.01.2026 10:00", Reason.ENDS_BEFORE_START),
        ("История заявок", 2, "Количество", 0, Reason.OUT_OF_BOUNDS),
        ("История заявок", 2, "Оценка", 6, Reason.OUT_OF_BOUNDS),
        ("История заявок", 2, "Зарегистрирована (МСК)", "25.01.2026", Reason.NOT_A_TIME),
    ],
)
def test_one_wrong_cell_is_one_wrong_row(
    tmp_path: Path, sheet: str, row: int, column: str, cell: object, reason: Reason
) -> None:
    sheets = small_book()
    put(sheets, sheet, row, column, cell)
    (fault,) = faults_of(tmp_path, sheets)
    assert (fault.sheet, fault.row, fault.column, fault.reason) == (sheet, row, column, reason)
    assert len(sentence(fault)) > len("пусто")


def test_every_reason_has_its_sentence() -> None:
    assert set(SENTENCES) == set(Reason)


@pytest.mark.parametrize("sheet", list(small_book()))
def test_first_book_without_a_sheet_is_told_which(tmp_path: Path, sheet: str) -> None:
    sheets = small_book()
    del sheets[sheet]
    (fault,) = faults_of(tmp_path, sheets)
    assert (fault.sheet, fault.reason) == (sheet, Reason.MISSING_SHEET)
    assert sheet in sentence(fault)


def test_all_copies_of_a_key_are_wrong_and_who_refers_to_them_is_not(tmp_path: Path) -> None:
    sheets = small_book()
    sheets["Клиенты"].append(["К-001", "Самозванец", "", "", ""])
    found = faults_of(tmp_path, sheets)
    assert {(fault.sheet, fault.row, fault.reason) for fault in found} == {
        ("Клиенты", 2, Reason.DUPLICATE),
        ("Клиенты", 4, Reason.DUPLICATE),
    }


def test_reference_to_a_wrong_row_is_not_itself_wrong(tmp_path: Path) -> None:
    sheets = small_book()
    put(sheets, "Юрлица", 2, "ИНН", WRONG_INN)
    for sheet, row in (("Договоры", 2), ("Объекты", 2)):
        put(sheets, sheet, row, "ИНН юрлица", WRONG_INN)
    assert [(fault.sheet, fault.row) for fault in faults_of(tmp_path, sheets)] == [("Юрлица", 2)]


def test_sheet_with_a_broken_header_is_one_fault(tmp_path: Path) -> None:
    sheets = small_book()
    sheets["Клиенты"][0][0] = "Шифр"
    assert [(fault.sheet, fault.column) for fault in faults_of(tmp_path, sheets)] == [("Клиенты", "Код")]


def test_book_of_something_else_is_told_so_once(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, {"Рецепты": [["Блюдо", "Соль"], ["Суп", "по вкусу"]]})
    assert fault.reason is Reason.UNREADABLE


def test_formulas_are_names_and_hidden_characters_are_gone(tmp_path: Path) -> None:
    sheets = small_book()
    put(sheets, "Клиенты", 2, "Название", "=HYPERLINK(1)")
    put(sheets, "Клиенты", 3, "Название", "\u202eБанк\x0b «Б»")
    book = check(read(write_xlsx(tmp_path / "book.xlsx", sheets)))
    assert [row.values["name"] for row in book.rows("Клиенты")] == ["=HYPERLINK(1)", "Банк «Б»"]


def test_part_of_the_sheets_is_enough_in_csv_if_nothing_is_referred_to(tmp_path: Path) -> None:
    clients = {"Клиенты": small_book()["Клиенты"]}
    assert faults(write_csv(tmp_path, clients)) == []
    entities = {"Юрлица": small_book()["Юрлица"]}
    found = faults(write_csv(tmp_path, entities))
    assert [fault.reason for fault in found] == [Reason.UNKNOWN_REFERENCE] * 3


def test_same_sheet_in_two_files_is_refused(tmp_path: Path) -> None:
    rows = small_book()["Клиенты"]
    found = faults(write_csv(tmp_path, {"Клиенты": rows, "Клиенты ещё": rows}))
    assert [fault.reason for fault in found] == [Reason.SHEET_TWICE]

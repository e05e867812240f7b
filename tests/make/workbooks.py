"""A small whole workbook of invented companies, and ways to write it as files.

Two clients, two sites, two contractors, three past tickets: each sheet has what the others refer to. A test takes
`small_book()`, spoils or changes what it is about, and writes it.
"""

import csv
from pathlib import Path
from typing import Any

from core.domain.requisites import account_key, correspondent_key

BIC = "044599123"
Sheets = dict[str, list[list[Any]]]


def inn10(stem: str) -> str:
    """A firm's ИНН from its first nine digits."""
    weights = (2, 4, 10, 3, 5, 9, 4, 6, 8)
    return stem + str(sum(w * int(d) for w, d in zip(weights, stem, strict=True)) % 11 % 10)


def inn12(stem: str) -> str:
    """A person's ИНН from its first ten digits."""
    for weights in ((7, 2, 4, 10, 3, 5, 9, 4, 6, 8), (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)):
        stem += str(sum(w * int(d) for w, d in zip(weights, stem, strict=True)) % 11 % 10)
    return stem


def ogrn(stem: str) -> str:
    return stem + str(int(stem) % (11 if len(stem) == 12 else 13) % 10)


def account(number: str) -> str:
    bare = f"407028100{number:0>11}"
    return f"{bare[:8]}{account_key(bare, BIC)}{bare[9:]}"


def corr_account() -> str:
    bare = "30101810000000000123"
    return f"{bare[:8]}{correspondent_key(bare, BIC)}{bare[9:]}"


OWN_INN = inn10("770500001")
ENTITY_INN = inn10("540100002")
OTHER_ENTITY_INN = inn10("540100003")
SECOND_CLIENT_INN = inn10("660100004")
FIRM_INN = inn10("540500005")
PERSON_INN = inn12("5405000060")


def _bank(*numbers: str) -> dict[str, tuple[Any, ...]]:
    """Details of an account in the one bank there is; no number, no account."""
    return {
        "Расчётный счёт": tuple(number and account(number) for number in numbers),
        "БИК": tuple(number and BIC for number in numbers),
        "Банк": tuple(number and "Банк «Пример»" for number in numbers),
        "Город банка": tuple(number and "Москва" for number in numbers),
        "Корр. счёт": tuple(number and corr_account() for number in numbers),
    }


def _rows(columns: dict[str, tuple[Any, ...]]) -> list[list[Any]]:
    return [list(columns), *map(list, zip(*columns.values(), strict=True))]


def small_book() -> Sheets:
    """Sheet → rows, the header first."""
    return {title: _rows(columns) for title, columns in {**_clients_side(), **_contractors_side()}.items()}


def _clients_side() -> dict[str, dict[str, tuple[Any, ...]]]:
    return {
        "Исполнители": {
            "Наименование": ("ООО «Свой»",),
            "ИНН": (OWN_INN,),
            "КПП": ("770501001",),
            "ОГРН": (ogrn("102770000001"),),
            "Юридический адрес": ("Москва, Ясная, 1",),
            "НДС, %": ("22",),
            **_bank("1"),
            "Руководитель": ("Ёлкин Ё. Ё.",),
            "Главный бухгалтер": ("Чижова Ч. Ч.",),
        },
        "Клиенты": {
            "Код": ("К-001", "К-002"),
            "Название": ("Сеть «Ёлочка» № 1 — север", "Банк «Берег»"),
            "Контакт": ("Белкина Анна", ""),
            "Телефон": ("+7 900 111-00-01", ""),
            "Эл. почта": ("a@example.ru", ""),
        },
        "Юрлица": {
            "Код клиента": ("К-001", "К-001", "К-002"),
            "Наименование": ("ООО «Ёлочка»", "ООО «Ёлочка Плюс»", "АО «Берег»"),
            "ИНН": (ENTITY_INN, OTHER_ENTITY_INN, SECOND_CLIENT_INN),
            "КПП": ("540101001", "540101001", "660101001"),
            "ОГРН": (ogrn("102540000002"), "", ""),
            "Юридический адрес": ("Новосибирск, Лесная, 2", "", ""),
            **_bank("2", "", "4"),
        },
        "Договоры": {
            "№ договора": ("1-25", "1-26", "2-25"),
            "Код клиента": ("К-001", "К-001", "К-002"),
            "ИНН юрлица": (ENTITY_INN, OTHER_ENTITY_INN, SECOND_CLIENT_INN),
            "ИНН исполнителя": (OWN_INN, OWN_INN, OWN_INN),
            "Действует с": ("01.03.2025", "01.03.2025", "01.03.2025"),
            "Действует по": ("28.02.2027", "", "28.02.2027"),
            "Период": ("месяц", "год", "квартал"),
            "Документы": ("счёт; УПД", "счёт; акт; счёт-фактура", "счёт; акт"),
            "План SLA": ("Базовый", "Базовый", "Базовый"),
            "Отсрочка, дней": (10, 5, 30),
        },
        "Объекты": {
            "Код": ("О-00001", "О-00002"),
            "Код клиента": ("К-001", "К-002"),
            "ИНН юрлица": (ENTITY_INN, SECOND_CLIENT_INN),
            "Название": ("Магазин 1", "Офис 2"),
            "Регион": ("Новосибирская обл", "Москва г"),
            "Город": ("Новосибирск", "Москва"),
            "Адрес": ("Красный пр., 1", "Тверская, 2"),
            "Широта": (55.03, 55.76),
            "Долгота": (82.92, 37.61),
            "Часовой пояс": ("UTC+7", "UTC+3"),
            "Режим работы": ("10:00-20:00", "круглосуточно"),
            "Ответственный": ("Сойкина Ольга", ""),
            "Телефон": ("+7 900 111-00-02", ""),
            "КПП подразделения": ("", "770545001"),
        },
        "Согласования": {
            "Код клиента": ("К-002", "К-002"),
            "Шаг": (1, 2),
            "Роль": ("финансовый отдел", "директор"),
            "ФИО": ("Гусева Нина", "Орлов Лев"),
            "Телефон": ("+7 900 111-00-05", "+7 900 111-00-06"),
            "От суммы, руб.": (0, 10000.5),
        },
        "SLA": {
            "План": ("Базовый", "Базовый"),
            "Приоритет": ("аварийный", "обычный"),
            "Реакция, мин": (30, 240),
            "Прибытие, мин": (120, 1440),
            "Выполнение, мин": (240, 2880),
            "Календарь": ("24x7", "рабочее время"),
        },
    }


def _contractors_side() -> dict[str, dict[str, tuple[Any, ...]]]:
    return {
        "Виды работ": {
            "Код": ("Р-01", "Р-02"),
            "Наименование": ("Замена лампы", "Чистка стоков"),
            "Компетенция": ("Электрика", "Сантехника"),
            "Ед.": ("шт", "м"),
            "Цена клиента без НДС, руб.": (1500, 2000),
            "Ставка подрядчика без НДС, руб.": (900.5, 1200),
            "Фото до": (1, 1),
            "Фото после": (2, 1),
            "Норма, мин": (60, 90),
        },
        "Подрядчики": {
            "Код": ("П-0001", "П-0002"),
            "Наименование": ("ООО «Искра»", "Зябликов Пётр"),
            "Форма": ("ООО", "НПД"),
            "ИНН": (FIRM_INN, PERSON_INN),
            "КПП": ("540501001", ""),
            "ОГРН": (ogrn("102540000005"), ""),
            "НДС, %": ("5", "без НДС"),
            **_bank("5", "6"),
            "Регион": ("Новосибирская обл", "Москва г"),
            "Город": ("Бердск", "Москва"),
            "Широта": (54.76, 55.7),
            "Долгота": (83.1, 37.5),
            "Радиус, км": (100, 50),
            "Контакт": ("Дятлов Илья", "Зябликов Пётр"),
            "Телефон": ("+7 900 111-00-03", "+7 900 111-00-04"),
            "№ договора": ("П-1", "П-2"),
            "Дата договора": ("15.01.2025", "15.01.2025"),
            "ИНН исполнителя": (OWN_INN, OWN_INN),
            "Инженеров": (3, 1),
            "Ночные выезды": ("да", "нет"),
        },
        "Компетенции": {
            "Код подрядчика": ("П-0001", "П-0001", "П-0002"),
            "Компетенция": ("Электрика", "Сантехника", "Электрика"),
            "Документ": ("Удостоверение 1", "", "Удостоверение 2"),
            "Действует до": ("27.04.2029", "", ""),
            "Подтверждена": ("да", "нет", "да"),
        },
        "История заявок": {
            "№": ("З-000001", "З-000002", "З-000003"),
            "Зарегистрирована (МСК)": ("25.01.2026 23:32", "02.02.2026 10:00", "03.02.2026 10:00"),
            "Код объекта": ("О-00001", "О-00002", "О-00002"),
            "Код работ": ("Р-01", "Р-02", "Р-01"),
            "Приоритет": ("обычный", "аварийный", "плановый"),
            "Код подрядчика": ("П-0001", "П-0002", ""),
            "Выполнена (МСК)": ("31.01.2026 12:00", "02.02.2026 18:00", ""),
            "Принята (МСК)": ("01.02.2026 00:17", "", ""),
            "Статус": ("принята", "выполнена", "отменена"),
            "Количество": (1, 17.805, 1),
            "Цена клиента без НДС, руб.": (1500, 2000, 1500),
            "Ставка подрядчика без НДС, руб.": (900.5, 1200, 900),
            "Оценка": (5, "", ""),
        },
    }


def place(sheets: Sheets, sheet: str, column: str) -> int:
    return int(sheets[sheet][0].index(column))


def put(sheets: Sheets, sheet: str, row: int, column: str, value: Any) -> None:
    """`row` as the reader of the file sees it: the header is row 1."""
    sheets[sheet][row - 1][place(sheets, sheet, column)] = value


def drop_column(sheets: Sheets, sheet: str, column: str) -> None:
    at = place(sheets, sheet, column)
    for row in sheets[sheet]:
        del row[at]


def write_xlsx(path: Path, sheets: Sheets) -> Path:
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        for title, rows in sheets.items():
            page = book.add_worksheet(title)
            for number, row in enumerate(rows):
                for at, cell in enumerate(row):
                    page.write(number, at, cell)
    return path


def write_csv(folder: Path, sheets: Sheets, *, encoding: str = "utf-8", separator: str = ";", bom: bytes = b"") -> Path:
    """One file per sheet, named so that only the header can tell which is which."""
    folder.mkdir(exist_ok=True)
    for number, rows in enumerate(sheets.values(), 1):
        path = folder / f"part{number}.csv"
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file, delimiter=separator, lineterminator="\r\n").writerows(rows)
        path.write_bytes(bom + path.read_bytes())
    return folder

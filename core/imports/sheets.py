"""The workbook, declared: sheets → columns → what a cell means. Reading, checking and export walk this table.

Fields are named as the columns of the tables; a field ending in `_key` names a row of another sheet. `names`
says which kind of names a column gives out, `refers` which kind it must find.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.domain.workbook import (
    DAY_MIN,
    FORMS,
    HISTORY_STATUSES,
    PERIODS,
    PRIORITIES,
    SheetName,
)
from core.imports import cells
from core.imports.book import Reason
from core.imports.rules import (
    contract_rules,
    contractor_rules,
    history_rules,
    requisites_rules,
)

Values = Mapping[str, Any]
Fault = tuple[str, Reason, str]
Rules = Callable[[Values], Iterator[Fault]]


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    fields: tuple[str, ...]
    parse: cells.Parse
    is_required: bool = False
    #: What an empty cell means.
    blank: Any = ""
    names: str = ""
    refers: str = ""
    #: The column must stand in the file though its cells may be empty.
    must_stand: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    title: SheetName
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    rules: Rules | None = None

    def column_of(self, field: str) -> Column:
        return next(column for column in self.columns if field in column.fields)


def _need(title: str, field: str, parse: cells.Parse, names: str = "", refers: str = "") -> Column:
    return Column(title, (field,), parse, True, None, names, refers, True)


def _may(title: str, field: str, parse: cells.Parse, blank: Any = "", refers: str = "") -> Column:
    return Column(title, (field,), parse, False, blank, "", refers)


def _stands(title: str, field: str, parse: cells.Parse, refers: str = "") -> Column:
    return Column(title, (field,), parse, False, None, "", refers, True)


_CODE = cells.text(20)
_INN_KEY = cells.checked(lambda inn: len(inn) <= 12, Reason.TOO_LONG, 10, 12)
_MINUTES = cells.whole(1, 10**6)

_CODES = (
    _may("КПП", "kpp", cells.kpp),
    _may("ОГРН", "ogrn", cells.text(15)),
)
_BANK = (
    _may("Расчётный счёт", "account", cells.text(20)),
    _may("БИК", "bic", cells.bic),
    _may("Банк", "bank", cells.text(200)),
    _may("Город банка", "bank_city", cells.text(100)),
    _may("Корр. счёт", "corr_account", cells.text(20)),
)
_PLACE = (
    _may("Регион", "region", cells.text(100)),
    _may("Город", "city", cells.text(100)),
)
_POINT = (
    _need("Широта", "lat", cells.degrees(90)),
    _need("Долгота", "lon", cells.degrees(180)),
)
_PRICES = (
    _need("Цена клиента без НДС, руб.", "client_price_kop", cells.kopecks),
    _need("Ставка подрядчика без НДС, руб.", "contractor_rate_kop", cells.kopecks),
)

SHEETS: dict[str, Sheet] = {
    sheet.title.value: sheet
    for sheet in (
        Sheet(
            SheetName.OWN,
            ("inn",),
            (
                _need("Наименование", "name", cells.text(300)),
                _need("ИНН", "inn", cells.inn, names="own"),
                *_CODES,
                _may("Юридический адрес", "address", cells.text(500)),
                _need("НДС, %", "vat_percent", cells.vat),
                *_BANK,
                _may("Руководитель", "director", cells.text(200)),
                _may("Главный бухгалтер", "accountant", cells.text(200)),
            ),
            requisites_rules,
        ),
        Sheet(
            SheetName.CLIENTS,
            ("code",),
            (
                _need("Код", "code", _CODE, names="client"),
                _need("Название", "name", cells.text(300)),
                _may("Контакт", "contact_name", cells.text(200)),
                _may("Телефон", "contact_phone", cells.phone),
                _may("Эл. почта", "email", cells.email),
            ),
        ),
        Sheet(
            SheetName.ENTITIES,
            ("inn",),
            (
                _need("Код клиента", "client_key", _CODE, refers="client"),
                _need("Наименование", "name", cells.text(300)),
                _need("ИНН", "inn", cells.inn, names="entity"),
                *_CODES,
                _may("Юридический адрес", "address", cells.text(500)),
                *_BANK,
            ),
            requisites_rules,
        ),
        Sheet(
            SheetName.SLA,
            ("plan", "priority"),
            (
                _need("План", "plan", cells.text(100), names="plan"),
                _need("Приоритет", "priority", cells.one_of(PRIORITIES)),
                _need("Реакция, мин", "reaction_min", _MINUTES),
                _need("Прибытие, мин", "arrival_min", _MINUTES),
                _need("Выполнение, мин", "resolution_min", _MINUTES),
                _need("Календарь", "calendar", cells.calendar),
            ),
        ),
        Sheet(
            SheetName.CONTRACTS,
            ("entity_key", "number"),
            (
                _need("№ договора", "number", cells.text(50)),
                _need("Код клиента", "client_key", _CODE, refers="client"),
                _need("ИНН юрлица", "entity_key", _INN_KEY, refers="entity"),
                _need("ИНН исполнителя", "own_key", _INN_KEY, refers="own"),
                _need("Действует с", "starts_on", cells.day),
                _may("Действует по", "ends_on", cells.day, None),
                _need("Период", "period", cells.one_of(PERIODS)),
                _need("Документы", "documents", cells.documents),
                _need("План SLA", "sla_plan", cells.text(100), refers="plan"),
                _need("Отсрочка, дней", "payment_days", cells.whole(0, 1000)),
            ),
            contract_rules,
        ),
        Sheet(
            SheetName.SITES,
            ("code",),
            (
                _need("Код", "code", _CODE, names="site"),
                _need("Код клиента", "client_key", _CODE, refers="client"),
                _need("ИНН юрлица", "entity_key", _INN_KEY, refers="entity"),
                _need("Название", "name", cells.text(300)),
                *_PLACE,
                _may("Адрес", "address", cells.text(500)),
                *_POINT,
                _need("Часовой пояс", "zone", cells.zone),
                Column("Режим работы", ("opens_min", "closes_min"), cells.hours, blank=(0, DAY_MIN)),
                _may("Ответственный", "responsible_name", cells.text(200)),
                _may("Телефон", "responsible_phone", cells.phone),
                _may("КПП подразделения", "kpp", cells.kpp),
            ),
        ),
        Sheet(
            SheetName.SERVICES,
            ("code",),
            (
                _need("Код", "code", _CODE, names="service"),
                _need("Наименование", "name", cells.text(300)),
                _need("Компетенция", "skill_key", cells.text(200), names="skill"),
                _need("Ед.", "unit", cells.text(20)),
                *_PRICES,
                _may("Фото до", "shots_before", cells.whole(0, 50), 1),
                _may("Фото после", "shots_after", cells.whole(0, 50), 1),
                _need("Норма, мин", "norm_minutes", _MINUTES),
            ),
        ),
        Sheet(
            SheetName.CONTRACTORS,
            ("code",),
            (
                _need("Код", "code", _CODE, names="contractor"),
                _need("Наименование", "name", cells.text(300)),
                _need("Форма", "form", cells.one_of({form: form for form in FORMS})),
                _need("ИНН", "inn", cells.inn),
                *_CODES,
                _need("НДС, %", "vat_percent", cells.vat),
                *_BANK,
                *_PLACE,
                *_POINT,
                _need("Радиус, км", "radius_km", cells.whole(0, 10_000)),
                _may("Контакт", "contact_name", cells.text(200)),
                _may("Телефон", "phone", cells.phone),
                _may("№ договора", "contract_number", cells.text(50)),
                _may("Дата договора", "contract_on", cells.day, None),
                _need("ИНН исполнителя", "own_key", _INN_KEY, refers="own"),
                _need("Инженеров", "engineers", cells.whole(1, 10_000)),
                _may("Ночные выезды", "night_jobs", cells.yes_no, False),
            ),
            contractor_rules,
        ),
        Sheet(
            SheetName.SKILLS,
            ("contractor_key", "skill_key"),
            (
                _need("Код подрядчика", "contractor_key", _CODE, refers="contractor"),
                _need("Компетенция", "skill_key", cells.text(200), refers="skill"),
                _may("Документ", "document", cells.text(300)),
                _may("Действует до", "valid_until", cells.day, None),
                _need("Подтверждена", "is_confirmed", cells.yes_no),
            ),
        ),
        Sheet(
            SheetName.APPROVALS,
            ("client_key", "step"),
            (
                _need("Код клиента", "client_key", _CODE, refers="client"),
                _need("Шаг", "step", cells.whole(1, 100)),
                _need("Роль", "role_name", cells.text(100)),
                _need("ФИО", "person_name", cells.text(200)),
                _need("Телефон", "phone", cells.phone),
                _may("От суммы, руб.", "from_kop", cells.kopecks, 0),
            ),
        ),
        Sheet(
            SheetName.HISTORY,
            ("number",),
            (
                _need("№", "number", _CODE),
                _need("Зарегистрирована (МСК)", "registered_at", cells.moscow_moment),
                _need("Код объекта", "site_key", _CODE, refers="site"),
                _need("Код работ", "service_key", _CODE, refers="service"),
                _need("Приоритет", "priority", cells.one_of(PRIORITIES)),
                _stands("Код подрядчика", "contractor_key", _CODE, "contractor"),
                _stands("Выполнена (МСК)", "reported_at", cells.moscow_moment),
                _stands("Принята (МСК)", "accepted_at", cells.moscow_moment),
                _need("Статус", "status", cells.one_of(HISTORY_STATUSES)),
                _need("Количество", "quantity_milli", cells.milli),
                *_PRICES,
                _may("Оценка", "history_mark", cells.whole(1, 5), None),
            ),
            history_rules,
        ),
    )
}

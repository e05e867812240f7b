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
from core.imports.book import Reason
from core.imports.cells import Kind
from core.imports.kinds import (
    BIC,
    CALENDAR,
    DAY,
    EMAIL,
    HOURS,
    INN,
    INN_KEY,
    KOPECKS,
    KPP,
    MILLI,
    MOMENT,
    PAPERS,
    PHONE,
    VAT,
    YES_NO,
    ZONE,
    degrees,
    one_of,
    text,
    whole,
)
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
    kind: Kind
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


def _need(title: str, field: str, kind: Kind, names: str = "", refers: str = "") -> Column:
    return Column(title, (field,), kind, True, None, names, refers, True)


def _may(title: str, field: str, kind: Kind, blank: Any = "", refers: str = "") -> Column:
    return Column(title, (field,), kind, False, blank, "", refers)


def _stands(title: str, field: str, kind: Kind, refers: str = "") -> Column:
    return Column(title, (field,), kind, False, None, "", refers, True)


_CODE = text(20)
_MINUTES = whole(1, 10**6)

_CODES = (
    _may("КПП", "kpp", KPP),
    _may("ОГРН", "ogrn", text(15)),
)
_BANK = (
    _may("Расчётный счёт", "account", text(20)),
    _may("БИК", "bic", BIC),
    _may("Банк", "bank", text(200)),
    _may("Город банка", "bank_city", text(100)),
    _may("Корр. счёт", "corr_account", text(20)),
)
_PLACE = (
    _may("Регион", "region", text(100)),
    _may("Город", "city", text(100)),
)
_POINT = (
    _need("Широта", "lat", degrees(90)),
    _need("Долгота", "lon", degrees(180)),
)
_PRICES = (
    _need("Цена клиента без НДС, руб.", "client_price_kop", KOPECKS),
    _need("Ставка подрядчика без НДС, руб.", "contractor_rate_kop", KOPECKS),
)

SHEETS: dict[str, Sheet] = {
    sheet.title.value: sheet
    for sheet in (
        Sheet(
            SheetName.OWN,
            ("inn",),
            (
                _need("Наименование", "name", text(300)),
                _need("ИНН", "inn", INN, names="own"),
                *_CODES,
                _may("Юридический адрес", "address", text(500)),
                _need("НДС, %", "vat_percent", VAT),
                *_BANK,
                _may("Руководитель", "director", text(200)),
                _may("Главный бухгалтер", "accountant", text(200)),
            ),
            requisites_rules,
        ),
        Sheet(
            SheetName.CLIENTS,
            ("code",),
            (
                _need("Код", "code", _CODE, names="client"),
                _need("Название", "name", text(300)),
                _may("Контакт", "contact_name", text(200)),
                _may("Телефон", "contact_phone", PHONE),
                _may("Эл. почта", "email", EMAIL),
            ),
        ),
        Sheet(
            SheetName.ENTITIES,
            ("inn",),
            (
                _need("Код клиента", "client_key", _CODE, refers="client"),
                _need("Наименование", "name", text(300)),
                _need("ИНН", "inn", INN, names="entity"),
                *_CODES,
                _may("Юридический адрес", "address", text(500)),
                *_BANK,
            ),
            requisites_rules,
        ),
        Sheet(
            SheetName.SLA,
            ("plan", "priority"),
            (
                _need("План", "plan", text(100), names="plan"),
                _need("Приоритет", "priority", one_of(PRIORITIES)),
                _need("Реакция, мин", "reaction_min", _MINUTES),
                _need("Прибытие, мин", "arrival_min", _MINUTES),
                _need("Выполнение, мин", "resolution_min", _MINUTES),
                _need("Календарь", "calendar", CALENDAR),
            ),
        ),
        Sheet(
            SheetName.CONTRACTS,
            ("entity_key", "number"),
            (
                _need("№ договора", "number", text(50)),
                _need("Код клиента", "client_key", _CODE, refers="client"),
                _need("ИНН юрлица", "entity_key", INN_KEY, refers="entity"),
                _need("ИНН исполнителя", "own_key", INN_KEY, refers="own"),
                _need("Действует с", "starts_on", DAY),
                _may("Действует по", "ends_on", DAY, None),
                _need("Период", "period", one_of(PERIODS)),
                _need("Документы", "documents", PAPERS),
                _need("План SLA", "sla_plan", text(100), refers="plan"),
                _need("Отсрочка, дней", "payment_days", whole(0, 1000)),
                _may("Сообщать о нарушении срока", "client_hears_breach", YES_NO, False),
            ),
            contract_rules,
        ),
        Sheet(
            SheetName.SITES,
            ("code",),
            (
                _need("Код", "code", _CODE, names="site"),
                _need("Код клиента", "client_key", _CODE, refers="client"),
                _need("ИНН юрлица", "entity_key", INN_KEY, refers="entity"),
                _need("Название", "name", text(300)),
                *_PLACE,
                _may("Адрес", "address", text(500)),
                *_POINT,
                _need("Часовой пояс", "zone", ZONE),
                Column("Режим работы", ("opens_min", "closes_min"), HOURS, blank=(0, DAY_MIN)),
                _may("Ответственный", "responsible_name", text(200)),
                _may("Телефон", "responsible_phone", PHONE),
                _may("КПП подразделения", "kpp", KPP),
            ),
        ),
        Sheet(
            SheetName.SERVICES,
            ("code",),
            (
                _need("Код", "code", _CODE, names="service"),
                _need("Наименование", "name", text(300)),
                _need("Компетенция", "skill_key", text(200), names="skill"),
                _need("Ед.", "unit", text(20)),
                *_PRICES,
                _may("Фото до", "shots_before", whole(0, 50), 1),
                _may("Фото после", "shots_after", whole(0, 50), 1),
                _need("Норма, мин", "norm_minutes", _MINUTES),
            ),
        ),
        Sheet(
            SheetName.CONTRACTORS,
            ("code",),
            (
                _need("Код", "code", _CODE, names="contractor"),
                _need("Наименование", "name", text(300)),
                _need("Форма", "form", one_of({form: form for form in FORMS})),
                _need("ИНН", "inn", INN),
                *_CODES,
                _need("НДС, %", "vat_percent", VAT),
                *_BANK,
                *_PLACE,
                *_POINT,
                _need("Радиус, км", "radius_km", whole(0, 10_000)),
                _may("Контакт", "contact_name", text(200)),
                _may("Телефон", "phone", PHONE),
                _may("№ договора", "contract_number", text(50)),
                _may("Дата договора", "contract_on", DAY, None),
                _need("ИНН исполнителя", "own_key", INN_KEY, refers="own"),
                _need("Инженеров", "engineers", whole(1, 10_000)),
                _may("Ночные выезды", "night_jobs", YES_NO, False),
            ),
            contractor_rules,
        ),
        Sheet(
            SheetName.SKILLS,
            ("contractor_key", "skill_key"),
            (
                _need("Код подрядчика", "contractor_key", _CODE, refers="contractor"),
                _need("Компетенция", "skill_key", text(200), refers="skill"),
                _may("Документ", "document", text(300)),
                _may("Действует до", "valid_until", DAY, None),
                _need("Подтверждена", "is_confirmed", YES_NO),
            ),
        ),
        Sheet(
            SheetName.APPROVALS,
            ("client_key", "step"),
            (
                _need("Код клиента", "client_key", _CODE, refers="client"),
                _need("Шаг", "step", whole(1, 100)),
                _need("Роль", "role_name", text(100)),
                _need("ФИО", "person_name", text(200)),
                _need("Телефон", "phone", PHONE),
                _may("От суммы, руб.", "from_kop", KOPECKS, 0),
            ),
        ),
        Sheet(
            SheetName.HISTORY,
            ("number",),
            (
                _need("№", "number", _CODE),
                _need("Зарегистрирована (МСК)", "registered_at", MOMENT),
                _need("Код объекта", "site_key", _CODE, refers="site"),
                _need("Код работ", "service_key", _CODE, refers="service"),
                _need("Приоритет", "priority", one_of(PRIORITIES)),
                _stands("Код подрядчика", "contractor_key", _CODE, "contractor"),
                _stands("Выполнена (МСК)", "reported_at", MOMENT),
                _stands("Принята (МСК)", "accepted_at", MOMENT),
                _need("Статус", "status", one_of(HISTORY_STATUSES)),
                _need("Количество", "quantity_milli", MILLI),
                *_PRICES,
                _may("Оценка", "history_mark", whole(1, 5), None),
            ),
            history_rules,
        ),
    )
}

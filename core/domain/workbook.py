"""Words of the workbook ↔ words of the program: the names of sheets and the closed lists of values.

A word that is read here is written back by the export: the two directions are one table.
"""

from collections.abc import Mapping
from datetime import timedelta, timezone
from enum import StrEnum
from zoneinfo import ZoneInfo


class SheetName(StrEnum):
    """In the order they are loaded: who is referred to comes first."""

    OWN = "Исполнители"
    CLIENTS = "Клиенты"
    ENTITIES = "Юрлица"
    SLA = "SLA"
    CONTRACTS = "Договоры"
    SITES = "Объекты"
    SERVICES = "Виды работ"
    CONTRACTORS = "Подрядчики"
    SKILLS = "Компетенции"
    APPROVALS = "Согласования"
    HISTORY = "История заявок"


PRIORITIES = {"аварийный": "emergency", "обычный": "normal", "плановый": "planned"}
PERIODS = {"месяц": "month", "квартал": "quarter", "год": "year"}
CALENDARS = {"24x7": "24x7", "рабочее время": "working"}
DOCUMENTS = {"счёт": "invoice", "акт": "act", "счёт-фактура": "vat_invoice", "УПД": "upd"}
HISTORY_STATUSES = {
    "принята": "accepted",
    "спор": "disputed",
    "отменена": "cancelled",
    "выполнена": "reported",
}
FORMS = ("ООО", "ИП", "НПД")
VAT_PERCENTS = (0, 5, 7, 10, 20, 22)
NO_VAT = "без НДС"
ROUND_THE_CLOCK = "круглосуточно"
DAY_MIN = 24 * 60

#: Russia has no summer time, so one name stands for every place of an offset.
ZONES = {
    2: "Europe/Kaliningrad",
    3: "Europe/Moscow",
    4: "Europe/Samara",
    5: "Asia/Yekaterinburg",
    6: "Asia/Omsk",
    7: "Asia/Krasnoyarsk",
    8: "Asia/Irkutsk",
    9: "Asia/Yakutsk",
    10: "Asia/Vladivostok",
    11: "Asia/Magadan",
    12: "Asia/Kamchatka",
}
#: Moscow without tables of time zones: the history is read by thousands of rows, and the clocks there are fixed
#: since 26.10.2014.
MOSCOW_FIXED = timezone(timedelta(hours=3), "MSK")
MOSCOW = ZoneInfo("Europe/Moscow")


def word(table: Mapping[str, str], value: str) -> str:
    """The word of the workbook for a value of the program."""
    return next(russian for russian, english in table.items() if english == value)


def zone_word(zone: str) -> str:
    """`UTC+3`; a zone named otherwise than by its offset keeps its own name."""
    return next((f"UTC+{offset}" for offset, name in ZONES.items() if name == zone), zone)


def hours_word(opens_min: int, closes_min: int) -> str:
    if (opens_min, closes_min) == (0, DAY_MIN):
        return ROUND_THE_CLOCK
    return f"{opens_min // 60:02}:{opens_min % 60:02}-{closes_min // 60:02}:{closes_min % 60:02}"


def documents_word(documents: str) -> str:
    return "; ".join(word(DOCUMENTS, kind) for kind in documents.split("; "))

"""The kinds of columns: reading and writing back are one pair, so what is exported is imported as the same value."""

from collections.abc import Mapping
from datetime import date, datetime

from core.domain import workbook
from core.domain.phone import spaced
from core.imports import cells
from core.imports.book import Reason
from core.imports.cells import Kind


def text(limit: int) -> Kind:
    return Kind(cells.text(limit))


def whole(low: int, high: int) -> Kind:
    return Kind(cells.whole(low, high), int)


def degrees(limit: int) -> Kind:
    return Kind(cells.degrees(limit), float)


def one_of(words: Mapping[str, str]) -> Kind:
    return Kind(cells.one_of(words), lambda value: workbook.word(words, value))


def _day_text(value: date) -> str:
    return value.strftime("%d.%m.%Y")


def _moment_text(value: datetime) -> str:
    return value.astimezone(workbook.MOSCOW_FIXED).strftime("%d.%m.%Y %H:%M")


KOPECKS = Kind(cells.kopecks, lambda value: value / 100)
MILLI = Kind(cells.milli, lambda value: value / 1000)
DAY = Kind(cells.day, _day_text)
MOMENT = Kind(cells.moscow_moment, _moment_text)
YES_NO = Kind(cells.yes_no, lambda value: "да" if value else "нет")
CALENDAR = Kind(cells.calendar, lambda value: workbook.word(workbook.CALENDARS, value))
PAPERS = Kind(cells.documents, workbook.documents_word)
VAT = Kind(cells.vat, lambda value: workbook.NO_VAT if value is None else str(value))
INN = Kind(cells.inn)
#: A reference: whether it is right is known by whether it is found.
INN_KEY = Kind(cells.checked(lambda inn: len(inn) <= 12, Reason.TOO_LONG, 10, 12))
KPP = Kind(cells.kpp)
BIC = Kind(cells.bic)
PHONE = Kind(cells.phone, spaced)
EMAIL = Kind(cells.email)
ZONE = Kind(cells.zone, workbook.zone_word)
HOURS = Kind(cells.hours, lambda value: workbook.hours_word(*value))

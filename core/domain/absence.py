"""Days on which a person takes no jobs: as people type them, and how ranges that touch become one.

Both ends belong to a range. A day without a year is the next such day; one that has just gone by is a mistake.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from core.domain.errors import FieldInvalid

DAY = timedelta(days=1)
FARTHEST = timedelta(days=365)
#: A day without a year that lies so little back was not meant for the next year.
JUST_GONE = timedelta(days=31)
#: "28.12 – 10.01" runs into the next year; a longer way round is a mistyped end.
LONGEST_OVER_NEW_YEAR = timedelta(days=183)


class AwayDays(StrEnum):
    """The ranges of the buttons."""

    TODAY = "today"
    TOMORROW = "tomorrow"
    WEEK = "week"


@dataclass(frozen=True, slots=True, order=True)
class Days:
    first: date
    last: date

    def touches(self, other: "Days") -> bool:
        """Shares a day, or follows without a day between."""
        return self.first <= other.last + DAY and other.first <= self.last + DAY


def chosen(days: AwayDays, today: date) -> Days:
    match days:
        case AwayDays.TODAY:
            return Days(today, today)
        case AwayDays.TOMORROW:
            return Days(today + DAY, today + DAY)
        case AwayDays.WEEK:
            return Days(today, today + 6 * DAY)


def joined(new: Days, known: Iterable[Days]) -> Days:
    """The new range with every known one that touches it, also by way of another."""
    for one in sorted(known):
        if new.touches(one):
            new = Days(min(new.first, one.first), max(new.last, one.last))
    return new


def typed(value: str, today: date) -> Days:
    """`с 1 по 14 декабря`, `01.12-14.12`, `завтра`, `до 5 января`. Raises FieldInvalid, which says what is wrong."""
    text = unicodedata.normalize("NFKC", value).casefold().replace("ё", "е")
    found = list(_TOKEN.finditer(text))
    around = _words_around(text, found)
    match found:
        case [only] if around & _UNTIL and not around & _SINCE:
            days = Days(today, _day(only, today))
        case [only] if not around & _SINCE:
            days = _single(only, today)
        case [start, end]:
            days = _range(start, end, today)
        case _:
            raise FieldInvalid(field="days")
    return _bounded(days, today)


_MONTHS = ("янв", "фев", "мар", "апр", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBER = {name: number for names in (_MONTHS, _ENGLISH) for number, name in enumerate(names, 1)} | {"мая": 5}
_MONTH = f"(?:{'|'.join(_NUMBER)})[а-яa-z]*"
_ORDINAL = "(?:-?(?:го|е|st|nd|rd|th))"
_TOKEN = re.compile(
    rf"""(?<![\d.])(?:
        (?P<iso>\d{{4}}-\d{{1,2}}-\d{{1,2}})
      | (?P<dots>\d{{1,2}}[./]\d{{1,2}}(?:[./](?:\d{{4}}|\d{{2}}))?)
      | (?P<day>\d{{1,2}}){_ORDINAL}?\s*(?:of\s+)?(?P<month>{_MONTH})\b\.?(?:,?\s*(?P<year>\d{{4}}))?
      | (?P<emonth>{_MONTH})\b\.?\s*(?P<eday>\d{{1,2}}){_ORDINAL}?(?:,?\s*(?P<eyear>\d{{4}}))?
      | (?P<word>сегодня|послезавтра|завтра|today|tomorrow)\b
      | (?P<week>недел[юия]|week)\b
      | (?P<bare>\d{{1,2}}){_ORDINAL}?
    )(?!\d)""",
    re.VERBOSE,
)
_WORDS = {"сегодня": 0, "today": 0, "завтра": 1, "tomorrow": 1, "послезавтра": 2}
_UNTIL = {"до", "по", "till", "until", "to"}
_SINCE = {"с", "со", "от", "from"}
_ABOUT = {"отпуск", "отпуске", "больничный", "больничном", "болею", "vacation", "holiday", "off", "sick"}
_BETWEEN = {"и", "на", "в", "г", "год", "года", "включительно", "and", "on", "for", "a", "the", "of", "through"}


def _words_around(text: str, found: list[re.Match[str]]) -> set[str]:
    """What stands between the days; a word that has no business there makes the whole unreadable."""
    rest = list(text)
    for token in found:
        rest[token.start() : token.end()] = " " * (token.end() - token.start())
    words = set(re.findall(r"[^\s.,;:()\-‐‑‒–—−]+", "".join(rest)))
    if words - _UNTIL - _SINCE - _BETWEEN - _ABOUT:
        raise FieldInvalid(field="days")
    return words


def _single(token: re.Match[str], today: date) -> Days:
    if token["week"]:
        return chosen(AwayDays.WEEK, today)
    day = _day(token, today)
    return Days(day, day)


def _range(start: re.Match[str], end: re.Match[str], today: date) -> Days:
    last = _day(end, today)
    # "с 1 по 14 декабря": the month is that of the end.
    first = _date(last.year, last.month, int(start["bare"])) if start["bare"] else _day(start, today)
    if last < first and not _names_year(start) and today <= last and today - _shifted(first, -1) <= JUST_GONE:
        return Days(today, last)  # away since the end of last year
    if last < first and not _names_year(end) and _shifted(last, 1) - first <= LONGEST_OVER_NEW_YEAR:
        last = _shifted(last, 1)
    return Days(first, last)


def _bounded(days: Days, today: date) -> Days:
    if days.last < days.first:
        raise FieldInvalid(field="days-order")
    if days.last < today:
        raise FieldInvalid(field="days-past")
    if days.last > today + FARTHEST:
        raise FieldInvalid(field="days-far")
    return Days(max(days.first, today), days.last)


def _day(token: re.Match[str], today: date) -> date:
    if token["word"]:
        return today + _WORDS[token["word"]] * DAY
    if token["iso"]:
        year, month, day = token["iso"].split("-")
        return _date(int(year), int(month), int(day))
    if token["dots"]:
        day, month, *rest = re.split(r"[./]", token["dots"])
        return _dated(int(day), int(month), rest[0] if rest else None, today)
    name = token["month"] or token["emonth"]
    if name is None:
        raise FieldInvalid(field="days")
    return _dated(int(token["day"] or token["eday"]), _NUMBER[name[:3]], token["year"] or token["eyear"], today)


def _names_year(token: re.Match[str]) -> bool:
    return bool(token["iso"] or token["year"] or token["eyear"] or len(re.split(r"[./]", token["dots"] or "")) == 3)


def _dated(day: int, month: int, year: str | None, today: date) -> date:
    if year is not None:
        return _date(int(year) if len(year) == 4 else 2000 + int(year), month, day)
    this_year = _date(today.year, month, day)
    return this_year if this_year >= today - JUST_GONE else _date(today.year + 1, month, day)


def _shifted(day: date, years: int) -> date:
    return _date(day.year + years, day.month, day.day)


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise FieldInvalid(field="days") from None

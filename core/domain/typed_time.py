"""A day and a time as people type them: "завтра 15:30", "25.11 9:00", "в пятницу в 14", "tomorrow at 9".

Read in the zone of the site. What cannot be understood is FieldInvalid; whether the time is good is asked elsewhere.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.domain.errors import FieldInvalid

FIELD = "time"
LONGEST = 40
#: Without a year a date that lies farther back than this is meant for the next year.
BACK = timedelta(days=30)

_NEAR = {
    **dict.fromkeys(("сегодня", "today"), 0),
    **dict.fromkeys(("завтра", "tomorrow"), 1),
    "послезавтра": 2,
}
_WEEKDAYS = {
    word: number
    for number, words in enumerate(
        (
            "понедельник пн mon monday",
            "вторник вт tue tuesday",
            "среда среду ср wed wednesday",
            "четверг чт thu thursday",
            "пятница пятницу пт fri friday",
            "суббота субботу сб sat saturday",
            "воскресенье вс sun sunday",
        )
    )
    for word in words.split()
}
_MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "января янв january jan",
            "февраля фев february feb",
            "марта мар march mar",
            "апреля апр april apr",
            "мая май may",
            "июня июн june jun",
            "июля июл july jul",
            "августа авг august aug",
            "сентября сен сент september sep sept",
            "октября окт october oct",
            "ноября ноя november nov",
            "декабря дек december dec",
        ),
        start=1,
    )
    for word in words.split()
}
_LITTLE = re.compile(r"\b(?:в|во|к|на|at|on)\b")
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(?: ?ч| ?час(?:а|ов)?)?")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_DOTTED = re.compile(r"(\d{1,2})[./](\d{1,2})(?:[./](\d{4}|\d{2}))?")
_WORDED = re.compile(r"(\d{1,2}) ([a-zа-я]+)(?: (\d{4}))?")


def moment(typed: str, zone: str, now: datetime) -> datetime:
    """Raises FieldInvalid. Without a day it is today; an hour that the clocks leave out on that day is none."""
    text = typed.strip().lower().replace("ё", "е")
    if len(text) > LONGEST or any(c.isdigit() and not c.isascii() for c in text):
        raise FieldInvalid(FIELD)
    text = " ".join(_LITTLE.sub(" ", text.replace(",", " ")).split())
    day, _, clock = text.rpartition(" ")
    if clock in ("ч", "час", "часа", "часов"):
        day, _, clock = day.rpartition(" ")
    found = _TIME.fullmatch(clock)
    if found is None:
        raise FieldInvalid(FIELD)
    here = ZoneInfo(zone)
    today = now.astimezone(here).date()
    try:
        local = datetime.combine(_day(day, today), time(int(found.group(1)), int(found.group(2) or 0)), tzinfo=here)
        at = local.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise FieldInvalid(FIELD) from error
    if at.astimezone(here).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise FieldInvalid(FIELD)
    return at


def _day(text: str, today: date) -> date:
    """Raises ValueError for a day that does not exist, FieldInvalid for words that name none."""
    if not text:
        return today
    if text in _NEAR:
        return today + timedelta(days=_NEAR[text])
    if text in _WEEKDAYS:
        return today + timedelta(days=(_WEEKDAYS[text] - today.weekday()) % 7)
    if found := _ISO.fullmatch(text):
        year, month, number = found.groups()
        return date(int(year), int(month), int(number))
    if found := _DOTTED.fullmatch(text):
        number, month, year = found.groups()
        return _dated(int(number), int(month), year, today)
    found = _WORDED.fullmatch(text)
    if found is None or found.group(2) not in _MONTHS:
        raise FieldInvalid(FIELD)
    return _dated(int(found.group(1)), _MONTHS[found.group(2)], found.group(3), today)


def _dated(number: int, month: int, year: str | None, today: date) -> date:
    if year is not None:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, number)
    this_year = date(today.year, month, number)
    return this_year if this_year >= today - BACK else date(today.year + 1, month, number)

"""A day and a time as people type them: "завтра 15:30", "25.11 9:00", "в пятницу в 14", "tomorrow at 9".

Read in the zone of the place. What cannot be understood is FieldInvalid, what is over is TimePast; whether the time
is good is asked elsewhere. Days alone are read here too: until when a document is valid.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.domain.errors import FieldInvalid, TimePast

FIELD = "time"
DAY_FIELD = "day"
LONGEST = 40
#: Without a year a date that lies farther back than this is meant for the next year.
BACK = timedelta(days=30)

_NEAR = {
    **dict.fromkeys(("сегодня", "today"), 0),
    **dict.fromkeys(("завтра", "tomorrow"), 1),
    "послезавтра": 2,
    **dict.fromkeys(("вчера", "yesterday"), -1),
    "позавчера": -2,
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


def moment(typed: str, zone: str, now: datetime, *, hour: int | None = None, rolls: bool = False) -> datetime:
    """Raises FieldInvalid, TimePast. Without a day it is today; an hour that the clocks leave out on that day is none.

    `hour` is what a day alone means; without it the time must be named. What is over and names no year `rolls` on to
    the next such moment: tomorrow, or the next year.
    """
    text = _plain(typed)
    here = ZoneInfo(zone)
    today = now.astimezone(here).date()
    day, clock = _parted(text, hour)
    try:
        at = _at(_day(day, today), clock, here)
        if at <= now and rolls:
            at = _at(_next(day, today), clock, here)
    except (ValueError, OverflowError) as error:
        raise FieldInvalid(FIELD) from error
    if at <= now:
        raise TimePast
    return at


def day(typed: str, today: date) -> date:
    """A day alone. Raises FieldInvalid; without a year one that is over is the next such day."""
    text = _plain(typed)
    try:
        found = _day(text, today) if text else None
        if found is not None and found < today:
            found = _next(text, today)
    except (ValueError, OverflowError) as error:
        raise FieldInvalid(DAY_FIELD) from error
    except FieldInvalid as error:
        raise FieldInvalid(DAY_FIELD) from error
    if found is None:
        raise FieldInvalid(DAY_FIELD)
    return found


def _plain(typed: str) -> str:
    text = typed.strip().lower().replace("ё", "е")
    if len(text) > LONGEST or any(c.isdigit() and not c.isascii() for c in text):
        raise FieldInvalid(FIELD)
    return " ".join(_LITTLE.sub(" ", text.replace(",", " ")).split())


def _parted(text: str, hour: int | None) -> tuple[str, time]:
    """The words of the day and the time. Raises FieldInvalid."""
    if hour is not None and text and _is_day(text):
        return text, time(hour)
    day, _, clock = text.rpartition(" ")
    if clock in ("ч", "час", "часа", "часов"):
        day, _, clock = day.rpartition(" ")
    found = _TIME.fullmatch(clock)
    if found is None or int(found.group(1)) >= 24 or int(found.group(2) or 0) >= 60:
        raise FieldInvalid(FIELD)
    return day, time(int(found.group(1)), int(found.group(2) or 0))


def _is_day(text: str) -> bool:
    """Names a day and nothing else; "15.30" alone is a time where no such day exists."""
    try:
        _day(text, date(2024, 1, 1))
    except (FieldInvalid, ValueError, OverflowError):
        return False
    return True


def _at(day: date, clock: time, here: ZoneInfo) -> datetime:
    """Raises FieldInvalid where the clocks leave this hour out."""
    local = datetime.combine(day, clock, tzinfo=here)
    at = local.astimezone(UTC)
    if at.astimezone(here).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise FieldInvalid(FIELD)
    return at


def _next(text: str, today: date) -> date:
    """The next of these days after one that is over; what names one certain day stays that day."""
    if not text:
        return today + timedelta(days=1)
    found = _day(text, today)
    if text in _WEEKDAYS:
        return found + timedelta(days=7)
    dotted, worded = _DOTTED.fullmatch(text), _WORDED.fullmatch(text)
    has_year = (dotted is None or dotted.group(3)) and (worded is None or worded.group(3))
    if has_year or text in _NEAR or found > today:
        return found
    return date(found.year + 1, found.month, found.day)


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

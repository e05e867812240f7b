"""What a person typed into a field of a directory: the value, or FieldInvalid which names the field."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.domain.errors import FieldInvalid
from core.domain.phone import e164


def line(value: str, field: str, longest: int) -> str:
    """One line a person typed; nothing else than visible characters is kept."""
    line = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    if not line or len(line) > longest:
        raise FieldInvalid(field=field)
    return line


def phone(value: str) -> str:
    number = e164(value)
    if number is None:
        raise FieldInvalid(field="phone")
    return number


def whole(value: str, field: str, low: int, high: int) -> int:
    text = value.strip()
    if not (text.isascii() and text.isdigit()) or not low <= int(text[:9]) <= high:
        raise FieldInvalid(field=field)
    return int(text[:9])


_MOMENT = re.compile(r"(?:(\d{1,2})\.(\d{1,2})(?:\.(\d{4}))?)?(?:\s*(\d{1,2}):(\d{2}))?", re.ASCII)


def moment(value: str, zone: str, now: datetime, hour: int) -> datetime:
    """`25.11`, `25.11.2026 14:00` or `14:00`: the next such moment at this place; a day alone means `hour` o'clock."""
    found = _MOMENT.fullmatch(value.strip())
    if found is None or not found.group(0):
        raise FieldInvalid(field="moment")
    day, month, year, hours, minutes = found.groups()
    local = now.astimezone(ZoneInfo(zone))
    at = _time(hours, minutes) if hours else time(hour)
    if day is None:
        today = local.date() + timedelta(days=0 if at > local.time() else 1)
    else:
        today = _day(int(year or local.year), int(month), int(day))
        if year is None and datetime.combine(today, at, tzinfo=ZoneInfo(zone)) <= now:
            today = _day(local.year + 1, int(month), int(day))
    return datetime.combine(today, at, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise FieldInvalid(field="moment") from error


def _time(hours: str, minutes: str) -> time:
    try:
        return time(int(hours), int(minutes))
    except ValueError as error:
        raise FieldInvalid(field="moment") from error

"""Money, times, distances and quantities as a reader of Russian or English writes them.

Times are shown in the zone of the site they belong to, never in the zone of the machine.
"""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal

from bot.texts import load
from core.domain.absence import Days

NBSP = "\u00a0"


def money(kop: int, language: str) -> str:
    """4 200 ₽ or ₽4,200; kopecks only where there are some."""
    pattern = "#,##0" if kop % 100 == 0 else "#,##0.00"
    amount = format_decimal(Decimal(abs(kop)) / 100, format=pattern, locale=language)
    sign = "−" if kop < 0 else ""
    return f"{sign}₽{amount}" if language == "en" else f"{sign}{amount}{NBSP}₽"


def whole(number: int) -> str:
    """With the minus sums have."""
    return str(number).replace("-", "−")


def moment(at: datetime, zone: str, language: str, now: datetime) -> str:
    """завтра, 26 ноября, в 10:00; 30 ноября в 14:30."""
    key = "common-moment-near" if _near(at, zone, now) else "common-moment"
    return load(language)(key, day=day(at, zone, language, now), time=clock(at, zone))


def window(start: datetime, end: datetime, zone: str, language: str, now: datetime) -> str:
    """завтра, 26 ноября, 10:00–12:00; the day of the end is named only where it is another one."""
    if on(start, zone) != on(end, zone):
        return f"{moment(start, zone, language, now)} – {moment(end, zone, language, now)}"
    return f"{day(start, zone, language, now)}, {clock(start, zone)}–{clock(end, zone)}"


def day(at: datetime, zone: str, language: str, now: datetime) -> str:
    """завтра, 26 ноября; 30 ноября. What is written stays in the chat, where "tomorrow" alone is wrong by the morning.

    The year only where it is not this one.
    """
    near, named = _near(at, zone, now), _date(at, zone, language, now)
    return f"{load(language)(near)}, {named}" if near else named


def until(at: datetime, zone: str, language: str, now: datetime) -> str:
    """Today the clock comes first: "until 11:00, 25 ноября", otherwise "until завтра, 26 ноября, 09:15"."""
    if _near(at, zone, now) == "common-today":
        return f"{clock(at, zone)}, {_date(at, zone, language, now)}"
    return f"{day(at, zone, language, now)}, {clock(at, zone)}"


def _near(at: datetime, zone: str, now: datetime) -> str | None:
    """The key of the word for this day, if it has one."""
    days_ahead = (on(at, zone) - on(now, zone)).days
    return {-1: "common-yesterday", 0: "common-today", 1: "common-tomorrow"}.get(days_ahead)


def _date(at: datetime, zone: str, language: str, now: datetime) -> str:
    local = on(at, zone)
    return calendar_day(local, language, with_year=local.year != on(now, zone).year)


def on(at: datetime, zone: str) -> date:
    """Which day it is there."""
    return at.astimezone(ZoneInfo(zone)).date()


def calendar_day(value: date, language: str, *, with_year: bool = True) -> str:
    short, full = ("d MMMM", "d MMMM y")
    return format_date(value, full if with_year else short, locale=language)


def days(span: Days, language: str, today: date) -> str:
    """3 декабря, 1–14 декабря, 28 декабря – 10 января 2027."""
    with_year = span.last.year != today.year
    last = calendar_day(span.last, language, with_year=with_year)
    if span.first == span.last:
        return last
    if (span.first.year, span.first.month) == (span.last.year, span.last.month):
        return f"{span.first.day}–{last}"
    first = calendar_day(span.first, language, with_year=span.first.year != span.last.year and not with_year)
    return f"{first} – {last}"


def clock(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


def duration(minutes: int, language: str) -> str:
    """40 мин, 2 ч, 2 ч 30 мин, 3 д 4 ч."""
    texts = load(language)
    days, rest = divmod(max(minutes, 0), 24 * 60)
    hours, mins = divmod(rest, 60)
    parts = [
        texts("common-days-short", n=str(days)) if days else "",
        texts("common-hours-short", n=str(hours)) if hours else "",
        texts("common-minutes-short", n=str(mins)) if (mins and not days) or not (days or hours) else "",
    ]
    return " ".join(part for part in parts if part)


def distance(metres: int, language: str) -> str:
    """850 м, 1,2 км, 14 км."""
    texts = load(language)
    if metres < 1000:
        return texts("common-metres", n=str(metres))
    kilometres = Decimal(metres) / 1000
    return texts("common-kilometres", n=number(round(kilometres, 1 if metres < 10_000 else 0), language))


def quantity(milli: int, unit: str, language: str) -> str:
    """2,5 м — thousandths as a plain number with its unit."""
    return f"{number(Decimal(milli) / 1000, language)}{NBSP}{unit}".rstrip(NBSP)


def number(value: Decimal | int, language: str) -> str:
    return str(format_decimal(value, format="#,##0.###", locale=language))


def phone(e164: str) -> str:
    """+7 912 345-67-89."""
    if len(e164) == 12 and e164.startswith("+7"):
        return f"+7{NBSP}{e164[2:5]}{NBSP}{e164[5:8]}-{e164[8:10]}-{e164[10:]}"
    return e164

"""From a cell to a value, or to the reason why not. A parser never guesses half of a value.

Excel turns codes into numbers and eats their leading zeros; what can be restored with certainty is restored.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.domain import requisites
from core.domain.phone import e164
from core.domain.workbook import CALENDARS, DAY_MIN, DOCUMENTS, MOSCOW_FIXED, NO_VAT, VAT_PERCENTS, ZONES
from core.imports.book import Reason

Parse = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a column holds: how a cell is read, and how the value is written back."""

    parse: Parse
    show: Callable[[Any], str | int | float] = str


#: Controls, marks that turn the direction of text, invisible spaces, halves of characters. The joiner of emoji stays.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
#: An apostrophe before these was put there by a careful export, so that a table does not take them for a formula.
_QUOTED_FORMULA = re.compile(r"'+(?=[=+\-@])")
_MONEY_NOISE = re.compile(r"(?i)\s|руб\.?|₽|р\.$")
_CLOCK = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*[-\u2010-\u2015]\s*(\d{1,2})(?::(\d{2}))?")
_OFFSET = re.compile(r"(?i)(utc|gmt|мск)?\s*([+-]?\d{1,2})?(?::?00)?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?")
_MAX_KOP = 10**13


class CellFault(Exception):
    """Why a cell cannot be used."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


def clean(cell: Any) -> str:
    """A cell as one line of text: no hidden characters, single spaces, one form of each letter."""
    if isinstance(cell, str):
        line = cell
    elif isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        line = str(int(cell))
    elif isinstance(cell, bool):
        line = "да" if cell else "нет"
    elif isinstance(cell, datetime):
        line = cell.strftime("%d.%m.%Y %H:%M" if (cell.hour or cell.minute) else "%d.%m.%Y")
    elif isinstance(cell, date):
        line = cell.strftime("%d.%m.%Y")
    else:
        line = str(cell)
    if not line.isprintable():
        line = _HIDDEN.sub("", line)
    line = " ".join(line.split())
    if not unicodedata.is_normalized("NFC", line):
        line = unicodedata.normalize("NFC", line)
    quoted = _QUOTED_FORMULA.match(line)
    return line[quoted.end() :] if quoted else line


def folded(text: str) -> str:
    """For comparing words: case, spaces and ё make no difference."""
    return text.casefold().replace("ё", "е")


def text(limit: int) -> Parse:
    def parse(cell: Any) -> str:
        line = clean(cell)
        if len(line) > limit:
            raise CellFault(Reason.TOO_LONG, str(limit))
        return line

    return parse


def whole(low: int, high: int) -> Parse:
    def parse(cell: Any) -> int:
        number = _decimal(cell)
        if number != number.to_integral_value():
            raise CellFault(Reason.NOT_WHOLE, clean(cell))
        if not low <= number <= high:
            raise CellFault(Reason.OUT_OF_BOUNDS, clean(cell))
        return int(number)

    return parse


def kopecks(cell: Any) -> int:
    return _scaled(cell, 100, 0, _MAX_KOP)


def milli(cell: Any) -> int:
    """A quantity: more than nothing, in thousandths."""
    return _scaled(cell, 1000, 1, 10**10)


def degrees(limit: int) -> Parse:
    def parse(cell: Any) -> float:
        number = _decimal(cell)
        if not -limit <= number <= limit:
            raise CellFault(Reason.OUT_OF_BOUNDS, clean(cell))
        return float(number)

    return parse


def day(cell: Any) -> date:
    if isinstance(cell, datetime):
        return _sane(cell.date(), cell)
    if isinstance(cell, date):
        return _sane(cell, cell)
    line = clean(cell)
    for form in ("%d.%m.%Y", "%Y-%m-%d"):
        try:
            return _sane(datetime.strptime(line, form).date(), cell)  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise CellFault(Reason.NOT_A_DATE, line)


def moscow_moment(cell: Any) -> datetime:
    local = cell.replace(second=0, microsecond=0) if isinstance(cell, datetime) else _moment_of_text(clean(cell))
    _sane(local.date(), cell)
    return local.replace(tzinfo=MOSCOW_FIXED).astimezone(UTC)


def yes_no(cell: Any) -> bool:
    word = folded(clean(cell))
    if word in ("да", "1", "+", "true", "истина", "yes"):
        return True
    if word in ("нет", "0", "-", "false", "ложь", "no"):
        return False
    raise CellFault(Reason.NOT_YES_NO, clean(cell))


def one_of(words: Mapping[str, str]) -> Parse:
    by_word = {folded(word): value for word, value in words.items()}
    listed = ", ".join(f"«{word}»" for word in words)

    def parse(cell: Any) -> str:
        value = by_word.get(folded(clean(cell)))
        if value is None:
            raise CellFault(Reason.NOT_OF_LIST, f"«{clean(cell)}» — нужно одно из: {listed}")
        return value

    return parse


_calendar = one_of(CALENDARS)
_document = one_of(DOCUMENTS)


def calendar(cell: Any) -> str:
    # The Cyrillic "х" is what a Russian keyboard gives.
    line = folded(clean(cell)).replace("х", "x").replace("/", "x").replace("*", "x")
    return str(_calendar("24x7" if line == "24x7" else cell))


def documents(cell: Any) -> str:
    """`invoice; upd`: the kinds of papers, in the order in which they are made."""
    kinds = {_document(part) for part in re.split(r"[;,+]", clean(cell))}
    if "upd" in kinds and kinds & {"act", "vat_invoice"}:
        raise CellFault(Reason.NOT_OF_LIST, f"«{clean(cell)}» — УПД уже заменяет акт и счёт-фактуру")
    return "; ".join(kind for kind in DOCUMENTS.values() if kind in kinds)


def vat(cell: Any) -> int | None:
    line = folded(clean(cell)).rstrip("% ")
    if line in (folded(NO_VAT), "нет", "-"):
        return None
    percent = _decimal(line)
    # A cell formatted as a percentage holds 0.22.
    percent = percent * 100 if 0 < percent < 1 else percent
    if percent not in VAT_PERCENTS:
        raise CellFault(Reason.NOT_OF_LIST, f"«{clean(cell)}» — нужно 22, 7, 5 или «{NO_VAT}»")
    return int(percent)


def checked(is_right: Callable[[str], bool], reason: Reason, *lengths: int) -> Parse:
    """Digits with a check; a numeric cell that lost its leading zero gets it back."""

    def parse(cell: Any) -> str:
        line = clean(cell)
        if isinstance(cell, int | float) and len(line) + 1 in lengths:
            line = f"0{line}"
        if not is_right(line):
            raise CellFault(reason, line)
        return line

    return parse


inn = checked(requisites.is_inn, Reason.NOT_INN, 10, 12)
kpp = checked(requisites.is_kpp, Reason.NOT_KPP, 9)
bic = checked(requisites.is_bic, Reason.NOT_BIC, 9)


def phone(cell: Any) -> str:
    line = clean(cell)
    number = e164(line)
    if number is None:
        raise CellFault(Reason.NOT_PHONE, line)
    return number


def email(cell: Any) -> str:
    line = clean(cell)
    if len(line) > 200 or _EMAIL.fullmatch(line) is None:
        raise CellFault(Reason.NOT_EMAIL, line)
    return line


def zone(cell: Any) -> str:
    line = clean(cell)
    if "/" in line:
        try:
            return ZoneInfo(line).key
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise CellFault(Reason.NOT_ZONE, line) from error
    match = _OFFSET.fullmatch(line)
    if match is None or not any(match.groups()):
        raise CellFault(Reason.NOT_ZONE, line)
    hours = int(match[2] or 0) + (3 if folded(match[1] or "") == "мск" else 0)
    if hours not in ZONES:
        raise CellFault(Reason.NOT_ZONE, line)
    return ZONES[hours]


def hours(cell: Any) -> tuple[int, int]:
    """Minutes after local midnight. A site that closes before it opens works through the night."""
    line = folded(clean(cell))
    if line in ("круглосуточно", "24/7", "24x7", "24х7", "24 часа"):
        return 0, DAY_MIN
    match = _CLOCK.fullmatch(line)
    if match is None:
        raise CellFault(Reason.NOT_HOURS, clean(cell))
    opens, closes = (int(match[at]) * 60 + int(match[at + 1] or 0) for at in (1, 3))
    if opens >= DAY_MIN or closes > DAY_MIN or opens == closes or max(int(match[2] or 0), int(match[4] or 0)) > 59:
        raise CellFault(Reason.NOT_HOURS, clean(cell))
    return opens, closes


def _decimal(cell: Any) -> Decimal:
    if isinstance(cell, bool):
        raise CellFault(Reason.NOT_A_NUMBER, clean(cell))
    # Of a float fifteen digits, as tables show it; the rest is noise of binary fractions.
    shown = f"{cell:.15g}" if isinstance(cell, float) else clean(cell)
    line = _MONEY_NOISE.sub("", shown).replace(",", ".")
    if _NUMBER.fullmatch(line) is None:
        raise CellFault(Reason.NOT_A_NUMBER, clean(cell))
    return Decimal(line)


def _scaled(cell: Any, scale: int, low: int, high: int) -> int:
    number = _decimal(cell)
    if abs(number) > high:
        raise CellFault(Reason.OUT_OF_BOUNDS, clean(cell))
    scaled = number * scale
    if scaled != scaled.to_integral_value():
        raise CellFault(Reason.TOO_EXACT, clean(cell))
    if not low <= scaled <= high:
        raise CellFault(Reason.OUT_OF_BOUNDS, clean(cell))
    return int(scaled)


def _moment_of_text(line: str) -> datetime:
    for form in ("%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"):
        try:
            return datetime.strptime(line, form)  # noqa: DTZ007 - Moscow is added by the caller
        except ValueError:
            continue
    raise CellFault(Reason.NOT_A_TIME, line)


def _sane(value: date, cell: Any) -> date:
    if not 2000 <= value.year <= 2100:
        raise CellFault(Reason.OUT_OF_BOUNDS, clean(cell))
    return value

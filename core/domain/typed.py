"""What a person typed into a field of a directory: the value, or FieldInvalid which names the field."""

from core.domain.errors import FieldInvalid, TextEmpty, TextTooLong
from core.domain.phone import e164


def line(value: str, field: str, longest: int) -> str:
    """One line a person typed; nothing else than visible characters is kept."""
    line = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    if not line or len(line) > longest:
        raise FieldInvalid(field=field)
    return line


def words(value: str, limit: int, *, may_be_empty: bool = False) -> str:
    """What somebody wrote in his own words. `limit` is in UTF-16 units, as Telegram counts.

    Raises TextEmpty, TextTooLong.
    """
    text = value.strip()
    length = len(text.encode("utf-16-le")) // 2
    if not text and not may_be_empty:
        raise TextEmpty
    if length > limit:
        raise TextTooLong(limit, length)
    return text


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

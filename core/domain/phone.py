"""Telephone numbers as one string: `+79001234567`. Two spellings of one number must never be two people."""

import re

_NOISE = re.compile(r"[\s().\-\u2010-\u2015\u00a0]+")

#: Ten digits or more with the marks people put between them.
_SPELT = re.compile(r"\+?(?<!\d)\d(?:[\s().\-\u2010-\u2015\u00a0]*\d){9,14}(?!\d)")


def e164(text: str) -> str | None:
    """The number in E.164, or None when it is not one whole number."""
    bare = _NOISE.sub("", text)
    has_plus = bare.startswith("+")
    digits = bare.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        return None
    if has_plus and not digits.startswith("7"):
        return f"+{digits}" if 8 <= len(digits) <= 15 and digits[0] != "0" else None
    if len(digits) == 11 and digits[0] in ("7" if has_plus else "78"):
        return f"+7{digits[1:]}"
    # Ten digits without the country: only written so for a Russian number.
    if not has_plus and len(digits) == 10 and digits[0] in "3489":
        return f"+7{digits}"
    return None


def joined(text: str) -> str:
    """A question where every number typed with spaces, brackets or an 8 is one word, as it is kept: `+79001234567`."""
    return _SPELT.sub(lambda found: e164(found[0]) or found[0], text)


def spaced(phone: str) -> str:
    """`+7 900 123-45-67` for people and the workbook; a foreign number stays as it is."""
    if len(phone) == 12 and phone.startswith("+7"):
        return f"+7 {phone[2:5]} {phone[5:8]}-{phone[8:10]}-{phone[10:]}"
    return phone

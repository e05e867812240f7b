"""A document that proves a skill: sent in the chat, looked at by a checker, valid until a day.

What a skill is for the firm that names it, when it is reminded of an end, and what kinds of files are documents.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

#: How many days before the last valid day the firm is reminded, each once.
REMINDERS = (45, 30, 14, 7, 1)
#: The level at which it is told that there are no more offers.
EXPIRED = -1
#: From this level on a job that lies behind the end is the desk's task, and its crew hears of it.
JOBS_FROM = 7
#: Nobody is told of an end that is so old and was never watched: it came with a workbook.
FORGOTTEN_DAYS = 45

PICTURES = (".jpg", ".jpeg", ".png", ".heic", ".heif", ".webp")
PDF = ".pdf"


class CertificateStatus(StrEnum):
    UNSORTED = "unsorted"  #: its sender is asked which skill it is for
    WAITING = "waiting"  #: for the checker
    APPROVED = "approved"
    REFUSED = "refused"
    REPLACED = "replaced"  #: a newer one was sent before anybody looked at it


class Refusal(StrEnum):
    """Why a document proves nothing. Anything else that stands in its place are the words of the checker."""

    UNREADABLE = "unreadable"
    WRONG = "wrong"  #: another document than the skill needs
    EXPIRED = "expired"
    FOREIGN = "foreign"  #: somebody else's
    # Found before anybody looked at it.
    BROKEN = "broken"  #: no picture, no PDF
    GONE = "gone"  #: Telegram does not give the file any more
    TOO_BIG = "too_big"


#: What a checker may say with one tap.
BY_CHECKER = (Refusal.UNREADABLE, Refusal.WRONG, Refusal.EXPIRED, Refusal.FOREIGN)
#: These say nothing against the firm: it sends the same document again, and goes on working under watch.
HARMLESS = frozenset({Refusal.UNREADABLE, Refusal.BROKEN, Refusal.GONE, Refusal.TOO_BIG})


class SkillState(StrEnum):
    CONFIRMED = "confirmed"
    ENDING = "ending"  #: confirmed, and its document runs out soon
    EXPIRED = "expired"
    WATCHED = "watched"  #: the document is approved, jobs are done under watch
    DECLARED = "declared"


@dataclass(frozen=True, slots=True)
class Standing:
    """A skill of a firm as its row tells it."""

    is_confirmed: bool
    valid_until: date | None
    is_watched: bool

    def state(self, today: date) -> SkillState:
        if (self.is_confirmed or self.is_watched) and is_over(self.valid_until, today):
            return SkillState.EXPIRED
        if not self.is_confirmed:
            return SkillState.WATCHED if self.is_watched else SkillState.DECLARED
        return SkillState.CONFIRMED if level(self.valid_until, today) is None else SkillState.ENDING


def is_over(valid_until: date | None, day: date) -> bool:
    """The last valid day itself is still good."""
    return valid_until is not None and valid_until < day


def after_years(today: date, years: int) -> date:
    """The same day of that year; the 29th of February ends on the 28th."""
    day = 28 if (today.month, today.day) == (2, 29) else today.day
    return date(today.year + years, today.month, day)


def level(valid_until: date | None, today: date) -> int | None:
    """Of the reminders the latest that is due, EXPIRED after the last valid day, None while the end is far."""
    if valid_until is None:
        return None
    left = (valid_until - today).days
    if left < 0:
        return EXPIRED
    return min((days for days in REMINDERS if left <= days), default=None)


def is_document(file_name: str) -> bool:
    """By its name; a file without an ending is judged by its bytes."""
    name = file_name.casefold()
    return "." not in name or name.endswith((*PICTURES, PDF))

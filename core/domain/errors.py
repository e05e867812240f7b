"""Everything a use case may refuse. Classes carry facts as attributes; the words are in the texts of the bot.

The key of a text is made from the class name: `OfferTaken` → `error-offer-taken`.
"""

from dataclasses import dataclass
from datetime import date


class DomainError(Exception):
    """A refusal the reader can understand; nothing was changed."""


class NotFound(DomainError):
    """No such object, or not for these eyes: the two are never told apart."""


class NotAllowed(DomainError):
    """The object is visible, but this role may not do this with it."""


class Conflict(DomainError):
    """The world has moved on since the button was drawn."""


class Invalid(DomainError):
    """What was sent cannot be used as it is."""


class Changed(Conflict):
    """The object is in another state or version than the button thinks."""


class OfferTaken(Conflict):
    """Another contractor was faster."""


class OfferClosed(Conflict):
    """The offer was declined or withdrawn and cannot be taken any more."""


@dataclass
class LimitReached(Conflict):
    """The firm already has as many open jobs as it may."""

    limit: int


class BlockAsked(Conflict):
    """The same block waits for a second person already."""


class BlockHolds(Conflict):
    """The same block is in force already."""


class AppealGiven(Conflict):
    """Once for each block."""


@dataclass
class AppealOver(Conflict):
    """Heard so many days after the block began, or while it lasts."""

    days: int


class PersonBarred(Conflict):
    """Blocked everywhere: joins no firm until it is over."""


class SlotGone(Conflict):
    """The proposed time is over or no longer fits the site's hours."""


class CounterExpired(Conflict):
    """The contractor's own price was good until a moment that is over."""


class CounterGiven(Conflict):
    """One price of his own for each version of a job."""


@dataclass
class ContractorFull(Conflict):
    """The desk may not agree past the limit: only a hand assignment passes it, and says so."""

    limit: int


@dataclass
class BelowFloor(Conflict):
    """So little would be left of the client's price that a manager must decide; percent."""

    margin_pct: int
    floor_pct: int


class TalkClosed(Conflict):
    """The ticket is in nobody's hands, or in other hands: there is nobody to write to."""


class QuestionOver(Conflict):
    """Somebody has taken the ticket, or it is cancelled: an answer would help nobody."""


class FeeGrown(Changed):
    """The visit has come so near meanwhile that the cancellation costs more than was shown."""


@dataclass
class TaskTaken(Changed):
    """A colleague works on it."""

    name: str


@dataclass
class DocumentChecked(Changed):
    """A colleague has decided about this document."""

    name: str


class OwnDocument(NotAllowed):
    """Nobody checks the papers of his own firm."""


class HeldAlready(Changed):
    """Somebody was faster: the ticket waits already."""


class EvidenceMissing(Invalid):
    """A pause that stops a promise to the client rests on a picture or on words; of the desk, on words."""


class EvidenceUsed(Invalid):
    """Forwarded, or sent before: it does not show what is there now."""


class HoldTooLong(NotAllowed):
    """Longer than a working day: only the desk may."""


class WindowOver(NotAllowed):
    """Nobody came within the window that was promised: only the desk may let it wait now."""


@dataclass
class UntilInvalid(Invalid):
    """A hold ends at a moment to come, and not in a year."""

    days: int


class NotQualified(Conflict):
    """The contractor may not take this job now: skill, block, radius or night."""


@dataclass
class CrewBlocked(NotQualified):
    """A block keeps the job from the one who says yes ("me"), from his firm, or from another he has named ("other").

    `level` and `where` ("client" or "all") say from which jobs; `until` is a day where he lives, None without an end.
    """

    whom: str
    level: str
    where: str
    until: date | None


@dataclass
class ProofMissing(Conflict):
    """Required shots are missing; `stage` → how many more are needed."""

    before: int
    after: int
    plate: int = 0


class NoReportLines(Invalid):
    """A report needs at least one line."""


class NeedsAnother(NotAllowed):
    """Who took part may not judge: a colleague, a manager or an admin must."""


class DisputeGiven(Conflict):
    """An event is disputed once."""


@dataclass
class DisputeLate(Conflict):
    """The term within which an event may be disputed is over."""

    days: int


@dataclass
class ObjectionLate(Conflict):
    """The term within which somebody may object to a pause is over."""

    days: int


@dataclass
class DisputeDecided(Changed):
    """Somebody was faster."""

    name: str


class InviteInvalid(DomainError):
    """Unknown, used or expired: one answer, so that tokens cannot be probed."""


class TooManyTries(DomainError):
    """Invite tokens are being guessed."""


class LastAdmin(Conflict):
    """Without an admin nobody could appoint one."""


class EngineerBusy(Conflict):
    """The engineer has a visit that is not over: it must be handed on first."""


class ForeignContact(Invalid):
    """A contact that is not the sender's own."""


class PhoneUnknown(DomainError):
    """The shared phone stands nowhere in the directories."""


@dataclass
class PhoneInvalid(Invalid):
    value: str


@dataclass
class TextTooLong(Invalid):
    """Counted in UTF-16 units, as Telegram counts."""

    limit: int
    length: int


class TextEmpty(Invalid):
    pass


@dataclass
class FieldInvalid(Invalid):
    """What was typed does not fit the field of a directory: `hours`, `phone`, `radius`, `place`, a line of text."""

    field: str


class TimePast(Invalid):
    """A day or a time that is over already."""


@dataclass
class TooFarAhead(Invalid):
    """The last day of a document beyond all that is issued: a mistyped year."""

    years: int


@dataclass
class NumberInvalid(Invalid):
    """Not a number, or outside its bounds."""

    value: str


@dataclass
class PriceInvalid(Invalid):
    """A contractor's own price that is no sum of money, not above what is offered, or beyond reason; whole roubles."""

    above: int
    most: int


@dataclass
class FileTooBig(Invalid):
    """More bytes than may be stored."""

    limit_mb: int


@dataclass
class DocumentInvalid(Invalid):
    """What was sent as a document of a skill is none; `why`: `kind`, `big` or `none`."""

    why: str
    limit_mb: int


class NotAPicture(Invalid):
    """The file is no picture this program can read; `reason` is for the log."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


class PictureTooHard(NotAPicture):
    """Reading the picture would cost more time or memory than a photo may."""


@dataclass
class TooFar(Conflict):
    """The sent place is not at the site."""

    distance_m: int
    radius_m: int


class LocationForwarded(Conflict):
    pass


@dataclass
class LocationStale(Conflict):
    minutes: int


class WorkbookUnreadable(Invalid):
    """Not a workbook, or one that would unpack to more than a workbook may."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


class SameWork(Conflict):
    """The ticket is of this kind of work already."""


class NoContract(Conflict):
    """The site's payer has no contract valid today: nobody would pay."""


@dataclass
class TooManyUpdates(DomainError):
    """One person sends more than a person can."""

    seconds: int

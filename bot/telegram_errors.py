"""What an error of Telegram means for a message that was to be sent: the table, and nothing that acts on it."""

from dataclasses import dataclass
from enum import Enum, auto

from aiogram.exceptions import (
    ClientDecodeError,
    RestartingTelegram,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)


class Verdict(Enum):
    SENT = auto()
    #: Surely not sent: Telegram asked to wait.
    WAIT = auto()
    #: Nobody can say whether it was sent: once more, a double is harmless.
    UNKNOWN = auto()
    #: The chat is closed to us.
    GONE = auto()
    MIGRATED = auto()
    #: The message to edit is not there: a new one takes its place.
    NO_MESSAGE = auto()
    #: Our markup is broken: the same words go out plain.
    PLAIN = auto()
    #: Our file is not taken as it was given.
    UPLOAD = auto()
    #: The token is not ours alone, or not valid: stop speaking.
    STOP = auto()
    #: Telegram understood and will never take it.
    REFUSED = auto()
    #: Not Telegram's doing: something failed here.
    OURS = auto()


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    reason: str
    wait_s: float = 0.0
    new_chat: int | None = None


_BAD_REQUESTS = (
    ("message is not modified", Verdict.SENT),
    ("chat not found", Verdict.GONE),
    ("user not found", Verdict.GONE),
    ("peer_id_invalid", Verdict.GONE),
    ("message to edit not found", Verdict.NO_MESSAGE),
    ("message can't be edited", Verdict.NO_MESSAGE),
    ("message_id_invalid", Verdict.NO_MESSAGE),
    ("there is no text in the message to edit", Verdict.NO_MESSAGE),
    ("there is no media in the message", Verdict.NO_MESSAGE),
    ("there is no caption in the message", Verdict.NO_MESSAGE),
    ("can't parse entities", Verdict.PLAIN),
    ("message is too long", Verdict.PLAIN),
    ("caption is too long", Verdict.PLAIN),
    ("wrong file_id", Verdict.UPLOAD),
    ("wrong remote file", Verdict.UPLOAD),
)


#: The first class that fits decides.
_BY_CLASS: tuple[tuple[tuple[type[BaseException], ...], Verdict], ...] = (
    ((TelegramUnauthorizedError, TelegramConflictError, TelegramNotFound), Verdict.STOP),
    ((TelegramForbiddenError,), Verdict.GONE),
    ((TelegramEntityTooLarge,), Verdict.REFUSED),
    ((TelegramNetworkError, RestartingTelegram, TelegramServerError, TimeoutError), Verdict.UNKNOWN),
    ((TelegramAPIError,), Verdict.REFUSED),
)


def judge(error: BaseException) -> Judgement:
    reason = getattr(error, "message", "") or str(error) or type(error).__name__
    match error:
        case TelegramRetryAfter():
            return Judgement(Verdict.WAIT, reason, wait_s=float(error.retry_after))
        case TelegramMigrateToChat():
            return Judgement(Verdict.MIGRATED, reason, new_chat=error.migrate_to_chat_id)
        case ClientDecodeError():
            return Judgement(_of_answer(error), "the answer is not readable")
        case TelegramBadRequest():
            return Judgement(_of_bad_request(reason), reason)
    verdict = next((verdict for classes, verdict in _BY_CLASS if isinstance(error, classes)), Verdict.OURS)
    return Judgement(verdict, f"{type(error).__name__}: {reason}" if verdict is Verdict.OURS else reason)


def _of_answer(error: ClientDecodeError) -> Verdict:
    """A good answer that our library does not understand is a message that was sent."""
    is_ok = isinstance(error.data, dict) and error.data.get("ok") is True
    return Verdict.SENT if is_ok else Verdict.UNKNOWN


def _of_bad_request(reason: str) -> Verdict:
    lowered = reason.lower()
    return next((verdict for words, verdict in _BAD_REQUESTS if words in lowered), Verdict.REFUSED)

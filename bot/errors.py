"""The one place where a refusal becomes words: class name and attributes of a DomainError → a text of `errors.ftl`.

A tap is answered with an alert and the fresh card, a message with a message. Where no other answer would do, nothing
is awaited any more: what is written next, to whomever, must not be the answer once more. Unknown failures pass through
to the worker, which tries again.
"""

import dataclasses
import html
import re
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Any

import structlog
from aiogram.types import CallbackQuery, Message, TelegramObject

from bot import formats, show
from bot.texts import Texts
from bot.ui import Screen
from core.domain.errors import DomainError, HoldTooLong, Invalid, NotAllowed, NotFound, SlotGone

log = structlog.get_logger(__name__)

TAG = re.compile(r"<[^>]*>")
#: Refusals after which another answer of the same person may do: the question stays open.
SAY_ANOTHER = (Invalid, SlotGone, HoldTooLong)


async def answered(
    handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]], event: TelegramObject, data: dict[str, Any]
) -> Any:
    try:
        return await handler(event, data)
    except DomainError as error:
        if isinstance(error, NotAllowed | NotFound):
            log.info("refused", error=type(error).__name__, person_id=data["actor"].person_id)
        await _tell(event, error, data)
        return None


def key(error: DomainError) -> str:
    """OfferTaken → error-offer-taken."""
    words = re.sub(r"(?<!^)(?=[A-Z])", "-", type(error).__name__).lower()
    return f"error-{words}"


def words(error: DomainError, texts: Texts) -> str:
    if dataclasses.is_dataclass(error):
        given = {field.name: getattr(error, field.name) for field in dataclasses.fields(error)}
        return texts(key(error), **{name: _said(value, texts) for name, value in given.items()})
    return texts(key(error))


def _said(value: Any, texts: Texts) -> Any:
    """A day in the words of the reader; what is not given is chosen in the text as [none]."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return formats.calendar_day(value, texts.language)
    return "none" if value is None else value


async def _tell(event: TelegramObject, error: DomainError, data: dict[str, Any]) -> None:
    text = words(error, data["texts"])
    if isinstance(event, CallbackQuery):
        await show.answer(event, html.unescape(TAG.sub("", text)), alert=True)
        await show.refresh(event, data)
    elif isinstance(event, Message):
        if data["raw_state"] is not None and not isinstance(error, SAY_ANOTHER):
            await data["state"].clear()
        await show.show(event, Screen(text))

"""The line and the buttons of a hold on every kind of card."""

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot import formats
from bot.screens import hold_evidence
from bot.texts import Texts
from bot.ui import Button, Id
from core.domain.clock import StopReason
from core.domain.ticket import TicketEvent
from core.services.card_views import Base

Version = Annotated[int, Field(ge=0, le=2**31)]
#: Since the epoch, so that a moment fits into a button; bounded by the year 9999.
Minutes = Annotated[int, Field(ge=0, le=4_223_376_000)]


class HoldDo(StrEnum):
    ASK = "ask"
    RESUME = "on"
    ASK_LATER = "later?"


class HoldTap(CallbackData, prefix="hold"):
    do: HoldDo
    ticket_id: Id
    version: Version


class HoldFor(CallbackData, prefix="hf"):
    """The reason is known, until when is asked."""

    reason: StopReason
    ticket_id: Id
    version: Version


class HoldUntil(CallbackData, prefix="hu"):
    reason: StopReason
    until: Minutes
    ticket_id: Id
    version: Version


class HoldLater(CallbackData, prefix="hl"):
    """Another moment for what waits already."""

    until: Minutes
    ticket_id: Id
    version: Version


class HoldLong(CallbackData, prefix="ha"):
    """The crew asks the desk for more than it may."""

    reason: StopReason
    ticket_id: Id
    version: Version


def held_lines(base: Base, texts: Texts) -> list[str]:
    if base.held is None:
        return []
    until = formats.moment(base.held.until, base.zone, texts.language, base.read_at)
    held = texts("desk-held", reason=texts(f"desk-reason-{base.held.reason}"), until=until)
    return [held, *hold_evidence.lines(base.held.shown, texts)]


def hold_buttons(base: Base, may: frozenset[TicketEvent], texts: Texts, *, with_later: bool = False) -> list[Button]:
    """Pause where there is none, otherwise its end and, for the desk, another moment."""
    buttons = []
    if TicketEvent.RESUME in may:
        buttons.append(_button(base, HoldDo.RESUME, texts.plain("tickets-do-resume")))
        if with_later:
            buttons.append(_button(base, HoldDo.ASK_LATER, texts.plain("desk-do-later")))
    if TicketEvent.HOLD in may:
        buttons.append(_button(base, HoldDo.ASK, texts.plain("tickets-do-hold")))
    return buttons


def _button(base: Base, do: HoldDo, text: str) -> Button:
    return Button(text, HoldTap(do=do, ticket_id=base.ticket_id, version=base.version).pack())

"""Buttons which several screens draw. One of a ticket's card names a verb, the ticket, and the version it was drawn
for."""

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot.ui import Id
from core.domain.slots import Slot

#: Minutes since 1970 up to the year 2160; 0 means "now".
Minute = Annotated[int, Field(ge=0, le=100_000_000)]
Version = Annotated[int, Field(ge=0, le=2**31)]


class Do(StrEnum):
    """What a button of a card does. The second question of a dangerous one is a verb of its own."""

    CARD = "card"
    WHY = "why"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    APPROVE = "approve"
    REJECT = "reject"
    SEARCH_AGAIN = "again"
    ASSIGN = "assign"
    ASK_TAKE_BACK = "back?"
    TAKE_BACK = "back"
    REWORK = "rework"
    ACCEPT = "accept"
    WRONG = "wrong"
    ASK_CANCEL = "cancel?"
    RAISE = "raise?"
    WIDEN = "widen"
    CALLS = "calls"
    ASK_MOVE = "move?"
    OTHER_TIME = "time?"
    RECLASSIFY = "kind?"
    PRIORITY = "urgent?"


class TicketTap(CallbackData, prefix="t"):
    do: Do
    ticket_id: Id
    version: Version = 0


class ShowContractor(CallbackData, prefix="firm"):
    contractor_id: Id


class Beside(CallbackData, prefix="beside"):
    """The ticket an event is about, in a message of its own: what is asked about it stays where it is."""

    number: Id


class TaskDo(StrEnum):
    RELEASE = "free"
    ASK_HAND = "hand?"


class TaskMove(CallbackData, prefix="tm"):
    do: TaskDo
    task_id: Id


def minutes(slot: Slot) -> int:
    return int(slot.start.timestamp()) // 60

"""The buttons that walk a visit or move it, known to every card that has one."""

from enum import StrEnum

from aiogram.filters.callback_data import CallbackData

from bot.texts import Texts
from bot.ui import Button, Id, Page


class Walk(StrEnum):
    """What a button of the job card does. The second question of a dangerous one is a verb of its own."""

    CONFIRM = "yes"
    GO = "go"
    ASK_WORD = "word?"
    WORD = "word"
    HERE = "here"
    START = "start"
    BEFORE = "before"
    AFTER = "after"
    SEND = "send"
    STUCK = "stuck"
    ASK_GIVE_UP = "give?"
    GIVE_UP = "give"


class Step(CallbackData, prefix="v"):
    do: Walk
    visit: Id
    ticket_id: Id


class Days(CallbackData, prefix="days"):
    """The free windows for a visit, one day on a page."""

    visit: Id
    ticket_id: Id
    page: Page = 0


def move_button(visit_id: int | None, ticket_id: int, texts: Texts) -> Button | None:
    """None where there is no visit that this reader may move."""
    if visit_id is None:
        return None
    return Button(texts.plain("moves-button"), Days(visit=visit_id, ticket_id=ticket_id).pack())

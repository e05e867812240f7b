"""The buttons that walk a visit, known to the card of the job and to its report."""

from enum import StrEnum

from aiogram.filters.callback_data import CallbackData

from bot.ui import Id


class Walk(StrEnum):
    """What a button of the job card does. The second question of a dangerous one is a verb of its own."""

    GO = "go"
    ASK_WORD = "word?"
    WORD = "word"
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

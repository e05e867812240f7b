"""The buttons that lead into the talk about a ticket; every kind of card may have them.

What follows is a message of its own: the card stays what it is.
"""

from aiogram.filters.callback_data import CallbackData

from bot.texts import Texts
from bot.ui import Button, Id, Page
from core.services.card_views import Base


class Write(CallbackData, prefix="write"):
    """To the other side of the ticket."""

    of: Id


class Ask(CallbackData, prefix="ask"):
    """Before the yes."""

    offer: Id


class Reply(CallbackData, prefix="reply"):
    """To words that were relayed: a message, a question, an answer."""

    talk: Id


class ShowMedia(CallbackData, prefix="talkpic"):
    """Sends the picture, the voice or the file that came with the words."""

    talk: Id


class ThreadTap(CallbackData, prefix="thread"):
    """What was written about the ticket; the newest page is the first."""

    ticket_id: Id
    page: Page


class Unsaid(CallbackData, prefix="unsaid"):
    """Nothing is written after all."""


def write_button(base: Base, texts: Texts) -> Button | None:
    """As whom the reader writes decides to whom; without anybody to write to there is no button."""
    if base.talk.side is None:
        return None
    return Button(texts.plain(f"talk-write-{base.talk.side}"), Write(of=base.ticket_id).pack())


def thread_button(base: Base, texts: Texts) -> Button | None:
    if not base.talk.lines:
        return None
    return to_thread(base.ticket_id, texts.plain("talk-thread-button", count=base.talk.lines))


def to_thread(ticket_id: int, text: str) -> Button:
    return Button(text, ThreadTap(ticket_id=ticket_id, page=0).pack())


def reply_button(talk_id: int, text: str) -> Button:
    return Button(text, Reply(talk=talk_id).pack())

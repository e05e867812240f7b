"""What a pause rests on, on every card that shows the pause: words, and a button that sends the picture."""

from aiogram.filters.callback_data import CallbackData

from bot.texts import Texts
from bot.ui import Button, Id
from core.services.hold_evidence import Shown


class HoldMedia(CallbackData, prefix="hp"):
    """Sends the picture of a pause. The message stays what it is, so it does not become the card."""

    hold: Id


def lines(shown: Shown | None, texts: Texts) -> list[str]:
    if shown is None:
        return []
    parts: list[str] = [texts("desk-evidence", words=shown.words)] if shown.words else []
    if shown.has_media and not shown.words:
        parts.append(texts("desk-evidence-picture"))
    return [*parts, texts("desk-evidence-refused")] if shown.is_refused else parts


def media_button(shown: Shown | None, texts: Texts) -> Button | None:
    if shown is None or not shown.has_media:
        return None
    return Button(texts.plain("desk-do-evidence"), HoldMedia(hold=shown.hold_id).pack())

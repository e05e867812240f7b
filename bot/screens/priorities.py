"""How urgent a job is: three choices, the present one left out, each with the deadlines it makes and what it breaks."""

from aiogram.filters.callback_data import CallbackData

from bot import formats
from bot.screens.taps import Do, TicketTap, Version
from bot.texts import Html, Texts
from bot.ui import Button, Id, Screen, column
from core.domain.ticket import PRIORITISED, Priority, TicketEvent
from core.services.card_views import DeskCard
from core.services.clock_forecasts import Forecast
from core.services.priorities import Choices


class PriorityTap(CallbackData, prefix="prio"):
    ticket_id: Id
    version: Version
    priority: Priority


def priority_button(card: DeskCard, texts: Texts) -> Button | None:
    """For whoever may cancel at any time: the desk."""
    base = card.base
    if base.status not in PRIORITISED or TicketEvent.CANCEL not in card.buttons:
        return None
    tap = TicketTap(do=Do.PRIORITY, ticket_id=base.ticket_id, version=base.version)
    return Button(texts.plain("clocks-do-priority"), tap.pack())


def asked(found: Choices, texts: Texts) -> Screen:
    buttons = (
        Button(
            texts.plain(f"clocks-make-{one}"),
            PriorityTap(ticket_id=found.ticket_id, version=found.version, priority=one).pack(),
        )
        for one, _ in found.forecasts
    )
    back = TicketTap(do=Do.CARD, ticket_id=found.ticket_id, version=found.version)
    now = texts.plain(f"clocks-priority-{found.priority}")
    text = texts("clocks-ask-priority", number=found.number, priority=now)
    told = [_told(one, forecasts, found, texts) for one, forecasts in found.forecasts if forecasts]
    return Screen("\n\n".join([text, *told]), column(*buttons, Button(texts.plain("common-back"), back.pack())))


def _told(priority: Priority, forecasts: tuple[Forecast, ...], found: Choices, texts: Texts) -> Html:
    title = texts("clocks-if", priority=texts.plain(f"clocks-make-{priority}"))
    return Html("\n".join([title, *(_line(one, found, texts) for one in forecasts)]))


def _line(one: Forecast, found: Choices, texts: Texts) -> Html:
    kind = texts.plain(f"clocks-kind-{one.kind}")
    if one.due_at is None:
        return texts("clocks-if-none" if one.ends else "clocks-if-stands", kind=kind)
    key = "clocks-if-until"
    if one.is_over:
        key = "clocks-if-over" if one.was_over else "clocks-if-broken"
    return texts(key, kind=kind, until=formats.until(one.due_at, found.zone, texts.language, found.read_at))

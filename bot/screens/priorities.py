"""How urgent a job is: three choices, the present one left out."""

from aiogram.filters.callback_data import CallbackData

from bot.screens.taps import Do, TicketTap, Version
from bot.texts import Texts
from bot.ui import Button, Id, Screen, column
from core.domain.ticket import PRIORITISED, Priority, TicketEvent
from core.services.cards import DeskCard
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
        for one in Priority
        if one is not found.priority
    )
    back = TicketTap(do=Do.CARD, ticket_id=found.ticket_id, version=found.version)
    now = texts.plain(f"clocks-priority-{found.priority}")
    text = texts("clocks-ask-priority", number=found.number, priority=now)
    return Screen(text, column(*buttons, Button(texts.plain("common-back"), back.pack())))

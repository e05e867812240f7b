"""A cancellation asked once more: the client sees what it costs him, the desk says whose fault it is."""

from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot import formats
from bot.screens.taps import Do, TicketTap, Version
from bot.texts import Texts
from bot.ui import Button, Id, Screen, column
from core.domain.clock import Whose
from core.services.cancellations import Cancelled, Choice, Choices

Kopecks = Annotated[int, Field(ge=0, le=10**12)]


class CancelTap(CallbackData, prefix="x"):
    """`fee` is what was shown; the client pays no more. `waive` spares him what his fault would cost."""

    fault: Whose
    waive: bool
    fee: Kopecks
    ticket_id: Id
    version: Version


def ask(found: Choices, texts: Texts) -> Screen:
    if found.is_desk:
        return _ask_desk(found, texts)
    (line,) = found.lines
    key = "desk-cancel-fee" if line.fee.client_kop else "tickets-ask-cancel"
    fee = formats.money(line.fee.client_kop, texts.language)
    text = texts(key, number=found.number, fee=fee) if line.fee.client_kop else texts(key, number=found.number)
    yes = Button(texts.plain("tickets-do-cancel-yes"), _tap(found, line))
    return Screen(text, column(yes, _back(found, texts)))


def fee_lines(cancelled: Cancelled | None, texts: Texts) -> list[str]:
    """For the desk: whose fault, and what it cost whom."""
    if cancelled is None:
        return []
    parts: list[str] = [texts("desk-cancelled", fault=texts(f"desk-fault-{cancelled.fault}"))]
    fee = cancelled.fee
    if fee.client_kop or fee.contractor_kop:
        client, crew = (formats.money(kop, texts.language) for kop in (fee.client_kop, fee.contractor_kop))
        parts.append(texts("desk-cancelled-fees", client=client, crew=crew))
    if cancelled.is_waived:
        parts.append(texts("desk-cancelled-waived"))
    return parts


def call_out_line(cancelled: Cancelled | None, key: str, texts: Texts) -> list[str]:
    """For one side: what it pays or gets for the trip in vain."""
    kop = cancelled.fee.client_kop + cancelled.fee.contractor_kop if cancelled is not None else 0
    return [texts(key, fee=formats.money(kop, texts.language))] if kop else []


def _ask_desk(found: Choices, texts: Texts) -> Screen:
    parts: list[str] = [texts("desk-cancel-fault", number=found.number)]
    buttons = []
    for line in found.lines:
        buttons.append(Button(_title(line, texts), _tap(found, line)))
        if line.fee.client_kop:
            buttons.append(Button(texts.plain("desk-do-waive"), _tap(found, line, waive=True)))
    if found.contractor:
        parts.append(texts("desk-cancel-going", contractor=found.contractor))
    return Screen("\n".join(parts), column(*buttons, _back(found, texts)))


def _title(line: Choice, texts: Texts) -> str:
    fault = texts.plain(f"desk-fault-{line.fault}")
    client, crew = (formats.money(kop, texts.language) for kop in (line.fee.client_kop, line.fee.contractor_kop))
    if line.fee.client_kop:
        return texts.plain("desk-fault-both", fault=fault, client=client, crew=crew)
    if line.fee.contractor_kop:
        return texts.plain("desk-fault-crew", fault=fault, crew=crew)
    return texts.plain("desk-fault-free", fault=fault)


def _tap(found: Choices, line: Choice, *, waive: bool = False) -> str:
    fee = line.fee.client_kop
    return CancelTap(fault=line.fault, waive=waive, fee=fee, ticket_id=found.ticket_id, version=found.version).pack()


def _back(found: Choices, texts: Texts) -> Button:
    tap = TicketTap(do=Do.CARD, ticket_id=found.ticket_id, version=found.version)
    return Button(texts.plain("common-back"), tap.pack())

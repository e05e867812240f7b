"""The report of a visit: its lines from the price list, their quantities, and the button that sends it."""

from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot import formats
from bot.screens.steps import Step, Walk
from bot.screens.taps import Do, TicketTap
from bot.texts import Texts
from bot.ui import Button, Id, Rows, Screen, column
from core.services.card_views import JobCard, Line
from core.services.reports import MOST_MILLI, PriceRow

QUICK = (1, 2, 3, 5)


class Lines(CallbackData, prefix="lines"):
    """Which quantity to change."""

    visit: Id
    ticket_id: Id


class Works(CallbackData, prefix="works"):
    """The price list."""

    visit: Id
    ticket_id: Id


class Work(CallbackData, prefix="work"):
    """A work of the price list; without `milli` the quantity is asked."""

    visit: Id
    ticket_id: Id
    service: Id
    milli: Annotated[int, Field(ge=0, le=MOST_MILLI)] | None = None


def report_buttons(card: JobCard, texts: Texts) -> list[Button | None]:
    visit, ticket = card.visit_id or 1, card.base.ticket_id
    send = Button(texts.plain("visits-send"), Step(do=Walk.SEND, visit=visit, ticket_id=ticket).pack())
    change = Button(texts.plain("visits-change"), Lines(visit=visit, ticket_id=ticket).pack())
    add = Button(texts.plain("visits-add"), Works(visit=visit, ticket_id=ticket).pack())
    return [send, change, add] if card.lines else [add]


def lines(card: JobCard, texts: Texts) -> Screen:
    buttons = (_line_button(card, line, texts) for line in card.lines)
    return Screen(texts("visits-which-line"), column(*buttons, _back(card, texts)))


def works(card: JobCard, found: tuple[PriceRow, ...], texts: Texts, *, searched: bool = False) -> Screen:
    """The first rows at once; words find the others."""
    buttons = [
        Button(
            f"{row.name} — {formats.money(row.rate_kop, texts.language)}",
            Work(visit=card.visit_id or 1, ticket_id=card.base.ticket_id, service=row.service_id).pack(),
        )
        for row in found
    ]
    text = texts("visits-work-not-found") if searched and not found else texts("visits-ask-work")
    return Screen(text, column(*buttons, _back(card, texts)))


def ask_quantity(card: JobCard, service_id: int, texts: Texts) -> Screen:
    """The usual numbers as buttons, any other by typing."""
    visit, ticket = card.visit_id or 1, card.base.ticket_id
    quick = tuple(
        Button(str(n), Work(visit=visit, ticket_id=ticket, service=service_id, milli=n * 1000).pack()) for n in QUICK
    )
    known = next((line for line in card.lines if line.service_id == service_id), None)
    rows: Rows = (quick,)
    if known is not None and len(card.lines) > 1:
        gone = Work(visit=visit, ticket_id=ticket, service=service_id, milli=0)
        rows += ((Button(texts.plain("visits-remove-line"), gone.pack()),),)
    said = texts("visits-ask-quantity-of", line=line_words_of(known, texts)) if known else texts("visits-ask-quantity")
    return Screen(said, (*rows, (_back(card, texts),)))


def line_words_of(line: Line, texts: Texts) -> str:
    return f"{line.service}, {formats.quantity(line.quantity_milli, line.unit, texts.language)}"


def _line_button(card: JobCard, line: Line, texts: Texts) -> Button:
    tap = Work(visit=card.visit_id or 1, ticket_id=card.base.ticket_id, service=line.service_id)
    return Button(line_words_of(line, texts), tap.pack())


def _back(card: JobCard, texts: Texts) -> Button:
    tap = TicketTap(do=Do.CARD, ticket_id=card.base.ticket_id, version=card.base.version)
    return Button(texts.plain("common-back"), tap.pack())

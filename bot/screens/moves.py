"""Another time for a visit: the free windows day by day, or a time that is typed."""

from datetime import datetime
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot import formats
from bot.screens.steps import Days
from bot.screens.taps import Do, TicketTap
from bot.texts import Texts
from bot.ui import Button, Id, Screen, column, page_rows
from core.domain.slots import Slot
from core.services.moves import Options

#: Minutes since 1970 up to the year 2160.
Minute = Annotated[int, Field(ge=0, le=100_000_000)]


class MoveTo(CallbackData, prefix="moveto"):
    """To this window, from the time that stood there when it was drawn."""

    visit: Id
    ticket_id: Id
    start: Minute
    was: Minute


def options(found: Options, texts: Texts) -> Screen:
    window = formats.window(found.starts_at, found.ends_at, found.zone, texts.language, found.read_at)
    parts = [texts("moves-title", number=found.number, window=window), ""]
    parts.append(texts("moves-own-time" if found.slots else "moves-none"))
    buttons = (_to(slot, found, texts) for slot in found.slots)
    turning = page_rows(found.page, found.pages, _day(found, max(found.page - 1, 0)), _day(found, found.page + 1))
    back = Button(texts.plain("common-back"), TicketTap(do=Do.CARD, ticket_id=found.ticket_id).pack())
    return Screen("\n".join(parts), column(*buttons) + turning + column(back))


def _to(slot: Slot, found: Options, texts: Texts) -> Button:
    start, was = _minutes(slot.start), _minutes(found.starts_at)
    tap = MoveTo(visit=found.visit_id, ticket_id=found.ticket_id, start=start, was=was)
    return Button(formats.window(slot.start, slot.end, found.zone, texts.language, found.read_at), tap.pack())


def _minutes(at: datetime) -> int:
    return int(at.timestamp()) // 60


def _day(found: Options, page: int) -> str:
    return Days(visit=found.visit_id, ticket_id=found.ticket_id, page=page).pack()

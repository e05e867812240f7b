"""The desk's list of open tickets with its filters. A filter is chosen on a screen of its own, with counts."""

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot.screens.lists import PAGE, mark, pages
from bot.screens.menu import to_menu
from bot.screens.tickets import Open, title_of
from bot.texts import Texts
from bot.ui import Button, Id, Page, Rows, Screen, column, page_rows
from core.domain.ticket import TicketStatus
from core.services.ticket_lists import DeskList, Narrow, Option

URGENT, MINE = 1, 2
STATUSES = tuple(TicketStatus)


class By(StrEnum):
    STATUS = "s"
    CLIENT = "c"
    REGION = "r"


class DeskTap(CallbackData, prefix="desk"):
    """The whole filter in a button: the number of the status (0: any), client, mark of the region, two switches."""

    status: Annotated[int, Field(ge=0, le=len(STATUSES))] = 0
    client_id: Id | None = None
    region: Annotated[int, Field(ge=0, le=2**32)] = 0
    flags: Annotated[int, Field(ge=0, le=3)] = 0
    page: Page = 0


class DeskBy(CallbackData, prefix="deskby"):
    """Asks by what to narrow; carries the filter as it is."""

    by: By
    status: Annotated[int, Field(ge=0, le=len(STATUSES))] = 0
    client_id: Id | None = None
    region: Annotated[int, Field(ge=0, le=2**32)] = 0
    flags: Annotated[int, Field(ge=0, le=3)] = 0
    page: Page = 0


def narrow_of(tap: DeskTap | DeskBy, regions: tuple[str, ...]) -> Narrow:
    region = next((one for one in regions if mark(one) == tap.region), None) if tap.region else None
    status = STATUSES[tap.status - 1] if tap.status else None
    return Narrow(status, tap.client_id, region, bool(tap.flags & URGENT), bool(tap.flags & MINE))


def listed(card: DeskList, texts: Texts) -> Screen:
    narrow, found = card.narrow, card.found
    page = found.offset // PAGE
    tap = _tap(narrow)
    turning = page_rows(
        page,
        pages(found.total),
        tap.model_copy(update={"page": max(page - 1, 0)}).pack(),
        tap.model_copy(update={"page": page + 1}).pack(),
    )
    lines = column(*(Button(title_of(line, texts), Open(number=line.ticket_id).pack()) for line in found.lines))
    title = texts("lists-title", total=found.total) if found.total else texts("lists-empty")
    said = _said(card, texts)
    text = f"{title}\n{said}" if said else title
    return Screen(text, lines + turning + _filters(card, texts) + column(to_menu(texts)))


def options(found: tuple[Option, ...], tap: DeskBy, texts: Texts) -> Screen:
    """With counts; the first line takes the filter away."""
    page = tap.page
    shown = found[page * PAGE : (page + 1) * PAGE]
    base = DeskTap(status=tap.status, client_id=tap.client_id, region=tap.region, flags=tap.flags)
    every = Button(texts.plain(f"lists-every-{tap.by}"), _with(base, tap.by, None).pack())
    buttons = (Button(f"{_name(one, texts)} · {one.count}"[:100], _with(base, tap.by, one).pack()) for one in shown)
    turning = page_rows(
        page,
        pages(len(found)),
        tap.model_copy(update={"page": max(page - 1, 0)}).pack(),
        tap.model_copy(update={"page": page + 1}).pack(),
    )
    back = Button(texts.plain("common-back"), base.pack())
    return Screen(texts(f"lists-ask-{tap.by}"), column(every, *buttons) + turning + column(back))


def _with(base: DeskTap, by: By, one: Option | None) -> DeskTap:
    match by:
        case By.STATUS:
            status = STATUSES.index(one.status) + 1 if one is not None and one.status is not None else 0
            return base.model_copy(update={"status": status})
        case By.CLIENT:
            return base.model_copy(update={"client_id": one.client_id if one is not None else None})
    return base.model_copy(update={"region": mark(one.region) if one is not None else 0})


def _name(one: Option, texts: Texts) -> str:
    return texts.plain(f"tickets-status-{one.status}") if one.status is not None else one.name


def _tap(narrow: Narrow) -> DeskTap:
    return DeskTap(
        status=STATUSES.index(narrow.status) + 1 if narrow.status is not None else 0,
        client_id=narrow.client_id,
        region=mark(narrow.region) if narrow.region is not None else 0,
        flags=URGENT * narrow.urgent + MINE * narrow.mine,
    )


def _filters(card: DeskList, texts: Texts) -> Rows:
    narrow = card.narrow
    tap = _tap(narrow)
    carried = tap.model_dump(exclude={"page"})
    by = (Button(texts.plain(f"lists-by-{one}"), DeskBy(by=one, **carried).pack()) for one in By)
    urgent = tap.model_copy(update={"flags": tap.flags ^ URGENT})
    mine = tap.model_copy(update={"flags": tap.flags ^ MINE})
    switches = (
        Button(_switch("lists-urgent", narrow.urgent, texts), urgent.pack()),
        Button(_switch("lists-mine", narrow.mine, texts), mine.pack()),
    )
    return (tuple(by), switches)


def _switch(key: str, on: bool, texts: Texts) -> str:
    return f"{'☑' if on else '☐'} {texts.plain(key)}"


def _said(card: DeskList, texts: Texts) -> str:
    narrow = card.narrow
    parts = [texts.plain(f"tickets-status-{narrow.status}")] if narrow.status is not None else []
    parts += [one for one in (card.client, narrow.region) if one]
    return texts("lists-narrowed", by=", ".join(parts)) if parts else ""

"""The blacklist as a list with filters, the history of a firm, and how somebody is put on it."""

import functools
from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot import formats
from bot.screens.blocks import BlockDo, BlockTap, RequestDo, RequestTap, cost
from bot.screens.lists import PAGE, fit, pages
from bot.screens.menu import to_menu
from bot.screens.taps import ShowContractor
from bot.texts import LANGUAGES, Html, Texts, load
from bot.ui import Button, Id, Page, Rows, Screen, column, page_rows
from core.domain.block import BlockLevel, BlockRule
from core.services.block_lists import AppealState, BlockPage, Line, List
from core.services.block_requests import Proposal, Subjects

#: 0: the whole firm, or everywhere.
None0 = Annotated[int, Field(ge=0, le=2**53)]
Days = Annotated[int, Field(ge=0, le=365)]
#: As large as the number of a row is, so that five of them go into one button.
Row = Annotated[int, Field(ge=1, le=2**31)]
Row0 = Annotated[int, Field(ge=0, le=2**31)]


#: So much of a question is repeated to whoever asked it.
MOST_ASKED = 100


class How(StrEnum):
    """A level as short as a button needs it."""

    LIMITED = "l"
    SUSPENDED = "s"
    BLOCKED = "b"

    @property
    def level(self) -> BlockLevel:
        return BlockLevel[self.name]


@functools.cache
def rule_words() -> dict[BlockRule, str]:
    """How people call the rules, in every language: by these words the list is searched."""
    return {rule: " ".join(load(one).plain(f"blacklist-words-{rule}") for one in LANGUAGES) for rule in BlockRule}


class Blacklist(CallbackData, prefix="bl"):
    page: Page
    show: List = List.ALL
    words: str = ""


class FirmBlocks(CallbackData, prefix="blfirm"):
    contractor_id: Id
    page: Page


class BlockWhom(CallbackData, prefix="blwhom"):
    contractor_id: Id


class BlockWhere(CallbackData, prefix="blat"):
    contractor_id: Id
    person: None0
    page: Page


class BlockHow(CallbackData, prefix="blhow"):
    contractor_id: Id
    person: None0
    client: None0


class BlockWhy(CallbackData, prefix="bly"):
    contractor_id: Id
    person: None0
    client: None0
    how: How
    days: Days


class SendBlock(CallbackData, prefix="blput"):
    """Asks for the block by the words that stand above it: those of his own update with this number."""

    contractor_id: Row
    person: Row0
    client: Row0
    how: How
    days: Days
    update: Id


def page(found: BlockPage, texts: Texts) -> Screen:
    shown, kept = found.offset // PAGE, fit(found.words)
    lines = [_line(number, line, found, texts) for number, line in enumerate(found.lines, found.offset + 1)]

    def to(number: int) -> str:
        return Blacklist(page=number, show=found.show, words=kept).pack()

    turning = page_rows(shown, pages(found.total), to(max(shown - 1, 0)), to(shown + 1))
    whole = Button(texts.plain("blacklist-show-whole"), Blacklist(page=0).pack()) if found.words.strip() else None
    rows = _open(found, texts) + turning + _filters(found, kept, texts) + column(whole, to_menu(texts))
    return Screen("\n\n".join((f"{_title(found, texts)}\n{texts('blacklist-hint')}", *lines)), rows)


def _title(found: BlockPage, texts: Texts) -> Html:
    if found.total:
        return texts("blacklist-title", total=found.total)
    asked = found.words.strip()
    return texts("blacklist-nothing", words=asked[:MOST_ASKED]) if asked else texts("blacklist-empty")


def history(found: BlockPage, texts: Texts) -> Screen:
    shown, firm = found.offset // PAGE, found.contractor_id or 1
    key = "blacklist-history" if found.total else "blacklist-history-empty"
    lines = [_line(number, line, found, texts) for number, line in enumerate(found.lines, found.offset + 1)]
    before, after = (FirmBlocks(contractor_id=firm, page=n).pack() for n in (max(shown - 1, 0), shown + 1))
    add = Button(texts.plain("blacklist-add"), BlockWhom(contractor_id=firm).pack())
    turning = page_rows(shown, pages(found.total), before, after)
    back = Button(texts.plain("contractors-back"), ShowContractor(contractor_id=firm).pack())
    return Screen(
        "\n\n".join((texts(key, name=found.name), *lines)),
        _open(found, texts) + turning + column(add, back, to_menu(texts)),
    )


def whom(found: Subjects, texts: Texts) -> Screen:
    firm = found.contractor_id

    def to(person: int) -> str:
        return BlockWhere(contractor_id=firm, person=person, page=0).pack()

    people = (Button(texts.plain("blacklist-person", name=name)[:100], to(person)) for person, name in found.people)
    return Screen(
        texts("blacklist-ask-whom", name=found.name),
        column(Button(texts.plain("blacklist-firm", name=found.name)[:100], to(0)), *people, to_menu(texts)),
    )


def where(found: Subjects, person: int, number: int, texts: Texts) -> Screen:
    firm = found.contractor_id

    def to(client: int) -> str:
        return BlockHow(contractor_id=firm, person=person, client=client).pack()

    shown = found.clients[number * PAGE : (number + 1) * PAGE]
    clients = (Button(texts.plain("blacklist-client", name=name)[:100], to(client)) for client, name in shown)
    before, after = (
        BlockWhere(contractor_id=firm, person=person, page=n).pack() for n in (max(number - 1, 0), number + 1)
    )
    turning = page_rows(number, pages(len(found.clients)), before, after)
    everywhere = Button(texts.plain("blacklist-everywhere"), to(0))
    return Screen(texts("blacklist-ask-where"), column(everywhere, *clients) + turning + column(to_menu(texts)))


def how(tap: BlockHow, found: Subjects, texts: Texts) -> Screen:
    """Level and term at once: the usual ones."""
    choices = [(one, days) for one in How for days in found.terms[one.level]]
    given = {"contractor_id": tap.contractor_id, "person": tap.person, "client": tap.client}
    buttons = (
        Button(
            texts.plain("blacklist-level", level=texts.plain(f"block-level-{one.level}"), term=_span(days, texts)),
            BlockWhy(how=one, days=days or 0, **given).pack(),
        )
        for one, days in choices
    )
    return Screen(texts("blacklist-ask-how"), column(*buttons, to_menu(texts)))


def why(tap: BlockWhy, found: Proposal, texts: Texts) -> Screen:
    """Whom, where and for how long stands above the question: it may be read much later."""
    back = BlockHow(contractor_id=tap.contractor_id, person=tap.person, client=tap.client)
    parts = (*_recap(found, texts), *cost(found.cost, texts), "", texts("blacklist-ask-why"))
    return Screen("\n".join(parts), column(Button(texts.plain("common-back"), back.pack())))


def draft(tap: BlockWhy, update: int, found: Proposal, texts: Texts) -> Screen:
    """What is about to be asked for; the contractor reads the reason."""
    send = SendBlock(**tap.model_dump(), update=update)
    parts = (texts("blacklist-draft"), *_recap(found, texts), texts("block-reason", reason=found.reason))
    rows = column(
        Button(texts.plain("blacklist-do-send"), send.pack()),
        Button(texts.plain("appeal-do-change"), tap.pack()),
        Button(texts.plain("appeal-not-now"), FirmBlocks(contractor_id=tap.contractor_id, page=0).pack()),
    )
    return Screen("\n".join((*parts, *cost(found.cost, texts))), rows)


def _recap(found: Proposal, texts: Texts) -> tuple[Html, Html]:
    name = texts("block-person" if found.is_person else "block-firm", name=found.name)
    where = texts("blacklist-client", name=found.client) if found.client else texts("blacklist-everywhere")
    title = texts("block-title", name=name, level=texts(f"block-level-{found.level}"), client="")
    span = texts("block-for-days", days=found.days) if found.days else texts("block-for-ever")
    return title, texts("blacklist-recap", where=where, span=span)


def _span(days: int | None, texts: Texts) -> str:
    return texts.plain("blacklist-days", days=days) if days else texts.plain("blacklist-for-ever")


def _line(number: int, line: Line, found: BlockPage, texts: Texts) -> Html:
    by_hand = line.rule is BlockRule.BY_HAND
    why = line.reason if by_hand else texts.plain(f"block-rule-{line.rule}")
    name = texts.plain("block-person" if line.is_person else "block-firm", name=line.name)
    who = texts.plain("blacklist-by-client", name=name, client=line.client) if line.client else name
    parts = {"n": str(number), "name": who, "level": texts.plain(f"block-level-{line.level}"), "why": why or "—"}
    return texts("blacklist-line", **parts, state=_state(line, found, texts), extra=_extra(line, texts))


def _state(line: Line, found: BlockPage, texts: Texts) -> str:
    if line.request_id is not None:
        return texts.plain("blacklist-waits")
    if line.ends_at is None:
        return texts.plain("blacklist-for-ever")
    day = formats.moment(line.ends_at, line.zone, texts.language, found.read_at)
    return texts.plain("blacklist-until" if line.is_live else "blacklist-over", day=day)


def _extra(line: Line, texts: Texts) -> str:
    parts = [texts.plain("blacklist-sites", sites=line.sites_lost)] if line.sites_lost else []
    if line.appeal is not AppealState.NONE:
        parts.append(texts.plain(f"blacklist-appeal-{line.appeal}"))
    return "".join(f" · {part}" for part in parts)


def _open(found: BlockPage, texts: Texts) -> Rows:
    buttons = []
    for number, line in enumerate(found.lines, found.offset + 1):
        if line.block_id is not None:
            data = BlockTap(do=BlockDo.SHOW, block_id=line.block_id).pack()
        else:
            data = RequestTap(do=RequestDo.SHOW, request_id=line.request_id or 1).pack()
        buttons.append(Button(f"{number}. {line.name}"[:100], data))
    return column(*buttons)


def _filters(found: BlockPage, kept: str, texts: Texts) -> Rows:
    row = [
        Button(
            texts.plain(f"blacklist-show-{one}", n=str(found.counts[one]), on="• " if one is found.show else ""),
            Blacklist(page=0, show=one, words=kept).pack(),
        )
        for one in List
        if found.counts[one] or one in (List.ALL, found.show)
    ]
    return (tuple(row[:3]), tuple(row[3:])) if len(row) > 3 else (tuple(row),)

"""Promised times: a warning above a card, many warnings at once, and `/sla`: what runs and what was broken."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot import formats
from bot.screens.lists import PAGE, pages
from bot.screens.menu import Menu, to_menu
from bot.screens.tickets import Open, TaskTap
from bot.texts import Html, Texts
from bot.ui import Button, Page, Rows, Screen, column, page_rows
from core.domain.clock import LEVELS, ClockKind, Whose
from core.domain.ticket import Priority
from core.domain.visit import VisitStep
from core.services.card_views import Card, JobCard
from core.services.deadlines import BreachLine, Broken, Line, Running
from core.services.tasks import TaskLine

#: The steps of who is on site.
THERE = frozenset({VisitStep.START, VisitStep.BEFORE, VisitStep.AFTER, VisitStep.REPORT})
KINDS = (ClockKind.REACTION, ClockKind.ARRIVAL, ClockKind.RESOLUTION)


class SlaTap(CallbackData, prefix="sla"):
    """`kind` None: every clock; `pct` 0: however little of it has burnt."""

    page: Page = 0
    kind: ClockKind | None = None
    pct: Annotated[int, Field(ge=0, le=LEVELS[-1])] = 0


class BrokenTap(CallbackData, prefix="slab"):
    page: Page = 0
    days: Annotated[int, Field(ge=1, le=30)] = 7


def words(card: Card, data: dict[str, Any], texts: Texts) -> dict[str, str]:
    """Of a warning above a card: which promise, how much is gone, until when, and who must act."""
    base, is_there = card.base, isinstance(card, JobCard) and card.step in THERE
    act = "end" if is_there and data["clock"] == ClockKind.RESOLUTION else "come"
    due_at = datetime.fromisoformat(data["due"])
    return {
        "act": texts.plain(f"deadlines-act-{act}"),
        "soon": texts.plain(f"deadlines-soon-{act}"),
        "clock": texts.plain(f"deadlines-kind-{data['clock']}"),
        "pct": str(data["pct"]),
        "until": formats.moment(due_at, base.zone, texts.language, base.read_at),
        "who": texts.plain("deadlines-who-contractor" if data["taken"] else "deadlines-who-us"),
    }


def many(found: Running, *, is_desk: bool, texts: Texts) -> Screen:
    """In place of one message for each: those that end first by name, each with its card behind a button."""
    lines = [one if is_desk else replace(one, contractor="") for one in found.lines]
    parts: list[str] = [texts("deadlines-many", count=str(found.total)), ""]
    parts += [_line(number, line, found, texts) for number, line in enumerate(lines, start=1)]
    if found.total > len(lines):
        parts.append(texts("deadlines-many-more", count=str(found.total - len(lines))))
    every = Button(
        texts.plain("deadlines-open" if is_desk else "menu-jobs"), Menu(item="sla" if is_desk else "jobs").pack()
    )
    return Screen("\n".join(parts), _in_twos(_cards(found.lines, found.offset)) + column(every))


def clock_jump(line: TaskLine, texts: Texts) -> Screen:
    end = Button(texts.plain("tasks-end-clock_jump"), TaskTap(end=True, task_id=line.task_id).pack())
    return Screen(jump_words(line, texts), column(end, to_menu(texts)))


def jump_words(line: TaskLine, texts: Texts) -> Html:
    """What is doubtful: how far the time jumped, and in which direction."""
    seconds = int(line.data.get("seconds", 0))
    span = formats.duration(max(abs(seconds) // 60, 1), texts.language)
    return texts("deadlines-jump-on" if seconds >= 0 else "deadlines-jump-back", span=span)


def running(found: Running, texts: Texts) -> Screen:
    page, tap = found.offset // PAGE, SlaTap(kind=found.kind, pct=found.pct)
    parts: list[str] = [
        texts("deadlines-title", total=str(found.total)) if found.total else texts("deadlines-empty"),
        "",
    ]
    parts += [_line(number, line, found, texts) for number, line in enumerate(found.lines, start=found.offset + 1)]
    rows = _in_twos(_cards(found.lines, found.offset)) + _turning(page, found.total, tap) + _filters(found, tap, texts)
    to_broken = Button(texts.plain("deadlines-to-broken"), BrokenTap().pack())
    return Screen("\n".join(parts).strip(), rows + column(to_broken, to_menu(texts)))


def broken(found: Broken, texts: Texts) -> Screen:
    page, tap = found.offset // PAGE, BrokenTap(days=30 if found.days > 7 else 7)
    days = str(found.days)
    parts: list[str] = [texts("deadlines-broken", days=days, total=str(found.total))]
    if not found.total:
        parts = [texts("deadlines-broken-none", days=days)]
    parts += [
        texts("deadlines-broken-whose", whose=texts(f"deadlines-whose-{whose}"), count=str(found.by_whose[whose]))
        for whose in Whose
        if found.by_whose.get(whose)
    ]
    parts += ["", *(_broken(n, line, found, texts) for n, line in enumerate(found.lines, start=found.offset + 1))]
    other = 7 if tap.days == 30 else 30
    to_other = Button(texts.plain("deadlines-days", days=str(other)), BrokenTap(days=other).pack())
    back = Button(texts.plain("deadlines-open"), SlaTap().pack())
    return Screen(
        "\n".join(parts).strip(),
        _in_twos(_cards(found.lines, found.offset)) + _turning(page, found.total, tap) + column(to_other, back),
    )


def _line(number: int, line: Line, found: Running, texts: Texts) -> Html:
    left = line.due_at - found.read_at
    span = formats.duration(int(abs(left).total_seconds() // 60), texts.language)
    return texts(
        "deadlines-line",
        n=str(number),
        urgent="🔴 " if line.priority is Priority.EMERGENCY else "",
        clock=texts.plain(f"deadlines-kind-{line.kind}"),
        number=line.number,
        site=line.site,
        left=texts("desk-left" if left >= timedelta(0) else "desk-over", span=span),
        until=formats.moment(line.due_at, line.zone, texts.language, found.read_at),
        who=f" · {line.contractor}" if line.contractor else "",
    )


def _broken(number: int, line: BreachLine, found: Broken, texts: Texts) -> Html:
    return texts(
        "deadlines-broken-line",
        n=str(number),
        number=line.number,
        clock=texts.plain(f"deadlines-kind-{line.kind}"),
        at=formats.moment(line.at, line.zone, texts.language, found.read_at),
        whose=texts.plain(f"deadlines-whose-{line.whose}"),
        who=f" · {line.contractor}" if line.contractor else "",
        ours=formats.duration(line.ours_min, texts.language),
        theirs=formats.duration(line.theirs_min, texts.language),
    )


def _turning(page: int, total: int, tap: SlaTap | BrokenTap) -> Rows:
    before, after = (tap.model_copy(update={"page": max(page + step, 0)}).pack() for step in (-1, 1))
    return page_rows(page, pages(total), before, after)


def _filters(found: Running, tap: SlaTap, texts: Texts) -> Rows:
    """By clock, and by how much has burnt; the chosen one is marked, a second tap takes it away."""
    kinds = tuple(
        Button(
            _marked(texts.plain(f"deadlines-short-{kind}"), kind is found.kind),
            tap.model_copy(update={"kind": None if kind is found.kind else kind}).pack(),
        )
        for kind in KINDS
    )
    levels = tuple(
        Button(
            _marked(f"≥ {pct} %", pct == found.pct),
            tap.model_copy(update={"pct": 0 if pct == found.pct else pct}).pack(),
        )
        for pct in LEVELS
    )
    return (kinds, levels)


def _marked(label: str, on: bool) -> str:
    return f"• {label}" if on else label


def _cards(lines: Sequence[Line | BreachLine], offset: int) -> tuple[Button, ...]:
    return tuple(
        Button(f"{number}. {line.number}", Open(number=line.ticket_id).pack())
        for number, line in enumerate(lines, start=offset + 1)
    )


def _in_twos(buttons: tuple[Button, ...]) -> Rows:
    return tuple(buttons[start : start + 2] for start in range(0, len(buttons), 2))

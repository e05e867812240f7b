"""The morning of the desk: a line for each number that is not nothing, and where it leads."""

from datetime import timedelta

from aiogram.filters.callback_data import CallbackData

from bot import formats
from bot.screens.deadlines import BrokenTap, SlaTap
from bot.screens.lists import PAGE, pages
from bot.screens.menu import to_menu
from bot.screens.taps import ShowContractor
from bot.screens.tasks import QueueTap
from bot.texts import Html, Texts
from bot.ui import Button, Page, Screen, column, page_rows
from core.services.digests import Digest
from core.services.running_out import Line, RunningOut


class RunningOutTap(CallbackData, prefix="papersend"):
    page: Page = 0


def digest(found: Digest, texts: Texts) -> Screen:
    day = formats.calendar_day(found.day, texts.language, with_year=False)
    if found.is_empty:
        return Screen(texts("digests-empty", day=day), column(to_menu(texts)))
    parts: list[str] = [texts("digests-title", day=day)]
    if found.is_held:
        parts.append(texts("digests-held"))
    parts += _now(found, texts) + _yesterday(found, texts)
    parts += _running_out(found, texts)
    rows = column(
        Button(texts.plain("menu-queue"), QueueTap().pack()) if found.tasks else None,
        Button(texts.plain("deadlines-open"), SlaTap().pack()) if found.burns_today else None,
        Button(texts.plain("deadlines-to-broken"), BrokenTap().pack()) if found.broken else None,
        Button(texts.plain("digests-to-running-out"), RunningOutTap().pack()) if found.running_out.total else None,
        to_menu(texts),
    )
    return Screen("\n".join(parts), rows)


def running_out(found: RunningOut, texts: Texts) -> Screen:
    page = found.offset // PAGE
    numbered = list(enumerate(found.lines, found.offset + 1))
    parts = [texts("digests-running-out", count=str(found.total))]
    parts += [texts("digests-ending-nth", n=str(n), line=_ending(one, texts)) for n, one in numbered]
    firms = (
        Button(f"{n}. {one.contractor}"[:100], ShowContractor(contractor_id=one.contractor_id).pack())
        for n, one in numbered
    )
    before, after = RunningOutTap(page=max(page - 1, 0)), RunningOutTap(page=page + 1)
    turning = page_rows(page, pages(found.total), before.pack(), after.pack())
    return Screen("\n".join(parts), column(*firms) + turning + column(to_menu(texts)))


def _running_out(found: Digest, texts: Texts) -> list[str]:
    """The nearest by name."""
    total, lines = found.running_out.total, found.running_out.lines
    if not total:
        return []
    parts = [texts("digests-running-out", count=str(total)), *(f"• {_ending(one, texts)}" for one in lines)]
    return [*parts, texts("digests-ending-more", n=str(total - len(lines)))] if total > len(lines) else parts


def _ending(one: Line, texts: Texts) -> Html:
    until = formats.calendar_day(one.until, texts.language)
    return texts("digests-ending", name=one.contractor, skill=one.skill, until=until)


def _now(found: Digest, texts: Texts) -> list[str]:
    parts: list[str] = []
    if found.tasks:
        parts += ["", texts("digests-tasks", count=str(sum(count for _, count in found.tasks)))]
        parts += [f"• {texts(f'tasks-kind-{kind}')}: <b>{count}</b>" for kind, count in found.tasks]
    if found.burns_today:
        parts += ["", texts("digests-burns")]
        parts += [f"• {texts(f'deadlines-kind-{kind}')}: <b>{count}</b>" for kind, count in found.burns_today]
    return parts


def _yesterday(found: Digest, texts: Texts) -> list[str]:
    numbers = (
        ("digests-accepted", found.accepted),
        ("digests-disputed", found.disputed),
        ("digests-no-shows", found.no_shows),
        ("digests-blocks", found.blocks),
    )
    parts: list[str] = [texts(key, count=str(count)) for key, count in numbers if count]
    if found.broken:
        by = ", ".join(f"{texts(f'deadlines-whose-{whose}')} — {count}" for whose, count in found.broken)
        parts.insert(0, texts("digests-broken", count=str(sum(count for _, count in found.broken)), by=by))
    since = formats.calendar_day(found.since, texts.language, with_year=False)
    is_one_day = found.day - found.since == timedelta(days=1)
    title = texts("digests-yesterday") if is_one_day else texts("digests-since", day=since)
    return ["", title, *parts] if parts else []

"""What a contractor missed this week: how often for which reason and what to do about it, then job by job."""

from aiogram.filters.callback_data import CallbackData

from bot import formats
from bot.screens.lists import PAGE, pages
from bot.screens.menu import to_menu
from bot.texts import Html, Texts
from bot.ui import Button, Page, Screen, column, page_rows
from core.services.missed import Missed, MissedLine


class MissedTap(CallbackData, prefix="missed"):
    page: Page


def missed(found: Missed, texts: Texts) -> Screen:
    if not found.total:
        return Screen(texts("missed-empty"), column(to_menu(texts)))
    page = found.offset // PAGE
    parts: list[str] = [texts("missed-title", total=found.total), ""]
    parts += [
        texts("missed-count", why=texts(f"missed-why-{why}"), count=str(count), advice=texts(f"missed-do-{why}"))
        for why, count in found.counts
    ]
    parts += ["", *(_line(line, found, texts) for line in found.lines)]
    turning = page_rows(
        page, pages(found.total), MissedTap(page=max(page - 1, 0)).pack(), MissedTap(page=page + 1).pack()
    )
    return Screen("\n".join(parts), turning + column(to_menu(texts)))


def missed_button(texts: Texts) -> Button:
    return Button(texts.plain("missed-open"), MissedTap(page=0).pack())


def _line(line: MissedLine, found: Missed, texts: Texts) -> Html:
    return texts(
        "missed-line",
        day=formats.day(line.at, line.zone, texts.language, found.read_at),
        service=line.service,
        city=line.city,
        pay=formats.money(line.pay_kop, texts.language),
        why=_why(line, texts),
    )


def _why(line: MissedLine, texts: Texts) -> Html:
    exact = f"missed-exact-{line.why}"
    if not texts.has(exact):
        return texts(f"missed-why-{line.why}")
    return texts(
        exact,
        distance=formats.distance(line.distance_m, texts.language),
        radius=str(line.radius_km),
        rank=str(line.rank),
        of=str(line.ranked),
    )

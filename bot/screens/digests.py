"""The morning of the desk: a line for each number that is not nothing, and where it leads."""

from bot import formats
from bot.screens.deadlines import BrokenTap, SlaTap
from bot.screens.menu import to_menu
from bot.screens.tasks import QueueTap
from bot.texts import Texts
from bot.ui import Button, Screen, column
from core.services.digests import Digest


def digest(found: Digest, texts: Texts) -> Screen:
    day = formats.calendar_day(found.day, texts.language, with_year=False)
    if found.is_empty:
        return Screen(texts("digests-empty", day=day), column(to_menu(texts)))
    parts: list[str] = [texts("digests-title", day=day)]
    if found.is_held:
        parts.append(texts("digests-held"))
    parts += _now(found, texts) + _yesterday(found, texts)
    if found.running_out:
        parts.append(texts("digests-running-out", count=str(found.running_out)))
    rows = column(
        Button(texts.plain("menu-queue"), QueueTap().pack()) if found.tasks else None,
        Button(texts.plain("deadlines-open"), SlaTap().pack()) if found.burns_today else None,
        Button(texts.plain("deadlines-to-broken"), BrokenTap().pack()) if found.broken else None,
        to_menu(texts),
    )
    return Screen("\n".join(parts), rows)


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
    return ["", texts("digests-yesterday"), *parts] if parts else []

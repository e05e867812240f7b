"""`python -m core calendar`: days of this operator that differ from the production calendar."""

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from storage.db import Database

KINDS = {"выходной": "off", "рабочий": "work", "короткий": "short", "off": "off", "work": "work", "short": "short"}
NAMES = {"off": "выходной", "work": "рабочий", "short": "короткий"}


def calendar(
    day: Annotated[
        datetime | None, typer.Argument(formats=["%Y-%m-%d", "%d.%m.%Y"], help="День: 2026-05-08 или 08.05.2026.")
    ] = None,
    kind: Annotated[str, typer.Argument(help="выходной, рабочий, короткий (off, work, short).")] = "",
    remove: Annotated[bool, typer.Option("--remove", help="Снова считать этот день по производственному.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Итог в виде JSON и ничего больше.")] = False,
) -> None:
    """Показать или изменить дни, которые у вас не такие, как в производственном календаре России.

    Без дня показывает список. Сроки заявок в рабочем времени пересчитываются сразу.
    """
    if kind and kind.casefold() not in KINDS:
        raise typer.BadParameter("выходной, рабочий или короткий", param_hint="KIND")
    _ensure_one_wish(day, kind, remove=remove)
    from core.commands.database import opened
    from core.services import calendar_days

    recounted = 0
    with opened() as database:
        if day is not None:
            recounted = _say(database, day.date(), "" if remove else KINDS[kind.casefold()])
        known = database.read_sync(calendar_days.said)
    if as_json:
        days = [{"day": one.isoformat(), "kind": str(what)} for one, what in known]
        print(json.dumps({"days": days, "recounted": recounted}, ensure_ascii=False))
        return
    for one, what in known:
        print(f"{one:%d.%m.%Y}  {NAMES[what]}")
    if not known:
        print("Все дни — по производственному календарю.")
    if day is not None:
        print(f"Пересчитано сроков: {recounted}")


def _ensure_one_wish(day: datetime | None, kind: str, *, remove: bool) -> None:
    """A day is said or taken back; nothing that was typed is passed over in silence."""
    if remove and day is None:
        raise typer.BadParameter("какой день? / which day?", param_hint="--remove")
    if remove and kind:
        both = f"и «{kind}», и --remove: что-то одно / both “{kind}” and --remove: one of them"
        raise typer.BadParameter(both, param_hint="--remove")
    if day is not None and not (kind or remove):
        raise typer.BadParameter("скажите, какой это день, или --remove", param_hint="KIND")


def _say(database: "Database", day: date, kind: str) -> int:
    from core.commands.database import SHELL
    from core.domain.calendar import DayKind
    from core.domain.errors import FieldInvalid
    from core.services import calendar_days

    try:
        return database.write_sync(calendar_days.say, SHELL, day, DayKind(kind) if kind else None)
    except FieldInvalid:
        first, last = calendar_days.FIRST_YEAR, calendar_days.LAST_YEAR
        hint = f"год от {first} до {last} / a year from {first} to {last}"
        raise typer.BadParameter(f"{day.isoformat()}: {hint}", param_hint="DAY") from None

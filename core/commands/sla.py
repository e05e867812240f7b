"""`python -m core sla`: which deadlines a request would get at a site, and why."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from core.domain.ticket import Priority
    from core.services.sla import Quote
    from storage.db import Database

#: How a word for each priority begins, whatever its ending.
WORDS = {
    "emergency": ("авар", "экстр", "сроч", "emerg", "urgent"),
    "normal": ("обыч", "norm", "несроч"),
    "planned": ("план", "plan"),
}
_NAMES = {"emergency": "аварийный", "normal": "обычный", "planned": "плановый"}
_KINDS = {"reaction": "Реакция", "arrival": "Прибытие", "resolution": "Выполнение"}
_CALENDARS = {"24x7": "круглосуточно", "working": "рабочее время"}
_SHOWN = 8


def sla(
    site: Annotated[str, typer.Argument(metavar="SITE", help="Код объекта: О-00001, O-1.")],
    priority: Annotated[
        str,
        typer.Argument(metavar="PRIORITY", help="аварийный, обычный, плановый (emergency, normal, planned)."),
    ],
    at: Annotated[
        str,
        typer.Option("--at", help="Когда заявка зарегистрирована: 2026-03-16T10:00; без пояса — по часам объекта."),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Итог в виде JSON и ничего больше.")] = False,
) -> None:
    """Показать, какие сроки получит заявка на объекте, и почему.

    План и календарь берутся из действующего договора, рабочее время считается по часам объекта и производственному
    календарю России с вашими поправками (python -m core calendar).
    """
    wanted = _priority(priority)
    from core.commands.database import opened

    with opened() as database:
        found = _quoted(database, site, wanted, at)
    if as_json:
        print(json.dumps(_as_json(found)))
        return
    _show(found)


def _priority(typed: str) -> "Priority":
    from core.domain.ticket import Priority

    folded = typed.casefold().strip().replace("ё", "е")
    for name, beginnings in WORDS.items():
        if folded.startswith(beginnings):
            return Priority(name)
    allowed = f"{', '.join(_NAMES.values())} ({', '.join(WORDS)})"
    raise typer.BadParameter(f"{typed!r}: нужно одно из слов: {allowed}", param_hint="PRIORITY")


def _quoted(database: "Database", site: str, priority: "Priority", at: str) -> "Quote":
    from core.commands.database import SHELL
    from core.domain.errors import FieldInvalid, NoContract
    from core.services import sla as quotes

    line = _site(database, site)
    try:
        zone = database.read_sync(quotes.zone_of, SHELL, line.site_id)
        return database.read_sync(quotes.quote, SHELL, line.site_id, priority, at=_moment(at, zone) if at else None)
    except FieldInvalid:
        raise typer.BadParameter(f"у объекта {line.code} не указан часовой пояс", param_hint="SITE") from None
    except NoContract:
        raise typer.BadParameter(f"у объекта {line.code} нет договора на этот день", param_hint="SITE") from None
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(f"срок не посчитать: {error}", param_hint="--at") from None


def _site(database: "Database", typed: str) -> Any:
    from core.commands.database import SHELL
    from core.services import sla as quotes

    lines = database.read_sync(quotes.site_called, SHELL, typed)
    if len(lines) == 1:
        return lines[0]
    if not lines:
        alike = "; ".join(database.read_sync(quotes.sites_alike, SHELL, typed))
        hint = f". Может быть: {alike}?" if alike else ""
        raise typer.BadParameter(f"нет такого объекта: {typed}{hint}", param_hint="SITE")
    codes = ", ".join(line.code for line in lines)
    raise typer.BadParameter(f"подходит не один объект: {codes} …", param_hint="SITE")


def _moment(typed: str, zone: Any) -> datetime:
    """Without a zone: by the clock of the site, where an hour that the clock jumps over is none."""
    try:
        told = datetime.fromisoformat(typed.strip())
    except ValueError:
        hint = "нужно время вида 2026-03-16T10:00 или 2026-03-16T10:00+03:00"
        raise typer.BadParameter(f"{typed!r}: {hint}", param_hint="--at") from None
    if told.tzinfo is not None:
        return told.astimezone(UTC)
    moment = told.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != told:
        raise typer.BadParameter(f"{typed!r}: в этот час часы на объекте переводят вперёд", param_hint="--at")
    return moment


def _as_json(found: "Quote") -> dict[str, str | None]:
    from core.services.clocks import PROMISED

    due = {kind: found.due_at(kind) for kind in PROMISED}
    return {kind.value: at.isoformat() if at is not None else None for kind, at in due.items()}


def _show(found: "Quote") -> None:
    from zoneinfo import ZoneInfo

    from core.domain.calendar import CalendarKind
    from core.services.clocks import PROMISED

    here = ZoneInfo(found.zone)
    print(f"{found.site_code} {found.site}, {found.zone}")
    print(f"Договор {found.contract}, план «{found.plan}», приоритет {_NAMES[found.priority]}")
    print(f"Заявка: {_local(found.at, here)}")
    if not found.has_row:
        print(f"В плане нет строки «{_NAMES[found.priority]}»: прибытие и выполнение не обещаны.")
    told = {one.kind: one for one in found.deadlines}
    for kind in PROMISED:
        one = told.get(kind)
        if one is None:
            print(f"{_KINDS[kind]:<11} —")
            continue
        calendar = _CALENDARS[one.promise.calendar]
        print(f"{_KINDS[kind]:<11} {_local(one.due_at, here)}  {one.promise.minutes} мин, {calendar}")
    if any(one.promise.calendar is CalendarKind.WORKING for one in told.values()):
        print(f"Рабочее время: {_hours(found.worked)}")
    if found.off:
        print(f"Не рабочие дни: {_days(found.off)}")
    if found.short:
        print(f"Короткие дни: {_days(found.short)}")


def _local(at: datetime, zone: Any) -> str:
    """With its offset in an hour that the clock of the site shows twice: 02:00 may come after 02:30."""
    here = at.astimezone(zone)
    is_shown_twice = here.replace(fold=0).utcoffset() != here.replace(fold=1).utcoffset()
    return f"{here:%d.%m.%Y %H:%M}" + (f" ({here.isoformat()[-6:]})" if is_shown_twice else "")


def _hours(worked: tuple[int, int]) -> str:
    opens, closes = (f"{minute // 60:02}:{minute % 60:02}" for minute in (worked[0], (worked[1] - 1) % (24 * 60) + 1))
    return f"{opens}–{closes}" + (" следующего дня" if worked[1] > 24 * 60 else "")


def _days(days: Any) -> str:
    more = f" … всего {len(days)}" if len(days) > _SHOWN else ""
    return ", ".join(f"{day:%d.%m}" for day in days[:_SHOWN]) + more

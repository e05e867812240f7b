"""`python -m core import`: shows what a workbook would change; with --apply, changes it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from core.services.imports import ImportReport

_SHOWN_FAULTS = 100
_STEPS = ("Читаю файл", "Проверяю строки", "Готовлю базу", "Сравниваю с базой", "Записываю")


def import_workbook(
    file: Annotated[Path, typer.Argument(help="Книга XLSX, файл CSV или папка с файлами CSV.", show_default=False)],
    apply: Annotated[bool, typer.Option("--apply", help="Записать. Без этого — только предпросмотр.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Итог в виде JSON и ничего больше.")] = False,
) -> None:
    """Загрузить справочники и историю заявок из книги.

    Сначала показывает, что добавится и что изменится. Если хоть одна строка неверна, не записывается ничего
    (код выхода 1). Строки, которых нет в файле, остаются как есть; тот же файл второй раз ничего не меняет.
    """
    report = _run(file, apply=apply)
    if as_json:
        print(json.dumps(_as_json(report), ensure_ascii=False))
    else:
        _show(report, was_asked=apply)
    if report.wrong:
        raise typer.Exit(1)


def _run(file: Path, *, apply: bool) -> "ImportReport":
    from core.commands.database import SHELL, opened
    from core.domain.errors import WorkbookUnreadable
    from core.imports.check import check
    from core.imports.read import read
    from core.services import imports

    with _progress() as steps:
        next(steps)
        try:
            raw = read(file)
        except WorkbookUnreadable as error:
            return imports.unreadable(error.reason)
        next(steps)
        workbook = check(raw)
        next(steps)
        with opened(may_begin=True) as database:
            next(steps)
            if not apply:
                return database.read_sync(imports.preview, SHELL, workbook)
            next(steps)
            return database.write_sync(imports.apply, SHELL, workbook)


@contextmanager
def _progress() -> Iterator[Iterator[None]]:
    """Each `next()` begins the next step on the bar, which stands on the error stream."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(_STEPS[0], total=len(_STEPS))

        def steps() -> Iterator[None]:
            for done, name in enumerate(_STEPS):
                bar.update(task, description=name, completed=done)
                yield

        yield steps()


def _as_json(report: "ImportReport") -> dict[str, Any]:
    from dataclasses import asdict

    from core.imports.reasons import sentence

    return {
        "applied": report.applied,
        "sheets": {title: asdict(count) for title, count in report.sheets.items()},
        "wrong": [
            {"sheet": fault.sheet, "row": fault.row, "column": fault.column, "reason": sentence(fault)}
            for fault in report.wrong
        ],
        "ignored": [{"sheet": one.sheet, "column": one.column} for one in report.ignored],
    }


def _show(report: "ImportReport", *, was_asked: bool) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from core.imports.reasons import sentence

    console = Console(highlight=False, markup=False, soft_wrap=True)
    table = Table("Лист", box=box.SIMPLE)
    for title in ("новых", "изменится", "без изменений", "неверных"):
        table.add_column(title, justify="right")
    for title, count in report.sheets.items():
        table.add_row(title, str(count.added), str(count.changed), str(count.same), str(count.wrong))
    if report.sheets:
        console.print(table)
    for one in report.ignored:
        console.print(f"Пропущено, книге это неизвестно: {_where(one.sheet, 0, one.column)}")
    for fault in report.wrong[:_SHOWN_FAULTS]:
        console.print(f"{_where(fault.sheet, fault.row, fault.column)}: {sentence(fault)}".lstrip(": "))
    if len(report.wrong) > _SHOWN_FAULTS:
        console.print(f"… и ещё {len(report.wrong) - _SHOWN_FAULTS}; все они есть в выводе с --json")
    console.print(_verdict(report, was_asked=was_asked))


def _where(sheet: str, row: int, column: str) -> str:
    parts = [f"лист «{sheet}»" if sheet else "", f"строка {row}" if row else "", f"«{column}»" if column else ""]
    return ", ".join(part for part in parts if part)


def _verdict(report: "ImportReport", *, was_asked: bool) -> str:
    if report.wrong:
        return "Ничего не записано: исправьте строки, названные выше, и загрузите файл ещё раз."
    if was_asked:
        return "Записано."
    return "Это предпросмотр, ничего не записано. Чтобы записать, добавьте --apply."

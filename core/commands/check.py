"""`python -m core check`: everything that must always hold, asked of the database as it is now."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from core.services.invariants import Result

_SHOWN_ROWS = 20


def check(
    as_json: Annotated[bool, typer.Option("--json", help="Итог в виде JSON и ничего больше.")] = False,
) -> None:
    """Проверить, что в базе всё сходится: заявки, предложения, фото, сообщения, права.

    Код выхода 1, если хоть одно правило нарушено; каждая нарушившая его строка названа.
    """
    results = _run()
    broken = [result for result in results if not result.holds]
    if as_json:
        print(json.dumps({"ok": not broken, "checks": [_as_json(result) for result in results]}, ensure_ascii=False))
    else:
        _show(results)
    if broken:
        raise typer.Exit(1)


def _run() -> list["Result"]:
    from core.commands.database import opened
    from core.services import invariants, invariants_files
    from core.settings import load

    with opened() as database:
        results = list(database.read_sync(invariants.collect))
        files = database.read_sync(invariants_files.stored_bytes, Path(load().media_dir))
    return [*results, files]


def _as_json(result: "Result") -> dict[str, object]:
    return {
        "number": result.number,
        "name": result.name,
        "ok": result.holds,
        "examined": result.examined,
        "rows": list(result.rows),
    }


def _show(results: list["Result"]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("№", "Правило", "Проверено", "Нарушено", box=None)
    for result in results:
        table.add_row(result.number, result.name, str(result.examined), str(len(result.rows) or "—"))
    console = Console()
    console.print(table)
    for result in results:
        for row in result.rows[:_SHOWN_ROWS]:
            console.print(f"{result.number}: {row}", style="red", markup=False)

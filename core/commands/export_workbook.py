"""`python -m core export`: the directories and the imported history as a workbook that imports as the same."""

from pathlib import Path
from typing import Annotated

import typer


def export_workbook(
    file: Annotated[Path, typer.Argument(help="Куда записать книгу XLSX.", show_default=False)],
) -> None:
    """Выгрузить справочники и историю заявок в книгу XLSX.

    Книгу можно поправить и загрузить обратно; без правок она не изменит ничего.
    """
    if file.suffix.casefold() != ".xlsx" or not file.parent.is_dir():
        raise typer.BadParameter("нужен путь к файлу .xlsx в существующей папке", param_hint="FILE")
    from core.commands.database import SHELL, opened
    from core.imports.write import write
    from core.services import exports

    with opened() as database:
        sheets = database.read_sync(exports.workbook, SHELL)
    # Beside the target first: a book half written must not stand where a whole one stood.
    part = file.with_name(f".{file.name}.part")
    try:
        write(part, sheets)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    print(f"Записано: {file}")

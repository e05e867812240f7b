"""The child process that opens an XLSX: `python -m core.imports.read_child FILE SECONDS MEMORY_MB`.

It prints the cells as JSON. Whatever the file does to it ends with the child: it has no more time and memory
than it was given, and knows nothing. Exit code 3: the file is broken.
"""

import json
import resource
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

_MAX_COLUMNS = 500
_MAX_CELLS = 5_000_000
_BROKEN = 3


def main(path: str, seconds: int, memory_mb: int) -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb * 1024 * 1024,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import python_calamine

    try:
        sheets = _sheets(python_calamine.CalamineWorkbook.from_path(path))
    except (python_calamine.CalamineError, ValueError, OSError, RuntimeError) as error:
        print(type(error).__name__, error, file=sys.stderr)
        return _BROKEN
    json.dump(sheets, sys.stdout, ensure_ascii=True, default=_tagged, separators=(",", ":"))
    return 0


def _sheets(book: Any) -> list[tuple[str, list[tuple[int, list[Any]]]]]:
    sheets = []
    left = _MAX_CELLS
    for title in book.sheet_names:
        sheet = book.get_sheet_by_name(title)
        left -= sheet.height * min(sheet.width, _MAX_COLUMNS)
        if left < 0 or sheet.width > _MAX_COLUMNS:
            raise ValueError("more cells than a directory may have")
        first = sheet.start[0] + 1 if sheet.start else 1
        rows = enumerate(sheet.to_python(), first)
        sheets.append((title, [(number, row) for number, row in rows if any(cell != "" for cell in row)]))
    return sheets


def _tagged(cell: date | datetime | time | timedelta) -> Any:
    if isinstance(cell, datetime):
        return {"datetime": cell.isoformat()}
    if isinstance(cell, date):
        return {"date": cell.isoformat()}
    return str(cell)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))

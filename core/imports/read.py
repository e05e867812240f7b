"""Reads a file of the outside world: one XLSX, one CSV, or a folder of CSV files. Trusts nothing about it.

An XLSX is judged by its zip directory before it is opened, and opened in a child process that may be killed.
Raises `WorkbookUnreadable` with a code of `core.imports.reasons.UNREADABLE`.
"""

import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from core.domain.errors import WorkbookUnreadable
from core.imports.book import RawBook, RawSheet
from core.imports.csv_tables import csv_sheet

_ROOT = Path(__file__).parents[2]
_MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """More than any real book needs, less than hurts."""

    file_mb: int = 50
    unpacked_mb: int = 100
    ratio: int = 200
    entries: int = 2000
    csv_files: int = 50
    seconds: int = 20
    memory_mb: int = 1500


LIMITS = ReadLimits()


def read(path: Path, limits: ReadLimits = LIMITS) -> RawBook:
    if path.is_dir():
        return _read_folder(path, limits)
    if not path.is_file():
        raise WorkbookUnreadable("no_file")
    if path.stat().st_size > limits.file_mb * _MB:
        raise WorkbookUnreadable("too_big")
    if path.suffix.casefold() in (".csv", ".txt"):
        return RawBook([csv_sheet(path)], is_whole=False)
    _check_zip(path, limits)
    return _read_in_child(path, limits)


def _read_folder(folder: Path, limits: ReadLimits) -> RawBook:
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.suffix.casefold() == ".csv")
    if not files:
        raise WorkbookUnreadable("no_csv")
    if len(files) > limits.csv_files or sum(path.stat().st_size for path in files) > limits.file_mb * _MB:
        raise WorkbookUnreadable("too_big")
    return RawBook([csv_sheet(path) for path in files], is_whole=False)


def _check_zip(path: Path, limits: ReadLimits) -> None:
    """What the archive says it will become. That it says the truth is the business of the child's limits."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise WorkbookUnreadable("not_xlsx") from error
    if "xl/workbook.xml" not in {entry.filename.lstrip("/") for entry in entries}:
        raise WorkbookUnreadable("not_xlsx")
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > limits.entries or unpacked > limits.unpacked_mb * _MB:
        raise WorkbookUnreadable("bomb")
    # A small part may be all one letter; what matters is a large one.
    if any(e.file_size > _MB and e.file_size > e.compress_size * limits.ratio for e in entries):
        raise WorkbookUnreadable("bomb")


def _read_in_child(path: Path, limits: ReadLimits) -> RawBook:
    command = [sys.executable, "-m", "core.imports.read_child"]
    command += [str(path.resolve()), str(limits.seconds), str(limits.memory_mb)]
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(_ROOT), "LC_ALL": "C.UTF-8"}
    try:
        child = subprocess.run(
            command, cwd=_ROOT, env=environment, capture_output=True, timeout=limits.seconds, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise WorkbookUnreadable("too_hard") from error
    if child.returncode == 3:
        raise WorkbookUnreadable("broken")
    if child.returncode != 0:
        raise WorkbookUnreadable("too_hard")
    sheets = json.loads(child.stdout, object_hook=_moment)
    return RawBook([RawSheet(title, [(row[0], row[1]) for row in rows]) for title, rows in sheets], is_whole=True)


def _moment(tagged: dict[str, str]) -> date | datetime:
    """JSON has no dates: the child tags them."""
    ((kind, value),) = tagged.items()
    return datetime.fromisoformat(value) if kind == "datetime" else date.fromisoformat(value)

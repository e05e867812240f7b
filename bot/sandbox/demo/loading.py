"""Fills the embedded database of a demonstration: tables, directories, and what happened before it opens."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bot.sandbox.demo.casting import Casting, choose
from bot.sandbox.demo.directories import Size, write_book
from core.domain.actor import Actor, Grant
from core.domain.role import Role

if TYPE_CHECKING:
    from core.services.imports import ImportReport

MOSCOW = ZoneInfo("Europe/Moscow")
SHELL = Actor(None, (Grant(Role.ADMIN),), source="demo")
FRIDAY = 4
#: The directories are as old as the first word of the past that is told.
IMPORTED_DAYS = 60


class BookRefused(Exception):
    """The operator's own workbook has mistakes; the text names the first of them."""


@dataclass(slots=True)
class StandingClock:
    at: datetime

    def now(self) -> datetime:
        return self.at


@dataclass(frozen=True, slots=True)
class Loaded:
    casting: Casting
    sites: int
    contractors: int


def morning(real: datetime, zone: ZoneInfo = MOSCOW) -> datetime:
    """Ten o'clock of this working day, or of the coming one: an hour at which offers go out."""
    day = real.astimezone(zone).date()
    while day.weekday() > FRIDAY:
        day += timedelta(days=1)
    return datetime.combine(day, time(10), tzinfo=zone).astimezone(UTC)


def load(url: str, folder: Path, own_book: Path | None, size: Size, now: datetime) -> Loaded:
    """Takes a thread of its own: nothing here waits for anybody."""
    from bot.sandbox.demo import past
    from core.imports.check import check
    from core.imports.read import read
    from core.services import imports, numbers
    from core.settings import Settings
    from storage import migrate
    from storage.db import Database

    migrate.upgrade(url)
    book = own_book or folder / "directories.xlsx"
    if own_book is None:
        write_book(book, now.astimezone(MOSCOW).date(), size)
    workbook = check(read(book))
    info: Mapping[str, Any] = {numbers.KEY: Settings(_env_file=None).defaults()}  # type: ignore[call-arg]
    clock = StandingClock(now - timedelta(days=IMPORTED_DAYS))
    database = Database.open(url, clock, info=info)
    try:
        report = database.write_sync(imports.apply, SHELL, workbook)
        _refuse_wrong(report)
        clock.at = now
        casting = database.read_sync(choose)
        database.write_sync(past.tell, casting, folder / "media", is_lived=own_book is None)
    finally:
        database.close_sync()
    counts = {str(title): count.added + count.changed + count.same for title, count in report.sheets.items()}
    return Loaded(casting, counts["Объекты"], counts["Подрядчики"])


def _refuse_wrong(report: "ImportReport") -> None:
    from core.imports.reasons import sentence

    if report.wrong:
        first = report.wrong[0]
        raise BookRefused(f"{first.sheet}, строка {first.row}, «{first.column}»: {sentence(first)}")

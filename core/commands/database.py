"""The database of a command: found by the settings, brought up to date before anything is asked of it."""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from core.domain.actor import Actor, Grant
from core.domain.role import Role

if TYPE_CHECKING:
    from core.settings import Settings
    from storage.db import Clock, Database

#: Whoever has the shell of the server has the database anyway.
SHELL = Actor(None, (Grant(Role.ADMIN),), source="cli")
_CLOCK_WAIT_S = 5


@contextmanager
def opened(*, may_begin: bool = False) -> Iterator["Database"]:
    """`may_begin`: a database that is not there yet is made; whoever only asks has mistyped where it is."""
    from core.services import numbers
    from core.settings import load
    from storage.db import Database

    # A use case imports the tables it names; their keys lead to tables it does not.
    importlib.import_module("storage.models.all")
    settings = load()
    _bring_up_to_date(settings.database_url, may_begin=may_begin)
    info = {numbers.KEY: settings.defaults()}
    database = Database.open(settings.database_url, _clock(settings), info=info)
    try:
        yield database
    finally:
        database.close_sync()


def _bring_up_to_date(url: str, *, may_begin: bool) -> None:
    """An embedded file silently; of a database server somebody else may be in charge, so it is said aloud."""
    from core.settings import leave
    from storage import migrate

    try:
        if migrate.is_current(url):
            return
    except migrate.OutOfReach as error:
        leave("DATABASE_URL", f"база не открывается / the database cannot be opened: {error}")
    if not may_begin and migrate.is_absent(url):
        leave("DATABASE_URL", f"такого файла нет / there is no such file: {migrate.file_of(url)}")
    if url.startswith("postgresql"):
        print("Структура базы PostgreSQL обновлена до текущей версии.", file=sys.stderr)
    migrate.upgrade(url)


def _clock(settings: "Settings") -> "Clock":
    """In the sandbox the time is the sandbox's; a command lives too short to follow its jumps."""
    from core.clock import SandboxClock, SystemClock

    if settings.clock_url is None:
        return SystemClock()
    import json
    from datetime import timedelta
    from urllib.request import urlopen

    with urlopen(settings.clock_url, timeout=_CLOCK_WAIT_S) as answer:
        told = json.load(answer)
    clock = SandboxClock(settings.clock_url, "command")
    clock.offset = timedelta(seconds=float(told.get("result", told)["offset"]))
    return clock

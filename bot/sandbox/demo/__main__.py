"""`python -m bot.sandbox.demo`: the whole product on one page, with a sandbox in place of Telegram.

Makes a fresh embedded database with directories, starts sandbox and bot, lets the cast in, prints one address.
"""

import argparse
import asyncio
import shutil
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.sandbox.demo import entering, loading, others, roles
from bot.sandbox.demo.casting import NoStage
from bot.sandbox.demo.directories import Size
from bot.sandbox.demo.phones import NotSeen, Sim
from bot.sandbox.demo.processes import ROOT, ChildFailed, Children, free_port
from bot.sandbox.demo.tries import tries
from core.domain.errors import WorkbookUnreadable

PORT = 8765
AT_ONCE = 4
#: What a demonstration leaves behind, and therefore may take away again.
LEFTOVERS = ("naryad.db", "naryad.db-wal", "naryad.db-shm", "directories.xlsx", "cast.json", "bot.log", "sandbox.log")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox.demo", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT, help=f"of the page; any free one if taken ({PORT})")
    parser.add_argument("--dir", type=Path, default=ROOT / "demo", help="where the database and the files go")
    parser.add_argument("--operator", type=Path, help="a workbook of your own instead of generated directories")
    parser.add_argument("--sites", type=int, default=Size().sites, help="how many sites to generate")
    parser.add_argument("--contractors", type=int, default=Size().contractors, help="how many contractors")
    parser.add_argument("--neighbours", type=int, default=24, help="how many contractors answer by themselves")
    return parser.parse_args()


def say(text: str) -> None:
    print(text, flush=True)


async def run(given: argparse.Namespace) -> None:
    started, folder = time.monotonic(), given.dir.resolve()
    prepare(folder)
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    children = Children(folder)
    playing = asyncio.create_task(_play(given, folder, children, started), name="demo")
    stopping = asyncio.create_task(stop.wait(), name="stop")
    try:
        await asyncio.wait([playing, stopping], return_when=asyncio.FIRST_COMPLETED)
        if playing.done():
            playing.result()
        say("Останавливаю…")
    finally:
        for task in (playing, stopping):
            task.cancel()
        await asyncio.gather(playing, stopping, return_exceptions=True)
        await children.end()


def prepare(folder: Path) -> None:
    """Everything of the last demonstration goes; what else lies in the folder stays."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in LEFTOVERS:
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / "media", ignore_errors=True)


async def _play(given: argparse.Namespace, folder: Path, children: Children, started: float) -> None:
    url = f"sqlite+aiosqlite:///{folder / 'naryad.db'}"
    cast_file = folder / "cast.json"
    roles.write_waiting_room(cast_file)
    say("Готовлю справочники и песочницу…")
    size = Size(given.sites, given.contractors)
    now = loading.morning(datetime.now(UTC))
    address, loaded = await asyncio.gather(
        children.sandbox(free_port(given.port), roles.TOKEN, cast_file),
        asyncio.to_thread(loading.load, url, folder, given.operator, size, now),
    )
    say(f"Загружено: {loaded.sites} объектов, {loaded.contractors} подрядчиков. Запускаю бота…")
    async with Sim(address, roles.TOKEN) as sim:
        at = loading.morning(datetime.now(UTC), ZoneInfo(loaded.casting.stage.zone))
        await sim.op("clock", set=at.isoformat())
        await children.bot(_environment(address, url, folder))
        cast = roles.cast_of(sim, loaded.casting)
        ended = asyncio.create_task(children.first_end(), name="children")
        acting = asyncio.create_task(_act(given, folder, loaded, cast, address, started), name="acting")
        try:
            await asyncio.wait([ended, acting], return_when=asyncio.FIRST_COMPLETED)
            if acting.done():
                acting.result()
            raise ChildFailed(await ended)
        finally:
            for task in (ended, acting):
                task.cancel()
            await asyncio.gather(ended, acting, return_exceptions=True)


async def _act(
    given: argparse.Namespace, folder: Path, loaded: loading.Loaded, cast: roles.Cast, address: str, started: float
) -> None:
    await asyncio.gather(*(entering.again(phone) for phone in cast.known))
    for phone in (cast.newcomer, cast.passer):
        await phone.meet()
    roles.write_cast(
        folder / "cast.json", loaded.casting, cast, tries(loaded.casting, cast, is_lived=given.operator is None)
    )
    say(f"\n  Откройте {address}\n\nГотово за {time.monotonic() - started:.0f} с. Остановить: Ctrl+C.")
    came = await entering.all_by_contact(cast.others[: given.neighbours], AT_ONCE)
    say(f"Ещё {len(came)} подрядчиков рядом вошли и отвечают сами.")
    await others.play(came)


def _environment(address: str, url: str, folder: Path) -> dict[str, str]:
    return {
        "BOT_TOKEN": roles.TOKEN,
        "ADMIN_IDS": str(roles.ADMIN),
        "DATABASE_URL": url,
        "MEDIA_DIR": str(folder / "media"),
        "TELEGRAM_API_URL": address,
        "TELEGRAM_PROXY": "",
        "CLOCK_URL": f"{address}/_sim/clock",
        "LANGUAGE": "ru",
        "RUN_SCHEDULER": "true",
    }


def main() -> None:
    given = arguments()
    try:
        asyncio.run(run(given))
    except (ChildFailed, NotSeen, NoStage, loading.BookRefused, WorkbookUnreadable) as error:
        sys.exit(f"Демонстрация остановилась: {type(error).__name__}: {error}")


if __name__ == "__main__":
    main()

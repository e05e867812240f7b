"""Starts the bot: receiver, workers, pump, fetcher of media and, unless told otherwise, the timetable.

One supervised group: when one of them fails for good, the process ends and says why. SIGTERM lets what runs finish.
"""

import asyncio
import functools
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramNetworkError, TelegramNotFound, TelegramUnauthorizedError

from bot import commands, connection, errors, media, texts
from bot.app import feeder
from bot.delivery import Pump, Stop
from bot.limits import Limits
from bot.pairs import photo_for
from bot.receiver import SLOW_DOWN_S, Fatal, Receiver
from bot.workers import Workers
from core import logs, settings
from core.clock import SandboxClock, SystemClock
from core.documents.pictures import Pictures
from core.domain.errors import TooManyUpdates
from core.services import people
from core.services.numbers import KEY
from core.settings import Settings
from scheduler.runner import Runner
from scheduler.timetable import timetable
from storage import migrate
from storage.blobs import Blobs
from storage.db import Database

log = structlog.get_logger(__name__)

FIRST_TIME_S = 5


def main() -> None:
    told = settings.load(needs_token=True)
    logs.set_up(as_json=told.log_json, level=told.log_level)
    _bring_up_to_date(told.database_url)
    _make_folder(told.media_dir)
    reasons: list[str] = []
    try:
        asyncio.run(run(told))
    except* (Fatal, Stop) as group:
        # Leaving from in here would be one more error of the group.
        reasons = sorted({str(error) for error in leaves(group)})
    if reasons:
        log.error("the bot stops", reasons=reasons)
        sys.exit(logs.redact("; ".join(reasons)))


async def run(told: Settings) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    clock = SandboxClock(told.clock_url, "bot") if told.clock_url else SystemClock()
    db = Database.open(told.database_url, clock, info={KEY: told.defaults()})
    try:
        await work(told, db, Limits(told.send_per_second), stop)
    finally:
        await db.close()


async def work(told: Settings, db: Database, limits: Limits, stop: asyncio.Event) -> None:
    """Everything that is the bot, until `stop`."""
    if isinstance(db.clock, SandboxClock):
        await db.clock.look()
    async with _bot(told, limits) as bot, asyncio.TaskGroup() as group:
        await _prepare(bot, db, told)
        await _start(group, stop, bot, db, limits, told)


async def _start(
    group: asyncio.TaskGroup, stop: asyncio.Event, bot: Bot, db: Database, limits: Limits, told: Settings
) -> None:
    blobs, pictures = Blobs(told.media_dir), Pictures()
    workers = Workers(db, bot, feeder(bot, db, settings=told, blobs=blobs, pictures=pictures))
    pump = Pump(db, bot, limits, functools.partial(photo_for, db, blobs, pictures))
    runner = Runner(db, timetable(told.operator_zone) if told.run_scheduler else ())
    receiver = Receiver(
        db,
        bot.id,
        connection.updates_url(bot),
        on_stored=workers.alarm.again,
        on_flood=functools.partial(_slow_down, bot, told.language),
        connector=connection.connector(told.telegram_proxy),
    )
    helpers = [group.create_task(media.run(bot, db, blobs, pictures), name="media")]
    if isinstance(db.clock, SandboxClock):
        jumped = functools.partial(_jumped, runner, workers, pump)
        db.clock.before_jump = receiver.clock_moves
        helpers.append(group.create_task(db.clock.run(jumped), name="clock"))
        await _first_time(db.clock)
    work = [group.create_task(part.run(stop), name=type(part).__name__) for part in (receiver, workers, pump, runner)]
    log.info("the bot is at work", bot=bot.id)
    group.create_task(_end_with(work, helpers, pictures), name="end")


async def _end_with(work: list[asyncio.Task[None]], helpers: list[asyncio.Task[None]], pictures: Pictures) -> None:
    await asyncio.wait(work)
    for helper in helpers:
        helper.cancel()
    await asyncio.to_thread(pictures.close)


async def _prepare(bot: Bot, db: Database, told: Settings) -> None:
    try:
        me = await bot.get_me()
        await bot.delete_webhook(drop_pending_updates=False)
        await commands.set_default(bot, told.language)
    except (TelegramUnauthorizedError, TelegramNotFound):
        raise Fatal(
            "Telegram не знает такой BOT_TOKEN: проверьте его в файле .env. / "
            "Telegram does not know this BOT_TOKEN: check it in .env."
        ) from None
    except TelegramNetworkError as error:
        raise Fatal(
            "Telegram не отвечает: проверьте сеть, TELEGRAM_API_URL и TELEGRAM_PROXY в файле .env. / "
            f"Telegram is out of reach: check TELEGRAM_API_URL and TELEGRAM_PROXY in .env ({error.message})"
        ) from None
    appointed = await db.write(people.appoint_admins, told.admin_ids, language=told.language)
    log.info("telegram knows the bot", username=me.username, new_admins=appointed)


@asynccontextmanager
async def _bot(told: Settings, limits: Limits) -> AsyncIterator[Bot]:
    token = told.bot_token
    if token is None:
        raise Fatal("BOT_TOKEN is not set")
    bot = connection.make_bot(token.get_secret_value(), told.telegram_api_url, told.telegram_proxy, limits)
    try:
        yield bot
    finally:
        await bot.session.close()


async def _slow_down(bot: Bot, language: str, chat_id: int) -> None:
    """One answer to a flood of messages; the rest of them is passed over in silence."""
    try:
        await bot.send_message(chat_id, errors.words(TooManyUpdates(SLOW_DOWN_S), texts.load(language)))
    except AiogramError as error:
        log.info("a flooding chat was not told", reason=str(error))


async def _jumped(runner: Runner, workers: Workers, pump: Pump) -> None:
    await runner.run_due()
    workers.alarm.again()
    pump.alarm.again()


async def _first_time(clock: SandboxClock) -> None:
    for _ in range(FIRST_TIME_S * 20):
        if clock.seq is not None:
            return
        await asyncio.sleep(0.05)
    log.warning("the sandbox clock has not answered; real time is used meanwhile")


def leaves(group: BaseExceptionGroup[Any]) -> list[BaseException]:
    found: list[BaseException] = []
    for error in group.exceptions:
        found.extend(leaves(error) if isinstance(error, BaseExceptionGroup) else [error])
    return found


def _bring_up_to_date(url: str) -> None:
    try:
        is_current = migrate.is_current(url)
    except migrate.OutOfReach as error:
        settings.leave("DATABASE_URL", f"база не открывается / the database cannot be opened: {error}")
    if not is_current:
        if url.startswith("postgresql"):
            log.warning("the PostgreSQL database is brought up to date")
        migrate.upgrade(url)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        settings.leave("MEDIA_DIR", f"папку не создать / the folder cannot be made: {error.strerror}")


if __name__ == "__main__":
    main()

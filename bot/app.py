"""The dispatcher: routers in their order and the names a handler may ask for.

It holds nothing of an installation: database, settings and bot come with each update, so tests may build many.
"""

import functools
import importlib
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.types import Update

from bot import middlewares
from bot.update_db import UpdateDb
from bot.wakeful import bookkeeping
from bot.workers import Feed
from core.services.inbox import Claim
from storage.db import Database

#: What a handler may name besides its event; a house test compares.
NAMES = frozenset(
    {
        "actor",
        "blobs",
        "bot",
        "callback_data",
        "command",
        "db",
        "dispatcher",
        "event_update",
        "pictures",
        "settings",
        "state",
        "target",
        "texts",
    }
)

#: The first that matches handles; `stale` takes what nobody else wanted.
ROUTERS = (
    "start",
    "talk",
    "people",
    "sites",
    "contractors",
    "blacklist",
    "cover",
    "imports",
    "intake",
    "tickets",
    "ticket_lists",
    "searches",
    "calls",
    "cancels",
    "holds",
    "reclassify",
    "priorities",
    "objections",
    "offers",
    "counter_prices",
    "missed",
    "papers",
    "availability",
    "score",
    "visits",
    "no_shows",
    "moves",
    "reports",
    "acceptances",
    "tasks",
    "deadlines",
    "certificate_checks",
    "media",
    "menu",
    "stale",
)


@functools.cache
def dispatcher() -> Dispatcher:
    """One per process: aiogram's routers may have one parent only."""
    # All are imported before the first is attached: a broken one must not leave half a dispatcher behind.
    routers = [importlib.import_module(f"bot.handlers.{name}").router for name in ROUTERS]
    made = Dispatcher(disable_fsm=True, name="naryad")
    middlewares.install(made)
    made.include_routers(*routers)
    return made


def feeder(bot: Bot, database: Database, **given: Any) -> Feed:
    """Handles one stored update; `given` are the things of this installation that handlers may name."""
    handlers = dispatcher()

    async def feed(claim: Claim, raw: dict[str, Any]) -> None:
        update = Update.model_validate(raw, context={"bot": bot})
        db = UpdateDb(database, claim)
        await handlers.feed_update(bot, update, database=database, claim=claim, db=db, dispatcher=handlers, **given)
        with bookkeeping():
            await db.finish()

    return feed

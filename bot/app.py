"""The dispatcher: routers in their order and the names a handler may ask for.

It holds nothing of an installation: database, settings and bot come with each update, so tests may build many.
"""

import functools
import importlib
import importlib.util

from aiogram import Dispatcher

import bot.middlewares as middlewares

#: What a handler may name besides its event; a house test compares.
NAMES = frozenset(
    {
        "actor",
        "blobs",
        "bot",
        "callback_data",
        "command",
        "db",
        "event_update",
        "pictures",
        "settings",
        "state",
        "texts",
    }
)

#: The first that matches handles; `stale` takes what nobody else wanted.
ROUTERS = (
    "start",
    "people",
    "sites",
    "contractors",
    "imports",
    "intake",
    "tickets",
    "offers",
    "visits",
    "acceptances",
    "tasks",
    "menu",
    "stale",
)


@functools.cache
def dispatcher() -> Dispatcher:
    """One per process: aiogram's routers may have one parent only."""
    made = Dispatcher(disable_fsm=True, name="naryad")
    middlewares.install(made)
    for name in ROUTERS:
        if importlib.util.find_spec(f"bot.handlers.{name}") is not None:
            made.include_router(importlib.import_module(f"bot.handlers.{name}").router)
    return made

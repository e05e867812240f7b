"""Which commands a person's chat offers, by role. Display only: rights are checked at every command."""

import hashlib
from collections.abc import Iterable

from aiogram import Bot
from aiogram.types import BotCommand, BotCommandScopeAllPrivateChats, BotCommandScopeChat

from bot.texts import LANGUAGES, load
from core.domain.role import CLIENT_ROLES, CONTRACTOR_ROLES, DESK_ROLES, Role

ADMINS = frozenset({Role.ADMIN, Role.MANAGER})

#: In the order in which they are shown; the same items are the buttons of the menu.
BY_ROLE: tuple[tuple[frozenset[Role], tuple[str, ...]], ...] = (
    (
        DESK_ROLES,
        (
            "queue",
            "tickets",
            "sla",
            "digest",
            "new",
            "find",
            "ticket",
            "assign",
            "calls",
            "why",
            "sites",
            "contractor",
            "blacklist",
            "cover",
            "invite",
        ),
    ),
    (CONTRACTOR_ROLES, ("jobs", "offers", "missed", "free", "me", "papers", "why")),
    (frozenset({Role.OWNER}), ("team",)),
    (CLIENT_ROLES, ("new", "my", "accept", "sites", "why")),
    (frozenset({Role.ADMIN}), ("import",)),
    (ADMINS, ("people",)),
)
EVERYBODY = ("help", "language")


def of_roles(roles: Iterable[Role]) -> tuple[str, ...]:
    held = frozenset(roles)
    own = [name for group, names in BY_ROLE if held & group for name in names]
    return tuple(dict.fromkeys(own)) + EVERYBODY


def fingerprint(roles: Iterable[Role], language: str) -> str:
    """Empty for somebody without roles: the list of all private chats serves."""
    names = of_roles(roles)
    if names == EVERYBODY:
        return ""
    described = [f"{language}/{name}/{load(language).plain(f'menu-{name}-about')}" for name in names]
    return hashlib.sha256("\n".join(described).encode()).hexdigest()[:32]


async def set_for_chat(bot: Bot, chat_id: int, roles: Iterable[Role], language: str) -> None:
    scope = BotCommandScopeChat(chat_id=chat_id)
    names = of_roles(roles)
    if names == EVERYBODY:
        await bot.delete_my_commands(scope=scope)
    else:
        await bot.set_my_commands(_list(names, language), scope=scope)


async def set_default(bot: Bot, language: str) -> None:
    """What a stranger sees: how to begin, in the language of the phone where the bot speaks it."""
    scope = BotCommandScopeAllPrivateChats()
    names = ("start", *EVERYBODY)
    await bot.set_my_commands(_list(names, language), scope=scope)
    for one in LANGUAGES:
        await bot.set_my_commands(_list(names, one), scope=scope, language_code=one)


def _list(names: Iterable[str], language: str) -> list[BotCommand]:
    texts = load(language)
    return [BotCommand(command=name, description=texts.plain(f"menu-{name}-about")) for name in names]

"""How this installation reaches Telegram: its address, a proxy, one budget of speech for everything that is sent."""

from collections.abc import Callable

import aiohttp
from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ParseMode
from aiogram.methods import Response
from aiogram.types import File, LinkPreviewOptions, Message

from bot.limits import Limits

#: Held here, or the classes that answers are read with are made and thrown away for every single answer, which is a
#: tenth of the bot's time.
KEPT = (Response[Message], Response[Message | bool], Response[list[Message]], Response[File], Response[bool])


def make_bot(token: str, api_url: str, proxy: str | None, limits: Limits) -> Bot:
    session = AiohttpSession(proxy=proxy, api=TelegramAPIServer.from_base(api_url))
    session.middleware(limits)
    properties = DefaultBotProperties(parse_mode=ParseMode.HTML, link_preview=LinkPreviewOptions(is_disabled=True))
    return Bot(token, session=session, default=properties)


def updates_url(bot: Bot) -> str:
    """Bears the token: never to be logged."""
    return bot.session.api.api_url(bot.token, "getUpdates")


def connector(proxy: str | None) -> Callable[[], aiohttp.BaseConnector] | None:
    if proxy is None:
        return None
    from aiohttp_socks import ProxyConnector

    return lambda: ProxyConnector.from_url(proxy)

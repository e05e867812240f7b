"""A sandbox of its own for every test, in this process, and the two sides one talks to it from."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import aiohttp
import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from bot.sandbox.__main__ import started
from bot.sandbox.app import make_app
from bot.sandbox.bot_side import WORLD
from bot.sandbox.world import World

TOKEN = "1000000001:SANDBOX_SANDBOX_SANDBOX_SANDBOX_SAN"
SECOND_TOKEN = "1000000002:SANDBOX_SANDBOX_SANDBOX_SANDBOX_SAN"
DARYA, PYOTR = 101, 102


@dataclass
class Box:
    base: str
    world: World
    http: aiohttp.ClientSession
    bots: list[Bot] = field(default_factory=list)

    async def sim(self, op: str, **body: Any) -> Any:
        async with self.http.post(f"{self.base}/_sim/{op}", json=body) as response:
            told = await response.json()
        assert told["ok"], told
        return told["result"]

    async def refused(self, op: str, **body: Any) -> str:
        async with self.http.post(f"{self.base}/_sim/{op}", json=body) as response:
            told = await response.json()
        assert told["ok"] is False, told
        assert response.status == 400
        return str(told["error"])

    async def call(self, method: str, token: str = TOKEN, **params: Any) -> tuple[int, dict[str, Any]]:
        """A raw request with a JSON body: status and decoded answer."""
        async with self.http.post(f"{self.base}/bot{token}/{method}", json=params) as response:
            return response.status, await response.json()

    async def ok(self, method: str, **params: Any) -> Any:
        status, told = await self.call(method, **params)
        assert status == 200, told
        return told["result"]

    def aiogram(self, token: str = TOKEN) -> Bot:
        bot = Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(self.base)))
        self.bots.append(bot)
        return bot

    async def meet(self, number: int = DARYA, name: str = "Дарья") -> None:
        """This person exists and has written to the bot once."""
        await self.sim("user", id=number, name=name)
        await self.sim("text", token=TOKEN, user=number, text="/start")

    async def requests(self, method: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self.sim("journal", direction="request", method=method)
        return found


@pytest.fixture
async def box() -> AsyncIterator[Box]:
    app = make_app(flood=False)
    runner = await started(app, "127.0.0.1", 0, patience_s=0.05)
    host, port = runner.addresses[0][:2]
    async with aiohttp.ClientSession() as http:
        box = Box(f"http://{host}:{port}", app[WORLD], http)
        yield box
        for bot in box.bots:
            await bot.session.close()
    box.world.faults.clear()
    await runner.cleanup()


async def until(check: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for something the server does on its own."""
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.01)


def jpeg(width: int = 1600, height: int = 1200, colour: str = "teal", *, exif: bool = False) -> bytes:
    from PIL import Image

    out = BytesIO()
    tags = Image.Exif()
    if exif:
        tags[0x010F] = "Phone of a witness"
    Image.new("RGB", (width, height), colour).save(out, "JPEG", exif=tags)
    return out.getvalue()

"""People of the sandbox as a program plays them: what stands on their phones, and the taps they make.

Everything goes through the sandbox's control side, so the bot sees nothing but Telegram.
"""

import asyncio
import base64
import re
import time
from collections import defaultdict
from dataclasses import dataclass, field
from io import BytesIO
from random import Random
from types import TracebackType
from typing import Any

import aiohttp

PATIENCE_S = 20.0
FEED_WAIT_S = 20.0

Message = dict[str, Any]


class NotSeen(AssertionError):
    """What was waited for did not come to the phone."""


class SimRefused(Exception):
    """The sandbox says that no phone can do this."""


class Sim:
    """The control side of one bot's sandbox, and everything that is on the phones right now."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self.token = token
        self.chats: dict[int, dict[int, Message]] = defaultdict(dict)
        self.keyboards: dict[int, dict[str, Any] | None] = {}
        self.answers: list[dict[str, Any]] = []
        self.changed = asyncio.Condition()
        self._http: aiohttp.ClientSession | None = None
        self._watcher: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Sim":
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=90))
        since = (await self.op("changes", token=self.token))["seq"]
        self._watcher = asyncio.create_task(self._watch(since), name="phones")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._watcher is not None:
            self._watcher.cancel()
            await asyncio.gather(self._watcher, return_exceptions=True)
        if self._http is not None:
            await self._http.close()

    async def op(self, name: str, /, **body: Any) -> Any:
        assert self._http is not None
        async with self._http.post(f"{self.url}/_sim/{name}", json=body) as response:
            told = await response.json()
        if not told["ok"]:
            raise SimRefused(f"{name}: {told['error']}")
        return told["result"]

    async def _watch(self, since: int) -> None:
        while True:
            told = await self.op("changes", token=self.token, since=since, wait=FEED_WAIT_S)
            since = told["seq"]
            for chat, messages in told["chats"].items():
                self.chats[int(chat)].update({one["message_id"]: one for one in messages})
            for chat, gone in told["deleted"].items():
                for number in gone:
                    self.chats[int(chat)].pop(number, None)
            for chat, keyboard in told["keyboards"].items():
                self.keyboards[int(chat)] = keyboard
            self.answers += told["answers"]
            async with self.changed:
                self.changed.notify_all()


@dataclass(eq=False)
class Phone:
    """One person; the private chat with the bot has the same number as its owner."""

    sim: Sim
    user: int
    name: str
    number: str = ""
    photos: int = 0
    taps_made: list[str] = field(default_factory=list)

    async def meet(self, language: str = "ru") -> None:
        first, _, last = self.name.partition(" ")
        await self.sim.op("user", id=self.user, name=first, last_name=last or None, language=language)

    @property
    def messages(self) -> list[Message]:
        """What the bot has said here, oldest first, as it is shown now."""
        chat = self.sim.chats[self.user]
        return [chat[number] for number in sorted(chat) if chat[number]["from"] == "bot"]

    def _newest(self, after: int) -> list[Message]:
        return [one for one in reversed(self.messages) if one["message_id"] > after]

    @property
    def last(self) -> Message:
        return self.messages[-1]

    @property
    def keys(self) -> list[str]:
        """The reply keyboard."""
        board = self.sim.keyboards.get(self.user) or {}
        return [key["text"] for row in board.get("keyboard", []) for key in row]

    @property
    def end(self) -> int:
        """The number of the newest message, for looking only at what comes after it."""
        return max(self.sim.chats[self.user], default=0)

    def shows(self, pattern: str, after: int = 0) -> Message | None:
        wanted = re.compile(pattern, re.IGNORECASE | re.DOTALL)
        return next((one for one in self._newest(after) if wanted.search(one["text"] or "")), None)

    def button(self, pattern: str, after: int = 0) -> tuple[Message, str] | None:
        """The newest message with such a button, and the button's whole text."""
        wanted = re.compile(pattern, re.IGNORECASE)
        for message in self._newest(after):
            for text in buttons_of(message):
                if wanted.search(text):
                    return message, text
        return None

    async def sees(self, pattern: str, seconds: float = PATIENCE_S, *, after: int = 0) -> Message:
        found: Message = await self.until(lambda: self.shows(pattern, after), f"text /{pattern}/", seconds)
        return found

    async def can_tap(self, pattern: str, seconds: float = PATIENCE_S, *, after: int = 0) -> tuple[Message, str]:
        found: tuple[Message, str] = await self.until(
            lambda: self.button(pattern, after), f"button /{pattern}/", seconds
        )
        return found

    async def taps(self, pattern: str, seconds: float = PATIENCE_S, *, after: int = 0) -> Message:
        """Waits for the button and presses it; gives the message it stood on."""
        deadline = time.monotonic() + seconds
        while True:
            message, text = await self.can_tap(pattern, max(0.1, deadline - time.monotonic()), after=after)
            try:
                await self.press(message, text)
            except SimRefused:
                # Edited between the look and the tap, as it happens to a thumb.
                if time.monotonic() >= deadline:
                    raise
                await asyncio.sleep(0.05)
            else:
                return message

    async def press(self, message: Message, text: str) -> None:
        await self.sim.op("press", token=self.sim.token, user=self.user, message_id=message["message_id"], text=text)
        self.taps_made.append(text)

    async def says(self, text: str) -> None:
        await self.sim.op("text", token=self.sim.token, user=self.user, text=text)

    async def shares_contact(self, number: str | None = None, owner: int | None = None) -> None:
        await self.sim.op(
            "contact",
            token=self.sim.token,
            user=self.user,
            phone=number or self.number,
            owner=self.user if owner is None else owner,
            name=self.name.partition(" ")[0],
        )

    async def is_at(self, lat: float, lon: float, accuracy: float = 15, **more: Any) -> None:
        await self.sim.op("location", token=self.sim.token, user=self.user, lat=lat, lon=lon, accuracy=accuracy, **more)

    async def sends_photo(self, caption: str = "", data: bytes | None = None, **more: Any) -> bytes:
        """A new picture every time."""
        self.photos += 1
        if data is None:
            data = await asyncio.to_thread(picture, self.user * 1000 + self.photos)
        body = base64.b64encode(data).decode()
        await self.sim.op(
            "media", token=self.sim.token, user=self.user, kind="photo", data=body, caption=caption, **more
        )
        return data

    async def until(self, look: Any, what: str, seconds: float) -> Any:
        deadline = time.monotonic() + seconds
        async with self.sim.changed:
            while not (found := look()):
                left = deadline - time.monotonic()
                if left <= 0:
                    raise NotSeen(f"{self.name} never saw {what}; the phone shows:\n{self.shown()}")
                try:
                    await asyncio.wait_for(self.sim.changed.wait(), min(left, 1.0))
                except TimeoutError:
                    continue
            return found

    def shown(self, last: int = 6) -> str:
        lines = [f"- {one['text']} {buttons_of(one)}" for one in self.messages[-last:]]
        return "\n".join(lines) or "(nothing)"


def buttons_of(message: Message) -> list[str]:
    return [one["text"] for row in message["inline"] for one in row]


def urls_of(message: Message) -> list[str]:
    return [one["url"] for row in message["inline"] for one in row if one.get("url")]


def picture(seed: int) -> bytes:
    """A photo of nothing in particular, unlike every other: coloured shelves in uneven light."""
    from PIL import Image, ImageDraw, ImageFilter

    dice = Random(seed)
    image = Image.new("RGB", (960, 720), _colour(dice, 90, 200))
    draw = ImageDraw.Draw(image)
    for _ in range(28):
        left, top = dice.randint(0, 900), dice.randint(0, 660)
        draw.rectangle(
            (left, top, left + dice.randint(20, 260), top + dice.randint(20, 180)), fill=_colour(dice, 20, 240)
        )
    out = BytesIO()
    image.filter(ImageFilter.GaussianBlur(1.5)).save(out, "JPEG", quality=82)
    return out.getvalue()


def _colour(dice: Random, low: int, high: int) -> tuple[int, int, int]:
    return dice.randint(low, high), dice.randint(low, high), dice.randint(low, high)

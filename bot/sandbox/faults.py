"""Faults on demand: wrong codes, delays, cut connections, broken answers, requests held until released."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.sandbox.errors import ApiError, too_many
from bot.sandbox.pulse import Pulse

BAD_GATEWAY = 502
TOO_MANY = 429
DESCRIPTIONS = {
    400: "Bad Request: a fault was asked for",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    500: "Internal Server Error",
}
HTML_PAGE = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n"
    "<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"
)


class Cut(Exception):
    """The connection is to end without an answer."""


@dataclass
class Fault:
    method: str
    left: int | None
    code: int | None = None
    retry_after: int = 1
    description: str | None = None
    delay: float = 0.0
    drop: bool = False
    broken_json: bool = False
    unreachable: bool = False
    hold: bool = False
    stage: str = "before"
    chat: int | None = None
    every: int = 1
    seen: int = 0
    held: int = 0

    def matches(self, method: str, chat: str) -> bool:
        if self.left == 0 or self.method.lower() not in ("*", method.lower()):
            return False
        return self.chat is None or str(self.chat) == chat

    def as_json(self) -> dict[str, Any]:
        shown = ("method", "left", "code", "delay", "drop", "unreachable", "hold", "stage", "chat", "seen", "held")
        return {name: getattr(self, name) for name in shown}


@dataclass
class Faults:
    active: list[Fault] = field(default_factory=list)
    pulse: Pulse = field(default_factory=Pulse)

    def release(self, method: str = "*") -> int:
        """Let held requests go on (and hold no more of them)."""
        gone = [fault for fault in self.active if fault.hold and method in ("*", fault.method)]
        count = sum(fault.held for fault in gone)
        self.active = [fault for fault in self.active if fault not in gone]
        self.pulse.beat()
        return count

    def clear(self) -> None:
        self.release()
        self.active.clear()

    def pick(self, method: str, chat: str) -> Fault | None:
        for fault in self.active:
            if fault.matches(method, chat):
                fault.seen += 1
                if fault.seen % fault.every:
                    continue
                if fault.left is not None:
                    fault.left -= 1
                    if fault.left <= 0:
                        self.active.remove(fault)
                return fault
        return None

    async def before(self, fault: Fault) -> web.Response | None:
        """What happens instead of the effect, or ahead of it."""
        if fault.stage == "before":
            await self._linger(fault)
        if fault.unreachable:
            raise Cut
        if fault.code is None:
            return None
        if fault.code == BAD_GATEWAY:
            return web.Response(status=BAD_GATEWAY, text=HTML_PAGE, content_type="text/html")
        if fault.code == TOO_MANY:
            raise too_many(fault.retry_after)
        raise ApiError(fault.code, fault.description or DESCRIPTIONS.get(fault.code, "Internal Server Error"))

    async def after(self, fault: Fault) -> web.Response | None:
        """What happens to the answer of something that has been done."""
        if fault.stage == "after":
            await self._linger(fault)
        if fault.drop:
            raise Cut
        if fault.broken_json:
            return web.Response(text='{"ok":true,"result":', content_type="application/json")
        return None

    async def _linger(self, fault: Fault) -> None:
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.hold:
            fault.held += 1
            while fault in self.active:
                await self.pulse.wait(1.0)
            fault.held -= 1

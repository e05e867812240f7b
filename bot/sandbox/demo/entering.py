"""The people of the demonstration come in as everybody does: by their own contact or by an invite."""

import asyncio
from collections.abc import Iterable

from bot.sandbox.demo.phones import NotSeen, Phone

JOIN = "^Да, это я$"
SLOW_S = 90.0


async def again(phone: Phone) -> None:
    """Somebody who came in long ago opens the chat."""
    await phone.meet()
    await phone.says("/start")
    await phone.until(lambda: phone.messages, "the menu", SLOW_S)


async def by_contact(phone: Phone) -> None:
    await phone.meet()
    await phone.says("/start")
    await phone.sees("по номеру телефона", SLOW_S)
    await phone.shares_contact()
    await _join(phone)


async def by_invite(phone: Phone, payload: str) -> None:
    await phone.meet()
    await phone.says(f"/start {payload}")
    await _join(phone)


async def all_by_contact(phones: Iterable[Phone], at_once: int) -> list[Phone]:
    """Those who came in; a stranger's directories may name a phone twice, and nobody waits for that one."""
    gate = asyncio.Semaphore(at_once)

    async def one(phone: Phone) -> Phone | None:
        async with gate:
            try:
                await by_contact(phone)
            except NotSeen:
                return None
            return phone

    came = await asyncio.gather(*(one(phone) for phone in phones))
    return [phone for phone in came if phone is not None]


async def _join(phone: Phone) -> None:
    message = await phone.taps(JOIN, SLOW_S)
    await phone.until(lambda: phone.messages and phone.last["message_id"] > message["message_id"], "menu", SLOW_S)

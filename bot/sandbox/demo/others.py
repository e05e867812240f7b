"""The neighbours who play by themselves: each reads the phone, thinks for a while and does what an engineer would.

About half take an offer, a quarter refuse, the rest do not answer. Whoever took a job walks it to the report.
"""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

from bot.sandbox.demo.phones import Message, NotSeen, Phone, SimRefused, buttons_of, urls_of

TAKES, REFUSES = 0.45, 0.70
#: Seconds of real time: short enough to be watched, long enough to be outrun by a person.
THINKS_S = (6.0, 25.0)
WALKS_S = (4.0, 12.0)
LOOKS_AGAIN_S = 30.0

TAKE = re.compile(r"Беру:")
REFUSE = re.compile(r"Отказаться")
#: The one button that leads a job on, in the order of the steps.
ONWARD = re.compile(r"Выезжаю$|Начать работу|Дальше|Отправить отчёт")
#: A shot is missing and none is on its way.
PHOTO = re.compile(r"Пришлите фото \w+: (\d+) из (?!\1\b)\d+(?!.*Принимаю ещё)", re.DOTALL)
MAP = re.compile(r"[?&]pt=(-?[\d.]+)(?:,|%2C)(-?[\d.]+)", re.IGNORECASE)
HERE = re.compile(r"геопозици", re.IGNORECASE)


@dataclass(eq=False)
class Player:
    phone: Phone
    dice: Random
    #: (message, buttons) already thought about: one decision for each face of a card.
    done: set[tuple[int, tuple[str, ...], str]] = field(default_factory=set)
    place: tuple[float, float] | None = None
    #: One job at a time: a picture belongs to the job that is in hand.
    is_busy: bool = False

    async def play(self) -> None:
        while True:
            try:
                message: Message = await self.phone.until(self._next, "something to do", LOOKS_AGAIN_S)
            except NotSeen:
                # A job in hand does not stand still: what was done may have gone astray.
                if self.is_busy:
                    self.done.clear()
                continue
            self.done.add(_face(message))
            try:
                await self._act(message)
            except (SimRefused, NotSeen):
                # The card has changed under the thumb; its new face is looked at next.
                continue

    def _next(self) -> Message | None:
        return next((one for one in reversed(self.phone.messages) if self._is_mine_to_do(one)), None)

    def _is_mine_to_do(self, message: Message) -> bool:
        if _face(message) in self.done:
            return False
        texts = buttons_of(message)
        if any(TAKE.search(text) for text in texts):
            return not self.is_busy
        return any(ONWARD.search(text) for text in texts) or bool(texts and PHOTO.search(message["text"] or ""))

    async def _act(self, message: Message) -> None:
        self._remember_place(message)
        texts = buttons_of(message)
        if any(TAKE.search(text) for text in texts):
            await self._answer_offer(message, texts)
            return
        await asyncio.sleep(self.dice.uniform(*WALKS_S))
        onward = next((text for text in texts if ONWARD.search(text)), None)
        if onward is not None:
            await self.phone.press(message, onward)
            self.is_busy = not onward.endswith("Отправить отчёт")
            if onward.endswith("Выезжаю"):
                await self._arrive()
        elif PHOTO.search(message["text"] or ""):
            await self.phone.sends_photo()

    async def _answer_offer(self, message: Message, texts: list[str]) -> None:
        mind = self.dice.random()
        if mind >= REFUSES:
            return
        await asyncio.sleep(self.dice.uniform(*THINKS_S))
        if mind < TAKES:
            await self.phone.press(message, next(text for text in texts if TAKE.search(text)))
            await self.phone.can_tap(r"Выезжаю$")
            self.is_busy = True
            return
        await self.phone.press(message, next(text for text in texts if REFUSE.search(text)))
        reasons, _ = await self.phone.can_tap(r"[Зз]анят")
        # The last line leads back to the offer.
        await self.phone.press(reasons, self.dice.choice(buttons_of(reasons)[:-1]))

    async def _arrive(self) -> None:
        if self.place is None:
            return
        await self.phone.until(lambda: any(HERE.search(key) for key in self.phone.keys), "the key of places", 30.0)
        await asyncio.sleep(self.dice.uniform(*WALKS_S))
        await self.phone.is_at(*self.place)

    def _remember_place(self, message: Message) -> None:
        for url in urls_of(message):
            found = MAP.search(url)
            if found:
                self.place = float(found.group(2)), float(found.group(1))


async def play(phones: Iterable[Phone], seed: int = 7) -> None:
    """Until cancelled. One who stumbles does not stop the others."""
    players = [Player(phone, Random(seed + phone.user)) for phone in phones]
    await asyncio.gather(*(_steadily(player) for player in players))


async def _steadily(player: Player) -> None:
    while True:
        try:
            await player.play()
        except Exception as error:
            print(f"{player.phone.name}: {error!r}", flush=True)
            await asyncio.sleep(5)


def _face(message: Message) -> tuple[int, tuple[str, ...], str]:
    text = message["text"] if PHOTO.search(message["text"] or "") else ""
    return message["message_id"], tuple(buttons_of(message)), text

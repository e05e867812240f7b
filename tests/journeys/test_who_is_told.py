"""Who is told what, as it comes to the phones: N rings, E is a card redrawn in silence, - is nothing.

The one who acts is answered in any case and stands as a dot.
"""

from collections.abc import Awaitable, Callable

import pytest

from tests.characters import IVAN, MARINA, OLGA, PYOTR, ZHANNA
from tests.journeys.acts import asks, takes, works
from tests.journeys.stage import LAPSE_S, SHOP, SOCKET, Stage

pytestmark = pytest.mark.journey

WATCHED = (OLGA, PYOTR, IVAN, MARINA, ZHANNA)
REDRAWN = {"editMessageText", "editMessageCaption", "editMessageMedia"}

#: Since she sent the engineer again the dispatcher has the card; it is redrawn when what it shows has changed. The last
#: job goes to the one with fewer jobs of late.
#: Event → what comes to the shop, the engineer, the next engineer, the dispatcher, a shop of another client.
EXPECTED = {
    "registered, offer made": ". N - - -",
    "the wait is over": "- E N - -",
    "offer taken": "N . E - -",
    "on the way": "N . - - -",
    "arrived": "E . - - -",
    "reported": "N . - - -",
    "wrong": ". N - N -",
    "rework": "N N - . -",
    "on the way again": "N . - E -",
    "arrived again": "E . - E -",
    "reported again": "N . - E -",
    "accepted": ". N - E -",
    "another one offered": ". - N - -",
    "cancelled on offer": ". - N - -",
}

#: A window of two hours that begins now, and a quarter of an hour.
OVER_S = 135 * 60
NOBODY_CAME = {
    "where are you": "- N - - -",
    "another time": "N . - - -",
    "where are you again": "- N - - -",
    "no-show, offered anew": "N N N N -",
}


class Watcher:
    """Looks at what the bot sent to every phone between two moments."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.seen = stage, 0
        self.told: dict[str, str] = {}

    async def note(self, event: str, act: Callable[[], Awaitable[object]], actor: int = 0) -> None:
        self.seen = len(await self._quietly())
        await act()
        methods: dict[int, set[str]] = {}
        for one in (await self._quietly())[self.seen :]:
            chat = one["params"].get("chat_id")
            if chat is not None and one["status"] == 200:
                methods.setdefault(int(chat), set()).add(one["method"])
        signs = ("." if who.user == actor else self._sign(methods.get(who.user, set())) for who in WATCHED)
        self.told[event] = " ".join(signs)

    async def _quietly(self) -> list[dict[str, object]]:
        await self.stage.quiet()
        return await self.stage.journal("request")

    def _sign(self, methods: set[str]) -> str:
        if any(one.startswith("send") and one != "sendChatAction" for one in methods):
            return "N"
        return "E" if methods & REDRAWN else "-"


async def test_everybody_is_told_what_the_table_says(stage: Stage) -> None:
    olga, pyotr, ivan, marina, _ = await stage.enter(*WATCHED)
    watch = Watcher(stage)

    async def says_wrong() -> None:
        await olga.taps("Что-то не так")
        await olga.sees("Что не так по")
        await olga.says("Лампа мигает")
        await olga.sees("есть замечание")

    async def goes() -> None:
        await pyotr.taps("Выезжаю$")
        await pyotr.until(lambda: pyotr.keys, "the key that sends the place", 20)

    async def arrives() -> None:
        await pyotr.is_at(*SHOP)
        await pyotr.can_tap("Начать работу")

    async def cancels() -> None:
        await olga.taps("Отменить заявку")
        await olga.taps("Да, отменить")
        await olga.sees("отменена")

    await watch.note("registered, offer made", lambda: asks(olga, stage.facts.sticker), OLGA.user)
    await watch.note("the wait is over", lambda: stage.later(LAPSE_S))
    await watch.note("offer taken", lambda: takes(pyotr), PYOTR.user)
    await watch.note("on the way", goes, PYOTR.user)
    await watch.note("arrived", arrives, PYOTR.user)
    await watch.note("reported", lambda: works(pyotr), PYOTR.user)
    await watch.note("wrong", says_wrong, OLGA.user)
    await watch.note("rework", lambda: marina.taps("Отправить исправить"), MARINA.user)
    await watch.note("on the way again", goes, PYOTR.user)
    await watch.note("arrived again", arrives, PYOTR.user)
    await watch.note("reported again", lambda: works(pyotr), PYOTR.user)
    await watch.note("accepted", lambda: olga.taps("принять"), OLGA.user)
    await watch.note("another one offered", lambda: asks(olga, stage.facts.sticker, SOCKET), OLGA.user)
    await watch.note("cancelled on offer", cancels, OLGA.user)
    assert watch.told == EXPECTED
    assert ivan.button("Беру") is None


async def test_everybody_is_told_that_nobody_came(stage: Stage) -> None:
    olga, pyotr, *_ = await stage.enter(*WATCHED)
    watch = Watcher(stage)
    await asks(olga, stage.facts.sticker)
    await takes(pyotr)
    await watch.note("where are you", lambda: stage.later(OVER_S))
    await watch.note("another time", lambda: pyotr.taps("Еду, буду через 30 мин"), PYOTR.user)
    await watch.note("where are you again", lambda: stage.later(45 * 60))
    await watch.note("no-show, offered anew", lambda: stage.later(15 * 60))
    assert watch.told == NOBODY_CAME

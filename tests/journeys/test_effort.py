"""How many taps it costs, counted from what the phones did."""

from collections import Counter

import pytest

from bot.sandbox.demo.phones import Phone
from tests.characters import OLGA, PYOTR
from tests.journeys.acts import comes, takes, works
from tests.journeys.stage import LAMP, Stage

pytestmark = pytest.mark.journey


class Effort:
    """What one phone has done since the counting began."""

    def __init__(self, stage: Stage, phone: Phone) -> None:
        self._stage, self._phone = stage, phone

    async def begin(self) -> None:
        self._since = (await self._stage.sim.op("journal", since=0, direction="control"))[-1]["seq"]

    async def counted(self) -> Counter[str]:
        entries = await self._stage.sim.op("journal", since=self._since, direction="control")
        return Counter(one["op"] for one in entries if one["body"].get("user") == self._phone.user)


async def test_a_shop_reports_with_three_taps_and_a_sentence_and_accepts_with_two(stage: Stage) -> None:
    olga, pyotr = await stage.enter(OLGA, PYOTR)
    effort = Effort(stage, olga)
    await effort.begin()
    # One message is the camera on the sticker, the other the sentence.
    await olga.says(f"/start {stage.facts.sticker}")
    await olga.taps(f"^{LAMP}$")
    await olga.sees("Что случилось")
    await olga.says("Погас свет")
    await olga.taps("Отправить")
    await olga.sees("Заявка принята")
    counted = await effort.counted()
    assert counted["press"] <= 3
    assert counted == Counter(press=counted["press"], text=2)

    await takes(pyotr)
    await comes(pyotr)
    await works(pyotr)
    await effort.begin()
    await olga.taps("принять")
    await olga.taps("5 ★")
    await olga.sees("Оценка: ★")
    assert await effort.counted() == Counter(press=2)


async def test_a_visit_takes_eight_taps_beside_its_pictures_and_its_place(stage: Stage) -> None:
    olga, pyotr = await stage.enter(OLGA, PYOTR)
    await olga.says(f"/start {stage.facts.sticker}")
    await olga.taps(f"^{LAMP}$")
    await olga.sees("Что случилось")
    await olga.says("Погас свет")
    await olga.taps("Отправить")
    effort = Effort(stage, pyotr)
    await pyotr.sees("Есть работа")
    await effort.begin()
    await takes(pyotr)
    await comes(pyotr)
    await works(pyotr)
    await olga.sees("Работа сделана")
    counted = await effort.counted()
    assert counted["press"] <= 8
    assert counted == Counter(press=counted["press"], location=1, media=2)

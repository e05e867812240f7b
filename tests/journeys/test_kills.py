"""The straight story, while the bot is killed at every joint of receive, store, handle, send and mark.

No effect is lost or doubled; of the messages only the one in flight may come twice.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.sandbox.demo.phones import Phone, Sim
from core.domain.notice import InboxStatus
from core.domain.offer import OfferStatus
from core.domain.ticket import TicketStatus
from storage.models.desk import Audit
from storage.models.offer import Offer
from storage.models.post import Inbox
from storage.models.ticket import Acceptance, Assignment, Ticket
from storage.models.visit import Proof, Visit
from tests.browser.sandbox_process import SandboxProcess
from tests.characters import IVAN, OLGA, PYOTR
from tests.databases import KeptEngines
from tests.journeys.acts import asks
from tests.journeys.conftest import furnished
from tests.journeys.killing import KillableStage
from tests.journeys.stage import LAMP, LAPSE_S, SHOP

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture
async def stage(
    sandbox: SandboxProcess, token: str, database_url: str, kept_engines: KeptEngines, tmp_path: Path
) -> AsyncIterator[KillableStage]:
    async with Sim(sandbox.url, token) as sim:
        fields = await furnished(sim, database_url, kept_engines.at(database_url), tmp_path)
        stage = KillableStage(**fields, log=tmp_path / "bot.log")
        await stage.begin()
        try:
            yield stage
            await stage.finish()
        finally:
            await sim.op("fault", clear=True)
            await stage.stop()
            await stage.db.close()


async def waiting(stage: KillableStage, wanted: int) -> None:
    """So many updates are stored and not handled."""
    query = select(func.count()).select_from(Inbox).where(Inbox.status == InboxStatus.NEW)
    deadline = time.monotonic() + 20
    while await stage.rows(query) != [wanted]:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


def repeats(*phones: Phone) -> list[str]:
    """Texts that stand on one phone more than once."""
    return [text for phone in phones for text, count in Counter(m["text"] for m in phone.messages).items() if count > 1]


async def test_a_story_goes_on_over_every_kill(stage: KillableStage) -> None:
    olga, pyotr = await stage.enter(OLGA, PYOTR)
    await asked(stage, olga, pyotr)
    await taken_and_walked(stage, olga, pyotr)
    await reported_and_accepted(stage, olga, pyotr)

    await stage.quiet()
    (ticket,) = await stage.rows(select(Ticket))
    assert ticket.status is TicketStatus.ACCEPTED
    assert [len(await stage.rows(select(table))) for table in (Offer, Assignment, Visit, Acceptance)] == [1, 1, 1, 1]
    assert await stage.rows(select(Proof.stage).order_by(Proof.id)) == ["before", "after"]
    events = await stage.rows(select(Audit.event).where(Audit.entity == "ticket").order_by(Audit.id))
    assert events == ["register", "assign", "arrive", "report", "accept"]
    assert [text for text in repeats(olga, pyotr) if "Инженер выехал" not in text] == []
    assert sum("Инженер выехал" in one["text"] for one in olga.messages) <= 2
    results = await stage.finish()
    assert results["43"].examined > 0
    assert stage.begun == 9


async def asked(stage: KillableStage, olga: Phone, pyotr: Phone) -> None:
    # Received, not stored: the poll after the next one is answered to nobody.
    await stage.hold("getUpdates", stage="after")
    await olga.says("/help")
    await olga.sees("Что можно сделать")
    await waiting(stage, 0)  # marked done: an answer that was sent and not marked may be repeated
    await olga.says(f"/start {stage.facts.sticker}")
    await stage.killed_while_held()
    await olga.can_tap(f"^{LAMP}$")

    # Stored, not handled: the chat waits behind an answer that hangs.
    await stage.hold("sendMessage", chat=olga.user)
    await olga.says("/language")
    await olga.taps(f"^{LAMP}$")
    await waiting(stage, 2)
    await stage.killed_while_held()
    await olga.sees("Что случилось")

    # Handled, not sent: the offer hangs on its way.
    await olga.says("Погас свет")
    await olga.can_tap("Отправить")
    await stage.hold("sendMessage", chat=pyotr.user)
    await olga.taps("Отправить")
    await stage.killed_while_held()
    await pyotr.sees("Есть работа")


async def taken_and_walked(stage: KillableStage, olga: Phone, pyotr: Phone) -> None:
    # Committed, the tap not answered.
    await stage.hold("answerCallbackQuery")
    await pyotr.taps("Беру: выезжаю сейчас")
    await stage.killed_while_held()
    await pyotr.can_tap("Выезжаю$")

    # Sent, not marked: Telegram has the message, we do not know it.
    await stage.hold("sendMessage", stage="after", chat=olga.user)
    await pyotr.taps("Выезжаю$")
    await olga.sees("Инженер выехал")
    await stage.killed_while_held()
    await pyotr.until(lambda: pyotr.keys, "the key that sends the place", 20)
    await pyotr.is_at(*SHOP)
    await pyotr.taps("Начать работу")

    # The row of a picture is there, its bytes are not.
    await pyotr.sees("фото ДО: 0 из 1")
    await stage.hold("getFile")
    await pyotr.sends_photo()
    await stage.killed_while_held()
    await pyotr.sees("фото ДО: 1 из 1")
    await pyotr.taps("Дальше: фото ПОСЛЕ")


async def reported_and_accepted(stage: KillableStage, olga: Phone, pyotr: Phone) -> None:
    await pyotr.sees("фото ПОСЛЕ: 0 из 1")
    await pyotr.sends_photo()
    await pyotr.taps("Дальше: отчёт")
    # Told to end, politely, with a message in the air.
    await stage.hold("sendPhoto", chat=olga.user)
    await pyotr.taps("Отправить отчёт")
    await stage.terminated_while_held()
    await olga.sees("Работа сделана")

    # The card is being redrawn.
    await stage.hold("editMessageCaption", chat=olga.user)
    await olga.taps("принять")
    await stage.killed_while_held()
    await olga.taps("5 ★")
    await olga.sees("Оценка: ★★★★★")
    await pyotr.sees("Оценка клиента: ★★★★★")


async def test_a_wait_that_ended_while_the_bot_was_dead_is_caught_up_once(stage: KillableStage) -> None:
    olga, pyotr, ivan = await stage.enter(OLGA, PYOTR, IVAN)
    await asks(olga, stage.facts.sticker)
    await pyotr.sees("Есть работа")
    await stage.quiet()
    await stage.kill()
    await stage.later(LAPSE_S)
    assert ivan.shows("Есть работа") is None
    await stage.begin()
    await ivan.sees("Есть работа")
    await pyotr.sees("Ещё можно взять")
    await stage.quiet()
    assert await stage.rows(select(Offer.status).order_by(Offer.id)) == [OfferStatus.LAPSED, OfferStatus.SENT]
    assert repeats(olga, pyotr, ivan) == []

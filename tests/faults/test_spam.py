"""A thousand updates in a minute from one person: others are answered meanwhile, and he is told once."""

import time

from core.domain.notice import InboxStatus
from core.services import inbox
from tests.bot.crew import Crew
from tests.sandbox.conftest import DARYA, TOKEN

SPAM = 1000


async def test_a_thousand_updates_of_one_person_delay_nobody_else(crew: Crew) -> None:
    edge, world = crew.edge, crew.edge.box.world
    await edge.stop()
    await edge.box.sim("user", id=DARYA, name="Болтун")
    bot = world.chosen_bot(TOKEN)
    person = world.people[DARYA]
    room = world.room(bot, DARYA)
    room.started = True
    for number in range(SPAM):  # by hand: a thousand control calls are a thousand requests
        post = world.add_post(room, person.as_user(), {"text": f"спам {number}"}, bot)
        world.send_update(bot, "message", post.as_json(), post.date)
    edge.start()
    began = time.monotonic()
    await edge.box.sim("text", token=TOKEN, user=crew.client.chat, text="/help")
    await edge.until(lambda: edge.texts(crew.client.chat), 20)
    waited = time.monotonic() - began

    async def all_stored() -> bool:
        rows = await edge.inbox()
        return len(rows) == SPAM + 1 and all(row.status is InboxStatus.DONE for row in rows)

    await edge.until(all_stored, 60)
    handled = [row for row in await edge.inbox() if row.lane == DARYA and not row.error]
    assert set(edge.flooded) == {DARYA}
    assert len(handled) < SPAM / 2
    assert len(handled) >= inbox.FLOOD
    assert len(await edge.texts(DARYA)) <= len(handled)
    assert waited < 20


async def test_a_flood_of_taps_on_one_button_is_one_effect(crew: Crew) -> None:
    await crew.is_offered()
    edge, chat = crew.edge, crew.engineer.chat
    message = (await crew.engineer.shown())[-1]
    yes = next(one["text"] for row in message["inline"] for one in row if "выезжаю сейчас" in one["text"])
    await edge.stop()
    for _ in range(40):
        await edge.box.sim("press", token=TOKEN, user=chat, message_id=message["message_id"], text=yes)
    edge.start()

    async def all_done() -> bool:
        rows = [row for row in await edge.inbox() if row.lane == chat]
        return len(rows) == 40 and all(row.status is InboxStatus.DONE for row in rows)

    await edge.until(all_done, 30)
    assert len(await crew.edge.rows(type(await crew.visit()))) == 1
    assert (await crew.ticket()).version == 2

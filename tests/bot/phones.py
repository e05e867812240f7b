"""A person with a phone: types, taps what is shown, and sees what came. Waits until the bot has nothing left to do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.notice import InboxStatus, OutboxStatus
from core.services import people
from storage.models.people import Person
from storage.models.post import Inbox, Outbox
from tests.bot.conftest import Edge
from tests.sandbox.conftest import TOKEN


@dataclass
class Phone:
    edge: Edge
    chat: int

    async def says(self, text: str) -> None:
        update = await self.edge.box.sim("text", token=TOKEN, user=self.chat, text=text)
        await settled(self.edge, update)

    async def place(self, lat: float, lon: float, **more: Any) -> None:
        update = await self.edge.box.sim("location", token=TOKEN, user=self.chat, lat=lat, lon=lon, **more)
        await settled(self.edge, update)

    async def taps(self, words: str) -> dict[str, Any]:
        """The newest button with these words; returns the answer to the tap."""
        for message in reversed(await self.shown()):
            for button in (one for row in message["inline"] for one in row):
                if words in button["text"]:
                    return await self.presses(message["message_id"], text=button["text"])
        raise AssertionError(f"no button {words!r} among {await self.buttons()}")

    async def presses(self, message_id: int, **button: Any) -> dict[str, Any]:
        update = await self.edge.box.sim("press", token=TOKEN, user=self.chat, message_id=message_id, **button)
        await settled(self.edge, update)
        answer: dict[str, Any] = await self.edge.box.sim("callback", id=update["callback_query"]["id"])
        return answer

    async def shown(self) -> list[dict[str, Any]]:
        return await self.edge.shown(self.chat)

    async def last(self) -> str:
        """The newest message of the bot."""
        return str((await self.shown())[-1]["text"])

    async def buttons(self) -> list[str]:
        """Of the newest message that has any."""
        for message in reversed(await self.shown()):
            if message["inline"]:
                return [button["text"] for row in message["inline"] for button in row]
        return []


async def phone_of(edge: Edge, actor: Actor) -> Phone:
    """The phone of somebody who is known already."""

    def account(session: Session, *, now: datetime) -> tuple[int, str]:
        row = session.get_one(Person, actor.person_id)
        assert row.telegram_id is not None
        return row.telegram_id, row.name

    chat, name = await edge.db.read(account)
    await edge.box.sim("user", id=chat, name=name)
    world = edge.box.world
    world.room(world.chosen_bot(TOKEN), chat).started = True
    return Phone(edge, chat)


async def actor_of(edge: Edge, phone: Phone) -> Actor:
    return await edge.db.read(people.actor, phone.chat)


async def settled(edge: Edge, update: dict[str, Any] | None = None) -> None:
    """This update and every other is handled, and everything that may be sent now is sent."""

    def is_quiet(session: Session, *, now: datetime) -> bool:
        waiting = select(func.count()).select_from(Inbox).where(Inbox.status == InboxStatus.NEW)
        sending = (
            select(func.count())
            .select_from(Outbox)
            .where(Outbox.status.in_((OutboxStatus.NEW, OutboxStatus.SENDING)), Outbox.not_before <= now)
        )
        known = update is None or session.get(Inbox, (edge.bot.id, update["update_id"])) is not None
        return known and not (session.scalar(waiting) or session.scalar(sending))

    async def is_settled() -> bool:
        # After its write a handler may still answer at once, so quiet tables are not the end of it.
        at_work = edge.workers._at_work
        return not at_work and await edge.db.read(is_quiet) and not at_work

    await edge.until(is_settled)

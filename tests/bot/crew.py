"""A company whose engineer works on his phone, with the fetcher of media beside the other parts of the edge."""

import asyncio
import base64
import io
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.media import Fetcher
from bot.pairs import photo_for
from core.documents.pictures import Pictures
from core.domain.actor import Grant
from core.domain.proof import ProofStatus
from core.domain.role import Role
from core.services import waves
from storage.blobs import Blobs
from storage.models.offer import Offer
from storage.models.ticket import Ticket
from storage.models.visit import Proof, Visit
from tests.bot.conftest import Edge
from tests.bot.phones import Phone, phone_of, settled
from tests.make import tickets as make
from tests.make.directories import add_contractor
from tests.make.people import add_person
from tests.make.tickets import SKILL, World, add_engineer
from tests.sandbox.conftest import TOKEN


def jpeg(seed: int) -> bytes:
    """A photo unlike every other."""
    from PIL import Image

    picture = Image.frombytes("RGB", (64, 48), random.Random(seed).randbytes(64 * 48 * 3)).resize((640, 480))
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=80)
    return stream.getvalue()


@dataclass
class Crew:
    edge: Edge
    world: World
    blobs: Blobs
    pictures: Pictures
    client: Phone
    desk: Phone
    engineer: Phone
    shots: int = 0
    fetching: asyncio.Task[None] | None = None
    albums: int = field(default=0)

    async def does(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Something that happens elsewhere."""

        def unit(session: Session, *, now: datetime) -> Any:
            self.world.session, self.world.now = session, now
            return work(self.world, *args, **kwargs)

        result = await self.edge.db.write(unit)
        await settled(self.edge)
        return result

    async def is_offered(self) -> Ticket:
        """A ticket was sent by the shop and offered to the engineer's firm."""
        return await self.does(make.send)

    def fetch(self) -> None:
        """The fetcher begins its work."""
        fetcher = Fetcher(self.edge.bot, self.edge.db, self.blobs, self.pictures)
        self.fetching = asyncio.create_task(fetcher.run())

    async def fetch_no_more(self) -> None:
        if self.fetching is not None:
            self.fetching.cancel()
            await asyncio.gather(self.fetching, return_exceptions=True)
            self.fetching = None

    async def joins(self, hire: Callable[[World, int], Any]) -> Phone:
        """Somebody new, whose chat with the bot is open before the bot first writes."""
        chat = 700_000 + len(self.edge.box.world.people)
        await self.edge.box.sim("user", id=chat, name="Новый")
        world = self.edge.box.world
        world.room(world.chosen_bot(TOKEN), chat).started = True
        await self.does(hire, chat)
        return Phone(self.edge, chat)

    async def second_firm(self) -> Phone:
        """An engineer of a firm a little farther away."""

        def hire(world: World, chat: int) -> Any:
            firm = add_contractor(world.session, skills=[SKILL], lat=55.80)
            return add_engineer(world.session, firm, now=world.now, telegram_id=chat)

        return await self.joins(hire)

    async def colleague(self) -> Phone:
        """One more engineer of the first firm."""

        def hire(world: World, chat: int) -> Any:
            grant = Grant(Role.ENGINEER, contractor_id=world.contractor.id)
            return add_person(world.session, grant, now=world.now, telegram_id=chat, name="Сидоров Иван")

        return await self.joins(hire)

    async def silence(self) -> None:
        """The wait ends; the timetable asks the next."""
        await self.edge.later(minutes=60, seconds=1)
        await self.edge.db.write(waves.sweep, 50)
        await settled(self.edge)

    async def sends(self, kind: str = "photo", data: bytes | None = None, *, wait: bool = True, **more: Any) -> bytes:
        """From the engineer's phone; waits until the bytes are here and everybody is told."""
        self.shots += 1
        content = data if data is not None else jpeg(self.shots)
        update = await self.edge.box.sim(
            "media", token=TOKEN, user=self.engineer.chat, kind=kind, data=base64.b64encode(content).decode(), **more
        )
        await settled(self.edge, update)
        if wait:
            await self.fetched()
        return content

    async def fetched(self) -> None:
        def nothing_pending(session: Session, *, now: datetime) -> bool:
            pending = select(func.count()).where(Proof.status == ProofStatus.PENDING, Proof.fetch_at <= now)
            return not session.scalar(pending)

        await self.edge.until(lambda: self.edge.db.read(nothing_pending), 30)
        await settled(self.edge)

    async def here(self, **more: Any) -> None:
        await self.engineer.place(self.world.site.lat, self.world.site.lon, **more)

    async def last_of(self, table: type[Any]) -> Any:
        return (await self.edge.rows(table))[-1]

    async def ticket(self) -> Ticket:
        return await self.last_of(Ticket)

    async def visit(self) -> Visit:
        return await self.last_of(Visit)

    async def offer(self) -> Offer:
        return await self.last_of(Offer)

    async def proofs(self) -> list[Proof]:
        return await self.edge.rows(Proof)


async def founded(edge: Edge) -> Crew:
    def make_it(session: Session, *, now: datetime) -> World:
        return make.make_world(session, now=now)

    world = await edge.db.write(make_it)
    client, desk, engineer = [
        await phone_of(edge, actor) for actor in (world.requester, world.dispatcher, world.engineer)
    ]
    blobs, pictures = Blobs(edge.media), Pictures()

    async def pairs(ticket_id: int, texts: Any) -> Any:
        return await photo_for(edge.db, blobs, pictures, ticket_id, texts)

    edge.pump._letters.pairs = pairs
    edge.start()
    return Crew(edge, world, blobs, pictures, client, desk, engineer)

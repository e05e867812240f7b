"""A client, the desk and an engineer with phones, and a way to let things happen on other phones."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from core.domain.ticket import TicketStatus
from storage.models.ticket import Ticket
from tests.bot.conftest import Edge
from tests.bot.phones import Phone, phone_of
from tests.make import tickets as make
from tests.make.tickets import World


@dataclass
class Company:
    edge: Edge
    world: World
    client: Phone
    desk: Phone
    engineer: Phone

    async def does(self, work: Callable[..., Any], *args: Any) -> Any:
        """Something that happens elsewhere: on the engineer's phone, at another client."""

        def unit(session: Session, *, now: datetime) -> Any:
            self.world.session, self.world.now = session, now
            return work(self.world, *args)

        return await self.edge.db.write(unit)

    async def ticket(self) -> Ticket:
        """The newest one."""
        rows = await self.edge.rows(Ticket)
        return rows[-1]

    async def is_reported(self) -> Ticket:
        """A ticket which the engineer has just reported done, and the client has been told."""
        return await self.does(make.bring, TicketStatus.REPORTED)


@pytest.fixture
async def company(edge: Edge) -> Company:
    def found(session: Session, *, now: datetime) -> World:
        return make.make_world(session, now=now)

    world = await edge.db.write(found)
    phones = [await phone_of(edge, actor) for actor in (world.requester, world.dispatcher, world.engineer)]
    edge.start()
    return Company(edge, world, *phones)

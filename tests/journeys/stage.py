"""Where the stories happen: the real bot in this process, a sandbox in another, and what is checked at the end."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.__main__ import work
from bot.limits import Bucket, Limits
from bot.sandbox.demo.entering import by_contact, by_invite
from bot.sandbox.demo.phones import Phone, Sim
from core.clock import SandboxClock
from core.domain.actor import Actor, Grant
from core.domain.notice import InboxStatus, OutboxStatus
from core.domain.role import Role
from core.services import invariants, invites
from core.services.invariants import Result
from core.settings import Settings
from storage.db import Database
from storage.models.directory import Skill, SlaTarget
from storage.models.post import Inbox, Outbox
from tests.botapi_spec import journal_problems
from tests.characters import ENGINEERS, MARINA, OLGA, VERA, ZHANNA, Character
from tests.make.directories import add_client, add_contractor, add_site
from tests.make.tickets import SKILL, add_contract, add_service

T = TypeVar("T")

SHOP = (55.7594, 37.6461)
REACTION_MIN = 240
#: 15 % of the reaction clock: how long the first is waited for, and a minute more.
LAPSE_S = 37 * 60
LAMP, SOCKET = "Замена светильника", "Ремонт розетки"
#: Who comes in by an invite, and as what.
INVITED = {MARINA: Role.DISPATCHER, VERA: Role.MANAGER}


class QuickLimits(Limits):
    """A story need not wait for Telegram's pace in a chat; that pace has tests of its own."""

    def _new_bucket(self, chat_id: int, at: float) -> Bucket:
        return Bucket(1000, 1000, at)


@dataclass
class Facts:
    """What was put into the directories."""

    site_id: int
    sticker: str
    other_sticker: str
    invites: dict[Character, str]


def furnish(session: Session, token: str, *, now: datetime) -> Facts:
    """Two clients with a shop each, two kinds of work, three engineers at one, two and three kilometres."""
    for place, engineer in enumerate(ENGINEERS, 1):
        add_contractor(
            session,
            skills=[SKILL],
            name=f"ИП {engineer.name}",
            contact_name=engineer.name,
            phone=engineer.number,
            engineers=1,
            lat=SHOP[0] + 0.009 * place,
            lon=SHOP[1],
        )
    sites = [_shop(session, owner) for owner in (OLGA, ZHANNA)]
    session.add(
        SlaTarget(
            plan="Базовый",
            priority="normal",
            reaction_min=REACTION_MIN,
            arrival_min=480,
            resolution_min=1440,
            calendar="24x7",
        )
    )
    for name in (LAMP, SOCKET):
        add_service(session, name)
    assert session.scalar(select(func.count()).select_from(Skill)) == 1
    admin = Actor(None, (Grant(Role.ADMIN),), source="cli")
    links = {
        who: f"{invites.PAYLOAD}{invites.create(session, admin, Grant(role), token, now=now).token}"
        for who, role in INVITED.items()
    }
    first, second = sites
    return Facts(first.id, f"s_{first.qr_token}", f"s_{second.qr_token}", links)


def _shop(session: Session, owner: Character) -> Any:
    client = add_client(session)
    site = add_site(
        session,
        client,
        name=f"Магазин {owner.user}",
        responsible_name=owner.name,
        responsible_phone=owner.number,
        lat=SHOP[0],
        lon=SHOP[1],
        opens_min=480,
        closes_min=1320,
    )
    add_contract(session, client, site)
    return site


@dataclass
class Stage:
    sim: Sim
    db: Database
    told: Settings
    facts: Facts
    since: int
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    working: asyncio.Task[None] | None = None
    phones: dict[int, Phone] = field(default_factory=dict)
    results: dict[str, Result] = field(default_factory=dict)

    def start(self) -> None:
        self.stopping = asyncio.Event()
        self.working = asyncio.create_task(work(self.told, self.db, QuickLimits(1000), self.stopping))

    def phone(self, who: Character) -> Phone:
        return self.phones.setdefault(who.user, Phone(self.sim, who.user, who.name, who.number))

    async def enter(self, *people: Character) -> tuple[Phone, ...]:
        """They come in as people do; the desk by its invites."""
        phones = tuple(self.phone(who) for who in people)
        coming = [
            by_invite(phone, self.facts.invites[who]) if who in INVITED else by_contact(phone)
            for who, phone in zip(people, phones, strict=True)
        ]
        await asyncio.gather(*coming)
        return phones

    async def later(self, seconds: float) -> None:
        """Somebody presses the clock of the page; the answer comes when what became due has happened."""
        told = await self.sim.op("clock", advance=seconds)
        assert told["missing"] == [], told
        assert isinstance(self.db.clock, SandboxClock)
        self.db.clock.offset = timedelta(seconds=told["offset"])

    async def read(self, look: Callable[[Session], T]) -> T:
        def reading(session: Session, *, now: datetime) -> T:
            return look(session)

        return await self.db.read(reading)

    async def rows(self, query: Any) -> list[Any]:
        return await self.read(lambda session: list(session.scalars(query)))

    async def quiet(self, seconds: float = 20.0) -> None:
        """Every update is stored and handled, and everything that may be sent now is sent."""
        deadline = time.monotonic() + seconds
        updates = await self.journal("update")
        newest = updates[-1]["update"]["update_id"] if updates else None
        while not await self.db.read(_is_quiet, newest):
            assert time.monotonic() < deadline, await self.rows(select(Outbox).where(Outbox.status == "new"))
            await asyncio.sleep(0.02)

    async def journal(self, direction: str) -> list[dict[str, Any]]:
        """This bot's entries since the story began."""
        number = int(self.sim.token.partition(":")[0])
        entries = await self.sim.op("journal", since=self.since, direction=direction)
        return [one for one in entries if one.get("token", number) == number]

    async def stop(self) -> None:
        if self.working is not None:
            self.stopping.set()
            working, self.working = self.working, None
            await working

    async def finish(self) -> dict[str, Result]:
        """The story is over: nothing waits, every request was right, every invariant holds. Asked again, the same."""
        if self.results:
            return self.results
        await self.quiet()
        await self.stop()
        whole = [one for one in await self.journal("request") if not one.get("cut")]
        assert whole
        assert journal_problems(whole) == []
        found = await self.db.read(invariants.collect)
        broken = [f"{one.number} {one.name}: {one.rows}" for one in found if not one.holds]
        assert broken == [], broken
        self.results = {one.number: one for one in found}
        return self.results


def _is_quiet(session: Session, newest: int | None, *, now: datetime) -> bool:
    known = session.scalar(select(func.count()).select_from(Inbox).where(Inbox.update_id == newest))
    if newest is not None and not known:
        return False
    waiting = select(func.count()).select_from(Inbox).where(Inbox.status == InboxStatus.NEW)
    sending = (
        select(func.count())
        .select_from(Outbox)
        .where(Outbox.status.in_((OutboxStatus.NEW, OutboxStatus.SENDING)), Outbox.not_before <= now)
    )
    return not (session.scalar(waiting) or session.scalar(sending))

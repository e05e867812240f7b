"""Two senders at one outbox: of one chat nothing is doubled, and what was written first leaves first."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import count

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.clock import SystemClock
from core.services import outbox
from core.services.invariant_checks.post import in_order
from core.services.outbox import Ending
from storage.db import Database
from storage.models.people import Person
from tests.services.test_outbox import letter, person

CHAT = 70
WRITERS, UNITS = 4, 8
_numbers = count(1)


@dataclass
class Told:
    """Letters of one unit of work, and when it began and was committed."""

    began: float
    ids: list[int]
    committed: float = field(default_factory=time.monotonic)


@pytest.fixture
async def processes(database_url: str) -> AsyncIterator[list[Database]]:
    """Two, by the clock of the machine: the order of sending is seen in its microseconds."""
    found = [Database.open(database_url, SystemClock()) for _ in range(2)]
    yield found
    for one in found:
        await one.close()


def add_reader(session: Session, *, now: datetime) -> int:
    return person(session, now, CHAT).id


def tell(session: Session, reader: int, letters: int, before_s: float, after_s: float, *, now: datetime) -> list[int]:
    """A unit that has other work before and after its letters: their numbers are given long before it ends."""
    to = session.get_one(Person, reader)
    work(session, before_s)
    ids = [letter(session, to, now, dedupe_key=f"told:{next(_numbers)}").id for _ in range(letters)]
    work(session, after_s)
    return ids


def work(session: Session, seconds: float) -> None:
    if session.get_bind().dialect.name != "sqlite":  # which lets one writer work at a time
        session.execute(text("SELECT pg_sleep(:seconds)"), {"seconds": seconds})


async def writes(db: Database, reader: int, chance: random.Random) -> list[Told]:
    told = []
    for _ in range(UNITS):
        began = time.monotonic()
        pauses = chance.random() * 0.02, chance.random() * 0.08
        told.append(Told(began, await db.write(tell, reader, chance.choice([1, 1, 2, 12]), *pauses)))
        await asyncio.sleep(chance.random() * 0.2)
    return told


async def sends(db: Database, arrived: list[int], is_over: asyncio.Event) -> None:
    """As the pump does: what became of the last ones and the next ones in one transaction."""
    endings: list[Ending] = []
    while True:
        was_over = is_over.is_set()
        batch = await db.write(outbox.turn, endings, 10)
        assert batch.lost == 0
        endings = []
        for one in batch.letters:
            await asyncio.sleep(0.002)
            arrived.append(one.id)
            endings.append(partial(outbox.sent, letter=one, message_id=one.id))
        if not endings and was_over:
            return
        await asyncio.sleep(0.001)


async def test_of_many_writers_and_two_senders_every_letter_leaves_once_and_in_order(processes: list[Database]) -> None:
    seed = random.randrange(10**6)
    reader = await processes[0].write(add_reader)
    arrived: list[int] = []
    is_over = asyncio.Event()
    sending = [asyncio.create_task(sends(db, arrived, is_over)) for db in processes]
    writing = (writes(processes[n % 2], reader, random.Random(seed + n)) for n in range(WRITERS))
    told = [one for unit in await asyncio.gather(*writing) for one in unit]
    is_over.set()
    await asyncio.gather(*sending)

    assert sorted(arrived) == sorted(number for one in told for number in one.ids), seed
    place = {number: at for at, number in enumerate(arrived)}
    for one in told:
        assert sorted(one.ids, key=place.__getitem__) == sorted(one.ids), seed
        after = [number for other in told if other.began > one.committed for number in other.ids]
        assert all(place[number] > max(place[mine] for mine in one.ids) for number in after), seed
    assert (await processes[0].read(in_order))[0] == [], seed
